"""What all figures share: size, type, colours by side, the footer with runs, seed, scenario and version."""

import textwrap
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

LINE_STYLES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), "-.")
NOBODY_COLOUR = "#BBBBBB"
TIE_COLOUR = "#F0E442"
DPI = 150
STYLE: Any = {
    "font.size": 9.5,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
    "svg.hashsalt": "race",
    "svg.fonttype": "path",
}


class Picture(NamedTuple):
    """A figure and the table it was drawn from, which is saved beside it as CSV."""

    figure: Figure
    table: pd.DataFrame


def new_figure(width: float, height: float) -> Figure:
    """Return a figure (inches) of its own, without pyplot's global state."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def footer(figure: Figure, manifest: dict[str, Any], extra: str = "") -> None:
    """Write the line that says what a figure was made from."""
    text = (
        f"{made_from(manifest)} · race {manifest['versions']['race']}"
        f" · start {manifest['start_date']}, horizon {manifest['horizon_days']} days"
    )
    figure.supxlabel(f"{extra}\n{text}" if extra else text, fontsize=7.5, color="#555555", x=0.01, ha="left")


def made_from(manifest: dict[str, Any]) -> str:
    """Return scenario and hash, and what it is held against in a comparison; how many runs, of which seed."""
    first, stop = manifest["runs"]
    against = f" against {manifest['against']}" if "against" in manifest else ""
    scenario = f"{manifest['scenario']} ({manifest['scenario_hash'][:12]})"
    return f"{scenario}{against} · {stop - first:,} runs · seed {manifest['seed']}"


def save(picture: Picture, path: Path) -> list[Path]:
    """Write a picture as PNG, SVG and CSV, the same bytes for the same content; return the paths."""
    path.parent.mkdir(parents=True, exist_ok=True)
    png, svg, csv = (path.with_suffix(ending) for ending in (".png", ".svg", ".csv"))
    picture.figure.savefig(png, dpi=DPI, metadata={"Software": None})
    picture.figure.set_layout_engine("none")  # what was laid out for the PNG stays: half the time of the SVG
    picture.figure.savefig(svg, metadata={"Date": None, "Creator": None})
    picture.table.to_csv(csv, index=False, float_format="%.6g", lineterminator="\n")
    return [png, svg, csv]


def colours_of(manifest: dict[str, Any], contestants: list[str]) -> dict[str, str]:
    """Return each contestant's colour: that of its side, for "nobody" and "tie" their own."""
    sides, entrants = manifest["sides"], manifest["contestants"]
    colours = {one: sides[entrants[one]["side"]]["colour"] for one in contestants}
    return {**colours, "nobody": NOBODY_COLOUR, "tie": TIE_COLOUR}


def styles_of(manifest: dict[str, Any], contestants: list[str]) -> dict[str, Any]:
    """Return each contestant's line style, which tells those of one side apart."""
    used: dict[str, int] = {}
    styles = {}
    for one in contestants:
        side = manifest["contestants"][one]["side"]
        styles[one] = LINE_STYLES[used.get(side, 0) % len(LINE_STYLES)]
        used[side] = used.get(side, 0) + 1
    return styles


def races_in_order(manifest: dict[str, Any]) -> list[str]:
    """Return the races, the headline first."""
    return sorted(manifest["races"], key=lambda race: not manifest["races"][race]["headline"])


def name_of(manifest: dict[str, Any], contestant: str, width: int = 26) -> str:
    """Return a contestant's name, wrapped."""
    plain = {"nobody": "Nobody by the horizon", "tie": "Tie"}
    name = plain.get(contestant) or manifest["contestants"][contestant]["name"]
    return "\n".join(textwrap.wrap(name, width))


def spread_labels(heights: list[float], gap: float, low: float, high: float) -> list[float]:
    """Return heights moved apart so that neighbours are at least `gap` apart, in the same order, within bounds."""
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    placed = list(heights)
    for before, here in zip(order, order[1:], strict=False):
        placed[here] = max(placed[here], placed[before] + gap)
    excess = max(0.0, placed[order[-1]] - high) if order else 0.0
    for index in order:
        placed[index] -= excess
    for after, here in zip(reversed(order), list(reversed(order))[1:], strict=False):
        placed[here] = min(placed[here], placed[after] - gap)
    return [max(low, value) for value in placed] if excess else placed


def in_style() -> Any:
    """Return the context in which figures are drawn."""
    return mpl.rc_context(STYLE)


def calendar_axis(axes: Any, manifest: dict[str, Any], above: bool = True, most: int = 9) -> None:
    """Mark the first of `most` months below, and days since the start above."""
    start, horizon = date.fromisoformat(manifest["start_date"]), manifest["horizon_days"]
    firsts = [day for day in range(horizon + 1) if (start + timedelta(days=day)).day == 1]
    if len(firsts) < 2:
        axes.set_xlabel(f"days since {start:%d %B %Y}")
        return
    every = max(1, -(-len(firsts) // most))
    axes.set_xticks(firsts[::every], [f"{start + timedelta(days=day):%-d %b %Y}" for day in firsts[::every]])
    if above:
        days = axes.secondary_xaxis("top")
        days.set_xlabel("days since the start", fontsize=8, color="#555555")
        days.tick_params(labelsize=8, colors="#555555")


def darker(colour: str) -> str:
    """Return a colour dark enough to be read as text on white."""
    red, green, blue = (int(colour[index : index + 2], 16) * 0.75 for index in (1, 3, 5))
    return f"#{round(red):02x}{round(green):02x}{round(blue):02x}"
