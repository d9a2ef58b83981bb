"""Overlays: a file that `extends:` another and says only what differs, and `--set key.path=value`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sim.errors import ScenarioError
from sim.scenario.numbers import KINDS
from sim.scenario.paths import takes_quantity
from sim.scenario.problems import nearest
from sim.scenario.reading import Path_, Place, Source, parse_yaml

COMMAND_LINE = "command line"


def is_whole(value: Any) -> bool:
    """Return whether a value is replaced whole: anything but a mapping of ids or keys."""
    return not isinstance(value, dict) or any(kind in value for kind in KINDS)


def merge(base: Source, top: Source) -> Source:
    """Lay one source over another: mappings merge by key, the rest is replaced whole, null removes."""
    merged = Source(values=dict(base.values), keys=dict(base.keys), problems=base.problems + top.problems)
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


def read_sets(sets: Sequence[str] | Mapping[str, Any]) -> list[tuple[Path_, Any]]:
    """Return the key paths and values of `--set` texts or of a mapping. Raises ScenarioError."""
    if isinstance(sets, Mapping):
        return [(tuple(path.split(".")), value) for path, value in sets.items()]
    found: list[tuple[Path_, Any]] = []
    for text in sets:
        path, equals, value = text.partition("=")
        if not equals or not path.strip():
            raise ScenarioError([f"--set {text}: key.path=value is expected"])
        read = parse_yaml("value: " + value, f"--set {path.strip()}")
        if read.problems:
            raise ScenarioError(read.problems)
        found.append((tuple(path.strip().split(".")), read.data["value"]))
    return found


def apply_sets(source: Source, sets: Iterable[tuple[Path_, Any]]) -> Source:
    """Lay each set value over the source; its source is the command line. Raises ScenarioError for unknown paths."""
    for path, value in sets:
        check_path(source.data, path)
        top = Source(data=nested(path, cited(path, value)))
        top.values[path] = Place("--set", 0, 0)
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


def check_path(data: Any, path: Path_) -> None:
    """Refuse a path whose way does not exist: every key but the last must be there already."""
    here = data
    for index, part in enumerate(path[:-1]):
        if isinstance(here, list):
            whole = ".".join(map(str, path[:index]))
            raise ScenarioError([f"--set {'.'.join(map(str, path))}: a list is replaced whole: --set '{whole}=[...]'"])
        if not isinstance(here, dict):
            return
        if part not in here:
            if index > 0 and path[0] == "rules":
                return
            name = ".".join(map(str, path))
            raise ScenarioError([f"--set {name}: no key '{part}' there{nearest(str(part), here)}"])
        here = here[part]


def nested(path: Path_, value: Any) -> dict[str, Any]:
    """Return the mapping that holds one value at a key path."""
    for part in reversed(path):
        value = {part: value}
    return dict(value)
