"""Clearing and helping: which insurgent place a formation that is free, or waits for odds, goes for.

First where allies wait for better odds or fight with room for more; then what raids, what its orders name later, or,
for one without orders, whatever there is. MODEL rules 5 and 9; source: assumption,
`rules.commands.clear_*` and `.help_*`.
"""

import math

from sim.compiled import compiled
from sim.rules.attrition import engaged_men
from sim.rules.ground import (
    is_besieged,
    is_friendly,
    is_hostile,
    line_before,
    may_enter,
    road_between,
    task_reach_km,
)
from sim.rules.odds import goes_along, is_no_better, odds_of, odds_with, promised_power
from sim.rules.route import measure_roads
from sim.rules.tasks import (
    front_of,
    has_dropped,
    is_done,
    is_fought_for_apart,
    is_ordered_later,
    is_rear_guard,
    is_without_orders,
    is_worn,
    leads_on,
    may_go,
    may_help,
)
from sim.world.codes import NOBODY, Activity, Bar, Duty, Reason
from sim.world.geometry import distance_km

HEADED_FOR, FOUGHT_FOR = 1, 2


@compiled
def nearest_to_clear(world, row, least_duty):
    """Return (the nearest insurgent place beside own ground that a formation would win, what it is to do there).

    (-1, Duty.NONE) for none. First are those where allies wait or fight, and would do so with it at odds on which a
    command presses: who comes waits there with them for better ones. One that is to hold a place, or waits for odds at
    another, goes only where raids and counter-attacks come from, the latter also to the next place and, as far as to
    help, to those that its orders name later. One that has carried out its orders goes wherever insurgents are, however
    few, as far as to help, but less far where they are too few to raid. Who has lost too many men goes nowhere.
    `least_duty`: what it is free for, at least.
    """
    unit = world.formations[row]
    reach_km = reach_to_help(world, unit)
    best, best_km, best_rank = NOBODY, reach_km, Duty.NONE
    if reach_km <= 0.0 or least_duty > Duty.HELP:
        return best, best_rank
    measured_km = 0.0
    mark_sought(world, unit.alliance)
    for index in range(world.near_starts[unit.at], world.near_starts[unit.at + 1]):
        place, km = world.near_places[index], world.near_km[index]
        if km > reach_km:
            break
        if world.insurgent_held[place] == 0:
            continue
        rank = rank_to_clear(world, row, place, km)
        if rank == Duty.NONE or rank < least_duty or rank < best_rank:
            continue
        if rank == best_rank and km > best_km:
            continue
        if not may_clear(world, row, place, km, rank) or not is_worth_going(world, row, place, rank):
            continue
        most_km = reach_for(world, unit, place, rank)
        if most_km > measured_km:
            measure_roads(world, unit.side, unit.at, most_km, NOBODY)
            measured_km = most_km
        km = world.road_km[place]
        if km <= most_km and (rank > best_rank or km < best_km):
            best, best_km, best_rank = place, km, rank
    return best, best_rank


@compiled
def mark_sought(world, alliance):
    """Mark in `sought` where an alliance's formations fight or wait for odds, and where else they are going.

    Help is wanted in the former alone, and only the latter may lead on: it spares those questions everywhere else.
    A mark counts by how much it is above `searches`, which goes up with every search and leaves older marks below.
    """
    world.searches[0] += FOUGHT_FOR
    for index in range(world.alliance_starts[alliance], world.alliance_starts[alliance + 1]):
        row = world.alliance_units[index]
        unit = world.formations[row]
        if unit.posture != Activity.LOST:
            mark_place(world, unit.odds_at, FOUGHT_FOR)
            mark_place(world, unit.assault, FOUGHT_FOR)
            mark_place(world, unit.to, HEADED_FOR)
            mark_place(world, unit.ordered, HEADED_FOR)
            if unit.path_position < unit.path_length - 1:
                mark_place(world, world.paths[row, unit.path_position + 1], HEADED_FOR)


@compiled
def mark_place(world, place, kind):
    """Mark one place (-1: none), unless it has a higher mark."""
    if place != NOBODY:
        world.sought[place] = max(world.sought[place], world.searches[0] + kind)


@compiled
def is_worth_going(world, row, place, rank):
    """Return whether a formation would win a place, or makes odds on which a command presses with those it helps."""
    settings = world.settings[0]
    if rank == Duty.HELP:
        odds, least = joint_odds(world, row, place, True), settings.assault_odds_pressed
    else:
        odds, least = odds_of(world, row, place, world.clock[0].day), max(settings.assault_odds_wanted, 1.0)
    return odds >= least and not is_no_better(world, world.formations[row], place, odds)


@compiled
def joint_odds(world, row, place, with_it):
    """Return the odds at a place of all allies there, before it or on their way to help; 0 where there is nobody."""
    men, total, leader, day = 0.0, 0.0, NOBODY, world.clock[0].day
    alliance = world.formations[row].alliance
    for index in range(world.alliance_starts[alliance], world.alliance_starts[alliance + 1]):
        other = world.alliance_units[index]
        ally = world.formations[other]
        if ally.posture == Activity.LOST:
            continue
        is_helper = ally.task == place and ally.duty == Duty.HELP
        goes = is_helper or ally.odds_at == place or goes_along(world, other, place, day)
        if (goes and other != row) or (with_it and other == row):
            men += ally.strength_men
            total += promised_power(world, other, place)
            leader = other
    return odds_with(world, leader, place, men, total) if leader != NOBODY else 0.0


@compiled
def reach_to_clear(world, unit):
    """Return how many km a formation goes to clear a place; 0 for one that has lost too many men."""
    if is_worn(world, unit):
        return 0.0
    reach_km = world.settings[0].commands_clear_reach_km
    return task_reach_km(world) if reach_km > 0.0 and is_without_orders(unit) else reach_km


@compiled
def reach_to_help(world, unit):
    """Return how many km a formation goes to help allies, no less than to clear a place; 0 for one that is worn."""
    reach_km = max(reach_to_clear(world, unit), world.settings[0].commands_help_reach_km)
    return 0.0 if is_worn(world, unit) else reach_km


@compiled
def reach_for(world, unit, place, rank):
    """Return how many km a formation goes to an insurgent place: as far as to help, to one that it is to take later."""
    is_far = rank == Duty.HELP or (front_of(unit) != NOBODY and is_ordered_later(world, unit, place))
    return reach_to_help(world, unit) if is_far else reach_to_post(world, unit, place)


@compiled
def reach_to_post(world, unit, place):
    """Return how many km a formation goes to clear an insurgent place: less far, in proportion, where few men are.

    Few: fewer than raid.
    """
    least_men = world.settings[0].insurgents_raid_least_men
    share = min(1.0, world.places[place].garrison_men / least_men) if least_men > 0.0 else 1.0
    return share * reach_to_clear(world, unit)


@compiled
def rank_to_clear(world, row, place, km):
    """Return whether a formation leaves an insurgent place `km` away alone, clears it or helps allies there."""
    unit, settings = world.formations[row], world.settings[0]
    if not is_hostile(world, unit.side, place):
        return Duty.NONE
    front = front_of(unit)
    is_short = world.places[place].clear_days <= 0.0  # who waits for odds joins no clearance of weeks or months
    can_help = is_rear_guard(unit) or (front != NOBODY and front != place and is_short)
    sought = world.sought[place] - world.searches[0] if can_help else 0
    if sought >= FOUGHT_FOR and is_help_wanted(world, row, place):
        return Duty.HELP
    if sought >= HEADED_FOR and leads_on(world, row, place):
        return Duty.HELP
    if front != NOBODY and front != place and is_ordered_later(world, unit, place):
        return Duty.CLEAR
    if km > reach_to_post(world, unit, place):
        return Duty.NONE
    if is_without_orders(unit):
        return Duty.CLEAR
    if world.places[place].garrison_men < settings.insurgents_raid_least_men:
        return Duty.NONE
    if world.raided_from[place] == 1:
        return Duty.CLEAR
    return Duty.CLEAR if front != NOBODY and road_between(world, unit.at, place) != NOBODY else Duty.NONE


@compiled
def is_help_wanted(world, row, place):
    """Return whether allies wait for better odds at a place, or assault it with room for enough of a formation's men.

    How many are enough: `rules.commands.help_room_share`. Nobody is wanted where, with those on their way to help, the
    odds are as good as wanted.
    """
    unit, men, is_on = world.formations[row], 0.0, False
    for index in range(world.alliance_starts[unit.alliance], world.alliance_starts[unit.alliance + 1]):
        other = world.alliance_units[index]
        ally = world.formations[other]
        if other == row or ally.posture == Activity.LOST:
            continue
        if ally.odds_at == place:
            return joint_odds(world, row, place, False) < world.settings[0].assault_odds_wanted
        if ally.assault == place or ally.task == place or ally.to == place:
            men += ally.strength_men
            is_on = is_on or ally.assault == place
    room = engaged_men(world, place, math.inf, world.places[place].garrison_men)
    if not is_on or men + world.settings[0].commands_help_room_share * unit.strength_men > room:
        return False
    is_long = world.places[place].clear_days > 0.0  # each man more makes a clearance shorter
    return is_long or joint_odds(world, row, place, False) < world.settings[0].assault_odds_wanted


@compiled
def may_clear(world, row, place, km, rank):
    """Return whether a formation may be sent to clear a place `km` away: in its sector, beside own ground, its turn."""
    unit = world.formations[row]
    if has_dropped(world, unit, place) or not is_beside(world, unit.side, place):
        return False
    if not (may_go(world, row, place) if rank != Duty.HELP else may_help(world, row, place)):
        return False
    if world.places[place].fights > 0 and is_fought_for_apart(world, unit.side, place):
        return False
    return rank == Duty.HELP or (
        line_before(world, row, place) == NOBODY and not is_mended(world, row, place, km, True)
    )


@compiled
def what_bars(world, row, place, km):
    """Return what keeps a formation without orders from an insurgent place `km` away, for who tells the run's story."""
    unit = world.formations[row]
    if km > reach_to_post(world, unit, place):
        return Bar.TOO_FAR
    if world.may_enter[unit.side, world.places[place].country] == 0:
        return Bar.BORDER
    if not may_enter(world, row, place):
        return Bar.ZONE
    if not is_beside(world, unit.side, place):
        return Bar.NOT_BESIDE
    if is_mended(world, row, place, km, True):
        return Bar.LEFT_TO_ALLY
    if not may_clear(world, row, place, km, Duty.CLEAR):
        return Bar.NOT_ITS_OWN
    return Bar.NONE if is_worth_going(world, row, place, Duty.CLEAR) else Bar.TOO_STRONG


@compiled
def is_beside(world, side, place):
    """Return whether a road joins a place to one of the side's own ground; over a river only where a bridge stands."""
    for arc in range(world.arc_starts[place], world.arc_starts[place + 1]):
        if world.roads[world.arc_roads[arc]].bridge_out == 0 and is_friendly(world, side, world.arc_places[arc]):
            return True
    return False


@compiled
def is_mended(world, row, place, km, clears):
    """Return whether an ally is after a place or on its way there, or a free rear guard nearer to it would go.

    `km`: how far the formation is; `clears`: whether it would clear the place of insurgents, not mend the rear. An ally
    that only waits for better odds there, or refits, is not after it. Of two as near the stronger goes. An idle one
    that has looked and found nothing to do has declined; until it has, who leaves the place to it looks again.
    """
    men, day = world.formations[row].strength_men, world.clock[0].day
    alliance = world.formations[row].alliance
    for index in range(world.alliance_starts[alliance], world.alliance_starts[alliance + 1]):
        other = world.alliance_units[index]
        unit = world.formations[other]
        if other == row or unit.posture == Activity.LOST:
            continue
        is_after = unit.task == place or unit.assault == place or unit.ordered == place or leads_to(world, other, place)
        refits = unit.halt_reason == Reason.REFITS and unit.halt_until_day > day
        if is_after and unit.odds_at != place and not refits:
            return True
        if unit.task != NOBODY and is_cut_between(world, unit.task, place):
            return True
        is_free = unit.task == NOBODY or (unit.task == unit.at and is_done(world, other))
        is_idle = is_rear_guard(unit) and is_free and unit.to == NOBODY and not is_besieged(world, unit.at)
        if is_idle and unit.calm == 0 and not refits and would_go(world, other, place, km, men, clears):
            world.clock[0].left_to_ally = 1
            return True
    return False


@compiled
def would_go(world, row, place, most_km, men, clears):
    """Return whether an idle rear guard nearer than `most_km` to a place, or as near with more men, would go itself."""
    unit = world.formations[row]
    km = distance_km(unit, world.places[place])
    if (
        km > most_km
        or (km == most_km and unit.strength_men <= men)
        or not may_go(world, row, place)
        or has_dropped(world, unit, place)
    ):
        return False
    if line_before(world, row, place) != NOBODY or (clears and rank_to_clear(world, row, place, km) == Duty.NONE):
        return False
    return not is_hostile(world, unit.side, place) or is_worth_going(world, row, place, Duty.CLEAR)


@compiled
def leads_to(world, row, place):
    """Return whether a formation's way leads over a place."""
    unit = world.formations[row]
    if unit.to == place:
        return True
    if unit.objective == NOBODY or unit.path_target != unit.objective:
        return False
    for index in range(unit.path_position + 1, unit.path_length):
        if world.paths[row, index] == place:
            return True
    return False


@compiled
def is_cut_between(world, place, other):
    """Return whether a road that is cut joins two places: who mends one end of it mends the other."""
    road = road_between(world, place, other)
    return road != NOBODY and world.roads[road].cut == 1
