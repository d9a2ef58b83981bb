"""When they arrive: curves of arrival, ridgelines of the week of arrival, milestones on a calendar."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from experiments.figures import style
from experiments.figures.style import Picture
from experiments.summary import Runs, Summary, wilson

MOST_STEPS = 600
WEEK_DAYS = 7
RIDGE_HEIGHT = 0.86
MILESTONE_COLOUR = "#35618F"


def arrivals_figure(runs: Runs, race: str, manifest: dict[str, Any]) -> Picture:
    """Draw the share of all runs in which each contestant has finished by each day (censored at the horizon)."""
    figure = style.new_figure(9.0, 5.2)
    axes = figure.add_subplot()
    horizon = float(manifest["horizon_days"])
    contestants = manifest["races"][race]["contestants"]
    colours, styles = style.colours_of(manifest, contestants), style.styles_of(manifest, contestants)
    curves = {one: curve(runs[f"finish_day:{race}:{one}"], horizon) for one in contestants}
    for one, found in curves.items():
        axes.fill_between(found.day, found.low, found.high, step="post", color=colours[one], alpha=0.15, linewidth=0)
        axes.step(found.day, found.share, where="post", color=colours[one], linestyle=styles[one], linewidth=2)
    heights = [float(found.share.iloc[-1]) for found in curves.values()]
    top = max(0.1, min(1.0, max(heights, default=0.0) * 1.15 + 0.02))
    axes.set(xlim=(0, horizon), ylim=(0, top), ylabel="share of all runs finished")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    style.calendar_axis(axes, manifest)
    for one, height, label in zip(
        contestants, heights, style.spread_labels(heights, 0.085 * top, 0.0, top), strict=True
    ):
        text = f"{style.name_of(manifest, one, 24)}\n{height:.0%} by the horizon"
        axes.plot([horizon, horizon * 1.02], [height, label], color=colours[one], linewidth=0.8, clip_on=False,
                  linestyle=styles[one])  # fmt: skip
        axes.text(horizon * 1.025, label, text, color=style.darker(colours[one]), va="center", fontsize=8,
                  linespacing=1.05)  # fmt: skip
    axes.set_title(manifest["races"][race]["title"])
    style.footer(figure, manifest, "Bands: 95 % Monte Carlo interval (Wilson), all runs in the denominator.")
    return Picture(figure, pd.concat({one: found for one, found in curves.items()}, names=["contestant", "step"])
                   .reset_index(level="contestant"))  # fmt: skip


def curve(days: "pd.Series[float]", horizon: float) -> pd.DataFrame:
    """Return the curve of an arrival: day, share of all runs arrived by it, and the Wilson 95 % band."""
    at, shares = steps(days, horizon)
    low, high = wilson(shares * len(days), len(days))
    return pd.DataFrame({"day": at, "share": shares, "low": low, "high": high})


def steps(days: "pd.Series[float]", horizon: float) -> tuple[np.ndarray, np.ndarray]:
    """Return (days, share of runs arrived by them) from 0 to the horizon, where the rest is censored.

    With no other censoring the Kaplan-Meier estimate is the share itself. A curve of many steps is thinned to those
    that can be told apart on paper.
    """
    found, counts = np.unique(days.fillna(horizon).to_numpy(float), return_counts=True)
    arrived = np.minimum(counts.cumsum(), days.count())  # those who stand at the horizon since they never arrive
    kept = np.unique(np.linspace(0, max(len(found) - 1, 0), MOST_STEPS).round().astype(int))[: len(found)]
    shares = np.append(0.0, arrived[kept] / len(days))
    return np.concatenate([[0.0], found[kept], [horizon]]), np.append(shares, shares[-1])


# ---------------------------------------------------------------- ridgelines


def ridgeline_figure(runs: Runs, race: str, summary: Summary, manifest: dict[str, Any]) -> Picture:
    """Draw, for each contestant, the share of all runs in which it finishes in each week."""
    contestants, horizon = manifest["races"][race]["contestants"], float(manifest["horizon_days"])
    figure = style.new_figure(9.0, 1.6 + 0.95 * len(contestants))
    axes = figure.add_subplot()
    colours = style.colours_of(manifest, contestants)
    weeks = {one: by_week(runs[f"finish_day:{race}:{one}"], horizon) for one in contestants}
    tallest = max(float(found.share.max()) for found in weeks.values()) or 1.0
    for row, (one, found) in enumerate(weeks.items()):
        foot = float(len(contestants) - 1 - row)
        heights = foot + RIDGE_HEIGHT * found.share / tallest
        axes.fill_between(
            found.day, foot, heights, step="post", color=colours[one], alpha=0.75, linewidth=0, zorder=row
        )
        axes.step(found.day, heights, where="post", color=style.darker(colours[one]), linewidth=1.0, zorder=row)
        axes.axhline(foot, color="#888888", linewidth=0.6, zorder=row)
        mark_median(axes, summary["races"][race]["finish"][one], foot, manifest, row)
    names = [style.name_of(manifest, one, 22) for one in contestants]
    axes.set_yticks([float(len(contestants) - 1 - row) for row in range(len(contestants))], names, fontsize=9)
    axes.set(xlim=(0, horizon), ylim=(-0.08, len(contestants)))
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    style.calendar_axis(axes, manifest)
    axes.set_title(f"{manifest['races'][race]['title']}: in which week?")
    note = f"Height: share of all runs in a week; the tallest is {tallest:.1%}. Black: median over all runs."
    style.footer(figure, manifest, note)
    return Picture(figure, pd.concat(weeks, names=["contestant", "week"]).reset_index())


def by_week(days: "pd.Series[float]", horizon: float) -> pd.DataFrame:
    """Return the share of all runs that arrive in each week: day (its first), share; the last row closes it."""
    edges = np.append(np.arange(0.0, horizon, WEEK_DAYS), horizon)
    counts, _ = np.histogram(days.dropna(), edges)
    shares = counts / len(days)
    return pd.DataFrame({"day": edges, "share": np.append(shares, shares[-1:])})


def mark_median(axes: Any, found: dict[str, Any], foot: float, manifest: dict[str, Any], row: int) -> None:
    """Mark the median over all runs, and say how many arrive."""
    text = f"{found['share']:.0%} finish"
    if found["q50"] is not None:
        axes.plot([found["q50"]] * 2, [foot, foot + 0.3], color="black", linewidth=2.0, zorder=row + 0.5)
        text += f"\nmedian {calendar(manifest, found['q50'])}"
    right = manifest["horizon_days"] * 1.015
    axes.text(right, foot + 0.06, text, fontsize=8.5, color="#222222", clip_on=False, va="bottom")


def calendar(manifest: dict[str, Any], day: float) -> str:
    """Return the date of a day since the start, such as "12 Oct"."""
    return f"{date.fromisoformat(manifest['start_date']) + timedelta(days=int(day)):%-d %b}"


# ---------------------------------------------------------------- milestones


def milestones_figure(summary: Summary, manifest: dict[str, Any]) -> Picture:
    """Draw when each milestone is reached: median, 50 and 90 % intervals over all runs, in order of the median."""
    found = summary["milestones"]
    order = sorted(found, key=lambda one: (found[one]["q50"] or 1e9, -found[one]["share"]))
    horizon = float(manifest["horizon_days"])
    figure = style.new_figure(10.5, 1.5 + 0.3 * len(order))
    axes = figure.add_subplot()
    for height, one in enumerate(order):
        draw_milestone(axes, found[one], height, horizon)
    titles = [manifest["milestones"][one]["title"] for one in order]
    axes.set_yticks(range(len(order)), titles, fontsize=8.5)
    axes.set(xlim=(0, horizon), ylim=(len(order) - 0.4, -0.6))
    axes.grid(axis="y", visible=False)
    style.calendar_axis(axes, manifest)
    axes.set_title("When are the milestones reached?")
    note = (
        "Dot: median; thick 50 %, thin 90 % of all runs; an arrow: beyond the horizon. Right: reached by the horizon."
    )
    style.footer(figure, manifest, note)
    columns = ["share", "low", "high", "q05", "q25", "q50", "q75", "q95"]
    rows = [{"milestone": one, **{key: found[one][key] for key in columns}} for one in order]
    return Picture(figure, pd.DataFrame(rows, columns=["milestone", *columns]))


def draw_milestone(axes: Any, found: dict[str, Any], height: int, horizon: float) -> None:
    """Draw one milestone's median and intervals; an interval that leaves the horizon ends in an arrow."""
    for low, high, width in (("q05", "q95", 1.3), ("q25", "q75", 4.5)):
        if found[low] is not None:
            end = horizon if found[high] is None else found[high]
            axes.plot([found[low], end], [height] * 2, color=MILESTONE_COLOUR, linewidth=width, solid_capstyle="butt",
                      alpha=0.9)  # fmt: skip
    if found["q50"] is not None:
        axes.plot([found["q50"]], [height], "o", color="white", markeredgecolor="black", markersize=5.5, zorder=5)
    if found["q05"] is not None and found["q95"] is None:
        axes.plot([horizon], [height], ">", color=MILESTONE_COLOUR, markersize=6, clip_on=False, zorder=6)
    axes.annotate(f"{found['share']:.0%}", (horizon, height), xytext=(9, 0), textcoords="offset points", va="center",
                  fontsize=8.5, annotation_clip=False)  # fmt: skip
