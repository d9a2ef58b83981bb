"""The tables that runs leave: one row a run, an arrival, an incident, a formation and run.

Both engines hand finished worlds to a `Collector`; the same runs give the same tables whatever made them.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from sim.world.build import Blueprint
from sim.world.codes import Activity, Cause, How, IncidentKind, Mechanism
from sim.world.world import World

CLASHES = [kind for kind in IncidentKind if kind >= IncidentKind.STRIKE]


class RunTables(NamedTuple):
    """The four tables of a stretch of runs (pyarrow, fixed schemas, rows in run order)."""

    runs: pa.Table
    arrivals: pa.Table
    incidents: pa.Table
    days: pa.Table


class Kept(NamedTuple):
    """What a stretch of runs leaves: a row a run, and incidents and arrivals of all runs one after the other.

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


class Collector:
    """Gathers what runs `first` to `stop` - 1 leave, then makes the tables."""

    def __init__(self, blueprint: Blueprint, first: int, stop: int) -> None:
        """Make room for the runs."""
        self.blueprint, self.names, self.model = blueprint, blueprint.names, blueprint.scenario.model
        self.first, self.numbers = first, np.arange(first, stop, dtype=np.int64)
        count, names = len(self.numbers), blueprint.names
        self.finish_days = np.full((count, len(names["races"]), len(names["contestants"])), np.inf)
        self.flag_days = np.full((count, len(names["flags"])), np.inf)
        self.fired = np.zeros((count, len(Mechanism)), np.int64)
        self.days = np.zeros((count, len(names["formations"]), len(Activity)))
        self.values = np.zeros((count, len(blueprint.assumptions)))
        self.incidents: list[np.ndarray] = []
        self.arrivals: list[np.ndarray] = []

    def add(self, index: int, world: World, values: np.ndarray) -> None:
        """Note a finished world as the run at `index` of this stretch; `values`: its assumptions."""
        clock = world.clock[0]
        self.finish_days[index] = world.finishes["day"].reshape(self.finish_days.shape[1:])
        self.flag_days[index] = world.flags["day"]
        self.fired[index] = world.fired
        self.days[index] = world.days
        self.values[index] = values
        self.incidents.append(world.incidents[: clock.incidents].copy())
        self.arrivals.append(world.arrivals[: clock.arrivals].copy())

    def take(self, kept: Kept, values: np.ndarray) -> None:
        """Note all runs of this stretch at once, as compiled runs leave them; `values`: their assumptions."""
        self.finish_days[:] = kept.finish_days.reshape(self.finish_days.shape)
        self.flag_days[:], self.fired[:], self.days[:] = kept.flag_days, kept.fired, kept.days
        self.values[:] = values
        self.incidents = np.split(kept.incidents, kept.incident_stops)[:-1]
        self.arrivals = np.split(kept.arrivals, kept.arrival_stops)[:-1]

    def tables(self) -> RunTables:
        """Return the tables."""
        world = self.blueprint.new_memory()[1]
        incidents, incident_runs = self.stack(self.incidents, world.incidents.dtype)
        arrivals, arrival_runs = self.stack(self.arrivals, world.arrivals.dtype)
        return RunTables(
            self.runs_table(incidents, incident_runs),
            self.arrivals_table(arrivals, arrival_runs),
            self.incidents_table(incidents, incident_runs),
            self.days_table(),
        )

    def stack(self, rows: list[np.ndarray], dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
        """Return all rows in one array, and the run number of each; within a run in order of time."""
        counts = [len(one) for one in rows]
        stacked = np.empty(sum(counts), dtype)  # np.concatenate promotes record types field by field
        for one, stop in zip(rows, np.cumsum(counts), strict=True):
            stacked[stop - len(one) : stop] = one[np.argsort(one["day"], kind="stable")]
        return stacked, np.repeat(self.numbers, counts)

    def words(self, table: str, rows: np.ndarray) -> pa.Array:
        """Return ids for rows, "" for -1."""
        return pick([*self.names[table].ids, ""], rows)

    def runs_table(self, incidents: np.ndarray, incident_runs: np.ndarray) -> pa.Table:
        """Return one row a run."""
        columns: dict[str, pa.Array] = {"run": pa.array(self.numbers)}
        races = list(self.model.races)
        headline = next((race for race in races if self.model.races[race].headline), races[0])
        winner, side, day = self.winners(headline)
        columns |= {"winner": winner, "winner_side": side, "finish_day": as_days(day)}
        for race in races:
            columns[f"winner:{race}"], columns[f"winner_side:{race}"], _ = self.winners(race)
            for one in self.model.races[race].finish:
                days = self.finish_days[:, self.names["races"].row(race), self.names["contestants"].row(one)]
                columns[f"finish_day:{race}:{one}"] = as_days(days)
        for one in self.model.milestones:
            columns[f"arrival_day:{one}"] = as_days(self.flag_days[:, self.names["flags"].row(one)])
        columns |= self.clash_columns(incidents, incident_runs)
        columns |= self.activity_columns()
        for mechanism in Mechanism:
            columns[f"fired:{mechanism.name.lower()}"] = pa.array(self.fired[:, mechanism])
        for index, assumption in enumerate(self.blueprint.assumptions):
            columns[f"assumption:{assumption.path}"] = pa.array(self.values[:, index])
        return pa.table(columns)

    def winners(self, race: str) -> tuple[pa.Array, pa.Array, np.ndarray]:
        """Return the winner ("nobody", "tie"), the winner's side and the winning day (inf) of a race, for each run."""
        ids = list(self.model.races[race].finish)
        rows = [self.names["contestants"].row(one) for one in ids]
        days = self.finish_days[:, self.names["races"].row(race)][:, rows]
        first = days.min(axis=1)
        sides = [self.model.contestants[one].side for one in ids]
        ahead = (days == first[:, None]) & np.isfinite(first)[:, None]
        kinds = sorted(set(sides))
        sides_ahead = np.stack([ahead[:, [side == one for side in sides]].any(axis=1) for one in kinds], axis=1)
        return only_one(ids, ahead), only_one(kinds, sides_ahead), first

    def rival_pairs(self) -> list[tuple[str, str]]:
        """Return the pairs of sides that are rivals at the start or may become so by an event, in order of names."""
        relations = [*self.model.relations]
        relations += [e.relation for event in self.model.events.values() for e in event.effects if e.relation]
        return sorted({(min(one.between), max(one.between)) for one in relations if one.stance == "rival"})

    def clash_columns(self, incidents: np.ndarray, incident_runs: np.ndarray) -> dict[str, pa.Array]:
        """Return the number of clashes a run by pair of sides and kind."""
        columns = {}
        for a, b in self.rival_pairs():
            rows = {self.names["sides"].row(a), self.names["sides"].row(b)}
            first, second = min(rows), max(rows)
            lower = np.minimum(incidents["side"], incidents["other_side"])
            upper = np.maximum(incidents["side"], incidents["other_side"])
            for kind in CLASHES:
                chosen = (lower == first) & (upper == second) & (incidents["kind"] == kind)
                counts = np.bincount(incident_runs[chosen] - self.first, minlength=len(self.numbers))
                columns[f"clashes:{a}-{b}:{kind.name.lower()}"] = pa.array(counts.astype(np.int64))
        return columns

    def activity_columns(self) -> dict[str, pa.Array]:
        """Return the days each contestant's formations spent on each activity, summed over its formations."""
        columns = {}
        for one, contestant in self.model.contestants.items():
            rows = [self.names["formations"].row(formation) for formation in contestant.formations]
            for activity in Activity:
                days = np.zeros(len(self.numbers))
                for row in sorted(rows):
                    days += self.days[:, row, activity]
                columns[f"days:{one}:{activity.name.lower()}"] = pa.array(days)
        return columns

    def arrivals_table(self, rows: np.ndarray, runs: np.ndarray) -> pa.Table:
        """Return one row an arrival of a formation at a watched place."""
        formations = self.blueprint.new_memory()[1].formations
        return pa.table(
            {
                "run": pa.array(runs),
                "day": pa.array(rows["day"]),
                "formation": self.words("formations", rows["formation"]),
                "contestant": self.words("contestants", formations["contestant"][rows["formation"]]),
                "side": self.words("sides", formations["side"][rows["formation"]]),
                "place": self.words("places", rows["place"]),
                "how": pick([one.name.lower() for one in How], rows["how"]),
            }
        )

    def incidents_table(self, rows: np.ndarray, runs: np.ndarray) -> pa.Table:
        """Return one row an incident; `other` is a formation's id, or that of a place with its garrison."""
        formations, places, sides = (self.names[one].ids for one in ("formations", "places", "sides"))
        others = np.where(rows["other_formation"] >= 0, rows["other_formation"], len(formations) + rows["other_place"])
        pairs = ["-".join(sorted((a, b))) for a in sides for b in sides]
        return pa.table(
            {
                "run": pa.array(runs),
                "day": pa.array(rows["day"]),
                "place": self.words("places", rows["place"]),
                "pair": pick(pairs, rows["side"] * len(sides) + rows["other_side"]),
                "kind": pick([one.name.lower() for one in IncidentKind], rows["kind"]),
                "formation": self.words("formations", rows["formation"]),
                "other": pick([*formations, *places], others),
                "cause": pick([one.name.lower() for one in Cause], rows["cause"]),
            }
        )

    def days_table(self) -> pa.Table:
        """Return one row a formation and run: its days by activity."""
        ids = list(self.model.formations)
        rows = [self.names["formations"].row(one) for one in ids]
        contestants = {f: c for c, one in self.model.contestants.items() for f in one.formations}
        runs = len(self.numbers)
        columns = {
            "run": pa.array(np.repeat(self.numbers, len(ids))),
            "formation": pa.array(ids * runs, pa.string()),
            "contestant": pa.array([contestants.get(one, "") for one in ids] * runs, pa.string()),
            "side": pa.array([self.model.formations[one].side for one in ids] * runs, pa.string()),
        }
        for activity in Activity:
            columns[activity.name.lower()] = pa.array(self.days[:, rows, activity].reshape(-1))
        return pa.table(columns)


def only_one(ids: list[str], ahead: np.ndarray) -> pa.Array:
    """Return, for each row of a boolean matrix (runs x ids), the id that is ahead alone, "tie" or "nobody"."""
    count = ahead.sum(axis=1)
    return pick([*ids, "tie", "nobody"], np.where(count == 1, ahead.argmax(axis=1), len(ids) + (count == 0)))


def pick(words: list[str], rows: np.ndarray) -> pa.Array:
    """Return words by their rows (-1: the last)."""
    return pa.array(words, pa.string()).take(pa.array(np.where(rows < 0, len(words) - 1, rows)))


def as_days(days: np.ndarray) -> pa.Array:
    """Return days with NaN where something did not happen by the horizon."""
    return pa.array(np.where(np.isfinite(days), days, np.nan))
