"""What only the whole scenario can show: a network that can be, forces that can stand there, a race that can be run."""

import math
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from pydantic import BaseModel

from sim.scenario.names import Problem
from sim.scenario.numbers import Quantity
from sim.scenario.problems import nearest, shown
from sim.scenario.reading import LARGEST_NUMBER, Path_
from sim.scenario.reading import cut as shorter
from sim.scenario.schema import Formation, Position, ScenarioModel

SHORTEST, LONGEST = 0.995, 2.5
ALWAYS_LISTED = ("assumption", "command line")
EARTH_RADIUS_KM = 6371.0088
WIDEST_SIGMA = 20.0
FIRST_YEAR, LAST_YEAR = 1700, 2200  # what tables of dates by the nanosecond can hold, with room for the horizon


def sense_checks(
    model: ScenarioModel, folder: Path | None, maimed: Collection[str] = (), later_days: bool = True
) -> Iterator[Problem]:
    """Yield what parts of a scenario, whose names all mean something, have against each other.

    `folder`: where the scenario's files lie; None for a scenario without files. `maimed`: tables of which something was
    taken out; checks that would be misled by that are left out. `later_days`: whether an event after the end is wrong.
    """
    if folder:
        yield from check_basemap(model, folder)
    for check, needed in CHECKS:
        if not needed & set(maimed):
            yield from check(model)
    if later_days and not {"horizon_days", "events"} & set(maimed):
        yield from check_days(model)


def check_basemap(model: ScenarioModel, folder: Path) -> Iterator[Problem]:
    """The base map lies in the scenario's folder."""
    if model.basemap is None:
        return
    at: Path_ = ("basemap", "file")
    try:
        file = (folder / model.basemap.file).resolve()
        inside, there = file.is_relative_to(folder.resolve()), file.is_file()
    except (OSError, RuntimeError, ValueError):
        inside, there = True, False
    if not inside:
        yield Problem(at, f"found {shown(model.basemap.file)}, a file inside the scenario's folder is allowed")
    elif not there:
        yield Problem(at, f"no file {shown(model.basemap.file)} beside the scenario")


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
            yield Problem(("roads", one), "joins a place with itself")
            continue
        if ends in seen:
            yield Problem(("roads", one), f"joins the same places as '{seen[ends]}'")
        seen[ends] = one
        straight, km = great_circle_km(model, road.from_, road.to), road.length_km.median()
        if not SHORTEST * straight - 0.1 <= km <= LONGEST * straight + 0.1:
            bounds = f"{straight:.1f} (great circle) to {LONGEST * straight:.1f}"
            yield Problem(("roads", one, "length_km"), f"found {km:g} km, {bounds} is allowed")


def check_garrisons(model: ScenarioModel) -> Iterator[Problem]:
    """A place has one garrison, of the side that holds it."""
    held_by: dict[str, str] = {}
    for one, garrison in model.garrisons.items():
        for index, place in enumerate(garrison.places):
            at: Path_ = ("garrisons", one, "places", index)
            if place in held_by:
                yield Problem(at, f"'{place}' is in the garrison '{held_by[place]}' already")
            held_by[place] = one
            if model.places[place].holder != garrison.side:
                yield Problem(
                    at, f"'{place}' is held by {model.places[place].holder or 'nobody'}, not by {garrison.side}"
                )


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
            yield Problem(at, f"'{start.at}' is held by the hostile side {holder}")
        if start.towards is None:
            if formation.assaulting:
                yield Problem(
                    (*at[:2], "assaulting"), "assaulting needs start: {at: ..., towards: the place under assault}"
                )
            continue
        road = joined.get(frozenset((start.at, start.towards)))
        if road is None:
            yield Problem((*at, "towards"), f"no road joins '{start.at}' and '{start.towards}'")
        elif start.km is not None and not (start.km.is_constant and start.km.constant <= road.length_km.median()):
            yield Problem(
                (*at, "km"),
                f"found {start.km}, a constant up to the road's {road.length_km.median():g} km is allowed",
            )
    runs_for: dict[str, str] = {}
    for one, contestant in model.contestants.items():
        for index, formation_id in enumerate(contestant.formations):
            if formation_id in runs_for:
                yield Problem(
                    ("contestants", one, "formations", index),
                    f"'{formation_id}' runs for '{runs_for[formation_id]}' already",
                )
            runs_for[formation_id] = one


def check_races(model: ScenarioModel) -> Iterator[Problem]:
    """A finish is not held at the start by the contestant's side, besieged places aside; one race is the headline."""
    besieged = {place for siege in model.sieges.values() for place in siege.places}
    for one, race in model.races.items():
        for entrant, places in race.finish.items():
            for index, place in enumerate(places):
                if model.places[place].holder == model.contestants[entrant].side and place not in besieged:
                    at: Path_ = ("races", one, "finish", entrant, index)
                    yield Problem(at, f"'{place}' is held by the contestant's own side at the start")
    headlines = [one for one, race in model.races.items() if race.headline]
    for one in headlines[1:]:
        yield Problem(("races", one, "headline"), f"'{headlines[0]}' is the headline race already; one is allowed")


def check_reach(model: ScenarioModel) -> Iterator[Problem]:
    """Every objective, and one finish of each entrant, can be reached by road through countries the side may enter."""
    roads = neighbours(model)
    parts = {one: components(model, roads, side.countries) for one, side in model.sides.items()}
    for one, formation in model.formations.items():
        number, start = parts[formation.side], start_of(formation).at
        near = {number.get(place) for place in [start, *roads[start]]} - {None}
        for index, order in enumerate(formation.orders):
            if number.get(order.objective) not in near:
                at: Path_ = ("formations", one, "orders", index, "objective")
                yield Problem(at, no_way(model, formation.side, start, order.objective))
    for one, race in model.races.items():
        for entrant, places in race.finish.items():
            forces = [model.formations[each] for each in model.contestants[entrant].formations]
            near = {parts[each.side].get(place) for each in forces for place in around(roads, start_of(each).at)} - {
                None
            }
            for index, place in enumerate(places):
                if forces and not any(parts[each.side].get(place) in near for each in forces):
                    text = no_way(model, forces[0].side, f"{entrant}'s formations", place)
                    yield Problem(("races", one, "finish", entrant, index), text)


def no_way(model: ScenarioModel, side: str, start: str, end: str) -> str:
    """Return the message that no road leads from a start to an end."""
    return f"no road leads from '{start}' to '{end}' through {', '.join(model.sides[side].countries) or 'anywhere'}"


def neighbours(model: ScenarioModel) -> dict[str, set[str]]:
    """Return the places that a road joins with each place."""
    joined: dict[str, set[str]] = {one: set() for one in model.places}
    for road in model.roads.values():
        joined[road.from_].add(road.to)
        joined[road.to].add(road.from_)
    return joined


def around(roads: dict[str, set[str]], place: str) -> list[str]:
    """Return a place and its neighbours."""
    return [place, *roads[place]]


def components(model: ScenarioModel, roads: dict[str, set[str]], countries: list[str]) -> dict[str, int]:
    """Return the number of the connected part in which each place lies that a side may enter."""
    part: dict[str, int] = {}
    open_to = {one for one, place in model.places.items() if not countries or place.country in countries}
    for first in model.places:
        waiting = [first] if first in open_to and first not in part else []
        for place in waiting:
            part[place] = part[first] if first in part else len(part)
            fresh = (roads[place] & open_to) - part.keys()
            part.update(dict.fromkeys(fresh, part[first]))
            waiting += sorted(fresh)
    return part


def check_zones(model: ScenarioModel) -> Iterator[Problem]:
    """A zone stops somebody, and who defies one defies a command; a line that no command enforces is kept by all."""
    for one, zone in model.zones.items():
        at: Path_ = ("zones", one)
        if not zone.applies_to:
            yield Problem((*at, "applies_to"), "the zone stops nobody, a list of sides is allowed")
        if zone.enforcer and model.commands[zone.enforcer].side in zone.applies_to:
            side = model.commands[zone.enforcer].side
            yield Problem((*at, "enforcer"), f"'{zone.enforcer}' is a command of {side}, to which the zone applies")
    for one, formation in model.formations.items():
        for index, name in enumerate(formation.defies):
            if model.zones[name].enforcer is None:
                text = f"no command enforces the zone '{name}': nobody is there to defy; give the zone its enforcer"
                yield Problem(("formations", one, "defies", index), text)


def check_stances(model: ScenarioModel) -> Iterator[Problem]:
    """Relations, tensions and channels join two, and each pair of sides has one stance; patrons are no circle."""
    for table in ("tensions", "channels"):
        for one, entry in getattr(model, table).items():
            if len(set(entry.between)) == 1:
                yield Problem((table, one, "between"), f"found '{entry.between[0]}' twice, two commands are allowed")
    seen: set[frozenset[str]] = set()
    for index, relation in enumerate(model.relations):
        pair = frozenset(relation.between)
        if len(pair) == 1:
            text = f"found '{relation.between[0]}' twice, two sides are allowed"
            yield Problem(("relations", index, "between"), text)
        elif pair in seen:
            yield Problem(("relations", index, "between"), f"the stance of {' and '.join(sorted(pair))} is given twice")
        seen.add(pair)
    for one, command in model.commands.items():
        above, here = [one], command.patron
        while here and here not in above:
            above.append(here)
            here = model.commands[here].patron
        if here == one:
            yield Problem(("commands", one, "patron"), f"patrons go round in a circle: {' - '.join([*above, one])}")


def check_dates(model: ScenarioModel) -> Iterator[Problem]:
    """The start is a date that tables can hold, and events fall due on day 0 or later."""
    if not FIRST_YEAR <= model.start_date.year <= LAST_YEAR:
        text = f"found {model.start_date}, a date from {FIRST_YEAR} to {LAST_YEAR} is allowed"
        yield Problem(("start_date",), text)
    for one, event in model.events.items():
        low = event.day.support()[0] if event.day else 0.0
        if event.day and low < 0:
            advice = "" if event.day.is_constant else "; truncate it"
            found = f"day {low:g}" if event.day.is_constant else f"a distribution from day {low:g}"
            yield Problem(("events", one, "day"), f"found {found}, day 0 or later is allowed{advice}")


def check_days(model: ScenarioModel) -> Iterator[Problem]:
    """Events can fall due before the end."""
    for one, event in model.events.items():
        if event.day and event.day.support()[0] > model.horizon_days:
            text = f"found day {event.day}, a day up to the end (horizon_days: {model.horizon_days}) is allowed"
            yield Problem(("events", one, "day"), text)


def check_numbers(model: ScenarioModel) -> Iterator[Problem]:
    """Numbers are of a size that can be reckoned with."""
    for path, entry in walk(model, ()):
        if not isinstance(entry, Quantity):
            continue
        shape = getattr(entry, entry.kind)
        numbers = [one for one in parameters(shape) if abs(one) > LARGEST_NUMBER]
        if numbers:
            yield Problem(path, f"found {numbers[0]:g}, a number up to {LARGEST_NUMBER:g} is allowed")
        elif entry.lognormal is not None and entry.lognormal.spread > WIDEST_SIGMA:
            text = f"found a lognormal of sigma {entry.lognormal.spread:g}, sigma up to {WIDEST_SIGMA:g} is allowed"
            yield Problem(path, text)
    for one, place in model.places.items():
        if place.population is not None and place.population > LARGEST_NUMBER:
            text = f"found {place.population:g}, a number up to {LARGEST_NUMBER:g} is allowed"
            yield Problem(("places", one, "population"), text)


def parameters(shape: object) -> list[float]:
    """Return the numbers of which a constant or distribution is made."""
    if isinstance(shape, BaseModel):
        return [one for value in shape.model_dump(exclude_none=True).values() for one in parameters(value)]
    return [float(one) for one in shape] if isinstance(shape, list | tuple) else [float(shape)]  # type: ignore[arg-type]


def check_sources(model: ScenarioModel) -> Iterator[Problem]:
    """Sources that are cited are listed."""
    if not model.sources:
        return
    listed = [*model.sources, *ALWAYS_LISTED]
    for path, entry in walk(model, ()):
        for index, source in enumerate(getattr(entry, "source", [])):
            if source not in listed:
                text = f"no source '{shorter(source)}' in the list of sources{nearest(source, listed)}"
                yield Problem((*path, "source", index), text)


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


# What is checked, and the tables without which (each needs all of one) the check would be misled.
CHECKS: tuple[tuple[Callable[[ScenarioModel], Iterator[Problem]], frozenset[str]], ...] = (
    (check_dates, frozenset({"start_date"})),
    (check_numbers, frozenset()),
    (check_stances, frozenset()),
    (check_zones, frozenset({"zones"})),
    (check_roads, frozenset({"places", "roads"})),
    (check_garrisons, frozenset({"places"})),
    (check_formations, frozenset({"places", "relations", "roads"})),
    (check_races, frozenset({"places", "contestants", "sieges"})),
    (check_reach, frozenset({"places", "roads", "sides", "contestants"})),
    (check_sources, frozenset({"sources"})),
)
