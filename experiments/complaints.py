"""A scenario's mistakes as a reader of the terminal sees them: place, what is wrong, the line and a caret under it.

Where the error stream is no terminal, each mistake is one plain line, `file:line:column: ...`, for editors to follow.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, TextIO

from sim.errors import SHOWN, Flaw, ScenarioError

if TYPE_CHECKING:
    from rich.text import Text

LARGEST_BYTES = 20_000_000
LEFT_OUT = "..."
NARROWEST = 40


def complain_of(error: ScenarioError, stream: TextIO) -> None:
    """Print what is wrong with a scenario: with excerpts on a terminal, in colour unless NO_COLOR is set."""
    if not stream.isatty():
        print(error, file=stream)
        return
    from rich.console import Console

    console = Console(file=stream, highlight=False, soft_wrap=True)
    for flaw in error.flaws[:SHOWN]:
        for line in shown(flaw, console.width):
            console.print(line)
    for text in error.last_lines:
        console.print(text, style="bold", markup=False)


def shown(flaw: Flaw, width: int) -> "Iterator[Text]":
    """Yield the lines that show a flaw: the message, and for one with a place the line of the file and a caret."""
    from rich.text import Text

    where, text = (flaw.where, str(flaw)[len(flaw.where) :]) if flaw.file else ("", str(flaw))
    yield Text.assemble((where, "bold"), (text, "red"))
    line = line_of(flaw.file, flaw.line) if flaw.line else None
    if line is None:
        return
    gutter = f"{flaw.line:>6} | "
    excerpt, caret = clipped(line, flaw.column, max(width - len(gutter) - 1, NARROWEST))
    yield Text.assemble((gutter, "blue"), excerpt)
    yield Text.assemble((" " * (len(gutter) - 2) + "| ", "blue"), " " * caret, ("^", "bold red"))


def clipped(line: str, column: int, width: int) -> tuple[str, int]:
    """Return the part of a line round a column (from 1) that fits a width, and the caret's offset in it.

    A character takes one cell: tabs and what cannot be printed become a space or a dot, wide letters count their cells.
    """
    from rich.cells import cell_len

    plain = "".join(one if one.isprintable() else " " if one == "\t" else "." for one in line)
    at = min(max(column - 1, 0), len(plain))
    start = 0 if at < width - len(LEFT_OUT) else at - width // 2
    part = plain[start : start + width]
    if start:
        part = LEFT_OUT + part[len(LEFT_OUT) :]
    if start + width < len(plain):
        part = part[: -len(LEFT_OUT)] + LEFT_OUT
    return part, cell_len(part[: at - start])


@lru_cache(maxsize=8)
def lines_of(file: str) -> list[str]:
    """Return the lines of a file, with a mark for each byte that is not UTF-8; none where it cannot be read."""
    try:
        with open(file, "rb") as stream:
            raw = stream.read(LARGEST_BYTES)
    except (OSError, ValueError):
        return []
    return raw.decode("utf-8-sig", errors="replace").split("\n")


def line_of(file: str, line: int) -> str | None:
    """Return one line of a file, None where there is none."""
    lines = lines_of(file)
    return lines[line - 1].rstrip("\r") if 0 < line <= len(lines) else None
