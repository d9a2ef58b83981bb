"""What goes on unmentioned in an event log: fights, sieges and waits that last, told again every so many days."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.nothing_to_do import why_nothing_to_do
from experiments.phrases import joined
from sim.rules.attrition import defenders
from sim.rules.odds import odds_of
from sim.rules.siege import is_inside
from sim.world.codes import Activity, AssaultState, LogKind, Reason, SiegeState
from sim.world.world import World

if TYPE_CHECKING:
    from experiments.story import Names

REPORT_DAYS = 30
WAITING = {
    Reason.WAITS_FOR_FLAG: "waiting for the word to go",
    Reason.NO_WAY: "without a way",
    Reason.RESPECTS_ZONE: "kept out by closed ground",
    Reason.RIVAL_HOLDS: "with a rival in the way",
    Reason.SUPPLY: "short of supply",
    Reason.KEEPS_LINE: "bound by the line agreed",
    Reason.GIVES_WAY: "with an enemy or rival column coming along the road",
    Reason.HOLDS: "holding it as ordered",
    Reason.REFITS: "refitting",
    Reason.PAUSES: "pausing",
    Reason.BESIEGED: "besieged",
    Reason.TURNED_BACK: "turned back",
    Reason.CLASH: "halting after a clash",
    Reason.CONSOLIDATES: "consolidating",
    Reason.AWAITS_COUNTER: "awaiting a counter-attack",
    Reason.DEFENDS: "defending it",
    Reason.ALLIES: "waiting for allies",
}
ABOUT_FORMATIONS = (
    LogKind.ORDER, LogKind.ORDER_DONE, LogKind.ORDER_DROPPED, LogKind.SETS_OUT, LogKind.REACHES, LogKind.AT_GATE,
    LogKind.JOINS, LogKind.ASSAULT_BEGINS, LogKind.ASSAULT_WON, LogKind.ASSAULT_BEATEN, LogKind.PAUSE, LogKind.WAITS,
    LogKind.LINE_BROKEN, LogKind.PUSH, LogKind.ZONE_TRY, LogKind.ZONE_RUNG, LogKind.ZONE_STOP,
    LogKind.TURNS_BACK, LogKind.GIVES_WAY, LogKind.DARES, LogKind.STAYS, LogKind.BYPASSES,
)  # fmt: skip


def standing(names: "Names", handle: Any, world: World) -> Iterator[tuple[float, str]]:
    """Yield (day, report) of fights, sieges and waits that since yesterday have lasted another `REPORT_DAYS`.

    To be asked once a day, in a run that keeps a log. A wait counts from what was last told of the formation.
    """
    today = float(world.clock[0].day)
    for row, unit in enumerate(world.formations):
        why = why_waiting(names, handle, world, row)
        if why and unit.to < 0 and unit.posture != Activity.LOST and is_due(today - last_told(world, row)):
            yield today, f"{names.formation(row)} still stood at {names.place(int(unit.at))}, {why}."
    if is_due(today):
        for siege in np.flatnonzero(world.sieges["state"] == SiegeState.ON):
            yield today, siege_report(names, handle, world, int(siege), today)
    for fight in np.flatnonzero(world.assaults["state"] == AssaultState.FIGHTING):
        place, alliance = divmod(int(fight), len(world.assaults) // len(world.places))
        begun = begun_day(world, place, alliance)
        if is_due(today - begun):
            yield today, fight_report(names, handle, world, int(fight), begun)


def why_waiting(names: "Names", handle: Any, world: World, row: int) -> str:
    """Return why a formation stands where it is, "" where that is not worth telling; odds are those of today."""
    unit = world.formations[row]
    reason = Reason(int(unit.reason))
    if reason in (Reason.ODDS, Reason.NO_BETTER) and unit.odds_at >= 0:
        place, today = int(unit.odds_at), float(world.clock[0].day)
        return f"held off from {names.place(place)}, odds now {odds_of(handle, row, place, today):.2f}"
    if reason == Reason.HOLDS and unit.task == unit.at:
        return "staying there against new raids"
    if reason == Reason.NO_ORDERS:
        return why_nothing_to_do(names, handle, world, row)
    return WAITING.get(reason, "")


def is_due(days: float) -> bool:
    """Return whether a report falls due on the day on which something has lasted so many days."""
    return days >= REPORT_DAYS and days // REPORT_DAYS > (days - 1.0) // REPORT_DAYS


def last_told(world: World, row: int) -> float:
    """Return the day of the last row of the log that is about a formation, 0 for none."""
    log = world.log[: world.clock[0].log_rows]
    days = log["day"][(log["actor"] == row) & np.isin(log["kind"], ABOUT_FORMATIONS)]
    return float(days.max()) if len(days) else 0.0


def begun_day(world: World, place: int, alliance: int) -> float:
    """Return the day on which the present fight of an alliance for a place began."""
    log = world.log[: world.clock[0].log_rows]
    begins = log[(log["kind"] == LogKind.ASSAULT_BEGINS) & (log["place"] == place)]
    return float(begins["day"][world.formations["alliance"][begins["actor"]] == alliance][-1])


def fight_report(names: "Names", handle: Any, world: World, fight: int, begun: float) -> str:
    """Return how a fight stands: who attacks with how many, how many defenders are left of how many."""
    place, alliance = divmod(fight, len(world.assaults) // len(world.places))
    units, today = world.formations, float(world.clock[0].day)
    rows = np.flatnonzero((units["assault"] == place) & (units["alliance"] == alliance))
    left, before = defenders(handle, int(rows[0]), place), world.assaults["defenders_start_men"][fight]
    ring = ring_at(world, place, alliance, world.places["holder"], world.sieges["state"] == SiegeState.ON)
    what = names.place(place) if ring < 0 else f"{ring_name(names, ring)} at {names.place(place)}"
    since = f"day {int(today - begun)} of the assault" if begun > 0 else f"day {int(today)}, the assault goes on"
    still = "left" if left <= before else "with those who joined them"
    who = joined([names.formation(int(row)) for row in rows])
    return (
        f"{what[0].upper()}{what[1:]}: {since}, {units['strength_men'][rows].sum():,.0f} attackers "
        f"({who}), {left:,.0f} defenders {still} ({before:,.0f} at the start)."
    )


def siege_report(names: "Names", handle: Any, world: World, siege: int, today: float) -> str:
    """Return how a siege stands: the men inside, garrisons and formations, and those in the ring."""
    places = [place for place in world.besieged_places[siege] if place >= 0]
    inside = sum(world.places["garrison_men"][place] for place in places)
    inside += sum(unit.strength_men for row, unit in enumerate(world.formations) if is_inside(handle, row, siege))
    ring = world.sieges["ring_men"][siege]
    name = names.title("sieges", siege)
    stands = f"{inside:,.0f} defenders left; relief would meet {ring:,.0f} men of the ring"
    return f"{name}: day {int(today)}, the siege goes on, {stands}."


def ring_at(world: World, place: int, alliance: int, holders: np.ndarray, sieges_on: np.ndarray) -> int:
    """Return the siege whose ring an alliance has to beat at a place, -1 where it fights for the place itself.

    `holders`: side of each place; `sieges_on`: of each siege.
    """
    siege, holder = int(world.places["siege"][place]), int(holders[place])
    is_own = holder >= 0 and world.sides["alliance"][holder] == alliance
    return siege if siege >= 0 and sieges_on[siege] and is_own else -1


def ring_name(names: "Names", siege: int) -> str:
    """Return what a siege's ring is called."""
    return f"the ring round {names.title('sieges', siege)}"
