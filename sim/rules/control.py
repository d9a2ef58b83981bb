"""Control: a place changes hands when its holder is gone and a formation has held it for a stated time.

Also what follows from standing somewhere long enough: arrivals, finishes, roads reopened. MODEL rule 11; figures in
`rules.control`.
"""

import math

from sim.compiled import compiled
from sim.records import add_arrival, note
from sim.rules.changes import holder_changed, road_reopened, wake
from sim.rules.ground import call, is_besieged, is_friendly, is_hostile
from sim.world.codes import NOBODY, Activity, How, LogKind, Reason
from sim.world.start import note_insurgents

SMALLEST_STEP = 1e-9
DECIDED_WITHIN_DAYS = 1.0  # insurgents decide once a day


@compiled
def control(world):
    """Settle claims, then arrivals and finishes, then roads whose cut is over, for the tick that ends now."""
    clock = world.clock[0]
    end = clock.day + clock.tick_days
    if clock.unsettled == 1:
        settle(world, end)
    if clock.cuts > 0 and (clock.look_at_cuts == 1 or clock.next_reopening_day <= end):
        reopen_roads(world, end)
    clock.look_at_cuts = 0


@compiled
def settle(world, end):
    """Settle claims, then arrivals and finishes; until something new is claimed or reached, what is left stays so."""
    world.clock[0].unsettled = 0
    for row in range(world.formations.shape[0]):
        unit = world.formations[row]
        if unit.claims == 1 and unit.to == NOBODY:
            if world.places[unit.at].claimant == row:
                settle_claim(world, unit.at, end)
            else:
                unit.claims = 0
    for row in range(world.formations.shape[0]):
        unit = world.formations[row]
        if unit.arrival_open + unit.finish_open > 0:
            settle_arrival(world, row, end)
        if unit.claims + unit.arrival_open + unit.finish_open > 0:
            world.clock[0].unsettled = 1


@compiled
def settle_claim(world, place, end):
    """Hand a place to the side whose claimant, standing there, has held it for the hold time."""
    here = world.places[place]
    unit = world.formations[here.claimant]
    if is_friendly(world, unit.side, place):
        here.claimant = NOBODY
        return
    if end + SMALLEST_STEP >= here.claim_day + world.settings[0].control_hold_days:
        taker = here.claimant
        here.claimant = NOBODY
        take(world, place, taker, here.claim_day + world.settings[0].control_hold_days)


@compiled
def settle_departure(world, row, now):
    """Settle what a formation has earned where it stands before it leaves within the tick.

    What it leaves to an ally who held it before it came, it need not have held itself.
    """
    unit = world.formations[row]
    if world.places[unit.at].claimant == row:
        settle_claim(world, unit.at, now)
    if unit.arrival_open + unit.finish_open > 0:
        settle_arrival(world, row, now)
    if unit.finish_open == 1 and is_friendly(world, unit.side, unit.at) and not is_besieged(world, unit.at):
        finish(world, row)
    unit.arrival_open = 0
    unit.finish_open = 0


@compiled
def take(world, place, row, day):
    """Give a place to a formation's side; the formation leaves a detachment behind."""
    unit, here = world.formations[row], world.places[place]
    here.garrison_men = leave_detachment(world, place, unit.alliance, unit.quality)
    note(world, LogKind.STAYS_BEHIND, day, row, place, NOBODY, here.garrison_men)
    here.garrison_quality = unit.quality
    if here.garrison != NOBODY and world.garrisons[here.garrison].insurgent == 1:
        here.counter_day = day + world.settings[0].insurgents_counter_attack_delay_days
        alert_near(world, place, here.counter_day + DECIDED_WITHIN_DAYS)
    loser = here.holder
    is_loss = world.insurgent_held[place] == 0 and is_hostile(world, unit.side, place)
    change_hands(world, place, unit.side, row, here.garrison, day)
    if is_loss:
        note_loss(world, place, loser)
    for other in range(world.formations.shape[0]):
        partner = world.formations[other]
        if partner.at == place and partner.to == NOBODY and partner.arrival_open == 1:
            partner.arrived_how = How.TOOK
        if stands_at(world, other, place, unit.alliance) and here.counter_day > day and is_unhurried(partner):
            partner.halt_until_day = max(partner.halt_until_day, here.counter_day + DECIDED_WITHIN_DAYS)
            partner.halt_reason = Reason.AWAITS_COUNTER
            note(world, LogKind.WAITS, day, other, place, Reason.AWAITS_COUNTER, partner.halt_until_day - day)


@compiled
def is_unhurried(unit):
    """Return whether a formation can await a counter-attack: its orders are done, or it is on a task in the rear."""
    return unit.task != NOBODY or unit.order >= unit.orders_count - 1


@compiled
def leave_detachment(world, place, alliance, quality):
    """Let every formation of an alliance that stands at a place leave the same share of its men; return their sum.

    More the more the kind of place asks for; where the alliance has lost it before, more by a factor and so many as
    would beat off the strongest counter-attack; all within bounds. Source: assumption, `rules.control.detachment_*`.
    """
    settings, here, men = world.settings[0], world.places[place], 0.0
    for row in range(world.formations.shape[0]):
        if stands_at(world, row, place, alliance):
            men += world.formations[row].strength_men
    times = max(1.0, settings.control_detachment_lost_factor) if here.lost_by == alliance else 1.0
    wanted = times * settings.control_detachment_men * world.place_kinds[here.kind].garrison_weight
    if times > 1.0:
        wanted = max(wanted, 1.0 + strongest_counter(world, place) / quality)
    share = min(1.0, times * settings.control_detachment_most_share, wanted / max(men, 1.0))
    share = max(min(1.0, times * settings.control_detachment_share), share)
    for row in range(world.formations.shape[0]):
        if stands_at(world, row, place, alliance):
            unit = world.formations[row]
            left = share * unit.strength_men
            unit.strength_men -= left
            unit.full_strength_men = max(unit.full_strength_men - left, unit.strength_men)
    return share * men


@compiled
def strongest_counter(world, place):
    """Return the men x quality of the strongest counter-attack that insurgents near a place could send."""
    settings, strongest = world.settings[0], 0.0
    for index in range(world.near_starts[place], world.near_starts[place + 1]):
        if world.near_km[index] > settings.insurgents_counter_attack_reach_km:
            break
        other = world.near_places[index]
        if other != place and world.insurgent_held[other] == 1:
            there = world.places[other]
            strongest = max(strongest, there.garrison_men * there.garrison_quality)
    return settings.insurgents_reinforcement_share * strongest


@compiled
def stands_at(world, row, place, alliance):
    """Return whether a formation of an alliance stands at a place."""
    unit = world.formations[row]
    return unit.at == place and unit.to == NOBODY and unit.alliance == alliance and unit.posture != Activity.LOST


@compiled
def note_loss(world, place, side):
    """Note that a side has lost a place to an enemy: trouble in the rear of its alliance until somebody takes it."""
    here, clock = world.places[place], world.clock[0]
    call(world, world.sides[side].alliance, place)
    if here.retaken == 0:
        here.retaken = 1
        here.lost_by = world.sides[side].alliance
        clock.retaken += 1


@compiled
def alert_near(world, place, until_day):
    """Let the places near one that insurgents have lost consider a counter-attack (`sim.rules.insurgents`)."""
    for index in range(world.near_starts[place], world.near_starts[place + 1]):
        if world.near_km[index] > world.settings[0].insurgents_counter_attack_reach_km:
            break
        other = world.near_places[index]
        world.places[other].alert_until_day = until_day
        wake(world, other)


@compiled
def change_hands(world, place, side, actor, garrison, day):
    """Write a place's new holder and garrison group and let everything that depends on control know.

    `actor`: the formation that takes it, or -1; `garrison`: the group that mans it from now on.
    """
    here = world.places[place]
    note(world, LogKind.CONTROL, day, actor, place, side, float(here.holder))
    count_places(world, place, -1)
    before = here.holder
    here.holder = side
    here.garrison = garrison
    count_places(world, place, 1)
    note_insurgents(world, place)
    holder_changed(world, place, before, side)
    if here.retaken == 1 and actor != NOBODY:
        here.retaken = 0
        world.clock[0].retaken -= 1


@compiled
def count_places(world, place, change):
    """Count a place in or out among those that its garrison group holds, which weakens or strengthens the others."""
    here = world.places[place]
    if here.garrison != NOBODY and world.garrisons[here.garrison].side == here.holder:
        world.garrisons[here.garrison].places_held += change
        if change > 0:  # raids fall due sooner
            for other in range(world.places.shape[0]):
                wake(world, other)


@compiled
def settle_arrival(world, row, end):
    """Record an arrival once the place is held; a finish counts after the hold time, from the day of arrival."""
    unit = world.formations[row]
    if unit.posture == Activity.LOST or unit.to != NOBODY:
        unit.arrival_open = 0
        unit.finish_open = 0
        return
    if not is_friendly(world, unit.side, unit.at) or is_besieged(world, unit.at):
        return
    if unit.arrival_open == 1:
        unit.arrival_open = 0
        if world.places[unit.at].watched == 1:
            add_arrival(world, unit.arrived_day, row, unit.at, arrived_how(world, row))
    if end + SMALLEST_STEP >= unit.arrived_day + world.settings[0].control_hold_days:
        unit.finish_open = 0
        finish(world, row)


@compiled
def arrived_how(world, row):
    """Return whether a formation took a place, linked up with those it relieved there, or just reached it."""
    unit = world.formations[row]
    if unit.arrived_how == How.TOOK:
        unit.arrived_how = How.REACHED
        return How.TOOK
    return How.LINKED_UP if world.places[unit.at].siege != NOBODY else How.REACHED


@compiled
def finish(world, row):
    """Enter a formation's arrival in every race whose finish list for its contestant names the place."""
    unit = world.formations[row]
    if unit.contestant == NOBODY:
        return
    contestants = world.contestants.shape[0]
    for race in range(world.finishes.shape[0] // contestants):
        line = race * contestants + unit.contestant
        if world.finish_places[line, unit.at] == 1 and unit.arrived_day < world.finishes[line].day:
            world.finishes[line].day = unit.arrived_day
            world.finishes[line].formation = row
            note(world, LogKind.FINISH, unit.arrived_day, row, unit.at, race, 0.0)


@compiled
def is_patrolled(world, line):
    """Return whether a formation of the road's holders stands at one of its ends."""
    return stands_guard(world, line.from_place) or stands_guard(world, line.to_place)


@compiled
def stands_guard(world, place):
    """Return whether a formation stands at a place that its own alliance holds."""
    if world.places[place].standing == 0:
        return False
    for row in range(world.formations.shape[0]):
        unit = world.formations[row]
        if unit.at == place and unit.to == NOBODY and unit.posture != Activity.LOST:
            if is_friendly(world, unit.side, place):
                return True
    return False


@compiled
def reopen_roads(world, end):
    """Reopen cut roads whose time is over, or at whose ends a formation of their holders stands.

    Looked at when the next one is due, when a formation has come to stand somewhere or when control has changed.
    """
    clock = world.clock[0]
    clock.next_reopening_day = math.inf
    cuts, clock.cuts = clock.cuts, 0
    for index in range(cuts):
        road = world.cut_roads[index]
        line = world.roads[road]
        if line.cut_until_day > end and not is_patrolled(world, line):
            clock.next_reopening_day = min(clock.next_reopening_day, line.cut_until_day)
            world.cut_roads[clock.cuts] = road
            clock.cuts += 1
        else:
            line.cut = 0
            world.places[line.from_place].cut_roads -= 1
            world.places[line.to_place].cut_roads -= 1
            road_reopened(world, road)
            note(world, LogKind.ROAD_REOPENED, end, NOBODY, line.from_place, line.to_place, 0.0)
