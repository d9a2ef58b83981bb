"""Who holds what, who may enter where, and what stands in the way: the questions that every rule asks of the map."""

import math

from sim.compiled import compiled
from sim.world.codes import NOBODY, Activity, SiegeState, Stance
from sim.world.geometry import distance_km


@compiled
def is_friendly(world, side, place):
    """Return whether a place is held by the side or an ally of its alliance."""
    holder = world.places[place].holder
    return holder != NOBODY and world.stances[side, holder] <= Stance.ALLIED


@compiled
def is_hostile(world, side, place):
    """Return whether a place is held by a side that this one fights."""
    holder = world.places[place].holder
    return holder != NOBODY and world.stances[side, holder] == Stance.HOSTILE


@compiled
def is_foreign(world, side, place):
    """Return whether a place is held by a side that stands apart from this one: aligned, neutral or rival."""
    holder = world.places[place].holder
    return holder != NOBODY and stands_apart(world, side, holder)


@compiled
def stands_apart(world, side, other_side):
    """Return whether another side is neither a friend nor fought: aligned, neutral or rival."""
    return Stance.ALLIED < world.stances[side, other_side] < Stance.HOSTILE


@compiled
def is_claimed(world, place):
    """Return whether a formation has come to a place that is not its own and holds on to it."""
    claimant = world.places[place].claimant
    if claimant == NOBODY:
        return False
    unit = world.formations[claimant]
    return unit.at == place and unit.to == NOBODY and unit.posture != Activity.LOST


@compiled
def is_claimed_apart(world, side, place):
    """Return whether the formation that holds on to a place stands apart from this side."""
    if not is_claimed(world, place):
        return False
    return stands_apart(world, side, world.formations[world.places[place].claimant].side)


@compiled
def is_besieged(world, place):
    """Return whether a place lies inside a siege that is still on."""
    siege = world.places[place].siege
    return siege != NOBODY and world.sieges[siege].state == SiegeState.ON


@compiled
def behind_ring(world, from_place, to_place):
    """Return whether a siege ring lies between two neighbouring places."""
    if world.places[from_place].siege == world.places[to_place].siege:
        return False
    return is_besieged(world, from_place) or is_besieged(world, to_place)


@compiled
def zone_in_the_way(world, formation, place):
    """Return the row of a zone that this formation respects and that covers the place, or -1.

    Places its own alliance holds are open to it; so is the zone that it is defying.
    """
    unit = world.formations[formation]
    if is_friendly(world, unit.side, place):
        return NOBODY
    for zone in range(world.zones.shape[0]):
        if world.in_zone[zone, place] == 1 and world.zone_sides[zone, unit.side] == 1:
            if world.zones[zone].lifted == 0 and unit.defying != zone:
                return zone
    return NOBODY


@compiled
def may_enter(world, formation, place):
    """Return whether a formation may go to a place: its country, no respected zone, not held by a third party.

    A formation that defies a zone may close in on the places in it whoever holds them; it stops at their gates.
    """
    unit = world.formations[formation]
    if world.may_enter[unit.side, world.places[place].country] == 0:
        return False
    if is_foreign(world, unit.side, place):
        return unit.defying != NOBODY and world.in_zone[unit.defying, place] == 1
    return zone_in_the_way(world, formation, place) == NOBODY


@compiled
def task_reach_km(world):
    """Return how many km a formation goes for a task at most: the longest of its reaches to mend, clear and help."""
    settings = world.settings[0]
    return max(settings.commands_mend_reach_km, settings.commands_clear_reach_km, settings.commands_help_reach_km)


@compiled
def call(world, alliance, place):
    """Let the formations of an alliance that are near enough to a place look for a task again (`sim.rules.rear`)."""
    reach_km = task_reach_km(world)
    for index in range(world.alliance_starts[alliance], world.alliance_starts[alliance + 1]):
        row = world.alliance_units[index]
        unit = world.formations[row]
        if unit.calm == 1 and distance_km(unit, world.places[place]) <= reach_km:
            unit.calm = 0


@compiled
def line_with(world, formation, alliance):
    """Return the record of the line between a formation and the sides of another alliance."""
    return world.lines[formation * world.alliances.shape[0] + alliance]


@compiled
def own_km(line, point):
    """Return the distance (km) of a point from where a formation stood when it agreed a line."""
    dx, dy, dz = point.x_km - line.own_x_km, point.y_km - line.own_y_km, point.z_km - line.own_z_km
    return math.sqrt(dx * dx + dy * dy + dz * dz)


@compiled
def line_before(world, formation, place):
    """Return the alliance across whose agreed line a place lies, -1 for none.

    Across: within contact range of where the rival stood, and nearer to that than to where the formation did, if few
    roads, their bridges standing, lead there from the rival's ground. What its own alliance holds is open to it.
    """
    unit = world.formations[formation]
    if unit.lines == 0 or is_friendly(world, unit.side, place):
        return NOBODY
    for alliance in range(world.alliances.shape[0]):
        line = line_with(world, formation, alliance)
        if line.agreed == 1 and is_reached_from(world, alliance, place):
            far_km = distance_km(world.places[place], line)
            if far_km <= unit.contact_range_km and far_km < own_km(line, world.places[place]):
                return alliance
    return NOBODY


@compiled
def is_reached_from(world, alliance, place):
    """Return whether few enough roads, over no broken bridge, lead to a place from one that an alliance holds.

    Breadth-first from the place, `rules.encounters.line_roads` deep (0: no bound).
    """
    roads, queue, most = world.node_days, world.node_from, world.settings[0].encounters_line_roads
    if most <= 0.0:
        return True
    for other in range(roads.shape[0]):
        roads[other] = math.inf
    roads[place] = 0.0
    queue[0] = place
    head, size = 0, 1
    while head < size and roads[queue[head]] < most:
        here = queue[head]
        head += 1
        for arc in range(world.arc_starts[here], world.arc_starts[here + 1]):
            there = world.arc_places[arc]
            if roads[there] < math.inf or world.roads[world.arc_roads[arc]].bridge_out == 1:
                continue
            holder = world.places[there].holder
            if holder != NOBODY and world.sides[holder].alliance == alliance:
                return True
            roads[there] = roads[here] + 1.0
            queue[size] = there
            size += 1
    return False


@compiled
def men_at(world, place, side):
    """Return the men at a place who would fight against `side`: the garrison and hostile formations standing there."""
    men = 0.0
    if is_hostile(world, side, place):
        men += world.places[place].garrison_men
    if world.places[place].standing == 0:
        return men
    for row in range(world.formations.shape[0]):
        unit = world.formations[row]
        if unit.at == place and unit.to == NOBODY and unit.posture != Activity.LOST:
            if world.stances[side, unit.side] == Stance.HOSTILE:
                men += unit.strength_men
    return men


@compiled
def stand(world, unit):
    """Count a formation among those that stand at its place; roads cut there are looked at in this tick."""
    world.places[unit.at].standing += 1
    world.clock[0].stand_version += 1
    world.clock[0].look_at_cuts = 1


@compiled
def stand_no_more(world, unit):
    """Count a formation no longer among those that stand at its place."""
    world.places[unit.at].standing -= 1


@compiled
def blocks(world, formation, from_place, to_place):
    """Return whether a fight stands between a formation and the next place: its defenders, or a siege ring.

    Also where the place is still its own by name, but an enemy stands there.
    """
    side = world.formations[formation].side
    if behind_ring(world, from_place, to_place):
        return True
    return is_foreign(world, side, to_place) or men_at(world, to_place, side) >= 1.0


@compiled
def is_open_road(world, side, road):
    """Return whether a road is open to a side: on its own ground, and not cut by a raid."""
    return world.roads[road].cut == 0 and is_own_road(world, side, road)


@compiled
def is_own_road(world, side, road):
    """Return whether a road lies on a side's own ground: both ends held by it or an ally, no siege ring."""
    line = world.roads[road]
    if not is_friendly(world, side, line.from_place) or not is_friendly(world, side, line.to_place):
        return False
    return not behind_ring(world, line.from_place, line.to_place)


@compiled
def road_between(world, here, there):
    """Return the row of the road that joins two neighbouring places, -1 for none."""
    for arc in range(world.arc_starts[here], world.arc_starts[here + 1]):
        if world.arc_places[arc] == there:
            return world.arc_roads[arc]
    return NOBODY


@compiled
def nearest_place(world, formation):
    """Return the row of the end of its road that a formation is nearer to."""
    unit = world.formations[formation]
    if unit.to != NOBODY and unit.km > 0.5 * world.roads[unit.road].length_km:
        return unit.to
    return unit.at


@compiled
def interest_in(world, command, place):
    """Return a command's interest (0 to 1) in a place: its own weight, or its default."""
    if place == NOBODY:
        return world.commands[command].default_interest
    weight = world.interests[command, place]
    return weight if weight >= 0.0 else world.commands[command].default_interest


@compiled
def is_passable(world, side, road):
    """Return whether men of a side can go along a road on its own ground: open, its bridge standing, no enemy on it."""
    line = world.roads[road]
    return line.bridge_out == 0 and is_open_road(world, side, road) and not is_occupied(world, side, road)


@compiled
def is_occupied(world, side, road):
    """Return whether a formation that a side fights is on a road, or before the gate at its end."""
    for row in range(world.formations.shape[0]):
        unit = world.formations[row]
        if unit.road == road and unit.posture != Activity.LOST and world.stances[side, unit.side] == Stance.HOSTILE:
            return True
    return False


@compiled
def are_connected(world, side, from_place, to_place):
    """Return whether passable road joins two places of a side (breadth-first over the network)."""
    places = world.places.shape[0]
    for place in range(places):
        world.node_from[place] = NOBODY
    queue = world.node_days
    queue[0] = float(from_place)
    world.node_from[from_place] = from_place
    head = 0
    tail = 1
    while head < tail:
        here = int(queue[head])
        head += 1
        if here == to_place:
            return True
        for arc in range(world.arc_starts[here], world.arc_starts[here + 1]):
            there = world.arc_places[arc]
            road = world.arc_roads[arc]
            if world.node_from[there] == NOBODY and is_passable(world, side, road) and men_at(world, there, side) < 1.0:
                world.node_from[there] = here
                queue[tail] = float(there)
                tail += 1
    return False
