"""What follows when ground changes: who has to look again at roads, bases, borders of control.

Rules remember what they have worked out beside the version it holds for. `control_version` goes up with every change,
`holder_version` when a place changes hands; an alliance's `ground_version` when its own ground changes and its
`won_version` when it wins some. A formation looks for its way again when something on it has changed, or when something
has become easier that its last search had looked at (`looked_at`): what that never reached cannot have shortened it.
"""

import math

from sim.compiled import compiled
from sim.rules.contacts import forget_rival_places
from sim.rules.ground import stands_apart
from sim.rules.supply import extend_bases, retract_bases
from sim.world.codes import NOBODY, NOT_RECKONED, Stance


@compiled
def everything_changed(world):
    """Let every rule look again: relations have changed, a siege or a zone is over."""
    clock = world.clock[0]
    clock.control_version += 1
    clock.holder_version += 1
    clock.moved_version += 1
    clock.look_at_cuts = 1
    for row in range(world.alliances.shape[0]):
        world.alliances[row].ground_version += 1
        world.alliances[row].won_version += 1
        world.alliances[row].bases_fresh = 0
    for row in range(world.formations.shape[0]):
        world.formations[row].path_fresh = 0
        world.formations[row].near_fresh = 0
        world.formations[row].moves += 1  # as one that has moved, it has to look for its nearest rival again
    for place in range(world.places.shape[0]):
        world.places[place].raid_km = NOT_RECKONED
        wake(world, place)


@compiled
def holder_changed(world, place, before, after):
    """Let those look again whom a place concerns that has gone from one side (-1: nobody) to another."""
    clock = world.clock[0]
    clock.control_version += 1
    clock.holder_version += 1
    clock.look_at_cuts = 1
    if before != NOBODY:
        lose_ground(world, world.sides[before].alliance, before, place)
    win_ground(world, world.sides[after].alliance, after, place)
    for row in range(world.formations.shape[0]):
        unit = world.formations[row]
        if world.looked_at[row, place] == 1:
            if openness(world, unit.side, after) > openness(world, unit.side, before):
                unit.path_fresh = 0
    forget_rival_places(world, world.places[place])
    drop_ways_over(world, place)
    recount_roads_at(world, place, before, after)


@compiled
def road_cut(world, road):
    """Let those look again whose road a raid has cut; what it was the way to a base for is reckoned anew."""
    line = world.roads[road]
    world.clock[0].control_version += 1
    side = world.places[line.from_place].holder
    alliance = world.sides[side].alliance
    one_km, other_km = world.base_km[alliance, line.from_place], world.base_km[alliance, line.to_place]
    if math.isfinite(one_km) and one_km + line.length_km == other_km:
        lose_ground(world, alliance, side, line.to_place)
    elif math.isfinite(one_km) and other_km + line.length_km == one_km:
        lose_ground(world, alliance, side, line.from_place)
    else:
        world.alliances[alliance].ground_version += 1
    drop_ways_over(world, line.from_place)
    drop_ways_over(world, line.to_place)


@compiled
def road_reopened(world, road):
    """Let those look again whose road is open once more."""
    place, other_end = world.roads[road].from_place, world.roads[road].to_place
    world.clock[0].control_version += 1
    side = world.places[place].holder
    win_ground(world, world.sides[side].alliance, side, place)
    for row in range(world.formations.shape[0]):
        if world.looked_at[row, place] == 1 and world.looked_at[row, other_end] == 1:
            world.formations[row].path_fresh = 0


@compiled
def lose_ground(world, alliance, side, place):
    """An alliance has lost a place, or the way there: what lay behind it is reckoned anew from the bases."""
    world.alliances[alliance].ground_version += 1
    if world.alliances[alliance].bases_fresh == 1:
        retract_bases(world, alliance, side, place)


@compiled
def win_ground(world, alliance, side, place):
    """An alliance has won a place, or a road at it: what has come nearer to its bases is reckoned from there."""
    world.alliances[alliance].ground_version += 1
    world.alliances[alliance].won_version += 1
    if world.alliances[alliance].bases_fresh == 1:
        extend_bases(world, alliance, side, place)


@compiled
def openness(world, side, holder):
    """Return how open ground of a holder (-1: nobody) is to a side: 2 its own, 1 to be had or fought for, 0 closed."""
    if holder == NOBODY:
        return 1
    if world.stances[side, holder] <= Stance.ALLIED:
        return 2
    return 0 if stands_apart(world, side, holder) else 1


@compiled
def drop_ways_over(world, place):
    """Let every formation look for its way again that has this place ahead."""
    for row in range(world.formations.shape[0]):
        unit = world.formations[row]
        for index in range(unit.path_position, unit.path_length):
            if world.paths[row, index] == place:
                unit.path_fresh = 0
                break


@compiled
def recount_roads_at(world, place, before, after):
    """Correct what insurgents near by reckon as enemy roads for a place that has gone from one side to another.

    No road counts as an enemy's whose ends are not held by one alliance (`sim.rules.insurgents`).
    """
    world.places[place].raid_km = NOT_RECKONED
    for arc in range(world.arc_starts[place], world.arc_starts[place + 1]):
        neighbour = world.arc_places[arc]
        holder = world.places[neighbour].holder
        lost, won = are_one_alliance(world, holder, before), are_one_alliance(world, holder, after)
        if lost or won:
            half_km = 0.5 * world.roads[world.arc_roads[arc]].length_km
            for end in (place, neighbour):
                recount_near(world, end, half_km, before if lost else NOBODY, after if won else NOBODY, holder)


@compiled
def recount_near(world, end, half_km, lost, won, holder):
    """Take half a road from, or add it to, what insurgents near one of its ends reckon as enemy roads.

    `lost`, `won`: the side (-1: none) that held the changed end until now, or does now, as one alliance with `holder`
    of the other end.
    """
    reach_km = world.settings[0].insurgents_raid_reach_km
    for index in range(world.near_starts[end], world.near_starts[end + 1]):
        if world.near_km[index] > reach_km:
            break
        other = world.near_places[index]
        here = world.places[other]
        if world.insurgent_held[other] == 0 or here.raid_km == NOT_RECKONED:
            continue
        if world.stances[here.holder, holder] == Stance.HOSTILE:
            if lost != NOBODY and world.stances[here.holder, lost] == Stance.HOSTILE:
                here.raid_km -= half_km
            if won != NOBODY and world.stances[here.holder, won] == Stance.HOSTILE:
                here.raid_km += half_km
            wake(world, other)


@compiled
def are_one_alliance(world, side, other):
    """Return whether two holders (-1: nobody) are sides of one alliance."""
    if side == NOBODY or other == NOBODY:
        return False
    return world.sides[side].alliance == world.sides[other].alliance


@compiled
def wake(world, place):
    """Let a place, if insurgents hold it, look today for what there is to do (`sim.rules.insurgents`)."""
    if world.insurgent_held[place] == 1:
        world.idle_until_day[place] = 0.0
