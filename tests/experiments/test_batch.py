"""A batch leaves the same bytes whatever the workers and the order of its chunks, and refuses what it cannot run."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from experiments import batch, chunks, manifest, tables, workers
from experiments.batch import BatchInterrupted
from sim.errors import RunError, UsageError
from sim.scenario.loading import from_data
from tests import toys
from tests.experiments.fake_batches import (
    FILES,
    FakeEnsemble,
    FakeScenario,
    bytes_of,
    run_fake,
    run_until_ctrl_c,
)

pytestmark = pytest.mark.usefixtures("fakes")


# ---------------------------------------------------------------- the grid


def test_chunks_lie_on_one_grid():
    assert chunks.grid(range(600)) == [range(0, 250), range(250, 500), range(500, 600)]
    assert chunks.grid(range(240, 260)) == [range(240, 250), range(250, 260)]
    assert chunks.grid(range(250, 500)) == [range(250, 500)]


# ---------------------------------------------------------------- what is left


def test_a_batch_leaves_tables_summary_and_manifest(tmp_path):
    result = run_fake(tmp_path / "x")
    assert sorted(path.name for path in (tmp_path / "x").iterdir()) == sorted([*FILES, "manifest.json"])
    assert result.table("runs").run.tolist() == list(range(600))
    assert result.simulated_runs == 600
    made = json.loads((tmp_path / "x" / "manifest.json").read_text())
    assert made["runs"] == [0, 600] and made["chunks"] == {"done": 3, "all": 3, "saved_runs": [[0, 600]]}
    assert made["races"]["main"] == {"title": "Main", "contestants": ["one"], "headline": True}
    assert made["scenario_text"] == "title: fake\n"


def test_row_groups_lie_on_a_grid_and_carry_no_metadata(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "ROW_GROUP_RUNS", 500)
    run_fake(tmp_path / "x", range(200, 1100))
    for name in tables.NAMES:
        file = pq.ParquetFile(tmp_path / "x" / f"{name}.parquet")
        assert file.num_row_groups == 3
        assert file.schema_arrow.metadata is None
    runs = pq.ParquetFile(tmp_path / "x" / "runs.parquet").metadata
    assert [runs.row_group(group).num_rows for group in range(3)] == [300, 500, 100]


def test_columns_are_read_one_by_one(tmp_path, monkeypatch):
    """As a DataFrame gives them, over all row groups."""
    monkeypatch.setattr(tables, "ROW_GROUP_RUNS", 500)
    whole = run_fake(tmp_path / "x", range(200, 1100)).table("runs")
    columns = tables.Columns(tmp_path / "x")
    assert len(columns) == 900 and columns.columns == list(whole.columns)
    assert columns["finish_day"].equals(whole["finish_day"])
    assert columns[["winner", "run"]].equals(whole[["winner", "run"]])
    assert columns.head(450).equals(whole.head(450))
    with pytest.raises(KeyError, match="loser"):
        columns["loser"]


@pytest.mark.parametrize("options", [{"workers": 1}, {"workers": 2}, {"workers": 5}, {"engine": "mesa"}])
def test_same_bytes_for_any_workers_and_engine(tmp_path, options):
    run_fake(tmp_path / "plain")
    run_fake(tmp_path / "other", **options)
    assert bytes_of(tmp_path / "plain") == bytes_of(tmp_path / "other")


def test_same_bytes_when_chunks_finish_in_another_order(tmp_path):
    run_fake(tmp_path / "plain")
    FakeEnsemble.simulated.clear()
    last_begun = threading.Event()
    FakeEnsemble.trouble = lambda first, stop: {0: last_begun.wait, 500: last_begun.set}.get(first, int)()
    run_fake(tmp_path / "other", workers=2)
    assert FakeEnsemble.simulated[0] == range(250, 500)
    assert bytes_of(tmp_path / "plain") == bytes_of(tmp_path / "other")


def test_any_executor_will_do(tmp_path, monkeypatch):
    """It gets the scenario as text, and reads it back."""
    monkeypatch.setattr("sim.scenario.loading.from_data", lambda data, name: FakeScenario(name, json.dumps(data)))
    workers.unpacked.cache_clear()
    scenario = FakeScenario(text='{"title": "fake"}')
    run_fake(tmp_path / "plain", scenario=scenario)
    with ThreadPoolExecutor(1) as executor:
        run_fake(tmp_path / "other", scenario=scenario, executor=executor)
        assert executor.submit(int).result() == 0, "an executor that was given is not shut down"
    assert bytes_of(tmp_path / "plain") == bytes_of(tmp_path / "other")


def test_progress_counts_to_the_end(tmp_path):
    seen = []
    run_fake(tmp_path / "x", progress=lambda done, asked, known: seen.append((done, asked)))
    assert seen == sorted(seen) and seen[-1] == (600, 600)
    seen.clear()
    run_fake(tmp_path / "mesa", engine="mesa", progress=lambda done, asked, known: seen.append((done, asked)))
    assert seen[-1] == (600, 600)


def test_the_scenario_is_read_back_from_the_manifest(tmp_path):
    scenario = toys.scenario_of(toys.line())
    scenario = from_data(json.loads(scenario.text), "line")
    batch.run(scenario, runs=4, seed=1, out=tmp_path / "x", workers=1)
    again = manifest.read_scenario(tmp_path / "x")
    assert (again.name, again.hash, again.model) == (scenario.name, scenario.hash, scenario.model)
    manifest.write(tmp_path / "x", manifest.read(tmp_path / "x") | {"scenario_hash": "0000"})
    with pytest.raises(RunError, match="another hash"):
        manifest.read_scenario(tmp_path / "x")


def test_a_notebook_runs_by_number_and_range(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.scenario.loading.load", lambda name, sets: FakeScenario(name=name))
    monkeypatch.chdir(tmp_path)
    assert batch.run("fake", runs=30, seed=3).directory == Path("results/fake-seed3-30")
    assert batch.run(FakeScenario(), runs=range(10, 20)).directory == Path("results/fake-seed1-10to20")
    changed = batch.run("fake", runs=30, seed=3, sets=["a.b=1"])
    assert changed.directory == Path("results/fake-ab12cd34-seed3-30")


# ---------------------------------------------------------------- until an interval is narrow enough


def test_a_batch_ends_at_the_first_chunk_that_suffices(tmp_path):
    """Two in three runs have the winner "one": ± 0.03 needs about 950 runs, so 1,000; the bytes are those of 1,000."""
    result = run_fake(tmp_path / "x", range(5000), until_ci=0.03)
    assert result.manifest["runs"] == [0, 1000]
    assert result.manifest["chunks"] == {"done": 4, "all": 4, "saved_runs": [[0, 1000]]}
    run_fake(tmp_path / "plain", range(1000))
    assert bytes_of(tmp_path / "plain") == bytes_of(tmp_path / "x")
    assert not (tmp_path / "x" / "chunks").exists()


def test_where_a_batch_ends_does_not_depend_on_workers(tmp_path):
    """A first chunk that comes last: later ones wait to be counted, and what is beyond the end is thrown away."""
    begun = threading.Event()
    FakeEnsemble.trouble = lambda first, stop: {0: begun.wait, 1500: begun.set}.get(first, int)()
    result = run_fake(tmp_path / "x", range(5000), until_ci=0.03, workers=2)
    FakeEnsemble.trouble = None
    assert result.manifest["runs"] == [0, 1000]
    run_fake(tmp_path / "plain", range(1000))
    assert bytes_of(tmp_path / "plain") == bytes_of(tmp_path / "x")


def test_an_interrupted_batch_ends_where_it_would_have(tmp_path):
    """Saved chunks are counted first, and the bytes are those of a batch that nobody interrupted."""
    with pytest.raises(BatchInterrupted):
        run_until_ctrl_c(tmp_path / "x", range(5000), 500, until_ci=0.03, command_line="race run fake --until-ci 0.03")
    result = run_fake(tmp_path / "x", range(5000), until_ci=0.03, resume=True)
    assert result.manifest["runs"] == [0, 1000]
    run_fake(tmp_path / "plain", range(1000))
    assert bytes_of(tmp_path / "plain") == bytes_of(tmp_path / "x")


def test_a_batch_that_is_never_sure_runs_to_its_end(tmp_path):
    """All runs asked for, and no more."""
    assert run_fake(tmp_path / "x", range(600), until_ci=0.001).manifest["runs"] == [0, 600]
    with pytest.raises(UsageError, match=r"until_ci: found 0.7, a half width between 0 and 0.5"):
        run_fake(tmp_path / "y", until_ci=0.7)


def test_progress_tells_who_is_first_so_far(tmp_path):
    """With the interval, once the first chunk is done."""
    known = []
    run_fake(tmp_path / "x", range(1000), workers=1, progress=lambda done, asked, text: known.append(text))
    assert known[-1] == "one first 66.6 % ± 2.9"


# ---------------------------------------------------------------- refusals


def test_another_seed_scenario_version_or_fewer_runs_are_refused(tmp_path):
    run_fake(tmp_path / "x")
    with pytest.raises(UsageError, match="seed: 7 there, 8 here"):
        run_fake(tmp_path / "x", seed=8, resume=True)
    changed = FakeScenario(text="title: changed\n", hash="ffff" * 16)
    with pytest.raises(UsageError, match=r"(?s)scenario: ab12cd34ab12 there, ffff.*-title: fake.*\+title: changed"):
        run_fake(tmp_path / "x", scenario=changed, resume=True)
    with pytest.raises(UsageError, match="cannot drop runs; this batch has 0:600"):
        run_fake(tmp_path / "x", range(300), resume=True)
    made = manifest.read(tmp_path / "x")
    made["versions"]["numpy"] = "1.0"
    manifest.write(tmp_path / "x", made)
    with pytest.raises(UsageError, match=r"version of numpy: 1\.0 there"):
        run_fake(tmp_path / "x", resume=True)


def test_a_batch_is_not_replaced_unless_forced(tmp_path):
    run_fake(tmp_path / "x")
    own = tmp_path / "x" / "notes.txt"
    own.write_text("mine")
    with pytest.raises(UsageError, match="--resume to carry it on, --force to replace it"):
        run_fake(tmp_path / "x", seed=8)
    run_fake(tmp_path / "x", seed=8, force=True)
    assert manifest.read(tmp_path / "x")["seed"] == 8
    assert own.read_text() == "mine"


@pytest.mark.parametrize(
    "wrong",
    [
        {"runs": range(0)},
        {"runs": range(0, 9, 2)},
        {"runs": range(-1, 3)},
        {"seed": -1},
        {"engine": "fast"},
        {"workers": 0},
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_written(tmp_path, wrong):
    with pytest.raises(UsageError):
        run_fake(tmp_path / "x", **wrong)
    assert not (tmp_path / "x").exists()


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "x").write_text("")
    with pytest.raises(UsageError, match="this is a file"):
        run_fake(tmp_path / "x")


@pytest.mark.parametrize("damage", ["", "{}", '{"runs": [0, 600]}'])
def test_a_damaged_manifest_is_named(tmp_path, damage):
    run_fake(tmp_path / "x")
    (tmp_path / "x" / "manifest.json").write_text(damage)
    with pytest.raises(RunError, match=r"manifest\.json is damaged"):
        run_fake(tmp_path / "x", resume=True)
