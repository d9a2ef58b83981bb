"""What only the whole scenario can show: names that mean something, a network that can be, a race that can be run."""

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import networkx as nx
from pydantic import BaseModel

from sim.scenario.numbers import Quantity
from sim.scenario.problems import nearest
from sim.scenario.reading import Path_
from sim.scenario.schema import Formation, Position, ScenarioModel

Problem = tuple[Path_, str]
SHORTEST, LONGEST = 0.995, 2.5
ALWAYS_LISTED = ("assumption", "command line")
EARTH_RADIUS_KM = 6371.0088


def cross_check(model: ScenarioModel, folder: Path | None) -> list[Problem]:
    """Return every problem that the parts of a scenario have with each other, as (key path, text).

    `folder`: where the scenario's files lie; None for a scenario without files.
    """
    problems = [*check_names(model), *(check_basemap(model, folder) if folder else [])]
    if problems:
        return problems
    return [
        *check_roads(model), *check_garrisons(model), *check_formations(model), *check_races(model),
        *check_reach(model), *check_sources(model),
    ]  # fmt: skip


def unknown(path: Path_, kind: str, name: str | None, names: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem where a name is given that nothing has."""
    known = list(names)
    if name is not None and name not in known:
        yield path, f"no {kind} '{name}'{nearest(name, known)}"


def all_unknown(path: Path_, kind: str, given: Iterable[str], names: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem for each name in a list that nothing has."""
    known = list(names)
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
        for ally in sides:
            if ally in member:
                yield ("alliances", one), f"the side '{ally}' is in '{member[ally]}' already; one alliance is allowed"
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
        start = start_of(formation)
        yield from unknown((*at, "start"), "place", start.at, model.places)
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
    tags = {tag for place in model.places.values() for tag in place.tags}
    for one, arm in model.air_arms.items():
        yield from all_unknown(("air_arms", one, "supports"), "side", arm.supports, model.sides)
        yield from all_unknown(("air_arms", one, "flies_over"), "tag of places", arm.flies_over, tags)


def names_of_map(model: ScenarioModel) -> Iterator[Problem]:
    """Check places, roads, zones and sieges."""
    flags = [*model.milestones, *model.events]
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
        yield from unknown(("zones", one, "lifted_by"), "milestone or event", zone.lifted_by, flags)
    for one, siege in model.sieges.items():
        yield from unknown(("sieges", one, "besieger"), "side", siege.besieger, model.sides)
        yield from all_unknown(("sieges", one, "places"), "place", siege.places, model.places)
        yield from all_unknown(("sieges", one, "ring_from"), "place", siege.ring_from, model.places)


def names_of_course(model: ScenarioModel) -> Iterator[Problem]:
    """Check tensions, channels, events, milestones, contestants and races."""
    flags = [*model.milestones, *model.events]
    for one in set(model.milestones) & set(model.events):
        yield ("events", one), "a milestone has the same id; the two share one list of flags"
    for table, entries in (("tensions", model.tensions), ("channels", model.channels)):
        for one, entry in entries.items():
            yield from all_unknown((table, one, "between"), "command", entry.between, model.commands)
    for one, event in model.events.items():
        yield from unknown(("events", one, "after"), "milestone or event", event.after, flags)
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


def check_basemap(model: ScenarioModel, folder: Path) -> Iterator[Problem]:
    """The base map lies in the scenario's folder."""
    if model.basemap is None:
        return
    file = (folder / model.basemap.file).resolve()
    if not file.is_relative_to(folder.resolve()):
        yield ("basemap", "file"), f"found {model.basemap.file!r}, a file inside the scenario's folder is allowed"
    elif not file.is_file():
        yield ("basemap", "file"), f"no file {model.basemap.file!r} beside the scenario"


def great_circle_km(model: ScenarioModel, a: str, b: str) -> float:
    """Return the great-circle distance of two places in km (haversine)."""
    one, other = model.places[a], model.places[b]
    lat_a, lon_a, lat_b, lon_b = (math.radians(x) for x in (one.lat, one.lon, other.lat, other.lon))
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))


def check_roads(model: ScenarioModel) -> Iterator[Problem]:
    """Roads join two different places once, and are no shorter than the great circle nor 2.5 times longer."""
    seen: dict[frozenset[str], str] = {}
    for one, road in model.roads.items():
        ends = frozenset((road.from_, road.to))
        if len(ends) == 1:
            yield ("roads", one), "joins a place with itself"
            continue
        if ends in seen:
            yield ("roads", one), f"joins the same places as '{seen[ends]}'"
        seen[ends] = one
        straight, km = great_circle_km(model, road.from_, road.to), road.length_km.median()
        if not SHORTEST * straight - 0.1 <= km <= LONGEST * straight + 0.1:
            bounds = f"{straight:.1f} (great circle) to {LONGEST * straight:.1f}"
            yield ("roads", one, "length_km"), f"found {km:g} km, {bounds} is allowed"


def check_garrisons(model: ScenarioModel) -> Iterator[Problem]:
    """A place has one garrison, of the side that holds it."""
    held_by: dict[str, str] = {}
    for one, garrison in model.garrisons.items():
        for index, place in enumerate(garrison.places):
            at: Path_ = ("garrisons", one, "places", index)
            if place in held_by:
                yield at, f"'{place}' is in the garrison '{held_by[place]}' already"
            held_by[place] = one
            if model.places[place].holder != garrison.side:
                yield at, f"'{place}' is held by {model.places[place].holder or 'nobody'}, not by {garrison.side}"


def start_of(formation: Formation) -> Position:
    """Return where a formation starts."""
    return formation.start if isinstance(formation.start, Position) else Position(at=formation.start)


def stances(model: ScenarioModel) -> dict[frozenset[str], str]:
    """Return the stance of each listed pair of sides."""
    return {frozenset(one.between): one.stance for one in model.relations}


def check_formations(model: ScenarioModel) -> Iterator[Problem]:
    """Formations start on a road, on ground that is not hostile, and run for one contestant."""
    joined = {frozenset((road.from_, road.to)): road for road in model.roads.values()}
    relations = stances(model)
    for one, formation in model.formations.items():
        start, at = start_of(formation), ("formations", one, "start")
        holder = model.places[start.at].holder
        if holder and relations.get(frozenset((holder, formation.side))) == "hostile":
            yield at, f"'{start.at}' is held by the hostile side {holder}"
        if start.towards is None:
            if formation.assaulting:
                yield at, "assaulting needs start: {at: ..., towards: the place under assault}"
            continue
        road = joined.get(frozenset((start.at, start.towards)))
        if road is None:
            yield (*at, "towards"), f"no road joins '{start.at}' and '{start.towards}'"
        elif start.km is not None and not (start.km.is_constant and start.km.constant <= road.length_km.median()):
            yield (
                (*at, "km"),
                f"found {start.km}, a constant up to the road's {road.length_km.median():g} km is allowed",
            )
    runs_for: dict[str, str] = {}
    for one, contestant in model.contestants.items():
        for formation_id in contestant.formations:
            if formation_id in runs_for:
                yield ("contestants", one), f"'{formation_id}' runs for '{runs_for[formation_id]}' already"
            runs_for[formation_id] = one


def check_races(model: ScenarioModel) -> Iterator[Problem]:
    """A finish is not held at the start by the contestant's side, besieged places aside; one race is the headline."""
    besieged = {place for siege in model.sieges.values() for place in siege.places}
    for one, race in model.races.items():
        for entrant, places in race.finish.items():
            for index, place in enumerate(places):
                if model.places[place].holder == model.contestants[entrant].side and place not in besieged:
                    at: Path_ = ("races", one, "finish", entrant, index)
                    yield at, f"'{place}' is held by the contestant's own side at the start"
    headlines = [one for one, race in model.races.items() if race.headline]
    for one in headlines[1:]:
        yield ("races", one, "headline"), f"'{headlines[0]}' is the headline race already; one is allowed"


def check_reach(model: ScenarioModel) -> Iterator[Problem]:
    """Every objective can be reached by road through countries that the side may enter."""
    graph = nx.Graph((road.from_, road.to) for road in model.roads.values())
    graph.add_nodes_from(model.places)
    parts: dict[tuple[str, ...], dict[str, int]] = {}
    for one, formation in model.formations.items():
        countries = tuple(model.sides[formation.side].countries)
        if countries not in parts:
            parts[countries] = components(model, graph, countries)
        number, start = parts[countries], start_of(formation).at
        for index, order in enumerate(formation.orders):
            near = {number.get(one) for one in [start, *graph.neighbors(start)]} - {None}
            if number.get(order.objective) not in near:
                at: Path_ = ("formations", one, "orders", index, "objective")
                yield (
                    at,
                    f"no road leads from '{start}' to '{order.objective}' through {', '.join(countries) or 'anywhere'}",
                )


def components(model: ScenarioModel, graph: nx.Graph, countries: tuple[str, ...]) -> dict[str, int]:
    """Return the connected part in which each place lies that a side may enter."""
    open_to = [one for one, place in model.places.items() if not countries or place.country in countries]
    parts = nx.connected_components(graph.subgraph(open_to))
    return {place: number for number, part in enumerate(parts) for place in part}


def check_sources(model: ScenarioModel) -> Iterator[Problem]:
    """Sources that are cited are listed."""
    if not model.sources:
        return
    listed = [*model.sources, *ALWAYS_LISTED]
    seen: set[str] = set()
    for path, entry in walk(model, ()):
        for source in getattr(entry, "source", []):
            if source not in listed and source not in seen:
                seen.add(source)
                yield (*path, "source"), f"no source '{source}' in the list of sources{nearest(source, listed)}"


def walk(entry: object, path: Path_) -> Iterator[tuple[Path_, BaseModel]]:
    """Yield every entry and number of a scenario with its key path."""
    if isinstance(entry, BaseModel):
        yield path, entry
        if not isinstance(entry, Quantity):
            for name, field in type(entry).model_fields.items():
                yield from walk(getattr(entry, name), (*path, field.alias or name))
    elif isinstance(entry, dict):
        for key, value in entry.items():
            yield from walk(value, (*path, key))
    elif isinstance(entry, list):
        for index, value in enumerate(entry):
            yield from walk(value, (*path, index))
