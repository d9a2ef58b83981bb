"""The workers of a batch: chunks of runs handed to an executor, counted, and given back as they finish.

Threads by default, for compiled runs let go of the interpreter; any `concurrent.futures.Executor` will do.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from experiments.tally import Tally
from sim.errors import RunError

if TYPE_CHECKING:
    from sim.ensemble import Ensemble
    from sim.outcomes import RunTables
    from sim.scenario.loading import Scenario

HEARTBEAT_S = 0.2

# Called from the main thread several times a second with (runs done, runs asked for, what is known so far in words).
type Progress = Callable[[int, int, str], None]


class WorkStopped(Exception):
    """Raised inside a worker that goes on after the batch was given up."""


@dataclass
class Pulse:
    """What worker threads and the main thread tell each other while chunks are under way."""

    given_up: bool = False
    runs_under_way: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, runs: int) -> None:
        """Count finished runs of unfinished chunks (negative: the chunk is finished). Raises WorkStopped."""
        if self.given_up:
            raise WorkStopped
        with self.lock:
            self.runs_under_way += runs


class Work:
    """The chunks of a batch that are still to be simulated, and how far that has got."""

    def __init__(
        self,
        scenario: "Scenario",
        engine: str,
        seed: int,
        missing: list[range],
        save: Callable[[range, "RunTables"], None],
        saved_runs: int,
        tally: Tally,
    ) -> None:
        """`save` is called in the main thread with each chunk as it finishes, in any order; `tally` may end it."""
        self.scenario, self.engine, self.seed = scenario, engine, seed
        self.missing, self.save, self.saved_runs, self.tally = missing, save, saved_runs, tally
        self.asked_runs = saved_runs + sum(len(chunk) for chunk in missing)
        self.pulse = Pulse()

    def do(self, executor: Executor | None, workers: int, progress: Progress) -> None:
        """Simulate all missing chunks. Whatever goes wrong, what is under way is told to stop."""
        foreign = executor is not None
        with executor_of(executor, workers) as pool:
            try:
                self.collect(self.submit(pool, None if foreign else self.pulse), progress)
            finally:
                self.pulse.given_up = True

    def submit(self, pool: Executor, pulse: Pulse | None) -> dict["Future[RunTables]", range]:
        """Hand all chunks to the workers."""
        return {
            pool.submit(simulate_chunk, self.scenario, self.engine, self.seed, chunk, pulse): chunk
            for chunk in self.missing
        }

    def collect(self, chunks: dict["Future[RunTables]", range], progress: Progress) -> None:
        """Save chunks as they finish; on Ctrl-C, those too that have finished just now."""
        try:
            while chunks and self.tally.stop is None:
                finished, _ = wait(chunks, timeout=HEARTBEAT_S, return_when=FIRST_COMPLETED)
                self.keep(finished, chunks)
                done = min(self.saved_runs + self.pulse.runs_under_way, self.asked_runs)
                progress(done, self.asked_runs, self.tally.text())
        except KeyboardInterrupt:
            self.keep({future for future in chunks if future.done() and not future.exception()}, chunks)
            raise
        finally:
            for future in chunks:
                future.cancel()

    def keep(self, finished: set["Future[RunTables]"], chunks: dict["Future[RunTables]", range]) -> None:
        """Save finished chunks and take them off the list."""
        for future in finished:
            rows = future.result()
            self.save(chunks[future], rows)
            self.tally.add(chunks[future], rows.runs["winner"])
            self.saved_runs += len(chunks.pop(future))


@contextmanager
def executor_of(given: Executor | None, workers: int) -> Iterator[Executor]:
    """Yield the executor given, or threads, which are not waited for when something goes wrong."""
    pool = given or ThreadPoolExecutor(workers, thread_name_prefix="race")
    try:
        yield pool
    finally:
        if given is None:
            pool.shutdown(wait=False, cancel_futures=True)


ensembles = threading.local()


def ensemble_of(scenario: "Scenario") -> "Ensemble":
    """Return this thread's own Ensemble of the scenario."""
    from sim.ensemble import Ensemble

    if getattr(ensembles, "scenario_hash", None) != scenario.hash:
        ensembles.ensemble, ensembles.scenario_hash = Ensemble(scenario), scenario.hash
    return ensembles.ensemble


def simulate_chunk(scenario: "Scenario", engine: str, seed: int, chunk: range, pulse: Pulse | None) -> "RunTables":
    """Return the tables of a chunk, in a worker. Raises RunError that names the run."""
    if pulse is not None:
        pulse.count(0)
    if engine == "mesa":
        return simulate_one_by_one(scenario, seed, chunk, pulse)
    try:
        return ensemble_of(scenario).simulate(seed, chunk.start, chunk.stop)
    except RunError as error:
        raise RunError(f"run {failing_run(scenario, seed, chunk)} of seed {seed}: {error}") from error


def failing_run(scenario: "Scenario", seed: int, chunk: range) -> int:
    """Return the first run of a failing chunk that fails by itself."""
    for number in chunk:
        try:
            ensemble_of(scenario).simulate(seed, number, number + 1)
        except RunError:
            return number
    return chunk.start


def simulate_one_by_one(scenario: "Scenario", seed: int, chunk: range, pulse: Pulse | None) -> "RunTables":
    """Return the tables of a chunk run by Mesa: slow enough to count and stop run by run."""
    import pyarrow as pa

    from sim.model import simulate_with_mesa
    from sim.outcomes import RunTables

    rows = []
    for number in chunk:
        try:
            rows.append(simulate_with_mesa(scenario, seed, number, number + 1))
        except RunError as error:
            raise RunError(f"run {number} of seed {seed}: {error}") from error
        if pulse is not None:
            pulse.count(1)
    if pulse is not None:
        pulse.count(-len(chunk))
    return RunTables(*(pa.concat_tables(parts).combine_chunks() for parts in zip(*rows, strict=True)))
