"""The commands `race scenario ...`: look at a scenario before it is run."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Check and show scenarios.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    rich_markup_mode=None,
)

ScenarioArgument = Annotated[str, typer.Argument(metavar="SCENARIO", help="Name or path of a scenario.")]
SetsOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY.PATH=VALUE", help="Change the scenario; may be repeated."),
]


@app.command("check", epilog="\b\nExample:\n  race scenario check scenarios/june_2017")
def check_command(scenario: ScenarioArgument, sets: SetsOption = None) -> None:
    """Say that a scenario is in order, or list everything that is not, with file, line and column."""
    from sim.scenario.loading import load

    loaded = load(scenario, sets or [])
    model = loaded.model
    counts = {name: len(getattr(model, name)) for name in ("places", "roads", "sides", "formations", "races")}
    described = ", ".join(f"{count} {name}" for name, count in counts.items())
    typer.echo(f"ok: {loaded.name} ({described}; hash {loaded.short_hash})")


@app.command("show", epilog="\b\nExample:\n  race scenario show june_2017 --out map.png")
def show_command(
    scenario: ScenarioArgument,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.png", help="The map.  [default: results/NAME-map.png]")
    ] = None,
    sets: SetsOption = None,
) -> None:
    """Print what is in a scenario and draw its map."""
    from rich.console import Console

    from experiments.maps import draw_scenario_map
    from experiments.scenario_summary import print_scenario
    from sim.scenario.loading import load

    loaded = load(scenario, sets or [])
    print_scenario(loaded, Console())
    path = out or Path("results") / f"{loaded.name}-map.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    draw_scenario_map(loaded.model, path)
    typer.echo(f"\nmap: {path}")
