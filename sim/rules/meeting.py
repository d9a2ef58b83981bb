"""Meetings on the road: who is in the way of a column that goes on, sets out or goes back, and which of two gives way.

MODEL rule 1; source: assumption.
"""

from sim.compiled import compiled
from sim.records import note
from sim.rules.movement import knock_out, turn_back
from sim.world.codes import NOBODY, Activity, LogKind, Stance


@compiled
def opponent_ahead(world, row, km):
    """Return a hostile or rival formation met on the road before `km`, coming or going the other way; -1: none."""
    unit = world.formations[row]
    for other in range(world.formations.shape[0]):
        enemy = world.formations[other]
        if enemy.road != unit.road or enemy.posture == Activity.LOST:
            continue
        if enemy.at == unit.to and enemy.turning_back == 0:
            is_met = km + enemy.km >= world.roads[unit.road].length_km
        else:
            is_met = enemy.at == unit.at and enemy.turning_back == 1 and unit.km <= enemy.km <= km
        if is_met and world.stances[unit.side, enemy.side] >= Stance.RIVAL:
            return other
    return NOBODY


@compiled
def opponent_comes(world, row, there):
    """Return whether a stronger enemy, or a rival, is on its way along the road from a neighbouring place."""
    unit = world.formations[row]
    for other in range(world.formations.shape[0]):
        enemy = world.formations[other]
        if enemy.to == unit.at and enemy.at == there and enemy.turning_back == 0 and enemy.posture != Activity.LOST:
            is_stronger = enemy.strength_men * enemy.quality >= unit.strength_men * unit.quality
            stance = world.stances[unit.side, enemy.side]
            if stance == Stance.RIVAL or (stance == Stance.HOSTILE and is_stronger):
                return True
    return False


@compiled
def enemy_behind(world, row, km):
    """Return the first hostile or rival formation in the way of one that goes back along its road to `km`; -1: none."""
    unit = world.formations[row]
    first, first_km = NOBODY, km
    for other in range(world.formations.shape[0]):
        enemy = world.formations[other]
        if enemy.road == unit.road and enemy.at == unit.at and first_km <= enemy.km < unit.km:
            if world.stances[unit.side, enemy.side] >= Stance.RIVAL and enemy.posture != Activity.LOST:
                first, first_km = other, enemy.km
    return first


@compiled
def give_way(world, row, other, now):
    """Two columns meet head-on: the weaker (men x quality) goes back to the last place it passed.

    Against one that is in an assault the other does, and against one that is going back already, unless that is the
    weaker: with an enemy before and behind it, it is lost.
    """
    unit, enemy = world.formations[row], world.formations[other]
    weaker = row
    is_weaker = enemy.strength_men * enemy.quality < unit.strength_men * unit.quality
    if is_weaker and enemy.turning_back == 1 and world.stances[unit.side, enemy.side] == Stance.HOSTILE:
        knock_out(world, other, now)
        return now
    if is_weaker and enemy.assault == NOBODY and enemy.turning_back == 0:
        weaker = other
    note(world, LogKind.GIVES_WAY, now, weaker, world.formations[weaker].to, other if weaker == row else row, 0.0)
    turn_back(world, weaker, now)
    return now
