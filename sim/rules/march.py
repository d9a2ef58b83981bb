"""March and advance: administrative march on own ground; beyond it pushes and pauses at a persistent tempo.

Rates of advance are lognormal across formations and persist in time; most force-days show little movement (after
Helmbold 1990). A pause holds back only new moves beyond own ground, and a capture starts a fresh push. Arrivals are
placed exactly within the tick from the distance left. Formations move in draw-key order, each writing its own row; one
that leaves ground it has held long enough settles control of it first, which later ones then see. MODEL rule 1.
"""

from sim.compiled import compiled
from sim.draws import NO_ID, Purpose, lognormal, uniform
from sim.records import fire, note, note_wait
from sim.rules.assault import join
from sim.rules.attrition import LEAST_MEN
from sim.rules.control import settle_departure
from sim.rules.ground import (
    behind_ring,
    blocks,
    is_claimed_apart,
    is_foreign,
    is_open_road,
    is_own_road,
    line_before,
    line_with,
    may_enter,
    men_at,
    road_between,
    stand,
    stand_no_more,
)
from sim.rules.meeting import enemy_behind, give_way, opponent_ahead, opponent_comes
from sim.rules.movement import drive, enter, knock_out, pass_claim_on, start_push, turn_back
from sim.rules.odds import dares, is_hopeless, is_joining, odds_of, remember_defeat
from sim.rules.route import has_open_way
from sim.world.codes import NOBODY, Activity, LogKind, Mechanism, Reason, Stance
from sim.world.start import place_on_road

LEAST_KM = 1e-9


@compiled
def march(world, row):
    """Move one formation for one tick."""
    unit, clock = world.formations[row], world.clock[0]
    if unit.posture == Activity.LOST or unit.assault != NOBODY:
        return
    now, end = clock.day, clock.day + clock.tick_days
    for _ in range(64):
        if now >= end:
            break
        if unit.halt_until_day > now and unit.turning_back == 0:
            halt(world, row)
            now = unit.halt_until_day
        elif unit.to != NOBODY:
            now = go_on(world, row, now, end)
        elif not set_out(world, row, now):
            break
        if unit.assault != NOBODY or unit.posture == Activity.LOST:
            break
    place_on_road(world, unit)


@compiled
def halt(world, row):
    """Stand still for the reason on record."""
    unit = world.formations[row]
    unit.reason = unit.halt_reason
    if unit.halt_reason == Reason.REFITS:
        unit.posture = Activity.REFITTING
    elif unit.halt_reason == Reason.PAUSES:
        unit.posture = Activity.PAUSED
    elif unit.halt_reason == Reason.BRIDGES:
        unit.posture = Activity.ADVANCING
    else:
        unit.posture = Activity.HOLDING


@compiled
def set_out(world, row, now):
    """Leave for the next place of the path if nothing holds the formation back; return whether time may go on."""
    unit = world.formations[row]
    if not has_open_way(world, row):
        wait(world, row)
        return False
    if defends(world, row, now):
        return False
    there = world.paths[row, unit.path_position + 1]
    if not may_enter(world, row, there):
        unit.path_length = 0
        unit.path_fresh = 0
        wait(world, row)
        return False
    road = road_between(world, unit.at, there)
    if opponent_comes(world, row, there):
        unit.posture = Activity.HOLDING
        unit.reason = Reason.GIVES_WAY
        return False
    if not is_own_road(world, unit.side, road) and not ready_to_advance(world, row, there, now):
        return unit.halt_until_day > now
    if not dares(world, row, there, now):
        return True
    if crosses_lines(world, row, there, now) and crosses_river(world, row, road, now):
        leave(world, row, there, road, now)
    return True


@compiled
def defends(world, row, now):
    """Return whether an enemy assaults the place that a formation stands at, which it then does not leave."""
    unit = world.formations[row]
    if world.places[unit.at].fights == 0 or not is_assaulted(world, unit):
        return False
    unit.posture = Activity.HOLDING
    note_wait(world, row, unit.at, Reason.DEFENDS, now)
    return True


@compiled
def is_assaulted(world, unit):
    """Return whether a formation's enemy is in an assault on the place where it stands."""
    for row in range(world.formations.shape[0]):
        enemy = world.formations[row]
        if enemy.assault == unit.at and world.stances[unit.side, enemy.side] == Stance.HOSTILE:
            return True
    return False


@compiled
def wait(world, row):
    """Hold, and keep the reason; without a way is an activity of its own."""
    unit = world.formations[row]
    unit.posture = Activity.HOLDING
    if unit.objective == NOBODY or unit.objective == unit.at:
        if unit.objective == unit.at:
            unit.reason = Reason.HOLDS
        return
    if unit.path_length == 0 and unit.last_reason != Reason.NONE:
        unit.reason = unit.last_reason
    if unit.reason == Reason.NO_WAY:
        unit.posture = Activity.WITHOUT_WAY


@compiled
def ready_to_advance(world, row, there, now):
    """Return whether a formation may move beyond its own ground: in a push and in supply, or to mend the rear.

    One that waits for better odds, has decided to close in on a zone or follows an ally into an assault does not pause.
    """
    unit, settings = world.formations[row], world.settings[0]
    if unit.supply_days < settings.supply_push_threshold_days and unit.task == NOBODY:
        if unit.posture != Activity.OUT_OF_SUPPLY:
            fire(world, Mechanism.OUT_OF_SUPPLY)
            note(world, LogKind.WAITS, now, row, unit.at, Reason.SUPPLY, unit.supply_days)
        unit.posture = Activity.OUT_OF_SUPPLY
        unit.reason = Reason.SUPPLY
        return False
    if settings.march_pause_days <= 0.0 or unit.task != NOBODY or unit.odds_at != NOBODY or unit.defying != NOBODY:
        return True
    if now < unit.cycle_until_day and unit.pushing == 1:
        return True
    if is_joining(world, row, there):
        start_push(world, row, now)
        return True
    if now < unit.cycle_until_day:
        unit.halt_until_day = unit.cycle_until_day
        unit.halt_reason = Reason.PAUSES
        return False
    if unit.pushing == 1:
        start_pause(world, row, now)
        return False
    start_push(world, row, now)
    return True


@compiled
def start_pause(world, row, now):
    """Begin a pause of drawn length; the less its command cares for the objective, the longer."""
    unit, settings = world.formations[row], world.settings[0]
    unit.pushing = 0
    median, sigma = settings.march_pause_days / drive(world, row), settings.march_pause_sigma
    length = lognormal(world.clock[0], Purpose.PAUSE_LENGTH, unit.draw_key, NO_ID, unit.pauses, median, sigma)
    unit.pauses += 1
    unit.cycle_until_day = now + length
    unit.halt_until_day = now + length
    unit.halt_reason = Reason.PAUSES
    fire(world, Mechanism.PAUSE)
    note(world, LogKind.PAUSE, now, row, unit.at, NOBODY, length)


@compiled
def crosses_lines(world, row, there, now):
    """Return whether a formation may go to a place as far as agreed lines go: one before it is voided, or kept a while.

    A line that an ally has crossed to fight for that place holds nobody back; days for which one is kept are not those
    of a push. Source: assumption, `rules.encounters.line_broken_probability` and `.line_kept_days`.
    """
    unit, settings, clock = world.formations[row], world.settings[0], world.clock[0]
    alliance = line_before(world, row, there)
    if alliance == NOBODY or is_joining(world, row, there):
        return True
    u = uniform(clock, Purpose.LINE_BROKEN, unit.draw_key, NO_ID, unit.line_asks)
    median, sigma = settings.encounters_line_kept_days, settings.encounters_line_kept_sigma
    days = lognormal(clock, Purpose.LINE_KEPT, unit.draw_key, NO_ID, unit.line_asks, median, sigma)
    unit.line_asks += 1
    if u < settings.encounters_line_broken_probability:
        line_with(world, row, alliance).agreed = 0
        fire(world, Mechanism.LINE_BROKEN)
        note(world, LogKind.LINE_BROKEN, now, row, there, alliance, 0.0)
        return True
    unit.halt_until_day = now + max(days, clock.tick_days)
    unit.halt_reason = Reason.KEEPS_LINE
    unit.cycle_until_day += unit.pushing * days
    fire(world, Mechanism.LINE_KEPT)
    note(world, LogKind.WAITS, now, row, there, Reason.KEEPS_LINE, days)
    return False


@compiled
def crosses_river(world, row, road, now):
    """Return whether no river bars a road; where the bridge is out, the formation makes one first, for all."""
    unit, line = world.formations[row], world.roads[road]
    if line.bridge_out == 1:
        line.bridge_out = 0
        line.bridged_day = now + world.settings[0].route_bridging_days
        if line.bridged_day > now:
            fire(world, Mechanism.BRIDGING)
            note(world, LogKind.WAITS, now, row, unit.at, Reason.BRIDGES, line.bridged_day - now)
            unit.cycle_until_day += unit.pushing * (line.bridged_day - now)
    if line.bridged_day <= now:
        return True
    unit.halt_until_day = line.bridged_day
    unit.halt_reason = Reason.BRIDGES
    return False


@compiled
def leave(world, row, there, road, now):
    """Take the road to a neighbouring place."""
    unit, line = world.formations[row], world.roads[road]
    settle_departure(world, row, now)
    stand_no_more(world, unit)
    pass_claim_on(world, row, now)
    unit.to = there
    unit.road = road
    unit.km = 0.0
    unit.last_reason = Reason.NONE
    if unit.task == NOBODY:
        unit.waits_at = NOBODY
    note(world, LogKind.SETS_OUT, now, row, unit.at, there, line.length_km)


@compiled
def go_on(world, row, now, end):
    """Move along the road until the tick ends or something is reached; return the day to go on from."""
    unit = world.formations[row]
    if unit.turning_back == 0 and not may_enter(world, row, unit.to):
        turn_back(world, row, now)
    if unit.turning_back == 1:
        return go_back(world, row, now, end)
    length = world.roads[unit.road].length_km
    rate = rate_km_per_day(world, row)
    needed = (length - unit.km) / rate
    opponent = opponent_ahead(world, row, unit.km + rate * min(needed, end - now))
    if opponent != NOBODY:
        return give_way(world, row, opponent, now)
    if now + needed > end:
        unit.km += rate * (end - now)
        return end
    unit.km = length
    return reach(world, row, now + needed)


@compiled
def rate_km_per_day(world, row):
    """Return the present rate of movement and set the posture that goes with it."""
    unit, settings, line = world.formations[row], world.settings[0], world.roads[world.formations[row].road]
    unit.reason = Reason.NONE
    if is_open_road(world, unit.side, unit.road):
        unit.posture = Activity.MARCHING
        return line.march_km_per_day
    unit.posture = Activity.ADVANCING
    rate = world.sides[unit.side].push_rate_km_per_day * unit.tempo * line.advance_factor
    return max(rate / (1.0 + settings.march_stretch_per_100_km * unit.base_km / 100.0), 1e-6)


@compiled
def reach(world, row, now):
    """Come to the end of the road: enter, or stop at the gate of what a third party holds or reached before."""
    unit = world.formations[row]
    came_first = is_claimed_apart(world, unit.side, unit.to) and world.places[unit.to].claim_day <= now
    if came_first or is_foreign(world, unit.side, unit.to):
        unit.posture = Activity.HOLDING
        unit.reason = Reason.RIVAL_HOLDS
        return world.clock[0].day + world.clock[0].tick_days
    if blocks(world, row, unit.at, unit.to):
        if is_hopeless(world, row, unit.to, now):
            note(world, LogKind.WAITS, now, row, unit.to, Reason.ODDS, odds_of(world, row, unit.to, now))
            remember_defeat(world, row, unit.to)
            turn_back(world, row, now)
        else:
            join(world, row, now)
        return now
    enter(world, row, now)
    return now


@compiled
def go_back(world, row, now, end):
    """Move back along the road at march speed until the last place passed is reached."""
    unit = world.formations[row]
    unit.posture = Activity.MARCHING
    unit.reason = Reason.TURNED_BACK
    rate = world.roads[unit.road].march_km_per_day
    needed = unit.km / rate
    if unit.halt_until_day > now:  # its halt begins on arrival
        unit.halt_until_day += min(needed, end - now)
    enemy = enemy_behind(world, row, unit.km - rate * (end - now))
    if enemy != NOBODY:
        if world.formations[enemy].turning_back == 0:
            give_way(world, enemy, row, now)
        if unit.posture == Activity.LOST:
            return end
        unit.km = min(unit.km, world.formations[enemy].km + LEAST_KM)
        return end
    if now + needed > end:
        unit.km = max(unit.km - rate * (end - now), LEAST_KM)
        return end
    unit.turning_back = 0
    if behind_ring(world, unit.to, unit.at) or men_at(world, unit.at, unit.side) >= LEAST_MEN:
        fight_way_back(world, row, now + needed)
        return now + needed
    unit.to = NOBODY
    unit.road = NOBODY
    unit.km = 0.0
    unit.calm = 0
    stand(world, unit)
    note(world, LogKind.REACHES, now + needed, row, unit.at, NOBODY, 1.0)
    return now + needed


@compiled
def fight_way_back(world, row, now):
    """Turn against the place that a formation comes back to, where an enemy has taken it meanwhile, or the ring.

    Where that is hopeless (`rules.assault.odds_given_up`) it disperses.
    """
    unit = world.formations[row]
    unit.at, unit.to = unit.to, unit.at
    unit.km = world.roads[unit.road].length_km
    if is_hopeless(world, row, unit.to, now):
        knock_out(world, row, now)
        return
    join(world, row, now)
