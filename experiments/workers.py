"""The workers of a batch: chunks of runs handed to an executor, counted, and given back as they finish.

Threads by default, for compiled runs let go of the interpreter; any `concurrent.futures.Executor` will do. Workers in
other processes get the scenario as text (a `Parcel`), and refuse to work where their versions are not the sender's.
"""

import json
import threading
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from experiments.chunks import Chunk
from experiments.failures import failure_of
from experiments.tally import Tally
from experiments.versions import require_same, versions
from sim.errors import RaceError, RunError

if TYPE_CHECKING:
    from sim.ensemble import Ensemble
    from sim.outcomes import RunTables
    from sim.scenario.loading import Scenario

HEARTBEAT_S = 0.2
CHUNKS_UNDER_WAY = 64

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


@dataclass(frozen=True)
class Parcel:
    """A scenario on its way to another process, with the versions that its runs are to be made by."""

    name: str
    hash: str
    text: bytes
    versions: tuple[tuple[str, str], ...]


def packed(scenario: "Scenario") -> Parcel:
    """Return a scenario as a parcel."""
    return Parcel(scenario.name, scenario.hash, zlib.compress(scenario.text.encode()), tuple(versions().items()))


@lru_cache(maxsize=4)
def unpacked(parcel: Parcel) -> "Scenario":
    """Return the scenario in a parcel. Raises UsageError where this process has other versions than the sender."""
    from sim.scenario.loading import from_data

    require_same(dict(parcel.versions), versions(), "a worker")
    return from_data(json.loads(zlib.decompress(parcel.text)), parcel.name)


class Work:
    """The chunks of a batch that are still to be simulated, and how far that has got."""

    def __init__(
        self,
        scenario: "Scenario",
        engine: str,
        seed: int,
        missing: list[range],
        save: Callable[[range, Chunk], None],
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
        sent, pulse = (self.scenario, self.pulse) if executor is None else (packed(self.scenario), None)
        with executor_of(executor, workers) as pool:
            try:
                self.collect(self.futures(pool, sent, pulse), progress)
            finally:
                self.pulse.given_up = True

    def futures(
        self, pool: Executor, sent: "Scenario | Parcel", pulse: Pulse | None
    ) -> "Iterator[tuple[Future[Chunk], range]]":
        """Hand the missing chunks to the workers, one each time the next is asked for."""
        for numbers in self.missing:
            yield pool.submit(simulate_chunk, sent, self.engine, self.seed, numbers, pulse), numbers

    def collect(self, waiting: "Iterator[tuple[Future[Chunk], range]]", progress: Progress) -> None:
        """Save chunks as they finish; on Ctrl-C, those too that have finished just now.

        So many are under way at a time that no worker waits for work, and that they fit in memory.
        """
        under_way = dict(islice(waiting, CHUNKS_UNDER_WAY))
        try:
            while under_way and self.tally.stop is None:
                finished, _ = wait(under_way, timeout=HEARTBEAT_S, return_when=FIRST_COMPLETED)
                self.keep(finished, under_way)
                under_way |= dict(islice(waiting, len(finished)))
                done = min(self.saved_runs + self.pulse.runs_under_way, self.asked_runs)
                progress(done, self.asked_runs, self.tally.text())
        except KeyboardInterrupt:
            finished = {future for future in under_way if future.done() and not future.cancelled()}
            self.keep({future for future in finished if not future.exception()}, under_way)
            raise
        finally:
            for future in under_way:
                future.cancel()

    def keep(self, finished: "set[Future[Chunk]]", under_way: "dict[Future[Chunk], range]") -> None:
        """Save finished chunks and take them off the list."""
        for future in finished:
            numbers = under_way[future]
            chunk = result_of(future, numbers)
            self.save(numbers, chunk)
            self.tally.add(numbers, chunk.tables.runs["winner"])
            self.saved_runs += len(under_way.pop(future))


def result_of(future: "Future[Chunk]", numbers: range) -> Chunk:
    """Return what a worker left. Raises RunError where it got lost (in a cluster: with its worker, again and again)."""
    try:
        return future.result()
    except (RaceError, WorkStopped):
        raise
    except Exception as error:
        lost = f"runs {numbers.start} to {numbers.stop - 1} were lost by their worker ({type(error).__name__}: {error})"
        raise RunError(f"{lost}; finished chunks are saved, --resume carries on") from error


@contextmanager
def executor_of(given: Executor | None, workers: int) -> Iterator[Executor]:
    """Yield the executor given, or threads, which are not waited for when something goes wrong."""
    pool = given or ThreadPoolExecutor(workers, thread_name_prefix="race")
    try:
        yield pool
    finally:
        if given is None:
            pool.shutdown(wait=False, cancel_futures=True)


# ---------------------------------------------------------------- in a worker


ensembles = threading.local()


def ensemble_of(scenario: "Scenario") -> "Ensemble":
    """Return this thread's own Ensemble of the scenario."""
    from sim.ensemble import Ensemble

    if getattr(ensembles, "scenario_hash", None) != scenario.hash:
        ensembles.ensemble, ensembles.scenario_hash = Ensemble(scenario), scenario.hash
    return ensembles.ensemble


def simulate_chunk(sent: "Scenario | Parcel", engine: str, seed: int, numbers: range, pulse: Pulse | None) -> Chunk:
    """Return what a chunk's runs leave, in a worker; a run that raises is recorded and left out."""
    if pulse is not None:
        pulse.count(0)
    scenario = unpacked(sent) if isinstance(sent, Parcel) else sent
    if engine == "compiled":
        try:
            return Chunk(ensemble_of(scenario).simulate(seed, numbers.start, numbers.stop))
        except Exception:
            pass  # one of the runs raised: which one shows when each is run by itself
    return simulate_one_by_one(scenario, engine, seed, numbers, pulse)


def simulate_one_by_one(scenario: "Scenario", engine: str, seed: int, numbers: range, pulse: Pulse | None) -> Chunk:
    """Return what a chunk's runs leave, each run by itself: slow enough, with Mesa, to count and stop run by run."""
    import pyarrow as pa

    from sim.outcomes import RunTables

    rows, failed = [simulate_one(scenario, engine, seed, numbers[:0])], []
    for number in numbers:
        try:
            rows.append(simulate_one(scenario, engine, seed, range(number, number + 1)))
        except Exception as error:
            failed.append(failure_of(number, error))
        if pulse is not None:
            pulse.count(1)
    if pulse is not None:
        pulse.count(-len(numbers))
    return Chunk(
        RunTables(*(pa.concat_tables(parts).combine_chunks() for parts in zip(*rows, strict=True))), tuple(failed)
    )


def simulate_one(scenario: "Scenario", engine: str, seed: int, numbers: range) -> "RunTables":
    """Return the tables of one run, or of none."""
    if engine == "compiled":
        return ensemble_of(scenario).simulate(seed, numbers.start, numbers.stop)
    from sim.model import simulate_with_mesa

    return simulate_with_mesa(scenario, seed, numbers.start, numbers.stop)
