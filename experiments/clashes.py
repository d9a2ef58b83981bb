"""Where and when rivals clash, counted from the table of incidents a stretch of runs at a time."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from experiments import tables
from experiments.manifest import Manifest
from experiments.summary import CLASH_KINDS

LEVELS = (0.05, 0.25, 0.75, 0.95)
WANTED = ["run", "day", "place", "pair", "kind"]


@dataclass(frozen=True)
class Clashes:
    """The clashes of all finished runs of a batch.

    `by_place`: place, pair, clashes_a_run, the most first. `by_day`: for each pair of sides: day, mean and quantiles
    (q05, q25, q75, q95) over all runs of the clashes up to it.
    """

    by_place: pd.DataFrame
    by_day: dict[str, pd.DataFrame]


def count(directory: Path, pairs: list[str], manifest: Manifest, total: int) -> Clashes:
    """Count the clashes of a finished batch. `pairs`: those of interest; `total`: its finished runs."""
    horizon = int(manifest["horizon_days"])
    spots: list[pd.Series] = []
    so_far = {pair: SoFar(horizon) for pair in pairs}
    for stretch in tables.stretches(directory, "incidents", WANTED):
        frame = clashes_of(stretch)
        spots.append(frame.groupby(["place", "pair"], observed=True).size())
        for pair in pairs:
            so_far[pair].add(frame[frame["pair"] == pair])
    by_place = pd.concat(spots).groupby(level=["place", "pair"], observed=True).sum().div(total).rename("clashes_a_run")
    ordered = by_place.reset_index().astype({"place": str, "pair": str})
    ordered = ordered.sort_values(["clashes_a_run", "place", "pair"], ascending=[False, True, True], kind="stable")
    return Clashes(ordered, {pair: found.table(total) for pair, found in so_far.items()})


def clashes_of(stretch: pa.Table) -> pd.DataFrame:
    """Return those of some incidents that are clashes."""
    frame = stretch.to_pandas()
    return frame[frame["kind"].isin(CLASH_KINDS)]


class SoFar:
    """How many runs have had how many clashes by each day: exact quantiles in the memory of a histogram."""

    def __init__(self, horizon_days: int) -> None:
        """Start with no runs."""
        self.horizon = horizon_days
        self.runs = np.zeros((horizon_days + 1, 1), np.int64)  # days x clashes so far; runs without any are not in it

    def add(self, clashes: pd.DataFrame) -> None:
        """Count the clashes of a stretch of runs, which is not counted again."""
        numbers, rows = np.unique(clashes["run"].to_numpy(), return_inverse=True)
        at = np.minimum(np.ceil(clashes["day"].to_numpy()).astype(np.int64), self.horizon)
        days = self.horizon + 1
        counts = np.bincount(rows * days + at, minlength=len(numbers) * days).reshape(len(numbers), days)
        sums = counts.cumsum(axis=1)
        most = int(sums.max(initial=0)) + 1
        if most > self.runs.shape[1]:
            self.runs = np.pad(self.runs, ((0, 0), (0, most - self.runs.shape[1])))
        width = self.runs.shape[1]
        self.runs += np.bincount((np.arange(days) * width + sums).ravel(), minlength=days * width).reshape(days, width)

    def table(self, total: int) -> pd.DataFrame:
        """Return mean and quantiles by day over `total` runs."""
        runs = self.runs.copy()
        runs[:, 0] += total - runs.sum(axis=1)
        below = runs.cumsum(axis=1)
        columns = {
            f"q{round(100 * level):02d}": (below < np.ceil(level * total - 1e-9)[..., None]).sum(axis=1)
            for level in LEVELS
        }
        means = runs @ np.arange(runs.shape[1]) / total
        return pd.DataFrame({"day": np.arange(self.horizon + 1), "mean": means, **columns})
