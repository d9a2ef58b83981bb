"""Zones: ground that some sides may not enter, and the ladder its enforcer climbs when one of them closes in.

Who stands inside at the start is tolerated where it stands; closing in sets off the ladder: a call on the channel, a
show of force, warning shots, then strikes. Whether the intruder tries at all, and stops at a rung, depends on how far
it obeys the commands that ask it to keep out; on the channel too, whether it stops. Tries come at a hazard that falls
with every strike and every time it was turned back, and fades with time.
MODEL rule 7; source: assumption, `rules.zones`.
"""

import math

from sim.compiled import compiled
from sim.draws import Purpose, exponential, uniform
from sim.records import add_incident, fire, note
from sim.rules.changes import everything_changed
from sim.rules.ground import nearest_place
from sim.rules.movement import knock_out, turn_back
from sim.rules.tension import aggravate, channel_works
from sim.world.codes import NOBODY, Activity, Cause, IncidentKind, LogKind, Mechanism, Reason
from sim.world.geometry import distance_km
from sim.world.start import kept_share

CALL, SHOW_OF_FORCE, WARNING_SHOTS, STRIKE = 0, 1, 2, 3


@compiled
def zones(world):
    """Lift zones whose flag is up; let formations that defy one try, and climb the ladder on those that close in."""
    for zone in range(world.zones.shape[0]):
        lift(world, zone)
    for row in range(world.formations.shape[0]):
        unit = world.formations[row]
        if unit.may_defy == 0 or unit.posture == Activity.LOST:
            continue
        if unit.defying == NOBODY:
            consider(world, row)
        elif world.zones[unit.defying].lifted == 1:
            unit.defying = NOBODY
        else:
            climb(world, row, unit.defying)


@compiled
def lift(world, zone):
    """Open a zone whose flag is up."""
    record = world.zones[zone]
    if record.lifted == 0 and record.lifted_by != NOBODY and world.flags[record.lifted_by].up == 1:
        record.lifted = 1
        everything_changed(world)


@compiled
def consider(world, row):
    """Accumulate the hazard that a formation, its objective in a zone it defies, starts to close in."""
    unit, settings, clock = world.formations[row], world.settings[0], world.clock[0]
    if unit.halt_until_day > clock.day or unit.to != NOBODY:
        return
    zone = zone_of_objective(world, row)
    if zone == NOBODY:
        return
    if unit.try_threshold <= 0.0:
        unit.try_threshold = exponential(
            clock, Purpose.ZONE_TRY, unit.draw_key, world.zones[zone].draw_key, unit.tries, 1.0
        )
    rate = tries_per_day(settings, clock.day, unit) * (1.0 - heed(world, row, zone))
    unit.try_hazard += rate * clock.tick_days
    if unit.try_hazard >= unit.try_threshold:
        unit.try_hazard = 0.0
        unit.try_threshold = 0.0
        unit.tries += 1
        unit.defying = zone
        unit.rung = CALL
        unit.rung_day = math.inf
        unit.path_length = 0
        unit.path_fresh = 0
        fire(world, Mechanism.ZONE_TRY)
        note(world, LogKind.ZONE_TRY, clock.day, row, unit.objective, zone, 0.0)


@compiled
def tries_per_day(settings, day, unit):
    """Return the hazard of a try: falling with every strike and every turn back short of one, fading with time."""
    rate = settings.zones_try_per_day * unit.try_factor
    if settings.zones_try_half_life_days > 0.0:
        rate *= kept_share(settings.zones_try_half_life_days, day)
    return rate


@compiled
def heed(world, row, zone):
    """Return how far a formation obeys those who ask it to keep out of a zone (0 to 1): the command it obeys most."""
    most = 0.0
    for command in range(world.commands.shape[0]):
        if world.zone_askers[zone, command] == 1:
            most = max(most, world.obedience[row, command])
    return most


@compiled
def zone_of_objective(world, row):
    """Return the zone in force that covers a formation's objective and that it may defy, -1 for none."""
    unit = world.formations[row]
    if unit.objective == NOBODY:
        return NOBODY
    for zone in range(world.zones.shape[0]):
        if world.defies[row, zone] == 1 and world.in_zone[zone, unit.objective] == 1:
            if world.zones[zone].lifted == 0 and world.zone_sides[zone, unit.side] == 1:
                return zone
    return NOBODY


@compiled
def closes_in(world, row, zone):
    """Return whether a formation is under way inside a zone."""
    unit, record = world.formations[row], world.zones[zone]
    if unit.to == NOBODY or unit.turning_back == 1:
        return False
    if record.circle == 1:
        return distance_km(unit, record) <= record.radius_km
    return world.in_zone[zone, nearest_place(world, row)] == 1


@compiled
def climb(world, row, zone):
    """Climb the ladder by the rungs that fall due in this tick, until the intruder stops."""
    unit, clock, record = world.formations[row], world.clock[0], world.zones[zone]
    if unit.objective == NOBODY or world.in_zone[zone, unit.objective] == 0:
        unit.defying = NOBODY
        return
    if record.enforcer == NOBODY or not closes_in(world, row, zone):
        return
    if not math.isfinite(unit.rung_day):
        unit.rung_day = clock.day + clock.tick_days
    end = clock.day + clock.tick_days
    while unit.defying == zone and unit.rung_day <= end:
        take_rung(world, row, zone, unit.rung_day)
        unit.rung_day += world.settings[0].zones_rung_days


@compiled
def take_rung(world, row, zone, day):
    """Take one rung: the call needs a channel; a strike costs men; then the intruder stops or goes on."""
    unit, enforcer = world.formations[row], world.zones[zone].enforcer
    works = channel_works(world, unit.command, enforcer)
    rung = min(unit.rung, STRIKE)
    if rung != CALL or works:
        note(world, LogKind.ZONE_RUNG, day, row, nearest_place(world, row), zone, float(rung))
    if rung == STRIKE:
        strike(world, row, zone, day)
    elif rung != CALL:
        report(world, row, zone, IncidentKind.WARNING, day)
    if unit.posture != Activity.LOST and (rung != CALL or works) and stops(world, row, zone, works):
        stop(world, row, zone, day)
    unit.rung += 1


@compiled
def report(world, row, zone, kind, day):
    """Record an incident between an intruder and a zone's enforcer."""
    enforcer = world.zones[zone].enforcer
    place = nearest_place(world, row)
    side, other_side = world.formations[row].side, world.commands[enforcer].side
    add_incident(world, kind, Cause.ZONE, day, place, row, side, NOBODY, place, other_side)


@compiled
def stops(world, row, zone, works):
    """Return whether an intruder stops at this rung; the call reaches it through the commands it obeys."""
    unit, settings = world.formations[row], world.settings[0]
    probability = settings.zones_stop_probability_channel if works else settings.zones_stop_probability
    if unit.rung >= STRIKE:
        probability = settings.zones_stop_probability_struck
    elif unit.rung == CALL:
        probability = 1.0 - (1.0 - probability) * (1.0 - heed(world, row, zone))
    u = uniform(world.clock[0], Purpose.ZONE_RUNG, unit.draw_key, world.zones[zone].draw_key, unit.rungs)
    unit.rungs += 1
    return u < probability


@compiled
def stop(world, row, zone, day):
    """Give the try up and go back; a stop short of a strike counts against the next try."""
    unit = world.formations[row]
    unit.defying = NOBODY
    if unit.rung < STRIKE:
        unit.stops += 1
        unit.try_factor *= world.settings[0].zones_try_factor_after_turn_back
    unit.halt_until_day = max(unit.halt_until_day, day + world.settings[0].zones_stop_days)
    unit.halt_reason = Reason.TURNED_BACK
    fire(world, Mechanism.ZONE_STOP)
    note(world, LogKind.ZONE_STOP, day, row, nearest_place(world, row), zone, 0.0)
    report(world, row, zone, IncidentKind.TURN_BACK, day)
    if unit.to != NOBODY:
        turn_back(world, row, day)


@compiled
def strike(world, row, zone, day):
    """Strike the intruder: a drawn share of its men, tension, and perhaps the end of the channel."""
    unit, clock = world.formations[row], world.clock[0]
    u = uniform(clock, Purpose.ZONE_LOSS, unit.draw_key, world.zones[zone].draw_key, unit.strikes)
    unit.strength_men *= 1.0 - world.settings[0].zones_strike_loss_share * u
    unit.strikes += 1
    unit.try_factor *= world.settings[0].zones_try_factor_after_strike
    unit.halt_reason = Reason.CLASH
    report(world, row, zone, IncidentKind.STRIKE, day)
    fire(world, Mechanism.ZONE_STRIKE)
    fire(world, Mechanism.CLASH)
    aggravate(world, unit.command, world.zones[zone].enforcer, True, day)
    if unit.strength_men < 1.0:
        knock_out(world, row, day)
