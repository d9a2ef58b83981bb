"""Assault on a held place: preparation, the fight, breakpoints, and who comes away.

One assault a place and alliance: formations that join add their men, share its losses and stay at the gate until it
is decided. The losses are those of `sim.rules.attrition`. MODEL rule 4; figures in `rules.assault`.
"""

import math

from sim.compiled import compiled
from sim.draws import NO_ID, Purpose, lognormal, uniform
from sim.records import fire, note
from sim.rules.attrition import (
    LEAST_MEN,
    against_ring,
    attackers,
    breakpoint_of,
    defenders,
    is_cleared,
    losses_per_day,
    muster,
)
from sim.rules.ground import call, is_claimed_apart, is_foreign, is_friendly
from sim.rules.movement import enter, knock_out, turn_back
from sim.rules.odds import awaits_allies, is_hopeless, odds_of, remember_defeat
from sim.rules.retreat import push_out, refit, refuge, stands_against, withdraw
from sim.rules.siege import lift
from sim.world.codes import NOBODY, Activity, AssaultState, LogKind, Mechanism, Reason


@compiled
def row_of(world, place, alliance):
    """Return the row of the assault of an alliance on a place."""
    return place * world.alliances.shape[0] + alliance


@compiled
def join(world, row, now):
    """Join, or open, the assault on the place at the end of a formation's road."""
    unit = world.formations[row]
    unit.assault = unit.to
    unit.posture = Activity.PREPARING
    unit.reason = Reason.NONE
    fight = world.assaults[row_of(world, unit.to, unit.alliance)]
    if fight.state == AssaultState.NONE:
        note(world, LogKind.AT_GATE, now, row, unit.to, NOBODY, defenders(world, row, unit.to))
        fight.opened_day = now
        prepare(world, row, now)
    else:
        fire(world, Mechanism.JOINT_ASSAULT)
        note(world, LogKind.JOINS, max(now, fight.opened_day), row, unit.to, NOBODY, unit.strength_men)
        fight.ready_day = max(fight.ready_day, now)
        if fight.state == AssaultState.FIGHTING:  # its men count from the start of the tick
            fight.attackers_start_men += unit.strength_men
            unit.posture = Activity.FIGHTING


@compiled
def prepare(world, row, now):
    """Open an assault: preparation of drawn length (lognormal about the place kind's median)."""
    unit = world.formations[row]
    place = world.places[unit.to]
    fight = world.assaults[row_of(world, unit.to, unit.alliance)]
    fight.state = AssaultState.PREPARING
    call(world, unit.alliance, unit.to)
    if place.fights == 0:
        place.assaulted_men = place.garrison_men
        place.reinforced_men = 0.0
    place.fights += 1
    fight.number = place.assaults
    sigma = world.settings[0].assault_preparation_sigma
    key = place.draw_key
    days = lognormal(world.clock[0], Purpose.PREPARATION, key, NO_ID, place.assaults, place.preparation_days, sigma)
    place.assaults += 1
    fight.ready_day = now + days


@compiled
def assault(world):
    """Carry every assault through one tick; each is led by the first formation in it.

    Assaults are carried out in draw-key order of their leaders, one after the other, because beaten defenders may
    withdraw into a place that is itself under assault.
    """
    for row in range(world.formations.shape[0]):
        place = world.formations[row].assault
        if place != NOBODY and is_leader(world, row):
            carry_out(world, row, place)


@compiled
def is_leader(world, row):
    """Return whether no earlier formation of the alliance takes part in the same assault."""
    unit = world.formations[row]
    for other in range(row):
        if world.formations[other].assault == unit.assault and world.formations[other].alliance == unit.alliance:
            return False
    return True


@compiled
def carry_out(world, leader, place):
    """Prepare, or fight through the tick, and settle the outcome."""
    clock, alliance = world.clock[0], world.formations[leader].alliance
    fight = world.assaults[row_of(world, place, alliance)]
    if fight.state == AssaultState.NONE:
        begin_fight(world, leader, place, fight, clock.day)
    now, end = clock.day, clock.day + clock.tick_days
    side = world.formations[leader].side
    if is_foreign(world, side, place) or is_claimed_apart(world, side, place):
        call_off(world, place, alliance, min(max(now, world.places[place].claim_day), end))
        return
    if defenders(world, leader, place) < LEAST_MEN:
        if is_friendly(world, side, place) and against_ring(world, side, place) == NOBODY:
            go_in(world, place, alliance, min(max(now, fight.opened_day, lifted_day(world, place)), end))
        else:
            win(world, leader, place, max(now, min(fight.ready_day, end)))
        return
    if fight.state == AssaultState.PREPARING:
        if fight.ready_day >= end:
            return
        now = max(now, fight.ready_day)
        if garrison_leaves(world, leader, place, now):
            win(world, leader, place, now)
            return
        if awaits_allies(world, leader, place):
            hold_back(world, leader, place, fight, now, end)
            return
        if is_hopeless(world, leader, place, now):
            give_up(world, leader, place, now)
            return
        begin_fight(world, leader, place, fight, now)
    exchange_fire(world, leader, place, fight, now, end - now)


@compiled
def lifted_day(world, place):
    """Return the day on which the siege of a place was lifted, 0 where there was none."""
    siege = world.places[place].siege
    return world.sieges[siege].lifted_day if siege != NOBODY else 0.0


@compiled
def hold_back(world, leader, place, fight, now, until):
    """Put an assault that is ready off, while an ally without whom the odds are poor is on the road to it."""
    unit = world.formations[leader]
    fight.ready_day = until
    if unit.reason != Reason.ALLIES:
        unit.reason = Reason.ALLIES
        note(world, LogKind.WAITS, now, leader, place, Reason.ALLIES, 0.0)


@compiled
def give_up(world, leader, place, now):
    """Go back from the gate of a place that has become too strong meanwhile."""
    alliance = world.formations[leader].alliance
    note(world, LogKind.WAITS, now, leader, place, Reason.ODDS, odds_of(world, leader, place, now))
    for index in range(world.alliance_starts[alliance], world.alliance_starts[alliance + 1]):
        other = world.alliance_units[index]
        if world.formations[other].assault == place:
            remember_defeat(world, other, place)
    call_off(world, place, alliance, now)


@compiled
def call_off(world, place, alliance, now):
    """End an assault without a fight, and let everybody in it turn back."""
    close(world, place, alliance)
    for index in range(world.alliance_starts[alliance], world.alliance_starts[alliance + 1]):
        other = world.alliance_units[index]
        if world.formations[other].assault == place:
            world.formations[other].assault = NOBODY
            turn_back(world, other, now)


@compiled
def close(world, place, alliance):
    """End an assault."""
    world.assaults[row_of(world, place, alliance)].state = AssaultState.NONE
    world.places[place].fights -= 1
    if world.places[place].fights == 0:
        world.places[place].block_men = 0.0


@compiled
def begin_fight(world, leader, place, fight, now):
    """Open the fight proper: note both sides' strength, against which breakpoints are measured."""
    alliance = world.formations[leader].alliance
    if fight.state == AssaultState.NONE:
        world.places[place].assaulted_men = world.places[place].garrison_men
        world.places[place].fights += 1
    fight.state = AssaultState.FIGHTING
    fight.attackers_start_men = attackers(world, place, alliance)
    fight.defenders_start_men = defenders(world, leader, place)
    for index in range(world.alliance_starts[alliance], world.alliance_starts[alliance + 1]):
        other = world.alliance_units[index]
        if world.formations[other].assault == place:
            world.formations[other].posture = Activity.FIGHTING
    world.places[place].block_men = fight.defenders_start_men
    tell(world, LogKind.ASSAULT_BEGINS, place, alliance, now, fight.attackers_start_men)


@compiled
def tell(world, kind, place, alliance, now, men):
    """Note what became of an assault, under the name of the strongest in it and with the number of the others."""
    strongest, count = NOBODY, 0
    for index in range(world.alliance_starts[alliance], world.alliance_starts[alliance + 1]):
        other = world.alliance_units[index]
        if world.formations[other].assault == place:
            count += 1
            if strongest == NOBODY or world.formations[other].strength_men > world.formations[strongest].strength_men:
                strongest = other
    note(world, kind, now, strongest, place, count - 1, men)


@compiled
def exchange_fire(world, leader, place, fight, now, days):
    """Fight for `days` (midpoint rule), spread the losses, and settle the outcome if either side breaks."""
    unit = world.formations[leader]
    alliance, ring = unit.alliance, against_ring(world, unit.side, place)
    (x, power, pace), y = muster(world, place, alliance), defenders(world, leader, place)
    dx, dy = losses_per_day(world, place, ring, x, y, power, pace)
    half_x, half_y = max(x - 0.5 * days * dx, LEAST_MEN), max(y - 0.5 * days * dy, LEAST_MEN)
    dx, dy = losses_per_day(world, place, ring, half_x, half_y, power, pace)
    floor_y = (1.0 - breakpoint_of(world, place)) * fight.defenders_start_men
    floor_x = (1.0 - world.settings[0].assault_attacker_breakpoint_share) * fight.attackers_start_men
    days_y = max(0.0, (y - floor_y) / dy) if dy > 0.0 else math.inf
    if is_cleared(world, place, ring):
        floor_x = 0.0  # blocks taken are kept: clearing goes on for weeks or months, by turns
    days_x = max(0.0, (x - floor_x) / dx) if dx > 0.0 else math.inf
    fought = min(days, days_x, days_y)
    take_losses(world, place, alliance, min(1.0, fought * dx / x))
    weaken_defenders(world, leader, place, ring, min(1.0, fought * dy / y))
    if days_y <= days and days_y <= days_x:
        win(world, leader, place, max(now + days_y, fight.ready_day))
    elif days_x <= days:
        lose(world, place, alliance, max(now + days_x, fight.ready_day))


@compiled
def take_losses(world, place, alliance, share):
    """Take the same share from every attacking formation."""
    for index in range(world.alliance_starts[alliance], world.alliance_starts[alliance + 1]):
        other = world.alliance_units[index]
        if world.formations[other].assault == place:
            world.formations[other].strength_men *= 1.0 - share


@compiled
def weaken_defenders(world, leader, place, ring, share):
    """Take a share from the ring, or from the garrison and the formations that stand with it."""
    if ring != NOBODY:
        world.sieges[ring].ring_men *= 1.0 - share
        return
    world.places[place].garrison_men *= 1.0 - share
    if world.places[place].standing == 0:
        return
    side = world.formations[leader].side
    for other in range(world.formations.shape[0]):
        if stands_against(world, other, place, side):
            world.formations[other].strength_men *= 1.0 - share


@compiled
def garrison_leaves(world, leader, place, now):
    """Decide whether a garrison far outnumbered leaves rather than fights; it stays in rings, clearances and company.

    Odds and probability in `rules.assault`, with their source.
    """
    settings, here = world.settings[0], world.places[place]
    side = world.formations[leader].side
    if against_ring(world, side, place) != NOBODY or here.clear_days > 0.0:
        return False
    defending = defenders(world, leader, place)
    if here.garrison_men < defending:
        return False  # a formation stands there too
    _, room = refuge(world, place)
    if room < settings.assault_withdrawal_share * here.garrison_men:
        return False  # no more would get away than from a lost fight
    odds = attackers(world, place, world.formations[leader].alliance) / defending
    if settings.assault_leave_odds <= 0.0 or odds < settings.assault_leave_odds:
        return False
    u = uniform(world.clock[0], Purpose.LEAVE_OR_FIGHT, here.draw_key, NO_ID, here.assaults)
    if u >= settings.assault_leave_probability * here.leave_factor:
        return False
    fire(world, Mechanism.GARRISON_LEFT)
    note(world, LogKind.GARRISON_LEFT, now, leader, place, NOBODY, here.garrison_men)
    withdraw(world, place, 1.0, now)
    return True


@compiled
def win(world, leader, place, now):
    """The defenders are gone: what is left of them withdraws, and every attacker enters."""
    unit = world.formations[leader]
    alliance, ring = unit.alliance, against_ring(world, unit.side, place)
    fire(world, Mechanism.ASSAULT_WON)
    tell(world, LogKind.ASSAULT_WON, place, alliance, now, attackers(world, place, alliance))
    close(world, place, alliance)
    if ring != NOBODY:
        lift(world, ring, leader, place, now)
    else:
        withdraw(world, place, world.settings[0].assault_withdrawal_share, now)
        push_out(world, place, unit.side, now)
    enter_all(world, place, alliance, now)


@compiled
def go_in(world, place, alliance, now):
    """End the assault on a ring that others have beaten: the place is open ground of its holder."""
    close(world, place, alliance)
    enter_all(world, place, alliance, now)


@compiled
def enter_all(world, place, alliance, now):
    """Let every formation in an assault enter the place."""
    for index in range(world.alliance_starts[alliance], world.alliance_starts[alliance + 1]):
        other = world.alliance_units[index]
        if world.formations[other].assault == place:
            world.formations[other].assault = NOBODY
            enter(world, other, now)
            consolidate(world, other, now)


@compiled
def consolidate(world, row, now):
    """Stay for the consolidation time of the place's kind before anything else."""
    unit = world.formations[row]
    days = max(world.places[unit.at].consolidation_days, world.settings[0].control_hold_days)
    unit.halt_until_day = max(unit.halt_until_day, now + days)
    unit.halt_reason = Reason.CONSOLIDATES
    note(world, LogKind.WAITS, now, row, unit.at, Reason.CONSOLIDATES, days)


@compiled
def lose(world, place, alliance, now):
    """The attackers break: every one of them falls back to the last place passed and refits."""
    fire(world, Mechanism.ASSAULT_BEATEN)
    tell(world, LogKind.ASSAULT_BEATEN, place, alliance, now, attackers(world, place, alliance))
    close(world, place, alliance)
    for index in range(world.alliance_starts[alliance], world.alliance_starts[alliance + 1]):
        other = world.alliance_units[index]
        if world.formations[other].assault == place:
            world.formations[other].assault = NOBODY
            if world.formations[other].strength_men < LEAST_MEN:
                knock_out(world, other, now)
            else:
                turn_back(world, other, now)
                refit(world, other, now)
                remember_defeat(world, other, place)
