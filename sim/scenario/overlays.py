"""Overlays: a file that `extends:` another and says only what differs, and `--set key.path=value`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sim.errors import Flaw, ScenarioError
from sim.scenario.numbers import KINDS
from sim.scenario.paths import takes_quantity
from sim.scenario.problems import nearest
from sim.scenario.reading import DEEPEST, Path_, Place, Source, cut, parse_yaml

COMMAND_LINE = "command line"


class Change(NamedTuple):
    """One value set from outside; `shown`: "--set KEY=VALUE", as problems name it."""

    path: Path_
    value: Any
    shown: str


def is_whole(value: Any) -> bool:
    """Return whether a value is replaced whole: anything but a mapping of ids or keys."""
    return not isinstance(value, dict) or any(kind in value for kind in KINDS)


def merge(base: Source, top: Source) -> Source:
    """Lay one source over another: mappings merge by key, the rest is replaced whole, null removes."""
    merged = Source(
        values=dict(base.values), keys=dict(base.keys), problems=base.problems + top.problems,
        headers=base.headers | top.headers, lost=base.lost | top.lost,
    )  # fmt: skip
    merged.data = merge_data(base.data, top.data)
    merged.values.update({path: place for path, place in top.values.items() if path})
    merged.keys.update(top.keys)
    return merged


def merge_data(base: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    """Return the merged mapping."""
    merged = dict(base)
    for key, value in top.items():
        if value is None:
            merged.pop(key, None)
        elif key in merged and not is_whole(value) and not is_whole(merged[key]):
            merged[key] = merge_data(merged[key], value)
        else:
            merged[key] = value
    return merged


def read_sets(sets: Sequence[str] | Mapping[str, Any]) -> list[Change]:
    """Return the changes of `--set` texts or of a mapping. Raises ScenarioError with what is wrong in any of them."""
    if isinstance(sets, Mapping):
        return [Change(path_of(path), value, f"--set {path}={cut(str(value))}") for path, value in sets.items()]
    found: list[Change] = []
    flaws: list[Flaw] = []
    for text in sets:
        try:
            found.append(read_set(text))
        except ScenarioError as error:
            flaws += error.flaws
    if flaws:
        raise ScenarioError(flaws)
    return found


def read_set(text: str) -> Change:
    """Return the change of one `--set` text. Raises ScenarioError."""
    path, equals, value = text.partition("=")
    shown = f"--set {cut(text)}"
    if not equals or not path.strip():
        raise ScenarioError([Flaw("key.path=value is expected", shown)])
    try:
        read = parse_yaml("value: " + value, shown)
        flaws = read.problems
    except ScenarioError as error:
        flaws = error.flaws
    if not flaws and set(read.data) != {"value"}:
        flaws = [Flaw("one value is expected", shown)]
    if flaws:
        raise ScenarioError([Flaw(re.sub("^value(?=[:.])", lambda _: path.strip(), one.text), shown) for one in flaws])
    return Change(path_of(path), read.data["value"], shown)


def path_of(text: str) -> Path_:
    """Return the key path that a dotted text means."""
    return tuple(part.strip() for part in text.strip().split("."))


def apply_sets(source: Source, changes: Iterable[Change]) -> Source:
    """Lay each set value over the source; its source is the command line. Raises ScenarioError for unknown paths."""
    for path, value, shown in changes:
        check_path(source.data, path, shown)
        top = Source(data=nested(path, cited(path, value)))
        top.values[path] = top.keys[path] = Place(shown, 0, 0)
        for known in [one for one in source.values if one[: len(path)] == path]:
            del source.values[known]
        source = merge(source, top)
    return source


def cited(path: Path_, value: Any) -> Any:
    """Return a number that may be drawn with the command line as its source, anything else as it is."""
    if not takes_quantity(path):
        return value
    if isinstance(value, dict):
        return {**value, "source": COMMAND_LINE}
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return {"value": value, "source": COMMAND_LINE} if is_number else value


def check_path(data: Any, path: Path_, shown: str) -> None:
    """Refuse a path whose way does not exist: every key but the last must be there already."""
    here = data
    if len(path) > DEEPEST:
        raise ScenarioError([Flaw(f"found {len(path)} keys, at most {DEEPEST} are allowed", shown)])
    for index, part in enumerate(path[:-1]):
        if isinstance(here, list):
            whole = ".".join(map(str, path[:index]))
            raise ScenarioError([Flaw(f"a list is replaced whole: --set '{whole}=[...]'", shown)])
        if not isinstance(here, dict):
            return
        if part not in here:
            if index > 0 and path[0] == "rules":
                return
            guess = elsewhere(data, path) if index == 1 else ""
            raise ScenarioError([Flaw(f"no key '{part}' there{guess or nearest(str(part), here)}", shown)])
        here = here[part]


def elsewhere(data: dict[str, Any], path: Path_) -> str:
    """Return " (did you mean 'table.id...'?)" where another table has the id of a key path, "" where none has."""
    tables = [table for table, entries in data.items() if isinstance(entries, dict) and path[1] in entries]
    return f" (did you mean '{'.'.join(map(str, (tables[0], *path[1:])))}'?)" if tables else ""


def nested(path: Path_, value: Any) -> dict[str, Any]:
    """Return the mapping that holds one value at a key path."""
    for part in reversed(path):
        value = {part: value}
    return dict(value)
