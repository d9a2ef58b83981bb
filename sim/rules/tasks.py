"""Tasks beside the orders: what a formation is sent for, when that is over, and where it may go for it at all.

A task is trouble in the rear (`sim.rules.rear`), or an insurgent place to be cleared or helped at
(`sim.rules.clearing`). MODEL rules 3, 5 and 9; source: assumption, `rules.commands`.
"""

import math

from sim.compiled import compiled
from sim.rules.ground import (
    are_connected,
    is_besieged,
    is_claimed_apart,
    is_friendly,
    is_hostile,
    may_enter,
    stands_apart,
)
from sim.rules.odds import is_next
from sim.world.codes import NOBODY, Activity, Duty, Errand, OrderKind, Stance
from sim.world.geometry import distance_km


@compiled
def front_of(unit):
    """Return the place for which a formation waits for better odds, at its gate or on a task meanwhile; -1 for none."""
    return unit.odds_at if unit.odds_at != NOBODY else unit.waits_at


@compiled
def is_rear_guard(unit):
    """Return whether a formation is a rear guard that its orders leave free."""
    return unit.free == 1 and unit.rear_guard == 1


@compiled
def is_without_orders(unit):
    """Return whether a formation has carried out all its orders."""
    return unit.ordered == NOBODY and unit.order >= unit.orders_count


@compiled
def is_worn(world, unit):
    """Return whether a formation has lost too many men for more than to hold."""
    return unit.strength_men < world.settings[0].commands_clear_least_share * unit.start_men


@compiled
def has_dropped(world, unit, place):
    """Return whether a formation has lately dropped a task at a place, the way to it being barred."""
    return unit.dropped_task == place and world.clock[0].day < unit.dropped_until_day


@compiled
def may_go(world, row, place):
    """Return whether a formation may go to a place: in its sector while it has orders, not far from what it holds."""
    unit = world.formations[row]
    is_in_sector = unit.sector == NOBODY or is_without_orders(unit) or world.in_sector[unit.sector, place] == 1
    return is_in_sector and may_help(world, row, place)


@compiled
def may_help(world, row, place):
    """Return whether a formation may go to a place to help allies there, which sectors do not forbid."""
    unit = world.formations[row]
    if is_rear_guard(unit) and unit.ordered != NOBODY:
        if distance_km(world.places[unit.ordered], world.places[place]) > world.settings[0].commands_mend_reach_km:
            return False
    return may_enter(world, row, place)


@compiled
def is_done(world, row):
    """Return whether a formation's task in the rear is over: trouble mended, a place cleared, or its orders call it.

    A place that a third party assaults, or has won, is left to it, and one where allies no longer want help.
    """
    unit = world.formations[row]
    if unit.duty == Duty.NONE:
        return not is_trouble(world, unit.side, unit.task)
    is_called = unit.free == 0 and unit.waits_at == NOBODY
    if is_called or not is_hostile(world, unit.side, unit.task):
        return True
    if unit.duty == Duty.HELP and unit.assault == NOBODY:
        if not is_sought(world, row, unit.task) and not leads_on(world, row, unit.task):
            return True
    is_fought_for = world.places[unit.task].fights > 0 and is_fought_for_apart(world, unit.side, unit.task)
    return is_fought_for or is_claimed_apart(world, unit.side, unit.task)


@compiled
def is_sought(world, row, place):
    """Return whether an ally of a formation waits for odds at a place, is in an assault on it or goes for it next."""
    alliance = world.formations[row].alliance
    for index in range(world.alliance_starts[alliance], world.alliance_starts[alliance + 1]):
        other = world.alliance_units[index]
        ally = world.formations[other]
        if other != row and ally.posture != Activity.LOST:
            if front_of(ally) == place or ally.assault == place or ally.to == place or is_next(world, other, place):
                return True
    return False


@compiled
def later_order(world, unit, place):
    """Return which order in force of a formation, after the present one, is to take a place; -1 for none."""
    for index in range(unit.order + 1, unit.orders_count):
        order = world.orders[unit.orders_first + index]
        if order.objective == place and order.kind != OrderKind.HOLD:
            is_off = order.only_if != NOBODY and world.flags[order.only_if].up == 0
            is_off = is_off or (order.after != NOBODY and world.flags[order.after].up == 0)
            is_on = not is_off and (order.unless == NOBODY or world.flags[order.unless].up == 0)
            return index if is_on else NOBODY
    return NOBODY


@compiled
def is_ordered_later(world, unit, place):
    """Return whether a formation has an order in force, after the present one, to take a place."""
    return later_order(world, unit, place) != NOBODY


@compiled
def leads_on(world, row, place):
    """Return whether an ally goes for a place on its way to where a formation that is on a task waits for odds.

    So who has helped goes on with those it helped rather than back to its own gate, where that brings it nearer to that
    and is near enough already (`rules.commands.clear_reach_km`).
    """
    unit = world.formations[row]
    if unit.odds_at != NOBODY or unit.waits_at == NOBODY:
        return False
    goal = world.places[unit.waits_at]
    if distance_km(world.places[place], goal) > min(distance_km(unit, goal), world.settings[0].commands_clear_reach_km):
        return False
    for index in range(world.alliance_starts[unit.alliance], world.alliance_starts[unit.alliance + 1]):
        other = world.alliance_units[index]
        ally = world.formations[other]
        if other == row or ally.posture == Activity.LOST:
            continue
        goes_there = ally.to == place or ally.ordered == place or is_next(world, other, place)
        if goes_there and (ally.ordered == unit.waits_at or is_ordered_later(world, ally, unit.waits_at)):
            return True
    return False


@compiled
def is_fought_for_apart(world, side, place):
    """Return whether a formation that stands apart from a side is in an assault on a place."""
    for other in range(world.formations.shape[0]):
        rival = world.formations[other]
        if rival.assault == place and stands_apart(world, side, rival.side):
            return True
    return False


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
def errand_of(world, unit):
    """Return what a formation is sent for: a task, or to hold a place by its orders; -1 where it is to take one."""
    if unit.task == NOBODY or unit.task != unit.objective:
        is_ordered = unit.ordered != NOBODY and unit.order < unit.orders_count
        holds = is_ordered and world.orders[unit.orders_first + unit.order].kind == OrderKind.HOLD
        return Errand.HOLD if holds else NOBODY
    if unit.duty != Duty.NONE:
        return Errand.HELP if unit.duty == Duty.HELP else Errand.CLEAR
    return Errand.REOPEN if is_friendly(world, unit.side, unit.task) else Errand.RETAKE
