"""YAML and CSV files as plain data, with the line and column of every key and value, and every flaw of form told."""

import copy
import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from sim.errors import Flaw, ScenarioError, Severity

LARGEST_YAML_BYTES = 2_000_000
DEEPEST = 40
HOPELESS = 500  # brackets within each other: the parser would take long to find out
LARGEST_NUMBER = 1e15
LONGEST_NUMBER = 300
TAG = "tag:yaml.org,2002:"
# What no file needs: control characters, and line ends that editors do not count as lines.
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
ANCHOR = re.compile(r"&\S")
# Mistakes that the parser meets long after the place where they were made.
BEGUN_EARLIER = ("while scanning a quoted scalar", "while parsing a flow", "while scanning a simple key")

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """Where something stands in a file: 1-based line and column, 0 where it has none."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """Return file:line:column, where an editor can jump to."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass
class Source:
    """Data read from files, and where each key path's value (and key) stands.

    `headers`: the columns of each table that was read; `lost`: (table, id) of rows that could not be read whole, and
    (table,) of tables that could not be read at all.
    """

    data: dict[str, Any] = field(default_factory=dict)
    values: dict[Path_, Place] = field(default_factory=dict)
    keys: dict[Path_, Place] = field(default_factory=dict)
    problems: list[Flaw] = field(default_factory=list)
    headers: dict[str, list[str]] = field(default_factory=dict)
    lost: set[Path_] = field(default_factory=set)

    def place(self, path: Path_) -> Place | None:
        """Return where a key path stands, or the nearest enclosing path that stands somewhere."""
        while path:
            if path in self.values:
                return self.values[path]
            path = path[:-1]
        return self.values.get(())

    def flaw(self, path: Path_, text: str, severity: Severity, place: Place | None = None) -> Flaw:
        """Return a flaw of the value at a key path."""
        where, name = place or self.place(path) or Place("", 0, 0), ".".join(map(str, path))
        return Flaw(f"{name}: {text}" if name else text, where.file, where.line, where.column, severity, path)


def read_text(path: Path, shown: str, largest: int = LARGEST_YAML_BYTES) -> str:
    """Return a file's text. Raises ScenarioError for what cannot be read, is too large or is no plain UTF-8 text."""
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= largest else b""
    except (OSError, ValueError) as error:
        raise ScenarioError([f"{shown}: cannot be read: {getattr(error, 'strerror', None) or error}"]) from None
    if size > largest:
        raise ScenarioError([Flaw(f"is {size} bytes long, at most {largest} are allowed", shown)])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        kind = "UTF-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else f"byte 0x{raw[error.start]:02x}"
        said = f"found {kind}, which is not UTF-8; save the file as UTF-8"
        raise ScenarioError([Flaw(said, shown, *line_and_column(before, len(before)))]) from None
    found = UNPRINTABLE.search(text)
    if found:
        said = f"found the character U+{ord(found[0]):04X}, printable text in UTF-8 is allowed"
        raise ScenarioError([Flaw(said, shown, *line_and_column(text, found.start()))])
    return text


def line_and_column(text: str, index: int) -> tuple[int, int]:
    """Return where a character stands in a text, both from 1."""
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


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
    if bracket_at_depth(text, HOPELESS) is not None:
        raise ScenarioError([too_deep(text, shown)])
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        raise ScenarioError([parser_flaw(error, text, shown)]) from None
    except RecursionError:
        raise ScenarioError([too_deep(text, shown)]) from None
    # The parser of untrusted bytes may stumble in ways of its own: whatever it raises is told as what it is.
    except (YAMLError, ValueError, TypeError, AttributeError, LookupError, AssertionError, ArithmeticError) as error:
        said = (str(error).splitlines() or [""])[0]
        raise ScenarioError([Flaw(f"not YAML: {said or type(error).__name__}", shown, 1, 1)]) from None
    if not isinstance(node, MappingNode):
        raise ScenarioError([Flaw("a mapping of keys is expected at the top", shown, 1, 1)])
    source.data = Reader(source, shown, text).convert(node, (), 0)
    return source


def parser_flaw(error: MarkedYAMLError, text: str, shown: str) -> Flaw:
    """Return what the parser met, at the place where the mistake was made."""
    mark, said = error.problem_mark or error.context_mark, str(error.problem or error.context)
    if mark is None:
        return Flaw(f"not YAML: {said}", shown, 1, 1)
    line = mark.line + 1
    if "'\\t'" in said:
        said = "found a tab; spaces are allowed"
    begun = error.context_mark
    if begun and begun.line != mark.line and str(error.context).startswith(BEGUN_EARLIER):
        said += f" (noticed in line {line})"
        mark = begun
    elif begun and begun.line != mark.line:
        said += f" ({error.context}, which begins in line {begun.line + 1})"
    return Flaw(f"not YAML: {said}", shown, mark.line + 1, mark.column + 1)


def too_deep(text: str, shown: str) -> Flaw:
    """Return the flaw of a text that is nested more deeply than can be read, at the first place that is too deep."""
    said = f"is nested too deeply, at most {DEEPEST} levels are allowed"
    deepest = max(text.splitlines(), key=lambda line: len(line) - len(line.lstrip(" -?")), default="")
    at = bracket_at_depth(text, DEEPEST)
    return Flaw(said, shown, *line_and_column(text, text.find(deepest) if at is None else at))


def bracket_at_depth(text: str, depth: int) -> int | None:
    """Return the index of the first bracket inside more than `depth` others, None where there is none.

    Brackets in quoted text and comments are counted, too.
    """
    level = 0
    for found in re.finditer(r"[\[{\]}]", text):
        level += 1 if found[0] in "[{" else -1
        if level > depth:
            return found.start()
    return None


def alias_places(text: str, shown: str) -> list[Place]:
    """Return where each alias stands in a text that parses: composed nodes know the place of their anchor only."""
    if not ANCHOR.search(text):
        return []
    events = [one for one in YAML(typ="safe", pure=True).parse(text) if isinstance(one, AliasEvent)]
    return [Place(shown, one.start_mark.line + 1, one.start_mark.column + 1) for one in events]


class Reader:
    """Turns YAML nodes into plain data and notes positions and flaws."""

    def __init__(self, source: Source, shown: str, text: str) -> None:
        """Start with an empty source."""
        self.source, self.shown = source, shown
        self.seen: set[int] = set()
        self.aliases = iter(alias_places(text, shown))

    def at(self, node: Node) -> Place:
        """Return a node's place."""
        return Place(self.shown, node.start_mark.line + 1, node.start_mark.column + 1)

    def flaw(self, node: Node, path: Path_, text: str) -> None:
        """Note a problem."""
        self.source.problems.append(self.source.flaw(path, text, Severity.FORM, self.at(node)))

    def is_alias(self, node: Node, path: Path_) -> bool:
        """Return whether a node is another's once more, which is a flaw. Called for each node in the file's order."""
        if id(node) not in self.seen:
            if node.anchor:
                self.seen.add(id(node))
            return False
        self.source.values[path] = next(self.aliases, self.at(node))
        said = "an alias (*name) is found, write the value out"
        self.source.problems.append(self.source.flaw(path, said, Severity.FORM))
        return True

    def convert(self, node: Node, path: Path_, depth: int) -> Any:
        """Return a node's data."""
        self.source.values[path] = self.at(node)
        if self.is_alias(node, path):
            return None
        if depth > DEEPEST:
            self.flaw(node, path, f"is nested too deeply, at most {DEEPEST} levels are allowed")
            return None
        if isinstance(node, ScalarNode):
            return self.scalar(node, path)
        if str(node.tag).removeprefix(TAG) not in ("map", "seq"):
            self.flaw(node, path, f"the tag {node.tag} is found, no tags are allowed")
            return None
        if isinstance(node, MappingNode):
            return self.mapping(node, path, depth)
        assert isinstance(node, SequenceNode)
        return [self.convert(one, (*path, index), depth + 1) for index, one in enumerate(node.value)]

    def mapping(self, node: MappingNode, path: Path_, depth: int) -> dict[str, Any]:
        """Return a mapping's data; a key given twice is a flaw."""
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self.flaw(key_node, path, "a key is a mapping or list, a word is allowed")
                continue
            key = str(key_node.value)
            inner = (*path, key)
            if key == "<<":
                self.flaw(key_node, inner, "a merge key (<<) is found, write its keys out")
                continue
            if key in data:
                first = self.source.keys[inner]
                self.flaw(key_node, inner, f"the key is given twice (first in line {first.line})")
            self.source.keys[inner] = self.at(key_node)
            if self.is_alias(key_node, inner):
                continue
            data[key] = self.convert(value_node, inner, depth + 1)
            if value_node.start_mark.index == value_node.end_mark.index:
                self.source.values[inner] = self.source.keys[inner]  # nothing is there: the parser is lines further on
        return data

    def scalar(self, node: ScalarNode, path: Path_) -> Any:
        """Return a scalar's value."""
        tag, text = str(node.tag).removeprefix(TAG), str(node.value)
        unprintable = UNPRINTABLE.search(text)
        if unprintable:
            self.flaw(node, path, f"found the character U+{ord(unprintable[0]):04X}, printable text is allowed")
            return None
        if tag == "null":
            return None
        if tag == "bool" and text.lower() in ("true", "false"):
            return text.lower() == "true"
        if tag in ("int", "float"):
            return self.number(node, path, text, tag)
        if tag == "timestamp":
            try:
                return date.fromisoformat(text)
            except ValueError:
                self.flaw(node, path, f"found {cut(text)}, a date as 2017-06-25 is allowed")
                return None
        if tag != "str":
            self.flaw(node, path, f"the tag {node.tag} is found with {cut(text)!r}, no tags are allowed")
            return None
        return text

    def number(self, node: ScalarNode, path: Path_, text: str, tag: str) -> float | int | None:
        """Return a number; infinities, NaN and what is larger than any quantity are flaws."""
        plain = text.replace("_", "")
        try:
            value = whole(plain) if tag == "int" else float(plain)
        except ValueError:
            self.flaw(node, path, f"found {cut(text)}, a finite number is allowed")
            return None
        if not abs(value) <= LARGEST_NUMBER:
            self.flaw(node, path, f"found {cut(text)}, a finite number up to {LARGEST_NUMBER:g} is allowed")
            return None
        return value


def whole(text: str) -> float | int:
    """Return a whole number; infinity where it has too many digits to matter. Raises ValueError."""
    if len(text) > LONGEST_NUMBER:
        return float("inf")
    try:
        return int(text, 0)
    except ValueError:
        return int(text)


def cut(text: str) -> str:
    """Return a text for a message, at most 60 characters."""
    return text if len(text) <= 60 else text[:57] + "..."
