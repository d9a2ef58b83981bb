"""Command decisions: which order a formation follows, and how much its objective matters.

What formations do beside their orders is `sim.rules.rear`'s. A command's interests are the scenario's
(`commands.*.interests`): they set how long its formations pause. MODEL rule 9; source of the shape: assumption.
"""

from sim.compiled import compiled
from sim.records import fire, note
from sim.rules.ground import interest_in, is_besieged, is_foreign, is_friendly, line_before
from sim.rules.odds import end_pause, may_be_pressed
from sim.rules.rear import finds_way, mend_rear, stay_until_day
from sim.rules.tasks import errand_of, is_without_orders, later_order
from sim.world.codes import NOBODY, Activity, Duty, LogKind, Mechanism, OrderKind, Reason, Stance
from sim.world.geometry import distance_km


@compiled
def command(world, row):
    """Let one command give its formations their objectives."""
    for index in range(world.command_starts[row], world.command_starts[row + 1]):
        other = world.command_units[index]
        if world.formations[other].posture != Activity.LOST and world.formations[other].assault == NOBODY:
            direct(world, other)


@compiled
def direct(world, row):
    """Give a formation its objective: by its orders, unless the rear needs it."""
    unit = world.formations[row]
    before, ordered, order = unit.objective, unit.ordered, unit.order
    if has_news(world, unit):
        pass_over(world, row)
        read_orders(world, row)
        if unit.ordered != ordered:
            unit.calm = 0
            if ordered == unit.at:
                rest(world, row)
        if unit.halt_reason == Reason.KEEPS_LINE and unit.to == NOBODY and not is_held_by_line(world, row):
            unit.halt_until_day = min(unit.halt_until_day, world.clock[0].day)
    unit.objective = unit.ordered
    if unit.ordered_reason != Reason.NONE:
        unit.reason = unit.ordered_reason
    mend_rear(world, row)
    tell_done(world, row)
    if unit.objective != before:
        take_up(world, row, before)
    elif unit.order != order and unit.objective != NOBODY and unit.objective == unit.ordered:
        note(world, LogKind.ORDER, world.clock[0].day, row, unit.objective, errand_of(world, unit), 0.0)


@compiled
def pass_over(world, row):
    """Let a formation go on from a place of a later order that it has cleared, if the present one has become too far.

    So who waited for odds at one place, and has gone round it, does not march all the way back to it. Too far: farther
    than it goes for any task. Source: assumption.
    """
    unit = world.formations[row]
    if unit.task == NOBODY or unit.ordered == NOBODY or unit.at != unit.task or unit.duty == Duty.NONE:
        return
    if unit.to != NOBODY or unit.arrival_open == 1 or not is_friendly(world, unit.side, unit.task):
        return
    unit.cleared_order = max(unit.cleared_order, later_order(world, unit, unit.task))
    if unit.cleared_order > unit.order and not finds_way(world, row, unit.ordered):
        note(world, LogKind.BYPASSES, world.clock[0].day, row, unit.ordered, unit.task, 0.0)
        unit.order = unit.cleared_order
        unit.task = unit.odds_at = unit.waits_at = NOBODY
        unit.calm = 0


@compiled
def rest(world, row):
    """Let a formation that has carried out its last order stay there as after a task, unless a cut or a loss calls it.

    So nobody who has marched to an ally's crossing goes off again within the hour to clear what it came past.
    """
    unit = world.formations[row]
    if unit.rear_guard == 1 and unit.to == NOBODY and unit.arrival_open == 0 and is_without_orders(unit):
        unit.task, unit.duty, unit.stay_told = unit.at, Duty.REST, 0
        unit.task_until_day = stay_until_day(world, unit)
        unit.calm = 1


@compiled
def take_up(world, row, before):
    """Begin with a new objective: who stood without orders with a push; who pauses or waits at a line or river, now.

    `before`: the objective until now.
    """
    unit, day = world.formations[row], world.clock[0].day
    if before == NOBODY and day > 0.0:
        unit.pushing = 0
        unit.cycle_until_day = min(unit.cycle_until_day, day)
    if unit.objective != NOBODY:
        note(world, LogKind.ORDER, day, row, unit.objective, errand_of(world, unit), 0.0)
    if (may_be_pressed(unit) or unit.halt_reason == Reason.BRIDGES) and unit.to == NOBODY:
        end_pause(world, row, unit.objective, day)


@compiled
def tell_done(world, row):
    """Note, once, that a formation has carried out its orders and has nothing else to do."""
    unit = world.formations[row]
    if unit.objective != NOBODY:
        unit.is_told = 0
    elif unit.is_told == 0 and unit.to == NOBODY and unit.orders_count > 0 and is_without_orders(unit):
        if unit.halt_reason != Reason.REFITS or unit.halt_until_day <= world.clock[0].day:
            unit.is_told = 1
            note(world, LogKind.ORDER_DONE, world.clock[0].day, row, unit.at, NOBODY, 0.0)


@compiled
def is_held_by_line(world, row):
    """Return whether the next place of a formation's way lies across an agreed line."""
    unit = world.formations[row]
    is_on_way = unit.path_position < unit.path_length - 1
    return is_on_way and line_before(world, row, world.paths[row, unit.path_position + 1]) != NOBODY


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
    waited = unit.ordered_reason == Reason.WAITS_FOR_FLAG
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
            if not waited and unit.to == NOBODY:
                note(world, LogKind.WAITS, world.clock[0].day, row, unit.at, Reason.WAITS_FOR_FLAG, 0.0)
            break
        if is_besieged(world, unit.at) and unit.to == NOBODY:
            unit.ordered_reason = Reason.BESIEGED
            break
        if not settles(world, row, order):
            unit.ordered = order.objective
            unit.free = 1 if order.kind == OrderKind.HOLD else 0
            break
        unit.order += 1
    if unit.order >= unit.orders_count and unit.to == NOBODY:
        unit.ordered_reason = Reason.NO_ORDERS


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
