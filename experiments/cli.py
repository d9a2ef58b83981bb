"""The command line `race`. What is slow to import waits inside the commands, so that help comes at once."""

import errno
import gc
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import sim
from experiments import cli_claims, cli_compare, cli_results, cli_run, cli_scenario
from experiments.cli_shared import BAD_INPUT, DONE, FAILED, INTERRUPTED, complain
from experiments.complaints import complain_of
from sim.errors import RaceError, RunError, ScenarioError

# While a command starts, Python's look through a million objects, all of which stay, takes a third of a second.
COLLECTED_AFTER = 200_000, 50, 100
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
        except ScenarioError as error:
            complain_of(error, sys.stderr)
            raise typer.Exit(BAD_INPUT) from None
        except RaceError as error:
            complain(f"race: {error}")
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
    gc.set_threshold(*COLLECTED_AFTER)
    try:
        app(prog_name="race")
    except SystemExit as leaving:
        if leaving.code == INTERRUPTED:
            leave_at_once()
        raise
    finally:
        gc.freeze()  # nothing is searched for rubbish on the way out: half a second


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


app.command("run", epilog=cli_run.EXAMPLES)(cli_run.run_command)
app.command("merge", epilog=cli_run.MERGE_EXAMPLES)(cli_run.merge_command)
app.command("compare", epilog=cli_compare.EXAMPLES)(cli_compare.compare_command)
app.command("claims", epilog=cli_claims.EXAMPLES)(cli_claims.claims_command)
app.command("plot", epilog="\b\nExample:\n  race plot results/june_2017")(cli_results.plot_command)
app.command("replay", epilog=cli_results.REPLAY_EXAMPLES)(cli_results.replay_command)
app.command("report", epilog="\b\nExample:\n  race report results/june_2017")(cli_results.report_command)
app.add_typer(cli_scenario.app, name="scenario")


if __name__ == "__main__":
    main()
