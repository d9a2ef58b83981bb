"""The command `race scenario schema`: what an editor needs to complete and check scenario files."""

from pathlib import Path
from typing import Annotated

import typer

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
OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to.  [default: the terminal]")]


def schema_command(overlay: OverlayOption = False, out: OutOption = None) -> None:
    """Write the JSON Schema of scenario files: every key with its meaning, unit, range, default and examples."""
    from sim.scenario.json_schema import as_text, overlay_schema, scenario_schema

    text = as_text(overlay_schema() if overlay else scenario_schema())
    if out is None:
        typer.echo(text, nl=False)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    typer.echo(f"schema: {out}")
