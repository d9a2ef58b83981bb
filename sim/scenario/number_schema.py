"""The JSON Schema of a number: a constant, or a mapping with one distribution that lies in the range it needs."""

import math
from typing import Any

from sim.scenario.numbers import KINDS, UNCUT, Quantity, Within, support

Node = dict[str, Any]
ANY = Within("Number", -math.inf, math.inf, "any number")
LISTED = ("uniform", "triangular")  # kinds whose parameters are values they take
CURVES = tuple(kind for kind in KINDS if kind not in ("value", "choice", *LISTED))
SNIPPETS = {
    "value": 1, "uniform": [1, 2], "triangular": [1, 2, 4], "lognormal": {"median": 2, "sigma": 0.5},
    "normal": {"mean": 2, "sd": 0.5}, "beta": {"a": 2, "b": 2}, "gamma": {"shape": 2, "rate": 1}, "bernoulli": 0.5,
    "choice": {"values": [1, 2], "weights": [0.5, 0.5]},
}  # fmt: skip


def mapping_schema(properties: Node) -> Node:
    """Return the definition of a number written as a mapping, from the schemas of its keys."""
    return {
        "description": "A number with what is said about it: a constant or one distribution, drawn once a run.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "oneOf": [{"required": [kind]} for kind in KINDS],
        "if": {"anyOf": [{"required": [kind]} for kind in UNCUT]},
        "then": {"properties": {"truncate": False}},
        "defaultSnippets": [
            {"label": f"{{{kind}: ...}}", "description": Quantity.model_fields[kind].description, "body": {kind: body}}
            for kind, body in SNIPPETS.items()
        ],
    }


def number_schema(within: Within, mapping: str) -> Node:
    """Return the definition of a number in a range; `mapping`: address of the definition of any number's mapping.

    A distribution without truncation has to lie in the range, and one that can leave it has to be truncated; whether
    the truncation is enough is for the loader to say.
    """
    bounds = limits(within.low, within.high)
    constant = limits(within.low, within.high, within.open_low)
    mapped: Node = {"type": "object", "allOf": [{"$ref": mapping}]}
    if bounds:
        inside = {kind: {"items": bounds} for kind in LISTED}
        loose = [{"required": [kind]} for kind in CURVES if leaves(kind, within)]
        mapped["properties"] = {"value": constant}
        mapped["allOf"] += [
            {"if": {"not": {"required": ["truncate"]}},
             "then": {"properties": {**inside, "choice": {"properties": {"values": {"items": bounds}}}}}},
            {"if": {"anyOf": loose}, "then": {"required": ["truncate"]}},
        ]  # fmt: skip
    return {
        "description": f"Allowed: {within.words}, or a distribution over such.",
        "anyOf": [{"type": "number", **constant}, mapped],
    }


def limits(low: float, high: float, open_low: bool = False) -> Node:
    """Return the keywords that hold a constant in a range."""
    lowest = {} if math.isinf(low) else {"exclusiveMinimum" if open_low else "minimum": low}
    return {**lowest, **({} if math.isinf(high) else {"maximum": high})}


def leaves(kind: str, within: Within) -> bool:
    """Return whether a kind of distribution takes values outside of a range unless it is truncated."""
    low, high = support(kind, None)
    return low < within.low or high > within.high
