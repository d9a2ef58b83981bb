"""Many runs of one scenario: chunk by chunk, on any number of workers, saved as they finish.

From a notebook:

    from experiments.batch import run
    result = run("june_2017", runs=300, seed=7)
    result.table("runs").winner.value_counts()
"""

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments import chunks, failures, saving, tables
from experiments import manifest as manifests
from experiments.chunks import Chunk
from experiments.failures import Failure
from experiments.manifest import Manifest
from experiments.tally import Tally
from experiments.workers import Progress, Work
from sim.errors import RunError, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.loading import Scenario

ENGINES = ("compiled", "mesa")
SUMMARY_FILE = "summary.json"
PLOTS_FOLDER = "plots"
REPORT_FILE = "report.html"
RESULTS_FOLDER = Path("results")
NOTED_EVERY_S = 5.0
CARRY_ON = "finished chunks are saved; once that is mended, carry on with --resume"


@dataclass(frozen=True)
class BatchResult:
    """A finished batch. `simulated_runs`: how many were run now; the others were on disk already."""

    directory: Path
    manifest: Manifest
    summary: dict[str, Any]
    simulated_runs: int

    def failures(self) -> list[Failure]:
        """Return the runs that raised, with their tracebacks; they stand in no table."""
        return failures.read(self.directory)

    def table(self, name: str) -> "pd.DataFrame":
        """Return a table: "runs", "arrivals", "incidents" or "days"."""
        return tables.read(self.directory, name)


class BatchInterrupted(KeyboardInterrupt):
    """Ctrl-C during a batch; what was finished is saved, and the message says how to go on."""


def run(
    scenario: "Scenario | str | Path",
    runs: int | range = 1000,
    seed: int = 1,
    out: str | Path | None = None,
    *,
    sets: Sequence[str] | Mapping[str, Any] = (),
    engine: str = "compiled",
    workers: int | None = None,
    progress: Progress | None = None,
    resume: bool = False,
    force: bool = False,
    until_ci: float | None = None,
) -> BatchResult:
    """Run a batch of a scenario given by name, path or as loaded; see `run_batch`.

    `runs`: how many, from 0, or a range of run numbers. `out`: by default a folder in `results`.
    `sets`: changes, as `["key.path=value"]` or as a mapping.
    """
    loaded = loaded_scenario(scenario, sets)
    numbers = range(runs) if isinstance(runs, int) else runs
    directory = Path(out) if out is not None else default_directory(loaded, numbers, seed, bool(sets), until_ci)
    return run_batch(
        loaded, numbers, seed, directory, engine, workers, progress, resume=resume, force=force, until_ci=until_ci
    )


def loaded_scenario(scenario: "Scenario | str | Path", sets: Sequence[str] | Mapping[str, Any]) -> "Scenario":
    """Return the scenario, loaded unless it is. Raises UsageError for changes to a loaded one."""
    if isinstance(scenario, str | Path):
        from sim.scenario.loading import load

        return load(scenario, sets)
    if sets:
        raise UsageError("sets go with a scenario's name or path; this one is loaded already")
    return scenario


def default_directory(
    scenario: "Scenario", runs: range, seed: int, changed: bool, until_ci: float | None = None
) -> Path:
    """Return results/<name>-seed<S>-<N>; a changed scenario adds its short hash."""
    numbers = str(runs.stop) if runs.start == 0 else f"{runs.start}to{runs.stop}"
    if until_ci is not None:
        numbers = f"until{until_ci:g}"
    change = f"-{scenario.short_hash}" if changed else ""
    return RESULTS_FOLDER / f"{scenario.name}{change}-seed{seed}-{numbers}"


def run_batch(
    scenario: "Scenario",
    runs: range,
    seed: int,
    out: Path,
    engine: str = "compiled",
    workers: int | None = None,
    progress: Progress | None = None,
    *,
    resume: bool = False,
    force: bool = False,
    command_line: str = "",
    executor: Executor | None = None,
    until_ci: float | None = None,
) -> BatchResult:
    """Run numbers `runs` of a scenario under `seed`; leave tables, summary and manifest in the folder `out`.

    The files are the same bytes for any `workers` (default: one a core), `engine` ("compiled" or "mesa"),
    `executor` (default: threads) and number of resumes; only the manifest tells them apart.
    `resume`: carry on the batch in `out`, or add runs to it; `force`: replace it. `until_ci`: end at the first chunk
    after which the widest 95 % interval of the headline race's shares has a half width below this; the batch then has
    fewer runs, as its manifest says.

    A run that raises is left out of the tables, recorded in failures.json and counted in the summary.
    Raises UsageError if `out` holds another batch, RunError if all runs fail, workers get lost or the disk is full,
    BatchInterrupted on Ctrl-C. In the last two cases finished chunks stay, and `resume` carries on.
    """
    check_request(runs, seed, engine, workers, until_ci)
    refuse_mixing(out, resume, force)
    out.mkdir(parents=True, exist_ok=True)
    with saving.locked(out), saving.told(out, CARRY_ON):
        manifest = open_batch(out, manifests.describe(scenario, runs, seed, engine, command_line), resume)
        if scenario.basemap is not None:
            shutil.copyfile(scenario.basemap, out / manifests.BASEMAP_FILE)
        if manifests.is_complete(manifest):
            return BatchResult(out, manifest, write_summary(out, manifest), simulated_runs=0)
        work = work_left(scenario, out, manifest, until_ci)
        saved_before = work.saved_runs
        try:
            carry_on(work, out, manifest, executor, workers or available_cores(), progress or silent)
            if work.tally.stop is not None:
                manifest["runs"] = [runs.start, work.tally.stop]
            summary = finish(out, manifest)
        except KeyboardInterrupt:
            raise BatchInterrupted(interruption_message(out, manifest, work.saved_runs)) from None
    return BatchResult(out, manifest, summary, work.saved_runs - saved_before)


def silent(done_runs: int, asked_runs: int, known: str) -> None:
    """Show no progress."""


def check_request(runs: range, seed: int, engine: str, workers: int | None, until_ci: float | None) -> None:
    """Raise UsageError for what cannot be run."""
    if runs.step != 1 or runs.start < 0 or not runs:
        raise UsageError(f"runs: found {runs}; at least one run is needed, numbered from 0 up, one by one")
    if not 0 <= seed < 2**63:
        raise UsageError(f"seed: found {seed}, a whole number from 0 to 2**63 - 1 is allowed")
    if engine not in ENGINES:
        raise UsageError(f"engine: found '{engine}', {' or '.join(ENGINES)} is allowed")
    if workers is not None and workers < 1:
        raise UsageError(f"workers: found {workers}, at least 1 is needed")
    if until_ci is not None and not 0.0 < until_ci < 0.5:
        raise UsageError(f"until_ci: found {until_ci:g}, a half width between 0 and 0.5 is allowed, such as 0.01")


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# ---------------------------------------------------------------- the folder


def refuse_mixing(out: Path, resume: bool, force: bool) -> None:
    """Raise UsageError where the folder holds something that must not be touched."""
    if resume and force:
        raise UsageError("--resume carries a batch on, --force replaces it: only one of them is allowed")
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out}: this is a file; a folder is needed")
    if holds_batch(out) and not (resume or force):
        raise UsageError(f"{out}: there is a batch here; add --resume to carry it on, --force to replace it")


def open_batch(out: Path, asked: Manifest, resume: bool) -> Manifest:
    """Make the folder ready and return the manifest to go on with, which is written to it.

    Raises UsageError where the folder holds another batch than the one to resume.
    """
    if holds_batch(out) and resume:
        return reopen(out, asked)
    if holds_batch(out):
        chunks.remove(out)
        remove_results(out)
    manifests.write(out, asked)
    return asked


def reopen(out: Path, asked: Manifest) -> Manifest:
    """Make the folder of a batch ready to be carried on; see `open_batch`."""
    chunks.clean(out)
    manifest = joined(out, manifests.read(out), asked)
    if not manifests.is_complete(manifest):
        manifests.write(out, manifest)
        remove_results(out)
    return manifest


def holds_batch(out: Path) -> bool:
    """Tell whether a folder holds a batch, or the remains of one."""
    names = [manifests.FILE_NAME, chunks.FOLDER, SUMMARY_FILE]
    paths = [out / name for name in names] + [tables.path_of(out, name) for name in tables.NAMES]
    return any(path.exists() for path in paths)


def remove_results(out: Path) -> None:
    """Remove tables, summary, plots and report, which a batch that goes on will make again."""
    tables.remove(out)
    for plot in [*(out / PLOTS_FOLDER).glob("*.png"), *(out / PLOTS_FOLDER).glob("*.svg")]:
        plot.unlink()
    for name in (SUMMARY_FILE, REPORT_FILE, failures.FILE_NAME):
        (out / name).unlink(missing_ok=True)


def joined(out: Path, saved: Manifest, asked: Manifest) -> Manifest:
    """Return the manifest that carries on the `saved` batch with all runs that are `asked` for.

    Raises UsageError where the two do not belong together.
    """
    lines = manifests.differences(asked, saved)
    if lines:
        raise UsageError("\n".join([f"{out}: --resume needs the same scenario, seed and versions:", *lines]))
    before, now = range(*saved["runs"]), range(*asked["runs"])
    if not (now.start <= before.start and before.stop <= now.stop):
        numbers = f"{before.start}:{before.stop}"
        raise UsageError(f"{out}: --resume cannot drop runs; this batch has {numbers}, ask for these or more")
    if before == now and manifests.is_complete(saved):
        return saved
    if manifests.is_complete(saved):
        tables.take_apart(out, before, chunks.grid(now), failures.read(out))
    return {**asked, "started": saved["started"], "seconds": saved["seconds"]}


# ---------------------------------------------------------------- the work


def work_left(scenario: "Scenario", out: Path, manifest: Manifest, until_ci: float | None) -> Work:
    """Return the chunks that are asked for and not saved yet."""
    asked, saved = chunks.grid(range(*manifest["runs"])), chunks.saved(out)
    tally = Tally(asked, until_ci)
    for numbers in asked:
        if numbers in saved:
            tally.add(numbers, chunks.read(out, numbers).runs["winner"])
    missing = [numbers for numbers in asked if numbers not in saved]
    saved_runs = sum(len(numbers) for numbers in asked if numbers in saved)
    noted_s = time.monotonic()

    def save(numbers: range, chunk: Chunk) -> None:
        nonlocal noted_s
        chunks.save(out, numbers, chunk)
        if time.monotonic() - noted_s > NOTED_EVERY_S:
            note_saved(out, manifest)
            noted_s = time.monotonic()

    return Work(scenario, manifest["engine"], manifest["seed"], missing, save, saved_runs, tally)


def carry_on(
    work: Work, out: Path, manifest: Manifest, executor: Executor | None, workers: int, progress: Progress
) -> None:
    """Do the work; however it ends, the manifest says how far it got."""
    started_s = time.perf_counter()
    try:
        work.do(executor, workers, progress)
    finally:
        manifest["seconds"] = round(manifest["seconds"] + time.perf_counter() - started_s, 3)
        note_saved(out, manifest)


def note_saved(out: Path, manifest: Manifest) -> None:
    """List the saved chunks in the manifest; one short of all at most, for a batch is done when its tables are."""
    asked, saved = chunks.grid(range(*manifest["runs"])), chunks.saved(out)
    manifest["chunks"] = chunks.listed([one for one in asked if one in saved], len(asked))
    manifest["chunks"]["done"] = min(manifest["chunks"]["done"], len(asked) - 1)
    manifests.write(out, manifest)


def interruption_message(out: Path, manifest: Manifest, saved_runs: int) -> str:
    """Say what is saved and how to go on."""
    first, stop = manifest["runs"]
    return (
        f"interrupted: {saved_runs:,} of {stop - first:,} runs are saved in {out}; "
        f"go on with: {manifests.resume_command(manifest)}"
    )


# ---------------------------------------------------------------- the end


def finish(out: Path, manifest: Manifest) -> dict[str, Any]:
    """Write the tables and the summary, then let the chunks go; return the summary.

    Raises RunError if all runs failed.
    """
    runs = range(*manifest["runs"])
    asked = chunks.grid(runs)
    failed = chunks.read_failures(out, asked)
    if failed:
        saving.write_text(out / failures.FILE_NAME, failures.as_json(failed))
    if len(failed) == len(runs):
        raise RunError(
            f"all {len(runs):,} runs failed, the first with {failed[0].error}; see {out / failures.FILE_NAME}"
        )
    tables.assemble(out, runs)
    summary = write_summary(out, manifest)
    manifest["chunks"] = chunks.listed(asked, len(asked))
    manifests.write(out, manifest)
    chunks.remove(out)
    return summary


def write_summary(out: Path, manifest: Manifest) -> dict[str, Any]:
    """Write summary.json from the table of runs and return it."""
    from experiments.summary import summarise

    failed = len(failures.read(out))
    summary = summarise(tables.Columns(out), manifests.of_the_results(manifest), failed)
    manifests.write_json(out / SUMMARY_FILE, summary)
    return summary
