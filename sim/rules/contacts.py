"""Contacts between rivals: which formation meets which rival formation or place, within contact range.

A contact is a formation and its nearest rival formation, each the other's nearest, within contact range; or, where no
rival formation is in range, a formation and the nearest rival-held place with men in it. So a front counts once,
however many units stand behind it. What comes of a contact: `sim.rules.encounters`. MODEL rule 6.
"""

import math

from sim.compiled import compiled
from sim.rules.ground import nearest_place
from sim.world.codes import NOBODY, Activity, Stance
from sim.world.geometry import distance_km

UNPAIRED = -1  # no number of moves


@compiled
def may_pair_anew(world):
    """Return whether a formation has moved or got another contact range since this was last asked.

    With another contact range anywhere, all are paired anew.
    """
    clock, reach_km = world.clock[0], 0.0
    for row in range(world.formations.shape[0]):
        reach_km += world.formations[row].contact_range_km
    if clock.paired_reach_km != reach_km:
        clock.paired_reach_km = reach_km
        clock.paired_version = 0
        unpair_all(world)
    is_new = clock.paired_version != clock.moved_version
    clock.paired_version = clock.moved_version
    return is_new


@compiled
def unpair_all(world):
    """Let every formation's nearest rival be looked for again."""
    for row in range(world.formations.shape[0]):
        world.formations[row].paired_moves = UNPAIRED


@compiled
def is_paired(unit):
    """Return whether a formation is where it was when its nearest rival was last looked for."""
    return unit.paired_moves == unit.moves


@compiled
def pair_off(world):
    """Write each formation's nearest rival formation within the longer of both contact ranges, -1 for none.

    In most ticks one or two move: only they, and those whose rival has moved, are paired anew.
    """
    for row in range(world.formations.shape[0]):
        unit = world.formations[row]
        if unit.rival != NOBODY and not is_paired(world.formations[unit.rival]):
            unit.paired_moves = UNPAIRED
    for row in range(world.formations.shape[0]):
        if not is_paired(world.formations[row]):
            find_rival(world, row)
    for row in range(world.formations.shape[0]):
        world.formations[row].paired_moves = world.formations[row].moves


@compiled
def find_rival(world, row):
    """Write a formation's nearest rival, and the formation as that of others it has come nearest to; ties: first row.

    Those not paired themselves are passed over: their turn comes, or has been.
    """
    unit = world.formations[row]
    unit.rival, unit.rival_km = NOBODY, math.inf
    if unit.posture == Activity.LOST:
        return
    for other in range(world.formations.shape[0]):
        rival = world.formations[other]
        if world.stances[unit.side, rival.side] != Stance.RIVAL or rival.posture == Activity.LOST:
            continue
        km = distance_km(unit, rival)
        if km <= max(unit.contact_range_km, rival.contact_range_km):
            if km < unit.rival_km:
                unit.rival, unit.rival_km = other, km
            if is_paired(rival) and (km < rival.rival_km or (km == rival.rival_km and row < rival.rival)):
                rival.rival, rival.rival_km = row, km


@compiled
def nearest_rival_place(world, row):
    """Return the row of the nearest place held by men of a rival side within contact range, -1 for none.

    Looked up again when a place near enough has a new holder (`forget_rival_places`), or when the formation has moved
    far enough for it to matter: not by more than the gap that was left to the nearest rival-held place.
    """
    unit, clock = world.formations[row], world.clock[0]
    if unit.near_fresh == 1 and unit.near_range_km == unit.contact_range_km:
        if unit.near_moves == unit.moves:
            return unit.near_place
        if looked_from_km(unit, unit) + unit.contact_range_km < unit.near_km:
            return NOBODY
    end = nearest_place(world, row)
    first, others = world.near_starts[end], world.near_starts[end + 1] - world.near_starts[end]
    end_km = distance_km(unit, world.places[end])
    near_km = clock.near_km - end_km  # up to here, the neighbours of `end` are all
    is_short = near_km < unit.contact_range_km
    best, best_km = NOBODY, unit.contact_range_km
    for index in range(world.places.shape[0] if is_short else others + 1):
        place = index if is_short else end if index == 0 else world.near_places[first + index - 1]
        if not is_short and index > 0 and world.near_km[first + index - 1] - end_km > max(near_km, best_km):
            break
        holder = world.places[place].holder
        if holder != NOBODY and world.stances[unit.side, holder] == Stance.RIVAL:
            km = distance_km(unit, world.places[place])
            near_km = min(near_km, km)
            if km <= best_km and world.places[place].garrison_men >= 1.0:
                best, best_km = place, km
    unit.near_place = best
    unit.near_km = near_km
    unit.near_fresh = 1
    unit.near_moves = unit.moves
    unit.near_range_km = unit.contact_range_km
    unit.near_x_km, unit.near_y_km, unit.near_z_km = unit.x_km, unit.y_km, unit.z_km
    return best


@compiled
def looked_from_km(unit, point):
    """Return the distance (km) of a point from where a formation was when it last looked for rival-held places."""
    dx, dy, dz = point.x_km - unit.near_x_km, point.y_km - unit.near_y_km, point.z_km - unit.near_z_km
    return math.sqrt(dx * dx + dy * dy + dz * dz)


@compiled
def forget_rival_places(world, place):
    """Let formations look for their nearest rival-held place again that a place with a new holder is near to."""
    for row in range(world.formations.shape[0]):
        unit = world.formations[row]
        if looked_from_km(unit, place) <= max(unit.near_km, unit.near_range_km):
            unit.near_fresh = 0


@compiled
def is_foremost(world, row, place):
    """Return whether no formation of the same alliance, without a rival formation before it, is nearer to a place."""
    unit = world.formations[row]
    km = distance_km(unit, world.places[place])
    for index in range(world.alliance_starts[unit.alliance], world.alliance_starts[unit.alliance + 1]):
        other = world.alliance_units[index]
        ally = world.formations[other]
        if other == row or ally.rival != NOBODY or ally.posture == Activity.LOST:
            continue
        ally_km = distance_km(ally, world.places[place])
        if ally_km <= ally.contact_range_km and (ally_km < km or (ally_km == km and other < row)):
            return False
    return True
