"""Where and when rivals clash, counted from the table of incidents a stretch of runs at a time."""

from collections import Counter
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
    spots: Counter[tuple[str, str]] = Counter()
    so_far = {pair: SoFar(horizon) for pair in pairs}
    for stretch in tables.stretches(directory, "incidents", WANTED):
        kinds, kind_names = codes_of(stretch, "kind")
        is_clash = np.isin(kind_names, CLASH_KINDS)[kinds]
        (places, place_names), (sides, pair_names) = codes_of(stretch, "place"), codes_of(stretch, "pair")
        counts = np.bincount(
            places[is_clash] * len(pair_names) + sides[is_clash], minlength=len(place_names) * len(pair_names)
        ).reshape(len(place_names), len(pair_names))
        for row, column in zip(*np.nonzero(counts), strict=True):
            spots[place_names[row], pair_names[column]] += int(counts[row, column])
        runs, days = stretch["run"].to_numpy(), stretch["day"].to_numpy()
        for code, pair in enumerate(pair_names):
            if pair in so_far:
                chosen = is_clash & (sides == code)
                so_far[pair].add(runs[chosen], days[chosen])
    rows = [(place, pair, clashes / total) for (place, pair), clashes in spots.items()]
    by_place = pd.DataFrame(rows, columns=["place", "pair", "clashes_a_run"])
    ordered = by_place.sort_values(["clashes_a_run", "place", "pair"], ascending=[False, True, True], kind="stable")
    return Clashes(ordered, {pair: found.table(total) for pair, found in so_far.items()})


def codes_of(stretch: pa.Table, column: str) -> tuple[np.ndarray, list[str]]:
    """Return a column of words as codes (int64) and the words they stand for."""
    words = stretch[column].combine_chunks()
    return words.indices.to_numpy().astype(np.int64), words.dictionary.to_pylist()


class SoFar:
    """How many runs have had how many clashes by each day: exact quantiles in the memory of a histogram."""

    def __init__(self, horizon_days: int) -> None:
        """Start with no runs."""
        self.horizon = horizon_days
        self.reached = np.zeros((horizon_days + 1, 0), np.int64)  # days x n: runs whose clash n + 1 is on that day

    def add(self, runs: np.ndarray, clash_days: np.ndarray) -> None:
        """Count the clashes of a stretch of runs, which is not counted again: run number and day of each.

        A run's clashes lie side by side, in the order of their days.
        """
        if not len(runs):
            return
        numbers = np.arange(len(runs))
        is_first = np.append(True, runs[1:] != runs[:-1])
        nth = numbers - np.maximum.accumulate(np.where(is_first, numbers, 0))
        days = np.minimum(np.ceil(clash_days).astype(np.int64), self.horizon)
        width = max(self.reached.shape[1], int(nth.max()) + 1)
        self.reached = np.pad(self.reached, ((0, 0), (0, width - self.reached.shape[1])))
        self.reached += np.bincount(days * width + nth, minlength=self.reached.size).reshape(self.reached.shape)

    def table(self, total: int) -> pd.DataFrame:
        """Return mean and quantiles by day over `total` runs."""
        at_least = self.reached.cumsum(axis=0)  # days x n: runs with more than n clashes so far
        columns = {
            f"q{round(100 * level):02d}": (total - at_least < np.ceil(level * total - 1e-9)).sum(axis=1)
            for level in LEVELS
        }
        return pd.DataFrame({"day": np.arange(self.horizon + 1), "mean": at_least.sum(axis=1) / total, **columns})
