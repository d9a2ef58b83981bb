"""Plots, map and story of a small batch."""

import itertools
import json

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from PIL import Image

from experiments import clashes, plots
from experiments.batch import run
from experiments.control import held_by_day
from experiments.figures import arrivals, style
from experiments.figures.scenario_map import draw_scenario_map
from experiments.manifest import read_scenario
from experiments.replay import tell
from sim.ensemble import Ensemble
from sim.errors import UsageError
from sim.scenario.loading import from_data, load
from tests import toys


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """Run the small war 40 times; return the batch."""
    scenario = from_data(json.loads(json.dumps(toys.small_war())), "war")
    return run(scenario, runs=40, seed=1, out=tmp_path_factory.mktemp("war"), workers=1)


def test_every_plot_is_drawn_and_closed(batch):
    """PNG, SVG and the data as CSV of each picture that a batch with milestones and rivals gets."""
    written = plots.draw(batch.directory)
    names = {path.stem for path in written}
    assert names == {
        *(f"arrivals_{race}" for race in batch.manifest["races"]), "weeks_east", "first", "milestones", "days",
        "clashes", "clashes_so_far", "clash_map", "control", "runs",
    }  # fmt: skip
    assert {path.suffix for path in written} == {".png", ".svg", ".csv"} and len(written) == 3 * len(names)
    assert all(path.stat().st_size > 5000 for path in written if path.suffix == ".png")
    assert all(len(pd.read_csv(path)) for path in written if path.suffix == ".csv")
    assert plt.get_fignums() == []


def test_plots_drawn_twice_are_the_same_bytes(batch):
    """Nothing of the occasion is in a picture."""
    chosen = [path for path in plots.draw_all(batch.directory) if path.stem in ("first", "control", "runs")]
    before = [path.read_bytes() for path in chosen]
    plots.draw_all(batch.directory)
    assert [path.read_bytes() for path in chosen] == before


def table(batch, name):
    """Return the data of a picture of the batch."""
    return pd.read_csv(batch.directory / "plots" / f"{name}.csv")


def test_the_data_beside_the_pictures_add_up(batch):
    """Shares of ground to 1, days to the horizon, weeks to the share that arrives, clashes to the table's."""
    plots.draw_all(batch.directory)
    runs = batch.table("runs")
    assert table(batch, "control").drop(columns="day").sum(axis=1).to_numpy() == pytest.approx(1.0, abs=1e-4)
    spent = table(batch, "days").groupby("contestant")["mean_days"].sum()
    assert spent["red"] == pytest.approx(3 * 50, rel=1e-4) and spent["green"] == pytest.approx(2 * 50, rel=1e-4)
    weeks = table(batch, "weeks_east")
    arrived = weeks[weeks["contestant"] == "red"]["share"].iloc[:-1].sum()
    assert arrived == pytest.approx(runs["finish_day:east:red"].notna().mean(), abs=1e-4)
    so_far = table(batch, "clashes_so_far").query("pair == 'green-red' and day == 50")["mean"].item()
    total = runs[[name for name in runs.columns if name.startswith("clashes:green-red:")]].sum(axis=1).mean()
    assert so_far == pytest.approx(total, rel=1e-4)
    where = table(batch, "clash_map").query("pair == 'green-red'")["clashes_a_run"].sum()
    assert where == pytest.approx(total, rel=1e-4)


def test_clashes_so_far_are_those_of_a_table_of_all_runs_and_days():
    """Counted in three stretches of runs, some without any: mean and quantiles as of the whole, those included."""
    rng = np.random.default_rng(5)
    total, horizon = 90, 30
    counts = rng.poisson(0.15, (total, horizon + 1)) * (rng.random((total, 1)) < 0.7)
    so_far = clashes.SoFar(horizon)
    for runs in np.array_split(np.arange(total), 3):
        rows, days = np.nonzero(counts[runs])
        times = counts[runs][rows, days]
        so_far.add(np.repeat(runs[rows], times), np.repeat(np.maximum(days - 0.25, 0.0), times))
    so_far.add(np.empty(0, int), np.empty(0))
    found, sums = so_far.table(total), counts.cumsum(axis=1)
    assert found["mean"].to_numpy() == pytest.approx(sums.mean(axis=0))
    for level in clashes.LEVELS:
        expected = np.quantile(sums, level, axis=0, method="inverted_cdf")
        assert found[f"q{round(100 * level):02d}"].tolist() == expected.tolist()
    assert (clashes.SoFar(horizon).table(4).drop(columns="day").to_numpy() == 0).all()


def test_ground_held_over_time_is_that_of_the_finished_worlds(batch):
    """At the start as the scenario says, at the horizon as the ensemble leaves it; no place is lost or made."""
    scenario = read_scenario(batch.directory)
    held = held_by_day(scenario, 1, range(5))
    sides = list(scenario.model.sides)
    ensemble = Ensemble(scenario)
    assert (held.sum(axis=2) == len(scenario.model.places)).all()
    for number in range(5):
        world = ensemble.replay(1, number)
        names = [ensemble.blueprint.names["sides"].ids[row] if row >= 0 else "nobody" for row in world.places["holder"]]
        assert held[number, -1].tolist() == [names.count(one) for one in [*sides, "nobody"]]


def test_no_clash_and_nobody_at_the_finish_can_be_drawn(tmp_path):
    """A batch of one run in which nothing happens."""
    scenario = from_data(json.loads(json.dumps(toys.line(places=9, leg_km=90))), "line")
    empty = run(scenario, runs=1, seed=1, out=tmp_path, workers=1)
    assert empty.summary["races"]["main"]["first"]["nobody"]["share"] == 1.0
    names = {path.stem for path in plots.draw(tmp_path)}
    assert names == {"arrivals_main", "weeks_main", "first", "days", "control", "runs"}


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
    with style.in_style():
        figure = arrivals.arrivals_figure(runs, "main", manifest).figure
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
    at, shares = arrivals.steps(days, 100.0)
    assert (at[0], shares[0], at[-1]) == (0.0, 0.0, 100.0)
    assert shares[-1] == pytest.approx(arrived / total)
    assert (np.diff(shares) >= 0).all() and len(at) <= arrivals.MOST_STEPS + 2
    known = days.dropna().to_numpy()
    for day, share in zip(at[1:-1], shares[1:-1], strict=True):
        assert share == pytest.approx((known <= day).sum() / total)


def test_one_side_has_one_colour():
    """Contestants of a side share its colour and differ in line style."""
    manifest = manifest_with(4)
    ids = list(manifest["contestants"])
    colours, styles = style.colours_of(manifest, ids), style.styles_of(manifest, ids)
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
