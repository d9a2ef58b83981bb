"""Retreat: where the men of a beaten garrison and formations that have lost their place go.

A share of a garrison withdraws to its neighbours, the others disperse; formations fall back and refit. MODEL rule 4;
source: assumption, `rules.assault.withdrawal_share` and `.refit_*`.
"""

import math

from sim.compiled import compiled
from sim.draws import NO_ID, Purpose, lognormal
from sim.records import fire, note
from sim.rules.attrition import LEAST_MEN
from sim.rules.ground import is_claimed, is_friendly, is_passable, stand_no_more
from sim.rules.movement import knock_out, turn_back
from sim.world.codes import NOBODY, Activity, LogKind, Mechanism, Reason, Stance


@compiled
def stands_against(world, other, place, side):
    """Return whether a hostile formation stands at a place."""
    unit = world.formations[other]
    if unit.at != place or unit.to != NOBODY or unit.posture == Activity.LOST:
        return False
    return world.stances[side, unit.side] == Stance.HOSTILE


@compiled
def refuge(world, place):
    """Return (the neighbouring own place with most room that men can withdraw to, its room); (-1, 0) for none."""
    here = world.places[place]
    best, best_room = NOBODY, 0.0
    for arc in range(world.arc_starts[place], world.arc_starts[place + 1]):
        other = world.arc_places[arc]
        there = world.places[other]
        room = there.capacity_men - there.garrison_men
        is_open = there.fights == 0 and is_passable(world, here.holder, world.arc_roads[arc])
        is_open = is_open and not is_claimed(world, other)
        if is_open and there.holder == here.holder and there.garrison != NOBODY and room > max(best_room, LEAST_MEN):
            best, best_room = other, room
    return best, best_room


@compiled
def withdraw(world, place, share, now):
    """Send a share of a beaten garrison along open road to the neighbouring own place with most room; others disperse.

    Bounded by the room there, so that garrisons do not pile up. Source: assumption (`rules.assault`).
    """
    here = world.places[place]
    left = here.garrison_men * share
    best, best_room = refuge(world, place)
    moved = 0.0
    if best != NOBODY and left >= LEAST_MEN:
        moved = min(left, best_room)
        world.places[best].garrison_men += moved
        fire(world, Mechanism.WITHDRAWAL)
        note(world, LogKind.WITHDREW, now, NOBODY, place, best, moved)
    note(world, LogKind.DISPERSED, now, NOBODY, place, NOBODY, here.garrison_men - moved)
    here.garrison_men = 0.0


@compiled
def push_out(world, place, side, now):
    """Drive hostile formations off a taken place: to a neighbouring own place, or off the map if there is none."""
    for other in range(world.formations.shape[0]):
        if stands_against(world, other, place, side):
            fall_back(world, other, now)


@compiled
def fall_back(world, row, now):
    """Move a formation that lost its place along a road to the nearest neighbouring place of its own, and refit."""
    unit = world.formations[row]
    best, best_road, best_km = NOBODY, NOBODY, math.inf
    for arc in range(world.arc_starts[unit.at], world.arc_starts[unit.at + 1]):
        other, road = world.arc_places[arc], world.arc_roads[arc]
        if is_friendly(world, unit.side, other) and world.roads[road].length_km < best_km:
            best, best_road, best_km = other, road, world.roads[road].length_km
    if best == NOBODY or unit.strength_men < LEAST_MEN:
        knock_out(world, row, now)
        return
    stand_no_more(world, unit)
    unit.to = unit.at
    unit.at = best
    unit.road = best_road
    unit.km = best_km
    turn_back(world, row, now)
    refit(world, row, now)


@compiled
def refit(world, row, now):
    """Halt for a drawn time (lognormal, `rules.assault.refit_days`), which is pause enough: what follows is a push."""
    unit, settings = world.formations[row], world.settings[0]
    days = lognormal(
        world.clock[0], Purpose.REFIT, unit.draw_key, NO_ID, unit.refits, settings.assault_refit_days,
        settings.assault_refit_sigma,
    )  # fmt: skip
    unit.refits += 1
    unit.halt_until_day = unit.cycle_until_day = now + days
    unit.pushing = 0
    unit.halt_reason = Reason.REFITS
    note(world, LogKind.WAITS, now, row, unit.at, Reason.REFITS, days)
