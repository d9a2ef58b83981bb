"""Two scenarios' maps side by side: the same frame, what differs marked, the differing keys in words below."""

import re
import textwrap
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.figures import maps, style
from experiments.figures.formations import CHANGED_COLOUR, Changed
from experiments.figures.labels import wrapped
from experiments.figures.panel import signs
from experiments.figures.scenario_map import draw_content, foot, outline, shares
from experiments.figures.style import Picture
from sim.errors import UsageError
from sim.scenario.differences import Difference, differences
from sim.scenario.loading import Scenario
from sim.scenario.schema import ScenarioModel

LARGEST_MAP = (9.3, 8.0)  # inches, each
MARGIN, GAP, TITLE_HEIGHT, FOOT_HEIGHT = 0.4, 0.45, 0.5, 0.55
LINE_INCHES, SHOWN_KEYS, SIGNS_INCHES = 0.155, 16, 4.6
LETTERS = 95  # of each value
ORDER = re.compile(r"\{objective (\w+)[^}]*\}")


def draw_scenario_pair(scenario: Scenario, other: Scenario, path: Path) -> list[Path]:
    """Draw two scenarios' maps as PNG and SVG, with what differs as CSV beside it; return the paths of the pictures.

    Raises UsageError where the two are not on one map.
    """
    with style.in_style():
        return style.save(pair_figure(scenario, other), Path(path))


def pair_figure(before: Scenario, after: Scenario) -> Picture:
    """Return both maps, and what differs from the first to the second."""
    found = differences(before, after)
    frame = common_frame(before, after)
    west, east, south, north = frame
    shape = (east - west) / ((north - south) * maps.stretch_of(before.model))
    height = min(LARGEST_MAP[1], LARGEST_MAP[0] / shape)
    width = height * shape
    lines, handles = difference_lines(found), signs(before.model)
    below = LINE_INCHES * max(len(lines) + 2.5, -(-len(handles) // 2) + 2)
    whole = (2 * width + GAP + 2 * MARGIN, height + below + TITLE_HEIGHT + FOOT_HEIGHT)
    figure = style.new_figure(*whole)
    figure.set_layout_engine("none")
    for index, (one, another) in enumerate(((before, after), (after, before))):
        box = (MARGIN + index * (width + GAP), FOOT_HEIGHT + below, width, height)
        axes = figure.add_axes(shares(box, whole))
        draw_content(axes, one, changed_in(found, one.model, another.model), frame)
        for ghost in sorted(set(another.model.zones) - set(one.model.zones)):
            outline(axes, another.model.zones[ghost], {"fill": False, "edgecolor": CHANGED_COLOUR, "linestyle": ":"})
        title = wrapped(f"{'AB'[index]}  {one.name}: {one.model.title}", 88)
        axes.set_title(title, fontsize=11.5)
    add_signs(figure, handles, (MARGIN / whole[0], (FOOT_HEIGHT + below - 0.3) / whole[1]))
    write_lines(figure, lines, (MARGIN + SIGNS_INCHES, FOOT_HEIGHT + below - 0.35), whole)
    feet = dict.fromkeys([foot(before), f"{after.name} ({after.short_hash})"])
    figure.text(MARGIN / whole[0], 0.12 / whole[1], " · ".join(feet), fontsize=7, color="#555555")
    return Picture(figure, pd.DataFrame([one._asdict() for one in found], columns=Difference._fields))


def common_frame(before: Scenario, after: Scenario) -> maps.Frame:
    """Return the frame round the places of both. Raises UsageError where their maps have nothing in common."""
    a, b = maps.frame_of(before.model), maps.frame_of(after.model)
    if a[0] > b[1] or b[0] > a[1] or a[2] > b[3] or b[2] > a[3]:
        raise UsageError(f"{before.name} and {after.name} are not on one map; draw each by itself")
    return min(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), max(a[3], b[3])


def changed_in(found: list[Difference], model: ScenarioModel, other: ScenarioModel) -> Changed:
    """Return what to mark on a model's map: what the differing keys name, a garrison or siege by its places."""
    changed = Changed(set(), set(), set(), set())
    for one in found:
        section, _, rest = one.path.partition(".")
        name = rest.split(".")[0]
        if section in Changed._fields:
            getattr(changed, section).add(name)
        elif section in ("garrisons", "sieges"):
            entries = [getattr(each, section).get(name) for each in (model, other)]
            changed.places.update(place for entry in entries if entry for place in places_that_differ(one, entry))
    return changed


def places_that_differ(found: Difference, entry: Any) -> list[str]:
    """Return the places that a difference of a garrison or a siege is about: one with a weight of its own, or all."""
    parts = found.path.split(".")
    return [parts[3]] if len(parts) > 3 and parts[2] == "weights" else entry.places


def difference_lines(found: list[Difference]) -> list[str]:
    """Return what differs, a key a line, the first of many."""
    lines = [f"{one.path}:  {value_text(one.before)}  →  {value_text(one.after)}" for one in found[:SHOWN_KEYS]]
    if len(found) > SHOWN_KEYS:
        lines.append(f"... and {len(found) - SHOWN_KEYS} more: race scenario diff")
    return lines or ["nothing"]


def value_text(value: str | None) -> str:
    """Return a value in a few words, orders by their places."""
    return textwrap.shorten(ORDER.sub(r"\1", value or "none"), LETTERS, placeholder=" ...")


def write_lines(figure: Any, lines: list[str], corner: tuple[float, float], whole: tuple[float, float]) -> None:
    """Write what differs below the maps; `corner`: upper left in inches."""
    x, y = corner[0] / whole[0], corner[1]
    figure.text(x, y / whole[1], "What differs (A → B)", fontsize=9, fontweight="bold", color=CHANGED_COLOUR, va="top")
    for index, line in enumerate(lines, start=1):
        figure.text(x, (y - (index + 0.3) * LINE_INCHES) / whole[1], line, fontsize=8, va="top")


def add_signs(figure: Any, handles: list[Any], corner: tuple[float, float]) -> None:
    """Explain the signs below the maps; `corner`: upper left as shares of the figure."""
    from matplotlib.lines import Line2D

    handles = [*handles, Line2D([], [], marker="o", linestyle="", color="white", markeredgecolor=CHANGED_COLOUR,
                                markersize=9, markeredgewidth=2, label="differs")]  # fmt: skip
    handles += [Line2D([], [], color=CHANGED_COLOUR, linestyle=":", label="zone of the other map")]
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=corner, fontsize=7.4, frameon=False, ncols=2,
                  borderpad=0.0, borderaxespad=0.0, handlelength=2.0, columnspacing=1.2)  # fmt: skip
