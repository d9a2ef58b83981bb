"""Command decisions: which order a formation follows, how much its objective matters, where air support goes.

A command's interests are the scenario's (`commands.*.interests`): they set how long its formations pause, and which
prong gets the sorties. MODEL rule 9; source of the shape: assumption.
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
    may_enter,
    nearest_place,
)
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
    if unit.objective != before and unit.halt_reason == Reason.PAUSES and unit.to == NOBODY:
        unit.halt_until_day = min(unit.halt_until_day, world.clock[0].day)
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
    if unit.order >= unit.orders_count and unit.to == NOBODY:
        unit.ordered_reason = Reason.NO_ORDERS


@compiled
def mend_rear(world, row):
    """Send a free rear guard, or a stranded formation, to the nearest trouble: a cut road, a place just lost.

    It keeps the task until the trouble is over, and looks again on arrival and when there is new trouble. A rear guard
    stays out for a while after it was sent, since raids come again, unless its orders or new trouble call it. Source:
    assumption, `rules.commands.mend_reach_km` and `.mend_stay_days`.
    """
    unit, clock = world.formations[row], world.clock[0]
    is_over = unit.task == NOBODY or not is_trouble(world, unit.side, unit.task)
    if is_over and (clock.day >= unit.task_until_day or unit.free == 0):
        unit.task = NOBODY
    stranded = unit.cut_off == 1 and unit.supply_days < world.settings[0].supply_push_threshold_days
    can_go = (
        ((unit.free == 1 and unit.rear_guard == 1) or stranded)
        and unit.to == NOBODY
        and not is_besieged(world, unit.at)
    )
    if is_over and can_go and clock.cuts + clock.retaken > 0 and unit.calm_version != clock.trouble_version:
        trouble = nearest_trouble(world, row)
        if trouble == NOBODY:
            unit.calm_version = clock.trouble_version
        else:
            unit.task = trouble
            unit.task_until_day = clock.day + unit.rear_guard * world.settings[0].commands_mend_stay_days
            fire(world, Mechanism.REAR_MENDED)
    if unit.task != NOBODY:
        unit.objective = unit.task


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
    """Return the nearest place in trouble that a formation may enter within reach and sector, -1 for none."""
    unit = world.formations[row]
    best, best_km = NOBODY, world.settings[0].commands_mend_reach_km
    if best_km <= 0.0:
        return NOBODY
    for place in range(world.places.shape[0]):
        here = world.places[place]
        if here.retaken + here.cut_roads == 0 or not is_trouble(world, unit.side, place):
            continue
        inside = unit.sector == NOBODY or world.in_sector[unit.sector, place] == 1
        km = distance_km(unit, world.places[place])
        if inside and km <= best_km and may_enter(world, row, place) and not is_mended(world, row, place):
            best, best_km = place, km
    return best


@compiled
def is_mended(world, row, place):
    """Return whether another formation of the alliance is on its way to a trouble, or there."""
    for other in range(world.formations.shape[0]):
        unit = world.formations[other]
        if other != row and unit.task == place and unit.alliance == world.formations[row].alliance:
            if unit.posture != Activity.LOST:
                return True
    return False


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


@compiled
def allocate(world, row):
    """Spread an air arm's sorties for the day: first to the main effort, the rest in equal parts.

    The main effort is the fighting (or preparing) formation whose objective the arm's command cares for most.
    """
    arm = world.air_arms[row]
    main, best, claims = NOBODY, -1.0, 0
    for other in range(world.formations.shape[0]):
        if world.formations[other].assault == NOBODY:
            continue
        claim = claim_on(world, row, other)
        if claim > 0.0:
            claims += 1
        if claim > best and claim > 0.0:
            main, best = other, claim
    if main != NOBODY and main != arm.main_effort:
        note(world, LogKind.MAIN_EFFORT, world.clock[0].day, main, world.formations[main].assault, row, best)
    arm.main_effort = main
    if claims == 0:
        return
    left = max(0.0, arm.sorties_per_day - arm.sorties_for_full_support)
    for other in range(world.formations.shape[0]):
        if world.formations[other].assault != NOBODY and claim_on(world, row, other) > 0.0:
            sorties = arm.sorties_per_day if other == main else left / max(1.0, claims - 1.0)
            support(world, row, other, sorties)


@compiled
def claim_on(world, row, other):
    """Return the claim on an air arm of a formation in an assault: its command's interest, less while it prepares."""
    unit, arm = world.formations[other], world.air_arms[row]
    if arm.withdrawn_until_day > world.clock[0].day:
        return 0.0
    if world.air_sides[row, unit.side] == 0:
        return 0.0
    if world.air_places[row, nearest_place(world, other)] == 0:
        return 0.0
    weight = 1.0 if unit.posture == Activity.FIGHTING else world.settings[0].commands_support_when_preparing
    return weight * max(interest_in(world, arm.command, unit.assault), interest_in(world, arm.command, unit.objective))


@compiled
def support(world, row, other, sorties):
    """Write the support factor that so many sorties a day give a formation; arms do not add up, the best counts."""
    arm, unit = world.air_arms[row], world.formations[other]
    share = min(1.0, sorties / arm.sorties_for_full_support)
    unit.support = max(unit.support, 1.0 + share * (arm.support_factor - 1.0))
    unit.support_share = max(unit.support_share, share)
    if share > 0.0:
        fire(world, Mechanism.AIR_SUPPORT)


@compiled
def recall_support(world):
    """Clear yesterday's support before the day's sorties are allocated."""
    for row in range(world.formations.shape[0]):
        world.formations[row].support = 1.0
        world.formations[row].support_share = 0.0
