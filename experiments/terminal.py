"""The short table that a batch leaves on the terminal."""

from typing import Any

from rich.console import Console
from rich.table import Table

BEFORE_HORIZON = "-"


def percent(found: dict[str, Any]) -> str:
    """Return a share with its interval, to the digits that the number of runs supports."""
    digits = 1 if found["high"] - found["low"] < 0.04 else 0
    return f"{found['share']:.{digits}%} ({found['low']:.{digits}%} - {found['high']:.{digits}%})"


def day(value: float | None) -> str:
    """Return a day, "-" for not by the horizon."""
    return BEFORE_HORIZON if value is None else f"{value:.0f}"


def print_summary(summary: dict[str, Any], console: Console) -> None:
    """Print who is first in the headline race, when each contestant arrives, and clashes a run."""
    name, race = headline(summary)
    table = Table(
        title=f"{summary['scenario']}: race '{name}', {summary['runs']:,} runs, seed {summary['seed']}, "
        f"horizon {summary['horizon_days']} days",
        title_justify="left",
        caption="shares of all runs with 95 % Monte Carlo intervals; '-': not by the horizon",
        caption_justify="left",
    )
    for column, justify in (
        ("contestant", "left"), ("first", "right"), ("finishes", "right"), ("5 %", "right"), ("median day", "right"),
        ("95 %", "right"),
    ):  # fmt: skip
        table.add_column(column, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    for one, found in race["first"].items():
        arrival = race["finish"].get(one)
        cells = ["", "", "", ""]
        if arrival:
            cells = [f"{arrival['share']:.0%}", day(arrival["q05"]), day(arrival["q50"]), day(arrival["q95"])]
        table.add_row(one, percent(found), *cells)
    console.print(table)
    print_clashes(summary, console)


def headline(summary: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the headline race, or the first where none is marked."""
    races = summary["races"]
    name = next((one for one, race in races.items() if race["headline"]), next(iter(races)))
    return name, races[name]


def print_clashes(summary: dict[str, Any], console: Console) -> None:
    """Print clashes a run by pair."""
    for pair, kinds in summary["clashes"].items():
        found = kinds["all"]
        rate = f"{found['mean']:.2f} ({found['low']:.2f} - {found['high']:.2f})"
        console.print(f"clashes {pair}: {rate} a run; {found['any']['share']:.0%} of runs have any")
