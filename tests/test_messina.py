"""The second campaign: data alone, and used like the first."""

import re
from pathlib import Path

import pandas as pd
import pytest

from experiments import comparison, plots
from experiments.batch import run
from experiments.replay import tell
from experiments.report import write_report
from sim.model import simulate_with_mesa
from sim.scenario.loading import load
from sim.scenario.provenance import iter_quantities
from tests import toys
from tests.test_engines import assert_same

NAME = "messina_1943"
FOLDER = Path(__file__).parent.parent / "scenarios" / NAME
RUNS, SEED = 40, 7
NO_GRENADIERS = "events.panzer_grenadiers_come.probability=0"


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """Run the campaign 40 times; return the batch."""
    return run(NAME, runs=RUNS, seed=SEED, out=tmp_path_factory.mktemp("messina"), workers=1)


def test_it_is_found_by_name_and_every_number_has_a_source():
    """From the name alone; a source or the word assumption, and a confidence, behind every number and row."""
    scenario = load(NAME)
    quantities = list(iter_quantities(scenario.model))
    assert len(quantities) > 400 and all(one.sources for one in quantities)
    for table in ("places", "roads", "zones"):
        rows = pd.read_csv(FOLDER / f"{table}.csv")
        assert rows["confidence"].isin(["low", "medium", "high"]).all() and rows["source"].notna().all(), table
    assert scenario.model.basemap.file == "basemap.geojson"


def test_both_engines_leave_the_same_tables():
    """Two runs, walked agent by agent."""
    scenario = load(NAME)
    assert_same(simulate_with_mesa(scenario, SEED, 4, 6), toys.Ensemble(scenario).simulate(SEED, 4, 6))


def test_it_is_a_race(batch):
    """Each army is first in some runs; most runs end before the horizon."""
    first = batch.summary["races"]["messina"]["first"]
    assert first["seventh_army"]["runs"] > 0 and first["eighth_army"]["runs"] > 0
    assert first["nobody"]["share"] < 0.2


def test_it_is_told(batch):
    """Day by day, in the names of the campaign."""
    text = "\n".join(tell(batch.directory, 12))
    assert "10 July 1943 (day 0)" in text and "British 50th Division" in text


@pytest.mark.slow
def test_plots_and_report(batch):
    """A picture of each race, of who is first, milestones, days, control, and of three runs; a page of it all."""
    written = plots.draw(batch.directory)
    assert {path.stem for path in written} == {
        "arrivals_messina", "weeks_messina", "arrivals_great_port", "arrivals_etna_ring", "first", "milestones",
        "days", "control", "runs",
    }  # fmt: skip
    assert "First in Messina" in write_report(batch.directory).read_text(encoding="utf-8")


def test_it_compares_with_a_change_on_the_spot(tmp_path):
    """As its README shows: what differs is what was set, and the runs differ for it."""
    found = comparison.compare(NAME, runs=RUNS, seed=SEED, sets=[NO_GRENADIERS], out=tmp_path / "x", workers=1)
    other = found.summary["others"][f"{NAME}_changed"]
    assert [one["path"] for one in other["differs"]] == [NO_GRENADIERS.split("=")[0]]
    base, changed = (one.table("runs") for one in found.batches.values())
    assert base["run"].equals(changed["run"]) and not base.equals(changed)


def test_the_page_shows_commands_that_load():
    """Each --set on the page is one of this scenario's keys."""
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    sets = re.findall(r"--set (\S+)", page)
    assert len(sets) >= 4 and len(page.splitlines()) < 80
    for one in sets:
        assert load(NAME, [one]).hash != load(NAME).hash
