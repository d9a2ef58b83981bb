"""Route: the road with the least expected time to the objective, under the formation's stance.

Expected days = travel + expected fights for held places + the cost of leaving the sector. Countries, rivals and
respected zones are closed. Sought only at a place, when the way ahead has changed or a shorter one may have opened,
with hysteresis. MODEL rule 2.
Source: assumption (shape); figures in `rules.route`.
"""

import math

from sim.compiled import compiled
from sim.records import fire, note_wait
from sim.rules.attrition import LEAST_MEN, expected_days
from sim.rules.ground import (
    behind_ring,
    blocks,
    is_friendly,
    is_occupied,
    is_own_road,
    may_enter,
    men_at,
    road_between,
    zone_in_the_way,
)
from sim.world.codes import NOBODY, Activity, Mechanism, Reason, Stance
from sim.world.geometry import distance_km
from sim.world.start import LEAST_RATE


@compiled
def route(world, row):
    """Let one formation choose its road: keep the way it has, or look for one where ground has changed.

    One that halts beyond this tick looks when it is about to move.
    """
    unit = world.formations[row]
    if unit.posture == Activity.LOST or unit.to != NOBODY or unit.assault != NOBODY:
        return
    if unit.objective == NOBODY or unit.objective == unit.at:
        return
    clock = world.clock[0]
    if unit.halt_until_day > clock.day + clock.tick_days:
        return
    same_target = unit.path_target == unit.objective
    if same_target and unit.path_fresh == 1 and (unit.path_length == 0 or on_path(world, row)):
        return
    choose_way(world, row, same_target and on_path(world, row))


@compiled
def on_path(world, row):
    """Return whether a formation stands on its path with road ahead."""
    unit = world.formations[row]
    if unit.path_position >= unit.path_length - 1:
        return False
    return world.paths[row, unit.path_position] == unit.at


@compiled
def choose_way(world, row, has_way):
    """Search, and take the new way unless the old one is open and not longer by more than the hysteresis.

    What is found holds until something changes that was looked at (`sim.rules.changes`).
    """
    unit = world.formations[row]
    unit.path_fresh = 1
    for place in range(world.looked_at.shape[1]):
        world.looked_at[row, place] = 0
    world.looked_at[row, unit.objective] = 1
    new_days = search(world, row, unit.objective) if may_enter(world, row, unit.objective) else math.inf
    if not math.isfinite(new_days):
        give_up(world, row)
        return
    old_days = remaining_days(world, row) if has_way else math.inf
    if new_days >= old_days * (1.0 - world.settings[0].route_hysteresis_share):
        return
    if has_way and math.isfinite(old_days):
        fire(world, Mechanism.REROUTE)
    store_path(world, row, unit.objective)


@compiled
def give_up(world, row):
    """Remember that there is no way, and say why."""
    unit = world.formations[row]
    unit.path_length = 0
    unit.path_target = unit.objective
    in_zone = zone_in_the_way(world, row, unit.objective) != NOBODY
    note_wait(world, row, unit.objective, Reason.RESPECTS_ZONE if in_zone else Reason.NO_WAY, world.clock[0].day)


@compiled
def leg_days(world, row, from_place, to_place, road):
    """Return the expected days of one leg, or infinity where it is closed to the formation."""
    fight = fight_days(world, row, to_place)
    if fight == math.inf:
        return fight
    unit, settings, line = world.formations[row], world.settings[0], world.roads[road]
    if is_own_road(world, unit.side, road):
        days = settings.route_redeployment_factor * line.length_km / line.march_km_per_day
        if line.cut == 1:
            days += max(0.0, line.cut_until_day - world.clock[0].day)
    else:
        days = line.length_km / world.expected_rates[row, line.road_class]
        if fight > 0.0 and blocks(world, row, from_place, to_place):
            days += fight
    if line.bridge_out == 1:
        days += settings.route_bridging_days
    if unit.sector != NOBODY and world.in_sector[unit.sector, to_place] == 0:
        days *= settings.route_out_of_sector_factor
    return days


@compiled
def fight_days(world, row, place):
    """Return the expected days of a fight on the way, infinity for a place that is closed to the formation.

    Reckoned once a search for each place (`node_fight`, negative until then).
    """
    if world.node_fight[place] < 0.0:
        world.node_fight[place] = reckon_fight(world, row, place)
    return world.node_fight[place]


@compiled
def reckon_fight(world, row, place):
    """Return the expected days of a fight for a place; a bypassing formation counts them by a factor."""
    if not may_enter(world, row, place):
        return math.inf
    unit = world.formations[row]
    days = expected_days(world, row, place)
    if unit.order < unit.orders_count and world.orders[unit.orders_first + unit.order].bypass == 1:
        if place != unit.objective:
            days *= world.settings[0].route_bypass_factor
    return days


@compiled
def search(world, row, target):
    """Return the least expected days from a formation's place to `target` (infinity: no way); fills `node_from`.

    A* over the road network with a binary heap of (least days in all, place); the straight way at the highest speed is
    what is left at least (Hart, Nilsson and Raphael 1968). It sets out from the target, whose surroundings are mostly
    slow ground: from the formation's place it would first look at all its own, fast ground. `node_from` is thus the
    next place on the way. The heap lies in the world's work space: `heapq` on a list allocates for every place.
    """
    unit, days, next_on = world.formations[row], world.node_days, world.node_from
    for place in range(days.shape[0]):
        days[place] = math.inf
        world.node_fight[place] = -1.0
    days_per_km = least_days_per_km(world, row)
    start = world.places[unit.at]
    days[target] = 0.0
    world.node_left[target] = days_per_km * distance_km(world.places[target], start)
    world.heap_days[0] = 0.0
    world.heap_places[0] = target
    size = 1
    while size > 0:
        in_all, here = world.heap_days[0], world.heap_places[0]
        size = drop_first(world.heap_days, world.heap_places, size)
        if here == unit.at:
            return days[here]
        so_far = days[here]
        if in_all > so_far + world.node_left[here]:
            continue
        for arc in range(world.arc_starts[here], world.arc_starts[here + 1]):
            there = world.arc_places[arc]
            world.looked_at[row, there] = 1
            if so_far >= days[there] or (there != unit.at and fight_days(world, row, there) == math.inf):
                continue
            total = so_far + leg_days(world, row, there, here, world.arc_roads[arc])
            if total < days[there]:
                if days[there] == math.inf:
                    world.node_left[there] = days_per_km * distance_km(world.places[there], start)
                days[there] = total
                next_on[there] = here
                size = put(world.heap_days, world.heap_places, size, total + world.node_left[there], there)
    return math.inf


@compiled
def path_km(world, row):
    """Return the km of a formation's path from where it begins, infinity where there is none."""
    length, km = world.formations[row].path_length, 0.0
    for index in range(length - 1):
        road = road_between(world, world.paths[row, index], world.paths[row, index + 1])
        km += world.roads[road].length_km
    return km if length > 0 else math.inf


@compiled
def put(days, places, size, in_all, place):
    """Put a place on the heap of (days, place) pairs; return its new size."""
    at = size
    while at > 0:
        parent = (at - 1) // 2
        if days[parent] < in_all or (days[parent] == in_all and places[parent] <= place):
            break
        days[at] = days[parent]
        places[at] = places[parent]
        at = parent
    days[at] = in_all
    places[at] = place
    return size + 1


@compiled
def drop_first(days, places, size):
    """Take the least pair off the heap; return its new size."""
    size -= 1
    in_all, place = days[size], places[size]
    at = 0
    while 2 * at + 1 < size:
        child = 2 * at + 1
        other = child + 1
        if other < size and (
            days[other] < days[child] or (days[other] == days[child] and places[other] < places[child])
        ):
            child = other
        if in_all < days[child] or (in_all == days[child] and place <= places[child]):
            break
        days[at] = days[child]
        places[at] = places[child]
        at = child
    days[at] = in_all
    places[at] = place
    return size


@compiled
def least_days_per_km(world, row):
    """Return the least days that a straight km may take a formation: highest speed, straightest road."""
    unit, settings = world.formations[row], world.settings[0]
    fastest = fastest_march(world)
    for line in range(world.road_classes.shape[0]):
        kind = world.road_classes[line]
        push = world.sides[unit.side].push_rate_km_per_day * unit.tempo * kind.advance_factor
        fastest = max(fastest, push)
    return min(1.0, settings.route_out_of_sector_factor) * world.clock[0].least_detour / fastest


@compiled
def fastest_march(world):
    """Return the march rate (km a day) of the best class of road."""
    fastest = LEAST_RATE
    for line in range(world.road_classes.shape[0]):
        fastest = max(fastest, world.road_classes[line].march_km_per_day)
    return fastest


@compiled
def store_path(world, row, target):
    """Write the path that the search found to the formation's row of `paths`."""
    unit = world.formations[row]
    place, length = unit.at, 0
    while place != target:
        world.paths[row, length] = place
        place = world.node_from[place]
        length += 1
    world.paths[row, length] = target
    unit.path_length = length + 1
    unit.path_position = 0
    unit.path_target = target


@compiled
def remaining_days(world, row):
    """Return the expected days left on the formation's present path (infinity where it has become closed)."""
    unit = world.formations[row]
    days = 0.0
    for index in range(unit.path_position, unit.path_length - 1):
        here = world.paths[row, index]
        there = world.paths[row, index + 1]
        days += leg_days(world, row, here, there, road_between(world, here, there))
    return days


@compiled
def measure_roads(world, side, from_place, most_km, wanted):
    """Write `road_km`: the road km from a place over a side's own ground, infinity where more than so many.

    No enemy may stand on the way, and bridges have to stand (Dijkstra 1959). The road into the last place may lead to
    an enemy's. Ends as soon as a way to the place `wanted` (-1: none) is found, which need not be the shortest.
    """
    km, size, meets = world.road_km, 1, are_enemies_under_way(world, side)
    for place in range(km.shape[0]):
        km[place] = math.inf
    km[from_place] = world.heap_days[0] = 0.0
    world.heap_places[0] = from_place
    while size > 0:
        so_far, here = world.heap_days[0], world.heap_places[0]
        size = drop_first(world.heap_days, world.heap_places, size)
        if so_far > km[here] or (here != from_place and not is_clear(world, side, here)):
            continue
        for arc in range(world.arc_starts[here], world.arc_starts[here + 1]):
            there, line = world.arc_places[arc], world.roads[world.arc_roads[arc]]
            total = so_far + line.length_km
            if total >= km[there] or total > most_km or line.bridge_out == 1:
                continue
            is_free = not meets or not is_occupied(world, side, world.arc_roads[arc])
            if is_free and not behind_ring(world, here, there):
                km[there] = total
                if there == wanted:
                    return
                size = put(world.heap_days, world.heap_places, size, total, there)


@compiled
def are_enemies_under_way(world, side):
    """Return whether any formation that a side fights is on a road."""
    for row in range(world.formations.shape[0]):
        unit = world.formations[row]
        if unit.road != NOBODY and unit.posture != Activity.LOST and world.stances[side, unit.side] == Stance.HOSTILE:
            return True
    return False


@compiled
def is_near(world, side, from_place, to_place, most_km):
    """Return whether no more than so many road km of own ground lead from a place of a side to another."""
    measure_roads(world, side, from_place, most_km, to_place)
    return math.isfinite(world.road_km[to_place])


@compiled
def is_clear(world, side, place):
    """Return whether a place is a side's own or an ally's, with no enemy in it."""
    return is_friendly(world, side, place) and men_at(world, place, side) < LEAST_MEN


@compiled
def has_open_way(world, row):
    """Return whether the formation has somewhere to go and a path there."""
    unit = world.formations[row]
    return unit.objective != NOBODY and unit.path_target == unit.objective and on_path(world, row)
