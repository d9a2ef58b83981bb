"""Constants of the map: places in space, the network as compressed sparse rows, who is near, what lies where."""

import math
from typing import TYPE_CHECKING

import numpy as np

from sim.compiled import compiled
from sim.scenario.rule_settings import Rules
from sim.scenario.schema import Zone

if TYPE_CHECKING:
    from sim.world.build import Builder

EARTH_RADIUS_KM = 6371.0088
REACHES = (
    "encounters.contact_range_km",
    "insurgents.raid_reach_km",
    "insurgents.reinforcement_reach_km",
    "insurgents.counter_attack_reach_km",
    "commands.mend_reach_km",
    "commands.clear_reach_km",
    "commands.help_reach_km",
)


def to_space(lat: float, lon: float) -> tuple[float, float, float]:
    """Return a point of the sphere as x, y, z in km; straight distances there are great circles up to 0.01 %."""
    phi, theta = math.radians(lat), math.radians(lon)
    level = EARTH_RADIUS_KM * math.cos(phi)
    return level * math.cos(theta), level * math.sin(theta), EARTH_RADIUS_KM * math.sin(phi)


@compiled
def distance_km(a, b):
    """Return the distance in km of two records that have a position in space."""
    dx = a.x_km - b.x_km
    dy = a.y_km - b.y_km
    dz = a.z_km - b.z_km
    return math.sqrt(dx * dx + dy * dy + dz * dz)


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance in km of two (lat, lon) points, by the haversine formula."""
    lat_a, lon_a, lat_b, lon_b = (math.radians(x) for x in (*a, *b))
    half = math.sin((lat_b - lat_a) / 2.0) ** 2
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2.0) ** 2
    return 2.0 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))


def in_polygon(lat: float, lon: float, corners: list[tuple[float, float]]) -> bool:
    """Return whether a point lies in a polygon of (lat, lon) corners (ray casting on the plate carrée)."""
    inside = False
    for (lat_a, lon_a), (lat_b, lon_b) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (lat_a > lat) != (lat_b > lat) and lon < (lon_b - lon_a) * (lat - lat_a) / (lat_b - lat_a) + lon_a:
            inside = not inside
    return inside


def constants(builder: "Builder") -> dict[str, np.ndarray]:
    """Return every constant array of the World."""
    return {
        **network(builder),
        **neighbours(builder),
        **memberships(builder),
        **milestone_lists(builder),
    }


def network(builder: "Builder") -> dict[str, np.ndarray]:
    """Return the road network as compressed sparse rows, each place's arcs in the order of the roads' rows."""
    arcs: list[list[tuple[int, int]]] = [[] for _ in builder.names["places"].ids]
    for row, one in enumerate(builder.names["roads"].ids):
        road = builder.model.roads[one]
        a, b = builder.row("places", road.from_), builder.row("places", road.to)
        arcs[a].append((b, row))
        arcs[b].append((a, row))
    flat = [arc for one in arcs for arc in one]
    return {
        "arc_starts": np.concatenate([[0], np.cumsum([len(one) for one in arcs])]).astype(np.int64),
        "arc_places": np.array([place for place, _ in flat], np.int64),
        "arc_roads": np.array([road for _, road in flat], np.int64),
    }


def longest_reach_km(rules: Rules) -> float:
    """Return the longest reach of any rule that a run may draw."""
    reaches = [getattr(getattr(rules, section), name) for section, name in (one.split(".") for one in REACHES)]
    highest = np.array([1.0 - 1e-9])
    return max(one.constant if one.is_constant else float(one.quantiles(highest)[0]) for one in reaches)


def neighbours(builder: "Builder") -> dict[str, np.ndarray]:
    """Return, for each place, the other places within `clock.near_km`, nearest first.

    Looked for among those that lie near in x: a map a hundred times larger does not take ten thousand times as long.
    """
    places, reach = builder.views["places"], builder.template[builder.layout.slot("clock", 0, column="near_km")]
    points = np.stack([places["x_km"], places["y_km"], places["z_km"]], axis=1)
    by_x = np.argsort(points[:, 0], kind="stable")
    first = np.searchsorted(points[by_x, 0], points[:, 0] - reach, side="left")
    stop = np.searchsorted(points[by_x, 0], points[:, 0] + reach, side="right")
    near: list[np.ndarray] = []
    kms: list[np.ndarray] = []
    for row in range(len(points)):
        strip = np.sort(by_x[first[row] : stop[row]])
        km = np.sqrt(((points[strip] - points[row]) ** 2).sum(axis=1))
        kept = np.flatnonzero((km <= reach) & (strip != row))
        nearest_first = kept[np.argsort(km[kept], kind="stable")]
        near.append(strip[nearest_first])
        kms.append(km[nearest_first])
    return {
        "near_starts": np.concatenate([[0], np.cumsum([len(one) for one in near])]).astype(np.int64),
        "near_places": np.concatenate(near).astype(np.int64),
        "near_km": np.concatenate(kms),
    }


def mask(builder: "Builder", rows: list, table: str, chosen: list) -> np.ndarray:
    """Return an int64 matrix len(rows) x table with 1 where the table's id is in the row's list."""
    matrix = np.zeros((len(rows), len(builder.names[table])), np.int64)
    for row, ids in enumerate(chosen):
        for one in ids:
            matrix[row, builder.row(table, one)] = 1
    return matrix


def rows_of_places(builder: "Builder", chosen: list[list[str]]) -> np.ndarray:
    """Return an int64 matrix with the rows of each list's places, ascending, filled up with -1."""
    matrix = np.full((len(chosen), 1 + max([len(ids) for ids in chosen], default=0)), -1, np.int64)
    for row, ids in enumerate(chosen):
        matrix[row, : len(ids)] = sorted(builder.row("places", one) for one in ids)
    return matrix


def listed(builder: "Builder", name: str, chosen: list[list[str]]) -> dict[str, np.ndarray]:
    """Return the rows of lists of formations, each ascending, one after the other, and where each list starts."""
    rows = [sorted(builder.row("formations", one) for one in ids) for ids in chosen]
    return {
        f"{name}_starts": np.cumsum([0, *map(len, rows)], dtype=np.int64),
        f"{name}_units": np.array(sum(rows, []), np.int64),
    }


def memberships(builder: "Builder") -> dict[str, np.ndarray]:
    """Return who may enter where and which places belong to what."""
    model, names = builder.model, builder.names
    sides = [model.sides[one] for one in names["sides"].ids]
    zones = [model.zones[one] for one in names["zones"].ids]
    arms = [model.air_arms[one] for one in names["air_arms"].ids]
    sieges = [model.sieges[one] for one in names["sieges"].ids]
    sectors = [model.sectors[one].polygon for one in names["sectors"].ids]
    bases = {side: model.sides[side].bases for side in names["sides"].ids}
    alliances = [alliance_sides(builder, one) for one in names["alliances"].ids]
    finishes = [
        model.races[race].finish.get(contestant, [])
        for race in names["races"].ids
        for contestant in names["contestants"].ids
    ]
    defied = [model.formations[one].defies for one in names["formations"].ids]
    led = [
        [one for one, unit in model.formations.items() if unit.command == command] for command in names["commands"].ids
    ]
    allied = [[one for one, unit in model.formations.items() if unit.side in sides] for sides in alliances]
    everywhere, everyone = names["places"].ids, names["countries"].ids
    return listed(builder, "alliance", allied) | listed(builder, "command", led) | {
        "may_enter": mask(builder, sides, "countries", [side.countries or everyone for side in sides]),
        "in_sector": mask(builder, sectors, "places", [places_inside(model, one) for one in sectors]),
        "in_zone": mask(builder, zones, "places", [places_of_zone(model, one) for one in zones]),
        "zone_sides": mask(builder, zones, "sides", [zone.applies_to for zone in zones]),
        "zone_askers": mask(builder, zones, "commands", [zone.asked_by for zone in zones]),
        "defies": mask(builder, defied, "zones", defied),
        "air_sides": mask(builder, arms, "sides", [arm.supports for arm in arms]),
        "air_places": mask(
            builder, arms, "places",
            [[p for p in everywhere if not arm.flies_over or set(arm.flies_over) & set(model.places[p].tags)]
             for arm in arms],
        ),
        "ring_places": rows_of_places(builder, [siege.ring_from for siege in sieges]),
        "besieged_places": rows_of_places(builder, [siege.places for siege in sieges]),
        "base_places": rows_of_places(builder, [[p for side in sides for p in bases[side]] for sides in alliances]),
        "finish_places": mask(builder, finishes, "places", finishes),
    }  # fmt: skip


def alliance_sides(builder: "Builder", alliance: str) -> list[str]:
    """Return the sides of an alliance, those of one alone included."""
    return list(builder.model.alliances.get(alliance, [alliance.removesuffix(" alone")]))


def places_inside(model: object, polygon: list[tuple[float, float]]) -> list[str]:
    """Return the places inside a polygon."""
    places = model.places  # type: ignore[attr-defined]
    return [one for one, place in places.items() if in_polygon(place.lat, place.lon, polygon)]


def places_of_zone(model: object, zone: Zone) -> list[str]:
    """Return the places inside a zone. A radius that is a distribution counts with its median here."""
    places = model.places  # type: ignore[attr-defined]
    if zone.shape == "tag":
        return [one for one, place in places.items() if zone.tag in place.tags]
    centre, radius = (zone.centre_lat, zone.centre_lon), zone.radius_km.median()  # type: ignore[union-attr]
    return [one for one, place in places.items() if great_circle_km(centre, (place.lat, place.lon)) <= radius]  # type: ignore[arg-type]


def milestone_lists(builder: "Builder") -> dict[str, np.ndarray]:
    """Return what each milestone asks of which places, sides and formations."""
    model, names = builder.model, builder.names
    stones = [model.milestones[one] for one in names["milestones"].ids]
    places, ends, sides, formations = [], [], [], []
    for stone in stones:
        asked = stone.held or stone.reached or stone.connected or stone.near
        by = list(asked.by) if asked else []
        reached = stone.reached
        places.append(asked.ends_a if stone.connected else getattr(asked, "places", []))  # type: ignore[union-attr]
        ends.append(stone.connected.ends_b if stone.connected else [])
        sides.append(by)
        listed = list(reached.formations) if reached else []
        chosen = [f for f, one in model.formations.items() if one.side in by and (reached or stone.near)]
        formations.append(listed + [one for one in chosen if one not in listed])
    return {
        "milestone_places": rows_of_places(builder, places),
        "milestone_ends": rows_of_places(builder, ends),
        "milestone_sides": mask(builder, stones, "sides", sides),
        "milestone_formations": mask(builder, stones, "formations", formations),
    }
