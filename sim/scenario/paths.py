"""What the schema takes at a key path."""

from types import UnionType
from typing import Annotated, Any, TypeAliasType, Union, get_args, get_origin

from pydantic import BaseModel

from sim.scenario.numbers import Quantity
from sim.scenario.schema import ScenarioModel


def takes_quantity(path: tuple[str | int, ...]) -> bool:
    """Return whether a number that may be drawn is expected at a key path, such as ("formations", "red", "tempo")."""
    found: list[Any] = [ScenarioModel]
    for key in path:
        found = [inner for one in found for inner in inside(one, str(key))]
    return Quantity in found


def inside(kind: Any, key: str) -> list[Any]:
    """Return the types that may stand under a key of a type."""
    if get_origin(kind) in (dict, list):
        return unwrapped(get_args(kind)[-1])
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return []
    fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
    return unwrapped(fields[key]) if key in fields else []


def unwrapped(kind: Any) -> list[Any]:
    """Return the members of a union, without what only annotates them."""
    if isinstance(kind, TypeAliasType):
        return unwrapped(kind.__value__)
    if get_origin(kind) is Annotated:
        return unwrapped(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [inner for one in get_args(kind) for inner in unwrapped(one)]
    return [kind]
