"""CSV tables as plain data, with the line and the character at which every cell begins."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import Flaw, ScenarioError, Severity
from sim.scenario.problems import nearest, shown
from sim.scenario.reading import Path_, Place, Source, parse_yaml, read_text

LARGEST_TABLE_BYTES = 20_000_000


@dataclass(frozen=True)
class Row:
    """One record of a table.

    `cells`: str, stripped; `places`: where each begins, and last where the record ends.
    """

    cells: list[str]
    places: list[Place]


def read_table(path: Path, shown: str, table: str, columns: set[str]) -> Source:
    """Read a CSV table of rows by `id` (or by `from` and `to`) into {table: {id: row}}.

    `columns`: the keys a row may have; others are told and left out. An empty cell is an absent key; a cell in braces
    is a distribution.
    """
    source = Source(data={table: {}})
    source.values[(table,)] = Place(shown, 1, 1)
    rows = records(read_text(path, shown, LARGEST_TABLE_BYTES), shown)
    header = next(rows, Row([], [Place(shown, 1, 1)]))
    source.headers[table] = header.cells
    source.problems += check_header(source, table, header, columns)
    known = [name if name in columns or name == "id" else "" for name in header.cells]
    if known != header.cells:
        source.lost.add((table, ""))
    if not {"from", "to"} <= set(header.cells) and "id" not in header.cells:
        source.lost.add((table,))
        return source
    for row in rows:
        if any(row.cells):
            read_row(source, table, known, row)
    return source


def records(text: str, shown: str) -> Iterator[Row]:
    """Yield the records of a table. Raises ScenarioError where it is not CSV, at the line where the record begins."""
    lines = text.split("\n")
    reader, begun = csv.reader(io.StringIO(text), strict=True), 1
    try:
        for cells in reader:
            raw = "\n".join(lines[begun - 1 : reader.line_num])
            yield Row([cell.strip() for cell in cells], [Place(shown, *one) for one in cell_starts(raw, begun, cells)])
            begun = reader.line_num + 1
    except csv.Error as error:
        noticed = f" (noticed in line {reader.line_num})" if reader.line_num > begun else ""
        raise ScenarioError([Flaw(f"not CSV: {error}{noticed}", shown, begun, 1)]) from None


def cell_starts(raw: str, line: int, cells: list[str]) -> list[tuple[int, int]]:
    """Return line and column at which each cell of a record's text begins, and last where the record ends."""
    if '"' not in raw:
        starts = [1]
        for cell in cells:
            starts.append(starts[-1] + len(cell) + 1)
        return [(line, column) for column in [*starts[:-1], starts[-1] - 1]]
    places, quoted, column, reopened = [(line, 1)], False, 1, (0, 0)
    for sign in raw.rstrip("\r"):
        if sign == '"' and (quoted or places[-1] == (line, column) or reopened == (line, column)):
            quoted = not quoted
            reopened = (line, column + 1)  # a quotation mark that is doubled
        column += 1
        if sign == "\n":
            line, column = line + 1, 1
        elif sign == "," and not quoted:
            places.append((line, column))
    places.append((line, column))
    return places + [places[-1]] * (len(cells) + 1 - len(places))


def check_header(source: Source, table: str, header: Row, columns: set[str]) -> Iterator[Flaw]:
    """Yield the flaws of a table's header."""
    names = header.cells
    if not {"from", "to"} <= set(names) and "id" not in names:
        needed = "'from' and 'to', or 'id'" if table == "roads" else "'id'"
        yield source.flaw((table,), f"the table has no column {needed}", Severity.FORM, header.places[0])
    for index, name in enumerate(names):
        place = header.places[index]
        if names.index(name) != index:
            said = f"the column '{name}' is given twice"
        elif name != "id" and name not in columns:
            said = f"no column '{name}'{nearest(name, sorted(columns))}"
        else:
            continue
        yield source.flaw((), f"{table}: {said}", Severity.FORM, place)


def read_row(source: Source, table: str, header: list[str], row: Row) -> None:
    """Read one row of a table."""
    named = {name: cell for name, cell in zip(header, row.cells, strict=False) if name and cell}
    by_ends = {"from", "to"} <= set(header)
    one = f"{named.get('from', '')}--{named.get('to', '')}" if by_ends else named.pop("id", "")
    path: Path_ = (table, one) if one else (table,)
    flaw = row_flaw(source, path, header, row)
    if flaw:
        source.problems.append(flaw)
        source.lost.add((table, one))
        return
    source.values[path] = source.keys[path] = row.places[0]
    for name, place in zip(header, row.places, strict=False):
        if not name:
            continue
        source.values[(*path, name)] = source.keys[(*path, name)] = place
        if named.get(name, "").startswith("{"):
            named[name] = read_cell(source, (*path, name), named[name])
    source.data[table][one] = named


def row_flaw(source: Source, path: Path_, header: list[str], row: Row) -> Flaw | None:
    """Return why a row is not taken, None where it is."""
    place = row.places[0]
    if len(row.cells) != len(header):
        text = f"found {len(row.cells)} cells, the header has {len(header)} columns"
        place = row.places[min(len(row.cells), len(header))]
    elif len(path) == 1:
        text = "the row has no id"
    elif path in source.values:
        text = f"the row is given twice (first in line {source.values[path].line})"
    else:
        return None
    return source.flaw(path, text, Severity.FORM, place)


def read_cell(source: Source, path: Path_, cell: str) -> Any:
    """Return the mapping in a cell, written as YAML flow: {triangular: [1, 2, 3]}."""
    try:
        inner = parse_yaml(cell, "")
    except ScenarioError:
        source.problems.append(source.flaw(path, f"found {shown(cell)}, a mapping is allowed", Severity.FORM))
        return None
    for flaw in inner.problems:
        source.problems.append(source.flaw((*path, *flaw.path), flaw.text, Severity.FORM))
    return inner.data
