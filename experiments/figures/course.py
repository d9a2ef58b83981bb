"""How a campaign goes: clashes adding up, ground changing hands, and where on the map rivals clash."""

from typing import Any

import numpy as np
import pandas as pd

from experiments.figures import maps, style
from experiments.figures.labels import Labels, Look
from experiments.figures.style import Picture
from experiments.wording import pair_name
from sim.scenario.loading import Scenario

PAIR_COLOURS = ("#B5423C", "#3A6EA5", "#3B8C6E", "#8A5A9E", "#C58B2A")
LABELLED_PLACES = 8
BANDS = ((0.05, 0.95, 0.15), (0.25, 0.75, 0.3))


def pairs_of(runs: list[str]) -> list[str]:
    """Return the pairs of rivals among the names of a run table's columns."""
    return list(dict.fromkeys(name.split(":")[1] for name in runs if name.startswith("clashes:")))


def cumulative_figure(by_day: dict[str, pd.DataFrame], manifest: dict[str, Any]) -> Picture:
    """Draw the clashes of each pair of rivals up to each day: mean, and bands of 50 and 90 % of runs.

    `by_day`: as of `experiments.clashes.Clashes`.
    """
    figure = style.new_figure(9.2, 1.2 + 2.0 * len(by_day))
    for index, (pair, found) in enumerate(by_day.items()):
        axes = figure.add_subplot(len(by_day), 1, index + 1)
        colour = PAIR_COLOURS[index % len(PAIR_COLOURS)]
        for low, high, alpha in BANDS:
            axes.fill_between(found.day, found[name(low)], found[name(high)], color=colour, alpha=alpha, linewidth=0)
        axes.plot(found.day, found["mean"], color=colour, linewidth=2)
        axes.set(xlim=(0, manifest["horizon_days"]), ylim=(0, max(1.0, 1.08 * float(found[name(0.95)].max()))))
        axes.set_ylabel("clashes a run")
        axes.set_title(pair_name(manifest, pair), fontsize=10)
        style.calendar_axis(axes, manifest, above=index == 0)
    figure.suptitle("Clashes so far", x=0.01, ha="left", fontweight="bold", fontsize=13)
    style.footer(figure, manifest, "Line: mean over all runs; bands: 50 and 90 % of runs.")
    return Picture(figure, pd.concat(by_day, names=["pair", "row"]).reset_index(level="pair"))


def name(level: float) -> str:
    """Return the column of a quantile."""
    return f"q{round(100 * level):02d}"


# ---------------------------------------------------------------- where


def clash_map_figure(scenario: Scenario, found: pd.DataFrame, pairs: list[str], manifest: dict[str, Any]) -> Picture:
    """Draw where clashes happen: a disc at each place, its area in proportion to the clashes a run near it.

    Where several pairs clash, each has its sector of the disc. `found`: place, pair, clashes_a_run.
    """
    model = scenario.model
    figure, axes = maps.blank_map(scenario, 9.6)
    maps.draw_roads(axes, model)
    at_place = found.groupby("place")["clashes_a_run"].sum().sort_values(ascending=False, kind="stable")
    largest = float(at_place.max()) if len(found) else 1.0
    colours = {pair: PAIR_COLOURS[index % len(PAIR_COLOURS)] for index, pair in enumerate(pairs)}
    where = {one: (model.places[one].lat, model.places[one].lon) for one in found["place"]}
    spots = pd.DataFrame([where[one] for one in found["place"]], columns=["lat", "lon"], index=found.index)
    for place, clashes in at_place.items():
        shares = (
            found[found["place"] == place].set_index("pair")["clashes_a_run"].reindex(pairs, fill_value=0) / clashes
        )
        draw_disc(axes, where[place], max(1100 * clashes / largest, 6.0), shares, colours)
    label_places(figure, axes, model, list(at_place.index))
    axes.set_title("Where do the rivals clash?")
    draw_key(axes, colours, largest, manifest)
    note = "Area of a disc: clashes a run near that place."
    style.footer(figure, manifest, note if len(found) else "There were no clashes in these runs.")
    return Picture(figure, pd.concat([found, spots], axis=1))


def draw_disc(axes: Any, where: tuple[float, float], area: float, shares: pd.Series, colours: dict[str, str]) -> None:
    """Draw a disc at (latitude, longitude), a sector for each pair by its share; `area` in points squared."""
    turned = 0.25
    for pair, share in shares[shares > 0].items():
        angles = 2 * np.pi * np.linspace(turned, turned + share, 2 + int(60 * share))
        rim = np.column_stack([np.cos(angles), np.sin(angles)])
        outline = rim if share == 1.0 else np.vstack([[0.0, 0.0], rim, [0.0, 0.0]])
        size = area * float(np.abs(outline).max()) ** 2  # a marker is scaled by its own extent
        axes.scatter(where[1], where[0], s=size, marker=outline, color=colours[str(pair)], alpha=0.6,
                     edgecolor="white", linewidth=0.6, zorder=4)  # fmt: skip
        turned += share


def label_places(figure: Any, axes: Any, model: Any, places: list[str]) -> None:
    """Name the places with the most clashes, where there is room."""
    figure.draw_without_rendering()
    labels = Labels(axes, [(one.lon, one.lat) for one in model.places.values()], np.empty((0, 2)))
    written = 0
    for one in places[: 2 * LABELLED_PLACES]:
        if written < LABELLED_PLACES:
            place = model.places[one]
            written += labels.write(place.name.split(" (")[0], (place.lon, place.lat), Look(6.8, "#444444"))


def draw_key(axes: Any, colours: dict[str, str], largest: float, manifest: dict[str, Any]) -> None:
    """Explain colours and sizes."""
    from matplotlib.lines import Line2D

    look: dict[str, Any] = {"marker": "o", "linestyle": "", "markersize": 9, "alpha": 0.7}
    handles = [
        Line2D([], [], color=colour, label=pair_name(manifest, pair), **look) for pair, colour in colours.items()
    ]
    for share in (1.0, 0.25):
        handles.append(Line2D([], [], marker="o", linestyle="", color="#999999", markersize=(1100 * share) ** 0.5,
                              alpha=0.55, label=f"{largest * share:.2g} clashes a run"))  # fmt: skip
    axes.figure.legend(
        handles=handles, loc="outside right center", fontsize=8, frameon=False, labelspacing=1.8, handletextpad=1.6
    )


# ---------------------------------------------------------------- control over time


def control_figure(held: np.ndarray, scenario: Scenario, manifest: dict[str, Any]) -> Picture:
    """Draw which share of all places each side holds, day by day.

    `held`: places held (float, runs x days x sides and nobody), as `experiments.control.held_by_day` returns it.
    """
    model = scenario.model
    shares = held.mean(axis=0) / held[0, 0].sum()
    sides = [*model.sides, "nobody"]
    colours = [*(side.colour for side in model.sides.values()), style.NOBODY_COLOUR]
    figure = style.new_figure(9.6, 4.8)
    axes = figure.add_subplot()
    days = np.arange(shares.shape[0])
    axes.stackplot(days, shares.T, colors=colours, alpha=0.85, linewidth=0.4, edgecolor="white")
    axes.set(xlim=(0, days[-1]), ylim=(0, 1), ylabel="share of all places")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    style.calendar_axis(axes, manifest)
    name_ends(axes, shares[-1], sides, colours, model, float(days[-1]))
    axes.set_title("Who holds the ground?")
    note = f"Mean over {held.shape[0]:,} runs, replayed; {int(held[0, 0].sum())} places."
    style.footer(figure, manifest, note)
    table = pd.DataFrame(shares, columns=sides).rename_axis("day").reset_index()
    return Picture(figure, table)


def name_ends(axes: Any, ends: np.ndarray, sides: list[str], colours: list[str], model: Any, last: float) -> None:
    """Name each band at its right end."""
    middles = (np.cumsum(ends) - ends / 2).tolist()
    for one, share, colour, middle, label in zip(
        sides, ends, colours, middles, style.spread_labels(middles, 0.055, 0.0, 1.0), strict=True
    ):
        side = "Nobody" if one == "nobody" else model.sides[one].name.split(" (")[0]
        axes.plot([last, last * 1.02], [middle, label], color=colour, linewidth=0.8, clip_on=False)
        axes.text(last * 1.025, label, f"{side} {share:.0%}", color=style.darker(colour), va="center", fontsize=8.5)
