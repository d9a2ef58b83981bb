"""Names that mean something: every id that a scenario uses is there."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pydantic import BaseModel

from sim.scenario.problems import nearest
from sim.scenario.reading import Path_, cut
from sim.scenario.schema import Position, ScenarioModel


class Problem(NamedTuple):
    """What is wrong at a key path; `kind` and `name` of what is used and not there, "" for anything else."""

    path: Path_
    text: str
    kind: str = ""
    name: str = ""


def unknown(path: Path_, kind: str, name: str | None, names: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem where a name is given that nothing has."""
    known = names if isinstance(names, dict | set) else list(names)
    if name is not None and name not in known:
        yield Problem(path, f"no {kind} '{cut(name)}'{nearest(name, sorted(known))}", kind, name)


def all_unknown(path: Path_, kind: str, given: Iterable[str], names: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem for each name in a list that nothing has."""
    known = names if isinstance(names, dict | set) else set(names)
    for index, name in enumerate(given):
        yield from unknown((*path, index), kind, name, known)


def check_names(model: ScenarioModel) -> Iterator[Problem]:
    """Yield every id that is used and not there."""
    yield from names_of_sides(model)
    yield from names_of_forces(model)
    yield from names_of_map(model)
    yield from names_of_course(model)


def names_of_sides(model: ScenarioModel) -> Iterator[Problem]:
    """Check relations, alliances and commands."""
    for one, side in model.sides.items():
        yield from unknown(("sides", one, "command"), "command", side.command, model.commands)
        yield from all_unknown(("sides", one, "bases"), "place", side.bases, model.places)
        countries = {place.country for place in model.places.values()}
        yield from all_unknown(("sides", one, "countries"), "country", side.countries, countries)
    for index, relation in enumerate(model.relations):
        yield from all_unknown(("relations", index, "between"), "side", relation.between, model.sides)
    member: dict[str, str] = {}
    for one, sides in model.alliances.items():
        yield from all_unknown(("alliances", one), "side", sides, model.sides)
        for index, ally in enumerate(sides):
            if ally in member:
                yield Problem(
                    ("alliances", one, index),
                    f"the side '{ally}' is in '{member[ally]}' already; one alliance is allowed",
                )
            member[ally] = one
    for one, command in model.commands.items():
        yield from unknown(("commands", one, "side"), "side", command.side, model.sides)
        yield from unknown(("commands", one, "patron"), "command", command.patron, model.commands)
        for place in command.interests:
            yield from unknown(("commands", one, "interests", place), "place", place, model.places)


def names_of_forces(model: ScenarioModel) -> Iterator[Problem]:
    """Check formations, garrisons and air arms."""
    flags = [*model.milestones, *model.events]
    for one, formation in model.formations.items():
        at: Path_ = ("formations", one)
        yield from unknown((*at, "side"), "side", formation.side, model.sides)
        yield from unknown((*at, "command"), "command", formation.command, model.commands)
        yield from unknown((*at, "sector"), "sector", formation.sector, model.sectors)
        yield from all_unknown((*at, "defies"), "zone", formation.defies, model.zones)
        for command in formation.obedience:
            yield from unknown((*at, "obedience", command), "command", command, model.commands)
        start = formation.start if isinstance(formation.start, Position) else Position(at=formation.start)
        begins: Path_ = (*at, "start", "at") if isinstance(formation.start, Position) else (*at, "start")
        yield from unknown(begins, "place", start.at, model.places)
        yield from unknown((*at, "start", "towards"), "place", start.towards, model.places)
        for index, order in enumerate(formation.orders):
            yield from unknown((*at, "orders", index, "objective"), "place", order.objective, model.places)
            for key in ("after", "only_if", "unless"):
                yield from unknown((*at, "orders", index, key), "milestone or event", getattr(order, key), flags)
    for table, entries in (("garrisons", model.garrisons), ("air_arms", model.air_arms)):
        for one, entry in entries.items():
            yield from unknown((table, one, "side"), "side", entry.side, model.sides)
            yield from unknown((table, one, "command"), "command", entry.command, model.commands)
    for one, garrison in model.garrisons.items():
        yield from all_unknown(("garrisons", one, "places"), "place", garrison.places, model.places)
        for place in garrison.weights:
            yield from unknown(("garrisons", one, "weights", place), "place of this garrison", place, garrison.places)
    tags = tags_of(model)
    for one, arm in model.air_arms.items():
        yield from all_unknown(("air_arms", one, "supports"), "side", arm.supports, model.sides)
        yield from all_unknown(("air_arms", one, "flies_over"), "tag of places", arm.flies_over, tags)


def names_of_map(model: ScenarioModel) -> Iterator[Problem]:
    """Check places, roads, zones and sieges."""
    flags = [*model.milestones, *model.events]
    tags = tags_of(model)
    for one, place in model.places.items():
        yield from unknown(("places", one, "kind"), "place kind", place.kind, model.place_kinds)
        yield from unknown(("places", one, "holder"), "side", place.holder, model.sides)
        yield from unknown(("places", one, "contested_by"), "side", place.contested_by, model.sides)
    for one, road in model.roads.items():
        yield from unknown(("roads", one, "from"), "place", road.from_, model.places)
        yield from unknown(("roads", one, "to"), "place", road.to, model.places)
        yield from unknown(("roads", one, "class"), "road class", road.road_class, model.road_classes)
    for one, zone in model.zones.items():
        yield from all_unknown(("zones", one, "applies_to"), "side", zone.applies_to, model.sides)
        yield from unknown(("zones", one, "enforcer"), "command", zone.enforcer, model.commands)
        yield from all_unknown(("zones", one, "asked_by"), "command", zone.asked_by, model.commands)
        yield from unknown(("zones", one, "tag"), "tag of places", zone.tag, tags)
        yield from unknown(("zones", one, "lifted_by"), "milestone or event", zone.lifted_by, flags)
    for one, siege in model.sieges.items():
        yield from unknown(("sieges", one, "besieger"), "side", siege.besieger, model.sides)
        yield from all_unknown(("sieges", one, "places"), "place", siege.places, model.places)
        yield from all_unknown(("sieges", one, "ring_from"), "place", siege.ring_from, model.places)


def names_of_course(model: ScenarioModel) -> Iterator[Problem]:
    """Check tensions, channels, events, milestones, contestants and races."""
    flags = [*model.milestones, *model.events]
    for one in (flag for flag in model.events if flag in model.milestones):
        yield Problem(("events", one), "a milestone has the same id; the two share one list of flags")
    for table, entries in (("tensions", model.tensions), ("channels", model.channels)):
        for one, entry in entries.items():
            yield from all_unknown((table, one, "between"), "command", entry.between, model.commands)
    for one, event in model.events.items():
        yield from unknown(("events", one, "after"), "milestone or event", event.after, flags)
        yield from unknown(("events", one, "unless"), "milestone or event", event.unless, flags)
        yield from unknown(("events", one, "hazard_times_when"), "milestone or event", event.hazard_times_when, flags)
        for index, effect in enumerate(event.effects):
            at: Path_ = ("events", one, "effects", index)
            for key in ("reinforce", "resize", "remove"):
                yield from unknown((*at, key), "formation", getattr(effect, key), model.formations)
            for key in ("suspend", "restore"):
                yield from unknown((*at, key), "channel", getattr(effect, key), model.channels)
            yield from unknown((*at, "tension"), "tension", effect.tension, model.tensions)
            yield from unknown((*at, "fall"), "siege", effect.fall, model.sieges)
            if effect.relation:
                yield from all_unknown((*at, "relation", "between"), "side", effect.relation.between, model.sides)
    for one, stone in model.milestones.items():
        yield from names_of_milestone(model, ("milestones", one), stone)
    for one, contestant in model.contestants.items():
        yield from unknown(("contestants", one, "side"), "side", contestant.side, model.sides)
        yield from all_unknown(("contestants", one, "formations"), "formation", contestant.formations, model.formations)
    for one, race in model.races.items():
        for entrant, places in race.finish.items():
            yield from unknown(("races", one, "finish", entrant), "contestant", entrant, model.contestants)
            yield from all_unknown(("races", one, "finish", entrant), "place", places, model.places)


def names_of_milestone(model: ScenarioModel, at: Path_, stone: BaseModel) -> Iterator[Problem]:
    """Check one milestone's predicate."""
    for kind in ("held", "reached", "near", "connected"):
        asked = getattr(stone, kind)
        if asked is not None:
            yield from all_unknown((*at, kind, "by"), "side", asked.by, model.sides)
            for key in ("places", "ends_a", "ends_b"):
                yield from all_unknown((*at, kind, key), "place", getattr(asked, key, []), model.places)
            yield from all_unknown(
                (*at, kind, "formations"), "formation", getattr(asked, "formations", []), model.formations
            )
            yield from unknown((*at, kind, "place"), "place", getattr(asked, "place", None), model.places)
    for kind in ("relieved", "fallen"):
        yield from unknown((*at, kind), "siege", getattr(stone, kind), model.sieges)


def tags_of(model: ScenarioModel) -> set[str]:
    """Return every tag that a place carries."""
    return {tag for place in model.places.values() for tag in place.tags}
