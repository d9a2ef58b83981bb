"""What all maps share: the frame, the scenario's base map with its notice, roads by class, scale bar and north."""

import json
import math
from typing import Any

import numpy as np

from experiments.figures import style
from sim.scenario.loading import Scenario
from sim.scenario.schema import Race, ScenarioModel

WIDTHS = (2.2, 1.6, 1.1, 0.7)
KM_PER_DEGREE = 111.2
NOBODY_COLOUR = "#BBBBBB"
WATER, BORDER, ROAD = "#A9CCE3", "#8C8C8C", "#B9B2A6"
SCALE_BARS_KM = (5, 10, 20, 50, 100, 200, 500)
Frame = tuple[float, float, float, float]
Point = tuple[float, float]


def blank_map(scenario: Scenario, width: float) -> tuple[Any, Any]:
    """Return a figure (`width` inches) and axes that frame the scenario's places, with base map and scale bar."""
    west, east, south, north = frame_of(scenario.model)
    stretch = stretch_of(scenario.model)
    height = min(11.0, max(5.0, 0.7 * width * (north - south) * stretch / (east - west) + 1.0))
    figure = style.new_figure(width, height)
    axes = figure.add_subplot()
    dress_map(axes, scenario)
    return figure, axes


def dress_map(axes: Any, scenario: Scenario) -> None:
    """Frame the scenario's places and draw base map and scale bar."""
    west, east, south, north = frame_of(scenario.model)
    axes.set(xlim=(west, east), ylim=(south, north), aspect=stretch_of(scenario.model))
    axes.grid(visible=False)
    axes.tick_params(labelsize=7.5, colors="#777777")
    draw_basemap(axes, scenario)
    scale_bar(axes, scenario.model)


def frame_of(model: ScenarioModel) -> Frame:
    """Return the map's frame (west, east, south, north, degrees) with a margin round all places."""
    lats, lons = [one.lat for one in model.places.values()], [one.lon for one in model.places.values()]
    margin = 0.04 * max(max(lats) - min(lats), max(lons) - min(lons), 0.2)
    return min(lons) - margin, max(lons) + margin, min(lats) - margin, max(lats) + margin


def point_of(model: ScenarioModel, place: str) -> Point:
    """Return (lon, lat) of a place."""
    return model.places[place].lon, model.places[place].lat


def stretch_of(model: ScenarioModel) -> float:
    """Return how much longer a degree of latitude is than one of longitude, in the middle of the map."""
    _, _, south, north = frame_of(model)
    return 1.0 / math.cos(math.radians((south + north) / 2.0))


def draw_basemap(axes: Any, scenario: Scenario) -> None:
    """Draw the rivers and borders of the scenario's base map."""
    if scenario.basemap is None:
        return
    shapes = json.loads(scenario.basemap.read_text(encoding="utf-8"))
    for feature in shapes["features"]:
        river = feature["properties"].get("kind") == "river"
        lines = feature["geometry"]["coordinates"]
        for line in lines if feature["geometry"]["type"].startswith("Multi") else [lines]:
            lons, lats = [point[0] for point in line], [point[1] for point in line]
            if river:
                big = bool(feature["properties"].get("name"))
                axes.plot(lons, lats, color=WATER, linewidth=3.2 if big else 1.2, zorder=1, solid_capstyle="round")
            else:
                axes.plot(lons, lats, color=BORDER, linewidth=1.3, linestyle=(0, (6, 2, 1, 2)), zorder=1)


def draw_roads(axes: Any, model: ScenarioModel) -> None:
    """Draw roads, wider for the faster classes, the slowest dashed; crossings without a bridge are crossed out."""
    looks = road_looks(model)
    for road in model.roads.values():
        a, b = model.places[road.from_], model.places[road.to]
        axes.plot([a.lon, b.lon], [a.lat, b.lat], zorder=2, **looks[road.road_class])
        if road.crosses_river and road.crossing_state != "intact":
            axes.plot([(a.lon + b.lon) / 2], [(a.lat + b.lat) / 2], marker="x", color="#7A1F1F", markersize=4, zorder=3)


def road_looks(model: ScenarioModel) -> dict[str, Any]:
    """Return how the roads of each class are drawn, the fastest class first."""
    fastest = sorted(model.road_classes, key=lambda one: -model.road_classes[one].march_km_per_day.median())
    last = len(fastest) - 1
    return {
        one: {"color": ROAD, "linewidth": WIDTHS[min(index, len(WIDTHS) - 1)],
              "linestyle": (0, (3, 2)) if 0 < index == last else "-"}
        for index, one in enumerate(fastest)
    }  # fmt: skip


def points_on_roads(model: ScenarioModel, every_degrees: float) -> np.ndarray:
    """Return points along all roads (float, n x 2, lon and lat), about so far apart."""
    points = [np.empty((0, 2))]
    for road in model.roads.values():
        a, b = model.places[road.from_], model.places[road.to]
        count = max(2, round(math.dist((a.lon, a.lat), (b.lon, b.lat)) / every_degrees))
        points.append(np.linspace((a.lon, a.lat), (b.lon, b.lat), count))
    return np.concatenate(points)


def headline_race(model: ScenarioModel) -> Race:
    """Return the race that summaries speak of."""
    return next((one for one in model.races.values() if one.headline), next(iter(model.races.values())))


def headline_finishes(model: ScenarioModel) -> set[str]:
    """Return the places where the headline race ends."""
    return {place for places in headline_race(model).finish.values() for place in places}


def short(name: str) -> str:
    """Return a formation's name without what stands in brackets, cut at a word after 26 letters."""
    plain = name.split(" (")[0].split(":")[0]
    return plain if len(plain) <= 26 else plain[:26].rsplit(" ", 1)[0]


def scale_bar(axes: Any, model: ScenarioModel) -> None:
    """Draw a scale bar of a round length, about a sixth of the map wide, with north above, in the emptiest corner."""
    west, east, south, north = frame_of(model)
    width, height, stretch = east - west, north - south, stretch_of(model)
    km = max(one for one in SCALE_BARS_KM if one <= max(5.0, width / stretch * KM_PER_DEGREE / 5))
    length = km / KM_PER_DEGREE * stretch
    x, y = emptiest_corner(model, length + 0.06 * width, 0.16 * height)
    x, y = x + 0.03 * width, y + 0.03 * height
    axes.plot([x, x + length], [y, y], color="black", linewidth=3, solid_capstyle="butt", zorder=9)
    axes.text(x, y + 0.012 * height, f"{km} km", fontsize=8, zorder=9)
    look = {"arrowstyle": "-|>", "color": "#333333", "linewidth": 1.3}
    axes.annotate("", (x + length, y + 0.075 * height), (x + length, y + 0.008 * height), arrowprops=look, zorder=9)
    axes.text(x + length, y + 0.077 * height, "N", ha="center", va="bottom", fontsize=8, zorder=9)


def emptiest_corner(model: ScenarioModel, width: float, height: float) -> tuple[float, float]:
    """Return the lower left of that corner of the frame, so wide and high (degrees), with the least of roads."""
    west, east, south, north = frame_of(model)
    points = points_on_roads(model, min(width, height) / 6)
    corners = [(west, south), (east - width, south), (west, north - height), (east - width, north - height)]

    def inside(corner: tuple[float, float]) -> int:
        low = np.array(corner)
        return int(((points >= low) & (points <= low + (width, height))).all(axis=1).sum())

    return min(corners, key=inside)
