"""What differs between two scenarios: key path by key path, with values and sources."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import ValidationError

from sim.scenario.loading import Scenario
from sim.scenario.numbers import Quantity, as_list
from sim.scenario.overlays import COMMAND_LINE, is_whole

ABOUT = ("source", "confidence", "note")
NAMING = ("title", "name")
TOLD_APART = ("title", "question", "note")  # of the scenario itself

Data = dict[str, Any]


class Difference(NamedTuple):
    """One key path whose value is not the same in two scenarios; None: not there.

    Sources are those of the value, or of the nearest entry around it; of what `--set` changed, the command line.
    `note`: that of the new value, where it has one of its own.
    """

    path: str
    before: str | None
    after: str | None
    before_source: str
    after_source: str
    note: str


def differences(a: Scenario, b: Scenario) -> list[Difference]:
    """Return what differs from scenario `a` to scenario `b`, in the order of `a`, then what only `b` has.

    The scenarios' own title, question and note are left out.
    """
    before, after = json.loads(a.text), json.loads(b.text)
    found = compared("", before, after, sources_of(before, []), sources_of(after, []))
    return [one._replace(after_source=COMMAND_LINE) if is_set(one, b) else one for one in found
            if one.path not in TOLD_APART]  # fmt: skip


def is_set(found: Difference, scenario: Scenario) -> bool:
    """Return whether a value was set on the command line."""
    return any(f"{found.path}.".startswith(f"{path}.") for path in scenario.sets)


def sources_of(value: Any, around: list[str]) -> list[str]:
    """Return the sources of a value: its own, or those of the entry around it."""
    own = value.get("source") if isinstance(value, dict) else None
    return list(as_list(own)) if own else around


def compared(path: str, before: Any, after: Any, ours: list[str], theirs: list[str]) -> Iterator[Difference]:
    """Yield the differences of two values at one key path."""
    if path:
        ours, theirs = sources_of(before, ours), sources_of(after, theirs)
    if is_whole(before) or is_whole(after):
        if not same(before, after, ours, theirs):
            yield difference(path, before, after, ours, theirs)
        return
    found = [
        one
        for key in [*before, *(key for key in after if key not in before)]
        if key not in ABOUT or not path
        for one in compared_key(f"{path}.{key}".strip("."), key, before, after, ours, theirs)
    ]
    yield from found
    if not found and path:
        for key in ABOUT:
            if before.get(key) != after.get(key):
                yield difference(f"{path}.{key}", before.get(key), after.get(key), ours, theirs)


def compared_key(
    path: str, key: str, before: Data, after: Data, ours: list[str], theirs: list[str]
) -> Iterator[Difference]:
    """Yield the differences under one key of two mappings."""
    if key in before and key in after:
        yield from compared(path, before[key], after[key], ours, theirs)
        return
    old, new = before.get(key), after.get(key)
    yield difference(path, old, new, sources_of(old, ours), sources_of(new, theirs))


def same(before: Any, after: Any, ours: list[str], theirs: list[str]) -> bool:
    """Return whether two values are one: `5` and `{value: 5}` are, with the same source; notes do not matter."""
    if before == after:
        return True
    return ours == theirs and plain(before) == plain(after)


def plain(value: Any) -> Any:
    """Return a value without what is only said about it."""
    if not isinstance(value, dict):
        return value
    rest = {key: one for key, one in value.items() if key not in ABOUT}
    return rest["value"] if list(rest) == ["value"] else rest


def difference(path: str, before: Any, after: Any, ours: list[str], theirs: list[str]) -> Difference:
    """Return one difference, shown as text."""
    sources = [", ".join(one) if value is not None else "" for one, value in ((ours, before), (theirs, after))]
    note = after.get("note", "") if isinstance(after, dict) else ""
    return Difference(path, shown(before), shown(after), sources[0], sources[1], " ".join(str(note).split()))


def shown(value: Any) -> str | None:
    """Return a value as text: a number as the file would write it, an entry by its name; None where there is none."""
    if value is None:
        return None
    if isinstance(value, list):
        return ", ".join(shown(one) or "" for one in value) or "(none)"
    if not isinstance(value, dict):
        return str(value)
    try:
        return str(Quantity.model_validate(value))
    except ValidationError:
        return entry_text(value)


def entry_text(value: Data) -> str:
    """Return an entry in a few words: its name, or what it says."""
    name = next((value[key] for key in NAMING if key in value), None)
    if name is not None and not isinstance(name, dict):
        return str(name)
    said = (f"{key} {shown(one)}" for key, one in value.items() if key not in ABOUT)
    return "{" + ", ".join(said) + "}"
