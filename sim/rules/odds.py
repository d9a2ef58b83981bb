"""The odds of an assault, weighed before a formation sets out for a place it would have to fight for.

Odds are how much longer the attackers would last than the defenders: the days to their breakpoint over the days to
the defenders', by the law of the fight itself, with the aircraft that they may count on. At 1 both would
break at the same moment. Who has worse than are asked for holds and looks again every day; at the end of its patience
its command presses, and odds that are less poor will do. One beaten off wants better odds than it set out with, or such
as leave no doubt; at the end of its patience, which each defeat there makes longer by as much again, those first asked
for. MODEL rules 4 and 9; source: assumption, `rules.assault.odds_*`.
"""

from sim.compiled import compiled
from sim.records import fire, note
from sim.rules.air_support import claim_on, may_fly
from sim.rules.attrition import (
    LEAST_MEN,
    LEAST_POWER,
    against_ring,
    breakpoint_of,
    defenders,
    is_cleared,
    losses_per_day,
    power_ratio,
)
from sim.rules.ground import blocks, call, interest_in
from sim.world.codes import NOBODY, Activity, Duty, LogKind, Mechanism, Reason

LOOKS_AGAIN_DAYS = 1.0
READY_WITHIN_DAYS = 2.0 * LOOKS_AGAIN_DAYS


@compiled
def dares(world, row, there, now):
    """Return whether a formation goes for a neighbouring place; one that holds for better odds halts for a day."""
    unit, settings = world.formations[row], world.settings[0]
    if settings.assault_odds_wanted <= 0.0 or not blocks(world, row, unit.at, there):
        unit.odds_at = NOBODY
        return True
    odds = odds_of(world, row, there, now)
    if unit.task != NOBODY and unit.duty != Duty.HELP:
        if keeps_task(world, row, there, odds, now):
            go_for(world, row, there, odds, now, False)
            return True
        return False
    no_better = is_no_better(world, unit, there, odds)
    is_certain = 0.0 < settings.assault_odds_certain <= odds
    is_enough = is_certain or (odds >= settings.assault_odds_wanted and not no_better)
    first_look = unit.odds_at != there
    if first_look:
        unit.odds_at = there
        unit.odds_since_day = now
    defeats = unit.beaten_times if unit.beaten_at == there else 0
    is_pressed = now - unit.odds_since_day >= settings.assault_odds_patience_days * (1.0 + defeats)
    least = settings.assault_odds_pressed if defeats == 0 else settings.assault_odds_wanted
    joins = odds >= settings.assault_odds_given_up and is_joining(world, row, there)
    if is_enough or joins or (is_pressed and odds >= least):
        go_for(world, row, there, odds, now, not is_enough and not joins)
        return True
    if first_look:
        call(world, unit.alliance, there)
        fire(world, Mechanism.ODDS_AWAITED)
        is_poor = odds < settings.assault_odds_wanted
        note(world, LogKind.WAITS, now, row, there, Reason.ODDS if is_poor else Reason.NO_BETTER, odds)
    unit.halt_until_day = now + LOOKS_AGAIN_DAYS
    unit.halt_reason = Reason.ODDS
    return False


@compiled
def go_for(world, row, there, odds, now, is_pressed):
    """Let a formation set out for a fight, and its allies and aircraft know; `is_pressed`: for impatience."""
    unit = world.formations[row]
    if unit.odds_at == there and unit.odds_since_day < now:
        note(world, LogKind.DARES, now, row, there, Reason.PRESSED if is_pressed else Reason.ODDS, odds)
    press_allies(world, row, there, now)
    promise_support(world, row, there)
    unit.odds_at = NOBODY
    unit.dared_at, unit.dared_odds = there, odds


@compiled
def is_worth_it(world, unit, place, odds):
    """Return whether odds are good enough for a task in the rear: not poor, and better than where it was beaten."""
    settings = world.settings[0]
    least = settings.assault_odds_wanted if unit.beaten_at == place else settings.assault_odds_pressed
    return odds >= least and not is_no_better(world, unit, place, odds)


@compiled
def is_no_better(world, unit, place, odds):
    """Return whether a formation was beaten at a place with odds about as good as these."""
    return unit.beaten_at == place and odds <= world.settings[0].assault_odds_better_factor * unit.beaten_odds


@compiled
def is_joining(world, row, there):
    """Return whether an ally is in an assault on a place, or has set out for one, so that a formation would join it."""
    unit = world.formations[row]
    for index in range(world.alliance_starts[unit.alliance], world.alliance_starts[unit.alliance + 1]):
        other = world.alliance_units[index]
        ally = world.formations[other]
        if other == row or ally.posture == Activity.LOST:
            continue
        if ally.assault == there or (ally.to == there and ally.dared_at == there and ally.turning_back == 0):
            return True
    return False


@compiled
def keeps_task(world, row, there, odds, now):
    """Return whether a formation on a task in the rear goes on; one with poor odds drops it, for a patience's time."""
    unit, settings = world.formations[row], world.settings[0]
    if is_worth_it(world, unit, there, odds):
        return True
    unit.dropped_task, unit.dropped_until_day = unit.task, now + settings.assault_odds_patience_days
    unit.task = NOBODY
    unit.calm = 0
    unit.halt_until_day = now + LOOKS_AGAIN_DAYS
    unit.halt_reason = Reason.ODDS
    return False


@compiled
def is_hopeless(world, row, place, now):
    """Return whether the odds at a place, once before it, are so poor that a formation goes back without a fight."""
    settings = world.settings[0]
    return settings.assault_odds_wanted > 0.0 and odds_of(world, row, place, now) < settings.assault_odds_given_up


@compiled
def odds_of(world, row, there, now):
    """Return the odds at a place of a formation and of the allies that go, or are about to go, for it too."""
    men, total = 0.0, 0.0
    alliance = world.formations[row].alliance
    for index in range(world.alliance_starts[alliance], world.alliance_starts[alliance + 1]):
        other = world.alliance_units[index]
        if other == row or goes_along(world, other, there, now):
            men += world.formations[other].strength_men
            total += promised_power(world, other, there)
    return odds_with(world, row, there, men, total)


@compiled
def awaits_allies(world, leader, place):
    """Return whether those before a place do better to wait for allies on the road to it: without, odds are poor."""
    men, total, is_anybody_coming = 0.0, 0.0, False
    alliance = world.formations[leader].alliance
    for index in range(world.alliance_starts[alliance], world.alliance_starts[alliance + 1]):
        other = world.alliance_units[index]
        unit = world.formations[other]
        if unit.to != place or unit.posture == Activity.LOST:
            continue
        if unit.assault == place:
            men += unit.strength_men
            total += promised_power(world, other, place)
        elif unit.turning_back == 0:
            is_anybody_coming = True
    return is_anybody_coming and odds_with(world, leader, place, men, total) < world.settings[0].assault_odds_wanted


@compiled
def promised_power(world, row, place):
    """Return a formation's men x power ratio at a place, with the aircraft that it may count on there."""
    support = promised_support(world, row, place)
    return world.formations[row].strength_men * power_ratio(world, row, place, support)


@compiled
def odds_with(world, row, there, men, total):
    """Return the odds at a place of so many men of a formation's side, with so much men x power ratio in all."""
    ring = against_ring(world, world.formations[row].side, there)
    held_by = max(defenders(world, row, there), LEAST_MEN)
    lost, inflicted = losses_per_day(world, there, ring, men, held_by, max(total / men, LEAST_POWER), 1.0)
    can_lose = 1.0 if is_cleared(world, there, ring) else world.settings[0].assault_attacker_breakpoint_share
    lasts = can_lose * men * inflicted
    return lasts / max(breakpoint_of(world, there) * held_by * lost, LEAST_POWER)


@compiled
def promised_support(world, row, place):
    """Return the factor of the best air arm that a formation may count on over a place.

    All the sorties where its fight would matter most to the arm's command, else what the main effort leaves over.
    """
    side, best = world.formations[row].side, 1.0
    for one in range(world.air_arms.shape[0]):
        arm = world.air_arms[one]
        if may_fly(world, one, side, place) and arm.withdrawn_until_day <= world.clock[0].day:
            sorties = arm.sorties_per_day
            if not outranks(world, one, row, place):
                sorties = max(0.0, sorties - arm.sorties_for_full_support)
            share = min(1.0, sorties / arm.sorties_for_full_support)
            best = max(best, 1.0 + share * (arm.support_factor - 1.0))
    return best


@compiled
def outranks(world, arm, row, place):
    """Return whether a formation's fight for a place would matter more to an air arm's command than any other.

    The others are its main effort of today, and the fight that it is promised to.
    """
    record = world.air_arms[arm]
    main, promised = record.main_effort, record.promised_to
    worth = worth_of(world, arm, row, place)
    if main != NOBODY and world.formations[main].assault not in (NOBODY, place) and worth <= claim_on(world, arm, main):
        return False
    if promised == NOBODY or promised == row:
        return True
    ally = world.formations[promised]
    is_on = ally.to == ally.dared_at and ally.turning_back == 0 and ally.posture != Activity.LOST
    return not is_on or ally.to == place or worth > worth_of(world, arm, promised, ally.to)


@compiled
def worth_of(world, arm, row, place):
    """Return how much a formation's fight for a place, or what lies behind, matters to an air arm's command."""
    command = world.air_arms[arm].command
    return max(interest_in(world, command, place), interest_in(world, command, world.formations[row].objective))


@compiled
def promise_support(world, row, place):
    """Promise the air arms that a formation counts on for a fight to that fight, until it is over or called off."""
    for arm in range(world.air_arms.shape[0]):
        if may_fly(world, arm, world.formations[row].side, place) and outranks(world, arm, row, place):
            world.air_arms[arm].promised_to = row


@compiled
def press_allies(world, row, there, now):
    """Let the allies whose men were counted, and who wait for odds there too, be pressed no later than this one.

    Who pauses, or keeps a line, with that place next on its way begins with a push.
    """
    unit = world.formations[row]
    for index in range(world.alliance_starts[unit.alliance], world.alliance_starts[unit.alliance + 1]):
        other = world.alliance_units[index]
        ally = world.formations[other]
        if ally.odds_at == there and goes_along(world, other, there, now):
            ally.odds_since_day = min(ally.odds_since_day, unit.odds_since_day)
        is_here = ally.to == NOBODY and is_next(world, other, there)
        if is_here and may_be_pressed(ally):
            end_pause(world, other, there, now)


@compiled
def goes_along(world, other, there, now):
    """Return whether an ally is in the assault on a place, on the road to it, or beside it, with it next and ready.

    One that pauses there, or keeps a line, is ready: who sets out ends that (`press_allies`).
    """
    ally = world.formations[other]
    if ally.posture == Activity.LOST:
        return False
    if ally.to != NOBODY:
        return ally.to == there and ally.turning_back == 0
    is_ready = ally.halt_until_day <= now + READY_WITHIN_DAYS or may_be_pressed(ally)
    return is_ready and is_next(world, other, there)


@compiled
def may_be_pressed(unit):
    """Return whether a formation halts for no more than a pause, or at an agreed line."""
    return unit.halt_reason == Reason.PAUSES or unit.halt_reason == Reason.KEEPS_LINE


@compiled
def is_next(world, row, there):
    """Return whether a place is the next on a formation's way."""
    unit = world.formations[row]
    return unit.path_position < unit.path_length - 1 and world.paths[row, unit.path_position + 1] == there


@compiled
def end_pause(world, row, place, day):
    """Let a formation that pauses begin with a push, towards a place."""
    unit = world.formations[row]
    if unit.halt_until_day > day:
        unit.halt_until_day, unit.halt_reason = day, Reason.NONE
        note(world, LogKind.PUSH, day, row, place, NOBODY, 0.0)
    if unit.pushing == 0:
        unit.cycle_until_day = min(unit.cycle_until_day, day)


@compiled
def remember_defeat(world, row, place):
    """Note the odds with which a beaten formation set out for a place: it wants better ones there from now on."""
    unit = world.formations[row]
    unit.beaten_times = unit.beaten_times + 1 if unit.beaten_at == place else 1
    unit.beaten_at = place
    unit.beaten_odds = unit.dared_odds if unit.dared_at == place else 0.0
