"""Batches of stretches of runs, such as those of an HPC job array, joined into one: the bytes of a batch of all."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pyarrow.parquet as pq

from experiments import batch, chunks, failures, saving, tables
from experiments import manifest as manifests
from experiments.batch import BatchResult
from experiments.manifest import Manifest
from sim.errors import UsageError
from sim.outcomes import RunTables


def merge(parts: Sequence[str | Path], out: str | Path, force: bool = False, command_line: str = "") -> BatchResult:
    """Join finished batches of one scenario and seed, in any order, into the folder `out`.

    Tables and summary are the same bytes as those of one batch of all the runs. Raises UsageError where the parts do
    not belong together, overlap or leave a gap, or where `out` holds a batch.
    """
    directory = Path(out)
    found = in_order([Path(one) for one in parts])
    if directory.resolve() in [part.resolve() for part, _ in found]:
        raise UsageError(f"{directory}: this is one of the parts; name another folder for all of them together")
    batch.refuse_mixing(directory, resume=False, force=force)
    directory.mkdir(parents=True, exist_ok=True)
    with saving.locked(directory), saving.told(directory, "the parts are as they were"):
        manifest = batch.open_batch(directory, joined_manifest(found, command_line), resume=False)
        copy_basemap(found[0][0], directory)
        tables.write_parquet(directory, row_groups(found))
        failed = [one for part, _ in found for one in failures.read(part)]
        if failed:
            saving.write_text(directory / failures.FILE_NAME, failures.as_json(failed))
        summary = batch.write_summary(directory, manifest)
        asked = chunks.grid(range(*manifest["runs"]))
        manifest["chunks"] = chunks.listed(asked, len(asked))
        manifests.write(directory, manifest)
    return BatchResult(directory, manifest, summary, simulated_runs=0)


def in_order(parts: list[Path]) -> list[tuple[Path, Manifest]]:
    """Return finished batches with their manifests in order of runs. Raises UsageError unless they make up one."""
    found = [(part, manifests.require_complete(part)) for part in parts]
    found.sort(key=lambda one: one[1]["runs"])
    if not found:
        raise UsageError("merge: nothing to merge; name the folders of finished batches")
    first = found[0]
    for part, manifest in found[1:]:
        lines = manifests.differences(manifest, first[1])
        if lines:
            raise UsageError("\n".join([f"{part} (here) does not go with {first[0]} (there):", *lines]))
    for (before, one), (after, other) in zip(found, found[1:], strict=False):
        stop, start = one["runs"][1], other["runs"][0]
        if start < stop:
            raise UsageError(f"{before} and {after} overlap: runs {start}:{min(stop, other['runs'][1])} are in both")
        if start > stop:
            missing = f"{stop}:{start}"
            raise UsageError(
                f"runs {missing} are missing between {before} and {after}; make them with --runs {missing}"
            )
    return found


def joined_manifest(found: list[tuple[Path, Manifest]], command_line: str) -> Manifest:
    """Return the manifest of parts joined: all runs, the earliest start, the sum of the seconds; not finished yet."""
    manifests_of = [manifest for _, manifest in found]
    runs = [manifests_of[0]["runs"][0], manifests_of[-1]["runs"][1]]
    return {
        **manifests_of[0],
        "runs": runs,
        "command_line": command_line,
        "started": min(one["started"] for one in manifests_of),
        "seconds": round(sum(one["seconds"] for one in manifests_of), 3),
        "chunks": chunks.listed([], len(chunks.grid(range(*runs)))),
    }


def copy_basemap(part: Path, directory: Path) -> None:
    """Copy a part's base map, if it has one."""
    if (part / manifests.BASEMAP_FILE).is_file():
        (directory / manifests.BASEMAP_FILE).write_bytes((part / manifests.BASEMAP_FILE).read_bytes())


def row_groups(found: list[tuple[Path, Manifest]]) -> Iterator[list[RunTables]]:
    """Yield what each row group of the joined tables is made of, read row group by row group."""
    waiting: list[RunTables] = []
    cell = tables.ROW_GROUP_RUNS
    open_cell = found[0][1]["runs"][0] // cell
    for part, manifest in found:
        with ExitStack() as stack:
            files = [stack.enter_context(pq.ParquetFile(tables.path_of(part, name))) for name in tables.NAMES]
            for index, runs in enumerate(chunks.grid(range(*manifest["runs"]), cell)):
                if runs.start // cell != open_cell:
                    yield waiting
                    waiting, open_cell = [], runs.start // cell
                waiting.append(RunTables(*(file.read_row_group(index) for file in files)))
    yield waiting
