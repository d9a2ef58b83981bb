"""The command line `race`. What is slow to import waits inside the commands, so that help comes at once."""

import errno
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

import sim
from experiments import cli_scenario
from sim.errors import RaceError, RunError, ScenarioError, UsageError

if TYPE_CHECKING:
    from experiments.batch import BatchResult
    from experiments.manifest import Manifest
    from experiments.workers import Progress
    from sim.scenario.loading import Scenario

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
DEFAULT_RUNS = 1000
DEFAULT_SEED = 1
SHOW_PROGRESS_AFTER_S = 2.0

HELP_SETTINGS = {"help_option_names": ["-h", "--help"]}


class PlainErrors(TyperGroup):
    """Commands whose errors end in one clear message and an exit code, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interruption:
            complain(str(interruption) or "interrupted")
            raise typer.Exit(INTERRUPTED) from None
        except RaceError as error:
            # A scenario's problems each start with their own file and line, where an editor can jump to.
            complain(str(error) if isinstance(error, ScenarioError) else f"race: {error}")
            raise typer.Exit(FAILED if isinstance(error, RunError) else BAD_INPUT) from None
        except OSError as error:
            if error.errno == errno.EPIPE or error.filename is None:
                raise
            complain(f"race: {error.filename}: {error.strerror}")
            raise typer.Exit(FAILED) from None


def complain(message: str) -> None:
    """Print a message on the error stream."""
    typer.echo(message, err=True)


app = typer.Typer(
    cls=PlainErrors,
    help="Several forces race across a road network: who is there first, when, and how often do they clash?",
    epilog="\b\nStart with:  race run june_2017\nExit codes:  0 done, 1 failed, 2 bad input, 130 interrupted",
    context_settings=HELP_SETTINGS,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(cli_scenario.app, name="scenario")


def main() -> None:
    """Run the command line."""
    try:
        app(prog_name="race")
    except SystemExit as leaving:
        if leaving.code == INTERRUPTED:
            leave_at_once()
        raise


def leave_at_once() -> None:
    """End the process without waiting for workers: what they are in the middle of is not wanted any more."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(INTERRUPTED)


def show_version(asked: bool) -> None:
    """Print the version and leave."""
    if asked:
        typer.echo(f"race {sim.__version__}")
        raise typer.Exit(DONE)


@app.callback()
def race(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Hold the options that belong to no command."""


# ---------------------------------------------------------------- race run


class Engine(StrEnum):
    """How runs are simulated; the tables are the same."""

    compiled = "compiled"
    mesa = "mesa"


RunsOption = Annotated[
    str | None,
    typer.Option("--runs", metavar="N|A:B", help=f"How many, or numbers A to B - 1.  [default: {DEFAULT_RUNS}]"),
]
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", min=0, help=f"Luck of all runs: same seed, same luck.  [default: {DEFAULT_SEED}]"),
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder to fill.  [default: results/NAME-seedS-N]")
]
EngineOption = Annotated[
    Engine, typer.Option("--engine", help="compiled is fast; mesa walks agents. The tables are the same.")
]
WorkersOption = Annotated[int | None, typer.Option("--workers", min=1, help="Threads.  [default: all cores]")]
SetsOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY.PATH=VALUE", help="Change the scenario; may be repeated."),
]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Carry on the batch in DIR, or add runs to it.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace the batch in DIR.")]
NoPlotsOption = Annotated[bool, typer.Option("--no-plots", help="Draw nothing.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the summary as JSON instead of the table.")]

RUN_EXAMPLES = """\b
Examples:
  race run june_2017
  race run june_2017 --runs 10000 --seed 7 --out results/baseline
  race run june_2017 --set rules.march.pause_days=4 --out results/slow
  race run scenarios/june_2017/scenario.yaml --runs 500:1000 --workers 1
  race run june_2017 --runs 20000 --out results/baseline --resume
"""


@app.command("run", epilog=RUN_EXAMPLES)
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
    numbers = asked_runs or (range(*saved["runs"]) if saved else range(DEFAULT_RUNS))
    seed_or_default = seed if seed is not None else saved["seed"] if saved else DEFAULT_SEED
    directory = out or default_directory(loaded, numbers, seed_or_default, bool(sets))
    with progress_bar(loaded, hidden=quiet) as progress:
        result = run_batch(
            loaded, numbers, seed_or_default, directory, engine.value, workers, progress,
            resume=resume, force=force, command_line=command_line(),
        )  # fmt: skip
    plots = [] if no_plots else draw_plots(directory)
    if json:
        print_json(result)
    elif not quiet:
        print_result(result, plots)


def parse_runs(text: str) -> range:
    """Return the run numbers of "N" or "A:B" (A to B - 1). Raises UsageError for anything else."""
    first, _, stop = text.replace("_", "").rpartition(":")
    try:
        numbers = range(int(first or "0"), int(stop))
    except ValueError:
        numbers = range(0)
    if not numbers or numbers.start < 0 or text.startswith(":"):
        raise UsageError(f"--runs: found '{text}'; a number from 1 up or A:B with A less than B is allowed")
    return numbers


def saved_batch(out: Path | None) -> "Manifest | None":
    """Return the manifest of the batch in a folder, or None where there is none."""
    from experiments import manifest as manifests

    return manifests.read(out) if out is not None and (out / manifests.FILE_NAME).is_file() else None


def command_line() -> str:
    """Return the command as it was typed, for the manifest."""
    return shlex.join(["race", *sys.argv[1:]])


def draw_plots(directory: Path) -> list[Path]:
    """Draw the plots of a finished batch and return their paths."""
    from experiments.plots import draw_all

    return draw_all(directory)


@contextmanager
def progress_bar(scenario: "Scenario", hidden: bool) -> Iterator["Progress | None"]:
    """Yield what shows progress with the time left, once it has taken two seconds and only on a terminal."""
    import time

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if hidden or not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True)
    task, started_s = bar.add_task("", total=None), time.monotonic()

    def show(done_runs: int, asked_runs: int) -> None:
        text = f"{scenario.name}: runs" if done_runs else f"{scenario.name}: compiling the rules, if they are new"
        bar.update(task, completed=done_runs, total=asked_runs, description=text)
        if time.monotonic() - started_s > SHOW_PROGRESS_AFTER_S:
            bar.start()

    try:
        yield show
    finally:
        bar.stop()


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


def print_paths(paths: list[Path]) -> None:
    """Print paths of plots, one a line; of one picture in two formats the first."""
    shown: set[Path] = set()
    for path in paths:
        if path.with_suffix("") not in shown:
            typer.echo(f"  {path}")
        shown.add(path.with_suffix(""))


# ---------------------------------------------------------------- race plot, race replay

BatchArgument = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a batch.")]


@app.command("plot", epilog="\b\nExample:\n  race plot results/june_2017")
def plot_command(directory: BatchArgument) -> None:
    """Draw the plots of a batch again and print their paths."""
    from experiments.manifest import require_complete

    require_complete(directory)
    for path in draw_plots(directory):
        typer.echo(path)


@app.command("replay", epilog="\b\nExample:\n  race replay results/june_2017 --run 17")
def replay_command(
    directory: BatchArgument,
    run: Annotated[int, typer.Option("--run", metavar="K", min=0, help="Number of the run.")],
) -> None:
    """Tell one run of a batch day by day: who moves, who waits and why, assaults, raids, incidents."""
    from experiments.manifest import read, versions
    from experiments.replay import tell

    if read(directory)["versions"] != versions():
        complain("race: this batch was made by other versions; its runs may go differently when replayed")
    for sentence in tell(directory, run):
        typer.echo(sentence)


if __name__ == "__main__":
    main()
