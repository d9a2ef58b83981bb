"""The commands that simulate: `race run`, on this machine or a cluster, and `race merge`."""

from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.cli_shared import (
    DEFAULT_RUNS,
    DEFAULT_SEED,
    FAILED,
    JsonOption,
    NoPlotsOption,
    QuietOption,
    RunsOption,
    SeedOption,
    SetsOption,
    WorkersOption,
    collect_as_usual,
    command_line,
    complain,
    parse_runs,
    print_paths,
    progress_bar,
)
from sim.errors import UsageError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from experiments.batch import BatchResult
    from experiments.manifest import Manifest

MOST_RUNS_UNTIL = 1_000_000


class Engine(StrEnum):
    """How runs are simulated; the tables are the same."""

    compiled = "compiled"
    mesa = "mesa"


OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder to fill.  [default: results/NAME-seedS-N]")
]
EngineOption = Annotated[
    Engine, typer.Option("--engine", help="compiled is fast; mesa walks agents. The tables are the same.")
]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Carry on the batch in DIR, or add runs to it.")]
ClusterOption = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Run on a Dask cluster: tcp://HOST:PORT of its scheduler, or local:N for N processes here.",
    ),
]
UntilOption = Annotated[
    float | None,
    typer.Option(
        "--until-ci",
        metavar="HALF_WIDTH",
        help="Stop when each share of the headline race is known this closely (95 %), such as 0.01, or after --runs "
        "(here a million by default).",
    ),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace the batch in DIR.")]

PartsArgument = Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of finished batches.")]
MergedOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to fill.")]

EXAMPLES = """\b
Examples:
  race run june_2017
  race run june_2017 --runs 10000 --seed 7 --out results/baseline
  race run june_2017 --set rules.march.pause_days=4 --out results/slow
  race run scenarios/june_2017/scenario.yaml --runs 500:1000 --workers 1
  race run june_2017 --runs 20000 --out results/baseline --resume
  race run june_2017 --until-ci 0.01 --out results/sure
  race run june_2017 --runs 1000000 --cluster tcp://head:8786 --out results/million
"""
MERGE_EXAMPLES = """\b
Example:
  race run june_2017 --runs 0:50000 --out results/part0
  race run june_2017 --runs 50000:100000 --out results/part1
  race merge results/part0 results/part1 --out results/both
"""


def run_command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Name or path of a scenario.")],
    runs: RunsOption = None,
    seed: SeedOption = None,
    out: OutOption = None,
    engine: EngineOption = Engine.compiled,
    workers: WorkersOption = None,
    sets: SetsOption = None,
    resume: ResumeOption = False,
    force: ForceOption = False,
    until_ci: UntilOption = None,
    cluster: ClusterOption = None,
    no_plots: NoPlotsOption = False,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Simulate a scenario many times; leave tables, a summary and plots in a folder."""
    asked_runs = parse_runs(runs) if runs is not None else None
    from experiments.batch import default_directory, run_batch
    from sim.scenario.loading import load

    loaded = load(scenario, sets or [])
    saved = saved_batch(out) if resume else None
    default = range(DEFAULT_RUNS if until_ci is None else MOST_RUNS_UNTIL)
    numbers = asked_runs or (range(*saved["runs"]) if saved else default)
    seed_or_default = seed if seed is not None else saved["seed"] if saved else DEFAULT_SEED
    directory = out or default_directory(loaded, numbers, seed_or_default, bool(sets), until_ci)
    if cluster is not None and workers is not None:
        raise UsageError("--workers counts threads here; with --cluster the cluster says how many work")
    collect_as_usual()
    with executor_for(cluster) as executor, progress_bar(f"{loaded.name}: runs", hidden=quiet) as progress:
        result = run_batch(
            loaded, numbers, seed_or_default, directory, engine.value, workers, progress,
            resume=resume, force=force, command_line=command_line(), until_ci=until_ci, executor=executor,
        )  # fmt: skip
    plots = [] if no_plots else plotted(directory)
    if json:
        print_json(result)
    elif not quiet:
        print_result(result, plots)
    if until_ci is not None and widest_half_width(result.summary) >= until_ci:
        widest = f"{widest_half_width(result.summary):.3g}"
        complain(f"race: {len(numbers):,} runs were not enough: the widest interval is ± {widest}")
    refuse_failures(result)


def merge_command(
    parts: PartsArgument, out: MergedOption, force: ForceOption = False, no_plots: NoPlotsOption = False
) -> None:
    """Join batches of stretches of runs, as of an HPC job array, into one: the bytes of a single batch of all."""
    from experiments.merging import merge

    result = merge(parts, out, force, command_line())
    print_result(result, [] if no_plots else plotted(out))
    refuse_failures(result)


def plotted(directory: Path) -> list[Path]:
    """Draw the plots of a batch; return their paths."""
    from experiments.plots import draw_all

    return draw_all(directory)


def executor_for(cluster: str | None) -> "AbstractContextManager[Executor | None]":
    """Return the executor of a cluster, connected for as long as it is used; None, for threads, without one."""
    if cluster is None:
        return nullcontext()
    from experiments.cluster import connected

    return connected(cluster)


def refuse_failures(result: "BatchResult") -> None:
    """Leave with exit code 1 where runs raised, and say which."""
    failed = result.failures()
    if failed:
        from experiments.failures import FILE_NAME

        path, first = result.directory / FILE_NAME, failed[0]
        asked = len(range(*result.manifest["runs"]))
        complain(f"race: {len(failed):,} of {asked:,} runs failed, first run {first.run} ({first.error}); see {path}")
        raise typer.Exit(FAILED)


def widest_half_width(summary: dict[str, Any]) -> float:
    """Return the half width of the widest interval of the headline race's shares."""
    from experiments.terminal import headline

    _, race = headline(summary)
    return max(found["high"] - found["low"] for found in race["first"].values()) / 2


def saved_batch(out: Path | None) -> "Manifest | None":
    """Return the manifest of the batch in a folder, or None where there is none."""
    from experiments import manifest as manifests

    return manifests.read(out) if out is not None and (out / manifests.FILE_NAME).is_file() else None


def print_json(result: "BatchResult") -> None:
    """Print the summary as it stands in summary.json."""
    from experiments.batch import SUMMARY_FILE

    typer.echo((result.directory / SUMMARY_FILE).read_text(encoding="utf-8"), nl=False)


def print_result(result: "BatchResult", plots: list[Path]) -> None:
    """Print the short table and what was written where."""
    from rich.console import Console

    from experiments.batch import SUMMARY_FILE
    from experiments.manifest import FILE_NAME
    from experiments.tables import NAMES
    from experiments.terminal import print_summary

    print_summary(result.summary, Console())
    files = [FILE_NAME, SUMMARY_FILE, *(f"{name}.parquet" for name in NAMES)]
    typer.echo(f"\nWritten to {result.directory}: {', '.join(files)}")
    print_paths(plots)
