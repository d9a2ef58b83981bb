"""The rear: who reopens cut roads, retakes lost places and clears insurgents, and how far he goes for it.

A formation that its orders leave free, is cut off or waits gets a task beside its orders. Distances are road km over
own ground. MODEL rules 3, 5 and 9; source: assumption, `rules.commands.mend_*`, `.clear_*` and `.help_*`.
"""

import math

from sim.compiled import compiled
from sim.records import fire
from sim.rules.attrition import engaged_men
from sim.rules.ground import (
    are_connected,
    is_besieged,
    is_foreign,
    is_friendly,
    is_hostile,
    line_before,
    may_enter,
    road_between,
    stands_apart,
)
from sim.rules.odds import is_no_better, odds_of
from sim.rules.route import fastest_march, measure_roads
from sim.world.codes import NOBODY, Activity, Duty, Errand, Mechanism, OrderKind, Reason, Stance
from sim.world.geometry import distance_km


@compiled
def mend_rear(world, row):
    """Send a rear guard, a stranded formation or one that waits for odds to the nearest trouble: a cut, a lost place.

    With no trouble at hand it goes for the nearest place to be cleared, or where allies want help. It keeps the task
    until that is done, and looks again on arrival, before it goes home and when there is new trouble. A rear guard
    stays for a while where trouble was, since raids come again, unless its orders or new trouble call it. Source:
    assumption, `rules.commands.mend_reach_km`, `.mend_stay_days`, `.clear_reach_km` and `.help_reach_km`.
    """
    unit, clock = world.formations[row], world.clock[0]
    is_over = unit.task == NOBODY or is_done(world, row)
    stays_until_day = clock.day + unit.rear_guard * world.settings[0].commands_mend_stay_days
    if not is_over:
        unit.task_until_day = stays_until_day
    elif unit.task != NOBODY and may_come_home(world, unit):
        unit.task = NOBODY
        unit.calm_version = 0
    if is_over and unit.calm_version != clock.trouble_version and can_be_sent(world, unit):
        trouble = nearest_trouble(world, row)
        unit.duty = Duty.NONE
        may_clear = is_rear_guard(unit) or unit.odds_at != NOBODY
        if trouble == NOBODY and may_clear and unit.ordered_reason != Reason.WAITS_FOR_FLAG:
            trouble, unit.duty = nearest_to_clear(world, row)
        if trouble == NOBODY:
            unit.calm_version = clock.trouble_version
        else:
            unit.task, unit.task_until_day = trouble, stays_until_day
            if unit.odds_at != NOBODY:
                unit.waits_at, unit.odds_at = unit.odds_at, NOBODY
            fire(world, Mechanism.REAR_MENDED if unit.duty == Duty.NONE else Mechanism.REAR_CLEARED)
    if unit.task != NOBODY:
        unit.objective = unit.task


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

    One that waited for odds stays too where it has retaken a place; one that helped or cleared looks at its odds again.
    """
    is_called = unit.free == 0 and (unit.waits_at == NOBODY or unit.duty != Duty.NONE)
    is_free = world.clock[0].day >= unit.task_until_day or is_called or unit.at != unit.task
    return (is_free and not is_filling_up(world, unit)) or is_foreign(world, unit.side, unit.task)


@compiled
def is_filling_up(world, unit):
    """Return whether a formation that has reopened its line stays where it is until its stock gives full power."""
    settings = world.settings[0]
    wanted = settings.assault_full_power_stock_share * settings.supply_stock_days
    return unit.task == unit.at and unit.cut_off == 0 and unit.refill_days_per_day > 0.0 and unit.supply_days < wanted


@compiled
def is_without_orders(unit):
    """Return whether a formation has carried out all its orders."""
    return unit.ordered == NOBODY and unit.order >= unit.orders_count


@compiled
def is_rear_guard(unit):
    """Return whether a formation is a rear guard that its orders leave free."""
    return unit.free == 1 and unit.rear_guard == 1


@compiled
def is_done(world, row):
    """Return whether a formation's task in the rear is over: trouble mended, a place cleared, or its orders call it.

    A place that a third party assaults is left to it, and one where allies no longer want help.
    """
    unit = world.formations[row]
    if unit.duty == Duty.NONE:
        return not is_trouble(world, unit.side, unit.task)
    is_called = unit.free == 0 and unit.waits_at == NOBODY
    if is_called or not is_hostile(world, unit.side, unit.task):
        return True
    if unit.duty == Duty.HELP and unit.assault == NOBODY and not is_sought(world, row, unit.task):
        return True
    return world.places[unit.task].fights > 0 and is_fought_for_apart(world, unit.side, unit.task)


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

    One that is cut off, or only waits and could be called any day, goes for lost places, not for roads that will open;
    the latter only for those near by, and not for the one it waits before. One without orders goes as far as to help.
    """
    unit, settings = world.formations[row], world.settings[0]
    opens_roads = is_rear_guard(unit) or is_stranded(world, unit)
    best, best_km = NOBODY, settings.commands_mend_reach_km
    if is_without_orders(unit):
        best_km = max(best_km, settings.commands_help_reach_km)
    if not opens_roads and unit.cut_off == 0:
        best_km = min(best_km, settings.commands_clear_reach_km)
    if best_km <= 0.0 or world.clock[0].retaken + opens_roads * world.clock[0].cuts == 0:
        return NOBODY
    left = world.clock[0].retaken + 2 * opens_roads * world.clock[0].cuts
    is_measured = False
    for place in range(world.places.shape[0]):
        if left == 0:
            break
        here = world.places[place]
        troubles = here.retaken + opens_roads * here.cut_roads
        left -= troubles
        if troubles == 0 or place == unit.odds_at:
            continue
        km = distance_km(unit, here)
        if km > best_km or has_dropped(world, unit, place) or not is_trouble(world, unit.side, place):
            continue
        if may_go(world, row, place) and not is_mended(world, row, place, km, False):
            if not is_measured:
                measure_roads(world, unit.side, unit.at, best_km)
                is_measured = True
            km = world.road_km[place]
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
def has_dropped(world, unit, place):
    """Return whether a formation has lately dropped a task at a place, the way to it being barred."""
    return unit.dropped_task == place and world.clock[0].day < unit.dropped_until_day


@compiled
def would_dare(world, row, place):
    """Return whether a formation has men and odds enough to retake a lost place; to reopen a road, any will do."""
    unit, settings = world.formations[row], world.settings[0]
    if settings.assault_odds_wanted <= 0.0 or is_friendly(world, unit.side, place):
        return True
    if is_worn(world, unit):
        return False
    odds = odds_of(world, row, place, world.clock[0].day)
    return odds >= settings.assault_odds_wanted and not is_no_better(unit, place, odds)


@compiled
def nearest_to_clear(world, row):
    """Return (the nearest insurgent place beside own ground that a formation would win, what it is to do there).

    (-1, Duty.NONE) for none. First are those where allies wait or fight, and would do so at odds on which a command
    presses: who comes waits there with them for better ones. One that is to hold a place, or waits for
    odds at another, goes only where raids and counter-attacks come from, the latter also to the next place and, as far
    as to help, to those that its orders name later. One that
    has carried out its orders goes wherever men enough to raid are, as far as to mend the rear. Who has lost too many
    men goes nowhere. Source: assumption, `rules.commands.clear_*` and `.help_*`.
    """
    unit = world.formations[row]
    reach_km = reach_to_help(world, unit)
    best, best_km, best_rank = NOBODY, reach_km, Duty.NONE
    if reach_km <= 0.0:
        return best, best_rank
    is_measured = False
    for place in range(world.places.shape[0]):
        if world.insurgent_held[place] == 0:
            continue
        km = distance_km(unit, world.places[place])
        if km > reach_km:
            continue
        rank = rank_to_clear(world, row, place, km)
        if rank == Duty.NONE or rank < best_rank or (rank == best_rank and km > best_km):
            continue
        if not may_clear(world, row, place, km, rank):
            continue
        if not is_measured:
            measure_roads(world, unit.side, unit.at, reach_km)
            is_measured = True
        km = world.road_km[place]
        if math.isfinite(km) and km <= reach_for(world, unit, place, rank) and (rank > best_rank or km < best_km):
            settings, odds = world.settings[0], odds_of(world, row, place, world.clock[0].day)
            least = settings.assault_odds_pressed if rank == Duty.HELP else max(settings.assault_odds_wanted, 1.0)
            if odds >= least and not is_no_better(unit, place, odds):
                best, best_km, best_rank = place, km, rank
    return best, best_rank


@compiled
def is_worn(world, unit):
    """Return whether a formation has lost too many men for more than to hold."""
    return unit.strength_men < world.settings[0].commands_clear_least_share * unit.start_men


@compiled
def reach_to_clear(world, unit):
    """Return how many km a formation goes to clear a place; 0 for one that has lost too many men."""
    settings = world.settings[0]
    if is_worn(world, unit):
        return 0.0
    reach_km = settings.commands_clear_reach_km
    return max(reach_km, settings.commands_mend_reach_km) if reach_km > 0.0 and is_without_orders(unit) else reach_km


@compiled
def reach_to_help(world, unit):
    """Return how many km a formation goes to help allies, no less than to clear a place; 0 for one that is worn."""
    reach_km = max(reach_to_clear(world, unit), world.settings[0].commands_help_reach_km)
    return 0.0 if is_worn(world, unit) else reach_km


@compiled
def reach_for(world, unit, place, rank):
    """Return how many km a formation goes to an insurgent place: as far as to help, to one that it is to take later."""
    is_far = rank == Duty.HELP or (unit.odds_at != NOBODY and is_ordered_later(world, unit, place))
    return reach_to_help(world, unit) if is_far else reach_to_clear(world, unit)


@compiled
def is_ordered_later(world, unit, place):
    """Return whether a formation has an order in force, after the present one, to take a place."""
    for index in range(unit.order + 1, unit.orders_count):
        order = world.orders[unit.orders_first + index]
        if order.objective == place and order.kind != OrderKind.HOLD:
            is_off = order.only_if != NOBODY and world.flags[order.only_if].up == 0
            is_off = is_off or (order.after != NOBODY and world.flags[order.after].up == 0)
            return not is_off and (order.unless == NOBODY or world.flags[order.unless].up == 0)
    return False


@compiled
def rank_to_clear(world, row, place, km):
    """Return whether a formation leaves an insurgent place `km` away alone, clears it or helps allies there."""
    unit, settings = world.formations[row], world.settings[0]
    if not is_hostile(world, unit.side, place):
        return Duty.NONE
    is_short = world.places[place].clear_days <= 0.0  # who waits for odds joins no clearance of weeks or months
    can_help = is_rear_guard(unit) or (unit.odds_at != NOBODY and unit.odds_at != place and is_short)
    if can_help and is_help_wanted(world, row, place) and not is_waited_for(world, row):
        return Duty.HELP
    if unit.odds_at != NOBODY and unit.odds_at != place and is_ordered_later(world, unit, place):
        return Duty.CLEAR
    if world.places[place].garrison_men < settings.insurgents_raid_least_men or km > reach_to_clear(world, unit):
        return Duty.NONE
    if is_without_orders(unit) or world.raided_from[place] == 1:
        return Duty.CLEAR
    return Duty.CLEAR if unit.odds_at != NOBODY and road_between(world, unit.at, place) != NOBODY else Duty.NONE


@compiled
def is_sought(world, row, place):
    """Return whether an ally of a formation waits for odds at a place, is in an assault on it or on the road to it."""
    for other in range(world.formations.shape[0]):
        ally = world.formations[other]
        if other != row and ally.alliance == world.formations[row].alliance and ally.posture != Activity.LOST:
            if ally.odds_at == place or ally.assault == place or ally.to == place:
                return True
    return False


@compiled
def is_waited_for(world, row):
    """Return whether an ally is on its way to help a formation that waits for odds."""
    unit = world.formations[row]
    for other in range(world.formations.shape[0]):
        ally = world.formations[other]
        is_helper = ally.task != NOBODY and ally.task == unit.odds_at and ally.duty == Duty.HELP
        if is_helper and ally.alliance == unit.alliance and ally.posture != Activity.LOST:
            return True
    return False


@compiled
def is_help_wanted(world, row, place):
    """Return whether allies wait for better odds at a place, or assault it with room for enough of a formation's men.

    How many are enough: `rules.commands.help_room_share`.
    """
    unit, men, is_on = world.formations[row], 0.0, False
    for other in range(world.formations.shape[0]):
        ally = world.formations[other]
        if other == row or ally.alliance != unit.alliance or ally.posture == Activity.LOST:
            continue
        if ally.odds_at == place:
            return True
        if ally.assault == place or ally.task == place or ally.to == place:
            men += ally.strength_men
            is_on = is_on or ally.assault == place
    room = engaged_men(world, place, math.inf, world.places[place].garrison_men)
    return is_on and men + world.settings[0].commands_help_room_share * unit.strength_men <= room


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
def is_fought_for_apart(world, side, place):
    """Return whether a formation that stands apart from a side is in an assault on a place."""
    for other in range(world.formations.shape[0]):
        rival = world.formations[other]
        if rival.assault == place and stands_apart(world, side, rival.side):
            return True
    return False


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
    that only waits for better odds there, or refits, is not after it. Of two as near the stronger goes.
    """
    men, day = world.formations[row].strength_men, world.clock[0].day
    for other in range(world.formations.shape[0]):
        unit = world.formations[other]
        if other == row or unit.alliance != world.formations[row].alliance or unit.posture == Activity.LOST:
            continue
        is_after = unit.task == place or unit.assault == place or unit.ordered == place or leads_to(world, other, place)
        refits = unit.halt_reason == Reason.REFITS and unit.halt_until_day > day
        if is_after and unit.odds_at != place and not refits:
            return True
        if unit.task != NOBODY and is_cut_between(world, unit.task, place):
            return True
        is_free = unit.task == NOBODY or (unit.task == unit.at and is_done(world, other))
        is_idle = is_rear_guard(unit) and is_free and unit.to == NOBODY and not is_besieged(world, unit.at)
        if is_idle and not refits and would_go(world, other, place, km, men, clears):
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
    if line_before(world, row, place) != NOBODY:
        return False
    return not clears or (km <= reach_to_clear(world, unit) and rank_to_clear(world, row, place, km) != Duty.NONE)


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


@compiled
def errand_of(world, unit):
    """Return what a formation is sent to the rear for, -1 where it follows its orders."""
    if unit.task == NOBODY or unit.task != unit.objective:
        return NOBODY
    if unit.duty != Duty.NONE:
        return Errand.HELP if unit.duty == Duty.HELP else Errand.CLEAR
    return Errand.REOPEN if is_friendly(world, unit.side, unit.task) else Errand.RETAKE
