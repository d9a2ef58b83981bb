"""A new scenario for somebody to go on from: a small campaign with comments, or an overlay of another scenario."""

import re
from pathlib import Path
from typing import Any

import jinja2

from sim.errors import UsageError
from sim.scenario.json_schema import as_text, scenario_schema
from sim.scenario.loading import Scenario, load
from sim.scenario.locate import (
    FILE_NAME,
    FOLDERS_VARIABLE,
    TEMPLATE,
    find_scenario,
    own_folders,
    shipped_folders,
    shipped_names,
)
from sim.scenario.numbers import Quantity
from sim.scenario.schema import Order

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
NAME_IN_TEMPLATE = "MY_SCENARIO"
OVERLAY_TEMPLATE = "overlay.yaml.jinja"
SCHEMA_FILE = "scenario.schema.json"  # the template's first line names it, for editors
MORE_MEN = 1.2
Entry = dict[str, Any]


def new_scenario(name: str, folder: Path) -> Path:
    """Write the folder `name` with a small campaign full of comments; return its scenario.yaml. Raises UsageError."""
    refuse_name(name)
    made = folder / name
    refuse_overwriting(name, folder)
    made.mkdir(parents=True)
    for file in sorted(TEMPLATE.iterdir()):
        if file.name != OVERLAY_TEMPLATE:
            text = file.read_text(encoding="utf-8").replace(NAME_IN_TEMPLATE, name)
            (made / file.name).write_text(text, encoding="utf-8")
    (made / SCHEMA_FILE).write_text(as_text(scenario_schema()), encoding="utf-8")
    return made / FILE_NAME


def new_overlay(name: str, base: str, folder: Path) -> Path:
    """Write the file `name`.yaml, an overlay of the scenario `base`; return its path.

    Raises UsageError for a name that cannot be, ScenarioError for a base that is not there or not in order.
    """
    refuse_name(name)
    refuse_overwriting(name, folder)
    scenario = load(base)
    path = folder / f"{name}.yaml"
    engine = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE), undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    words = {"name": name, "base": scenario.name, "extends": name_for(base, folder), **examples(scenario)}
    text = engine.get_template(OVERLAY_TEMPLATE).render(words)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def refuse_name(name: str) -> None:
    """Raise UsageError unless a name is lower_snake_case and no shipped scenario's."""
    if not NAME.fullmatch(name):
        raise UsageError(f"scenario new: found '{name}'; a name in lower_snake_case is allowed, such as my_campaign")
    if name in shipped_names():
        raise UsageError(f"scenario new: '{name}' is a shipped scenario; take another name")


def refuse_overwriting(name: str, folder: Path) -> None:
    """Raise UsageError where a scenario of that name is in the folder already."""
    for there in (folder / name, folder / f"{name}.yaml"):
        if there.exists():
            raise UsageError(f"scenario new: {there} is there already; nothing was written")


def name_for(base: str, folder: Path) -> str:
    """Return what `extends:` says in a file of a folder: a name found from anywhere, or a path inside the folder.

    Raises UsageError for a base that is neither.
    """
    found = find_scenario(base).resolve()
    for home in [*own_folders(), *shipped_folders()]:
        if found in [(home / base / FILE_NAME).resolve(), (home / f"{base}.yaml").resolve()]:
            return base
    target = found.parent if found.name == FILE_NAME else found
    if not target.is_relative_to(folder.resolve()):
        raise UsageError(
            f"scenario new: {target} is not in {folder}, where the overlay goes; an overlay stands beside its base "
            f"(see --out), or the folder that the base is in stands in {FOLDERS_VARIABLE}"
        )
    return target.relative_to(folder.resolve()).as_posix()


def examples(scenario: Scenario) -> Entry:
    """Return what the overlay's examples speak of: entries of this scenario, None where it has none."""
    model = scenario.model
    formation = first_contestant(scenario)
    command = model.formations[formation].command
    interests = model.commands[command].interests
    objective = next(iter(interests), None)
    return {
        "formation": formation_words(scenario, formation),
        "garrison": next(({"id": one, "men": round_men(garrison.strength_men.median())}
                          for one, garrison in model.garrisons.items()), None),
        "place": lost_place(scenario),
        "command": {
            "id": command, "restraint": short(model.commands[command].restraint), "objective": objective,
            "interest": short(interests[objective]) if objective else None,
        },
        "event": next(({"id": one, "title": event.title, "probability": short(event.probability)}
                       for one, event in model.events.items() if event.effects), None),
        "zone": zone_words(scenario),
        "road": next(({"id": one, "km": short(road.length_km)} for one, road in model.roads.items()), None),
        "pause_days": short(model.rules.march.pause_days),
    }  # fmt: skip


def first_contestant(scenario: Scenario) -> str:
    """Return the first formation of the first contestant of the headline race."""
    model = scenario.model
    race = next((one for one in model.races.values() if one.headline), next(iter(model.races.values())))
    entrant = next(iter(race.finish))
    return model.contestants[entrant].formations[0]


def formation_words(scenario: Scenario, one: str) -> Entry:
    """Return a formation's name, strength, tempo and orders, as they are written in a file."""
    formation = scenario.model.formations[one]
    return {
        "id": one, "name": formation.name.replace('"', "'"), "men": str(formation.strength_men),
        "more_men": round_men(MORE_MEN * formation.strength_men.median()), "tempo": short(formation.tempo),
        "orders": [order_words(order) for order in formation.orders],
    }  # fmt: skip


def order_words(order: Order) -> str:
    """Return an order as it is written in a file, without what is the default."""
    said = order.model_dump(exclude_defaults=True, exclude={"source", "confidence", "note"})
    return "{" + ", ".join(f"{key}: {value}" for key, value in said.items()) + "}"


def lost_place(scenario: Scenario) -> Entry | None:
    """Return a held place that no garrison lists, no siege concerns and no formation stands in: it can be nobody's."""
    model = scenario.model
    named = {place for garrison in model.garrisons.values() for place in garrison.places}
    named |= {place for siege in model.sieges.values() for place in siege.places}
    named |= {place for side in model.sides.values() for place in side.bases}
    named |= {one.start if isinstance(one.start, str) else one.start.at for one in model.formations.values()}
    return next(({"id": one, "holder": place.holder} for one, place in model.places.items()
                 if place.holder and one not in named), None)  # fmt: skip


def zone_words(scenario: Scenario) -> Entry | None:
    """Return a zone that can be taken away as it stands, since no formation is told to defy it."""
    model = scenario.model
    defied = {zone for formation in model.formations.values() for zone in formation.defies}
    return next(({"id": one, "name": zone.name} for one, zone in model.zones.items() if one not in defied), None)


def round_men(men: float) -> int:
    """Return a number of men to two digits."""
    return int(float(f"{men:.2g}"))


def short(quantity: Quantity) -> str:
    """Return a number's median to three digits."""
    return f"{quantity.median():.3g}"
