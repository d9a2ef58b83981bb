"""Every number of a scenario on the terminal."""

from collections.abc import Sequence

from pydantic import BaseModel
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from experiments.assumptions import (
    ASSUMPTION,
    BOTH,
    DEFAULT,
    NEITHER,
    SOURCE,
    Row,
    sentences,
    shown_number,
    source_rows,
    written,
)
from experiments.sparks import blocks
from sim.scenario.loading import Scenario
from sim.scenario.numbers import Quantity

PIPED_WIDTH = 160
MARKS = {SOURCE: (" ", ""), BOTH: ("·", "dim"), ASSUMPTION: ("a", "yellow"), NEITHER: ("!", "bold red"),
         DEFAULT: ("d", "cyan")}  # fmt: skip
LEGEND = {BOTH: "a source and judgement", ASSUMPTION: "assumption", NEITHER: "without source or \"assumption\"",
          DEFAULT: "not in the files: the schema's default"}  # fmt: skip
SURE = {"high": "green", "medium": "", "low": "magenta", "": "dim"}
SHOWN_SOURCES = 8
PARAMETERS = (
    "Parameters: uniform low high, triangular low best high, normal mean sd, lognormal median sigma (or p95), "
    "beta a b, gamma shape rate, choice values weights."
)


def console_for(file: object = None) -> Console:
    """Return a console as wide as the terminal, or wide enough for the tables where there is none."""
    console = Console(file=file) if file is not None else Console()  # type: ignore[arg-type]
    return console if console.is_terminal else Console(file=console.file, width=PIPED_WIDTH)


def print_assumptions(scenario: Scenario, rows: Sequence[Row], console: Console) -> None:
    """Print every number by section, then how many have a source and which sources are cited most."""
    console.print(Text(f"{scenario.model.title}  ({scenario.name}, {scenario.short_hash})", style="bold"))
    start = 0
    while start < len(rows):
        section = rows[start].section
        stop = next((index for index in range(start, len(rows)) if rows[index].section != section), len(rows))
        print_section(section, rows[start:stop], console)
        start = stop
    print_legend(rows, console)
    for sentence in sentences(rows):
        console.print(sentence, highlight=False)
    cited = source_rows(scenario, rows)
    most = ", ".join(f"{one['key']} {one['count']:,}" for one in cited[:SHOWN_SOURCES])
    if cited:
        more = f", {len(cited) - SHOWN_SOURCES} more" if len(cited) > SHOWN_SOURCES else ""
        console.print(f"Cited most: {most}{more}.", highlight=False)


def print_section(section: str, rows: Sequence[Row], console: Console) -> None:
    """Print the numbers of a section in columns, each with its note below unless the one above has the same."""
    console.print()
    console.rule(Text(f"{section}  {len(rows):,}", style="bold"), align="left", style="dim")
    texts = [cells(section, row) for row in rows]
    widths = widths_of(texts, console.width)
    table, note = new_table(widths), ""
    for row, text in zip(rows, texts, strict=True):
        table.add_row(*text)
        below = [f"drawn with {row.group}"] if row.group else []
        below += [row.note] if row.note and row.note != note else []
        if below:
            console.print(table)
            table = new_table(widths)
            console.print(Padding(Text("; ".join(below), style="dim italic"), (0, 2, 0, 6)))
        note = row.note or note
    if table.row_count:
        console.print(table)


def new_table(widths: Sequence[int]) -> Table:
    """Return a table of fixed columns: mark, key, value, density, median and range, unit, sources, confidence."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
    for width in widths:
        table.add_column(width=width, overflow="fold")
    return table


def widths_of(texts: Sequence[Sequence[Text]], whole: int) -> list[int]:
    """Return the widths of the columns: as wide as what stands in them, the longer ones cut to fit the terminal."""
    wanted = [max(len(text[index]) for text in texts) for index in range(len(texts[0]))]
    room = whole - len(wanted) - 1
    for index, least in ((5, 8), (6, 10), (2, 20), (1, 26), (4, 14)):
        over = sum(wanted) - room
        if over > 0:
            wanted[index] = max(min(wanted[index], least), wanted[index] - over)
    return [max(1, one) for one in wanted]


def cells(section: str, row: Row) -> list[Text]:
    """Return the cells of a row."""
    mark, style = MARKS[row.standing]
    low, middle, high = row.quantiles
    spread = f"{shown_number(middle)} ({shown_number(low)} to {shown_number(high)})" if row.is_drawn else ""
    return [
        Text(mark, style=style),
        Text(row.key.removeprefix(f"{section}."), style="cyan"),
        Text(short(row.quantity)),
        Text(blocks(row.quantity) if row.is_drawn else "", style="blue"),
        Text(spread),
        Text(row.unit, style="dim"),
        Text(cited(row), style=style),
        Text(row.confidence, style=SURE[row.confidence]),
    ]


def short(quantity: Quantity) -> str:
    """Return a number in few words: a constant, or a distribution with its parameters in the order of the schema."""
    if quantity.is_constant:
        return written(quantity)
    found = getattr(quantity, quantity.kind)
    if isinstance(found, BaseModel):
        numbers = [parameter(key, one) for key, one in found.model_dump(exclude_none=True).items()]
    else:
        numbers = [f"{one:g}" for one in (found if isinstance(found, tuple) else (found,))]
    return f"{quantity.kind} {' '.join(numbers)}{'' if quantity.truncate is None else ' cut'}"


def parameter(key: str, value: float | list[float]) -> str:
    """Return a parameter of a distribution: its numbers, and its name where its place does not tell which it is."""
    numbers = "/".join(f"{one:g}" for one in (value if isinstance(value, list) else [value]))
    return f"{key} {numbers}" if key == "p95" else numbers


def cited(row: Row) -> str:
    """Return the sources of a number; where the mark says that judgement is one of several, without that word."""
    named = [one for one in row.sources if one != ASSUMPTION or row.standing != BOTH]
    return ", ".join(named) or ("-" if row.standing == DEFAULT else "NONE")


def print_legend(rows: Sequence[Row], console: Console) -> None:
    """Print what the columns and the marks that occur mean."""
    console.print()
    found = [f"{MARKS[one][0]} {LEGEND[one]}" for one in LEGEND if any(row.standing == one for row in rows)]
    columns = "mark, key, value, density, median (5 to 95 %), unit, sources, confidence; a note below, once"
    console.print(Text(f"Columns: {columns}. Marks: {'; '.join(found) or 'none'}. {PARAMETERS}", style="dim"))
