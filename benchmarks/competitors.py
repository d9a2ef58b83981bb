"""Who is measured by `benchmarks.bench`: ways to simulate a case many times, each in a process of its own.

    python -m benchmarks.competitors NAME RUNS

prints what it took as one line of JSON. Two batches are timed after a warm-up (compiling, loading, first touch): a
small one of `start_runs` and one of so many runs more. Their difference, divided by those, is what a further run costs;
the small batch is what it takes to start, worker processes included.
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import peak_mb

SEED = 7
BASELINE, SMALL = "june_2017", "small"
MOST_STEPS = 100_000  # runs end at their horizon


@dataclass(frozen=True)
class Competitor:
    """One way to simulate a case.

    `start_runs`: runs of the small batch; `runs`, `quick_runs`: how many more the large one has (0: not measured).
    """

    case: str
    label: str
    workers: int
    batch: Callable[["Competitor", int, Path], object]
    start_runs: int
    runs: int
    quick_runs: int = 0

    @property
    def peak_processes(self) -> int:
        """How many processes beside the first hold memory at once."""
        return self.workers if self.batch in (race_model_batch, plain_batch) and self.workers > 1 else 0


def scenario_of(case: str, folder: Path) -> str:
    """Return the name or path of a case's scenario; the small one is written to the folder."""
    if case == BASELINE:
        return BASELINE
    path = folder / "small" / "scenario.yaml"
    if not path.exists():
        from benchmarks.plain_mesa import scenario

        path.parent.mkdir()
        path.write_text(json.dumps(scenario()), encoding="utf-8")  # JSON is YAML
    return str(path)


def ensemble_batch(one: Competitor, runs: int, folder: Path) -> None:
    """Run a batch of the compiled ensemble, tables and summary on disk included."""
    from experiments.batch import run_batch
    from sim.scenario.loading import load

    out = folder / "out"
    run_batch(load(scenario_of(one.case, folder)), range(runs), SEED, out, workers=one.workers, force=True)


def ensemble_in_memory(one: Competitor, runs: int, folder: Path) -> None:
    """Run the compiled ensemble chunk by chunk and keep its tables in memory, as Mesa keeps its results."""
    from experiments import chunks
    from sim.ensemble import Ensemble
    from sim.scenario.loading import load

    ensemble = Ensemble(load(scenario_of(one.case, folder)))
    kept = [ensemble.simulate(SEED, chunk.start, chunk.stop) for chunk in chunks.grid(range(runs))]
    assert sum(len(tables.runs) for tables in kept) == runs


def race_model_batch(one: Competitor, runs: int, folder: Path) -> None:
    """Run a batch of RaceModel as a user of Mesa does."""
    import mesa

    from sim.model import RaceModel

    mesa.batch_run(
        RaceModel, {"scenario": scenario_of(one.case, folder), "run": range(runs)}, rng=[SEED],
        number_processes=one.workers, max_steps=MOST_STEPS, display_progress=False,
    )  # fmt: skip


def race_model_runs(one: Competitor, runs: int, folder: Path) -> None:
    """Step one RaceModel after the other, without Mesa's batch."""
    from sim.model import RaceModel

    for run in range(runs):
        model = RaceModel(scenario_of(one.case, folder), rng=SEED, run=run)
        while model.running:
            model.step()


def plain_batch(one: Competitor, runs: int, folder: Path) -> None:
    """Run a batch of the plain Mesa model."""
    import mesa

    from benchmarks.plain_mesa import PlainRace

    mesa.batch_run(
        PlainRace, {}, rng=range(runs), number_processes=one.workers, max_steps=MOST_STEPS, display_progress=False
    )


COMPETITORS = {
    "ensemble_2": Competitor(BASELINE, "ensemble (run_batch)", 2, ensemble_batch, 500, 1000),
    "ensemble_1": Competitor(BASELINE, "ensemble (run_batch)", 1, ensemble_batch, 250, 500),
    "race_model_2": Competitor(BASELINE, "mesa.batch_run(RaceModel)", 2, race_model_batch, 2, 10),
    "race_model_1": Competitor(BASELINE, "mesa.batch_run(RaceModel)", 1, race_model_batch, 1, 3),
    "race_model_single": Competitor(BASELINE, "RaceModel, one by one", 1, race_model_runs, 1, 3),
    "small_ensemble_2": Competitor(SMALL, "ensemble (run_batch)", 2, ensemble_batch, 500, 4500),
    "small_ensemble_1": Competitor(SMALL, "ensemble (run_batch)", 1, ensemble_batch, 250, 2250, 500),
    "small_in_memory_1": Competitor(SMALL, "ensemble, nothing on disk", 1, ensemble_in_memory, 250, 2250),
    "small_race_model_1": Competitor(SMALL, "mesa.batch_run(RaceModel)", 1, race_model_batch, 1, 5, 2),
    "small_plain_2": Competitor(SMALL, "mesa.batch_run(plain Mesa)", 2, plain_batch, 2, 300),
    "small_plain_1": Competitor(SMALL, "mesa.batch_run(plain Mesa)", 1, plain_batch, 1, 75, 20),
}
USUAL = "ensemble_2"  # the competitor whose number of runs is asked for; the others follow in proportion


def measure(one: Competitor, runs: int) -> dict[str, float]:
    """Return what a competitor takes for so many runs more than its start."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one.batch(one, one.start_runs, folder)
        start_s, start_cpu_s = timed(one, one.start_runs, folder)
        whole_s, whole_cpu_s = timed(one, one.start_runs + runs, folder)
    peak = peak_mb() + one.peak_processes * peak_mb(resource.RUSAGE_CHILDREN)
    return {
        "start_runs": one.start_runs, "runs": runs, "start_s": start_s, "whole_s": whole_s,
        "ms_a_run": (whole_s - start_s) / runs * 1e3,
        "start_cpu_s": start_cpu_s, "whole_cpu_s": whole_cpu_s,
        "cpu_ms_a_run": (whole_cpu_s - start_cpu_s) / runs * 1e3, "peak_mb": peak,
    }  # fmt: skip


def timed(one: Competitor, runs: int, folder: Path) -> tuple[float, float]:
    """Return the seconds of a batch, and those of the processors, worker processes included."""
    started_s, started_cpu_s = time.perf_counter(), cpu_s()
    one.batch(one, runs, folder)
    return time.perf_counter() - started_s, cpu_s() - started_cpu_s


def cpu_s() -> float:
    """Return the seconds of processor time of this process, its threads and its children that have ended."""
    return sum(os.times()[:4])


def main() -> None:
    """Measure the competitor named on the command line."""
    one, runs = COMPETITORS[sys.argv[1]], int(sys.argv[2])
    print(json.dumps(measure(one, runs)), file=sys.stdout, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("MPLBACKEND", "Agg")
    main()
