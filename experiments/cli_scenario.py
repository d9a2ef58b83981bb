"""The commands `race scenario ...`: look at a scenario before it is run."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments import cli_schema
from experiments.cli_shared import SetsOption
from sim.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from sim.scenario.differences import Difference
    from sim.scenario.loading import Scenario
    from sim.scenario.numbers import Quantity
    from sim.scenario.schema import Formation, Order, ScenarioModel

COUNTED = ("places", "roads", "sides", "formations", "garrisons", "zones", "events", "milestones", "races")
SHOWN_INTERESTS = 4
SHOWN_PLACES = 4
NOTHING = "-"
SHOW_EXAMPLES = """\b
Examples:
  race scenario show june_2017
  race scenario show june_2017 --map --out map.png
  race scenario show june_2017 --map --against tiger_to_m20
  race scenario show june_2017 --assumptions --only formations --distributions
  race scenario show june_2017 --assumptions --out assumptions.html
"""
DIFF_EXAMPLES = """\b
Examples:
  race scenario diff june_2017 no_russian_air
  race scenario diff june_2017 tiger_to_m20 --markdown > memo.md
  race scenario diff june_2017 --set formations.tiger.strength_men=3000
"""

NEW_EXAMPLES = """\b
Examples:
  race scenario new my_campaign                        a folder with a small campaign, to replace by your own
  race scenario new my_what_if --from june_2017        a file that says what differs from june_2017
"""

app = typer.Typer(
    help="Make, check, show and compare scenario files.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    rich_markup_mode=None,
)

app.command("schema", epilog=cli_schema.EXAMPLES)(cli_schema.schema_command)

ScenarioArgument = Annotated[str, typer.Argument(metavar="SCENARIO", help="Name or path of a scenario.")]
OtherArgument = Annotated[str | None, typer.Argument(metavar="[OTHER]", help="Name or path of the second scenario.")]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Its name, in lower_snake_case.")]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="SCENARIO", help="Write an overlay of this scenario instead.")
]
FolderOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to put it in.  [default: this one]")]
MarkdownOption = Annotated[bool, typer.Option("--markdown", help="Print a Markdown table, for a memo.")]
MapOption = Annotated[bool, typer.Option("--map", help="Draw the map, as PNG and SVG.")]
AgainstOption = Annotated[
    str | None,
    typer.Option("--against", metavar="OTHER", help="Another scenario: what differs, and both maps side by side."),
]
ShownFileOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Where to draw the map or write the numbers.  [results/NAME-map.png]"),
]


@app.command("new", epilog=NEW_EXAMPLES)
def new_command(name: NameArgument, base: FromOption = None, out: FolderOption = Path()) -> None:
    """Write a small scenario full of comments that runs at once, or an overlay of another scenario."""
    from experiments.making import new_overlay, new_scenario

    if base is None:
        path = new_scenario(name, out)
        scenario, more = str(path.parent), f"edit it:     {path} and the tables beside it"
    else:
        path = new_overlay(name, base, out)
        scenario, more = str(path), f"edit it:     {path}"
    typer.echo(f"written: {scenario}\n  {more}\n  check it:    race scenario check {scenario}")
    if base is None:
        typer.echo(
            f"  look at it:  race scenario show {scenario} --map\n  run it:      race run {scenario} --runs 1000"
        )
    else:
        typer.echo(f"  look at it:  race scenario show {base} --map --against {scenario}")
        typer.echo(f"  compare it:  race compare {base} {scenario} --runs 1000")


@app.command("check", epilog="\b\nExample:\n  race scenario check scenarios/june_2017")
def check_command(scenario: ScenarioArgument, sets: SetsOption = None) -> None:
    """Say that a scenario is in order, or list everything that is not, with file, line and column."""
    from sim.scenario.loading import load

    loaded = load(scenario, sets or [])
    counts = [f"{len(getattr(loaded.model, name))} {name}" for name in COUNTED]
    typer.echo(f"ok: {loaded.name}: {', '.join(counts)}; hash {loaded.short_hash}")


@app.command("show", epilog=SHOW_EXAMPLES)
def show_command(
    scenario: ScenarioArgument,
    map_: MapOption = False,
    against: AgainstOption = None,
    out: ShownFileOption = None,
    sets: SetsOption = None,
    assumptions: cli_schema.AssumptionsOption = False,
    form: cli_schema.FormatOption = None,
    only: cli_schema.OnlyOption = None,
    distributions: cli_schema.DistributionsOption = False,
    defaults: cli_schema.DefaultsOption = False,
) -> None:
    """Print what is in a scenario, or how another differs from it; draw the map of one, or of both.

    Or list every number with what stands behind it.
    """
    from sim.scenario.loading import load

    if assumptions or form or only or distributions or defaults:
        if map_ or against is not None:
            raise UsageError("scenario show: --assumptions lists numbers; ask for --map and --against without it")
        cli_schema.show_assumptions(load(scenario, sets or []), form, out, only or [], distributions, defaults)
        return
    from rich.console import Console

    loaded = load(scenario, sets or [])
    other = load(against) if against is not None else None
    if other is None:
        print_scenario(loaded, Console())
    else:
        tell_differences(loaded, other)
    if map_ or out is not None:
        typer.echo(f"map: {draw_map(loaded, other, out)}")


def draw_map(scenario: "Scenario", other: "Scenario | None", out: Path | None) -> Path:
    """Draw the map of a scenario, or of two side by side; return the path of the PNG."""
    if other is None:
        from experiments.figures.scenario_map import draw_scenario_map

        return draw_scenario_map(scenario, out or Path("results") / f"{scenario.name}-map.png")[0]
    from experiments.figures.scenario_pair import draw_scenario_pair

    return draw_scenario_pair(scenario, other, out or Path("results") / f"{scenario.name}-{other.name}-map.png")[0]


@app.command("diff", epilog=DIFF_EXAMPLES)
def diff_command(
    before: ScenarioArgument,
    after: OtherArgument = None,
    sets: SetsOption = None,
    markdown: MarkdownOption = False,
) -> None:
    """Print only what differs from one scenario to another, with values and sources."""
    from sim.scenario.loading import load

    if after is None and not sets:
        raise UsageError("scenario diff: name a second scenario, or change the first with --set KEY.PATH=VALUE")
    tell_differences(load(before), load(after or before, sets or []), markdown)


def tell_differences(base: "Scenario", other: "Scenario", markdown: bool = False) -> None:
    """Print what differs from one scenario to another, or that nothing does."""
    from sim.scenario.differences import differences

    found = differences(base, other)
    if not found:
        typer.echo(f"no differences: {base.name} and {other.name} say the same")
    elif markdown:
        typer.echo(differences_as_markdown(base, other, found))
    else:
        print_differences(base, other, found)


def print_differences(base: "Scenario", other: "Scenario", found: "list[Difference]") -> None:
    """Print differences, a key path with both values and their sources each."""
    from rich.console import Console

    from experiments.terminal_diff import print_differences

    console = Console()
    for text in about(base, other):
        console.print(text, markup=False, highlight=False)
    console.print(f"\n[bold]From {base.name} to {other.name}[/bold]")
    print_differences([one._asdict() for one in found], console)


def differences_as_markdown(base: "Scenario", other: "Scenario", found: "list[Difference]") -> str:
    """Return differences as a Markdown table."""
    heading = ["key", base.name, other.name, "source before", "source after", "note"]
    rows = [["`" + one.path + "`", *changed(one), *cited(one), one.note] for one in found]
    lines = [heading, ["---"] * len(heading), *rows]
    table = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines]
    return "\n".join([*(f"{text}\n" for text in about(base, other)), *table])


def about(base: "Scenario", other: "Scenario") -> list[str]:
    """Return the title and the note of the other scenario where they are its own."""
    texts = ((base.model.title, other.model.title), (base.model.note, other.model.note))
    return [ours for theirs, ours in texts if ours and ours != theirs]


def changed(one: "Difference") -> tuple[str, str]:
    """Return a difference's values, "-" for none."""
    return one.before or NOTHING, one.after or NOTHING


def cited(one: "Difference") -> tuple[str, str]:
    """Return a difference's sources, "-" for none."""
    return one.before_source or NOTHING, one.after_source or NOTHING


# ---------------------------------------------------------------- the printed summary


def print_scenario(scenario: "Scenario", console: "Console") -> None:
    """Print a scenario's sides, commands, formations, races, milestones, network and sources."""
    model = scenario.model
    console.print(f"[bold]{model.title}[/bold]  ({scenario.name}, {scenario.short_hash})")
    console.print(f"from {model.start_date}, {model.horizon_days} days, ticks of {model.tick_hours:g} h")
    if model.question:
        console.print(model.question)
    for heading, columns, rows in (
        ("Sides", ("id", "name", "colour", "bases"), side_rows(model)),
        ("Commands", ("id", "side", "restraint", "cares most for"), command_rows(model)),
        ("Formations", ("id", "command", "men", "start: orders"), formation_rows(model)),
        ("Garrisons", ("id", "command", "men", "places"), garrison_rows(model)),
        ("Races", ("id", "finish", "contestants"), race_rows(model)),
        ("Milestones", ("id", "title"), ((one, m.title) for one, m in model.milestones.items())),
    ):
        print_table(console, heading, columns, rows)
    console.print(network_line(model))
    console.print(sources_line(scenario))


def print_table(console: "Console", heading: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Print a table under its heading; nothing at all when there are no rows."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=heading, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns[:-1]:
        table.add_column(column, header_style="dim", no_wrap=column in ("id", "command"))
    table.add_column(columns[-1], header_style="dim", overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) if cell[:1] != "\0" else cell[1:] for cell in row))
    if table.row_count:
        console.print(table)
        console.print()


def side_rows(model: "ScenarioModel") -> Iterator[tuple[str, ...]]:
    """Yield a row a side."""
    for one, side in model.sides.items():
        swatch = f"\0[{side.colour}]██[/] {side.colour}"
        yield one, side.name, swatch, ", ".join(side.bases)


def command_rows(model: "ScenarioModel") -> Iterator[tuple[str, ...]]:
    """Yield a row a command, with what it cares for most."""
    for one, command in model.commands.items():
        weights = {objective: weight.median() for objective, weight in command.interests.items()}
        first = sorted(weights, key=lambda objective: -weights[objective])[:SHOWN_INTERESTS]
        cares = ", ".join(f"{objective} {weights[objective]:.2g}" for objective in first)
        yield one, command.side, spread(command.restraint), cares


def formation_rows(model: "ScenarioModel") -> Iterator[tuple[str, ...]]:
    """Yield a row a formation."""
    for one, formation in model.formations.items():
        orders = " > ".join(order_text(order) for order in formation.orders)
        plan = f"{start_text(formation)}: {orders or 'stays'}"
        yield one, formation.command, spread(formation.strength_men), plan


def garrison_rows(model: "ScenarioModel") -> Iterator[tuple[str, ...]]:
    """Yield a row a garrison."""
    for one, garrison in model.garrisons.items():
        yield one, garrison.command, spread(garrison.strength_men), shortened(garrison.places, ", ")


def race_rows(model: "ScenarioModel") -> Iterator[tuple[str, ...]]:
    """Yield a row a race and finish list, with the contestants that share it; * marks the headline race."""
    for one, race in model.races.items():
        sharing: dict[str, list[str]] = {}
        for contestant, places in race.finish.items():
            sharing.setdefault(shortened(places, " or "), []).append(contestant)
        for index, (finish, contestants) in enumerate(sharing.items()):
            name = f"{one}{' *' if race.headline else ''}" if index == 0 else ""
            yield name, finish, ", ".join(contestants)


def shortened(places: list[str], between: str) -> str:
    """Return a list of places, or the first two and how many there are."""
    if len(places) <= SHOWN_PLACES:
        return between.join(places)
    return f"{', '.join(places[:2])} ... {len(places)} places"


def order_text(order: "Order") -> str:
    """Return an order in a few words: its place, and its kind unless that is "take"."""
    kind = "" if order.kind == "take" else f"{order.kind.replace('_', ' ')} "
    return f"{kind}{order.objective}{f' (after {order.after})' if order.after else ''}"


def start_text(formation: "Formation") -> str:
    """Return where a formation starts."""
    start = formation.start
    if isinstance(start, str):
        return start
    if start.towards is None:
        return start.at
    return (
        f"{start.at} - {start.towards}" if start.km is None else f"{start.at} +{spread(start.km)} km - {start.towards}"
    )


def spread(quantity: "Quantity") -> str:
    """Return a constant, or a distribution's median and 5 to 95 % range."""
    import numpy as np

    if quantity.is_constant:
        return f"{quantity.median():,g}"
    low, middle, high = quantity.quantiles(np.array([0.05, 0.5, 0.95]))
    return f"{rounded(middle)} ({rounded(low)} to {rounded(high)})"


def rounded(number: float) -> str:
    """Return a number to two digits, or three from a thousand up."""
    return f"{float(f'{number:.2g}'):g}" if abs(number) < 1000 else f"{float(f'{number:.3g}'):,.0f}"


def network_line(model: "ScenarioModel") -> str:
    """Return how many places and roads there are, and how long the roads of each class."""
    lengths_km: dict[str, float] = {}
    for road in model.roads.values():
        lengths_km[road.road_class] = lengths_km.get(road.road_class, 0.0) + road.length_km.median()
    longest_first = sorted(lengths_km.items(), key=lambda entry: -entry[1])
    by_class = ", ".join(f"{name} {km:,.0f} km" for name, km in longest_first)
    return f"[bold]Network[/bold]  {len(model.places)} places, {len(model.roads)} roads: {by_class}"


# ---------------------------------------------------------------- where the numbers come from


def sources_line(scenario: "Scenario") -> str:
    """Return how many numbers there are, which share has a source, is an assumption or neither, and how to see them."""
    from experiments.assumptions import rows_of, sentences

    counts, standing, *_ = sentences(rows_of(scenario))
    return f"[bold]Numbers[/bold]  {counts.replace(' numbers', '', 1)} {standing} Each with its source: --assumptions"
