"""How the seconds a compiled run takes grow with ticks, formations and road segments: tables and log-log slopes.

    python -m benchmarks.scale [--quick] [--series NAME]... [--largest FACTOR] [--repeats R] [--seed S] [--out FILE]

A run is timed from the restored memory block to the horizon, in one thread; compiling, loading, building and the making
of tables are left out. Every repeat runs all sizes of a series, so that a slow minute of the machine falls on all.
"""

import argparse
import json
import math
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.stats import linregress

from benchmarks import machine
from benchmarks.generator import Mapping, Size, generate
from sim.ensemble import Ensemble
from sim.scenario.loading import from_data
from sim.world.world import RUN_FIELDS

RUN_SEED = 7
LEAST_RUNS, MOST_RUNS = 5, 200
LEAST_REPEAT_S = 0.3
MB = 1e6
WIDTH = 120


@dataclass(frozen=True)
class Series:
    """One thing that grows while the others stay.

    `x`: what the cost is held against, from a size; `sizes` and `quick_sizes`: factors (or days, or hours) handed to
    `resized`; `change`: made to the generated scenario in place.
    """

    title: str
    x: Callable[[Size], float]
    resized: Callable[[Size, float], Size]
    sizes: tuple[float, ...]
    quick_sizes: tuple[float, ...]
    change: Callable[[Mapping], object] = lambda scenario: None


def without_raids(scenario: Mapping) -> None:
    """Switch off what happens more often on a larger map whatever the formations do."""
    scenario["rules"]["insurgents"]["raids_per_day_per_100_km"] = 0


def ticks(size: Size) -> float:
    """Return the number of ticks of a run."""
    return size.horizon_days * 24.0 / size.tick_hours


def with_horizon(size: Size, days: float) -> Size:
    """Return the size with another horizon."""
    return replace(size, horizon_days=int(days))


def with_tick(size: Size, hours: float) -> Size:
    """Return the size with another tick."""
    return replace(size, tick_hours=hours)


def with_formations(size: Size, factor: float) -> Size:
    """Return the size with so many times the formations."""
    return size.times(formations=factor)


def with_network(size: Size, factor: float) -> Size:
    """Return the size with so many times the network."""
    return size.times(network=factor)


def segments(size: Size) -> float:
    """Return the number of road segments."""
    return float(size.roads)


NETWORKS, QUICK_NETWORKS = (1.0, 3.0, 10.0, 30.0, 100.0), (0.3, 1.0)
SERIES = {
    "horizon": Series("ticks, by a longer horizon", ticks, with_horizon, (50, 100, 200, 400, 800), (20, 40)),
    "tick": Series("ticks, by a shorter tick", ticks, with_tick, (24.0, 12.0, 6.0, 3.0, 1.5), (24.0, 12.0)),
    "formations": Series(
        "formations, on one network", lambda size: float(size.formations), with_formations,
        (1 / 3, 2 / 3, 4 / 3, 8 / 3, 16 / 3, 32 / 3), (0.2, 0.4),
    ),
    "segments": Series(
        "road segments, with as many formations", segments, with_network, NETWORKS, QUICK_NETWORKS
    ),
    "segments_without_raids": Series(
        "road segments, with as many formations and no raids", segments, with_network, NETWORKS, QUICK_NETWORKS,
        without_raids,
    ),
}  # fmt: skip


class Measured:
    """One size of a series, built and warm, and the seconds a run has taken in each repeat."""

    def __init__(self, series: Series, size: Size, seed: int) -> None:
        """Generate and build the scenario; run it once, so that everything is compiled and in memory."""
        started_s = time.perf_counter()
        scenario = generate(size, seed)
        series.change(scenario)
        self.size, self.x = size, series.x(size)
        self.ensemble = Ensemble(from_data(scenario, "generated"))
        self.build_s = time.perf_counter() - started_s
        self.keys, self.values = self.ensemble.draw(RUN_SEED, 0, MOST_RUNS)
        self.seconds_of_runs(1)
        self.runs = min(MOST_RUNS, max(LEAST_RUNS, math.ceil(LEAST_REPEAT_S / self.seconds_of_runs(1))))
        self.seconds_a_run: list[float] = []
        self.control_changes = 0.0

    def seconds_of_runs(self, runs: int) -> float:
        """Return how long the first so many runs take."""
        started_s = time.perf_counter()
        for run in range(runs):
            self.ensemble.run(self.keys[run], self.values[run])
        return time.perf_counter() - started_s

    def repeat(self) -> None:
        """Time the runs once more."""
        self.seconds_a_run.append(self.seconds_of_runs(self.runs) / self.runs)

    def count_changes(self) -> None:
        """Count the changes of control (captures, cuts, reopened roads) a run: how much happens in it."""
        worlds = (self.ensemble.run(self.keys[run], self.values[run]) for run in range(min(self.runs, 20)))
        self.control_changes = statistics.mean(int(world.clock[0].control_version) for world in worlds)

    @property
    def median_s(self) -> float:
        """The median of the repeats."""
        return statistics.median(self.seconds_a_run)

    @property
    def world_mb(self) -> float:
        """Memory of the arrays that one thread needs: the run block, its template, constants, work space, records."""
        apart = [array for name, array in self.ensemble.world._asdict().items() if name not in RUN_FIELDS]
        return (self.ensemble.block.nbytes * 2 + sum(array.nbytes for array in apart)) / MB

    def record(self) -> dict[str, Any]:
        """Return what is written to the file."""
        return {
            "x": self.x, "places": self.size.places, "roads": self.size.roads, "formations": self.size.formations,
            "ticks": ticks(self.size), "runs": self.runs, "seconds_a_run": self.seconds_a_run,
            "median_s": self.median_s, "control_changes_a_run": self.control_changes, "world_mb": self.world_mb,
            "build_s": self.build_s,
        }  # fmt: skip


def measure(name: str, quick: bool, largest: float, repeats: int, seed: int) -> list[Measured]:
    """Return the measured sizes of a series, smallest first."""
    series = SERIES[name]
    found = []
    for factor in series.quick_sizes if quick else series.sizes:
        size = series.resized(Size(), factor)
        if size.roads > largest * Size().roads:
            continue
        found.append(Measured(series, size, seed))
        tell(f"{name}: {found[-1].x:g} built in {found[-1].build_s:.1f} s")
    for number in range(repeats):
        for one in found if number % 2 == 0 else found[::-1]:
            one.repeat()
        tell(f"{name}: repeat {number + 1} of {repeats}")
    for one in found:
        one.count_changes()
    return found


def slope_of(found: list[Measured]) -> dict[str, float]:
    """Return the slope of log(seconds) over log(x) and its standard error (not defined for two sizes)."""
    fit = linregress(np.log([one.x for one in found]), np.log([one.median_s for one in found]))
    error = float(fit.stderr) if len(found) > 2 else math.nan
    return {"slope": float(fit.slope), "standard_error": error}


def table_of(title: str, found: list[Measured]) -> Table:
    """Return a series as a table; the local slope tells a fixed share at small sizes from growth at large ones."""
    table = Table(title=title)
    for head in ("size", "runs", "ms a run", "least - most", "local slope", "changes of control", "MB", "build s"):
        table.add_column(head, justify="right", no_wrap=head != "changes of control")
    for before, one in zip([None, *found], found, strict=False):
        local = math.log(one.median_s / before.median_s) / math.log(one.x / before.x) if before else math.nan
        spread = f"{min(one.seconds_a_run) * 1e3:.3g} - {max(one.seconds_a_run) * 1e3:.3g}"
        table.add_row(
            f"{one.x:,.0f}", str(one.runs), f"{one.median_s * 1e3:.3g}", spread, f"{local:.2f}" if before else "",
            f"{one.control_changes:.0f}", f"{one.world_mb:.1f}", f"{one.build_s:.1f}",
        )  # fmt: skip
    return table


def tell(text: str) -> None:
    """Show how far it has got."""
    print(text, file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="benchmarks.scale", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes and two repeats, to see that it works")
    parser.add_argument("--series", action="append", choices=list(SERIES), help="one of them; may be repeated")
    parser.add_argument(
        "--largest", type=float, default=math.inf, help="leave out networks of more times the baseline's"
    )
    parser.add_argument("--repeats", type=int, help="5 unless told (2 with --quick)")
    parser.add_argument("--seed", type=int, default=1, help="of the generated networks")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    asked = parser.parse_args(arguments)
    repeats = asked.repeats or (2 if asked.quick else 5)
    console, series = Console(width=WIDTH), {}
    for name in asked.series or SERIES:
        found = measure(name, asked.quick, asked.largest, repeats, asked.seed)
        fit = slope_of(found)
        console.print(table_of(SERIES[name].title, found))
        console.print(f"{name}: log-log slope {fit['slope']:.2f}, standard error {fit['standard_error']:.2f}\n")
        series[name] = fit | {"points": [one.record() for one in found], "peak_mb_so_far": machine.peak_mb()}
    console.print(f"Most memory held by the process: {machine.peak_mb():.0f} MB.")
    if asked.out:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        result = {"machine": machine.describe(), "seed": asked.seed, "repeats": repeats, "series": series}
        asked.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
