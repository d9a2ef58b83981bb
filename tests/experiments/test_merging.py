"""Parts of a batch merge to the bytes of the whole."""

import pytest

from experiments import manifest, merging, tables
from sim.errors import UsageError
from tests.experiments.fake_batches import bytes_of, run_fake

pytestmark = pytest.mark.usefixtures("fakes")


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
