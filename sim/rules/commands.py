"""Command decisions: which order a formation follows, how much its objective matters, who mends the rear.

A command's interests are the scenario's (`commands.*.interests`): they set how long its formations pause. MODEL rule 9;
source of the shape: assumption.
"""

import math

from sim.compiled import compiled
from sim.records import fire, note
from sim.rules.ground import (
    are_connected,
    interest_in,
    is_besieged,
    is_foreign,
    is_friendly,
    is_hostile,
    line_before,
    may_enter,
    road_between,
)
from sim.rules.odds import odds_of
from sim.world.codes import NOBODY, Activity, LogKind, Mechanism, OrderKind, Reason, Stance
from sim.world.geometry import distance_km


@compiled
def command(world, row):
    """Let one command give its formations their objectives."""
    for other in world.command_units[row]:
        if other == NOBODY:
            break
        if world.formations[other].posture != Activity.LOST and world.formations[other].assault == NOBODY:
            direct(world, other)


@compiled
def direct(world, row):
    """Give a formation its objective: by its orders, unless the rear needs it."""
    unit = world.formations[row]
    before = unit.objective
    if has_news(world, unit):
        read_orders(world, row)
    unit.objective = unit.ordered
    if unit.ordered_reason != Reason.NONE:
        unit.reason = unit.ordered_reason
    mend_rear(world, row)
    halts_for_it = unit.halt_reason == Reason.PAUSES or unit.halt_reason == Reason.KEEPS_LINE
    if unit.objective != before and halts_for_it and unit.to == NOBODY:
        unit.halt_until_day = min(unit.halt_until_day, world.clock[0].day)
    if unit.objective != before and before == NOBODY and world.clock[0].day > 0.0:
        unit.pushing = 0  # one that stood without orders begins with a push
        unit.cycle_until_day = min(unit.cycle_until_day, world.clock[0].day)
    if unit.objective != before and unit.objective != NOBODY:
        note(world, LogKind.ORDER, world.clock[0].day, row, unit.objective, NOBODY, 0.0)


@compiled
def has_news(world, unit):
    """Return whether anything has changed on which the choice of an order depends, and write down what it is now."""
    version = world.clock[0].holder_version + world.clock[0].flag_version
    if (
        unit.ordered_version == version
        and unit.ordered_at == unit.at
        and unit.ordered_to == unit.to
        and unit.ordered_open == unit.arrival_open
    ):
        return False
    unit.ordered_version, unit.ordered_at = version, unit.at
    unit.ordered_to, unit.ordered_open = unit.to, unit.arrival_open
    return True


@compiled
def read_orders(world, row):
    """Write the objective of the first of a formation's remaining orders that still asks for something, or why not."""
    unit = world.formations[row]
    unit.ordered = NOBODY
    unit.ordered_reason = Reason.NONE
    unit.free = 1
    while unit.order < unit.orders_count:
        order = world.orders[unit.orders_first + unit.order]
        if order.unless != NOBODY and world.flags[order.unless].up == 1:
            unit.order += 1
            continue
        if order.after != NOBODY and world.flags[order.after].up == 0:
            unit.ordered_reason = Reason.WAITS_FOR_FLAG
            break
        if is_besieged(world, unit.at) and unit.to == NOBODY:
            unit.ordered_reason = Reason.BESIEGED
            break
        if not settles(world, row, order):
            unit.ordered = order.objective
            unit.free = 1 if order.kind == OrderKind.HOLD else 0
            break
        unit.order += 1
        if unit.order == unit.orders_count:
            note(world, LogKind.ORDER_DONE, world.clock[0].day, row, unit.at, NOBODY, 0.0)
    if unit.order >= unit.orders_count and unit.to == NOBODY:
        unit.ordered_reason = Reason.NO_ORDERS


@compiled
def mend_rear(world, row):
    """Send a rear guard, a stranded formation or one that waits for odds to the nearest trouble: a cut, a lost place.

    With no trouble at hand a rear guard goes for the nearest place that raids come from. It keeps the task until that
    is done, and looks again on arrival and when there is new trouble. A rear guard stays out for a while after it was
    sent, since raids come again, unless its orders or new trouble call it. Source: assumption,
    `rules.commands.mend_reach_km`, `.mend_stay_days` and `.clear_reach_km`.
    """
    unit, clock = world.formations[row], world.clock[0]
    is_over = unit.task == NOBODY or is_done(world, row)
    if unit.task != NOBODY and is_over and may_come_home(world, unit):
        unit.task = NOBODY
    is_idle = is_rear_guard(unit) or is_stranded(world, unit) or is_waiting(unit, clock)
    can_go = is_idle and unit.to == NOBODY and not is_besieged(world, unit.at)
    if is_over and can_go and unit.calm_version != clock.trouble_version:
        trouble = nearest_trouble(world, row)
        unit.clears = 0
        may_clear = is_rear_guard(unit) or unit.odds_at != NOBODY
        if trouble == NOBODY and may_clear and unit.ordered_reason != Reason.WAITS_FOR_FLAG:
            trouble = nearest_raiders(world, row)
            unit.clears = 1
        if trouble == NOBODY:
            unit.calm_version = clock.trouble_version
        else:
            unit.task = trouble
            unit.task_until_day = clock.day + unit.rear_guard * world.settings[0].commands_mend_stay_days
            fire(world, Mechanism.REAR_CLEARED if unit.clears == 1 else Mechanism.REAR_MENDED)
    if unit.task != NOBODY:
        unit.objective = unit.task


@compiled
def is_stranded(world, unit):
    """Return whether a formation is cut off and out of supply."""
    return unit.cut_off == 1 and unit.supply_days < world.settings[0].supply_push_threshold_days


@compiled
def is_waiting(unit, clock):
    """Return whether a formation has nothing better to do at present: it pauses, or waits for better odds."""
    pauses = unit.halt_reason == Reason.PAUSES and unit.halt_until_day > clock.day
    return unit.odds_at != NOBODY or pauses


@compiled
def may_come_home(world, unit):
    """Return whether a formation is done with a task that is over: its stay is over, or a third party has the place."""
    is_free = world.clock[0].day >= unit.task_until_day or unit.free == 0
    return (is_free and not is_filling_up(world, unit)) or is_foreign(world, unit.side, unit.task)


@compiled
def is_filling_up(world, unit):
    """Return whether a formation that has reopened its line stays where it is until its stock gives full power."""
    settings = world.settings[0]
    wanted = settings.assault_full_power_stock_share * settings.supply_stock_days
    return unit.task == unit.at and unit.cut_off == 0 and unit.refill_days_per_day > 0.0 and unit.supply_days < wanted


@compiled
def is_rear_guard(unit):
    """Return whether a formation is a rear guard that its orders leave free."""
    return unit.free == 1 and unit.rear_guard == 1


@compiled
def is_done(world, row):
    """Return whether a formation's task in the rear is over: trouble mended, raiders driven out or too strong."""
    unit = world.formations[row]
    if unit.clears == 0:
        return not is_trouble(world, unit.side, unit.task)
    is_called = unit.free == 0 and unit.odds_at == NOBODY
    return is_called or unit.odds_at == unit.task or not is_hostile(world, unit.side, unit.task)


@compiled
def is_trouble(world, side, place):
    """Return whether a side's alliance has lost a place to insurgents, or a road of it that matters is cut there.

    A cut matters while it keeps a formation of the alliance from every base; others open by themselves.
    """
    here = world.places[place]
    if here.retaken == 1:
        return here.lost_by == world.sides[side].alliance and world.stances[side, here.holder] == Stance.HOSTILE
    if here.cut_roads == 0 or not is_friendly(world, side, place):
        return False
    for arc in range(world.arc_starts[place], world.arc_starts[place + 1]):
        other = world.arc_places[arc]
        if world.roads[world.arc_roads[arc]].cut == 1 and is_friendly(world, side, other):
            if cuts_off(world, side, place, other):
                return True
    return False


@compiled
def cuts_off(world, side, place, other):
    """Return whether a cut road between two neighbouring own places keeps a formation of the alliance from a base."""
    alliance = world.sides[side].alliance
    is_near = math.isfinite(world.base_km[alliance, place])
    if is_near == math.isfinite(world.base_km[alliance, other]):
        return False
    far_end = other if is_near else place
    for row in range(world.formations.shape[0]):
        unit = world.formations[row]
        if unit.cut_off == 1 and unit.alliance == alliance and unit.posture != Activity.LOST:
            if not is_besieged(world, unit.at) and are_connected(world, side, far_end, unit.at):
                return True
    return False


@compiled
def nearest_trouble(world, row):
    """Return the nearest place in trouble within reach to which no other free rear guard is nearer, -1 for none.

    One that only waits, and could be called any day, goes for lost places near by, not for roads that will open.
    """
    unit, settings = world.formations[row], world.settings[0]
    goes_far = is_rear_guard(unit) or is_stranded(world, unit)
    best, best_km = NOBODY, settings.commands_mend_reach_km
    if not goes_far:
        best_km = min(best_km, settings.commands_clear_reach_km)
    if best_km <= 0.0 or world.clock[0].retaken + (world.clock[0].cuts if goes_far else 0) == 0:
        return NOBODY
    left = world.clock[0].retaken + (2 * world.clock[0].cuts if goes_far else 0)
    for place in range(world.places.shape[0]):
        here = world.places[place]
        troubles = here.retaken + (here.cut_roads if goes_far else 0)
        left -= troubles
        if troubles == 0 or not is_trouble(world, unit.side, place):
            if left == 0:
                break
            continue
        km = distance_km(unit, here)
        if km <= best_km and may_go(world, row, place) and not is_mended(world, row, place, km):
            if is_friendly(world, unit.side, place) or would_dare(world, row, place):
                best, best_km = place, km
    return best


@compiled
def would_dare(world, row, place):
    """Return whether a formation's odds at a lost place are such that it would keep the task of retaking it."""
    settings = world.settings[0]
    if settings.assault_odds_wanted <= 0.0:
        return True
    return odds_of(world, row, place, world.clock[0].day) >= settings.assault_odds_pressed


@compiled
def nearest_raiders(world, row):
    """Return the nearest place that raids come from, beside own ground, that a formation would win; -1 for none."""
    unit, settings = world.formations[row], world.settings[0]
    best, best_km = NOBODY, settings.commands_clear_reach_km
    if best_km <= 0.0:
        return NOBODY
    for place in range(world.places.shape[0]):
        if world.raided_from[place] == 0 or world.insurgent_held[place] == 0:
            continue
        km = distance_km(unit, world.places[place])
        if km > best_km or place == unit.beaten_at or not is_hostile(world, unit.side, place):
            continue
        in_question = is_beside(world, unit.side, place) and line_before(world, row, place) == NOBODY
        if in_question and may_go(world, row, place) and not is_mended(world, row, place, km):
            if odds_of(world, row, place, world.clock[0].day) >= max(settings.assault_odds_wanted, 1.0):
                best, best_km = place, km
    return best


@compiled
def may_go(world, row, place):
    """Return whether a place lies in a formation's sector, where it may enter, and not far from what it has to hold."""
    unit, settings = world.formations[row], world.settings[0]
    if is_rear_guard(unit) and unit.ordered != NOBODY:
        if distance_km(world.places[unit.ordered], world.places[place]) > settings.commands_mend_reach_km:
            return False
    sector = unit.sector
    return (sector == NOBODY or world.in_sector[sector, place] == 1) and may_enter(world, row, place)


@compiled
def is_beside(world, side, place):
    """Return whether a road joins a place to one of the side's own ground; over a river only where a bridge stands."""
    for arc in range(world.arc_starts[place], world.arc_starts[place + 1]):
        if world.roads[world.arc_roads[arc]].bridge_out == 0 and is_friendly(world, side, world.arc_places[arc]):
            return True
    return False


@compiled
def is_mended(world, row, place, km):
    """Return whether an ally is after a place, or a free rear guard of the alliance nearer to it than `km`."""
    for other in range(world.formations.shape[0]):
        unit = world.formations[other]
        if other == row or unit.alliance != world.formations[row].alliance or unit.posture == Activity.LOST:
            continue
        if unit.task == place or unit.assault == place or unit.ordered == place:
            return True
        if unit.task != NOBODY and is_cut_between(world, unit.task, place):
            return True
        is_idle = is_rear_guard(unit) and unit.task == NOBODY and unit.to == NOBODY and not is_besieged(world, unit.at)
        if is_idle and distance_km(unit, world.places[place]) < km and may_go(world, other, place):
            return True
    return False


@compiled
def is_cut_between(world, place, other):
    """Return whether a road that is cut joins two places: who mends one end of it mends the other."""
    road = road_between(world, place, other)
    return road != NOBODY and world.roads[road].cut == 1


@compiled
def settles(world, row, order):
    """Return whether an order is done, dropped or not to be followed at all."""
    unit, place = world.formations[row], order.objective
    if order.only_if != NOBODY and world.flags[order.only_if].up == 0:
        return True
    if order.kind == OrderKind.HOLD:
        return False
    stands_there = unit.at == place and unit.to == NOBODY
    if is_foreign(world, unit.side, place):
        if order.wait_if_rival_holds == 1:
            return False
        fire(world, Mechanism.ORDER_DROPPED)
        note(world, LogKind.ORDER_DROPPED, world.clock[0].day, row, place, NOBODY, 0.0)
        return True
    if not is_friendly(world, unit.side, place) or is_besieged(world, place):
        return stands_there and order.kind == OrderKind.REACH
    if order.kind == OrderKind.TAKE and order.go_if_ally_holds == 0:
        return unit.arrival_open == 0
    return stands_there and unit.arrival_open == 0


@compiled
def weigh(world, row):
    """Return how much a formation's objective matters to its command (0 to 1); a rival near it raises that."""
    unit, settings = world.formations[row], world.settings[0]
    interest = interest_in(world, unit.command, unit.objective)
    if unit.objective == NOBODY or settings.commands_rival_near_interest <= 1.0:
        return interest
    for other in range(world.formations.shape[0]):
        rival = world.formations[other]
        if rival.posture != Activity.LOST and world.stances[unit.side, rival.side] == Stance.RIVAL:
            if distance_km(rival, world.places[unit.objective]) <= settings.commands_rival_near_km:
                fire(world, Mechanism.RIVAL_NEAR)
                return min(1.0, interest * settings.commands_rival_near_interest)
    return interest
