"""Small maps of single runs: which ways the contestants went, and who held what at the end."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from experiments.figures import maps, style
from experiments.figures.style import Picture
from experiments.track import Track
from sim.scenario.loading import Scenario
from sim.scenario.schema import ScenarioModel

MARKS_A_MONTH_FROM_DAYS = 120
PANEL_WIDTH = 5.4
PLACE_SIZE, UNIT_SIZE = 10, 34
TRACK_WIDTH = 1.9


def run_maps_figure(
    scenario: Scenario, tracks: dict[str, Track], winners: dict[int, tuple[str, float]], manifest: dict[str, Any]
) -> Picture:
    """Draw the tracks of runs side by side, a small map each.

    `tracks`: by title; `winners`: the winner of the headline race and the day (NaN for nobody) by run.
    """
    every_days = 30 if manifest["horizon_days"] >= MARKS_A_MONTH_FROM_DAYS else 10
    figure = style.new_figure(PANEL_WIDTH * len(tracks), panel_height(scenario.model) + 1.6)
    for index, (title, track) in enumerate(tracks.items()):
        axes = figure.add_subplot(1, len(tracks), index + 1)
        draw_run(axes, scenario, track, every_days)
        axes.set_title(f"{title}: run {track.run}\n{outcome(winners[track.run], manifest)}", fontsize=10.5)
    draw_legend(figure, scenario.model, manifest)
    note = "Lines: ways of the contestants' formations, a dot every %d days. Places and squares: at the horizon."
    style.footer(figure, manifest, note % every_days)
    return Picture(figure, pd.concat([track.table() for track in tracks.values()], ignore_index=True))


def panel_height(model: ScenarioModel) -> float:
    """Return how high the map of a scenario is in a panel (inches)."""
    west, east, south, north = maps.frame_of(model)
    return min(5.0, PANEL_WIDTH * (north - south) * maps.stretch_of(model) / (east - west))


def outcome(winner: tuple[str, float], manifest: dict[str, Any]) -> str:
    """Return who was first, and when."""
    who, day = winner
    if np.isnan(day):
        return "nobody is first by the horizon"
    when = f"{date.fromisoformat(manifest['start_date']) + timedelta(days=int(day)):%-d %b %Y} (day {day:.0f})"
    name = "a tie" if who == "tie" else manifest["contestants"][who]["name"].split(" (")[0] + " first"
    return f"{name}, {when}"


def contestants_of(model: ScenarioModel) -> dict[str, str]:
    """Return the contestant of each formation that runs for one."""
    return {formation: one for one, entrant in model.contestants.items() for formation in entrant.formations}


def draw_run(axes: Any, scenario: Scenario, track: Track, every_days: int) -> None:
    """Draw one run: base map, roads, places by holder at the horizon, tracks with a dot every so many days."""
    model = scenario.model
    maps.dress_map(axes, scenario)
    axes.set(xticks=[], yticks=[])
    for road in model.roads.values():
        a, b = model.places[road.from_], model.places[road.to]
        axes.plot([a.lon, b.lon], [a.lat, b.lat], color="#D9D4CB", linewidth=0.8, zorder=1.5)
    colours = [holder_colour(model, side) for side in track.holders[-1]]
    places = [model.places[one] for one in track.places]
    axes.scatter([one.lon for one in places], [one.lat for one in places], s=PLACE_SIZE, c=colours, alpha=0.75,
                 linewidth=0, zorder=3)  # fmt: skip
    for one in sorted(maps.headline_finishes(model)):
        place = model.places[one]
        axes.scatter([place.lon], [place.lat], s=110, marker="*", color="#F0E442", edgecolor="#111111", linewidth=0.8,
                     zorder=8)  # fmt: skip
    entrants = contestants_of(model)
    styles = style.styles_of({"contestants": {c: {"side": model.contestants[c].side} for c in model.contestants}},
                             list(model.contestants))  # fmt: skip
    for column, formation in enumerate(track.formations):
        if formation in entrants:
            draw_track(axes, track, column, model.sides[model.formations[formation].side].colour,
                       styles[entrants[formation]], every_days)  # fmt: skip


def holder_colour(model: ScenarioModel, side: str) -> str:
    """Return the colour of who holds a place."""
    return model.sides[side].colour if side else maps.NOBODY_COLOUR


def draw_track(axes: Any, track: Track, column: int, colour: str, line: Any, every_days: int) -> None:
    """Draw the way of one formation, up to its loss."""
    alive = ~track.is_lost[:, column]
    lat, lon = track.lat[alive, column], track.lon[alive, column]
    moved = np.ptp(lat) + np.ptp(lon) > 0.02
    if moved:
        axes.plot(lon, lat, color="white", linewidth=TRACK_WIDTH + 1.6, alpha=0.8, zorder=5, solid_capstyle="round")
        axes.plot(lon, lat, color=style.darker(colour), linestyle=line, linewidth=TRACK_WIDTH, zorder=6)
        axes.scatter(lon[::every_days], lat[::every_days], s=13, color="white",
                     edgecolor=style.darker(colour), linewidth=1.0, zorder=6.5)  # fmt: skip
    axes.scatter(lon[-1:], lat[-1:], s=UNIT_SIZE, marker="s", color=colour, edgecolor="black", linewidth=0.9, zorder=7)


def draw_legend(figure: Any, model: ScenarioModel, manifest: dict[str, Any]) -> None:
    """Name contestants by line, holders by colour."""
    from matplotlib.lines import Line2D

    contestants = list(model.contestants)
    colours, lines = style.colours_of(manifest, contestants), style.styles_of(manifest, contestants)
    handles = [Line2D([], [], color=style.darker(colours[one]), linestyle=lines[one], linewidth=TRACK_WIDTH,
                      label=style.name_of(manifest, one, 60)) for one in contestants]  # fmt: skip
    handles += [Line2D([], [], marker="o", linestyle="", color=side.colour, label=f"held by {side.name.split(' (')[0]}")
                for side in model.sides.values()]  # fmt: skip
    figure.legend(handles=handles, loc="outside upper left", fontsize=9, frameon=False, ncols=6)
