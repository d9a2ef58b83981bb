"""The tables that runs leave: one row a run, an arrival, an incident, a formation and run.

Both engines leave a `Kept`, of which a `Tabulator` makes the tables; the same runs give the same tables whatever made
them.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from sim.world import tables
from sim.world.build import Blueprint
from sim.world.codes import Activity, Cause, How, IncidentKind, Mechanism
from sim.world.world import World

CLASHES = [kind for kind in IncidentKind if kind >= IncidentKind.STRIKE]
ROWS_A_RUN = 64  # of incidents and of arrivals; more is made room for


class RunTables(NamedTuple):
    """The four tables of a stretch of runs (pyarrow, fixed schemas, rows in run order)."""

    runs: pa.Table
    arrivals: pa.Table
    incidents: pa.Table
    days: pa.Table


class Kept(NamedTuple):
    """What a stretch of runs leaves: a row a run, and incidents and arrivals of all runs one after the other.

    Those of a run stand in order of time.
    `incident_stops`, `arrival_stops` (int64): the row after the last of each run.
    """

    finish_days: np.ndarray  # float64 runs x R*T
    flag_days: np.ndarray  # float64 runs x flags
    fired: np.ndarray  # int64 runs x mechanisms
    days: np.ndarray  # float64 runs x F x activities
    incident_stops: np.ndarray
    arrival_stops: np.ndarray
    incidents: np.ndarray
    arrivals: np.ndarray


def new_kept(blueprint: Blueprint, runs: int, rows_a_run: int = ROWS_A_RUN) -> Kept:
    """Return room for what so many runs leave."""
    shapes = {name: shape for name, (_, _, shape) in blueprint.layout.places.items()}
    rows = max(1, runs) * rows_a_run
    return Kept(
        finish_days=np.empty((runs, *shapes["finishes"])),
        flag_days=np.empty((runs, *shapes["flags"])),
        fired=np.empty((runs, *shapes["fired"]), np.int64),
        days=np.empty((runs, *shapes["days"])),
        incident_stops=np.zeros(runs, np.int64),
        arrival_stops=np.zeros(runs, np.int64),
        incidents=np.empty(rows, tables.INCIDENT_ROW),
        arrivals=np.empty(rows, tables.ARRIVAL_ROW),
    )


class Collector:
    """Gathers what runs `first` to `stop` - 1 leave from their finished worlds, then makes the tables."""

    def __init__(self, blueprint: Blueprint, first: int, stop: int) -> None:
        """Make room for the runs."""
        self.blueprint, self.first = blueprint, first
        self.kept = new_kept(blueprint, stop - first, rows_a_run=0)
        self.values = np.empty((stop - first, len(blueprint.assumptions)))
        self.incidents: list[np.ndarray] = []
        self.arrivals: list[np.ndarray] = []

    def add(self, index: int, world: World, values: np.ndarray) -> None:
        """Note a finished world as the run at `index` of this stretch, the next one; `values`: its assumptions."""
        clock, kept = world.clock[0], self.kept
        kept.finish_days[index], kept.flag_days[index] = world.finishes["day"], world.flags["day"]
        kept.fired[index], kept.days[index] = world.fired, world.days
        self.values[index] = values
        self.incidents.append(in_order(world.incidents[: clock.incidents]))
        self.arrivals.append(in_order(world.arrivals[: clock.arrivals]))

    def tables(self) -> RunTables:
        """Return the tables."""
        kept = self.kept._replace(
            incidents=joined(self.incidents, self.kept.incidents.dtype),
            arrivals=joined(self.arrivals, self.kept.arrivals.dtype),
            incident_stops=np.cumsum([len(one) for one in self.incidents], dtype=np.int64),
            arrival_stops=np.cumsum([len(one) for one in self.arrivals], dtype=np.int64),
        )
        return Tabulator(self.blueprint).tables(self.first, kept, self.values)


def joined(parts: list[np.ndarray], dtype: np.dtype) -> np.ndarray:
    """Return records one after the other (np.concatenate promotes record types field by field)."""
    return np.frombuffer(b"".join(one.tobytes() for one in parts), dtype)


def in_order(records: np.ndarray) -> np.ndarray:
    """Return records in order of time, ties in their own order."""
    return records[np.argsort(records["day"], kind="stable")]


class Records(NamedTuple):
    """Incidents or arrivals of a stretch of runs; `at`: the row of each one's run."""

    rows: np.ndarray
    at: np.ndarray


class Tabulator:
    """Makes the tables of a scenario's runs; what does not change from stretch to stretch is worked out once."""

    def __init__(self, blueprint: Blueprint) -> None:
        """Prepare the words and rows that every stretch of runs needs."""
        self.blueprint, self.names, self.model = blueprint, blueprint.names, blueprint.scenario.model
        self.formations = blueprint.layout.views(blueprint.template)["formations"]
        self.words = {name: words([*found.ids, ""]) for name, found in self.names.items()}
        self.hows, self.kinds, self.causes = (
            words(one.name.lower() for one in of) for of in (How, IncidentKind, Cause)
        )
        sides = self.names["sides"].ids
        self.pairs = words("-".join(sorted((a, b))) for a in sides for b in sides)
        self.others = words([*self.names["formations"].ids, *self.names["places"].ids])

    def tables(self, first: int, kept: Kept, values: np.ndarray) -> RunTables:
        """Return the tables of runs from `first` on; `values`: their assumptions (float64, runs x assumptions)."""
        numbers = np.arange(first, first + len(values), dtype=np.int64)
        incidents = records_of(kept.incidents, kept.incident_stops)
        return RunTables(
            self.runs_table(numbers, kept, incidents, values),
            self.arrivals_table(numbers, records_of(kept.arrivals, kept.arrival_stops)),
            self.incidents_table(numbers, incidents),
            self.days_table(numbers, kept.days),
        )

    # ---------------------------------------------------------------- a row a run

    def runs_table(self, numbers: np.ndarray, kept: Kept, incidents: Records, values: np.ndarray) -> pa.Table:
        """Return one row a run."""
        races = list(self.model.races)
        headline = next((race for race in races if self.model.races[race].headline), races[0])
        finish_days = kept.finish_days.reshape(len(numbers), len(self.names["races"]), len(self.names["contestants"]))
        found = {race: self.winners(finish_days, race) for race in races}
        winner, side, day = found[headline]
        columns = {"run": pa.array(numbers), "winner": winner, "winner_side": side, "finish_day": as_days(day)}
        for race, (winner, side, _) in found.items():
            columns[f"winner:{race}"], columns[f"winner_side:{race}"] = winner, side
            for one in self.model.races[race].finish:
                days = finish_days[:, self.names["races"].row(race), self.names["contestants"].row(one)]
                columns[f"finish_day:{race}:{one}"] = as_days(days)
        for one in self.model.milestones:
            columns[f"arrival_day:{one}"] = as_days(kept.flag_days[:, self.names["flags"].row(one)])
        columns |= self.clash_columns(len(numbers), incidents)
        columns |= self.activity_columns(kept.days)
        fired = arrays(kept.fired)
        columns |= {f"fired:{mechanism.name.lower()}": fired[mechanism] for mechanism in Mechanism}
        assumptions = [f"assumption:{assumption.path}" for assumption in self.blueprint.assumptions]
        columns |= zip(assumptions, arrays(values), strict=True)
        return pa.table(columns)

    def winners(self, finish_days: np.ndarray, race: str) -> tuple[pa.Array, pa.Array, np.ndarray]:
        """Return the winner ("nobody", "tie"), the winner's side and the winning day (inf) of a race, for each run."""
        ids = list(self.model.races[race].finish)
        rows = [self.names["contestants"].row(one) for one in ids]
        days = finish_days[:, self.names["races"].row(race)][:, rows]
        first = days.min(axis=1)
        sides = [self.model.contestants[one].side for one in ids]
        ahead = (days == first[:, None]) & np.isfinite(first)[:, None]
        kinds = sorted(set(sides))
        sides_ahead = np.stack([ahead[:, [side == one for side in sides]].any(axis=1) for one in kinds], axis=1)
        return only_one(ids, ahead), only_one(kinds, sides_ahead), first

    @cached_property
    def rival_pairs(self) -> list[tuple[str, str]]:
        """The pairs of sides that are rivals at the start or may become so by an event, in order of names."""
        relations = [*self.model.relations]
        relations += [e.relation for event in self.model.events.values() for e in event.effects if e.relation]
        return sorted({(min(one.between), max(one.between)) for one in relations if one.stance == "rival"})

    @cached_property
    def pair_of(self) -> np.ndarray:
        """The number of the pair of rivals that two sides make up (int64, sides x sides), -1 for others."""
        found = np.full((len(self.names["sides"]), len(self.names["sides"])), -1)
        for number, (a, b) in enumerate(self.rival_pairs):
            rows = self.names["sides"].row(a), self.names["sides"].row(b)
            found[rows] = found[rows[::-1]] = number
        return found

    def clash_columns(self, runs: int, incidents: Records) -> dict[str, pa.Array]:
        """Return the number of clashes a run by pair of sides and kind."""
        rows = incidents.rows
        pair, kind = self.pair_of[rows["side"], rows["other_side"]], rows["kind"] - CLASHES[0]
        cells = (incidents.at * len(self.rival_pairs) + pair) * len(CLASHES) + kind
        width = len(self.rival_pairs) * len(CLASHES)
        counts = np.bincount(cells[(pair >= 0) & (kind >= 0)], minlength=runs * width).reshape(runs, width)
        names = [f"clashes:{a}-{b}:{kind.name.lower()}" for a, b in self.rival_pairs for kind in CLASHES]
        return dict(zip(names, arrays(counts.astype(np.int64)), strict=True))

    def activity_columns(self, days: np.ndarray) -> dict[str, pa.Array]:
        """Return the days each contestant's formations spent on each activity, summed over its formations."""
        columns: dict[str, pa.Array] = {}
        for one, contestant in self.model.contestants.items():
            total = np.zeros((len(days), len(Activity)))
            for row in sorted(self.names["formations"].row(formation) for formation in contestant.formations):
                total += days[:, row]
            names = [f"days:{one}:{activity.name.lower()}" for activity in Activity]
            columns |= zip(names, arrays(total), strict=True)
        return columns

    # ---------------------------------------------------------------- long tables

    def arrivals_table(self, numbers: np.ndarray, arrivals: Records) -> pa.Table:
        """Return one row an arrival of a formation at a watched place."""
        rows, formation = arrivals.rows, arrivals.rows["formation"]
        return pa.table(
            {
                "run": pa.array(numbers[arrivals.at]),
                "day": pa.array(rows["day"]),
                "formation": pick(self.words["formations"], formation),
                "contestant": pick(self.words["contestants"], self.formations["contestant"][formation]),
                "side": pick(self.words["sides"], self.formations["side"][formation]),
                "place": pick(self.words["places"], rows["place"]),
                "how": pick(self.hows, rows["how"]),
            }
        )

    def incidents_table(self, numbers: np.ndarray, incidents: Records) -> pa.Table:
        """Return one row an incident; `other` is a formation's id, or that of a place with its garrison."""
        rows, formations, sides = incidents.rows, len(self.names["formations"]), len(self.names["sides"])
        others = np.where(rows["other_formation"] >= 0, rows["other_formation"], formations + rows["other_place"])
        return pa.table(
            {
                "run": pa.array(numbers[incidents.at]),
                "day": pa.array(rows["day"]),
                "place": pick(self.words["places"], rows["place"]),
                "pair": pick(self.pairs, rows["side"] * sides + rows["other_side"]),
                "kind": pick(self.kinds, rows["kind"]),
                "formation": pick(self.words["formations"], rows["formation"]),
                "other": pick(self.others, others),
                "cause": pick(self.causes, rows["cause"]),
            }
        )

    def days_table(self, numbers: np.ndarray, days: np.ndarray) -> pa.Table:
        """Return one row a formation and run: its days by activity."""
        ids = list(self.model.formations)
        rows = [self.names["formations"].row(one) for one in ids]
        contestants = {f: c for c, one in self.model.contestants.items() for f in one.formations}
        again = np.tile(np.arange(len(ids)), len(numbers))
        columns = {
            "run": pa.array(np.repeat(numbers, len(ids))),
            "formation": pick(words(ids), again),
            "contestant": pick(words(contestants.get(one, "") for one in ids), again),
            "side": pick(words(self.model.formations[one].side for one in ids), again),
        }
        by_activity = arrays(days[:, rows].reshape(-1, len(Activity)))
        columns |= {activity.name.lower(): by_activity[activity] for activity in Activity}
        return pa.table(columns)


# ---------------------------------------------------------------- columns


def records_of(records: np.ndarray, stops: np.ndarray) -> Records:
    """Return the records of all runs. `stops`: as in `Kept`."""
    at = np.repeat(np.arange(len(stops)), np.diff(stops, prepend=0))
    return Records(records[: len(at)], at)


def arrays(matrix: np.ndarray) -> list[pa.Array]:
    """Return the columns of a matrix (float64 or int64, rows x columns), copied."""
    return [pa.array(column) for column in matrix.T.copy()]


def only_one(ids: list[str], ahead: np.ndarray) -> pa.Array:
    """Return, for each row of a boolean matrix (runs x ids), the id that is ahead alone, "tie" or "nobody"."""
    count = ahead.sum(axis=1)
    rows = np.where(count == 1, ahead.argmax(axis=1), len(ids) + (count == 0))
    return pick(words([*ids, "tie", "nobody"]), rows)


def words(ids: Iterable[str]) -> pa.Array:
    """Return words to pick from."""
    return pa.array(list(ids), pa.string())


def pick(chosen: pa.Array, rows: np.ndarray) -> pa.Array:
    """Return words by their rows (-1: the last)."""
    return chosen.take(pa.array(np.where(rows < 0, len(chosen) - 1, rows)))


def as_days(days: np.ndarray) -> pa.Array:
    """Return days with NaN where something did not happen by the horizon."""
    return pa.array(np.where(np.isfinite(days), days, np.nan))
