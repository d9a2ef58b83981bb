"""Why a formation whose orders are carried out stays where it is: what insurgents hold near by, and what bars it."""

from typing import TYPE_CHECKING, Any

from experiments.phrases import joined
from sim.rules.clearing import what_bars
from sim.rules.tasks import is_worn
from sim.world.codes import Bar
from sim.world.world import World

if TYPE_CHECKING:
    from experiments.story import Names

MOST_NAMED = 2
DONE = "with nothing left to do by the orders given"
TOO_FEW = "with too few men left for now for more than to hold"
BARS = {
    Bar.NONE: "too far by road",
    Bar.BORDER: "across a border closed to it",
    Bar.ZONE: "in a zone that it keeps out of",
    Bar.NOT_BESIDE: "not to be reached from its side's ground",
    Bar.LEFT_TO_ALLY: "left to an ally",
    Bar.NOT_ITS_OWN: "left to others' fights or beyond an agreed line",
    Bar.TOO_STRONG: "too strong for it",
}


def why_nothing_to_do(names: "Names", handle: Any, world: World, row: int) -> str:
    """Return why a formation without orders goes nowhere: the nearest insurgent places, and what bars each of them."""
    unit = world.formations[row]
    if unit.rear_guard == 0:
        return DONE
    if is_worn(handle, unit):
        return TOO_FEW
    barred: dict[Bar, list[str]] = {}
    near = range(world.near_starts[unit.at], world.near_starts[unit.at + 1])
    held = [index for index in near if world.insurgent_held[world.near_places[index]] == 1]
    for index in held[:MOST_NAMED]:
        place = int(world.near_places[index])
        bar = Bar(what_bars(handle, row, place, float(world.near_km[index])))
        if bar != Bar.TOO_FAR:
            barred.setdefault(bar, []).append(names.place(place))
    if not barred:
        return f"{DONE}, and no insurgents within reach"
    return f"{DONE}: " + ", ".join(f"{joined(places)} {BARS[bar]}" for bar, places in barred.items())
