"""Random road networks and orders of battle of any size, as scenarios that the project's loader accepts.

Rules, kinds of places and classes of roads are those of the baseline, and each place and road is of the kind or class
of a random one there, so that a generated scenario differs in size and luck but not in nature. Contestants' sides hold
the corners of a square region, insurgents its middle; every formation fights its way to the finish at the centre and
has further objectives after that, so that it does not run out of work.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
import numpy as np
from scipy.spatial import Delaunay

from sim.scenario.loading import load

Mapping = dict[str, Any]

BASELINE = "june_2017"
COMMON = ("rules", "place_kinds", "road_classes")
INSURGENTS = "insurgents"
FINISH = "finish"
SPACING_KM = 30.0  # with the detours of roads this makes the baseline's mean segment of 39 km
JITTER_SHARE = 0.35
KM_PER_DEGREE = 111.19
DETOURS = (1.05, 1.3)
INSURGENT_SHARE = 0.5  # of the places; in the baseline they hold 82 of 154
PLACES_A_GARRISON = 7
MEN_A_PLACE = (60.0, 140.0, 300.0)
PLACES_A_BASE = 25
WAYPOINTS = 5
LATER_OBJECTIVES = 35


@dataclass(frozen=True)
class Size:
    """How large a generated scenario is; the default is about that of the baseline."""

    places: int = 150
    roads: int = 230
    formations: int = 15
    sides: int = 3
    horizon_days: int = 190
    tick_hours: float = 6.0

    def times(self, network: float = 1.0, formations: float = 1.0) -> "Size":
        """Return a size with so many times the network and the formations."""
        return replace(
            self,
            places=round(self.places * network),
            roads=round(self.roads * network),
            formations=round(self.formations * formations),
        )


def generate(size: Size, seed: int = 1) -> Mapping:
    """Return a scenario of this size as plain data; one seed gives one scenario.

    Formations draw from a stream of their own: more of them leave the network, its holders and its garrisons alone.
    """
    baseline = json.loads(load(BASELINE).text)
    map_random, force_random = (np.random.default_rng([seed, stream]) for stream in (0, 1))
    sides = [f"side_{index}" for index in range(size.sides)]
    points, graph = road_network(size.places, size.roads, map_random)
    homes = home_places(points, size.sides)
    held_by = holders(points, homes, sides)
    scenario = {
        "title": f"{size.places} places, {graph.number_of_edges()} roads, {size.formations} formations",
        "start_date": "2020-01-01",
        "horizon_days": size.horizon_days,
        "tick_hours": size.tick_hours,
        **{section: baseline[section] for section in COMMON},
        "places": place_rows(points, held_by, baseline, map_random),
        "roads": road_rows(points, graph, baseline, map_random),
        **politics(sides, bases(held_by, homes, sides, map_random)),
        "garrisons": garrison_rows(points, held_by),
    }
    return scenario | forces(graph, held_by, sides, size.formations, force_random)


# ---------------------------------------------------------------- the map


def road_network(places: int, roads: int, random: np.random.Generator) -> tuple[np.ndarray, nx.Graph]:
    """Return points (km, places x 2) on a jittered grid, the centre first, and a connected planar graph over them.

    The roads are a shortest spanning tree of the Delaunay triangulation and random others of its edges.
    """
    width = math.ceil(math.sqrt(places))
    cells = np.stack(np.meshgrid(np.arange(width), np.arange(width)), axis=-1).reshape(-1, 2) - (width - 1) / 2
    nearest_first = np.argsort(np.abs(cells).max(axis=1), kind="stable")[:places]
    points = (cells[nearest_first] + random.uniform(-JITTER_SHARE, JITTER_SHARE, (places, 2))) * SPACING_KM
    triangulation = nx.Graph()
    for corners in Delaunay(points).simplices:
        for a, b in ((corners[0], corners[1]), (corners[1], corners[2]), (corners[2], corners[0])):
            triangulation.add_edge(int(a), int(b), km=float(np.linalg.norm(points[a] - points[b])))
    graph = nx.minimum_spanning_tree(triangulation, weight="km")
    others = [edge for edge in sorted(triangulation.edges) if triangulation.edges[edge]["km"] < 2.0 * SPACING_KM]
    others = [edge for edge in others if not graph.has_edge(*edge)]
    for index in random.permutation(len(others))[: max(0, roads - graph.number_of_edges())]:
        graph.add_edge(*others[index], **triangulation.edges[others[index]])
    return points, graph


def home_places(points: np.ndarray, sides: int) -> list[int]:
    """Return, for each side, the place nearest to its point on the circle inside the region."""
    radius = 0.8 * np.abs(points).max()
    angles = 2.0 * np.pi * np.arange(sides) / sides
    corners = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return [int(np.linalg.norm(points - corner, axis=1).argmin()) for corner in corners]


def holders(points: np.ndarray, homes: list[int], sides: list[str]) -> list[str]:
    """Return who holds each place: the side whose home is nearest, insurgents where all homes are far."""
    km = np.stack([np.linalg.norm(points - points[home], axis=1) for home in homes])
    limit_km = np.quantile(km.min(axis=0), 1.0 - INSURGENT_SHARE)
    nearest_and_km = zip(km.argmin(axis=0), km.min(axis=0), strict=True)
    held = [sides[nearest] if least <= limit_km else INSURGENTS for nearest, least in nearest_and_km]
    return [INSURGENTS, *held[1:]]


def bases(held_by: list[str], homes: list[int], sides: list[str], random: np.random.Generator) -> dict[str, list[str]]:
    """Return each side's bases: its home and a share of its places, so that supply does not thin out with size."""
    chosen = {}
    for home, side in zip(homes, sides, strict=True):
        own = [place for place, holder in enumerate(held_by) if holder == side]
        further = random.permutation(own)[: len(own) // PLACES_A_BASE]
        chosen[side] = [place_id(place) for place in sorted({home, *further.tolist()})]
    return chosen


def place_id(place: int) -> str:
    """Return the id of a place; the first is the finish."""
    return FINISH if place == 0 else f"p{place}"


def to_degrees(point_km: np.ndarray) -> tuple[float, float]:
    """Return latitude and longitude of a point given in km round the meeting of equator and meridian."""
    lat = float(point_km[1]) / KM_PER_DEGREE
    return round(lat, 6), round(float(point_km[0]) / KM_PER_DEGREE / math.cos(math.radians(lat)), 6)


def place_rows(points: np.ndarray, held_by: list[str], baseline: Mapping, random: np.random.Generator) -> Mapping:
    """Return the places."""
    kinds = [place["kind"] for place in baseline["places"].values()]
    rows = {}
    for place, (point, holder) in enumerate(zip(points, held_by, strict=True)):
        lat, lon = to_degrees(point)
        kind = kinds[random.integers(len(kinds))]
        rows[place_id(place)] = {
            "name": place_id(place), "lat": lat, "lon": lon, "country": "land", "kind": kind, "holder": holder,
        }  # fmt: skip
    return rows


def road_rows(points: np.ndarray, graph: nx.Graph, baseline: Mapping, random: np.random.Generator) -> Mapping:
    """Return the roads, each some way longer than the straight line; writes `km` of the graph's edges as well."""
    classes = [road["class"] for road in baseline["roads"].values()]
    rows = {}
    for a, b in sorted(graph.edges):
        graph.edges[a, b]["km"] *= random.uniform(*DETOURS)
        rows[f"{place_id(a)}--{place_id(b)}"] = {
            "from": place_id(a), "to": place_id(b), "class": classes[random.integers(len(classes))],
            "length_km": round(graph.edges[a, b]["km"], 1),
        }  # fmt: skip
    return rows


# ---------------------------------------------------------------- who takes part


def politics(sides: list[str], bases_of: dict[str, list[str]]) -> Mapping:
    """Return sides, relations and commands with their aircraft, tensions and channels: contestants are rivals."""
    pairs = [(a, b) for index, a in enumerate(sides) for b in sides[index + 1 :]]
    between = {f"{a}_{b}": {"between": [f"{a}_hq", f"{b}_hq"]} for a, b in pairs}
    push = {"lognormal": {"median": 16, "sigma": 0.5}}
    return {
        "sides": {
            INSURGENTS: {"name": INSURGENTS, "command": f"{INSURGENTS}_hq"},
            **{
                one: {"name": one, "command": f"{one}_hq", "push_rate_km_per_day": push, "bases": bases_of[one]}
                for one in sides
            },
        },
        "relations": [{"between": [INSURGENTS, one], "stance": "hostile"} for one in sides]
        + [{"between": list(pair), "stance": "rival"} for pair in pairs],
        "commands": {
            f"{one}_hq": {"name": one, "side": one, "restraint": 0.3, "default_interest": 0.6}
            for one in [INSURGENTS, *sides]
        },
        "air_arms": {
            f"{one}_air": {
                "name": one, "side": one, "command": f"{one}_hq", "supports": [one], "sorties_per_day": 45,
                "sorties_for_full_support": 35, "support_factor": {"triangular": [1.1, 1.7, 3.0]},
            }
            for one in sides
        },
        "tensions": {one: pair | {"level": 0.4, "jump": 0.3, "half_life_days": 20} for one, pair in between.items()},
        "channels": {
            one: pair | {"working": 0.5, "restored_per_day": 0.1, "suspended_by_strike_probability": 0.2}
            for one, pair in between.items()
        },
    }  # fmt: skip


def garrison_rows(points: np.ndarray, held_by: list[str]) -> Mapping:
    """Return insurgent garrisons, each over a few places that lie together."""
    held = [place for place, holder in enumerate(held_by) if holder == INSURGENTS]
    side_km = SPACING_KM * math.sqrt(PLACES_A_GARRISON)
    districts: dict[tuple[int, int], list[str]] = {}
    for place in held:
        district = (math.floor(points[place][0] / side_km), math.floor(points[place][1] / side_km))
        districts.setdefault(district, []).append(place_id(place))
    return {
        f"g{index}": {
            "name": f"district {index}", "side": INSURGENTS, "command": f"{INSURGENTS}_hq", "insurgent": True,
            "strength_men": {"triangular": [men * len(places) for men in MEN_A_PLACE]},
            "quality": {"lognormal": {"median": 1.1, "sigma": 0.2}, "group": "insurgent_quality"}, "places": places,
        }
        for index, (_, places) in enumerate(sorted(districts.items()))
    }  # fmt: skip


def forces(
    graph: nx.Graph, held_by: list[str], sides: list[str], formations: int, random: np.random.Generator
) -> Mapping:
    """Return formations with their orders, the contestants (one a side), the race to the centre and milestones."""
    front = front_places(graph, held_by, sides)
    insurgent = [place for place, holder in enumerate(held_by) if holder == INSURGENTS]
    ways = nx.single_source_dijkstra_path(graph, 0, weight="km")
    units, watched = {}, {}
    for index in range(formations):
        side = sides[index % len(sides)]
        start = front[side][random.integers(len(front[side]))]
        way = [place for place in reversed(ways[start]) if held_by[place] == INSURGENTS]
        units[f"f{index}"] = formation(side, start, objectives(way, insurgent, random), index)
    for side in sides:
        watched[f"{side}_near"] = {"title": side, "near": {"place": FINISH, "within_km": 60, "by": [side]}}
        watched[f"{side}_holds"] = {"title": side, "held": {"places": [FINISH], "by": [side]}}
    runners = {side: [one for one, unit in units.items() if unit["side"] == side] for side in sides}
    contestants = {side: {"name": side, "side": side, "formations": ids} for side, ids in runners.items() if ids}
    return {
        "formations": units,
        "milestones": watched,
        "contestants": contestants,
        "races": {"centre": {"title": "First at the centre", "finish": {one: [FINISH] for one in contestants}}},
    }


def front_places(graph: nx.Graph, held_by: list[str], sides: Iterable[str]) -> dict[str, list[int]]:
    """Return each side's places beside insurgents."""
    front: dict[str, list[int]] = {side: [] for side in sides}
    for place in sorted(graph.nodes):
        if held_by[place] != INSURGENTS and any(held_by[other] == INSURGENTS for other in graph.neighbors(place)):
            front[held_by[place]].append(place)
    return front


def objectives(way: list[int], insurgent: list[int], random: np.random.Generator) -> list[int]:
    """Return what to take in turn: points of the way (start to centre), the centre, then places anywhere."""
    stops = [way[round(share * (len(way) - 1))] for share in np.linspace(0.0, 1.0, WAYPOINTS)]
    later = random.choice(insurgent, LATER_OBJECTIVES)
    return list(dict.fromkeys([*stops, *later.tolist()]))


def formation(side: str, start: int, places: list[int], index: int) -> Mapping:
    """Return a formation like those of the baseline; every fourth mends the rear."""
    return {
        "name": f"{side} {index}", "side": side, "command": f"{side}_hq", "start": place_id(start),
        "strength_men": {"triangular": [2500, 4500, 7000]},
        "quality": {"lognormal": {"median": 1.0, "sigma": 0.2}},
        "tempo": {"lognormal": {"median": 1.0, "sigma": 0.45}},
        "supply_days": {"uniform": [5, 10]}, "obedience": {f"{side}_hq": 0.7}, "rear_guard": index % 4 == 3,
        "orders": [{"objective": place_id(place), "if_ally_holds": "go" if place == 0 else "done"} for place in places],
    }  # fmt: skip
