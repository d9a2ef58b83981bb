"""The map of a scenario: rivers and borders, roads by class, places by holder, formations, zones, finishes."""

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.figures import style
from experiments.figures.style import Picture
from sim.scenario.loading import Scenario
from sim.scenario.schema import Formation, Position, ScenarioModel

WIDTHS = (2.2, 1.6, 1.1, 0.7)
KM_PER_DEGREE = 111.2
NOBODY_COLOUR = "#BBBBBB"
WATER, BORDER = "#A9CCE3", "#8C8C8C"
SPOTS = (
    (1, 0, "left"), (0, 1, "center"), (-1, 0, "right"), (0, -1, "center"),
    (0.8, 0.8, "left"), (-0.8, 0.8, "right"), (0.8, -0.8, "left"), (-0.8, -0.8, "right"),
)  # fmt: skip
Box = tuple[float, float, float, float]


def draw_scenario_map(scenario: Scenario, path: Path) -> list[Path]:
    """Draw the scenario's map as PNG and SVG; return the paths.

    Labels go to formations first, then finishes and cities, where there is room.
    """
    with style.in_style():
        return style.save(map_figure(scenario), Path(path))


def map_figure(scenario: Scenario) -> Picture:
    """Return the map, and the places on it."""
    model = scenario.model
    figure, axes = blank_map(scenario, 12.5)
    draw_roads(axes, model)
    draw_zones(axes, model, stretch_of(model))
    draw_places(axes, model)
    draw_labels(figure, axes, model, stretch_of(model))
    draw_legend(axes, model)
    axes.set_title(f"{model.title}: who holds what on {model.start_date:%-d %B %Y}")
    notice = model.basemap.notice if model.basemap else ""
    figure.supxlabel(
        f"{scenario.name} ({scenario.short_hash}){' · base map: ' + notice if notice else ''}",
        fontsize=7, color="#555555", x=0.01, ha="left", wrap=True,
    )  # fmt: skip
    listed = [(one, place.lat, place.lon, place.holder or "nobody") for one, place in model.places.items()]
    return Picture(figure, pd.DataFrame(listed, columns=["place", "lat", "lon", "holder"]))


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
    scale_bar(axes, west, south, east - west, north - south, stretch_of(scenario.model))


def frame_of(model: ScenarioModel) -> Box:
    """Return the map's frame (west, east, south, north, degrees) with a margin round all places."""
    lats, lons = [one.lat for one in model.places.values()], [one.lon for one in model.places.values()]
    margin = 0.04 * max(max(lats) - min(lats), max(lons) - min(lons), 0.2)
    return min(lons) - margin, max(lons) + margin, min(lats) - margin, max(lats) + margin


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
    """Draw roads, wider for the faster classes, the slowest dashed."""
    fastest = sorted(model.road_classes, key=lambda one: -model.road_classes[one].march_km_per_day.median())
    rank = {one: min(index, len(WIDTHS) - 1) for index, one in enumerate(model.road_classes)}
    slowest = fastest[-1] if len(fastest) > 1 else ""
    for road in model.roads.values():
        a, b = model.places[road.from_], model.places[road.to]
        dash = (0, (3, 2)) if road.road_class == slowest else "-"
        axes.plot([a.lon, b.lon], [a.lat, b.lat], color="#B9B2A6", linewidth=WIDTHS[rank[road.road_class]],
                  linestyle=dash, zorder=2)  # fmt: skip
        if road.crosses_river and road.crossing_state != "intact":
            axes.plot([(a.lon + b.lon) / 2], [(a.lat + b.lat) / 2], marker="x", color="#7A1F1F", markersize=4, zorder=3)


def draw_zones(axes: Any, model: ScenarioModel, stretch: float) -> None:
    """Draw round zones."""
    from matplotlib.patches import Ellipse

    for zone in model.zones.values():
        if zone.shape == "circle" and zone.radius_km is not None:
            degrees, centre = zone.radius_km.median() / KM_PER_DEGREE, (zone.centre_lon or 0.0, zone.centre_lat or 0.0)
            looks: list[dict[str, Any]] = [
                {"facecolor": "#56B4E9", "alpha": 0.12},
                {"fill": False, "edgecolor": "#0072B2"},
            ]
            for look in looks:
                size = (2 * degrees * stretch, 2 * degrees)
                axes.add_patch(Ellipse(centre, *size, linestyle="--", linewidth=1.1, zorder=1, **look))


def draw_places(axes: Any, model: ScenarioModel) -> None:
    """Draw places in the colour of their holder; finishes of the headline race carry a star."""
    finishes = headline_finishes(model)
    for one, place in model.places.items():
        colour = model.sides[place.holder].colour if place.holder else NOBODY_COLOUR
        size = 46 if "city" in place.kind else 24 if place.kind == "town" else 11
        axes.scatter([place.lon], [place.lat], s=size, color=colour, edgecolor="white", linewidth=0.6, zorder=4)
        if one in finishes:
            axes.scatter([place.lon], [place.lat], s=190, marker="*", color="#F0E442", edgecolor="#111111",
                         linewidth=0.9, zorder=6)  # fmt: skip


def headline_finishes(model: ScenarioModel) -> set[str]:
    """Return the places where the headline race ends."""
    race = next((one for one in model.races.values() if one.headline), next(iter(model.races.values())))
    return {place for places in race.finish.values() for place in places}


def where(model: ScenarioModel, formation: Formation) -> tuple[float, float]:
    """Return (lon, lat) of a formation at the start."""
    start = formation.start if isinstance(formation.start, Position) else Position(at=formation.start)
    here = model.places[start.at]
    if start.towards is None:
        return here.lon, here.lat
    there = model.places[start.towards]
    return here.lon + 0.85 * (there.lon - here.lon), here.lat + 0.85 * (there.lat - here.lat)


def draw_labels(figure: Any, axes: Any, model: ScenarioModel, stretch: float) -> None:
    """Mark and name formations, then name finishes and cities, each where it covers nothing named before."""
    taken: list[Box] = []
    figure.draw_without_rendering()
    for formation in model.formations.values():
        lon, lat = where(model, formation)
        colour = model.sides[formation.side].colour
        axes.scatter([lon], [lat], s=95, marker="s", color=colour, edgecolor="black", linewidth=1.1, zorder=7)
        x, y = axes.transData.transform((lon, lat))
        taken.append((x - 8, y - 8, x + 8, y + 8))
    for formation in model.formations.values():
        men = formation.strength_men.median()
        text = f"{short(formation.name)}\n{round(men, -2):,.0f} men" if men >= 100 else short(formation.name)
        place_label(figure, axes, text, where(model, formation), taken, bold=True)
    finishes, order = headline_finishes(model), []
    order += [one for one in model.places if one in finishes]
    order += sorted((one for one, place in model.places.items() if "city" in place.kind),
                    key=lambda one: -(model.places[one].population or 0))  # fmt: skip
    order += [order_.objective for formation in model.formations.values() for order_ in formation.orders]
    for one in dict.fromkeys(order):
        place = model.places[one]
        place_label(figure, axes, place.name.split(" (")[0], (place.lon, place.lat), taken, bold=False)


def short(name: str) -> str:
    """Return a formation's name without what stands in brackets, cut at a word after 26 letters."""
    plain = name.split(" (")[0].split(":")[0]
    return plain if len(plain) <= 26 else plain[:26].rsplit(" ", 1)[0]


def place_label(figure: Any, axes: Any, text: str, at: tuple[float, float], taken: list[Box], bold: bool) -> None:
    """Write a label at the first spot round its point that is free and inside the frame; leave it out otherwise."""
    renderer, frame = figure.canvas.get_renderer(), axes.get_window_extent()
    reach = (9, 20, 34, 52) if bold else (7, 12)
    for distance in reach:
        for dx, dy, align in SPOTS:
            level = "bottom" if dy > 0 else "top" if dy < 0 else "center"
            label = axes.annotate(
                text, at, xytext=(dx * distance, dy * distance), textcoords="offset points", ha=align, va=level,
                fontsize=7.6 if bold else 6.8, fontweight="bold" if bold else "normal",
                color="#111111" if bold else "#444444",
                linespacing=1.0, zorder=8,
                arrowprops={"arrowstyle": "-", "color": "#555555", "linewidth": 0.6} if distance > 15 else None,
            )  # fmt: skip
            extent = label.get_window_extent(renderer)
            box = (extent.x0 - 2, extent.y0 - 1, extent.x1 + 2, extent.y1 + 1)
            inside = box[0] > frame.x0 and box[2] < frame.x1 and box[1] > frame.y0 and box[3] < frame.y1
            if inside and not any(overlap(box, other) for other in taken):
                label.set_bbox({"facecolor": "white", "alpha": 0.65, "edgecolor": "none", "pad": 0.6})
                taken.append(box)
                return
            label.remove()


def overlap(a: Box, b: Box) -> bool:
    """Return whether two boxes (x0, y0, x1, y1) overlap."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def scale_bar(axes: Any, west: float, south: float, width: float, height: float, stretch: float) -> None:
    """Draw a scale bar of a round length, about a sixth of the map wide."""
    whole_km = width / stretch * KM_PER_DEGREE
    km = max(one for one in (5, 10, 20, 50, 100, 200, 500) if one <= max(5.0, whole_km / 5))
    x, y = west + 0.03 * width, south + 0.03 * height
    axes.plot(
        [x, x + km / KM_PER_DEGREE * stretch], [y, y], color="black", linewidth=3, solid_capstyle="butt", zorder=9
    )
    axes.text(x, y + 0.012 * height, f"{km} km", fontsize=8, zorder=9)


def draw_legend(axes: Any, model: ScenarioModel) -> None:
    """Name the colours and signs."""
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], marker="o", linestyle="", color=side.colour, label=side.name.split(" (")[0])
               for side in model.sides.values()]  # fmt: skip
    handles += [
        Line2D([], [], marker="s", linestyle="", color="white", markeredgecolor="black", label="formation"),
        Line2D([], [], marker="*", linestyle="", color="#F0E442", markeredgecolor="black", markersize=11,
               label="finish of the headline race"),
    ]  # fmt: skip
    if any(zone.shape == "circle" for zone in model.zones.values()):
        handles.append(Line2D([], [], color="#0072B2", linestyle="--", label="zone"))
    if any(road.crosses_river and road.crossing_state != "intact" for road in model.roads.values()):
        handles.append(Line2D([], [], marker="x", linestyle="", color="#7A1F1F", label="crossing without a bridge"))
    for index, one in enumerate(model.road_classes):
        last = index == len(model.road_classes) - 1
        handles.append(Line2D([], [], color="#B9B2A6", linewidth=WIDTHS[min(index, 3)],
                              linestyle=(0, (3, 2)) if last else "-", label=f"road: {one}"))  # fmt: skip
    axes.figure.legend(handles=handles, loc="outside right center", fontsize=7.8, frameon=False)
