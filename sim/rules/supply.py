"""Supply: days of supply, eaten by posture, refilled along an open road from a base or by air; replacements.

What lorries bring a day falls with the length of the round trip: refill at the base / (1 + km / half km).
Source: assumption (shape); figures in `rules.supply`. MODEL rule 3.
"""

import math

from sim.compiled import compiled
from sim.records import fire, note
from sim.rules.ground import call, is_besieged, is_claimed, is_friendly, is_open_road
from sim.rules.tasks import is_worn
from sim.world.codes import NOBODY, Activity, LogKind, Mechanism, Reason


@compiled
def supply(world):
    """Supply every formation for one tick, after bringing the distances from the bases up to date."""
    for row in range(world.formations.shape[0]):
        unit = world.formations[row]
        if unit.posture == Activity.LOST:
            continue
        measure_line(world, row)
        consume(world, row)
        replace_losses(world, row)


@compiled
def measure_line(world, row):
    """Write a formation's road km from the nearest base; cut off where no open road leads to one.

    Ground it has just taken and not yet holds keeps the distance of its last own place; ground lost behind it cuts it
    off. Measured again when it has come to another place or its alliance's ground has changed.
    """
    unit = world.formations[row]
    version = world.alliances[unit.alliance].ground_version
    if (unit.line_version == version and unit.line_place == unit.at) or world.sides[unit.side].has_bases == 0:
        return
    unit.line_version, unit.line_place = version, unit.at
    refresh_bases(world, unit.alliance, unit.side)
    km = world.base_km[unit.alliance, unit.at]
    if math.isfinite(km):
        unit.cut_off = 0
        if km != unit.base_km:
            settings = world.settings[0]
            unit.base_km = km
            unit.refill_days_per_day = settings.supply_refill_days_per_day / (1.0 + km / settings.supply_refill_half_km)
    elif unit.cut_off == 0 and not is_just_taken(world, unit):
        unit.cut_off = 1
        call(world, unit.alliance, unit.at)


@compiled
def is_just_taken(world, unit):
    """Return whether the last place that a formation came to is nobody's, or is being taken from its holder."""
    if is_friendly(world, unit.side, unit.at):
        return False
    return unit.to == NOBODY or world.places[unit.at].holder == NOBODY or is_claimed(world, unit.at)


@compiled
def refresh_bases(world, alliance, side):
    """Reckon the road km from the nearest base for every place of an alliance anew, if it has lost ground."""
    if world.alliances[alliance].bases_fresh == 1:
        return
    world.alliances[alliance].bases_fresh = 1
    for place in range(world.node_days.shape[0]):
        world.base_km[alliance, place] = math.inf
        world.node_days[place] = 0.0
    count = 0
    for place in world.base_places[alliance]:
        if place != NOBODY and is_friendly(world, side, place) and not is_besieged(world, place):
            world.base_km[alliance, place] = 0.0
            world.node_from[count] = place
            world.node_days[place] = 1.0
            count += 1
    spread(world, alliance, side, count)


@compiled
def extend_bases(world, alliance, side, place):
    """Reckon what has come nearer to the bases by a place, or a road at it, that an alliance has won."""
    for other in range(world.node_days.shape[0]):
        world.node_days[other] = 0.0
    world.node_from[0] = place
    world.node_days[place] = 1.0
    count = 1
    for base in world.base_places[alliance]:
        if base == place and not is_besieged(world, place):
            world.base_km[alliance, place] = 0.0
    for arc in range(world.arc_starts[place], world.arc_starts[place + 1]):
        world.node_from[count] = world.arc_places[arc]
        world.node_days[world.arc_places[arc]] = 1.0
        count += 1
    spread(world, alliance, side, count)


@compiled
def retract_bases(world, alliance, side, place):
    """Reckon anew what may have had its shortest way to a base over a place, which has lost that way or is lost.

    The list of these places is in `heap_places`; `node_days` says 1 of what is on it.
    """
    km, listed, on_list = world.base_km[alliance], world.heap_places, world.node_days
    for other in range(on_list.shape[0]):
        on_list[other] = 0.0
    listed[0] = place
    on_list[place] = 1.0
    size, index = 1, 0
    while index < size:
        here = listed[index]
        index += 1
        for arc in range(world.arc_starts[here], world.arc_starts[here + 1]):
            there = world.arc_places[arc]
            is_behind = km[here] + world.roads[world.arc_roads[arc]].length_km == km[there] and km[there] < math.inf
            if is_behind and on_list[there] == 0.0:
                listed[size] = there
                on_list[there] = 1.0
                size += 1
    for index in range(size):
        km[listed[index]] = math.inf
        on_list[listed[index]] = 0.0
    count = 0
    for index in range(size):
        here = listed[index]
        for arc in range(world.arc_starts[here], world.arc_starts[here + 1]):
            there = world.arc_places[arc]
            if km[there] < math.inf and on_list[there] == 0.0:
                world.node_from[count] = there
                on_list[there] = 1.0
                count += 1
    spread(world, alliance, side, count)


@compiled
def spread(world, alliance, side, count):
    """Carry shorter distances from the bases on over open roads, from a work list of `count` places.

    Shortest paths by repeated relaxation; the list is `node_from`, a ring, and `node_days` says 1 of what is on it.
    """
    km, queue, queued = world.base_km[alliance], world.node_from, world.node_days
    size = km.shape[0]
    head = 0
    while count > 0:
        here = queue[head]
        head = head + 1 if head + 1 < size else 0
        count -= 1
        queued[here] = 0.0
        for arc in range(world.arc_starts[here], world.arc_starts[here + 1]):
            there = world.arc_places[arc]
            road = world.arc_roads[arc]
            further = km[here] + world.roads[road].length_km
            if further < km[there] and is_open_road(world, side, road):
                km[there] = further
                if queued[there] == 0.0:
                    tail = head + count if head + count < size else head + count - size
                    queue[tail] = there
                    queued[there] = 1.0
                    count += 1


@compiled
def consume(world, row):
    """Eat and refill: use by posture, refill fading with the road distance from base, and what comes by air."""
    unit, settings, days = world.formations[row], world.settings[0], world.clock[0].tick_days
    busy = Activity.MARCHING <= unit.posture <= Activity.ADVANCING or unit.posture == Activity.FIGHTING
    use = settings.supply_use_pushing_per_day if busy else settings.supply_use_halted_per_day
    refill = unit.air_supply_days_per_day
    if unit.cut_off == 0:
        refill += unit.refill_days_per_day
    had = unit.supply_days
    unit.supply_days = min(settings.supply_stock_days, max(0.0, had + (refill - use) * days))
    if had > 0.0 and unit.supply_days == 0.0 and use > 0.0:
        fire(world, Mechanism.OUT_OF_SUPPLY)
        if unit.assault == NOBODY and unit.to == NOBODY:
            note(world, LogKind.WAITS, world.clock[0].day, row, unit.at, Reason.SUPPLY, 0.0)
    if unit.supply_days == 0.0:
        unit.quality *= 1.0 - min(1.0, settings.supply_quality_loss_per_day * days)


@compiled
def replace_losses(world, row):
    """Make good a share of the losses while a formation halts on its own ground with a line to its base.

    One that has men enough again for a task beside its orders looks for one.
    """
    unit, settings = world.formations[row], world.settings[0]
    halted = unit.to == NOBODY and (
        unit.posture == Activity.HOLDING or unit.posture == Activity.REFITTING or unit.posture == Activity.PAUSED
    )
    lost = unit.full_strength_men - unit.strength_men
    if not halted or unit.cut_off == 1 or lost <= 0.0 or is_besieged(world, unit.at):
        return
    share = min(1.0, settings.supply_replacements_per_day * world.clock[0].tick_days)
    if share > 0.0:
        was_worn = is_worn(world, unit)
        unit.strength_men += share * lost
        if was_worn and not is_worn(world, unit):
            unit.calm = 0
        fire(world, Mechanism.REPLACEMENTS)
