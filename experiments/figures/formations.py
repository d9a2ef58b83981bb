"""Formations on a scenario's map: numbered squares, arrows to first objectives, names with strengths."""

import math
from typing import Any, NamedTuple

import numpy as np

from experiments.figures import maps, style
from experiments.figures.labels import Box, Labels, Look, overlap, wrapped
from experiments.figures.panel import first_order, waits
from sim.scenario.schema import Formation, Position, ScenarioModel

CHANGED_COLOUR = "#D6006C"
SYMBOL_POINTS = 5.5
BEND = 0.16  # of arrows
SHIFTS = (
    (0, 0), (1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1), (2, 0), (-2, 0), (0, -2), (0, 2),
)  # fmt: skip


class Changed(NamedTuple):
    """What is marked as different from another scenario: ids of places, formations, zones and roads."""

    places: set[str] = set()
    formations: set[str] = set()
    zones: set[str] = set()
    roads: set[str] = set()


def start_of(model: ScenarioModel, formation: Formation) -> maps.Point:
    """Return (lon, lat) of a formation at the start."""
    start = formation.start if isinstance(formation.start, Position) else Position(at=formation.start)
    here = maps.point_of(model, start.at)
    if start.towards is None:
        return here
    there = maps.point_of(model, start.towards)
    road = next((one for one in model.roads.values() if {one.from_, one.to} == {start.at, start.towards}), None)
    gone = start.km.median() / road.length_km.median() if start.km is not None and road is not None else 0.85
    return here[0] + gone * (there[0] - here[0]), here[1] + gone * (there[1] - here[1])


def symbol_spots(labels: Labels, model: ScenarioModel) -> dict[str, maps.Point]:
    """Return where each formation's square is drawn: at its start, or beside it where another stands there."""
    inverse, step = labels.axes.transData.inverted(), 2 * SYMBOL_POINTS * labels.figure.dpi / 72 + 2
    spots: dict[str, maps.Point] = {}
    boxes: list[Box] = []
    for one, formation in model.formations.items():
        at = labels.to_pixels([start_of(model, formation)])[0]
        for shift in SHIFTS:
            x, y = at[0] + step * shift[0], at[1] + step * shift[1]
            box = (x - step / 2, y - step / 2, x + step / 2, y + step / 2)
            if not any(overlap(box, other, -1.0) for other in boxes):
                break
        boxes.append(box)
        spots[one] = tuple(inverse.transform((x, y)))
        labels.reserve(spots[one], SYMBOL_POINTS + 0.5)
    return spots


def draw_symbols(axes: Any, model: ScenarioModel, spots: dict[str, maps.Point], marked: Changed) -> None:
    """Draw a numbered square for each formation; the panel lists the numbers."""
    for number, (one, formation) in enumerate(model.formations.items(), start=1):
        rim = CHANGED_COLOUR if one in marked.formations else "black"
        axes.scatter(*[[x] for x in spots[one]], s=(2 * SYMBOL_POINTS) ** 2, marker="s", zorder=7,
                     color=model.sides[formation.side].colour, edgecolor=rim,
                     linewidth=2.2 if one in marked.formations else 1.0)  # fmt: skip
        axes.annotate(str(number), spots[one], ha="center", va="center_baseline", fontsize=6.8, fontweight="bold",
                      color="white", zorder=7.5)  # fmt: skip


def draw_arrows(axes: Any, labels: Labels, model: ScenarioModel, spots: dict[str, maps.Point], marked: Changed) -> None:
    """Draw an arrow from each formation towards its first objective, dotted where that waits for something."""
    for one, formation in model.formations.items():
        order = first_order(formation)
        if order is None or math.dist(maps.point_of(model, order.objective), start_of(model, formation)) < 0.02:
            continue
        target = maps.point_of(model, order.objective)
        colour = CHANGED_COLOUR if one in marked.formations else style.darker(model.sides[formation.side].colour)
        look = {"arrowstyle": "-|>,head_width=0.25,head_length=0.45", "color": colour, "linewidth": 1.4, "alpha": 0.85,
                "shrinkA": 6, "shrinkB": 5, "connectionstyle": f"arc3,rad={BEND}",
                "linestyle": ":" if waits(order) else "-"}  # fmt: skip
        axes.annotate("", target, spots[one], arrowprops=look, zorder=5.8)
        labels.avoid_arrow(bow(*labels.to_pixels([spots[one], target])))


def bow(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return points (pixels, n x 2) along an arrow's bow."""
    step = end - start
    bend = (start + end) / 2 + BEND * np.array([step[1], -step[0]])
    t = np.linspace(0, 1, max(3, int(np.abs(step).max() / 6)))[:, None]
    return (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end


def called(formation: Formation) -> str:
    """Return a formation's name for the map: without what stands in brackets, cut before a word after 32 letters."""
    words = formation.name.split(" (")[0].split(":")[0].split()
    while len(" ".join(words)) > 32 or words[-1] in ("and", "at", "of", "on", "the", "with"):
        words.pop()
    return " ".join(words).rstrip(",;")


def name_formations(labels: Labels, model: ScenarioModel, spots: dict[str, maps.Point], marked: Changed | None) -> None:
    """Name formations with their strength; beside another scenario, those that differ first and the others small."""
    order = sorted(model.formations, key=lambda one: marked is not None and one not in marked.formations)
    for one in order:
        formation = model.formations[one]
        men = formation.strength_men.median()
        text = wrapped(called(formation), 18)
        plain = marked is not None and one not in marked.formations
        if men >= 100 and not plain:
            text += f"\n{round(men, -2):,.0f} men"
        colour = CHANGED_COLOUR if marked and one in marked.formations else "#111111"
        look = Look(6.2 if plain else 7.4, colour, "normal" if plain else "bold", leads=True)
        labels.write(text, spots[one], look, SYMBOL_POINTS)
