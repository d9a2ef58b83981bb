"""Where every number of a scenario comes from."""

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import BaseModel

from sim.scenario.numbers import Quantity
from sim.scenario.schema import ScenarioModel


class Cited(NamedTuple):
    """A number with its key path, and the source and confidence that it has or inherits."""

    path: str
    quantity: Quantity
    sources: list[str]
    confidence: str | None


def iter_quantities(model: ScenarioModel) -> Iterator[Cited]:
    """Yield every number of a scenario; one without a source has that of the nearest entry around it."""
    yield from _walk(model, "", [], None)


def _walk(entry: object, path: str, sources: list[str], confidence: str | None) -> Iterator[Cited]:
    if isinstance(entry, Quantity):
        yield Cited(path, entry, entry.source or sources, entry.confidence or confidence)
    elif isinstance(entry, BaseModel):
        own = list(getattr(entry, "source", None) or sources)
        sure = getattr(entry, "confidence", None) or confidence
        for name in (one for one in type(entry).model_fields if one in entry.model_fields_set):
            yield from _walk(getattr(entry, name), f"{path}.{name}".strip("."), own, sure)
    elif isinstance(entry, dict):
        for key, value in entry.items():
            yield from _walk(value, f"{path}.{key}".strip("."), sources, confidence)
    elif isinstance(entry, list):
        for index, value in enumerate(entry):
            yield from _walk(value, f"{path}.{index}", sources, confidence)
