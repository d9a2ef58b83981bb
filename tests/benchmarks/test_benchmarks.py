"""The benchmarks measure what they say they measure: valid networks, the same race twice, tables that are written."""

import json
import math

import networkx as nx
import numpy as np
import pytest
from scipy.stats import ks_2samp

from benchmarks import bench, plain_mesa, scale
from benchmarks.generator import FINISH, INSURGENTS, Size, generate
from sim.ensemble import Ensemble
from sim.scenario.loading import from_data

SMALL_SIZE = Size(places=40, roads=60, formations=5, horizon_days=60)
LEAST_P = 0.001


def ensemble_of(data):
    """Return an Ensemble of plain data, validated as a file is."""
    return Ensemble(from_data(data, "generated"))


# ---------------------------------------------------------------- the generator


@pytest.fixture(scope="module")
def generated():
    """Return a small generated scenario."""
    return generate(SMALL_SIZE, seed=3)


def network_of(scenario):
    """Return the roads as a graph."""
    return nx.Graph((road["from"], road["to"]) for road in scenario["roads"].values())


def test_generated_network_is_connected_planar_and_of_its_size(generated):
    """As many places, roads and formations as asked for."""
    graph = network_of(generated)
    assert len(generated["places"]) == graph.number_of_nodes() == SMALL_SIZE.places
    assert len(generated["roads"]) == graph.number_of_edges() == SMALL_SIZE.roads
    assert len(generated["formations"]) == SMALL_SIZE.formations
    assert nx.is_connected(graph) and nx.check_planarity(graph)[0]
    assert generated["places"][FINISH]["holder"] == INSURGENTS


def test_one_seed_gives_one_scenario(generated):
    """The same again, and another with another seed; plain data all through."""
    assert json.dumps(generate(SMALL_SIZE, seed=3)) == json.dumps(generated)
    assert generate(SMALL_SIZE, seed=4)["roads"] != generated["roads"]


def test_more_formations_leave_the_map_alone(generated):
    """What a formation series varies is formations."""
    more = generate(SMALL_SIZE.times(formations=4), seed=3)
    assert len(more["formations"]) == 4 * SMALL_SIZE.formations
    assert {key for key in more if more[key] != generated[key]} == {"title", "formations", "contestants"}


def test_generated_scenario_runs_and_its_rules_act(generated):
    """The loader accepts it, and the mechanisms of the baseline are at work in it."""
    runs = ensemble_of(generated).simulate(7, 0, 40).runs.to_pandas()
    for mechanism in ("pause", "assault_won", "raid", "reinforcement", "air_support", "incident"):
        assert runs[f"fired:{mechanism}"].sum() > 0, mechanism
    assert (runs["winner"] != "nobody").any()


@pytest.mark.parametrize("size", [Size().times(network=0.2, formations=0.2), Size(), Size().times(3, 3)])
def test_generated_sizes_load(size):
    """Far smaller than the baseline, as large, and larger."""
    assert from_data(generate(size), "generated").model.horizon_days == size.horizon_days


# ---------------------------------------------------------------- scale


def test_scale_prints_slopes_and_writes_them(tmp_path, capsys):
    """The quick sizes of two series."""
    out = tmp_path / "scale.json"
    scale.main(["--quick", "--series", "formations", "--series", "segments", "--out", str(out)])
    assert capsys.readouterr().out.count("log-log slope") == 2
    written = json.loads(out.read_text())
    assert set(written["series"]) == {"formations", "segments"}
    for series in written["series"].values():
        assert math.isfinite(series["slope"]) and series["peak_mb_so_far"] > 0
        assert all(len(point["seconds_a_run"]) == 2 and point["world_mb"] > 0 for point in series["points"])


def test_slope_of_known_costs():
    """Costs that grow with the square have slope 2."""

    class Point:
        def __init__(self, x):
            self.x, self.median_s = x, 3.0 * x * x

    fit = scale.slope_of([Point(x) for x in (1.0, 2.0, 8.0)])
    assert fit["slope"] == pytest.approx(2.0) and fit["standard_error"] == pytest.approx(0.0, abs=1e-9)


# ---------------------------------------------------------------- the plain Mesa model


def plain_outcomes(seeds):
    """Return what the plain model's data collector leaves, one row a run."""
    rows = []
    for seed in seeds:
        model = plain_mesa.PlainRace(rng=seed)
        while model.running:
            model.step()
        rows.append({name: values[-1] for name, values in model.datacollector.model_vars.items()})
    return rows


def ensemble_outcomes(data, runs):
    """Return the same of the compiled engine."""
    columns = {f"arrival_day:reached_{arm}": f"reached:{arm}" for arm in plain_mesa.ARMS}
    table = ensemble_of(data).simulate(7, 0, runs).runs.to_pandas()
    rows = table[["winner", "finish_day", *columns]].rename(columns=columns).fillna(math.inf)
    return rows.to_dict("records")


@pytest.mark.parametrize(("red_km_per_day", "pushing_at_start"), [(10.0, 0), (10.5, 1), (7.3, 0), (13.9, 1)])
def test_without_chance_both_models_give_the_same_days(monkeypatch, red_km_per_day, pushing_at_start):
    """Every spread taken away, the two agree to rounding: the rules are the same."""
    for name in ("TEMPO_SIGMA", "PREPARATION_SIGMA", "PUSH_SIGMA", "PAUSE_SIGMA"):
        monkeypatch.setattr(plain_mesa, name, 0.0)
    for name in ("STRENGTHS_MEN", "GARRISONS_MEN"):
        monkeypatch.setattr(plain_mesa, name, (getattr(plain_mesa, name)[1],) * 3)
    monkeypatch.setattr(plain_mesa, "INTERESTS", dict.fromkeys(plain_mesa.SIDES, 1.0))
    monkeypatch.setattr(plain_mesa, "PUSH_RATES_KM_PER_DAY", {"red": red_km_per_day, "green": 9.7})
    monkeypatch.setattr(plain_mesa, "PUSHING_AT_START", pushing_at_start)
    data = plain_mesa.scenario()
    for entry in (*data["formations"].values(), *data["garrisons"].values()):
        entry["strength_men"] = entry["strength_men"]["triangular"][1]
    for entry in data["formations"].values():
        entry["tempo"] = 1.0
    (ours,), (plain,) = ensemble_outcomes(data, 1), plain_outcomes([5])
    assert ours.pop("winner") == plain.pop("winner") != "nobody"
    assert ours == pytest.approx(plain, rel=1e-12)


@pytest.mark.slow
def test_both_models_give_the_same_distribution():
    """Who is first, and when; two-sample Kolmogorov-Smirnov tests, a run without arrival counted as later than all."""
    ours, plain = ensemble_outcomes(plain_mesa.scenario(), 4000), plain_outcomes(range(800))
    days = ("finish_day", *(f"reached:{arm}" for arm in plain_mesa.ARMS))
    for column in days:
        mine, theirs = ([min(row[column], 1e6) for row in rows] for rows in (ours, plain))
        assert ks_2samp(mine, theirs).pvalue > LEAST_P, column
    for winner in plain_mesa.SIDES:
        shares = [np.mean([row["winner"] == winner for row in rows]) for rows in (ours, plain)]
        error = math.sqrt(0.25 / len(ours) + 0.25 / len(plain))
        assert abs(shares[0] - shares[1]) < 3.3 * error, winner
        mine, theirs = ([row["finish_day"] for row in rows if row["winner"] == winner] for rows in (ours, plain))
        assert ks_2samp(mine, theirs).pvalue > LEAST_P, winner


# ---------------------------------------------------------------- side by side


def test_ratios_are_taken_inside_a_repeat():
    """A slow repeat slows both sides and leaves the ratio."""
    slow, fast = (
        [{"ms_a_run": ms, "cpu_ms_a_run": ms / 2} for ms in values]
        for values in ((200.0, 400.0, 240.0), (10.0, 20.0, 10.0))
    )
    (found,) = bench.ratios_of({"race_model_1": slow, "ensemble_1": fast})
    assert (found["median"], found["least"], found["most"], found["target"]) == (20.0, 20.0, 24.0, 10.0)
    assert found["cpu_median"] == 20.0
    assert bench.verdict(found) == "10: met" and bench.verdict(found | {"median": 9.9}) == "10: missed"


@pytest.mark.slow
def test_quick_bench_writes_what_it_measured(tmp_path, capsys):
    """The small case, one process each."""
    out = tmp_path / "bench.json"
    bench.main(["--quick", "--out", str(out)])
    written = json.loads(out.read_text())
    assert set(written["timings"]) == {"small_ensemble_1", "small_race_model_1", "small_plain_1"}
    assert all(take["peak_mb"] > 10 and take["whole_s"] > 0 for takes in written["timings"].values() for take in takes)
    assert {one["slow"] for one in written["ratios"]} == {"small_race_model_1", "small_plain_1"}
    assert set(written["machine"]) == {"cores", "processor", "python", "mesa", "numba", "numpy"}
    assert "| small | ensemble (run_batch) | 1 |" in capsys.readouterr().out
