"""Broken copies of a scenario folder, by number: where each was broken, and which lines a refusal may name for that.

A mutation is `Known` where its place is known: the scenario may still load (another valid value, an id that nothing
uses), but where it is refused, one of the twenty problems that are shown stands on, or names, a right line:

- the line that was changed (of a row or entry given twice: either of the two);
- where an id was renamed or its row deleted, also every line that has the old id as a word: it is what is unknown now.

A `Blind` mutation (bytes turned, lines swapped, files cut) has no place; nothing may be raised but ScenarioError.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sim.scenario.problems import keys_at
from sim.scenario.reading import Source, read_yaml
from sim.scenario.schema import ScenarioModel

YAML_FILE = "scenario.yaml"
TABLES = ("places.csv", "roads.csv", "zones.csv", "sources.csv")
NEEDED = {
    "places.csv": ("id", "name", "lat", "lon", "country", "kind"),
    "roads.csv": ("from", "to", "class", "length_km"),
}
NUMBERS = {"places.csv": ("lat", "lon"), "roads.csv": ("length_km",)}
FREE = ("title", "note", "name", "question", "notice", "colour", "group")
NO_NUMBERS = (
    "many", ".nan", "-.inf", "1e999", "1" + "0" * 400, "9" * 5000, "[1, 2]", "{}", "!!python/name:os.x 1", "*gone",
)  # fmt: skip
NOT_TEXT = (b"\0", b"\xff", b"\xe9 ", b"\x07", b"\xed\xa0\x80", b"\x1b[2J")
IDS = {"places.csv": ("kind", "holder"), "roads.csv": ("from", "to", "class"), "zones.csv": ("applies_to", "lifted_by")}
SIGNS = b"{}[]:,-#&*!|>'\"%@` \n\t09a"
WORDS = (
    b"&a [*a, *a]", b"!!python/object/apply:os.system [ls]", b"<<: *x", b"? [a]: b", b"%YAML 1.1\n---\n", b"---\n",
    b"...\n", b"[" * 3000, b"{a: " * 3000, b'"\\ud800"', b"{value: 1, uniform: [0, 1]}", b'"', b"'", b"!foo", b"|",
    b">", b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"null", b"~", b"yes", b"0o77", b"1:30", b"=", b"2017-02-30",
    b"a" * 200_000,
)  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass
class Mutant:
    """A mutated folder: the one file that differs, and what is known of the place."""

    kind: str
    file: str
    raw: bytes
    lines: set[tuple[str, int]] = field(default_factory=set)
    must_fail: bool = False


class Folder:
    """A scenario folder in memory, and the places of keys and values in its YAML file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.texts = {one: (path / one).read_text("utf-8") for one in (YAML_FILE, *TABLES)}
        self.source: Source = read_yaml(path / YAML_FILE, YAML_FILE)
        known = [path for path in self.source.keys if len(path) > 1 or path[0] != "basemap"]
        self.keys = [path for path in known if str(path[-1]) in keys_at(ScenarioModel, path[:-1])]
        leaves = [(path, self.at(path)) for path in self.source.values if path]
        self.numbers = [path for path, one in leaves if isinstance(one, int | float) and not isinstance(one, bool)]
        ids = {str(path[1]) for path in self.source.keys if len(path) == 2 and path[0] != "rules"}
        for table in TABLES:
            ids |= {line.split(",")[0] for line in self.texts[table].splitlines()[1:]}
        self.names = [
            path for path, one in leaves
            if isinstance(one, str) and one in ids and not set(path) & set(FREE) and path[0] != "basemap"
        ]  # fmt: skip
        self.ids = ids

    def at(self, path):
        """Return the data at a key path."""
        here = self.source.data
        for part in path:
            here = here[part]
        return here

    def lines_with(self, word: str) -> set[tuple[str, int]]:
        """Return every line of every file that has a word, as (file, line)."""
        found = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
        return {
            (file, number)
            for file, text in self.texts.items()
            for number, line in enumerate(text.split("\n"), 1) if found.search(line)
        }  # fmt: skip


def mistyped(rng: random.Random, word: str, taken: set[str]) -> str:
    """Return a word with a letter lost, doubled, swapped or changed, that is no other name."""
    while True:
        at = rng.randrange(len(word))
        before, after, other = word[:at], word[at + 1 :], rng.choice(LETTERS)
        swapped = before + word[at : at + 2][::-1] + word[at + 2 :]
        found = rng.choice([before + after, before + word[at] + word[at:], before + other + after, swapped])
        if found and found not in taken and re.fullmatch(r"[A-Za-z][\w-]*", found):
            return found
        word = word + rng.choice(LETTERS) if len(word) < 3 else word


def replaced(text: str, line: int, column: int, old: str, new: str) -> str:
    """Return a text with one token changed at a line and column, both from 1."""
    lines = text.split("\n")
    here = lines[line - 1]
    assert here[column - 1 :].startswith(old), (here, column, old)
    lines[line - 1] = here[: column - 1] + new + here[column - 1 + len(old) :]
    return "\n".join(lines)


def token(text: str, line: int, column: int) -> str:
    """Return the plain or quoted word at a line and column."""
    found = re.match(r"\"[^\"]*\"|[^\s,\[\]{}#:]+", text.split("\n")[line - 1][column - 1 :])
    return found[0] if found else ""


# ---------------------------------------------------------------- with a known place: in the YAML file


def key_mistyped(folder: Folder, rng: random.Random) -> Mutant:
    """A key of the schema with a letter wrong."""
    path = rng.choice(folder.keys)
    place, key = folder.source.keys[path], str(path[-1])
    new = mistyped(rng, key, set(keys_at(ScenarioModel, path[:-1])))
    text = replaced(folder.texts[YAML_FILE], place.line, place.column, key, new)
    return Mutant("key mistyped", YAML_FILE, text.encode(), {(YAML_FILE, place.line)}, True)


def number_spoilt(folder: Folder, rng: random.Random) -> Mutant:
    """A number replaced by what is none."""
    path = rng.choice(folder.numbers)
    place, text = folder.source.values[path], folder.texts[YAML_FILE]
    text = replaced(text, place.line, place.column, token(text, place.line, place.column), rng.choice(NO_NUMBERS))
    return Mutant("number spoilt", YAML_FILE, text.encode(), {(YAML_FILE, place.line)}, True)


def number_changed(folder: Folder, rng: random.Random) -> Mutant:
    """A number replaced by another that is out of most ranges."""
    path = rng.choice(folder.numbers)
    place, text = folder.source.values[path], folder.texts[YAML_FILE]
    new = rng.choice("-1 -0.001 1e9 0 1.5 1e15 -1e300 0x10 1_000 007 2017-02-30 true".split())
    text = replaced(text, place.line, place.column, token(text, place.line, place.column), new)
    # A distribution is refused whole, as an entry is: the line where it begins is right as well.
    lines = {(YAML_FILE, folder.source.values[path[:length]].line) for length in range(2, len(path) + 1)}
    return Mutant("number changed", YAML_FILE, text.encode(), lines)


def name_mistyped(folder: Folder, rng: random.Random) -> Mutant:
    """An id with a letter wrong where it is used."""
    path = rng.choice(folder.names)
    place, old = folder.source.values[path], str(folder.at(path))
    text = replaced(folder.texts[YAML_FILE], place.line, place.column, old, mistyped(rng, old, folder.ids))
    return Mutant("id mistyped", YAML_FILE, text.encode(), {(YAML_FILE, place.line)}, True)


def entry_renamed(folder: Folder, rng: random.Random) -> Mutant:
    """An id with a letter wrong where it is defined."""
    path = rng.choice([one for one in folder.source.keys if len(one) == 2 and one[0] not in ("rules", "basemap")])
    place, old = folder.source.keys[path], str(path[1])
    text = replaced(folder.texts[YAML_FILE], place.line, place.column, old, mistyped(rng, old, folder.ids))
    return Mutant("id renamed", YAML_FILE, text.encode(), {(YAML_FILE, place.line), *folder.lines_with(old)})


def key_doubled(folder: Folder, rng: random.Random) -> Mutant:
    """A line with a key and its value, given twice."""
    lines = folder.texts[YAML_FILE].split("\n")
    depths = [len(line) - len(line.lstrip()) for line in lines]
    alone = [number for number, line in enumerate(lines) if re.match(r" *[a-z_]+: [^>|&{\[\"]+$", line)]
    at = rng.choice([number for number in alone if depths[number] >= depths[number + 1]])
    lines.insert(at, lines[at])
    right = {(YAML_FILE, at + 1), (YAML_FILE, at + 2)}
    return Mutant("key given twice", YAML_FILE, "\n".join(lines).encode(), right, True)


def tab_put_in(folder: Folder, rng: random.Random) -> Mutant:
    """A tab before the first key of a line."""
    path = rng.choice([one for one in folder.source.keys if len(one) == 2])
    place = folder.source.keys[path]
    lines = folder.texts[YAML_FILE].split("\n")
    lines[place.line - 1] = "\t" + lines[place.line - 1]
    # Where the line before could go on, the parser complains about that one, and names this.
    return Mutant("tab", YAML_FILE, "\n".join(lines).encode(), {(YAML_FILE, place.line)}, True)


def bytes_put_in(folder: Folder, rng: random.Random) -> Mutant:
    """Bytes that no text has, in any file."""
    file = rng.choice(list(folder.texts))
    lines = folder.texts[file].encode().split(b"\n")
    at = rng.randrange(len(lines))
    cut = rng.randrange(len(lines[at]) + 1)
    while cut and cut < len(lines[at]) and lines[at][cut] & 0xC0 == 0x80:
        cut -= 1
    lines[at] = lines[at][:cut] + rng.choice(NOT_TEXT) + lines[at][cut:]
    return Mutant("bytes put in", file, b"\n".join(lines), {(file, at + 1)}, True)


# ---------------------------------------------------------------- with a known place: in the tables


def rows(folder: Folder, rng: random.Random, files: tuple[str, ...] = TABLES) -> tuple[str, list[str], int]:
    """Return a table, its lines and the index of a row of it."""
    file = rng.choice(files)
    lines = folder.texts[file].rstrip("\n").split("\n")
    return file, lines, rng.randrange(1, len(lines))


def cell_at(line: str, index: int) -> tuple[int, int]:
    """Return where the cell of an index begins and ends in a line."""
    starts, quoted = [0], False
    for at, sign in enumerate(line):
        quoted ^= sign == '"'
        if sign == "," and not quoted:
            starts.append(at + 1)
    return starts[index], [*starts[1:], len(line) + 1][index] - 1


def with_cell(line: str, index: int, new: str) -> str:
    """Return a row with one cell changed."""
    start, end = cell_at(line, index)
    return line[:start] + new + line[end:]


def cell_spoilt(folder: Folder, rng: random.Random) -> Mutant:
    """A needed cell emptied, a number replaced by what is none, an id mistyped."""
    file, lines, at = rows(folder, rng, ("places.csv", "roads.csv"))
    header = lines[0].split(",")
    if rng.random() < 0.5:
        column, new = rng.choice(NEEDED[file]), ""
    else:
        column = rng.choice(NUMBERS[file])
        new = rng.choice(["north", "nan", "inf", "1e999", "-200", "9" * 5000, "{a: [}"])
    old = lines[at][slice(*cell_at(lines[at], header.index(column)))]
    lines[at] = with_cell(lines[at], header.index(column), new)
    right = {(file, at + 1)} | (folder.lines_with(old) if column == "id" else set())
    return Mutant("cell spoilt", file, "\n".join(lines).encode(), right, True)


def cell_name_mistyped(folder: Folder, rng: random.Random) -> Mutant:
    """An id in a cell with a letter wrong, where it is used."""
    file, lines, at = rows(folder, rng, tuple(IDS))
    index = lines[0].split(",").index(rng.choice(IDS[file]))
    old = lines[at][slice(*cell_at(lines[at], index))]
    if not re.fullmatch(r"[A-Za-z][\w-]*", old):
        return cell_name_mistyped(folder, rng)
    lines[at] = with_cell(lines[at], index, mistyped(rng, old, folder.ids))
    return Mutant("id mistyped in a cell", file, "\n".join(lines).encode(), {(file, at + 1)}, True)


def row_id_renamed(folder: Folder, rng: random.Random) -> Mutant:
    """An id with a letter wrong where its row stands."""
    file, lines, at = rows(folder, rng, ("places.csv", "zones.csv", "sources.csv"))
    old = lines[at].split(",")[0]
    lines[at] = with_cell(lines[at], 0, mistyped(rng, re.sub(r"\W", "x", old) or "x", folder.ids))
    return Mutant("row renamed", file, "\n".join(lines).encode(), {(file, at + 1), *folder.lines_with(old)})


def row_deleted(folder: Folder, rng: random.Random) -> Mutant:
    """A row of places, zones or sources gone: the lines with its id are right."""
    file, lines, at = rows(folder, rng, ("places.csv", "zones.csv", "sources.csv"))
    old = lines[at].split(",")[0]
    del lines[at]
    moved = {(name, line - (name == file and line > at + 1)) for name, line in folder.lines_with(old)}
    return Mutant("row deleted", file, "\n".join(lines).encode(), moved)


def row_doubled(folder: Folder, rng: random.Random) -> Mutant:
    """A row given twice."""
    file, lines, at = rows(folder, rng)
    lines.insert(at, lines[at])
    return Mutant("row given twice", file, "\n".join(lines).encode(), {(file, at + 1), (file, at + 2)}, True)


def cells_miscounted(folder: Folder, rng: random.Random) -> Mutant:
    """A row with a cell dropped or put in."""
    file, lines, at = rows(folder, rng)
    start, end = cell_at(lines[at], 0)
    lines[at] = lines[at][end + 1 :] if rng.random() < 0.5 else lines[at] + ",more"
    return Mutant("cells miscounted", file, "\n".join(lines).encode(), {(file, at + 1)}, True)


def column_renamed(folder: Folder, rng: random.Random) -> Mutant:
    """A column's name with a letter wrong."""
    file = rng.choice(TABLES)
    lines = folder.texts[file].split("\n")
    header = lines[0].split(",")
    index = rng.randrange(len(header))
    header[index] = mistyped(rng, header[index], {*header, "clear_days", "fortification", "capacity_men"})
    lines[0] = ",".join(header)
    return Mutant("column renamed", file, "\n".join(lines).encode(), {(file, 1)}, True)


def quote_left_open(folder: Folder, rng: random.Random) -> Mutant:
    """A quotation mark before a row's first cell that is never closed, or too late."""
    file, lines, at = rows(folder, rng)
    lines[at] = '"' + lines[at]
    return Mutant("quote left open", file, "\n".join(lines).encode(), {(file, at + 1)}, True)


# ---------------------------------------------------------------- without a place


def blind(change: Callable[[random.Random, bytes], bytes], kind: str) -> Callable[[Folder, random.Random], Mutant]:
    """Return the mutation that changes the bytes of any file."""

    def mutate(folder: Folder, rng: random.Random) -> Mutant:
        file = rng.choice([YAML_FILE, YAML_FILE, *TABLES])
        return Mutant(kind, file, change(rng, folder.texts[file].encode()))

    return mutate


def bytes_turned(rng: random.Random, raw: bytes) -> bytes:
    """Some bytes replaced by any others."""
    turned = bytearray(raw)
    for _ in range(rng.choice([1, 1, 3, 20])):
        turned[rng.randrange(len(turned))] = rng.randrange(256) if rng.random() < 0.3 else rng.choice(SIGNS)
    return bytes(turned)


def span_moved(rng: random.Random, raw: bytes) -> bytes:
    """A span of bytes deleted, doubled or moved."""
    start = rng.randrange(len(raw))
    end = min(len(raw), start + rng.choice([1, 5, 50, 500]))
    span, rest = raw[start:end], raw[:start] + raw[end:]
    at = rng.randrange(len(rest) + 1)
    return rng.choice([rest, raw[:end] + raw[start:], rest[:at] + span + rest[at:]])


def lines_shuffled(rng: random.Random, raw: bytes) -> bytes:
    """Lines deleted, doubled, swapped or shifted."""
    lines = raw.split(b"\n")
    for _ in range(rng.choice([1, 1, 2, 10])):
        a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
        change = rng.randrange(4)
        if change == 0 and len(lines) > 1:
            del lines[a]
        elif change == 1:
            lines.insert(a, lines[b])
        elif change == 2:
            lines[a], lines[b] = lines[b], lines[a]
        else:
            lines[a] = b"  " + lines[a] if rng.random() < 0.5 else lines[a][1:]
    return b"\n".join(lines)


def file_cut(rng: random.Random, raw: bytes) -> bytes:
    """A file that ends too early, or not at all."""
    return rng.choice([raw[: rng.randrange(len(raw))], raw + raw, b"", raw + b"\n---\n" + raw[:200]])


def encoded_otherwise(rng: random.Random, raw: bytes) -> bytes:
    """Another encoding or other line ends."""
    text = raw.decode()
    return rng.choice([text.encode("utf-16"), text.encode("utf-16-le"), text.encode("utf-32"), b"\xef\xbb\xbf" + raw,
                       text.replace("a", "é").encode("latin-1", "replace"), raw.replace(b"\n", b"\r\n"),
                       raw.replace(b"\n", b"\r"), raw.replace(b" ", b"\t")])  # fmt: skip


def words_put_in(rng: random.Random, raw: bytes) -> bytes:
    """What YAML and CSV make something of."""
    at = rng.randrange(len(raw) + 1)
    at = rng.choice([at, raw.find(b"\n", at) + 1, raw.find(b": ", at) + 2])
    return raw[:at] + rng.choice(WORDS) + raw[at:]


KNOWN = (
    key_mistyped, number_spoilt, number_changed, name_mistyped, entry_renamed, key_doubled, tab_put_in, bytes_put_in,
    cell_spoilt, cell_name_mistyped, row_id_renamed, row_deleted, row_doubled, cells_miscounted, column_renamed,
    quote_left_open,
)  # fmt: skip
BLIND = tuple(
    blind(change, change.__name__.replace("_", " "))
    for change in (bytes_turned, span_moved, lines_shuffled, file_cut, encoded_otherwise, words_put_in)
)


def mutant(folder: Folder, seed: int, number: int) -> Mutant:
    """Return the mutant of a number; the same whatever others are made."""
    rng = random.Random(f"{seed}:{number}")
    return rng.choice(KNOWN if number % 3 else BLIND)(folder, rng)
