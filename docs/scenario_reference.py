"""Writes docs/scenario_reference.md from the JSON Schema of scenario files: `make reference`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.scenario.json_schema import scenario_schema

PAGE = Path(__file__).parent / "scenario_reference.md"
Node = dict[str, Any]

HEAD = """# Scenario reference

Every key of a scenario file: its unit or type, what is allowed, its default and what it means. Written from the JSON
Schema that `race scenario schema` prints and editors use (`scenarios/scenario.schema.json`), which is made from the
models that check a scenario; `make reference` writes this page anew. [scenarios/README.md](../scenarios/README.md) is
the guide: how the parts work together, overlays, switches, examples to copy. [ODD.md](ODD.md) describes the rules.

- `<id>` stands for a name of your choice in `lower_snake_case`. A default of `-` means absent; **required** means that
  there is none.
- "number" and every unit mean a constant or a distribution, see [Numbers](#numbers). What is allowed holds for all
  that a distribution can draw; `truncate` cuts it where need be.
- "ids" is a list of ids; one alone needs no list, and in a table's cell `a; b` is two.
- `places`, `roads`, `zones` and `sources` may stand in CSV tables beside `scenario.yaml`, with these keys as columns
  and `id` as the first (roads have none: theirs is `from--to`). An empty cell means absent; a cell in braces is a
  distribution.
- Examples show each key with one value that it may have; together they are not a scenario.
"""
TEXTS = (
    "address", "colour", "country", "description", "file", "group", "name", "note", "notice", "question", "tag",
    "title",
)  # fmt: skip
CARRIED = ("source", "confidence", "note")
IDS = {
    "sides": "sdf", "alliances": "coalition", "commands": "damascus", "formations": "tiger",
    "garrisons": "isis_merv", "air_arms": "rus_air", "place_kinds": "town", "road_classes": "track",
    "places": "mayadin", "roads": "palmyra--arak", "sectors": "central_pocket", "zones": "tanf_55km",
    "tensions": "washington_tehran", "channels": "washington_moscow", "events": "reinforced",
    "milestones": "raqqa_taken", "sieges": "deir_ez_zor", "contestants": "tiger", "races": "border",
    "sources": "ARTICLE",
}  # fmt: skip

HOMES = {"events.effects.relation": "relations"}  # told once, elsewhere
LISTS = ("relations", "formations.orders", "events.effects")
INTROS = {
    "numbers": "Written as a plain number, or as a mapping with exactly one of the forms `value` to `choice`. Ids, "
    "coordinates, tick and horizon cannot be drawn.",
    "top-level": "With no `rules` at all there are no pauses, no supply, no incidents, no raids: formations just move "
    "and fight.",
    "relations": "Hostile sides fight for places. Places that rival, neutral and aligned sides hold, or have reached "
    "first and are about to hold, cannot be entered; rivals may clash.",
    "formations": "Beyond own ground one advances at `push_rate_km_per_day` x `tempo` x `advance_factor` (of the "
    "road's class), in pushes and pauses; on own ground it marches at `march_km_per_day`.",
    "formations.orders": 'Orders are followed in turn. "Released by A or by B" is written as two: '
    "`{objective: x, after: a, unless: b}`, then `{objective: x}`.",
    "garrisons": "A held place in no garrison has `rules.control.rear_garrison_men`.",
    "roads": "A road counts as own ground when both its ends are held by the side or an ally, no raid cuts it and no "
    "siege ring lies on it.",
    "zones": "Who stands inside at the start is tolerated where it stands; closing in sets off the ladder "
    "(`rules.zones`).",
    "tensions": "It feeds back into incidents through `rules.tension`.",
    "events": "It waits for `after`; then for its day and delay, or for its hazard; then it happens with its "
    "probability.",
    "milestones": "A flag, like an event: once up, it stays up.",
    "rules": "The default of a setting switches it off, or is the value shown; what each does is told in "
    "[ODD.md](ODD.md), what switches a mechanism off in the guide.",
}


def page() -> str:
    """Return the whole page."""
    schema = scenario_schema(has_tables=False)
    numbers = schema["$defs"]["NumberMapping"]
    parts = [
        section(schema, "Numbers", "numbers", numbers, whole=True),
        *(one for key, node in numbers["properties"].items() for one in sections(schema, ("numbers", key), node)),
        carried(schema),
        section(schema, "Top level", "top-level", schema),
        *(one for key, node in schema["properties"].items() for one in sections(schema, (key,), node)),
    ]
    return "\n".join([HEAD, contents("\n".join(parts)), "", *parts])


def contents(text: str) -> str:
    """Return links to the sections, a line each, with those inside it behind."""
    found = re.findall(r'^(##+) <a id="([^"]+)"></a>(.+)$', text, re.MULTILINE)
    lines = ["**Contents**", ""]
    for level, anchor, title in found:
        if level == "##":
            lines.append(f"- [{title}](#{anchor})")
        else:
            lines[-1] += f", [`{anchor.partition('.')[2]}`](#{anchor})"
    return "\n".join(lines)


def sections(schema: Node, path: tuple[str, ...], node: Node) -> Iterator[str]:
    """Yield the section of a key whose entries are mappings, then those of the mappings inside it."""
    inner, ending = inside(schema, node)
    if inner is None or ".".join(path).replace(".<id>", "").replace("[]", "") in HOMES:
        return
    path = (*path[:-1], path[-1] + ending)
    yield section(schema, ".".join(path).removeprefix("numbers."), anchor_of(path), inner)
    for key, one in inner["properties"].items():
        yield from sections(schema, (*path, key), one)


def inside(schema: Node, node: Node) -> tuple[Node | None, str]:
    """Return the definition of the mapping that a key holds, and how its path goes on: itself, by id or in a list."""
    for one in (node, *node.get("anyOf", [])):
        target = resolved(schema, one)
        if "properties" in target and target.get("type") == "object":
            return target, ""
        for word, ending in (("additionalProperties", ".<id>"), ("items", "[]")):
            held = one.get(word)
            if isinstance(held, dict) and inside(schema, held)[0] is not None:
                return inside(schema, held)[0], ending
    return None, ""


def resolved(schema: Node, node: Node) -> Node:
    """Return a definition that is referred to, or the schema itself."""
    return schema["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node


def anchor_of(path: tuple[str, ...]) -> str:
    """Return the anchor of a section, such as "formations.orders"."""
    return re.sub(r"\.<id>|\[\]", "", ".".join(path))


def carried(schema: Node) -> str:
    """Return the section on what every entry may carry."""
    keys = {key: schema["$defs"]["Side"]["properties"][key] for key in CARRIED}
    node = {
        "description": "A number without a source of its own has that of the nearest entry around it.",
        "properties": keys,
    }
    return section(schema, "Every entry", "every-entry", node, whole=True)


def section(schema: Node, title: str, anchor: str, node: Node, whole: bool = False) -> str:
    """Return a section: intro, table and example; without what every entry may carry unless it is `whole`."""
    level = "###" if "." in anchor else "##"
    rows = [
        row(schema, anchor, key, one, node) for key, one in node["properties"].items() if whole or key not in CARRIED
    ]
    described = re.sub(r" \(MODEL rule \d+\)", "", node["description"])
    about = " ".join(one for one in (described, INTROS.get(anchor, "")) if one)
    return "\n".join([
        f'{level} <a id="{anchor}"></a>{title if title[0].isupper() else f"`{title}`"}', "", about, "",
        "| key | type or unit | allowed | default | meaning |", "|---|---|---|---|---|", *rows, "",
        *example(anchor, node, whole), "",
    ])  # fmt: skip


def row(schema: Node, anchor: str, key: str, one: Node, node: Node) -> str:
    """Return the row of a key."""
    told, unit, allowed = meaning(one)
    default = "**required**" if key in node.get("required", []) else code(one["default"]) if "default" in one else "-"
    kind = kind_of(schema, one, key if anchor == "top-level" else f"{anchor}.{key}")
    if unit:
        kind = {"object": f"by id: {unit}", "array": f"{kind}, {unit}"}.get(one.get("type", ""), unit)
    cells = (code(key), kind, allowed or values(one), default, told)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def meaning(one: Node) -> tuple[str, str, str]:
    """Return what a key means, its unit and its range, from its description."""
    told, _, facts = one["description"].partition("\n\n")
    unit, allowed = re.search(r"Unit: (.+?)\.(?: |$)", facts), re.search(r"Allowed: (.+)\.$", facts)
    return told, unit[1] if unit else "", allowed[1] if allowed else ""


def kind_of(schema: Node, one: Node, anchor: str) -> str:
    """Return the type of a key in a word or two."""
    if "$ref" not in one and "anyOf" in one:
        return " or ".join(kind_of(schema, part, anchor) for part in one["anyOf"] if part.get("type") != "null")
    if inside(schema, one)[0] is not None:
        held = {".<id>": "by id", "[]": "list", "": "mapping"}[inside(schema, one)[1]]
        return f"[{held}](#{HOMES.get(anchor, anchor)})"
    name = one.get("$ref", "").rpartition("/")[2]
    if name:
        return "ids" if name == "Ids" else "number"
    if one.get("type") == "array":
        count = {2: "two ", 3: "three "}.get(one.get("maxItems", 0), "list of ")
        item = {"string": "ids", "array": "pairs of numbers"}.get(one["items"].get("type"), "numbers")
        return count + item
    if one.get("type") == "object":
        return f"by id: {kind_of(schema, one['additionalProperties'], anchor)}"
    if "enum" in one:
        return "word"
    plain = {
        "string": "text" if anchor.rpartition(".")[2] in TEXTS else "id",
        "boolean": "true or false",
        "integer": "whole number",
        "number": "number",
    }
    return "date" if one.get("format") == "date" else plain[one["type"]]


def values(one: Node) -> str:
    """Return the words that are allowed, or a pattern."""
    for part in (one, *one.get("anyOf", [])):
        if "enum" in part:
            return ", ".join(code(word) for word in part["enum"])
    return f"`{one['pattern']}`" if "pattern" in one else ""


def code(value: object) -> str:
    """Return a value as code."""
    return f"`{flow(value)}`"


def example(anchor: str, node: Node, whole: bool) -> list[str]:
    """Return an example as YAML: every key with one value; of alternatives one entry each."""
    shown = {key: one["examples"][0] for key, one in node["properties"].items()
             if "examples" in one and (whole or key not in CARRIED)}  # fmt: skip
    if not shown or anchor.startswith("numbers."):
        return []
    outer = keys_around(anchor)
    if "oneOf" in node:
        lines = alternatives(anchor, node, shown)
        outer = outer[:1] if anchor in IDS else outer
    else:
        lines = [f"{key}: {flow(value)}" for key, value in shown.items()]
        if anchor in LISTS:
            lines = [("  " if index else "- ") + line for index, line in enumerate(lines)]
    above = [f"{'  ' * depth}{key}:" for depth, key in enumerate(outer)]
    return ["```yaml", *above, *("  " * len(outer) + line for line in lines), "```"]


def alternatives(anchor: str, node: Node, shown: Node) -> list[str]:
    """Return a line for each of the alternatives, of which an entry is one: with its id where it has one."""
    lines = []
    for one in node["oneOf"]:
        entry = {key: shown[key] for key in [*node.get("required", []), *one["required"]]}
        if "title" in entry:
            entry["title"] = meaning(node["properties"][one["required"][0]])[0]
        lines.append(f"{one['required'][0]}_example: {flow(entry)}" if anchor in IDS else f"- {flow(entry)}")
    return lines


def keys_around(anchor: str) -> list[str]:
    """Return the keys under which an example stands."""
    top, *rest = anchor.split(".")
    if top in IDS:
        return [top, IDS[top], *rest]
    return [] if top in ("numbers", "every-entry", "top-level") else [top, *rest]


def flow(value: object) -> str:
    """Return a value as YAML in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, float | int):
        return f"{value:g}" if abs(value) < 1e6 else str(value)
    text = str(value)
    return text if re.fullmatch(r"[A-Za-z0-9_^$\[\]{},.()/-][^:#\"']*", text) and text[0] not in "[{^" else f'"{text}"'


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
