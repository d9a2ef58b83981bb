"""The start of a run: the template copied, the drawn assumptions written, and what follows from them derived."""

import math

from sim.compiled import compiled
from sim.draws import NO_ID, Purpose, uniform
from sim.world.codes import NOBODY, Activity
from sim.world.geometry import distance_km

GARRISON_FLOOR = 1e-9
LEAST_RATE = 1e-6  # km a day: no division by zero where a scenario sets a rate to nothing
LN2 = math.log(2.0)


@compiled
def restore(block, template, slots, values):
    """Copy the template into the run block and write each drawn value to its slot.

    `block`, `template`: float64, 1-D, of one length; `slots`: int64; `values`: float64, as many as slots.
    """
    for word in range(template.shape[0]):
        block[word] = template[word]
    for index in range(slots.shape[0]):
        block[slots[index]] = values[index]


@compiled
def begin(world, key_low, key_high, logging):
    """Derive the state of day 0 from a restored block; `key_low`, `key_high`: the run's key; `logging`: 0 or 1."""
    clock = world.clock[0]
    clock.key_low = key_low
    clock.key_high = key_high
    clock.logging = logging
    clock.control_version = 1
    clock.holder_version = 1
    clock.stand_version = 1
    clock.flag_version = 1
    clock.moved_version = 1
    clock.log_reference_men = math.log(world.settings[0].assault_reference_men)
    for row in range(world.alliances.shape[0]):
        world.alliances[row].ground_version = 1
        world.alliances[row].won_version = 1
    settle_roads(world)
    settle_places(world)
    spread_garrisons(world)
    ready_formations(world)
    reckon_rates(world)
    ready_tensions(world)
    ready_channels(world)
    ready_sieges(world)


@compiled
def settle_roads(world):
    """Copy the class figures to every road, so that movement looks in one row; find the straightest road."""
    least = 1.0
    for row in range(world.roads.shape[0]):
        road = world.roads[row]
        road.march_km_per_day = world.road_classes[road.road_class].march_km_per_day
        road.advance_factor = world.road_classes[road.road_class].advance_factor
        straight_km = distance_km(world.places[road.from_place], world.places[road.to_place])
        least = min(least, road.length_km / max(straight_km, 1e-9))
    world.clock[0].least_detour = least


@compiled
def settle_places(world):
    """Copy the kind's figures to every place that has none of its own."""
    for row in range(world.places.shape[0]):
        place = world.places[row]
        kind = world.place_kinds[place.kind]
        place.breakpoint_share = kind.breakpoint_share
        place.preparation_days = kind.preparation_days
        place.consolidation_days = kind.consolidation_days
        place.frontage_men = kind.frontage_men
        place.leave_factor = kind.leave_factor
        if place.fortification < 0.0:
            place.fortification = kind.fortification
        if place.capacity_men < 0.0:
            place.capacity_men = kind.capacity_men
        if place.garrison_share < 0.0:
            place.garrison_share = kind.garrison_weight


@compiled
def spread_garrisons(world):
    """Spread each garrison group's men over its places in proportion to their weights; elsewhere, rear garrisons."""
    for group in range(world.garrisons.shape[0]):
        total = 0.0
        for row in range(world.places.shape[0]):
            if world.places[row].garrison == group:
                total += world.places[row].garrison_share
        for row in range(world.places.shape[0]):
            place = world.places[row]
            if place.garrison == group:
                share = place.garrison_share / max(total, GARRISON_FLOOR)
                place.garrison_men = world.garrisons[group].strength_men * share
                place.garrison_quality = world.garrisons[group].quality
    for row in range(world.places.shape[0]):
        place = world.places[row]
        if place.garrison == NOBODY:
            place.garrison_quality = 1.0
            if place.holder != NOBODY:
                place.garrison_men = world.settings[0].control_rear_garrison_men
        place.garrison_start_men = place.garrison_men
        note_insurgents(world, row)


@compiled
def note_insurgents(world, place):
    """Write whether an insurgent garrison holds a place: looked up daily for every place, so in an array of its own."""
    here = world.places[place]
    world.insurgent_held[place] = 0
    if here.garrison != NOBODY:
        group = world.garrisons[here.garrison]
        if group.insurgent == 1 and group.side == here.holder:
            world.insurgent_held[place] = 1
            world.idle_until_day[place] = 0.0
            here.raid_active_days = group.active_days


@compiled
def ready_formations(world):
    """Give every formation its full strength, its contact range and its position; open the assaults under way."""
    for row in range(world.formations.shape[0]):
        unit = world.formations[row]
        unit.full_strength_men = unit.start_men = unit.strength_men
        unit.supply_days = min(unit.supply_days, world.settings[0].supply_stock_days)
        unit.contact_range_km = world.settings[0].encounters_contact_range_km
        unit.try_factor = 1.0
        unit.support = 1.0
        unit.refill_days_per_day = world.settings[0].supply_refill_days_per_day
        u = uniform(world.clock[0], Purpose.STARTS_PUSHING, unit.draw_key, NO_ID, 0)
        unit.pushing = 0 if u < world.settings[0].march_pushing_at_start else 1  # at the end of a pause, or of a push
        unit.arrived_day = 0.0
        if unit.assault != NOBODY:
            unit.posture = Activity.FIGHTING
        if unit.to == NOBODY:
            world.places[unit.at].standing += 1
        unit.restraint = restraint_on(world, row)
        unit.placed_at = NOBODY
        place_on_road(world, unit)


@compiled
def reckon_rates(world):
    """Write each formation's advance on each class of road, averaged over pushes and pauses (km a day, no stretch)."""
    settings = world.settings[0]
    for row in range(world.formations.shape[0]):
        unit = world.formations[row]
        for line in range(world.road_classes.shape[0]):
            rate = world.sides[unit.side].push_rate_km_per_day * unit.tempo * world.road_classes[line].advance_factor
            if settings.march_pause_days > 0.0:
                pushing = mean_days(settings.march_push_days, settings.march_push_sigma)
                rate *= pushing / (pushing + mean_days(settings.march_pause_days, settings.march_pause_sigma))
            world.expected_rates[row, line] = max(rate, LEAST_RATE)


@compiled
def mean_days(median, sigma):
    """Return the mean of a lognormal length."""
    return median * math.exp(0.5 * sigma * sigma)


@compiled
def restraint_on(world, row):
    """Return how far a formation is held back from clashes: the largest restraint x obedience over the commands."""
    held = 0.0
    for command in range(world.commands.shape[0]):
        share = world.commands[command].restraint * world.obedience[row, command]
        held = max(held, share)
    return held


@compiled
def place_on_road(world, unit):
    """Write a formation's position in space from its place on the road, if that has changed."""
    if unit.placed_at == unit.at and unit.placed_to == unit.to and unit.placed_km == unit.km:
        return
    unit.placed_at, unit.placed_to, unit.placed_km = unit.at, unit.to, unit.km
    world.clock[0].moved_version += 1
    unit.moves += 1
    here = world.places[unit.at]
    there = world.places[unit.to] if unit.to != NOBODY else here
    share = unit.km / world.roads[unit.road].length_km if unit.to != NOBODY else 0.0
    unit.x_km = here.x_km + share * (there.x_km - here.x_km)
    unit.y_km = here.y_km + share * (there.y_km - here.y_km)
    unit.z_km = here.z_km + share * (there.z_km - here.z_km)


@compiled
def ready_tensions(world):
    """Reckon what a tick leaves of every tension, which fades exponentially with its half-life."""
    for row in range(world.tensions.shape[0]):
        record = world.tensions[row]
        record.kept_per_tick = kept_share(record.half_life_days, world.clock[0].tick_days)


@compiled
def kept_share(half_life_days, days):
    """Return what exponential decay leaves of 1 after so many days."""
    return math.exp(-LN2 * days / half_life_days)


@compiled
def ready_channels(world):
    """Decide which channels work at the start."""
    for row in range(world.channels.shape[0]):
        channel = world.channels[row]
        u = uniform(world.clock[0], Purpose.CHANNEL_OPEN, channel.draw_key, NO_ID, 0)
        channel.open = 1 if u < channel.working else 0


@compiled
def ready_sieges(world):
    """Man the rings; where no reference strength is given, the hazard of falling is measured against the start's."""
    for row in range(world.sieges.shape[0]):
        siege = world.sieges[row]
        men, power, defenders = 0.0, 0.0, 0.0
        for place in world.ring_places[row]:
            if place != NOBODY and world.places[place].holder == siege.besieger:
                men += world.places[place].garrison_men
                power += world.places[place].garrison_men * world.places[place].garrison_quality
        for place in world.besieged_places[row]:
            if place != NOBODY:
                defenders += world.places[place].garrison_men * world.places[place].garrison_quality
        for other in range(world.formations.shape[0]):
            if world.places[world.formations[other].at].siege == row and world.formations[other].to == NOBODY:
                defenders += world.formations[other].strength_men * world.formations[other].quality
        siege.ring_men = siege.ring_share * men
        siege.ring_start_men = max(siege.ring_men, 1.0)
        siege.ring_quality = power / men if men > 0.0 else 1.0
        if siege.reference_strength <= 0.0:
            siege.reference_strength = max(defenders, 1.0)
