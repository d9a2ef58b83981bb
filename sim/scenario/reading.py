"""YAML and CSV files as plain data, with the line and column of every key and value, and every flaw of form told."""

import copy
import csv
import io
import math
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from sim.errors import ScenarioError

LARGEST_FILE_BYTES = 20_000_000
DEEPEST = 40
TAG = "tag:yaml.org,2002:"

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """Where something stands in a file: 1-based line and column."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """Show it as editors and compilers do."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass
class Source:
    """Data read from files, and where each key path's value (and key) stands."""

    data: dict[str, Any] = field(default_factory=dict)
    values: dict[Path_, Place] = field(default_factory=dict)
    keys: dict[Path_, Place] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def place(self, path: Path_) -> Place | None:
        """Return where a key path stands, or the nearest enclosing path that stands somewhere."""
        while path:
            if path in self.values:
                return self.values[path]
            path = path[:-1]
        return self.values.get(())


def read_text(path: Path, shown: str) -> str:
    """Return a file's text. Raises ScenarioError for what cannot be read or is not UTF-8."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ScenarioError([f"{shown}: cannot be read: {error.strerror or error}"]) from None
    if len(raw) > LARGEST_FILE_BYTES:
        raise ScenarioError([f"{shown}: is {len(raw)} bytes long, at most {LARGEST_FILE_BYTES} are allowed"])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ScenarioError([f"{shown}:{line}:1: a byte is not UTF-8; save the file as UTF-8"]) from None


def read_yaml(path: Path, shown: str) -> Source:
    """Read a YAML file whose top is a mapping; the same text is parsed once in a process."""
    found = parsed_once(read_text(path, shown), shown)
    return Source(copy.deepcopy(found.data), dict(found.values), dict(found.keys), list(found.problems))


@lru_cache(maxsize=32)
def parsed_once(text: str, shown: str) -> Source:
    """Return what `parse_yaml` does, which is not to be changed: a base is read again for each of its overlays."""
    return parse_yaml(text, shown)


def parse_yaml(text: str, shown: str) -> Source:
    """Read YAML text. Raises ScenarioError where it does not parse; other flaws are the source's problems."""
    source = Source()
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{shown}:{mark.line + 1}:{mark.column + 1}" if mark else shown
        raise ScenarioError([f"{where}: not YAML: {error.problem or error.context}"]) from None
    except (YAMLError, ValueError) as error:
        raise ScenarioError([f"{shown}: not YAML: {str(error).splitlines()[0]}"]) from None
    except RecursionError:
        raise ScenarioError([f"{shown}: is nested too deeply, at most {DEEPEST} levels are allowed"]) from None
    if not isinstance(node, MappingNode):
        raise ScenarioError([f"{shown}:1:1: a mapping of keys is expected at the top"])
    source.data = Reader(source, shown).convert(node, (), 0)
    return source


class Reader:
    """Turns YAML nodes into plain data and notes positions and flaws."""

    def __init__(self, source: Source, shown: str) -> None:
        """Start with an empty source."""
        self.source, self.shown = source, shown
        self.seen: set[int] = set()

    def at(self, node: Node) -> Place:
        """Return a node's place."""
        return Place(self.shown, node.start_mark.line + 1, node.start_mark.column + 1)

    def flaw(self, node: Node, path: Path_, text: str) -> None:
        """Note a problem."""
        name = ".".join(map(str, path))
        self.source.problems.append(f"{self.at(node)}: {name + ': ' if name else ''}{text}")

    def convert(self, node: Node, path: Path_, depth: int) -> Any:
        """Return a node's data."""
        self.source.values[path] = self.at(node)
        if id(node) in self.seen:
            self.flaw(node, path, "an alias (*name) is found, write the value out")
            return None
        if not isinstance(node, ScalarNode):
            self.seen.add(id(node))
        if depth > DEEPEST:
            self.flaw(node, path, f"is nested too deeply, at most {DEEPEST} levels are allowed")
            return None
        if isinstance(node, MappingNode):
            return self.mapping(node, path, depth)
        if isinstance(node, SequenceNode):
            return [self.convert(one, (*path, index), depth + 1) for index, one in enumerate(node.value)]
        assert isinstance(node, ScalarNode)
        return self.scalar(node, path)

    def mapping(self, node: MappingNode, path: Path_, depth: int) -> dict[str, Any]:
        """Return a mapping's data; a key given twice is a flaw."""
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self.flaw(key_node, path, "a key is a mapping or list, a word is allowed")
                continue
            key = str(key_node.value)
            inner = (*path, key)
            if key in data:
                first = self.source.keys[inner]
                self.flaw(key_node, inner, f"the key is given twice (first in line {first.line})")
            self.source.keys[inner] = self.at(key_node)
            data[key] = self.convert(value_node, inner, depth + 1)
        return data

    def scalar(self, node: ScalarNode, path: Path_) -> Any:
        """Return a scalar's value."""
        tag, text = str(node.tag).removeprefix(TAG), str(node.value)
        if tag == "null":
            return None
        if tag == "bool":
            return text.lower() == "true"
        if tag in ("int", "float"):
            return self.number(node, path, text, tag)
        if tag == "timestamp":
            try:
                return date.fromisoformat(text)
            except ValueError:
                self.flaw(node, path, f"found {text}, a date as 2017-06-25 is allowed")
                return None
        if tag != "str":
            self.flaw(node, path, f"the tag {node.tag} is found, no tags are allowed")
            return None
        return text

    def number(self, node: ScalarNode, path: Path_, text: str, tag: str) -> float | int | None:
        """Return a number; infinities and NaN are flaws."""
        try:
            value = int(text.replace("_", ""), 0) if tag == "int" else float(text.replace("_", ""))
        except ValueError:
            value = math.nan if tag == "float" else int(text.replace("_", "").lstrip("+-0") or "0")
        if isinstance(value, float) and not math.isfinite(value) or abs(value) > 1e300:
            self.flaw(node, path, f"found {text}, a finite number is allowed")
            return None
        return value


def read_table(path: Path, shown: str, table: str, columns: set[str]) -> Source:
    """Read a CSV table of rows by `id` (or by `from` and `to`) into {table: {id: row}}.

    `columns`: the keys a row may have. An empty cell is an absent key; a cell in braces is a distribution.
    """
    text, source = read_text(path, shown), Source()
    lines = csv.reader(io.StringIO(text), strict=True)
    rows: dict[str, Any] = {}
    source.data, source.values[(table,)] = {table: rows}, Place(shown, 1, 1)
    try:
        header = [name.strip() for name in next(lines, [])]
        by_ends = "from" in header and "to" in header
        source.problems += check_header(header, shown, columns, by_ends)
        start = lines.line_num + 1
        for cells in lines:
            if any(cell.strip() for cell in cells):
                read_row(source, shown, table, header, cells, start, by_ends)
            start = lines.line_num + 1
    except csv.Error as error:
        raise ScenarioError([f"{shown}:{lines.line_num}:1: not CSV: {error}"]) from None
    return source


def check_header(header: list[str], shown: str, columns: set[str], by_ends: bool) -> list[str]:
    """Return the flaws of a table's header."""
    from sim.scenario.problems import nearest

    problems = []
    if not by_ends and "id" not in header:
        problems.append(f"{shown}:1:1: the column 'id' is missing")
    for index, name in enumerate(header):
        if header.index(name) != index:
            problems.append(f"{shown}:1:{index + 1}: the column '{name}' is given twice")
        elif name != "id" and name not in columns:
            problems.append(f"{shown}:1:{index + 1}: no column '{name}'{nearest(name, columns)}")
    return problems


def read_row(
    source: Source, shown: str, table: str, header: list[str], cells: list[str], line: int, by_ends: bool
) -> None:
    """Read one row of a table."""
    if len(cells) != len(header):
        source.problems.append(f"{shown}:{line}:1: found {len(cells)} cells, the header has {len(header)} columns")
        return
    row = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if cell.strip() != ""}
    one = f"{row.get('from')}--{row.get('to')}" if by_ends else row.pop("id", "")
    if not one:
        source.problems.append(f"{shown}:{line}:1: the row has no id")
        return
    rows = source.data[table]
    if one in rows:
        first = source.values[(table, one)].line
        source.problems.append(f"{shown}:{line}:1: {table}.{one}: the row is given twice (first in line {first})")
        return
    source.values[(table, one)] = source.keys[(table, one)] = Place(shown, line, 1)
    column = 1
    for name, cell in zip(header, cells, strict=True):
        source.values[(table, one, name)] = source.keys[(table, one, name)] = Place(shown, line, column)
        column += len(cell) + 1
        if name in row and cell.strip().startswith("{"):
            row[name] = read_cell(source, shown, line, (table, one, name), cell.strip())
    rows[one] = row


def read_cell(source: Source, shown: str, line: int, path: Path_, cell: str) -> Any:
    """Return the mapping in a cell, written as YAML flow: {triangular: [1, 2, 3]}."""
    try:
        inner = parse_yaml(cell, shown)
    except ScenarioError:
        source.problems.append(
            f"{source.values[path]}: {'.'.join(map(str, path))}: found {cell!r}, a mapping is allowed"
        )
        return None
    source.problems += [problem.replace(f"{shown}:1:", f"{shown}:{line}:", 1) for problem in inner.problems]
    return inner.data
