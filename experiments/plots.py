"""The pictures of a batch: when each contestant arrives, who is first, how often the rivals clash."""

import json
import textwrap
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from scipy.stats import CensoredData, ecdf

from experiments import figure_style as style
from experiments.summary import CLASH_KINDS, clash_summary, race_summary, wilson

KIND_NAMES = {"strike": "strike", "shelling": "shelling", "shoot_down": "shoot-down", "ground_clash": "ground clash"}
KIND_COLOURS = {"strike": "#D55E00", "shelling": "#E69F00", "shoot_down": "#0072B2", "ground_clash": "#009E73"}
MOST_STEPS = 600


def draw_all(directory: Path) -> list[Path]:
    """Draw every plot of a finished batch into its folder `plots`; return the paths written."""
    directory = Path(directory)
    manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    wanted = ("winner", "finish_day:", "clashes:")
    file = directory / "runs.parquet"
    names = [name for name in pq.read_schema(file).names if name.startswith(wanted)]
    runs = pq.read_table(file, columns=names).to_pandas()
    folder, written = directory / "plots", []
    with style.in_style():
        for race in in_order(manifest):
            written += style.save(arrivals_figure(runs, race, manifest), folder / f"arrivals_{race}")
        written += style.save(first_figure(runs, manifest), folder / "first")
        written += style.save(clashes_figure(runs, manifest), folder / "clashes")
    return written


def in_order(manifest: dict[str, Any]) -> list[str]:
    """Return the races, the headline first."""
    return sorted(manifest["races"], key=lambda race: not manifest["races"][race]["headline"])


def arrivals_figure(runs: pd.DataFrame, race: str, manifest: dict[str, Any]) -> Any:
    """Draw the share of all runs in which each contestant has finished by each day (censored at the horizon)."""
    figure = style.new_figure(9.0, 5.2)
    axes = figure.add_subplot()
    horizon = float(manifest["horizon_days"])
    contestants = manifest["races"][race]["contestants"]
    colours, styles = style.colours_of(manifest, contestants), style.styles_of(manifest, contestants)
    heights = []
    for one in contestants:
        days, shares = steps(runs[f"finish_day:{race}:{one}"], horizon)
        low, high = wilson(shares * len(runs), len(runs))
        axes.fill_between(days, low, high, step="post", color=colours[one], alpha=0.15, linewidth=0)
        axes.step(days, shares, where="post", color=colours[one], linestyle=styles[one], linewidth=2)
        heights.append(float(shares[-1]))
    top = max(0.1, min(1.0, max(heights, default=0.0) * 1.15 + 0.02))
    axes.set(xlim=(0, horizon), ylim=(0, top), ylabel="share of all runs finished")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    calendar_axis(axes, manifest)
    for one, height, label in zip(
        contestants, heights, style.spread_labels(heights, 0.085 * top, 0.0, top), strict=True
    ):
        text = f"{style.name_of(manifest, one, 24)}\n{height:.0%} by the horizon"
        axes.plot([horizon, horizon * 1.02], [height, label], color=colours[one], linewidth=0.8, clip_on=False,
                  linestyle=styles[one])  # fmt: skip
        axes.text(horizon * 1.025, label, text, color=darker(colours[one]), va="center", fontsize=8, linespacing=1.05)
    axes.set_title(manifest["races"][race]["title"])
    style.footer(figure, manifest, "Bands: 95 % Monte Carlo interval (Wilson), all runs in the denominator.")
    return figure


def steps(days: "pd.Series[float]", horizon: float) -> tuple[np.ndarray, np.ndarray]:
    """Return (days, share of runs arrived by them) from 0 to the horizon, where the rest is censored.

    A curve of many steps is thinned to those that can be told apart on paper.
    """
    data = CensoredData.right_censored(days.fillna(horizon).to_numpy(), days.isna().to_numpy())
    curve = ecdf(data).cdf
    inside = curve.quantiles <= horizon
    kept = np.unique(np.linspace(0, max(inside.sum() - 1, 0), MOST_STEPS).round().astype(int))[: inside.sum()]
    at = np.concatenate([[0.0], curve.quantiles[inside][kept]])
    shares = np.concatenate([[0.0], curve.probabilities[inside][kept]])
    return np.append(at, horizon), np.append(shares, shares[-1])


def calendar_axis(axes: Any, manifest: dict[str, Any]) -> None:
    """Mark the first of each month below, and days since the start above."""
    start, horizon = date.fromisoformat(manifest["start_date"]), manifest["horizon_days"]
    firsts = [day for day in range(horizon + 1) if (start + timedelta(days=day)).day == 1]
    if len(firsts) < 2:
        axes.set_xlabel(f"days since {start:%d %B %Y}")
        return
    every = max(1, len(firsts) // 9)
    axes.set_xticks(firsts[::every], [f"{start + timedelta(days=day):%-d %b %Y}" for day in firsts[::every]])
    above = axes.secondary_xaxis("top")
    above.set_xlabel("days since the start", fontsize=8, color="#555555")
    above.tick_params(labelsize=8, colors="#555555")


def darker(colour: str) -> str:
    """Return a colour dark enough to be read as text on white."""
    red, green, blue = (int(colour[index : index + 2], 16) * 0.75 for index in (1, 3, 5))
    return f"#{round(red):02x}{round(green):02x}{round(blue):02x}"


def first_figure(runs: pd.DataFrame, manifest: dict[str, Any]) -> Any:
    """Draw the share of runs in which each contestant, or nobody, is first: one panel a race."""
    races = in_order(manifest)
    found = {race: race_summary(runs, race, manifest)["first"] for race in races}
    columns = min(2, len(races))
    rows = -(-len(races) // columns)
    tallest = max(len(one) for one in found.values())
    figure = style.new_figure(5.6 * columns + 0.4, 0.8 + rows * (0.75 + 0.36 * tallest))
    for index, race in enumerate(races):
        axes = figure.add_subplot(rows, columns, index + 1)
        entrants = list(found[race])
        colours = style.colours_of(manifest, manifest["races"][race]["contestants"])
        for height, one in enumerate(entrants):
            share = found[race][one]
            axes.barh(height, share["share"], color=colours[one], edgecolor="#333333", linewidth=0.5, height=0.66)
            axes.plot([share["low"], share["high"]], [height, height], color="#111111", linewidth=1.6)
            axes.text(share["high"] + 0.015, height, percent(share), va="center", fontsize=8.5)
        axes.set_yticks(range(len(entrants)), [style.name_of(manifest, one, 30) for one in entrants], fontsize=8.5)
        axes.invert_yaxis()
        limit = min(1.0, max(one["high"] for one in found[race].values()) + 0.02)
        axes.set_xlim(0, limit * 1.2)
        axes.set_xticks([tick for tick in np.linspace(0, 1, 6 if limit > 0.5 else 11) if tick <= limit + 1e-9])
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        axes.grid(axis="y", visible=False)
        axes.set_title("\n".join(textwrap.wrap(manifest["races"][race]["title"], 44)), fontsize=10.5)
    figure.suptitle("Who is first? Share of all runs", x=0.01, ha="left", fontweight="bold", fontsize=13)
    note = "Black bars: 95 % Monte Carlo interval (Wilson). Tie: contestants that take a place together."
    style.footer(figure, manifest, note)
    return figure


def percent(share: dict[str, Any]) -> str:
    """Return a share to the digits that its interval supports."""
    digits = 1 if share["high"] - share["low"] < 0.04 else 0
    return f"{share['share']:.{digits}%}"


def clashes_figure(runs: pd.DataFrame, manifest: dict[str, Any]) -> Any:
    """Draw the mean number of clashes a run by pair of sides, stacked by kind."""
    found = clash_summary(runs)
    figure = style.new_figure(9.0, 2.2 + 0.62 * max(1, len(found)))
    axes = figure.add_subplot()
    for height, kinds in enumerate(found.values()):
        left = 0.0
        for kind in CLASH_KINDS:
            mean = kinds.get(kind, {}).get("mean") or 0.0
            axes.barh(height, mean, left=left, color=KIND_COLOURS[kind], edgecolor="white", linewidth=0.8, height=0.6)
            left += mean
        total = kinds["all"]
        axes.plot([total["low"], total["high"]], [height, height], color="#111111", linewidth=1.6)
        text = f"{total['mean']:.2f} a run; {total['any']['share']:.0%} of runs have any"
        axes.annotate(
            text, (total["high"], height), xytext=(8, 0), textcoords="offset points", va="center", fontsize=8.5
        )
    names = [" - ".join(side_name(manifest, side) for side in pair.split("-")) for pair in found]
    axes.set_yticks(range(len(found)), names)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    highest = max((kinds["all"]["high"] for kinds in found.values()), default=0.0)
    axes.set(xlim=(0, max(highest, 0.05) * 1.5), xlabel="clashes a run (mean)")
    axes.set_title("How often do the rivals clash?", pad=26)
    if not found or highest == 0.0:
        axes.text(0.5, 0.5, "no clashes in these runs", transform=axes.transAxes, ha="center", color="#555555")
    handles = [mpl_patch(KIND_COLOURS[kind], KIND_NAMES[kind]) for kind in CLASH_KINDS]
    axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, frameon=False, fontsize=8.5)
    style.footer(figure, manifest, "Black bars: 95 % Monte Carlo interval of the mean. Warnings are not clashes.")
    return figure


def side_name(manifest: dict[str, Any], side: str) -> str:
    """Return a side's name without what stands in brackets."""
    return str(manifest["sides"][side]["name"]).split(" (")[0]


def mpl_patch(colour: str, label: str) -> Any:
    """Return a legend entry."""
    from matplotlib.patches import Patch

    return Patch(facecolor=colour, label=label)
