"""Claims: measures against the tables they come from, verdicts, mistakes."""

import json
import math

import numpy as np
import pytest
from typer.testing import CliRunner

from experiments.claims import Bound, Condition, Days, Incidents, Runs, judge, read_claims, verdict
from experiments.cli import app
from experiments.comparison import reopen
from experiments.tables import read
from sim.errors import ScenarioError, UsageError
from tests import toys

CLAIMS = """
source: a book
claims:
  A:
    sentence: nobody is first
    measures:
      first: {label: Nobody is first, share: {column: "winner_side:east", is: [nobody]}, observed: once}
      given: {label: the same if b is held, share: {column: winner, is: [red]}, given: {column: "arrival_day:b_held"}}
      day: {label: Day of red, days: {first: ["finish_day:east:red"]}}
      rate: {label: Rate of red, days: {first: ["finish_day:east:red"], km: 100}}
    verdict: {measure: first, below: 0.99}
  B:
    sentence: calm lowers clashes
    measures:
      calm: {label: Clashes when calm, clashes: {pairs: [green-red, green-yellow]}, against: calm}
      early: {label: Clashes of r1 early, clashes: {pairs: [green-red], formations: [r1], to_day: 20}}
    verdict: {measure: calm, below: 0}
"""
OVERLAY = "extends: war.yaml\nrules: {encounters: {incidents_per_day_moving: 0.01, incidents_per_day_settled: 0}}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with the small war, a calmer one, and claims."""
    path = tmp_path_factory.mktemp("claims")
    (path / "war.yaml").write_text(json.dumps(toys.small_war()))
    (path / "calm.yaml").write_text(OVERLAY)
    (path / "claims.yaml").write_text(CLAIMS.replace("against: calm", f"against: {path / 'calm.yaml'}"))
    return path


@pytest.fixture(scope="module")
def judged(folder):
    """Return the claims held to 80 runs."""
    return judge(str(folder / "war.yaml"), range(80), 3, folder / "out")


def test_a_row_a_measure_with_its_verdict(judged, folder):
    """Shares, given shares, days and rates are those of the table of runs."""
    runs = read(folder / "out" / "batches" / "war", "runs")
    rows = judged.set_index(["claim", "measure"])
    assert rows["value"]["A", "Nobody is first"] == runs["winner_side:east"].eq("nobody").mean()
    held = runs["arrival_day:b_held"].notna()
    assert rows["value"]["A", "the same if b is held"] == runs["winner"][held].eq("red").mean()
    assert rows["runs"]["A", "the same if b is held"] == held.sum()
    days = runs["finish_day:east:red"].fillna(np.inf)
    for key, level in (("q05", 0.05), ("value", 0.5)):
        expected = np.quantile(days, level, method="inverted_cdf")
        assert np.nan_to_num(rows[key]["A", "Day of red"], nan=np.inf) == pytest.approx(expected, abs=1e-5)
    rates = (100 / runs["finish_day:east:red"]).fillna(0.0)
    assert rows["q05"]["A", "Rate of red"] == pytest.approx(np.quantile(rates, 0.05, method="inverted_cdf"), abs=1e-5)
    assert rows["verdict"]["A", "Nobody is first"] == "agrees" and rows["verdict"]["A", "Day of red"] == ""
    assert rows["verdict"]["B", "Clashes when calm"] == "agrees" and rows["value"]["B", "Clashes when calm"] < 0
    assert (folder / "out" / "claims.csv").is_file()


def test_clashes_a_week_are_counted_in_their_window(folder, judged):
    """By formation and days; up to a day of the run."""
    batch = folder / "out" / "batches" / "war"
    runs = Runs(reopen(folder / "out").batches["war"])
    rows = read(batch, "incidents")
    kinds = ["strike", "shelling", "shoot_down", "ground_clash"]
    rows = rows[rows["kind"].isin(kinds) & (rows["pair"] == "green-red") & (rows["day"] < 20)]
    mine = rows[rows["formation"].eq("r1") | rows["other"].eq("r1")]
    asked = Incidents(pairs=["green-red"], formations=["r1"], to_day=20)
    assert runs.a_week(asked).sum() == pytest.approx(len(mine) / (20 / 7))
    until = runs.a_week(Incidents(pairs=["green-red"], before="finish_day:east:red"))
    assert until.shape == (80,) and (until >= 0).all()
    assert runs.holds(Condition(column="finish_day:east:red", before="finish_day:east:green")).dtype == bool
    lead = runs.day(Days(first=["finish_day:east:red"], since=["finish_day:east:green"]))
    assert np.isnan(lead).any()
    with pytest.raises(UsageError, match="no column 'nothing'"):
        runs.holds(Condition(column="nothing"))


@pytest.mark.parametrize(
    ("low", "high", "bound", "expected"),
    [
        (0.6, 0.7, {"above": 0.5}, "agrees"), (0.4, 0.6, {"above": 0.5}, "cannot tell"),
        (0.1, 0.2, {"above": 0.5}, "disagrees"), (0.1, 0.2, {"below": 0.5}, "agrees"),
        (0.6, 0.7, {"below": 0.5}, "disagrees"), (-3.0, -1.0, {"below": 0}, "agrees"),
        (math.nan, math.nan, {"above": 0.5}, "cannot tell"), (30.0, math.nan, {"above": 0}, "agrees"),
    ],
)  # fmt: skip
def test_a_verdict_needs_the_whole_interval(low, high, bound, expected):
    """An open end does not keep the model from agreeing that something is above a bound."""
    assert verdict({"low": low, "high": high}, Bound(measure="x", **bound)) == expected


def test_mistakes_are_told(tmp_path, folder):
    """No claims; a key that does not exist, with its line."""
    (tmp_path / "line.yaml").write_text(json.dumps(toys.line()))
    with pytest.raises(UsageError, match=r"no claims\.yaml beside"):
        read_claims(tmp_path / "line.yaml")
    (tmp_path / "claims.yaml").write_text("source: x\nclaims:\n  A: {sentence: x, measure: {}}\n")
    with pytest.raises(ScenarioError, match=r"claims\.yaml:3"):
        read_claims(tmp_path / "line.yaml")


def test_the_shipped_claims_name_columns_that_are_there():
    """Seventeen, each with a verdict on one of its own measures."""
    claims = read_claims("june_2017").claims
    assert list(claims) == [f"C{index:02d}" for index in range(1, 18)]
    assert all(claim.verdict and claim.verdict.measure in claim.measures for claim in claims.values())


def test_the_command_prints_and_writes(folder):
    """On the terminal and as Markdown."""
    command = ["claims", str(folder / "war.yaml"), "--runs", "20", "--out", str(folder / "cli")]
    shown = CliRunner().invoke(app, command, prog_name="race")
    assert shown.exit_code == 0 and "Nobody is first" in shown.stdout and "A the model" in shown.stdout
    markdown = CliRunner().invoke(app, [*command, "--force", "--markdown"], prog_name="race")
    assert "| **B** | *calm lowers clashes* |" in markdown.stdout and "observed: once" in markdown.stdout
    assert CliRunner().invoke(app, ["claims", "nowhere"], prog_name="race").exit_code == 2
