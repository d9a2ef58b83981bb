"""The rear: who reopens cut roads, retakes lost places and clears insurgents, and how far he goes for it.

A formation that its orders leave free, is cut off or waits gets a task beside its orders. Distances are road km over
own ground. MODEL rules 3, 5 and 9; source: assumption, `rules.commands.mend_*`, `.clear_*` and `.help_*`.
"""

import math

from sim.compiled import compiled
from sim.records import fire, note
from sim.rules.clearing import is_mended, nearest_to_clear
from sim.rules.ground import (
    is_besieged,
    is_foreign,
    is_friendly,
    road_between,
    task_reach_km,
)
from sim.rules.odds import is_next, is_no_better, odds_of
from sim.rules.route import choose_way, fastest_march, measure_roads, path_km
from sim.rules.tasks import (
    front_of,
    has_dropped,
    is_done,
    is_rear_guard,
    is_trouble,
    is_without_orders,
    is_worn,
    may_go,
)
from sim.world.codes import NOBODY, Activity, Duty, LogKind, Mechanism, Reason

NO_DUTY = int(Duty.HELP) + 1


@compiled
def mend_rear(world, row):
    """Send a rear guard, a stranded formation or one that waits for odds to the nearest trouble: a cut, a lost place.

    With no trouble at hand it goes for the nearest place to be cleared, or where allies want help. It keeps the task
    until that is done, and looks again on arrival, before it goes home and when it is called (`ground.call`). A rear
    guard stays for a while where trouble was, since raids come again, unless its orders or new trouble call it. Source:
    assumption, `rules.commands.mend_reach_km`, `.mend_stay_days`, `.clear_reach_km` and `.help_reach_km`.
    """
    unit = world.formations[row]
    is_over = unit.task == NOBODY or is_done(world, row)
    if not is_over:
        unit.task_until_day = stay_until_day(world, unit)
    elif unit.task != NOBODY and may_come_home(world, unit):
        unit.task, unit.duty = NOBODY, Duty.NONE
        unit.calm = 0
    if is_over and unit.calm == 0 and can_be_sent(world, unit):
        world.clock[0].left_to_ally = 0
        trouble, rests = nearest_trouble(world, row), unit.duty == Duty.REST
        unit.duty = Duty.NONE
        if rests and trouble == NOBODY:
            unit.duty = Duty.REST
        elif trouble == NOBODY and unit.ordered_reason != Reason.WAITS_FOR_FLAG:
            trouble, unit.duty = nearest_to_clear(world, row, least_duty(world, row))
        if trouble == NOBODY or not finds_way(world, row, trouble):
            unit.objective = unit.ordered
            unit.calm = 1 - world.clock[0].left_to_ally
        else:
            unit.task, unit.task_until_day, unit.stay_told = trouble, stay_until_day(world, unit), 0
            if unit.odds_at != NOBODY:
                unit.waits_at, unit.odds_at = unit.odds_at, NOBODY
            fire(world, Mechanism.REAR_MENDED if unit.duty == Duty.NONE else Mechanism.REAR_CLEARED)
    if unit.task != NOBODY:
        unit.objective = unit.task
        tell_stay(world, row)


@compiled
def tell_stay(world, row):
    """Note, once, that a formation stays where its task is over, and until when."""
    unit = world.formations[row]
    stands_there = unit.to == NOBODY and unit.at == unit.task and unit.arrival_open == 0
    if unit.stay_told == 0 and stands_there and is_done(world, row):
        unit.stay_told = 1
        days = max(0.0, unit.task_until_day - world.clock[0].day)
        note(world, LogKind.STAYS, world.clock[0].day, row, unit.at, NOBODY, days)


@compiled
def stay_until_day(world, unit):
    """Return until when a formation would stay on a task that was over now."""
    return world.clock[0].day + unit.rear_guard * world.settings[0].commands_mend_stay_days


@compiled
def least_duty(world, row):
    """Return what a formation is free for: any duty, only to help, or nothing that there is (`NO_DUTY`).

    A rear guard is free for any, and so is one that waits for odds, with limits: of those before one place the
    strongest stays, and everyone while one is away, unless to help; nobody leaves who is to be helped there. One that
    is away goes back when its odds, asked from where it stands, are as good as wanted.
    """
    unit, settings = world.formations[row], world.settings[0]
    front = front_of(unit)
    if front == NOBODY:
        return Duty.CLEAR if is_rear_guard(unit) else NO_DUTY
    if unit.odds_at == NOBODY:
        odds = odds_of(world, row, front, world.clock[0].day)
        is_poor = odds < settings.assault_odds_wanted or is_no_better(world, unit, front, odds)
        return Duty.CLEAR if is_poor else NO_DUTY
    is_strongest, is_alone, is_one_away = True, True, False
    for index in range(world.alliance_starts[unit.alliance], world.alliance_starts[unit.alliance + 1]):
        other = world.alliance_units[index]
        ally = world.formations[other]
        if other == row or ally.posture == Activity.LOST:
            continue
        if ally.task == front and ally.duty == Duty.HELP:
            return NO_DUTY
        is_one_away = is_one_away or (ally.task != NOBODY and ally.waits_at == front)
        if ally.at == unit.at and ally.to == NOBODY and is_next(world, other, front):
            is_alone = False
            is_strongest = is_strongest and ally.strength_men <= unit.strength_men
    return Duty.HELP if is_one_away or (is_strongest and not is_alone) else Duty.CLEAR


@compiled
def finds_way(world, row, place):
    """Let a formation choose its way to the place of a task; return whether that is no longer than it goes for any."""
    unit = world.formations[row]
    unit.objective = place
    if unit.at == place:
        return True
    choose_way(world, row, False)
    return path_km(world, row) <= task_reach_km(world)


@compiled
def can_be_sent(world, unit):
    """Return whether a formation stands somewhere and has nothing better to do than to look behind the front."""
    if unit.to != NOBODY or unit.arrival_open == 1 or is_besieged(world, unit.at):
        return False
    return is_rear_guard(unit) or is_stranded(world, unit) or is_waiting(unit, world.clock[0])


@compiled
def is_stranded(world, unit):
    """Return whether a formation is cut off and out of supply."""
    return unit.cut_off == 1 and unit.supply_days < world.settings[0].supply_push_threshold_days


@compiled
def is_waiting(unit, clock):
    """Return whether a formation has nothing better to do: it pauses, waits for better odds or is cut off."""
    pauses = unit.halt_reason == Reason.PAUSES and unit.halt_until_day > clock.day
    return unit.odds_at != NOBODY or unit.waits_at != NOBODY or unit.cut_off == 1 or pauses


@compiled
def may_come_home(world, unit):
    """Return whether a formation is done with a task that is over: its stay is over, or a third party has the place.

    One that waited for odds stays too where it has retaken a place, unless that is next to where it waits; one that
    helped or cleared looks at its odds again.
    """
    is_beside_front = unit.waits_at != NOBODY and road_between(world, unit.at, unit.waits_at) != NOBODY
    is_called = unit.free == 0 and (unit.waits_at == NOBODY or unit.duty != Duty.NONE or is_beside_front)
    is_free = world.clock[0].day >= unit.task_until_day or is_called or unit.at != unit.task
    is_free = is_free and unit.arrival_open == 0
    return (is_free and not is_filling_up(world, unit)) or is_foreign(world, unit.side, unit.task)


@compiled
def is_filling_up(world, unit):
    """Return whether a formation that has reopened its line stays where it is until its stock gives full power."""
    settings = world.settings[0]
    wanted = settings.assault_full_power_stock_share * settings.supply_stock_days
    return unit.task == unit.at and unit.cut_off == 0 and unit.refill_days_per_day > 0.0 and unit.supply_days < wanted


@compiled
def nearest_trouble(world, row):
    """Return the nearest place in trouble within reach to which no other free rear guard is nearer, -1 for none.

    One that is cut off, or only waits, goes for lost places, not for roads that will open, and not for the one it waits
    before. One without orders goes as far as to help.
    """
    unit, settings = world.formations[row], world.settings[0]
    opens_roads = is_rear_guard(unit) or is_stranded(world, unit)
    best, best_km = NOBODY, settings.commands_mend_reach_km
    if is_without_orders(unit) and best_km > 0.0:
        best_km = max(best_km, settings.commands_help_reach_km)  # for lost places
    if best_km <= 0.0 or world.clock[0].retaken + opens_roads * world.clock[0].cuts == 0:
        return NOBODY
    left = world.clock[0].retaken + 2 * opens_roads * world.clock[0].cuts
    is_measured = False
    first = world.near_starts[unit.at]
    for index in range(first - 1, world.near_starts[unit.at + 1]):
        place, km = (unit.at, 0.0) if index < first else (world.near_places[index], world.near_km[index])
        if left == 0 or km > best_km:
            break
        here = world.places[place]
        troubles = here.retaken + opens_roads * here.cut_roads
        left -= troubles
        if troubles == 0 or place == unit.odds_at:
            continue
        if has_dropped(world, unit, place) or not is_trouble(world, unit.side, place):
            continue
        if may_go(world, row, place) and not is_mended(world, row, place, km, False):
            if not is_measured:
                measure_roads(world, unit.side, unit.at, best_km, NOBODY)
                is_measured = True
            km = world.road_km[place]
            if here.retaken == 0 and km > settings.commands_mend_reach_km:
                continue
            if km <= best_km and comes_in_time(world, unit, place, km) and would_dare(world, row, place):
                best, best_km = place, km
    return best


@compiled
def comes_in_time(world, unit, place, km):
    """Return whether a formation so many road km away comes to a lost place, or to a cut in time to be of use there.

    That is, where the road would stay cut for longer than its march takes once more.
    """
    if world.places[place].retaken == 1 or not math.isfinite(km):
        return math.isfinite(km)
    days = km / fastest_march(world)
    there_day = max(world.clock[0].day, unit.halt_until_day) + days
    for arc in range(world.arc_starts[place], world.arc_starts[place + 1]):
        road = world.roads[world.arc_roads[arc]]
        if road.cut == 1 and road.cut_until_day > there_day + days:
            return True
    return False


@compiled
def would_dare(world, row, place):
    """Return whether a formation has men and odds enough to retake a lost place; to reopen a road, any will do."""
    unit, settings = world.formations[row], world.settings[0]
    if settings.assault_odds_wanted <= 0.0 or is_friendly(world, unit.side, place):
        return True
    if is_worn(world, unit):
        return False
    odds = odds_of(world, row, place, world.clock[0].day)
    return odds >= settings.assault_odds_wanted and not is_no_better(world, unit, place, odds)
