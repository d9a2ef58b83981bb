"""A batch leaves the same bytes whatever the workers, the interruptions and the order of its chunks."""

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments import batch, chunks, failures, manifest, merging, saving, tables, workers
from experiments.batch import BatchInterrupted, run_batch
from sim.errors import RunError, UsageError
from sim.outcomes import RunTables
from sim.scenario.loading import from_data
from tests import toys

FILES = ("runs.parquet", "arrivals.parquet", "incidents.parquet", "days.parquet", "summary.json")


@dataclass(frozen=True)
class FakeScenario:
    name: str = "fake"
    text: str = "title: fake\n"
    hash: str = "ab12cd34" * 8
    basemap: Path | None = None
    extends: str | None = None

    @property
    def short_hash(self) -> str:
        return self.hash[:8]

    @property
    def model(self) -> SimpleNamespace:
        return SimpleNamespace(
            title="A fake race",
            start_date=date(2017, 6, 25),
            horizon_days=190,
            sides={"red": SimpleNamespace(name="Red", colour="#D55E00")},
            contestants={"one": SimpleNamespace(name="One", side="red")},
            races={"main": SimpleNamespace(title="Main", headline=True, finish={"one": ["goal"]})},
            milestones={"goal_taken": SimpleNamespace(title="Goal taken")},
        )


def fake_tables(seed: int, first: int, stop: int) -> RunTables:
    """Return what each run leaves as a function of seed and number; most chunks leave no incident."""
    numbers = np.arange(first, stop, dtype=np.int64)
    days = np.where(numbers % 3 == 0, np.nan, (numbers * 37 % 190) + seed)
    winners = ["nobody" if number % 3 == 0 else "one" for number in numbers]
    arrived = numbers[numbers % 3 != 0]
    clashed = numbers[numbers % 700 == 0]
    return RunTables(
        pa.table({"run": numbers, "winner": pa.array(winners, pa.string()), "finish_day": days}),
        pa.table({"run": arrived, "day": arrived * 0.5, "place": pa.array(["goal"] * len(arrived), pa.string())}),
        pa.table({"run": clashed, "kind": pa.array(["strike"] * len(clashed), pa.string())}),
        pa.table({"run": np.repeat(numbers, 2), "marching": np.repeat(numbers, 2) * 1.5}),
    )


class FakeEnsemble:
    """Stands in for the compiled ensemble; `trouble`, if set, is called before each chunk."""

    trouble = None
    simulated: list[range] = []

    def __init__(self, scenario):
        self.thread = threading.get_ident()

    def simulate(self, seed, first, stop):
        assert self.thread == threading.get_ident(), "each thread needs an Ensemble of its own"
        if FakeEnsemble.trouble:
            FakeEnsemble.trouble(first, stop)
        FakeEnsemble.simulated.append(range(first, stop))
        return fake_tables(seed, first, stop)


@pytest.fixture(autouse=True)
def fakes(monkeypatch):
    """Replace the ensemble, Mesa and the summary by fakes."""
    FakeEnsemble.trouble, FakeEnsemble.simulated = None, []
    monkeypatch.setattr("sim.ensemble.Ensemble", FakeEnsemble)
    monkeypatch.setattr("sim.model.simulate_with_mesa", lambda scenario, *stretch: fake_tables(*stretch))
    monkeypatch.setattr(workers, "HEARTBEAT_S", 0.01)
    fake_summary = SimpleNamespace(
        summarise=lambda runs, made, failed: {"runs": len(runs), "failed_runs": failed, "seed": made["seed"]}
    )
    monkeypatch.setitem(sys.modules, "experiments.summary", fake_summary)


def bytes_of(directory: Path) -> dict[str, bytes]:
    return {name: (directory / name).read_bytes() for name in FILES}


def run_fake(out: Path, runs: range = range(600), seed: int = 7, scenario=None, **options):
    return run_batch(scenario or FakeScenario(), runs, seed, out, **options)


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


# ---------------------------------------------------------------- interruptions


def run_until_ctrl_c(out: Path, runs: range, saved_runs: int, **options) -> None:
    """Run a batch whose worker hangs after `saved_runs` runs until Ctrl-C."""
    interrupted = threading.Event()

    def progress(done, asked, known):
        if done == saved_runs:
            raise KeyboardInterrupt

    FakeEnsemble.trouble = lambda first, stop: interrupted.wait(10) if first >= saved_runs else None
    try:
        run_fake(out, runs, workers=1, progress=progress, **options)
    finally:
        FakeEnsemble.trouble = None
        interrupted.set()


def test_ctrl_c_keeps_what_is_finished_and_resume_gives_the_same_bytes(tmp_path):
    run_fake(tmp_path / "plain", range(1000))
    with pytest.raises(BatchInterrupted, match=r"500 of 1,000 runs are saved .* --resume"):
        run_until_ctrl_c(tmp_path / "x", range(1000), 500, command_line="race run fake")
    assert chunks.saved(tmp_path / "x") == {range(0, 250), range(250, 500)}
    made = manifest.read(tmp_path / "x")
    assert made["chunks"] == {"done": 2, "all": 4, "saved_runs": [[0, 500]]}
    with pytest.raises(UsageError, match="not finished; go on with: race run fake --resume"):
        manifest.require_complete(tmp_path / "x")
    result = run_fake(tmp_path / "x", range(1000), resume=True)
    assert result.simulated_runs == 500
    assert bytes_of(tmp_path / "plain") == bytes_of(tmp_path / "x")
    assert not (tmp_path / "x" / "chunks").exists()


def test_a_half_written_chunk_does_not_count(tmp_path, monkeypatch):
    def broken_writer(*arguments, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pa.ipc, "new_stream", broken_writer)
        with pytest.raises(BatchInterrupted, match="0 of 600 runs"):
            run_fake(tmp_path / "x")
    assert chunks.saved(tmp_path / "x") == set()
    run_fake(tmp_path / "plain")
    run_fake(tmp_path / "x", resume=True)
    assert bytes_of(tmp_path / "plain") == bytes_of(tmp_path / "x")


def test_tables_appear_whole_or_not_at_all(tmp_path, monkeypatch):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pq.ParquetWriter, "write_table", interrupted)
        with pytest.raises(BatchInterrupted, match="600 of 600"):
            run_fake(tmp_path / "x")
    assert not (tmp_path / "x" / "runs.parquet").exists()
    assert not manifest.is_complete(manifest.read(tmp_path / "x"))
    assert run_fake(tmp_path / "x", resume=True).simulated_runs == 0
    assert {path.name for path in (tmp_path / "x").iterdir()} == {*FILES, "manifest.json"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:40],
        lambda content: content[:-1],
        lambda content: content[:4096] + bytes(4096) + content[8192:],
    ],
)
def test_a_damaged_chunk_is_made_again(tmp_path, damage):
    """As after the machine stopped; what was half written goes too."""
    run_fake(tmp_path / "plain", range(1000))
    with pytest.raises(BatchInterrupted):
        run_until_ctrl_c(tmp_path / "x", range(1000), 500)
    folder = tmp_path / "x" / "chunks"
    damaged = folder / "000000000-000000249.chunk"
    damaged.write_bytes(damage(damaged.read_bytes()))
    (folder / "000000500-000000749.chunk.123.unfinished").write_bytes(b"ARROW")
    assert run_fake(tmp_path / "x", range(1000), resume=True).simulated_runs == 750
    assert bytes_of(tmp_path / "plain") == bytes_of(tmp_path / "x")


def test_more_runs_join_a_finished_batch(tmp_path):
    run_fake(tmp_path / "plain", range(900))
    run_fake(tmp_path / "x", range(600))
    FakeEnsemble.simulated.clear()
    result = run_fake(tmp_path / "x", range(900), resume=True)
    assert sorted(FakeEnsemble.simulated, key=lambda chunk: chunk.start) == [range(500, 750), range(750, 900)]
    assert result.simulated_runs == 400
    assert bytes_of(tmp_path / "plain") == bytes_of(tmp_path / "x")


def test_resume_of_a_finished_batch_runs_nothing(tmp_path):
    run_fake(tmp_path / "x")
    before = {path.name: path.read_bytes() for path in (tmp_path / "x").iterdir()}
    assert run_fake(tmp_path / "x", resume=True).simulated_runs == 0
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "x").iterdir()}


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


# ---------------------------------------------------------------- failures


def fail_in(*failing: int):
    """Return a trouble that raises in some runs, and so in every chunk that holds one of them."""

    def fail(first, stop):
        for run in failing:
            if first <= run < stop:
                raise ZeroDivisionError(f"in run {run}")

    return fail


def test_a_run_that_raises_is_recorded_and_the_others_go_on(tmp_path):
    """With its number and traceback; it stands in no table, and the summary counts it."""
    FakeEnsemble.trouble = fail_in(317, 318, 599)
    result = run_fake(tmp_path / "x", workers=1)
    assert [one.run for one in result.failures()] == [317, 318, 599]
    assert result.failures()[0].error == "ZeroDivisionError: in run 317"
    assert "Traceback" in result.failures()[0].traceback and "in fail" in result.failures()[0].traceback
    assert sorted(set(range(600)) - set(result.table("runs").run)) == [317, 318, 599]
    assert result.summary["runs"] == 597 and result.summary["failed_runs"] == 3
    run_fake(tmp_path / "other", workers=3)
    assert bytes_of(tmp_path / "x") == bytes_of(tmp_path / "other")


def test_failed_runs_survive_resumes_and_merges(tmp_path):
    """The same bytes as in one go, failed runs among them."""
    FakeEnsemble.trouble = fail_in(510, 599, 700)
    plain = run_fake(tmp_path / "plain", range(900))
    run_fake(tmp_path / "x", range(600))
    again = run_fake(tmp_path / "x", range(900), resume=True)
    assert [one.run for one in again.failures()] == [one.run for one in plain.failures()] == [510, 599, 700]
    assert bytes_of(tmp_path / "plain") == bytes_of(tmp_path / "x")
    run_fake(tmp_path / "rest", range(600, 900))
    run_fake(tmp_path / "first", range(600))
    merged = merging.merge([tmp_path / "rest", tmp_path / "first"], tmp_path / "merged")
    assert [one.run for one in merged.failures()] == [510, 599, 700]
    assert bytes_of(tmp_path / "plain") == bytes_of(tmp_path / "merged")


def test_a_batch_whose_runs_all_fail_says_so(tmp_path):
    FakeEnsemble.trouble = fail_in(*range(20))
    with pytest.raises(RunError, match=r"all 20 runs failed, the first with ZeroDivisionError: in run 0; see .*json"):
        run_fake(tmp_path / "x", range(20))
    assert len(failures.read(tmp_path / "x")) == 20


def test_rows_of_other_runs_are_refused(tmp_path):
    with pytest.raises(RunError, match="runs 0 to 249 were asked for"):
        chunks.save(tmp_path, range(0, 250), chunks.Chunk(fake_tables(1, 250, 500)))


def test_a_full_disk_loses_nothing(tmp_path, monkeypatch):
    """The message names the folder and what to do; nothing half written counts, and the rest can be carried on."""
    run_fake(tmp_path / "plain", range(1000))
    write, room = chunks.write, [2]

    def write_while_there_is_room(folder, chunk):
        write(folder, chunk)
        room[0] -= 1
        if room[0] < 0:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(chunks, "write", write_while_there_is_room)
        with pytest.raises(RunError, match="No space left on device; finished chunks are saved; .* --resume"):
            run_fake(tmp_path / "x", range(1000))
    assert len(chunks.saved(tmp_path / "x")) == 2
    assert not list((tmp_path / "x" / "chunks").glob("*.unfinished"))
    assert run_fake(tmp_path / "x", range(1000), resume=True).simulated_runs == 500
    assert bytes_of(tmp_path / "plain") == bytes_of(tmp_path / "x")


def test_a_lost_worker_is_told(tmp_path):
    """What an executor raises by itself, such as a cluster whose workers die again and again."""

    class Lost(ThreadPoolExecutor):
        def submit(self, *arguments, **options):
            return super().submit(int, "the worker died")

    with Lost(1) as executor, pytest.raises(RunError, match=r"runs \d+ to \d+ were lost .* --resume carries on"):
        run_fake(tmp_path / "x", executor=executor)


def test_two_batches_cannot_work_in_one_folder(tmp_path):
    """Not even with --resume, and the lock ends with its process."""
    run_fake(tmp_path / "x")
    with saving.locked(tmp_path / "x"), pytest.raises(UsageError, match="another batch is at work in this folder"):
        run_fake(tmp_path / "x", resume=True)
    run_fake(tmp_path / "x", resume=True)


# ---------------------------------------------------------------- merging


def test_parts_of_a_batch_merge_to_the_same_bytes(tmp_path, monkeypatch):
    """Whatever their borders and order, over several row groups."""
    monkeypatch.setattr(tables, "ROW_GROUP_RUNS", 500)
    run_fake(tmp_path / "plain", range(100, 1900))
    for name, runs in {"b": range(610, 1400), "a": range(100, 610), "c": range(1400, 1900)}.items():
        run_fake(tmp_path / name, runs)
    merged = merging.merge([tmp_path / name for name in "bca"], tmp_path / "merged", command_line="race merge")
    assert bytes_of(tmp_path / "plain") == bytes_of(tmp_path / "merged")
    assert merged.manifest["runs"] == [100, 1900] and manifest.is_complete(merged.manifest)
    assert run_fake(tmp_path / "merged", range(100, 1900), resume=True).simulated_runs == 0


def test_parts_that_make_no_batch_are_refused(tmp_path):
    """Gaps, overlaps, other seeds, unfinished parts, folders in use."""
    run_fake(tmp_path / "a", range(300))
    run_fake(tmp_path / "c", range(400, 600))
    run_fake(tmp_path / "b", range(250, 400))
    run_fake(tmp_path / "seed", range(300, 400), seed=8)
    with pytest.raises(
        UsageError, match=r"runs 300:400 are missing between .*a and .*c; make them with --runs 300:400"
    ):
        merging.merge([tmp_path / "a", tmp_path / "c"], tmp_path / "x")
    with pytest.raises(UsageError, match=r"a and .*b overlap: runs 250:300 are in both"):
        merging.merge([tmp_path / "a", tmp_path / "b"], tmp_path / "x")
    with pytest.raises(UsageError, match=r"seed \(here\) does not go with .*a \(there\):\nseed: 7 there, 8 here"):
        merging.merge([tmp_path / "a", tmp_path / "seed"], tmp_path / "x")
    with pytest.raises(UsageError, match="this is one of the parts"):
        merging.merge([tmp_path / "a"], tmp_path / "a", force=True)
    with pytest.raises(UsageError, match="add --resume to carry it on"):
        merging.merge([tmp_path / "a"], tmp_path / "b")
    with pytest.raises(UsageError, match="nothing to merge"):
        merging.merge([], tmp_path / "x")
    assert not (tmp_path / "x").exists()


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
