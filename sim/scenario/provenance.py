"""Where every number of a scenario comes from."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pydantic import BaseModel

from sim.scenario.numbers import Quantity
from sim.scenario.schema import ScenarioModel


class Cited(NamedTuple):
    """A number with its key path, and the source, confidence and note that it has or inherits.

    `key`: the schema's name for it, which tells its unit; `is_fixed`: one that cannot be drawn, such as a coordinate;
    `is_default`: not in the scenario's files, so that the schema's default stands.
    """

    path: str
    quantity: Quantity
    sources: list[str]
    confidence: str | None
    note: str = ""
    key: str = ""
    is_fixed: bool = False
    is_default: bool = False


class Around(NamedTuple):
    """What a number takes from the entries around it where it says nothing itself."""

    path: str = ""
    key: str = ""
    sources: tuple[str, ...] = ()
    confidence: str | None = None
    note: str = ""
    is_default: bool = False

    def inner(self, name: str) -> "Around":
        """Return the same one name further in."""
        return self._replace(path=f"{self.path}.{name}".strip("."))


def iter_quantities(model: ScenarioModel) -> Iterator[Cited]:
    """Yield every number that may be drawn; one without a source has that of the nearest entry around it."""
    return (cited for cited in iter_numbers(model) if not cited.is_fixed)


def iter_numbers(model: ScenarioModel, with_defaults: bool = False) -> Iterator[Cited]:
    """Yield every number of a scenario's files; `with_defaults`: and those that stand because the files give none.

    A number without a source of its own has that of the nearest entry around it, with its confidence and note where it
    has none of its own; confidence in one source is none in another. The scenario's own note is about the whole and no
    number's.
    """
    return _walk(model, Around(), with_defaults)


def _walk(entry: object, around: Around, with_defaults: bool) -> Iterator[Cited]:
    if isinstance(entry, Quantity):
        yield cited(entry, around)
    elif isinstance(entry, int | float) and not isinstance(entry, bool):
        yield cited(Quantity(value=float(entry)), around)._replace(is_fixed=True)
    elif isinstance(entry, BaseModel):
        yield from _walk_fields(entry, around, with_defaults)
    elif isinstance(entry, dict):
        for key, value in entry.items():
            yield from _walk(value, around.inner(key), with_defaults)
    elif isinstance(entry, list | tuple):
        for index, value in enumerate(entry):
            yield from _walk(value, around.inner(str(index)), with_defaults)


def _walk_fields(entry: BaseModel, around: Around, with_defaults: bool) -> Iterator[Cited]:
    """Yield the numbers of an entry's fields."""
    note = getattr(entry, "note", "") if around.path else ""
    own = said(around, getattr(entry, "source", ()), getattr(entry, "confidence", None), note)
    for name in type(entry).model_fields:
        given = name in entry.model_fields_set
        if given or with_defaults:
            field = own.inner(name)._replace(key=name, is_default=around.is_default or not given)
            yield from _walk(getattr(entry, name), field, with_defaults)


def cited(number: Quantity, around: Around) -> Cited:
    """Return a number with what is around it; a default has no source, whatever the entry around it says."""
    if around.is_default:
        return Cited(around.path, number, [], None, "", around.key, is_default=True)
    own = said(around, number.source, number.confidence, number.note)
    note = " ".join(own.note.split())
    return Cited(own.path, number, list(own.sources), own.confidence, note, own.key)


def said(around: Around, sources: Sequence[str], confidence: str | None, note: str) -> Around:
    """Return what holds where something is said of an entry or a number: that, or what is said around it."""
    if sources:
        return around._replace(sources=tuple(sources), confidence=confidence, note=note)
    return around._replace(confidence=confidence or around.confidence, note=note or around.note)
