"""What several commands of `race` share: options, how runs are written, the progress bar, how errors are shown."""

import gc
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.errors import UsageError

if TYPE_CHECKING:
    from experiments.workers import Progress

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
DEFAULT_RUNS = 1000
DEFAULT_SEED = 1
SHOW_PROGRESS_AFTER_S = 2.0
COLLECTED_AFTER_AS_USUAL = gc.get_threshold()

BatchArgument = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a batch.")]
ResultArgument = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a batch or of a comparison.")]
RunsOption = Annotated[
    str | None,
    typer.Option("--runs", metavar="N|A:B", help=f"How many, or numbers A to B - 1.  [default: {DEFAULT_RUNS}]"),
]
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", min=0, help=f"Luck of all runs: same seed, same luck.  [default: {DEFAULT_SEED}]"),
]
WorkersOption = Annotated[int | None, typer.Option("--workers", min=1, help="Threads.  [default: all cores]")]
SetsOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY.PATH=VALUE", help="Change the scenario; may be repeated."),
]
NoPlotsOption = Annotated[bool, typer.Option("--no-plots", help="Draw nothing.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the summary as JSON instead of the table.")]


def complain(message: str) -> None:
    """Print a message on the error stream."""
    typer.echo(message, err=True)


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


def command_line() -> str:
    """Return the command as it was typed, for the manifest."""
    return shlex.join(["race", *sys.argv[1:]])


def print_paths(paths: list[Path]) -> None:
    """Print paths of plots, one a line; of one picture in several formats the first."""
    shown: set[Path] = set()
    for path in paths:
        if path.with_suffix("") not in shown:
            typer.echo(f"  {path}")
        shown.add(path.with_suffix(""))


@contextmanager
def progress_bar(what: str, hidden: bool) -> Iterator["Progress | None"]:
    """Yield what shows progress with the time left, once it has taken two seconds and only on a terminal."""
    import time

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if hidden or not console.is_terminal:
        yield None
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(), TextColumn("{task.fields[known]}"),
    )  # fmt: skip
    bar = Progress(*columns, console=console, transient=True)
    task, started_s = bar.add_task("", total=None, rate="", known=""), time.monotonic()

    def show(done: int, asked: int, known: str) -> None:
        text = what if done else f"{what} (compiling the rules, if they are new)"
        rate = f"{bar.tasks[0].speed:,.0f}/s" if bar.tasks[0].speed else ""
        bar.update(task, completed=done, total=asked, description=text, rate=rate, known=known)
        if time.monotonic() - started_s > SHOW_PROGRESS_AFTER_S:
            bar.start()

    try:
        yield show
    finally:
        bar.stop()


def collect_as_usual() -> None:
    """Let Python look for rubbish as often as usual, but not among what the start of a command has left."""
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER_AS_USUAL)
