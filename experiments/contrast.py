"""What changes from one scenario to another: every number of a summary, run against run, and the runs that flip."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.pairs import Change, mean_change, no_change, quantile_change, share_change
from experiments.summary import QUANTILES, names_of

Contrast = dict[str, Any]
Manifest = dict[str, Any]
COLUMNS = ["group", "name", "measure", "base", "other", "difference", "low", "high", "variance_reduction"]


@dataclass(frozen=True)
class Pairs:
    """The tables of the same runs of two scenarios, and their manifests.

    What only one of the two has (a contestant, a milestone, a pair of sides) is left out of every comparison; days
    beyond the earlier of two horizons count as not arrived.
    """

    base: pd.DataFrame
    other: pd.DataFrame
    ours: Manifest
    theirs: Manifest

    def contrast(self) -> Contrast:
        """Return every change, nested as summary.json nests the numbers; all exactly zero where the two are one."""
        found = {
            "races": {race: self.race(race) for race in shared(self.ours["races"], self.theirs["races"])},
            "milestones": {
                one: self.arrival(f"arrival_day:{one}")
                for one in shared(self.ours["milestones"], self.theirs["milestones"])
            },
            "clashes": {pair: self.clashes(pair, kinds) for pair, kinds in self.clash_kinds().items()},
            "fired": {one: self.happens(f"fired:{one}") for one in self.names("fired:")},
            "days": {one: mean_change(*self.values(f"days:{one}")) for one in self.names("days:")},
        }
        return each(found, no_change) if self.ours["scenario_hash"] == self.theirs["scenario_hash"] else found

    def names(self, prefix: str) -> list[str]:
        """Return what follows a prefix in the names of columns that both have."""
        return shared(names_of(self.base, prefix), names_of(self.other, prefix))

    def values(self, column: str) -> tuple[np.ndarray, np.ndarray]:
        """Return a column of both, as floats."""
        return self.base[column].to_numpy(float), self.other[column].to_numpy(float)

    def days(self, column: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the days in a column of both, NaN beyond the horizon that both reach."""
        base, other = self.values(column)
        return np.where(base > self.horizon, np.nan, base), np.where(other > self.horizon, np.nan, other)

    @property
    def horizon(self) -> float:
        """The horizon that both reach, in days."""
        return float(min(self.ours["horizon_days"], self.theirs["horizon_days"]))

    def race(self, race: str) -> Contrast:
        """Return the changes of who is first in a race, by contestant and by side, and of when each one finishes."""
        entrants = [self.ours["races"][race]["contestants"], self.theirs["races"][race]["contestants"]]
        sides = [
            dict.fromkeys(manifest["contestants"][one]["side"] for one in ones)
            for manifest, ones in zip((self.ours, self.theirs), entrants, strict=True)
        ]
        return {
            "first": {one: self.equals(f"winner:{race}", one) for one in [*shared(*entrants), "tie", "nobody"]},
            "first_by_side": {
                one: self.equals(f"winner_side:{race}", one) for one in [*shared(*sides), "tie", "nobody"]
            },
            "finish": {one: self.arrival(f"finish_day:{race}:{one}") for one in shared(*entrants)},
        }

    def equals(self, column: str, value: str) -> Change:
        """Return the change of the share of runs in which a column has a value."""
        return share_change(self.base[column].eq(value).to_numpy(bool), self.other[column].eq(value).to_numpy(bool))

    def happens(self, column: str) -> Change:
        """Return the change of the share of runs in which a column is above zero."""
        base, other = self.values(column)
        return share_change(base > 0, other > 0)

    def arrival(self, column: str) -> Contrast:
        """Return the changes of an arrival: its share by the horizon, its mean day up to the horizon, its quantiles.

        The mean counts a run that does not arrive with the horizon (the restricted mean of survival analysis).
        """
        base, other = self.days(column)
        means = np.nan_to_num(base, nan=self.horizon), np.nan_to_num(other, nan=self.horizon)
        quantiles = {f"q{round(100 * level):02d}": quantile_change(base, other, level) for level in QUANTILES}
        return {
            "share": share_change(~np.isnan(base), ~np.isnan(other)),
            "restricted_mean_day": mean_change(*means),
            **quantiles,
        }

    def clash_kinds(self) -> dict[str, list[str]]:
        """Return the kinds of clash by pair of sides."""
        found: dict[str, list[str]] = {}
        for name in self.names("clashes:"):
            pair, kind = name.rsplit(":", 1)
            found.setdefault(pair, []).append(kind)
        return found

    def clashes(self, pair: str, kinds: list[str]) -> Contrast:
        """Return the changes of a pair's clashes a run, by kind and in all, and of the share of runs with any."""
        columns = [f"clashes:{pair}:{kind}" for kind in kinds]
        totals = [table[columns].sum(axis=1).to_numpy(float) for table in (self.base, self.other)]
        by_kind = {kind: mean_change(*self.values(column)) for kind, column in zip(kinds, columns, strict=True)}
        return {**by_kind, "all": mean_change(*totals), "any": share_change(totals[0] > 0, totals[1] > 0)}

    def flipped(self) -> pd.DataFrame:
        """Return the runs in which another contestant (or nobody) wins: race, run, base, other."""
        races = shared(self.ours["races"], self.theirs["races"])
        parts = [
            pd.DataFrame(
                {"race": race, "run": self.base["run"], "base": self.base[column], "other": self.other[column]}
            )[self.base[column].ne(self.other[column])]
            for race in races
            if (column := f"winner:{race}")
        ]
        return pd.concat(parts, ignore_index=True)


def finished_in_both(base: pd.DataFrame, other: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of both tables of runs whose run raised in neither, for a pair needs both."""
    if base["run"].equals(other["run"]):
        return base, other
    kept = (one[one["run"].isin(two["run"])].reset_index(drop=True) for one, two in ((base, other), (other, base)))
    ours, theirs = kept
    return ours, theirs


def shared(ours: Any, theirs: Any) -> list[str]:
    """Return the names that both have, in the order of the first."""
    return [one for one in ours if one in theirs]


def each(found: Contrast, altered: Callable[[Change], Change]) -> Contrast:
    """Return a contrast with every change altered."""
    if "difference" in found:
        return altered(found)
    return {name: each(inner, altered) for name, inner in found.items()}


def rows(found: Contrast, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Change]]:
    """Yield every change of a contrast with its path, such as ("races", "main", "first", "red")."""
    if "difference" in found:
        yield path, found
        return
    for name, inner in found.items():
        yield from rows(inner, (*path, name))


def as_table(found: Contrast) -> pd.DataFrame:
    """Return a contrast in long form, a row a change, with COLUMNS."""
    listed = []
    for path, one in rows(found):
        group, name, measure = named(path)
        listed.append({"group": group, "name": name, "measure": measure, **one})
    return pd.DataFrame(listed, columns=COLUMNS)


def named(path: tuple[str, ...]) -> tuple[str, str, str]:
    """Return a path as (group, name, measure)."""
    if path[0] == "races":
        race, what, name, *measure = path[1:]
        return f"races.{race}", name, f"{what}.{measure[0]}" if measure else what
    group, name, *measure = path
    return group, name, measure[0] if measure else {"fired": "share of runs", "days": "mean days"}[group]
