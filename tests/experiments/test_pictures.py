"""Plots, map and story of a small batch."""

import itertools
import json

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from PIL import Image

from experiments import figure_style, plots
from experiments.batch import run
from experiments.maps import draw_scenario_map
from experiments.replay import tell
from sim.errors import UsageError
from sim.scenario.loading import from_data, load
from tests import toys


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """Run the small war 40 times; return the batch."""
    scenario = from_data(json.loads(json.dumps(toys.small_war())), "war")
    return run(scenario, runs=40, seed=1, out=tmp_path_factory.mktemp("war"), workers=1)


def test_every_plot_is_drawn_and_closed(batch):
    """PNG and SVG of each race, of who is first and of the clashes."""
    written = plots.draw_all(batch.directory)
    names = {path.stem for path in written}
    assert names == {*(f"arrivals_{race}" for race in batch.manifest["races"]), "first", "clashes"}
    assert all(path.stat().st_size > 5000 for path in written if path.suffix == ".png")
    assert plt.get_fignums() == []


def manifest_with(contestants):
    """Return a manifest of one race between so many contestants of two sides."""
    ids = [f"c{index}" for index in range(contestants)]
    return {
        "scenario": "made", "scenario_hash": "0123456789abcdef", "seed": 3, "runs": [0, 100],
        "start_date": "2020-01-01", "horizon_days": 100, "versions": {"race": "0.1.0"}, "title": "made",
        "sides": {"red": {"name": "Red", "colour": "#D55E00"}, "blue": {"name": "Blue", "colour": "#0072B2"}},
        "contestants": {one: {"name": f"Contestant {one}", "side": ("red", "blue")[index % 2]}
                        for index, one in enumerate(ids)},
        "races": {"main": {"title": "Main", "headline": True, "contestants": ids}},
    }  # fmt: skip


@pytest.mark.parametrize("contestants", [2, 6])
def test_labels_of_equal_curves_do_not_overlap(batch, contestants):
    """Every contestant arrives in the same runs: the labels at the right are moved apart."""
    manifest = batch.manifest | manifest_with(contestants)
    days = np.where(np.arange(100) < 40, np.arange(100.0), np.nan)
    runs = pd.DataFrame({f"finish_day:main:{one}": days for one in manifest["contestants"]})
    with figure_style.in_style():
        figure = plots.arrivals_figure(runs, "main", manifest)
        figure.canvas.draw()
        labels = [text for text in figure.axes[0].texts if "by the horizon" in text.get_text()]
        boxes = [text.get_window_extent() for text in labels]
    assert len(boxes) == contestants
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))


@pytest.mark.parametrize("arrived", [0, 1, 40, 5000])
def test_the_curve_ends_at_the_share_of_all_runs(arrived):
    """It starts at 0, never falls, and a long one is thinned without moving a step."""
    total = 10000
    days = pd.Series(np.where(np.arange(total) < arrived, np.linspace(1, 90, total), np.nan))
    at, shares = plots.steps(days, 100.0)
    assert (at[0], shares[0], at[-1]) == (0.0, 0.0, 100.0)
    assert shares[-1] == pytest.approx(arrived / total)
    assert (np.diff(shares) >= 0).all() and len(at) <= plots.MOST_STEPS + 2
    known = days.dropna().to_numpy()
    for day, share in zip(at[1:-1], shares[1:-1], strict=True):
        assert share == pytest.approx((known <= day).sum() / total)


def test_one_side_has_one_colour():
    """Contestants of a side share its colour and differ in line style."""
    manifest = manifest_with(4)
    ids = list(manifest["contestants"])
    colours, styles = figure_style.colours_of(manifest, ids), figure_style.styles_of(manifest, ids)
    assert colours["c0"] == colours["c2"] == "#D55E00" and colours["c1"] == colours["c3"]
    assert styles["c0"] != styles["c2"] and styles["c0"] == styles["c1"]


def test_the_map_of_the_baseline(tmp_path):
    """A picture large enough to read."""
    draw_scenario_map(load("june_2017"), tmp_path / "map.png")
    with Image.open(tmp_path / "map.png") as picture:
        assert picture.width > 1200 and picture.height > 800


def test_a_run_is_told_in_order_and_by_name(batch):
    """The same story twice; every incident of the table has its sentence; places by name."""
    incidents = batch.table("incidents")
    number = int(incidents["run"].value_counts().index[0])
    story = "\n".join(tell(batch.directory, number))
    assert story == "\n".join(tell(batch.directory, number))
    days = [int(line.split("(day ")[1].rstrip(")")) for line in story.splitlines() if "(day " in line]
    assert days == sorted(days) and len(days) > 3
    met = incidents[(incidents["run"] == number) & (incidents["cause"] != "zone")]  # a zone's ladder has its own words
    assert story.count("Incident") == len(met) > 0


def test_a_run_that_is_not_there(batch, tmp_path):
    """The number and what the batch holds; a folder without a batch."""
    with pytest.raises(UsageError, match="holds runs 0 to 39"):
        list(tell(batch.directory, 99))
    with pytest.raises(UsageError, match="no batch here"):
        list(tell(tmp_path, 0))
