"""Batches of a fake ensemble: what a run leaves is a function of its number, so that only the batch is tested."""

import threading
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa

from experiments.batch import run_batch
from sim.outcomes import RunTables

FILES = ("runs.parquet", "arrivals.parquet", "incidents.parquet", "days.parquet", "summary.json")


@dataclass(frozen=True)
class FakeScenario:
    name: str = "fake"
    text: str = "title: fake\n"
    hash: str = "ab12cd34" * 8
    basemap: Path | None = None
    extends: str | None = None

    @property
    def short_hash(self) -> str:
        return self.hash[:8]

    @property
    def model(self) -> SimpleNamespace:
        return SimpleNamespace(
            title="A fake race",
            start_date=date(2017, 6, 25),
            horizon_days=190,
            sides={"red": SimpleNamespace(name="Red", colour="#D55E00")},
            contestants={"one": SimpleNamespace(name="One", side="red")},
            races={"main": SimpleNamespace(title="Main", headline=True, finish={"one": ["goal"]})},
            milestones={"goal_taken": SimpleNamespace(title="Goal taken")},
        )


def fake_tables(seed: int, first: int, stop: int) -> RunTables:
    """Return what each run leaves as a function of seed and number; most chunks leave no incident."""
    numbers = np.arange(first, stop, dtype=np.int64)
    days = np.where(numbers % 3 == 0, np.nan, (numbers * 37 % 190) + seed)
    winners = ["nobody" if number % 3 == 0 else "one" for number in numbers]
    arrived = numbers[numbers % 3 != 0]
    clashed = numbers[numbers % 700 == 0]
    return RunTables(
        pa.table({"run": numbers, "winner": pa.array(winners, pa.string()), "finish_day": days}),
        pa.table({"run": arrived, "day": arrived * 0.5, "place": pa.array(["goal"] * len(arrived), pa.string())}),
        pa.table({"run": clashed, "kind": pa.array(["strike"] * len(clashed), pa.string())}),
        pa.table({"run": np.repeat(numbers, 2), "marching": np.repeat(numbers, 2) * 1.5}),
    )


class FakeEnsemble:
    """Stands in for the compiled ensemble; `trouble`, if set, is called before each chunk."""

    trouble = None
    simulated: list[range] = []

    def __init__(self, scenario):
        self.thread = threading.get_ident()

    def simulate(self, seed, first, stop):
        assert self.thread == threading.get_ident(), "each thread needs an Ensemble of its own"
        if FakeEnsemble.trouble:
            FakeEnsemble.trouble(first, stop)
        FakeEnsemble.simulated.append(range(first, stop))
        return fake_tables(seed, first, stop)


def bytes_of(directory: Path) -> dict[str, bytes]:
    return {name: (directory / name).read_bytes() for name in FILES}


def run_fake(out: Path, runs: range = range(600), seed: int = 7, scenario=None, **options):
    return run_batch(scenario or FakeScenario(), runs, seed, out, **options)


def run_until_ctrl_c(out: Path, runs: range, saved_runs: int, **options) -> None:
    """Run a batch whose worker hangs after `saved_runs` runs until Ctrl-C."""
    interrupted = threading.Event()

    def progress(done, asked, known):
        if done == saved_runs:
            raise KeyboardInterrupt

    FakeEnsemble.trouble = lambda first, stop: interrupted.wait(10) if first >= saved_runs else None
    try:
        run_fake(out, runs, workers=1, progress=progress, **options)
    finally:
        FakeEnsemble.trouble = None
        interrupted.set()


def fail_in(*failing: int):
    """Return a trouble that raises in some runs, and so in every chunk that holds one of them."""

    def fail(first, stop):
        for run in failing:
            if first <= run < stop:
                raise ZeroDivisionError(f"in run {run}")

    return fail
