"""A batch that was stopped, damaged or met runs that fail loses nothing: carried on, it leaves the same bytes."""

from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments import chunks, failures, manifest, merging, saving
from experiments.batch import BatchInterrupted
from sim.errors import RunError, UsageError
from tests.experiments.fake_batches import (
    FILES,
    FakeEnsemble,
    bytes_of,
    fail_in,
    fake_tables,
    run_fake,
    run_until_ctrl_c,
)

pytestmark = pytest.mark.usefixtures("fakes")


# ---------------------------------------------------------------- interruptions


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


def interrupted(*arguments, **options):
    """Stand in for a step at which Ctrl-C comes."""
    raise KeyboardInterrupt


def test_a_half_written_chunk_does_not_count(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(pa.ipc, "new_stream", interrupted)
        with pytest.raises(BatchInterrupted, match="0 of 600 runs"):
            run_fake(tmp_path / "x")
    assert chunks.saved(tmp_path / "x") == set()
    run_fake(tmp_path / "plain")
    run_fake(tmp_path / "x", resume=True)
    assert bytes_of(tmp_path / "plain") == bytes_of(tmp_path / "x")


def test_tables_appear_whole_or_not_at_all(tmp_path, monkeypatch):
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


# ---------------------------------------------------------------- failures


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
