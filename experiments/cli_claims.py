"""The command `race claims`: the sentences of a scenario's source, held to many runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.cli_shared import (
    DEFAULT_RUNS,
    DEFAULT_SEED,
    QuietOption,
    RunsOption,
    SeedOption,
    command_line,
    parse_runs,
    progress_bar,
)

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES = """\b
Examples:
  race claims june_2017
  race claims june_2017 --runs 5000 --seed 7 --markdown > claims.md
"""
ScenarioArgument = Annotated[str, typer.Argument(metavar="SCENARIO", help="Name or path of a scenario with claims.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder to fill.  [default: results/NAME-claims-seedS-N]")
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace what is in DIR.")]
MarkdownOption = Annotated[bool, typer.Option("--markdown", help="Print Markdown, for a page or a memo.")]


def claims_command(
    scenario: ScenarioArgument,
    runs: RunsOption = None,
    seed: SeedOption = None,
    out: OutOption = None,
    force: ForceOption = False,
    markdown: MarkdownOption = False,
    quiet: QuietOption = False,
) -> None:
    """Hold each claim of a scenario's source to its measure over many runs."""
    numbers = parse_runs(runs) if runs is not None else range(DEFAULT_RUNS)
    luck = DEFAULT_SEED if seed is None else seed
    from experiments.batch import RESULTS_FOLDER
    from experiments.claims import judge
    from sim.scenario.loading import load

    directory = out or RESULTS_FOLDER / f"{load(scenario).name}-claims-seed{luck}-{numbers.stop}"
    with progress_bar("claims: runs", hidden=quiet) as progress:
        found = judge(scenario, numbers, luck, directory, progress, force=force, command_line=command_line())
    if markdown:
        typer.echo(as_markdown(found))
    elif not quiet:
        show(found)
        typer.echo(f"\nWritten to {directory}: claims.csv")


def number(row: "pd.Series") -> str:
    """Return a measure's value with its interval, and the spread of days."""
    import math

    from experiments import wording

    if math.isnan(row["value"]):
        return "not by the horizon in half of the runs" if row["runs"] else "in no run"
    if row["unit"] == "share":
        decimals = wording.digits(50 * (row["high"] - row["low"]), 1)
        text = (
            f"{100 * row['value']:.{decimals}f} % ({100 * row['low']:.{decimals}f} to {100 * row['high']:.{decimals}f})"
        )
        return text
    scale, unit = (100.0, "points") if row["unit"] == "change, share" else (1.0, row["unit"].removeprefix("change, "))
    value, low, high = (scale * row[key] for key in ("value", "low", "high"))
    open_end = math.isnan(high)
    decimals = wording.digits((high - low) / 2 if not open_end else 1.0, 2)
    sign = (
        (lambda one: wording.signed(one, decimals))
        if row["unit"].startswith("change")
        else (lambda one: f"{one:.{decimals}f}")
    )
    return f"{sign(value)} ({sign(low)} to {'beyond the horizon' if open_end else sign(high)}) {unit}"


def spread(row: "pd.Series") -> str:
    """Return the 5 to 95 % range of days over runs, "" for other measures."""
    import math

    if row["unit"] not in ("days", "km a day") or row["q05"] is None or math.isnan(row["q05"]):
        return ""
    end = "beyond the horizon" if row["q95"] is None or math.isnan(row["q95"]) else f"{row['q95']:.3g}"
    return f"90 % of runs: {row['q05']:.3g} to {end}"


def show(found: "pd.DataFrame") -> None:
    """Print claims on the terminal, each with its measures and verdict."""
    from rich.console import Console
    from rich.padding import Padding

    console = Console()
    for claim, rows in found.groupby("claim", sort=False):
        said = next((one for one in rows["verdict"] if one), "")
        console.print(f"\n[bold]{claim}[/bold] the model [bold]{said}[/bold]" if said else f"\n[bold]{claim}[/bold]")
        console.print(Padding(rows["sentence"].iloc[0], (0, 0, 0, 2)), style="italic", highlight=False)
        for _, row in rows.iterrows():
            mark = "*" if row["verdict"] else " "
            more = "; ".join(part for part in (spread(row), row["observed"] and f"observed: {row['observed']}") if part)
            console.print(
                Padding(f"{mark} {row['measure']}: {number(row)}", (0, 0, 0, 2)), markup=False, highlight=False
            )
            if more:
                console.print(Padding(more, (0, 0, 0, 6)), style="dim", highlight=False)


def as_markdown(found: "pd.DataFrame") -> str:
    """Return claims as a Markdown table."""
    lines = [
        "| claim | measure | value (95 % Monte Carlo interval) | over runs, observed | the model |",
        "|---|---|---|---|---|",
    ]
    for claim, rows in found.groupby("claim", sort=False):
        lines.append(f"| **{claim}** | *{rows['sentence'].iloc[0]}* | | | |")
        for _, row in rows.iterrows():
            more = "; ".join(part for part in (spread(row), row["observed"] and f"observed: {row['observed']}") if part)
            lines.append(f"| | {row['measure']} | {number(row)} | {more} | {row['verdict']} |")
    return "\n".join(lines)
