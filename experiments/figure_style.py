"""What all figures share: size, type, colours by side, the footer with runs, seed, scenario and version."""

import textwrap
from pathlib import Path
from typing import Any

import matplotlib as mpl
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


def new_figure(width: float, height: float) -> Figure:
    """Return a figure (inches) of its own, without pyplot's global state."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def footer(figure: Figure, manifest: dict[str, Any], extra: str = "") -> None:
    """Write the line that says what a figure was made from."""
    first, stop = manifest["runs"]
    text = (
        f"{manifest['scenario']} ({manifest['scenario_hash'][:12]}) · {stop - first:,} runs · seed {manifest['seed']}"
        f" · race {manifest['versions']['race']}"
        f" · start {manifest['start_date']}, horizon {manifest['horizon_days']} days"
    )
    figure.supxlabel(f"{extra}\n{text}" if extra else text, fontsize=7.5, color="#555555", x=0.01, ha="left")


def save(figure: Figure, path: Path) -> list[Path]:
    """Write a figure as PNG and SVG, the same bytes for the same content; return the paths."""
    path.parent.mkdir(parents=True, exist_ok=True)
    png, svg = path.with_suffix(".png"), path.with_suffix(".svg")
    figure.savefig(png, dpi=DPI, metadata={"Software": None})
    figure.savefig(svg, metadata={"Date": None, "Creator": None})
    return [png, svg]


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
