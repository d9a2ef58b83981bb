"""Shares and means as bars: who is first, how often rivals clash, how contestants spent their days."""

import textwrap
from typing import Any

import numpy as np
import pandas as pd

from experiments.figures import style
from experiments.figures.style import Picture
from experiments.summary import CLASH_KINDS, Summary
from experiments.wording import mean, pair_name

KIND_NAMES = {"strike": "strike", "shelling": "shelling", "shoot_down": "shoot-down", "ground_clash": "ground clash"}
KIND_COLOURS = {"strike": "#D55E00", "shelling": "#E69F00", "shoot_down": "#0072B2", "ground_clash": "#009E73"}
ACTIVITY_COLOURS = {
    "marching": "#9CCB86", "advancing": "#2E8B57", "preparing": "#F5C26B", "fighting": "#D1495B",
    "refitting": "#E8A0A8", "paused": "#C9D6E2", "holding": "#8FA6BC", "out_of_supply": "#7B5AA6",
    "without_way": "#3D3D3D", "lost": "#000000",
}  # fmt: skip


def first_figure(summary: Summary, manifest: dict[str, Any]) -> Picture:
    """Draw the share of runs in which each contestant, or nobody, is first: one panel a race."""
    races = style.races_in_order(manifest)
    found = {race: summary["races"][race]["first"] for race in races}
    columns = min(2, len(races))
    rows = -(-len(races) // columns)
    tallest = max(len(one) for one in found.values())
    figure = style.new_figure(5.6 * columns + 0.4, 0.8 + rows * (0.75 + 0.36 * tallest))
    for index, race in enumerate(races):
        draw_first(figure.add_subplot(rows, columns, index + 1), found[race], race, manifest)
    figure.suptitle("Who is first? Share of all runs", x=0.01, ha="left", fontweight="bold", fontsize=13)
    note = "Black bars: 95 % Monte Carlo interval (Wilson). Tie: contestants that take a place together."
    style.footer(figure, manifest, note)
    listed = [{"race": race, "contestant": one, **share} for race in races for one, share in found[race].items()]
    return Picture(figure, pd.DataFrame(listed))


def draw_first(axes: Any, found: dict[str, Any], race: str, manifest: dict[str, Any]) -> None:
    """Draw one race's shares."""
    entrants = list(found)
    colours = style.colours_of(manifest, manifest["races"][race]["contestants"])
    for height, one in enumerate(entrants):
        share = found[one]
        axes.barh(height, share["share"], color=colours[one], edgecolor="#333333", linewidth=0.5, height=0.66)
        axes.plot([share["low"], share["high"]], [height, height], color="#111111", linewidth=1.6)
        axes.text(share["high"] + 0.015, height, percent(share), va="center", fontsize=8.5)
    axes.set_yticks(range(len(entrants)), [style.name_of(manifest, one, 30) for one in entrants], fontsize=8.5)
    axes.invert_yaxis()
    limit = min(1.0, max(one["high"] for one in found.values()) + 0.02)
    axes.set_xlim(0, limit * 1.2)
    axes.set_xticks([tick for tick in np.linspace(0, 1, 6 if limit > 0.5 else 11) if tick <= limit + 1e-9])
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.grid(axis="y", visible=False)
    axes.set_title("\n".join(textwrap.wrap(manifest["races"][race]["title"], 44)), fontsize=10.5)


def percent(share: dict[str, Any]) -> str:
    """Return a share to the digits that its interval supports."""
    digits = 1 if share["high"] - share["low"] < 0.04 else 0
    return f"{share['share']:.{digits}%}"


def clashes_figure(summary: Summary, manifest: dict[str, Any]) -> Picture:
    """Draw the mean number of clashes a run by pair of sides, stacked by kind."""
    found = summary["clashes"]
    figure = style.new_figure(9.0, 2.2 + 0.62 * max(1, len(found)))
    axes = figure.add_subplot()
    for height, kinds in enumerate(found.values()):
        draw_clashes(axes, kinds, height)
    axes.set_yticks(range(len(found)), [pair_name(manifest, pair) for pair in found])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    highest = max((kinds["all"]["high"] for kinds in found.values()), default=0.0)
    axes.set(xlim=(0, max(highest, 0.05) * 2.0), xlabel="clashes a run (mean)")
    axes.set_title("How often do the rivals clash?", pad=26)
    if not found or highest == 0.0:
        axes.text(0.5, 0.5, "no clashes in these runs", transform=axes.transAxes, ha="center", color="#555555")
    handles = [patch(KIND_COLOURS[kind], KIND_NAMES[kind]) for kind in CLASH_KINDS]
    axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, frameon=False, fontsize=8.5)
    style.footer(figure, manifest, "Black bars: 95 % Monte Carlo interval of the mean. Warnings are not clashes.")
    columns = ["mean", "low", "high"]
    listed = [{"pair": pair, "kind": kind, **{key: one[key] for key in columns}}
              for pair, kinds in found.items() for kind, one in kinds.items()]  # fmt: skip
    return Picture(figure, pd.DataFrame(listed, columns=["pair", "kind", *columns]))


def draw_clashes(axes: Any, kinds: dict[str, Any], height: int) -> None:
    """Draw one pair's bar."""
    left = 0.0
    for kind in CLASH_KINDS:
        width = kinds.get(kind, {}).get("mean") or 0.0
        axes.barh(height, width, left=left, color=KIND_COLOURS[kind], edgecolor="white", linewidth=0.8, height=0.6)
        left += width
    total = kinds["all"]
    axes.plot([total["low"], total["high"]], [height, height], color="#111111", linewidth=1.6)
    text = f"{mean(total)} a run; {total['any']['share']:.0%} of runs have any"
    axes.annotate(text, (total["high"], height), xytext=(8, 0), textcoords="offset points", va="center", fontsize=8.5)


def days_figure(summary: Summary, manifest: dict[str, Any]) -> Picture:
    """Draw how the formations of each contestant spent their days, as shares of the time to the horizon."""
    contestants = list(manifest["contestants"])
    means = {
        one: {activity: summary["days"][f"{one}:{activity}"]["mean"] for activity in ACTIVITY_COLOURS}
        for one in contestants
    }
    figure = style.new_figure(9.6, 1.9 + 0.62 * len(contestants))
    axes = figure.add_subplot()
    for height, spent in enumerate(means.values()):
        draw_days(axes, spent, height)
    axes.set_yticks(range(len(contestants)), [style.name_of(manifest, one, 24) for one in contestants], fontsize=9)
    axes.invert_yaxis()
    axes.set(xlim=(0, 1))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.grid(axis="y", visible=False)
    axes.set_title("How were the days spent?", pad=42)
    handles = [patch(colour, activity.replace("_", " ")) for activity, colour in ACTIVITY_COLOURS.items()]
    axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=5, frameon=False, fontsize=8.5)
    style.footer(
        figure, manifest, "Mean over all runs and the formations of a contestant, from the start to the horizon."
    )
    listed = [{"contestant": one, "activity": activity, "mean_days": days}
              for one, spent in means.items() for activity, days in spent.items()]  # fmt: skip
    return Picture(figure, pd.DataFrame(listed))


def draw_days(axes: Any, spent: dict[str, float], height: int) -> None:
    """Draw one contestant's bar; parts of 6 % and more are labelled."""
    total, left = sum(spent.values()) or 1.0, 0.0
    for activity, days in spent.items():
        share = days / total
        axes.barh(
            height, share, left=left, color=ACTIVITY_COLOURS[activity], edgecolor="white", linewidth=0.6, height=0.7
        )
        if share >= 0.06:
            dark = activity in ("advancing", "fighting", "out_of_supply", "without_way", "lost")
            axes.text(left + share / 2, height, f"{share:.0%}", ha="center", va="center", fontsize=8,
                      color="white" if dark else "#222222")  # fmt: skip
        left += share


def patch(colour: str, label: str) -> Any:
    """Return a legend entry."""
    from matplotlib.patches import Patch

    return Patch(facecolor=colour, label=label)
