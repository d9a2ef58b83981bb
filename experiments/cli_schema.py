"""The commands `race scenario schema` and `race scenario show --assumptions`: what may be written, what was."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.errors import UsageError

if TYPE_CHECKING:
    from experiments.assumptions import Row
    from sim.scenario.loading import Scenario

FORMATS = ("table", "csv", "html")

EXAMPLES = """\b
Examples:
  race scenario schema --out scenario.schema.json
  race scenario schema --overlay --out overlay.schema.json

\b
For an editor with yaml-language-server (VS Code's YAML extension, and others) a
file's first line says which schema it has, by a path from that file:
  # yaml-language-server: $schema=scenario.schema.json
"""

OverlayOption = Annotated[bool, typer.Option("--overlay", help="Of files that change a scenario (`extends:`).")]
AssumptionsOption = Annotated[
    bool, typer.Option("--assumptions", help="Print every number with its source instead; no map.")
]
FormatOption = Annotated[
    str | None,
    typer.Option("--format", metavar="|".join(FORMATS), help="Of --assumptions.  [default: as FILE ends, else table]"),
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="KEY.PATH", help="Only assumptions under it; may be repeated."),
]
DistributionsOption = Annotated[bool, typer.Option("--distributions", help="Only assumptions that are drawn.")]
DefaultsOption = Annotated[bool, typer.Option("--defaults", help="Also numbers that the files leave at their default.")]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to.  [default: the terminal]")]


def schema_command(overlay: OverlayOption = False, out: OutOption = None) -> None:
    """Write the JSON Schema of scenario files: every key with its meaning, unit, range, default and examples."""
    from sim.scenario.json_schema import as_text, overlay_schema, scenario_schema

    text = as_text(overlay_schema() if overlay else scenario_schema())
    give(text, out, "schema")


def show_assumptions(
    scenario: "Scenario", form: str | None, out: Path | None, only: list[str], distributions: bool, defaults: bool
) -> None:
    """Print every number of a scenario, or write it to a file. Raises UsageError for an unknown format or key path."""
    from experiments.assumptions import as_csv, as_html, rows_of

    form = form or next((one for one in FORMATS if out and out.suffix.lower() == f".{one}"), "table")
    if form not in FORMATS:
        raise UsageError(f"--format: found '{form}', {', '.join(FORMATS)} is allowed")
    rows = rows_of(scenario, only, distributions, defaults)
    if form == "table":
        write_table(scenario, rows, out)
        return
    if form == "html":
        text = as_html(scenario, rows, shown_only(only, distributions))
        out = out or Path("results") / f"{scenario.name}-assumptions.html"
    else:
        text = as_csv(rows)
    give(text, out, "assumptions")


def give(text: str, out: Path | None, what: str) -> None:
    """Print a text, or write it to a file and say where; `what`: what it is called."""
    if out is None:
        typer.echo(text, nl=False)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    typer.echo(f"{what}: {out}")


def write_table(scenario: "Scenario", rows: "list[Row]", out: Path | None) -> None:
    """Print the numbers on the terminal, or as plain text into a file."""
    from experiments.terminal_assumptions import console_for, print_assumptions

    if out is None:
        print_assumptions(scenario, rows, console_for())
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8") as file:
        print_assumptions(scenario, rows, console_for(file))
    typer.echo(f"assumptions: {out}")


def shown_only(only: list[str], distributions: bool) -> str:
    """Return what of the numbers is shown, in words; "" for all of them."""
    return ", ".join([*(f"only {path}" for path in only), *(["only what is drawn"] if distributions else [])])
