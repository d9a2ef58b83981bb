"""Steps of movement that marches, assaults and zones share: a push begins, a place is entered, a unit turns back."""

import math

from sim.compiled import compiled
from sim.draws import NO_ID, Purpose, lognormal, uniform
from sim.records import note
from sim.rules.commands import weigh
from sim.rules.ground import is_claimed, is_claimed_apart, is_friendly, road_between, stand, stand_no_more
from sim.world.codes import NOBODY, Activity, LogKind, Reason
from sim.world.start import place_on_road


@compiled
def start_push(world, row, now):
    """Begin a push of drawn length (lognormal); the less its command cares for the objective, the shorter."""
    unit, settings = world.formations[row], world.settings[0]
    unit.pushing = 1
    median, sigma = settings.march_push_days * drive(world, row), settings.march_push_sigma
    length = lognormal(world.clock[0], Purpose.PUSH_LENGTH, unit.draw_key, NO_ID, unit.cycles, median, sigma)
    unit.cycle_until_day = now + length
    unit.cycles += 1


@compiled
def exploit(world, row, now):
    """After a capture begin a fresh push, or let a command that cares little for what comes next leave it at that."""
    unit = world.formations[row]
    u = uniform(world.clock[0], Purpose.EXPLOITS, unit.draw_key, NO_ID, unit.captures)
    unit.captures += 1
    if u < drive(world, row):
        start_push(world, row, now)
    else:
        unit.pushing = 1
        unit.cycle_until_day = now


@compiled
def drive(world, row):
    """Return what of its time a formation's command gives to its objective (0 to 1): the interest, not below the floor.

    Pushes are that much shorter and pauses that much longer. Source: assumption, `rules.march.lowest_interest`.
    """
    return max(weigh(world, row), world.settings[0].march_lowest_interest, 1e-3)


@compiled
def enter(world, row, now):
    """Stand at the place at the end of the road; ground not its own is claimed."""
    unit = world.formations[row]
    unit.came_from = unit.at
    unit.at = unit.to
    unit.to = NOBODY
    unit.road = NOBODY
    unit.km = 0.0
    unit.calm = 0
    stand(world, unit)
    unit.path_position += 1
    unit.arrived_day = now
    unit.arrival_open = 1
    unit.finish_open = 1
    world.clock[0].unsettled = 1
    note(world, LogKind.REACHES, now, row, unit.at, NOBODY, 0.0)
    if not is_friendly(world, unit.side, unit.at):
        claim(world, row, now)


@compiled
def claim(world, row, now):
    """Start to hold a place nobody defends: it changes hands after the hold time (`sim.rules.control`).

    Formations move one after the other, so one that comes later in the tick may have claimed the place before: the
    claim goes to the earlier arrival, and a third party's later one is held at the gate.
    """
    unit, place, settings = world.formations[row], world.places[world.formations[row].at], world.settings[0]
    comes_first = not is_claimed(world, unit.at) or place.claim_day > now
    if comes_first and is_claimed_apart(world, unit.side, unit.at):
        back_to_gate(world, place.claimant)
    if comes_first:
        place.claimant = row
        place.claim_day = now
        unit.claims = 1
        world.clock[0].unsettled = 1
    unit.halt_until_day = max(unit.halt_until_day, now + settings.control_hold_days)
    unit.halt_reason = Reason.CONSOLIDATES
    if settings.march_pause_days > 0.0:
        exploit(world, row, unit.halt_until_day)


@compiled
def pass_claim_on(world, row, now):
    """Let an ally that stands beside a claimant hold on to the place when the claimant goes; its time starts anew."""
    place = world.formations[row].at
    if world.places[place].claimant != row:
        return
    world.places[place].claimant = NOBODY
    for other in range(world.formations.shape[0]):
        ally = world.formations[other]
        if other != row and ally.at == place and ally.to == NOBODY and ally.posture != Activity.LOST:
            if ally.alliance == world.formations[row].alliance:
                world.places[place].claimant = other
                world.places[place].claim_day = now
                ally.claims = 1
                world.clock[0].unsettled = 1
                return


@compiled
def back_to_gate(world, row):
    """Undo an entry that another formation forestalled within the tick: stand before the place, on the road."""
    unit = world.formations[row]
    stand_no_more(world, unit)
    unit.to = unit.at
    unit.at = unit.came_from
    unit.road = road_between(world, unit.at, unit.to)
    unit.km = world.roads[unit.road].length_km
    unit.path_position -= 1
    unit.arrival_open = 0
    unit.finish_open = 0
    unit.halt_until_day = 0.0
    unit.posture = Activity.HOLDING
    unit.reason = Reason.RIVAL_HOLDS
    place_on_road(world, unit)


@compiled
def turn_back(world, row, now):
    """Turn round on the road, back to the last place passed."""
    unit = world.formations[row]
    unit.turning_back = 1
    unit.path_length = 0
    unit.path_fresh = 0
    note(world, LogKind.TURNS_BACK, now, row, unit.at, unit.to, unit.km)


@compiled
def knock_out(world, row, now):
    """Take a formation that is beaten or dispersed off the map for the rest of the run."""
    take_off(world, row, now)
    note(world, LogKind.LOST, now, row, world.formations[row].at, NOBODY, math.nan)


@compiled
def leave_the_map(world, row, now):
    """Take a formation that is withdrawn off the map for the rest of the run."""
    take_off(world, row, now)
    note(world, LogKind.LEAVES, now, row, world.formations[row].at, NOBODY, math.nan)


@compiled
def take_off(world, row, now):
    """Take a formation off the map."""
    unit = world.formations[row]
    if unit.to == NOBODY and unit.posture != Activity.LOST:
        stand_no_more(world, unit)
        pass_claim_on(world, row, now)
    unit.strength_men = 0.0
    unit.posture = Activity.LOST
    unit.moves += 1
    world.clock[0].moved_version += 1
    unit.assault = NOBODY
    unit.defying = NOBODY
    unit.objective = NOBODY
