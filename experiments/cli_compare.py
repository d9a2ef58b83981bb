"""The command `race compare`: the same runs under several scenarios, held against each other."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.cli_shared import (
    DEFAULT_RUNS,
    DEFAULT_SEED,
    JsonOption,
    NoPlotsOption,
    QuietOption,
    RunsOption,
    SeedOption,
    WorkersOption,
    command_line,
    parse_runs,
    print_paths,
    progress_bar,
)

if TYPE_CHECKING:
    from experiments.comparison import Comparison

EXAMPLES = """\b
Examples:
  race compare june_2017 no_russian_air
  race compare june_2017 full_obedience no_tanf_zone --runs 2000 --seed 7
  race compare june_2017 --set garrisons.isis_sukhnah.strength_men=500
"""

BaseArgument = Annotated[str, typer.Argument(metavar="BASE", help="Name or path of the scenario to compare with.")]
OthersArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[OTHER]...", help="Names or paths of the scenarios that differ from it.")
]
SetsOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY.PATH=VALUE", help="Makes one more OTHER: BASE with this; may be repeated."),
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder to fill.  [default: results/BASE-against-OTHER-...]")
]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Carry on the comparison in DIR.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace the comparison in DIR.")]


def compare_command(
    base: BaseArgument,
    others: OthersArgument = None,
    sets: SetsOption = None,
    runs: RunsOption = None,
    seed: SeedOption = None,
    out: OutOption = None,
    workers: WorkersOption = None,
    resume: ResumeOption = False,
    force: ForceOption = False,
    no_plots: NoPlotsOption = False,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Run scenarios with the same luck; show what changes, with paired 95 % intervals."""
    numbers = parse_runs(runs) if runs is not None else range(DEFAULT_RUNS)
    from experiments.comparison import compare

    with progress_bar(f"comparing with {base}: runs", hidden=quiet) as progress:
        found = compare(
            base, *(others or []), runs=numbers, seed=DEFAULT_SEED if seed is None else seed, out=out,
            sets=sets or [], workers=workers, progress=progress, resume=resume, force=force,
            command_line=command_line(),
        )  # fmt: skip
    plots = [] if no_plots else draw(found)
    if json:
        from experiments.batch import SUMMARY_FILE

        typer.echo((found.directory / SUMMARY_FILE).read_text(encoding="utf-8"), nl=False)
    elif not quiet:
        show(found, plots)


def draw(found: "Comparison") -> list[Path]:
    """Draw the plots of a comparison and return their paths."""
    from experiments.plots import draw_comparison

    return draw_comparison(found)


def show(found: "Comparison", plots: list[Path]) -> None:
    """Print what changes and what was written where."""
    from rich.console import Console

    from experiments.terminal_compare import print_comparison

    base = next(iter(found.batches.values()))
    print_comparison(found.summary, base.manifest, Console())
    typer.echo(f"\nWritten to {found.directory}: summary.json, changes.csv, flipped.csv, batches/")
    print_paths(plots)
    typer.echo(f"One page of it:  race report {found.directory}")
    for label, other in found.summary["others"].items():
        for run in other["flipped"].get(found.summary["headline"], {"first_runs": []})["first_runs"][:1]:
            typer.echo(f"A run that flips:  race replay {found.directory} --run {run} --against {label}")
