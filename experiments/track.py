"""One run followed day by day, and which runs of a batch are worth following."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.excerpts import first_rows
from experiments.summary import Runs
from sim.ensemble import Ensemble
from sim.scenario.loading import Scenario
from sim.world.codes import Activity
from sim.world.world import World

MEDOID_RUNS = 20_000


@dataclass(frozen=True)
class Track:
    """A run day by day, from the start (day 0) to the horizon; ids in the order of the columns.

    `holders`: side of each place (str, days x places, "" for nobody); `lat`, `lon` (degrees), `strength_men`,
    `is_lost`: of each formation (days x formations).
    """

    run: int
    places: list[str]
    formations: list[str]
    holders: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    strength_men: np.ndarray
    is_lost: np.ndarray

    @property
    def days(self) -> np.ndarray:
        """The days, from 0."""
        return np.arange(len(self.lat))

    def table(self) -> pd.DataFrame:
        """Return a row a day and formation: run, day, formation, lat, lon, strength_men."""
        days, count = len(self.lat), len(self.formations)
        columns = {"lat": self.lat, "lon": self.lon, "strength_men": self.strength_men}
        return pd.DataFrame(
            {"run": self.run, "day": np.repeat(np.arange(days), count), "formation": self.formations * days}
            | {name: values.ravel().round(4) for name, values in columns.items()}
        )


def follow(scenario: Scenario, seed: int, run: int) -> Track:
    """Return the track of one run, simulated again tick by tick."""
    ensemble = Ensemble(scenario)
    names, days = ensemble.blueprint.names, [look(world) for world in each_day(ensemble, seed, run)]
    holders, space, men, lost = (np.array(column) for column in zip(*days, strict=True))
    lat, lon = on_the_map(space)
    sides = np.array([*names["sides"].ids, ""])
    return Track(run, list(names["places"].ids), list(names["formations"].ids), sides[holders], lat, lon, men, lost)


def each_day(ensemble: Ensemble, seed: int, run: int, logging: bool = False) -> Iterator[World]:
    """Yield the world of a run at the start of each day and at the horizon; it is the same arrays every time."""
    keys, values = ensemble.draw(seed, run, run + 1)
    world = ensemble.start(keys[0], values[0], logging)
    clock = world.clock[0]
    while True:
        if clock.tick % clock.ticks_per_day == 0:
            yield world
        tick = clock.tick
        if ensemble.go_on(clock.ticks_per_day).clock[0].tick == tick:
            return


def look(world: World) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the state worth keeping: holders of places; of formations x, y, z in km, men, and whether it is lost."""
    units = world.formations
    space = np.stack([units["x_km"], units["y_km"], units["z_km"]], axis=1)
    return world.places["holder"].copy(), space, units["strength_men"].copy(), units["posture"] == Activity.LOST


def on_the_map(space: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (lat, lon) in degrees of points (..., x, y, z) in km from the middle of the earth."""
    x, y, z = space[..., 0], space[..., 1], space[..., 2]
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))


# ---------------------------------------------------------------- which runs to follow


def told_runs(runs: Runs, manifest: dict[str, Any]) -> dict[str, int]:
    """Return the runs worth showing, by title: a typical one, earliest and latest finish of the headline race."""
    found = {"Typical run": typical(runs, manifest)}
    days, numbers = runs["finish_day"].to_numpy(float), runs["run"].to_numpy()
    if not np.isnan(days).all():
        found["Earliest finish"] = int(numbers[np.nanargmin(days)])
        found["Latest finish"] = int(numbers[np.nanargmax(days)])
    return found


def typical(runs: Runs, manifest: dict[str, Any]) -> int:
    """Return the medoid: the run whose outcomes lie nearest to those of all others, among those with the usual winner.

    Outcomes are all finish days, milestones (the horizon where not reached) and the clashes; distances are summed
    over outcomes, each measured in shares of its own range. Of a large batch, only among the first 20,000 runs.
    """
    names = [name for name in runs.columns if str(name).startswith(("finish_day:", "arrival_day:"))]
    clashes = [name for name in runs.columns if str(name).startswith("clashes:")]
    runs = first_rows(runs, ["run", "winner", *names, *clashes], MEDOID_RUNS)
    total = np.zeros(len(runs))
    for name in names:
        total += distances(runs[name].fillna(float(manifest["horizon_days"])).to_numpy(float))
    total += distances(sum((runs[name].to_numpy(float) for name in clashes), np.zeros(len(runs))))
    usual = (runs["winner"] == runs["winner"].mode()[0]).to_numpy()
    return int(runs["run"].to_numpy()[usual][np.argmin(total[usual])])


def distances(values: np.ndarray) -> np.ndarray:
    """Return the sum of each value's distances to all others, in units of their range."""
    spread = float(values.max() - values.min())
    if spread == 0.0:
        return np.zeros(len(values))
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    before = np.concatenate([[0.0], np.cumsum(ordered)[:-1]])
    after = ordered.sum() - before - ordered
    ranks = np.arange(len(values))
    sums = np.empty(len(values))
    sums[order] = ordered * ranks - before + after - ordered * (len(values) - 1 - ranks)
    return sums / spread
