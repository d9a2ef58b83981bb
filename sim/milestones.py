"""Milestones: named predicates over the state, each recorded, and its flag raised, when first true."""

from sim.compiled import compiled
from sim.records import note
from sim.world.codes import NOBODY, Activity, LogKind, Predicate, SiegeState
from sim.world.geometry import distance_km


@compiled
def milestones(world):
    """Raise the flag of every milestone that has become true in this tick.

    What depends on who is where, on holders or on roads is looked at only when that has changed. A formation's arrival
    counts from its exact day, everything else from the end of the tick.
    """
    clock = world.clock[0]
    stands_new = clock.milestone_stands != clock.stand_version
    holders_new = clock.milestone_holders != clock.holder_version
    control_new = clock.milestone_control != clock.control_version
    moved = clock.asks_near == 1 and clock.milestone_moves != clock.moved_version
    if not (stands_new or holders_new or control_new or moved):
        return
    clock.milestone_stands = clock.stand_version
    clock.milestone_holders = clock.holder_version
    clock.milestone_control = clock.control_version
    clock.milestone_moves = clock.moved_version
    for row in range(world.milestones.shape[0]):
        stone = world.milestones[row]
        if not may_be_new(stone, stands_new, holders_new, control_new):
            continue
        if world.flags[stone.flag].up == 0:
            day = reached_on(world, row, stone)
            if day >= 0.0:
                world.flags[stone.flag].up = 1
                world.flags[stone.flag].day = day
                clock.flag_version += 1
                note(world, LogKind.MILESTONE, day, row, NOBODY, NOBODY, 0.0)


@compiled
def may_be_new(stone, stands_new, holders_new, control_new):
    """Return whether what a milestone depends on has changed; sieges are looked at whenever anything has."""
    if stone.predicate == Predicate.REACHED:
        return stands_new
    if stone.predicate == Predicate.HELD:
        return holders_new
    return control_new or stone.predicate != Predicate.CONNECTED


@compiled
def reached_on(world, row, stone):
    """Return the day on which a milestone is first true, or -1 while it is not."""
    end = world.clock[0].day + world.clock[0].tick_days
    if stone.predicate == Predicate.REACHED:
        return first_at(world, row)
    if stone.predicate == Predicate.NEAR:
        return end if is_near(world, row, stone) else -1.0
    if stone.predicate == Predicate.RELIEVED:
        return end if world.sieges[stone.target].state == SiegeState.RELIEVED else -1.0
    if stone.predicate == Predicate.FALLEN:
        return end if world.sieges[stone.target].state == SiegeState.FALLEN else -1.0
    if stone.predicate == Predicate.HELD:
        return end if held(world, row) >= stone.at_least else -1.0
    return end if ground_is_won(world, row, stone) and connects(world, row) else -1.0


@compiled
def ground_is_won(world, row, stone):
    """Return whether a milestone's sides have won ground since this was last asked."""
    version = 0
    for side in range(world.sides.shape[0]):
        if world.milestone_sides[row, side] == 1:
            version += world.alliances[world.sides[side].alliance].won_version
    is_new = version != stone.won_seen
    stone.won_seen = version
    return is_new


@compiled
def held(world, row):
    """Return how many of a milestone's places its sides hold."""
    count = 0
    for place in world.milestone_places[row]:
        if place == NOBODY:
            break
        if is_of_sides(world, row, place):
            count += 1
    return count


@compiled
def is_listed(places, place):
    """Return whether a place is among those listed."""
    for one in places:
        if one == place:
            return True
        if one == NOBODY:
            break
    return False


@compiled
def is_of_sides(world, row, place):
    """Return whether one of a milestone's sides holds a place."""
    holder = world.places[place].holder
    return holder != NOBODY and world.milestone_sides[row, holder] == 1


@compiled
def first_at(world, row):
    """Return the earliest day on which one of a milestone's formations came to stand at one of its places, or -1."""
    first = -1.0
    for other in range(world.formations.shape[0]):
        if world.milestone_formations[row, other] == 1:
            unit = world.formations[other]
            stands = unit.to == NOBODY and unit.posture != Activity.LOST
            if stands and is_listed(world.milestone_places[row], unit.at):
                if first < 0.0 or unit.arrived_day < first:
                    first = unit.arrived_day
    return first


@compiled
def is_near(world, row, stone):
    """Return whether one of a milestone's formations is within its distance of its place."""
    for other in range(world.formations.shape[0]):
        unit = world.formations[other]
        if world.milestone_formations[row, other] == 1 and unit.posture != Activity.LOST:
            if distance_km(unit, world.places[stone.target]) <= stone.within_km:
                return True
    return False


@compiled
def connects(world, row):
    """Return whether a path of uncut roads over places of a milestone's sides joins its two lists of ends.

    Breadth-first from the far ends: the near ones mostly lie where most ground is the sides' own.
    """
    seen, queue = world.node_days, world.node_from
    if held(world, row) == 0:
        return False
    for place in range(seen.shape[0]):
        seen[place] = 0.0
    tail = 0
    for place in world.milestone_ends[row]:
        if place != NOBODY and is_of_sides(world, row, place):
            seen[place] = 1.0
            queue[tail] = place
            tail += 1
    head = 0
    while head < tail:
        here = queue[head]
        head += 1
        if is_listed(world.milestone_places[row], here):
            return True
        for arc in range(world.arc_starts[here], world.arc_starts[here + 1]):
            there = world.arc_places[arc]
            if seen[there] == 0.0 and is_of_sides(world, row, there) and world.roads[world.arc_roads[arc]].cut == 0:
                seen[there] = 1.0
                queue[tail] = there
                tail += 1
    return False
