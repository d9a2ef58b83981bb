"""The pictures of a comparison: curves laid over each other, who is first before and after, what moves most."""

import textwrap
from collections.abc import Iterator
from typing import Any

import pandas as pd

from experiments import clashes, tables, wording
from experiments.batch import BatchResult
from experiments.comparison import Comparison
from experiments.figures import course, style
from experiments.figures.arrivals import curve
from experiments.figures.style import Picture
from experiments.summary import Runs
from experiments.terminal_compare import moves

BEFORE_COLOUR, AFTER_COLOUR = "#9AA5B1", "#1F1F1F"
SHOWN_MOVES = 16
Found = dict[str, Any]


def pictures(found: Comparison) -> Iterator[tuple[str, Picture]]:
    """Yield the pictures of each other scenario by name."""
    base, *others = found.batches
    manifest = found.batches[base].manifest
    titles = {label: found.summary["others"][label]["title"] for label in others}
    ours, common = tables.Columns(found.batches[base].directory), manifest
    for label in others:
        manifest = {**common, "against": f"{label} ({found.summary['others'][label]['scenario_hash'][:12]})"}
        theirs, other = tables.Columns(found.batches[label].directory), found.summary["others"][label]
        race = found.summary["headline"]
        if race in other["races"]:
            yield f"{label}_arrivals_{race}", arrivals_figure(ours, theirs, race, other, manifest, titles[label])
        yield f"{label}_first", first_figure(other, manifest, titles[label])
        if list(moves(other)):
            yield f"{label}_changes", changes_figure(other, manifest, titles[label])
        pairs = list(other["clashes"])
        if pairs:
            counted = [counted_clashes(found.batches[one], pairs) for one in (base, label)]
            yield f"{label}_clashes_so_far", clashes_figure(counted, pairs, manifest, titles[label])


def counted_clashes(batch: BatchResult, pairs: list[str]) -> dict[str, pd.DataFrame]:
    """Return the clashes of a batch so far by day, for each pair."""
    return clashes.count(batch.directory, pairs, batch.manifest, batch.summary["runs"]).by_day


def arrivals_figure(ours: Runs, theirs: Runs, race: str, other: Found, manifest: Found, title: str) -> Picture:
    """Draw the curves of arrival of each contestant in a panel of its own: dashed grey before, coloured after."""
    contestants = list(other["races"][race]["finish"])
    columns = min(3, len(contestants))
    rows = -(-len(contestants) // columns)
    figure = style.new_figure(3.7 * columns + 0.4, 1.1 + 2.4 * rows)
    colours, horizon, parts = style.colours_of(manifest, contestants), float(manifest["horizon_days"]), []
    for index, one in enumerate(contestants):
        axes = figure.add_subplot(rows, columns, index + 1)
        before, after = (curve(runs[f"finish_day:{race}:{one}"], horizon) for runs in (ours, theirs))
        axes.fill_between(after.day, after.low, after.high, step="post", color=colours[one], alpha=0.18, linewidth=0)
        axes.step(before.day, before.share, where="post", color="#555555", linestyle=(0, (4, 2)), linewidth=1.5)
        axes.step(after.day, after.share, where="post", color=colours[one], linewidth=2.2)
        axes.set(xlim=(0, horizon), ylim=(0, 1))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        style.calendar_axis(axes, manifest, above=False, most=3)
        change = wording.difference(other["races"][race]["finish"][one]["restricted_mean_day"], wording.DAYS)
        axes.set_title(f"{style.name_of(manifest, one, 60)}\n", fontsize=9.5)
        axes.text(0.0, 1.03, f"mean day {change}", transform=axes.transAxes, fontsize=8, color="#444444")
        parts += [before.assign(contestant=one, scenario="base"), after.assign(contestant=one, scenario="other")]
    figure.suptitle(f"{manifest['races'][race]['title']}. {title}", x=0.01, ha="left", fontweight="bold", fontsize=11)
    note = "Share of all runs finished; dashed: base. Mean day: no arrival counts with the horizon; paired 95 %."
    style.footer(figure, manifest, note)
    return Picture(figure, pd.concat(parts, ignore_index=True))


def first_figure(other: Found, manifest: Found, title: str) -> Picture:
    """Draw the share of runs in which each contestant is first, before and after: a panel a race."""
    races = [race for race in style.races_in_order(manifest) if race in other["races"]]
    columns = min(2, len(races))
    rows = -(-len(races) // columns)
    tallest = max(len(other["races"][race]["first"]) for race in races)
    figure = style.new_figure(5.8 * columns + 0.4, 1.0 + rows * (0.7 + 0.36 * tallest))
    for index, race in enumerate(races):
        draw_first(figure.add_subplot(rows, columns, index + 1), other["races"][race]["first"], race, manifest)
    figure.suptitle(f"Who is first? {title}", x=0.01, ha="left", fontweight="bold", fontsize=12)
    style.footer(figure, manifest, "Grey: base; dot: other. Right: change in points with its paired 95 % interval.")
    listed = [{"race": race, "contestant": one, **change} for race in races
              for one, change in other["races"][race]["first"].items()]  # fmt: skip
    return Picture(figure, pd.DataFrame(listed))


def draw_first(axes: Any, found: Found, race: str, manifest: Found) -> None:
    """Draw one race's shares before and after."""
    colours = style.colours_of(manifest, manifest["races"][race]["contestants"])
    limit = max(max(one["base"], one["other"]) for one in found.values())
    for height, (one, change) in enumerate(found.items()):
        axes.barh(height, change["base"], color=BEFORE_COLOUR, alpha=0.55, height=0.62)
        axes.plot([change["base"], change["other"]], [height] * 2, color=colours[one], linewidth=2.2)
        axes.plot([change["other"]], [height], "o", color=colours[one], markeredgecolor=AFTER_COLOUR, markersize=7)
        text = wording.difference(change, wording.POINTS)
        axes.text(1.02, height, text, va="center", fontsize=8, transform=axes.get_yaxis_transform(), clip_on=False)
    axes.set_yticks(range(len(found)), [style.name_of(manifest, one, 30) for one in found], fontsize=8.5)
    axes.set(xlim=(0, max(0.05, limit * 1.08)), ylim=(len(found) - 0.5, -0.5))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.grid(axis="y", visible=False)
    axes.set_title("\n".join(textwrap.wrap(manifest["races"][race]["title"], 48)), fontsize=10)


def changes_figure(other: Found, manifest: Found, title: str) -> Picture:
    """Draw the changes that are clearest, with their paired intervals: points, days and clashes apart."""
    listed = list(moves(other))[:SHOWN_MOVES]
    groups = [(unit, [(path, one) for path, one in listed if wording.unit_of(path) == unit])
              for unit in (wording.POINTS, wording.DAYS, wording.TIMES)]  # fmt: skip
    groups = [(unit, entries) for unit, entries in groups if entries]
    heights = [len(entries) + 1.2 for _, entries in groups]
    figure = style.new_figure(10.0, 1.0 + 0.31 * sum(heights))
    for axes, (unit, entries) in zip(
        figure.subplots(len(groups), 1, height_ratios=heights, squeeze=False)[:, 0], groups, strict=True
    ):
        draw_changes(axes, unit, entries, manifest)
    figure.suptitle(f"What moves most? {title}", x=0.01, ha="left", fontweight="bold", fontsize=12)
    style.footer(figure, manifest, "Paired 95 % intervals, the clearest changes first. Grey line: no change.")
    rows = [{"change": wording.described(path, manifest), "unit": unit, **one} for unit, entries in groups
            for path, one in entries]  # fmt: skip
    return Picture(figure, pd.DataFrame(rows))


def draw_changes(axes: Any, unit: str, entries: list[tuple[tuple[str, ...], Found]], manifest: Found) -> None:
    """Draw the changes of one unit."""
    scale = 100.0 if unit == wording.POINTS else 1.0
    for height, (_, one) in enumerate(entries):
        colour = "#B5423C" if one["difference"] > 0 else "#2F6DA8"
        axes.plot([scale * one["low"], scale * one["high"]], [height] * 2, color=colour, linewidth=2.4)
        axes.plot([scale * one["difference"]], [height], "o", color=colour, markersize=6)
        axes.text(1.02, height, wording.difference(one, unit), transform=axes.get_yaxis_transform(), va="center",
                  fontsize=8, clip_on=False)  # fmt: skip
    axes.axvline(0.0, color="#999999", linewidth=1.0)
    axes.set_yticks(range(len(entries)), [wording.described(path, manifest) for path, _ in entries], fontsize=8.5)
    axes.set_ylim(len(entries) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    unit_names = {
        wording.POINTS: "change in points",
        wording.DAYS: "change in days",
        wording.TIMES: "change in clashes a run",
    }
    axes.set_xlabel(unit_names[unit], fontsize=8.5)


def clashes_figure(counted: list[dict[str, pd.DataFrame]], pairs: list[str], manifest: Found, title: str) -> Picture:
    """Draw the mean clashes of each pair of rivals up to each day, before and after."""
    figure = style.new_figure(9.2, 1.2 + 1.9 * len(pairs))
    parts = []
    for index, pair in enumerate(pairs):
        axes = figure.add_subplot(len(pairs), 1, index + 1)
        before, after = (one[pair] for one in counted)
        colour = course.PAIR_COLOURS[index % len(course.PAIR_COLOURS)]
        axes.plot(before.day, before["mean"], color="#555555", linestyle=(0, (4, 2)), linewidth=1.6)
        axes.plot(after.day, after["mean"], color=colour, linewidth=2.2)
        highest = max(float(after["mean"].max()), float(before["mean"].max()))
        axes.set(xlim=(0, manifest["horizon_days"]), ylim=(0, max(0.1, 1.08 * highest)))
        axes.set_title(wording.pair_name(manifest, pair), fontsize=10)
        axes.set_ylabel("clashes a run")
        style.calendar_axis(axes, manifest, above=False)
        parts += [before.assign(pair=pair, scenario="base"), after.assign(pair=pair, scenario="other")]
    figure.suptitle(f"Clashes so far. {title}", x=0.01, ha="left", fontweight="bold", fontsize=12)
    style.footer(figure, manifest, "Means over all runs; dashed: base.")
    return Picture(figure, pd.concat(parts, ignore_index=True))
