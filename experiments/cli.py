"""The command line `race`. What is slow to import waits inside the commands, so that help comes at once."""

import errno
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

import sim
from experiments import cli_claims, cli_compare, cli_results, cli_scenario
from experiments.cli_shared import (
    DEFAULT_RUNS,
    DEFAULT_SEED,
    JsonOption,
    NoPlotsOption,
    QuietOption,
    RunsOption,
    SeedOption,
    SetsOption,
    WorkersOption,
    command_line,
    complain,
    parse_runs,
    print_paths,
    progress_bar,
)
from sim.errors import RaceError, RunError, ScenarioError

if TYPE_CHECKING:
    from experiments.batch import BatchResult
    from experiments.manifest import Manifest

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
MOST_RUNS_UNTIL = 1_000_000

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


OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder to fill.  [default: results/NAME-seedS-N]")
]
EngineOption = Annotated[
    Engine, typer.Option("--engine", help="compiled is fast; mesa walks agents. The tables are the same.")
]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Carry on the batch in DIR, or add runs to it.")]
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

RUN_EXAMPLES = """\b
Examples:
  race run june_2017
  race run june_2017 --runs 10000 --seed 7 --out results/baseline
  race run june_2017 --set rules.march.pause_days=4 --out results/slow
  race run scenarios/june_2017/scenario.yaml --runs 500:1000 --workers 1
  race run june_2017 --runs 20000 --out results/baseline --resume
  race run june_2017 --until-ci 0.01 --out results/sure
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
    until_ci: UntilOption = None,
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
    with progress_bar(f"{loaded.name}: runs", hidden=quiet) as progress:
        result = run_batch(
            loaded, numbers, seed_or_default, directory, engine.value, workers, progress,
            resume=resume, force=force, command_line=command_line(), until_ci=until_ci,
        )  # fmt: skip
    plots: list[Path] = []
    if not no_plots:
        from experiments.plots import draw_all

        plots = draw_all(directory)
    if json:
        print_json(result)
    elif not quiet:
        print_result(result, plots)
    if until_ci is not None and widest_half_width(result.summary) >= until_ci:
        widest = f"{widest_half_width(result.summary):.3g}"
        complain(f"race: {len(numbers):,} runs were not enough: the widest interval is ± {widest}")


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


app.command("compare", epilog=cli_compare.EXAMPLES)(cli_compare.compare_command)
app.command("claims", epilog=cli_claims.EXAMPLES)(cli_claims.claims_command)
app.command("plot", epilog="\b\nExample:\n  race plot results/june_2017")(cli_results.plot_command)
app.command("replay", epilog=cli_results.REPLAY_EXAMPLES)(cli_results.replay_command)
app.command("report", epilog="\b\nExample:\n  race report results/june_2017")(cli_results.report_command)
app.add_typer(cli_scenario.app, name="scenario")


if __name__ == "__main__":
    main()
