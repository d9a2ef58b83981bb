"""The shipped baseline: what a batch of it leaves, and the golden summary that only a stated change may move."""

import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from experiments.batch import run
from sim.model import simulate_with_mesa
from sim.outcomes import RunTables
from sim.scenario.loading import load
from tests import toys
from tests.test_engines import assert_same

RUNS, SEED = 300, 7
GOLDEN = Path(__file__).parent / "golden" / "june_2017.json"


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """Run the baseline 300 times with two workers; return the folder."""
    return run("june_2017", runs=RUNS, seed=SEED, out=tmp_path_factory.mktemp("batch"), workers=2).directory


@pytest.fixture(scope="module")
def runs(batch):
    """Return the table of runs."""
    return pd.read_parquet(batch / "runs.parquet")


def test_tables_hold_every_run(batch, runs):
    """Row a run; every other table names runs of the batch only; days of every formation add up to the horizon."""
    assert runs["run"].tolist() == list(range(RUNS))
    for table in ("arrivals", "incidents", "days"):
        frame = pd.read_parquet(batch / f"{table}.parquet")
        assert frame["run"].is_monotonic_increasing and frame["run"].between(0, RUNS - 1).all()
    activities = frame.drop(columns=["run", "formation", "contestant", "side"])
    assert activities.sum(axis=1).to_numpy() == pytest.approx(190)


@pytest.mark.slow
def test_one_worker_leaves_the_bytes_of_two(batch, tmp_path):
    """Every table and the summary."""
    alone = run("june_2017", runs=RUNS, seed=SEED, out=tmp_path / "alone", workers=1).directory
    for name in (*(f"{table}.parquet" for table in RunTables._fields), "summary.json"):
        assert (alone / name).read_bytes() == (batch / name).read_bytes(), name


@pytest.mark.slow
def test_mesa_and_the_ensemble_agree_on_the_baseline(batch):
    """The rows of two runs, walked agent by agent."""
    scenario = load("june_2017")
    assert_same(simulate_with_mesa(scenario, SEED, 4, 6), toys.Ensemble(scenario).simulate(SEED, 4, 6))


def test_every_mechanism_fires(runs):
    """No mechanism of the model lies idle in the baseline."""
    shares = {name: float((runs[name] > 0).mean()) for name in runs.columns if name.startswith("fired:")}
    assert len(shares) > 25
    assert min(shares.values()) > 0, min(shares, key=lambda name: shares[name])


def test_summary_is_the_golden_one(batch):
    """Results change only on purpose: say so in CHANGELOG.md, and write the file anew with `make golden`.

    The last bit of exp and log differs between processors, which may turn a run or two: hence the tolerance.
    """
    golden, found = (flat(json.loads(path.read_text(encoding="utf-8"))) for path in (GOLDEN, batch / "summary.json"))
    assert list(found) == list(golden)
    for key, value in golden.items():
        assert found[key] == (pytest.approx(value, rel=0.01, abs=0.01) if isinstance(value, float) else value), key


def flat(node, path=""):
    """Return the leaves of nested dicts by their path, all numbers as floats."""
    if isinstance(node, dict):
        return {key: leaf for name, one in node.items() for key, leaf in flat(one, f"{path}/{name}").items()}
    return {path: float(node) if isinstance(node, int) and not isinstance(node, bool) else node}


def test_few_formations_are_stuck(batch):
    """No contestant's formation has 30 days out of supply or without a way in 5 % of the runs."""
    days = pq.read_table(batch / "days.parquet").to_pandas()
    days = days[days["contestant"] != ""]
    stuck = (days["out_of_supply"] + days["without_way"] >= 30).groupby(days["formation"]).mean()
    assert stuck.max() < 0.05, stuck
