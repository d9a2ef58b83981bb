"""The tables that a comparison leaves on the terminal."""

from collections.abc import Iterator
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from experiments import wording
from experiments.contrast import rows
from experiments.pairs import is_clear, strength
from experiments.terminal_diff import print_differences

SHOWN_DIFFERENCES = 8
SHOWN_MOVES = 12
SHOWN_WAYS = 6
Found = dict[str, Any]


def print_comparison(summary: Found, manifest: Found, console: Console) -> None:
    """Print, for each other scenario: what differs, who is first, what moves most, which runs flip."""
    for label, other in summary["others"].items():
        console.print(f"\n[bold]{escape(summary['base'])} against {escape(label)}[/bold]: {escape(other['title'])}")
        if other["note"]:
            console.print(escape(other["note"]), style="dim")
        print_differs(other, console)
        race = other["races"].get(summary["headline"])
        if race:
            console.print(first_table(summary, race, summary["headline"]))
            console.print(finish_table(race))
        print_moves(other, manifest, console)
        print_flips(summary, other, console)


def print_differs(other: Found, console: Console) -> None:
    """Print what differs between the files."""
    if not other["differs"]:
        console.print("Nothing differs between the two files.")
        return
    print_differences(other["differs"][:SHOWN_DIFFERENCES], console)
    left = len(other["differs"]) - SHOWN_DIFFERENCES
    if left > 0:
        console.print(f"... and {left} more: race scenario diff", style="dim")


def grid(title: str, columns: tuple[str, ...], align: str) -> Table:
    """Return an empty table; `align`: a letter a column, l or r. Only columns of words fold."""
    table = Table(title=title, title_justify="left", title_style="bold", caption_justify="left", box=SIMPLE_HEAD)
    for column, side in zip(columns, align, strict=True):
        table.add_column(column, justify="right" if side == "r" else "left", no_wrap=side == "r", overflow="fold")
    return table


def first_table(summary: Found, race: Found, name: str) -> Table:
    """Return the table of who is first in a race, before and after."""
    title = f"First in race '{name}', the same {summary['runs']:,} runs of seed {summary['seed']} in both"
    table = grid(title, ("", "base", "other", "change in points", "variance"), "lrrrr")
    for one, found in race["first"].items():
        cells = (*wording.values(found, wording.POINTS), wording.difference(found, wording.POINTS))
        table.add_row(one, *cells, wording.times(found["variance_reduction"]))
    table.caption = "paired 95 % intervals; variance: how many times smaller than with unpaired runs"
    return table


def finish_table(race: Found) -> Table:
    """Return the table of the mean days on which contestants finish a race, before and after."""
    table = grid("Mean day at the finish", ("", "base", "other", "change in days", "variance"), "lrrrr")
    for one, found in race["finish"].items():
        day = found["restricted_mean_day"]
        cells = (*wording.values(day, wording.DAYS), wording.difference(day, wording.DAYS))
        table.add_row(one, *cells, wording.times(day["variance_reduction"]))
    table.caption = "a run without arrival counts with the horizon"
    return table


def watched(other: Found) -> list[tuple[tuple[str, ...], Found]]:
    """Return the changes worth watching: who is first by side, arrivals by share and mean day, clashes a run."""
    found = rows({key: other[key] for key in ("races", "milestones", "clashes")})
    kept = ("share", "restricted_mean_day", "all")
    return [(path, one) for path, one in found if path[-1] in kept or "first_by_side" in path]


def moves(other: Found) -> Iterator[tuple[tuple[str, ...], Found]]:
    """Yield the watched changes whose interval leaves zero out, the surest first, one an arrival."""
    seen = set()
    for path, one in sorted(watched(other), key=lambda entry: -strength(entry[1])):
        subject = path[:-1] if "share" in path or "restricted_mean_day" in path else path
        if is_clear(one) and subject not in seen:
            seen.add(subject)
            yield path, one


def caption(other: Found) -> str:
    """Return how many of the watched changes leave zero out, and how many would by chance."""
    found = watched(other)
    clear = sum(is_clear(one) for _, one in found)
    by_chance = round(0.05 * len(found))
    return f"{clear} of {len(found)} changes leave zero out of their 95 % interval; by chance about {by_chance} would"


def print_moves(other: Found, manifest: Found, console: Console) -> None:
    """Print what moves most."""
    clear = list(moves(other))
    if not clear:
        console.print("No arrival, milestone or clash rate moves by more than its interval.")
        return
    table = grid("What moves most", ("", "base", "other", "change", "variance"), "lrrrr")
    for path, one in clear[:SHOWN_MOVES]:
        unit = wording.unit_of(path)
        cells = (*wording.values(one, unit), f"{wording.difference(one, unit)} {unit}")
        table.add_row(escape(wording.described(path, manifest)), *cells, wording.times(one["variance_reduction"]))
    table.caption = caption(other)
    console.print(table)


def print_flips(summary: Found, other: Found, console: Console) -> None:
    """Print how many runs have another winner in the headline race, from whom to whom."""
    flips = other["flipped"].get(summary["headline"], {"count": 0})
    if not flips["count"]:
        console.print(f"No run of {summary['runs']:,} has another winner.")
        return
    ways = ", ".join(f"{one['base']} to {one['other']} {one['runs']}" for one in flips["from_to"][:SHOWN_WAYS])
    runs = ", ".join(map(str, flips["first_runs"][:SHOWN_WAYS]))
    console.print(f"{flips['count']:,} of {summary['runs']:,} runs have another winner, such as {runs}: {ways}")
