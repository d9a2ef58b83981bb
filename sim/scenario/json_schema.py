"""The JSON Schema (draft 2020-12) of scenario files and of overlays, for editors, from the models that check them.

It says what a file may look like: keys, types, ranges, units, defaults, examples. What only the whole scenario shows
(ids that mean something, roads that lead somewhere, ordered bounds) is `race scenario check`'s. Only keywords are used
that mean the same from draft 7 on, which is what editors know.
"""

import json
from collections.abc import Collection, Iterator
from datetime import date
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MinLen
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from sim.scenario.loading import TABLES
from sim.scenario.number_schema import ANY, mapping_schema, number_schema
from sim.scenario.numbers import Quantity, Within, as_list
from sim.scenario.schema import ScenarioModel
from sim.scenario.units import unit_of

DRAFT = "https://json-schema.org/draft/2020-12/schema"
NULL = {"type": "null"}
PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"}, bool: {"type": "boolean"}, int: {"type": "integer"}, float: {"type": "number"},
    date: {"type": "string", "format": "date"},
}  # fmt: skip
BOUNDS = {Ge: ("minimum", "ge"), Gt: ("exclusiveMinimum", "gt"), Le: ("maximum", "le"), Lt: ("exclusiveMaximum", "lt")}
IDS: dict[str, Any] = {
    "description": "A list of ids; one alone needs no list, and `a; b` is two.",
    "anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}, NULL],
}
PART = "Part"  # ends the name of a definition of which anything may be left out
EXTENDS: dict[str, Any] = {
    "type": "string",
    "description": "the scenario that this file changes: a shipped name, or a path from this file",
    "examples": ["june_2017"],
}
Node = dict[str, Any]


@cache
def scenario_schema(has_tables: bool = True) -> Node:
    """Return the schema of `scenario.yaml`.

    `has_tables`: CSV tables may stand beside it, so that rows here may be partial: they go over those of a table.
    """
    return Writer(TABLES if has_tables else ()).whole(
        "Scenario", "A scenario of a race: who takes part, where, with what orders and under which rules."
    )


@cache
def overlay_schema() -> Node:
    """Return the schema of an overlay: `extends:` and any part of a scenario, null to remove."""
    text = "Changes to a scenario: `extends:` and only what differs; null removes."
    return Writer(TABLES).whole("Overlay", text, True)


def as_text(schema: Node) -> str:
    """Return a schema as it stands in its file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


class Writer:
    """Writes the definitions that a schema refers to, one a model."""

    def __init__(self, tables: Collection[str]) -> None:
        """Start with no definitions. `tables`: those that may stand in files of their own."""
        self.definitions: Node = {}
        self.tables = tables

    def whole(self, title: str, description: str, is_overlay: bool = False) -> Node:
        """Return the schema of a whole file."""
        root = self.of_model(ScenarioModel, is_overlay)
        if is_overlay:
            root = {**root, "properties": {"extends": EXTENDS, **root["properties"]}, "required": ["extends"]}
        else:
            root["required"] = [key for key in root["required"] if key not in self.tables]
        definitions = dict(sorted(self.definitions.items()))
        return {"$schema": DRAFT, "title": title, **root, "description": description, "$defs": definitions}

    def of_model(self, model: type[BaseModel], is_part: bool) -> Node:
        """Return the definition of a mapping with the fields of a model."""
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        node: Node = {
            "description": first_sentence(model),
            "type": "object",
            "properties": {
                key: self.of_field(key, field, is_part or (model is ScenarioModel and key in self.tables))
                for key, field in fields.items()
            },
            "additionalProperties": False,
        }
        if not is_part:
            extra = model.model_config.get("json_schema_extra")
            required = [key for key, field in fields.items() if field.is_required()]
            node |= {**({"required": required} if required else {}), **(extra if isinstance(extra, dict) else {})}
        return node

    def of_field(self, key: str, field: FieldInfo, is_part: bool) -> Node:
        """Return the schema of a key: what may stand there, and what it means."""
        node = self.of_type(field.annotation, field.metadata, is_part)
        told: Node = {"description": described(field, unit_of(key), allowed(node, field))}
        if is_part:
            node = or_null(node)
        default = plain(field.get_default(call_default_factory=True)) if not field.is_required() else None
        if default not in (None, "", [], {}):
            told["default"] = default
        if field.examples:
            told["examples"] = field.examples
        return {**told, **node}

    def of_type(self, kind: Any, metadata: Any = (), is_part: bool = False) -> Node:
        """Return the schema of a type with its annotations."""
        if get_origin(kind) is Annotated:
            inner, *more = get_args(kind)
            return self.of_type(inner, [*more, *metadata], is_part)
        if BeforeValidator(as_list) in metadata:
            return self.refer("Ids", lambda: IDS)
        if get_origin(kind) in (Union, UnionType):
            nodes = [self.of_type(one, metadata, is_part) for one in get_args(kind) if one is not type(None)]
            node = nodes[0] if len(nodes) == 1 else {"anyOf": nodes}
            return or_null(node) if type(None) in get_args(kind) else node
        if kind is Quantity:
            return self.of_quantity(next((one for one in metadata if isinstance(one, Within)), ANY))
        if get_origin(kind) is Literal:
            return {"enum": list(get_args(kind))}
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return self.refer(kind.__name__ + (PART if is_part else ""), lambda: self.of_model(kind, is_part))
        return {**self.of_container(kind, is_part), **({} if is_part else least(kind, metadata)), **keywords(metadata)}

    def of_container(self, kind: Any, is_part: bool) -> Node:
        """Return the schema of a mapping of ids, a list (which is never partial), or a plain value."""
        if get_origin(kind) is dict:
            inner = self.of_type(get_args(kind)[1], (), is_part)
            return {"type": "object", "additionalProperties": or_null(inner) if is_part else inner}
        if get_origin(kind) is list:
            return {"type": "array", "items": self.of_type(get_args(kind)[0])}
        if get_origin(kind) is tuple:
            count, item = len(get_args(kind)), self.of_type(get_args(kind)[0])
            return {"type": "array", "items": item, "minItems": count, "maxItems": count}
        return dict(PLAIN[kind])

    def of_quantity(self, within: Within) -> Node:
        """Return the schema of a number in a range."""
        mapping = self.refer("NumberMapping", lambda: mapping_schema(self.of_model(Quantity, False)["properties"]))
        return self.refer(within.name, lambda: number_schema(within, mapping["$ref"]))

    def refer(self, name: str, write: Any) -> Node:
        """Return a reference to a definition, which is written the first time."""
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = write()
        return {"$ref": f"#/$defs/{name}"}


def or_null(node: Node) -> Node:
    """Return a schema that takes null, too."""
    if NULL in node.get("anyOf", []):
        return node
    return {"anyOf": [node, NULL]}


def keywords(metadata: Any) -> Node:
    """Return the keywords that say what annotations do: bounds, patterns, least lengths."""
    node: Node = {}
    for one in metadata:
        if type(one) in BOUNDS:
            keyword, attribute = BOUNDS[type(one)]
            node[keyword] = getattr(one, attribute)
        elif isinstance(one, FieldInfo):
            node |= keywords(one.metadata)
        elif getattr(one, "pattern", None):
            node["pattern"] = one.pattern
    return node


def least(kind: Any, metadata: Any) -> Node:
    """Return the keyword that says how many entries there must be."""
    word = "minProperties" if get_origin(kind) is dict else "minItems"
    lengths = [one.min_length for one in metadata if isinstance(one, MinLen)]
    return {word: max(lengths)} if lengths else {}


def described(field: FieldInfo, unit: str, range_: str) -> str:
    """Return what a key means, and below it the unit and the range of its number."""
    facts = [f"Unit: {unit}." if unit else "", f"Allowed: {range_}." if range_ else ""]
    told = " ".join(fact for fact in facts if fact)
    return f"{field.description}\n\n{told}" if told else str(field.description)


def allowed(node: Node, field: FieldInfo) -> str:
    """Return the range of a number in words, "" for what is no number or may be any."""
    within = next(iter(ranges_in(field.annotation, field.metadata)), None)
    if within:
        return within.words
    node = next((one for one in (node, *node.get("anyOf", [])) if one.get("type") in ("integer", "number")), {})
    low, high = node.get("minimum"), node.get("maximum")
    if low is not None:
        return f"{low:g} or more" if high is None else f"{low:g} to {high:g}"
    above = f"above {node['exclusiveMinimum']:g}" if "exclusiveMinimum" in node else ""
    return ", ".join(one for one in (above, f"up to {high:g}" if high is not None else "") if one)


def ranges_in(kind: Any, metadata: Any) -> Iterator[Within]:
    """Yield the ranges of numbers in a type: its own, or those of what it holds."""
    yield from (one for one in metadata if isinstance(one, Within))
    for inner in get_args(kind):
        if not isinstance(inner, Within):
            yield from ranges_in(inner, getattr(inner, "__metadata__", ()))


def first_sentence(model: type[BaseModel]) -> str:
    """Return the first paragraph of a model's docstring."""
    return " ".join((model.__doc__ or "").split("\n\n")[0].split())


def plain(value: Any) -> Any:
    """Return a default as a file would say it."""
    if isinstance(value, Quantity):
        return value.value if value.is_constant else value.model_dump(exclude_unset=True)
    return None if isinstance(value, BaseModel) else value
