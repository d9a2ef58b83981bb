"""The turn: what happens in a tick, in which order, told once.

1.  events       dated and conditional changes raise their flags and take effect
2.  command      each command gives its formations their objectives (agent: Command)
3.  support      once a day: air arms spread their sorties (agent: AirArm; yesterday's support is recalled first)
4.  supply       days of supply are eaten and refilled
5.  route        each formation chooses its road (agent: Formation)
6.  march        each formation moves, arrives, joins assaults (agent: Formation)
7.  assault      assaults are prepared, fought and settled
8.  fight_back   once a day: insurgent garrisons reinforce, raid, counter-attack (agent: Garrison)
9.  encounters   incidents between rivals in contact
10. zones        tries on forbidden ground and the enforcer's ladder
11. tension      tensions fade, channels come back
12. siege        rings thin, defenders waste, garrisons may fall
13. control      claims become control; arrivals and finishes; roads reopen
14. milestones   named predicates are looked at
15. account      the tick is added to each formation's days

`PHASES` is that order. The Mesa model walks it, calling each agent's method of the phase's name; `take_turn` is the
same, compiled, and a test holds the two to each other.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from sim.compiled import compiled
from sim.errors import RunError
from sim.events import events
from sim.milestones import milestones
from sim.rules.air_support import allocate, recall_support
from sim.rules.assault import assault
from sim.rules.commands import command
from sim.rules.control import control
from sim.rules.encounters import encounters
from sim.rules.insurgents import begin_day, fight_back
from sim.rules.march import march
from sim.rules.route import route
from sim.rules.siege import siege
from sim.rules.supply import supply
from sim.rules.tension import tension
from sim.rules.zones import zones


class Phase(NamedTuple):
    """One phase: its name, its rule, whose decision it is ("" where it belongs to everyone), whether daily."""

    name: str
    rule: Callable
    agent: str = ""
    daily: bool = False
    first: Callable | None = None


@compiled
def account(world):
    """Add the tick to what each formation has been doing (days by activity)."""
    days = world.clock[0].tick_days
    for row in range(world.formations.shape[0]):
        world.days[row, world.formations[row].posture] += days


PHASES = (
    Phase("events", events),
    Phase("command", command, "Command"),
    Phase("support", allocate, "AirArm", daily=True, first=recall_support),
    Phase("supply", supply),
    Phase("route", route, "Formation"),
    Phase("march", march, "Formation"),
    Phase("assault", assault),
    Phase("fight_back", fight_back, "Garrison", daily=True, first=begin_day),
    Phase("encounters", encounters),
    Phase("zones", zones),
    Phase("tension", tension),
    Phase("siege", siege),
    Phase("control", control),
    Phase("milestones", milestones),
    Phase("account", account),
)


@compiled
def take_turn(world):
    """Carry the world through one tick: every phase in the order of `PHASES`."""
    first_of_day = is_first_of_day(world)
    events(world)
    for row in range(world.commands.shape[0]):
        command(world, row)
    if first_of_day:
        recall_support(world)
        for row in range(world.air_arms.shape[0]):
            allocate(world, row)
    supply(world)
    for row in range(world.formations.shape[0]):
        route(world, row)
    for row in range(world.formations.shape[0]):
        march(world, row)
    assault(world)
    if first_of_day:
        begin_day(world)
        for row in range(world.places.shape[0]):
            if world.idle_until_day[row] <= world.clock[0].day:
                fight_back(world, row)
    encounters(world)
    zones(world)
    tension(world)
    siege(world)
    control(world)
    milestones(world)
    account(world)
    advance_clock(world)


@compiled
def is_first_of_day(world):
    """Return whether this tick is the first of its day."""
    return world.clock[0].tick % world.clock[0].ticks_per_day == 0


@compiled
def advance_clock(world):
    """Move the clock to the next tick; the day is computed from the tick, so that it never drifts."""
    clock = world.clock[0]
    clock.tick += 1
    clock.day = clock.tick * clock.tick_days


@compiled
def is_over(world):
    """Return whether the horizon has been reached."""
    return world.clock[0].day >= world.clock[0].horizon_days - 1e-9


@compiled
def run_until(world, tick):
    """Carry a world that has begun to a tick, or to its horizon."""
    while world.clock[0].tick < tick and not is_over(world):
        take_turn(world)


@compiled
def is_finite(world):
    """Return whether all that a run reckons with is still a finite number.

    Rules do not stop where they divide by zero (`sim.compiled`); what comes of it spreads to what is looked at here.
    """
    total = 0.0
    for row in range(world.formations.shape[0]):
        unit = world.formations[row]
        total += unit.strength_men + unit.quality + unit.supply_days + unit.km + unit.x_km + unit.cycle_until_day
        total += unit.halt_until_day + unit.contact_hazard + unit.line_hazard + unit.try_hazard
    for row in range(world.places.shape[0]):
        place = world.places[row]
        total += place.garrison_men + place.garrison_quality + place.raid_hazard + place.reinforcement_hazard
    for row in range(world.sieges.shape[0]):
        total += world.sieges[row].ring_men + world.sieges[row].hazard
    for row in range(world.tensions.shape[0]):
        total += world.tensions[row].level
    for row in range(world.channels.shape[0]):
        total += world.channels[row].hazard
    for row in range(world.events.shape[0]):
        total += world.events[row].hazard
    return math.isfinite(total)


def check_finite(handle: Any) -> None:
    """Raise RunError where a finished run has left what is no finite number. `handle`: of its world."""
    if not is_finite(handle):
        trouble = "a run has divided by zero or left the range of numbers"
        raise RunError(f"{trouble}; is a number in the scenario far too small or too large?")
