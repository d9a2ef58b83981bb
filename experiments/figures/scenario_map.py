"""The map of a scenario: who holds what, formations with strength and first objective, zones, sieges, finishes."""

import math
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.figures import maps, style
from experiments.figures.formations import (
    CHANGED_COLOUR,
    Changed,
    draw_arrows,
    draw_symbols,
    name_formations,
    symbol_spots,
)
from experiments.figures.labels import Labels, Look, wrapped
from experiments.figures.panel import (
    FINISH_COLOUR,
    SIEGE_COLOUR,
    ZONE_COLOUR,
    draw_panel,
    height_for,
    panel_blocks,
    ringed_zones,
    signs_height,
)
from experiments.figures.style import Picture
from sim.scenario.loading import Scenario
from sim.scenario.schema import ScenarioModel, Zone

LARGEST_MAP = (12.0, 9.4)  # inches
PANEL_WIDTH, TITLE_HEIGHT, FOOT_HEIGHT, MARGIN = 4.1, 0.5, 0.5, 0.45
WIDE = 1.4  # a map wider than this beside its height has its panel below, in columns
COLUMNS_BELOW = 3
PLACE_LOOKS = {
    "finish": Look(7.6, "#111111", "bold", leads=True),
    "objective": Look(7.0, "#111111", leads=True),
    "other": Look(6.5, "#666666"),
    "changed": Look(7.4, CHANGED_COLOUR, "bold", leads=True),
}


def draw_scenario_map(scenario: Scenario, path: Path) -> list[Path]:
    """Draw the scenario's map as PNG and SVG, with the places as CSV beside it; return the paths of the pictures."""
    with style.in_style():
        return style.save(map_figure(scenario), Path(path))


def map_figure(scenario: Scenario) -> Picture:
    """Return the map, and the places on it."""
    model = scenario.model
    width, height = map_size(model, LARGEST_MAP)
    panel, columns = panel_size(model, width, height)
    below = columns > 1
    whole = (
        (width + 2 * MARGIN, height + panel[1] + 0.35 + TITLE_HEIGHT + FOOT_HEIGHT) if below else
        (width + panel[0] + 2 * MARGIN + 0.2, max(height, panel[1]) + TITLE_HEIGHT + FOOT_HEIGHT)
    )  # fmt: skip
    top = whole[1] - TITLE_HEIGHT
    figure = style.new_figure(*whole)
    figure.set_layout_engine("none")
    draw_content(figure.add_axes(shares((MARGIN, top - height, width, height), whole)), scenario)
    corner = (MARGIN, FOOT_HEIGHT - 0.1) if below else (MARGIN + width + 0.2, top - panel[1])
    aside = figure.add_axes(shares((*corner, *panel), whole), frameon=False)
    draw_panel(aside, model, panel_blocks(model), panel, columns)
    start = f"{model.start_date:%-d %B %Y}"
    figure.text(MARGIN / whole[0], 1 - 0.32 / whole[1], f"{model.title}: who holds what on {start}", fontsize=14,
                fontweight="bold")  # fmt: skip
    figure.text(MARGIN / whole[0], 0.1 / whole[1], foot(scenario), fontsize=7, color="#555555")
    listed = [(one, place.lat, place.lon, place.holder or "nobody") for one, place in model.places.items()]
    return Picture(figure, pd.DataFrame(listed, columns=["place", "lat", "lon", "holder"]))


def panel_size(model: ScenarioModel, width: float, height: float) -> tuple[tuple[float, float], int]:
    """Return the panel's size (inches) and columns: beside the map, or below a wide one."""
    blocks, signs_inches = panel_blocks(model), signs_height(model)
    if width > WIDE * height:
        return (width, height_for(blocks, signs_inches, COLUMNS_BELOW)), COLUMNS_BELOW
    return (PANEL_WIDTH, max(height, height_for(blocks, signs_inches, 1))), 1


def foot(scenario: Scenario) -> str:
    """Return which scenario a map shows, and the notice of its base map."""
    basemap = scenario.model.basemap
    notice = f" · base map: {' '.join(basemap.notice.split())}" if basemap and basemap.notice else ""
    return f"{scenario.name} ({scenario.short_hash}){notice}"


def map_size(model: ScenarioModel, largest: tuple[float, float]) -> tuple[float, float]:
    """Return a map's width and height (inches) in the shape of its frame, no larger than that."""
    west, east, south, north = maps.frame_of(model)
    shape = (east - west) / ((north - south) * maps.stretch_of(model))
    height = min(largest[1], largest[0] / shape)
    return height * shape, height


def shares(box: tuple[float, ...], whole: tuple[float, float]) -> tuple[float, float, float, float]:
    """Return a box (left, bottom, width, height, inches) as shares of a figure."""
    return box[0] / whole[0], box[1] / whole[1], box[2] / whole[0], box[3] / whole[1]


def draw_content(
    axes: Any, scenario: Scenario, changed: Changed | None = None, frame: maps.Frame | None = None
) -> None:
    """Draw all there is on a map. Given `changed`, that is marked, and of the rest only what matters is named.

    `frame`: what the map shows, of itself all places.
    """
    model, marked = scenario.model, changed or Changed()
    maps.dress_map(axes, scenario)
    if frame is not None:
        axes.set(xlim=frame[:2], ylim=frame[2:])
    axes.tick_params(labelsize=6.5)
    for side in ("top", "right"):
        axes.spines[side].set_visible(True)
    maps.draw_roads(axes, model)
    draw_changed_roads(axes, model, marked.roads)
    draw_places(axes, model, marked.places)
    labels = Labels(axes, [(one.lon, one.lat) for one in model.places.values()], maps.points_on_roads(model, 0.05))
    finishes = maps.headline_finishes(model)
    for one in finishes:
        labels.reserve(maps.point_of(model, one), 6.0)
    spots = symbol_spots(labels, model)
    draw_arrows(axes, labels, model, spots, marked)
    draw_symbols(axes, model, spots, marked)
    draw_zones(axes, labels, model, marked.zones)
    draw_sieges(axes, labels, model)
    name_formations(labels, model, spots, marked if changed else None)
    name_places(labels, model, marked.places, everything=changed is None)


# ---------------------------------------------------------------- places, zones, sieges


def draw_places(axes: Any, model: ScenarioModel, changed: set[str]) -> None:
    """Draw places in the colour of their holder, objectives with a dark rim, finishes with a star."""
    finishes, wanted = maps.headline_finishes(model), objectives(model)
    minor = {place for race in model.races.values() for places in race.finish.values() for place in places} - finishes
    for one, place in model.places.items():
        at = ([place.lon], [place.lat])
        colour = model.sides[place.holder].colour if place.holder else "white"
        size = 46 if "city" in place.kind else 26 if place.kind == "town" else 14
        edge = "#111111" if one in wanted else "white" if place.holder else "#777777"
        rim = {"edgecolor": edge, "linewidth": 0.6 if edge == "white" else 0.9}
        axes.scatter(*at, s=size, color=colour, zorder=4, **rim)
        if one in finishes:
            axes.scatter(*at, s=190, marker="*", color=FINISH_COLOUR, edgecolor="#111111", linewidth=0.9, zorder=6)
        elif one in minor:
            axes.scatter(*at, s=17, marker="*", color=FINISH_COLOUR, edgecolor="#111111", linewidth=0.4, zorder=5)
        if one in changed:
            axes.scatter(*at, s=190, facecolor="none", edgecolor=CHANGED_COLOUR, linewidth=2.0, zorder=6)


def objectives(model: ScenarioModel) -> list[str]:
    """Return the places that formations are ordered to."""
    return [order.objective for formation in model.formations.values() for order in formation.orders]


def draw_changed_roads(axes: Any, model: ScenarioModel, changed: set[str]) -> None:
    """Underline roads that differ."""
    for one in sorted(changed & set(model.roads)):
        a, b = maps.point_of(model, model.roads[one].from_), maps.point_of(model, model.roads[one].to)
        axes.plot([a[0], b[0]], [a[1], b[1]], color=CHANGED_COLOUR, linewidth=4, alpha=0.5, zorder=1.9)


def draw_zones(axes: Any, labels: Labels, model: ScenarioModel, changed: set[str]) -> None:
    """Draw round zones with their names, and a ring round each place of a zone that is made of places."""
    for one, zone in model.zones.items():
        if zone.shape == "circle" and zone.radius_km is not None:
            colour = CHANGED_COLOUR if one in changed else ZONE_COLOUR
            outline(axes, zone, {"facecolor": colour, "alpha": 0.08})
            outline(axes, zone, {"fill": False, "edgecolor": colour, "linestyle": "--", "linewidth": 1.2})
            below = (zone.centre_lon or 0.0, (zone.centre_lat or 0.0) - zone.radius_km.median() / maps.KM_PER_DEGREE)
            look = Look(6.8, style.darker(colour), leads=True, style="italic")
            labels.write(wrapped(zone.name, 30), below, look, 1.0)
    for zone, colour in ringed_zones(model):
        inside = [place for place in model.places.values() if zone.tag in place.tags]
        axes.scatter([p.lon for p in inside], [p.lat for p in inside], s=48, facecolor="none", edgecolor=colour,
                     linewidth=0.7, zorder=3.5)  # fmt: skip


def outline(axes: Any, zone: Zone, look: dict[str, Any]) -> None:
    """Draw a round zone in a look; any other zone has no outline."""
    from matplotlib.patches import Ellipse

    if zone.shape == "circle" and zone.radius_km is not None:
        lon, lat, degrees = zone.centre_lon or 0.0, zone.centre_lat or 0.0, zone.radius_km.median() / maps.KM_PER_DEGREE
        width = 2 * degrees / math.cos(math.radians(lat))
        axes.add_patch(Ellipse((lon, lat), width, 2 * degrees, zorder=1.5, **look))


def draw_sieges(axes: Any, labels: Labels, model: ScenarioModel) -> None:
    """Draw a toothed ring round the places under siege, with its name."""
    for siege in model.sieges.values():
        for place in siege.places:
            axes.scatter(*[[x] for x in maps.point_of(model, place)], s=230, facecolor="none", edgecolor=SIEGE_COLOUR,
                         linewidth=1.6, linestyle=(0, (1.2, 0.8)), zorder=5)  # fmt: skip
        look = Look(6.8, SIEGE_COLOUR, leads=True, style="italic")
        labels.write(wrapped(siege.name, 26), maps.point_of(model, siege.places[0]), look, 8.0)


def name_places(labels: Labels, model: ScenarioModel, changed: set[str], everything: bool) -> None:
    """Name finishes, objectives and cities, then towns and, where there is room, the rest."""
    finishes, wanted = maps.headline_finishes(model), dict.fromkeys(objectives(model))
    cities = sorted((one for one, place in model.places.items() if "city" in place.kind),
                    key=lambda one: -(model.places[one].population or 0))  # fmt: skip
    bases = [base for side in model.sides.values() for base in side.bases]
    towns = [one for one, place in model.places.items() if place.kind == "town"]
    order = [*sorted(changed & set(model.places)), *(one for one in model.places if one in finishes), *bases, *wanted]
    order += [*cities, *towns, *model.places] if everything else cities
    for one in dict.fromkeys(order):
        kind = (
            "changed" if one in changed else "finish" if one in finishes else "objective" if one in wanted else "other"
        )
        look = PLACE_LOOKS[kind]
        look = look._replace(leads=look.leads or one in bases)
        if not everything and kind == "objective":
            look = look._replace(leads=False)
        name = model.places[one].name.split(" (")[0]
        labels.write(wrapped(name, 22), maps.point_of(model, one), look, 5.0 if one in finishes else 1.0)
