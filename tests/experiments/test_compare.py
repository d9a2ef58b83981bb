"""Comparisons: labels, folders, zero against itself, what they leave, both stories of a run."""

import json

import numpy as np
import pandas as pd
import pytest

from experiments import comparison, contrast
from experiments.batch import run
from experiments.comparison import Comparison, reopen
from experiments.parting import day_they_part, marked, tell
from experiments.plots import draw
from sim.errors import UsageError
from sim.scenario.loading import from_data, load
from tests import toys

RUNS = 60


def war(**changes):
    """Return the small war as a scenario, with changes to its rules."""
    toy = json.loads(json.dumps(toys.small_war()))
    for section, settings in changes.items():
        toy["rules"][section] |= settings
    return from_data(toy, "war" if not changes else "quiet_war")


def quiet_war():
    """Return the small war with fewer clashes and harder assaults."""
    calm = {"incidents_per_day_moving": 0.05, "incidents_per_day_settled": 0.0}
    return war(encounters=calm, assault={"exchange_ratio": 3.0})


@pytest.fixture(scope="module")
def quiet(tmp_path_factory) -> Comparison:
    """Compare the small war with one in which rivals clash less."""
    folder = tmp_path_factory.mktemp("comparison") / "quiet"
    return comparison.compare(war(), quiet_war(), runs=RUNS, seed=2, out=folder, workers=1)


def test_a_scenario_compared_with_itself_differs_by_exactly_zero(tmp_path):
    """Every difference and interval is zero, no run flips, nothing differs, both tell one story."""
    found = comparison.compare(war(), war(), runs=RUNS, seed=2, out=tmp_path / "x", workers=1)
    changes = found.changes()
    assert set(changes["scenario"]) == {"war_again"} and len(changes) > 100
    known = changes["difference"].notna()
    assert known.mean() > 0.5
    assert (changes.loc[known, ["difference", "low", "high"]] == 0.0).all(axis=None)
    assert found.flipped().empty and found.differs().empty
    lines = list(tell(tmp_path / "x", 7, "war_again"))
    assert lines[1:] == ["\nNothing differs, from the first day to the horizon."]


def test_changes_are_those_between_the_two_tables(quiet):
    """Means and shares of summary.json against the two batches' own tables."""
    base, other = (batch.table("runs") for batch in quiet.batches.values())
    found = quiet.summary["others"]["quiet_war"]
    name = "clashes:green-red:strike"
    change = found["clashes"]["green-red"]["strike"]
    assert change["difference"] == pytest.approx(other[name].mean() - base[name].mean(), abs=1e-6)
    assert change["difference"] < 0 and change["high"] < 0 and change["variance_reduction"] > 1
    first = found["races"]["east"]["first"]["red"]
    shares = [table["winner:east"].eq("red").mean() for table in (base, other)]
    assert (first["base"], first["other"]) == pytest.approx(shares, abs=1e-6)
    day = found["races"]["east"]["finish"]["red"]["restricted_mean_day"]
    assert day["base"] == pytest.approx(base["finish_day:east:red"].fillna(50.0).mean(), abs=1e-5)


def test_flipped_runs_are_those_whose_winner_differs(quiet):
    """In the table, and counted in the summary."""
    base, other = (batch.table("runs") for batch in quiet.batches.values())
    expected = base.loc[base["winner:east"] != other["winner:east"], "run"].tolist()
    found = quiet.flipped().query("race == 'east'")["run"].tolist()
    assert found == expected and found
    counted = quiet.summary["others"]["quiet_war"]["flipped"]["east"]
    assert counted["count"] == len(expected) == sum(one["runs"] for one in counted["from_to"])
    assert counted["first_runs"] == expected[: comparison.SHOWN_FLIPS]


def test_every_change_has_its_row(quiet):
    """changes.csv holds the numbers of summary.json, and its base values are the base's own."""
    found = quiet.summary["others"]["quiet_war"]
    nested = {key: found[key] for key in ("races", "milestones", "clashes", "fired", "days")}
    rows = list(contrast.rows(nested))
    changes = quiet.changes()
    assert len(rows) == len(changes)
    assert np.allclose(changes["difference"], [one["difference"] if one["difference"] is not None else np.nan
                                               for _, one in rows], equal_nan=True)  # fmt: skip
    assert not changes[["group", "name", "measure"]].duplicated().any()


def test_what_differs_between_the_files_is_told(quiet):
    """Three settings, with both values."""
    differs = quiet.differs()
    assert differs["path"].tolist() == [
        "rules.assault.exchange_ratio", "rules.encounters.incidents_per_day_moving",
        "rules.encounters.incidents_per_day_settled",
    ]  # fmt: skip
    assert differs["before"].astype(float).tolist() == [1.3, 0.4, 0.15]
    assert differs["after"].astype(float).tolist() == [3.0, 0.05, 0.0]


def test_a_comparison_is_read_back_and_drawn(quiet):
    """The same from its folder; pictures with their data for the other scenario."""
    again = reopen(quiet.directory)
    assert again.summary == quiet.summary and list(again.batches) == ["war", "quiet_war"]
    pd.testing.assert_frame_equal(again.changes(), quiet.changes())
    names = {path.stem for path in draw(quiet.directory)}
    assert {"quiet_war_arrivals_east", "quiet_war_first", "quiet_war_changes", "quiet_war_clashes_so_far"} == names


def test_folders_are_not_mixed(quiet, tmp_path):
    """A comparison is not written over another, nor over a batch; with --resume it must be the same one."""
    other = quiet_war()
    with pytest.raises(UsageError, match="--resume to carry it on"):
        comparison.compare(war(), other, runs=RUNS, seed=2, out=quiet.directory)
    again = comparison.compare(war(), other, runs=RUNS, seed=2, out=quiet.directory, resume=True)
    assert again.summary == quiet.summary and all(not one.simulated_runs for one in again.batches.values())
    with pytest.raises(UsageError, match="same scenarios"):
        comparison.compare(war(), war(), runs=RUNS, seed=2, out=quiet.directory, resume=True)
    with pytest.raises(UsageError, match="a folder of its own"):
        comparison.compare(war(), other, runs=RUNS, out=quiet.directory / "batches" / "war")
    with pytest.raises(UsageError, match="no comparison here"):
        reopen(tmp_path)


def test_force_leaves_nothing_of_the_comparison_before(tmp_path):
    """Neither its batches nor its plots; an unfinished one is not read."""
    toy = json.loads(json.dumps(toys.line()))
    quick = json.loads(json.dumps(toys.line()))
    quick["formations"]["r"]["tempo"] = 1.8
    slow, fast, again = from_data(toy, "slow"), from_data(quick, "fast"), from_data(quick, "faster")
    first = comparison.compare(slow, fast, runs=5, out=tmp_path / "x", workers=1)
    draw(first.directory)
    second = comparison.compare(slow, again, runs=5, out=tmp_path / "x", workers=1, force=True)
    assert list(second.batches) == ["slow", "faster"] and not (tmp_path / "x" / "plots").exists()
    assert sorted(one.name for one in (tmp_path / "x" / "batches").iterdir()) == ["faster", "slow"]
    (tmp_path / "x" / "summary.json").unlink()
    with pytest.raises(UsageError, match="not finished; go on with"):
        reopen(tmp_path / "x")


def test_sets_make_the_other_scenario(tmp_path):
    """From a name; without anything to compare with, or with a loaded scenario, the message says what is needed."""
    text = json.dumps(toys.line())
    (tmp_path / "line.yaml").write_text(text)
    found = comparison.compare(
        tmp_path / "line.yaml", runs=5, out=tmp_path / "x", workers=1, sets={"formations.r.tempo": 0.45}
    )
    days = found.summary["others"]["line_changed"]["races"]["main"]["finish"]["r"]["restricted_mean_day"]
    assert days["other"] == pytest.approx(2 * days["base"]) and list(found.batches) == ["line", "line_changed"]
    assert found.differs()["after_source"].tolist() == ["command line"]
    with pytest.raises(UsageError, match="nothing to compare with"):
        comparison.compare(tmp_path / "line.yaml", runs=5, out=tmp_path / "y")
    with pytest.raises(UsageError, match="loaded already"):
        comparison.compare(load(tmp_path / "line.yaml"), sets={"horizon_days": 9}, out=tmp_path / "y")


def test_what_only_one_scenario_has_is_left_out(tmp_path):
    """A contestant fewer, another horizon: the rest is compared up to the earlier horizon."""
    toy = json.loads(json.dumps(toys.duel()))
    alone = json.loads(json.dumps(toys.duel())) | {"horizon_days": 18}
    alone["races"]["main"]["finish"].pop("q")
    found = comparison.compare(from_data(toy, "two"), from_data(alone, "one"), runs=40, out=tmp_path / "x", workers=1)
    race = found.summary["others"]["one"]["races"]["main"]
    assert set(race["finish"]) == {"r"} and set(race["first"]) == {"r", "tie", "nobody"}
    assert race["finish"]["r"]["restricted_mean_day"]["base"] <= 18.0


def test_both_stories_part_where_the_first_sentence_differs(quiet):
    """What is in both comes unmarked; the day they part is told."""
    number = quiet.summary["others"]["quiet_war"]["flipped"]["east"]["first_runs"][0]
    lines = list(tell(quiet.directory, number, "quiet_war"))
    assert lines[0] == f"run {number} of seed 2:  - war  + quiet_war  (unmarked: both)"
    marks = {line[:4] for line in lines[2:] if line[:1] == " "}
    assert marks == {"    ", "  - ", "  + "}
    with pytest.raises(UsageError, match="holds runs 0 to 59"):
        list(tell(quiet.directory, 99, "quiet_war"))


def test_a_run_against_its_own_scenario_changed(tmp_path):
    """`--set` without another scenario changes the batch's own, found by its name."""
    (tmp_path / "line.yaml").write_text(json.dumps(toys.line()))
    run(tmp_path / "line.yaml", runs=3, seed=2, out=tmp_path / "x", workers=1)
    lines = list(tell(tmp_path / "x", 1, str(tmp_path / "line.yaml"), ["formations.r.tempo=0.5"]))
    assert lines[0] == "run 1 of seed 2:  - line  + line  (unmarked: both)"
    assert any(line.startswith("  + ") for line in lines)


def test_parting_and_marking_by_hand():
    """Lists of sentences small enough to see."""
    here = [(0.1, "a"), (1.2, "b"), (2.0, "c")]
    assert day_they_part(here, here) is None
    assert day_they_part(here, [(0.1, "a"), (3.0, "b")]) == 1
    assert day_they_part(here, here[:2]) == 2
    assert list(marked(["a", "b", "c"], ["a", "x", "c", "d"])) == ["    a", "  - b", "  + x", "    c", "  + d"]
