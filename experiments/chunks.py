"""What a batch has saved while it runs: a folder a chunk, on one fixed grid of run numbers."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.ipc

from experiments import failures, saving
from experiments.failures import Failure
from sim.errors import RunError
from sim.outcomes import RunTables

CHUNK_RUNS = 250
FOLDER = "chunks"
OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


class Chunk(NamedTuple):
    """What a stretch of runs left: tables of those that finished, and a record of each that raised."""

    tables: RunTables
    failures: tuple[Failure, ...] = ()


def grid(runs: range, cell: int = CHUNK_RUNS) -> list[range]:
    """Return the cells of `runs`: those of the grid 0, 250, 500 ..., the outer ones cut to `runs`."""
    starts = range(runs.start - runs.start % cell, runs.stop, cell)
    return [range(max(start, runs.start), min(start + cell, runs.stop)) for start in starts]


def save(directory: Path, numbers: range, chunk: Chunk) -> None:
    """Save a chunk, all at once or not at all; it is on the disk when this returns.

    Raises RunError if it is not of the runs `numbers`, OSError where it cannot be written.
    """
    lost = {one.run for one in chunk.failures}
    expected = [number for number in numbers if number not in lost]
    if not np.array_equal(chunk.tables.runs["run"].to_numpy(), expected):
        raise RunError(f"runs {numbers.start} to {numbers.stop - 1} were asked for, and other runs came back")
    folder = path_of(directory, numbers)
    unfinished = folder.with_name(f"{folder.name}.{os.getpid()}.unfinished")
    unfinished.mkdir(parents=True, exist_ok=True)
    try:
        write(unfinished, chunk)
        if not folder.exists():
            unfinished.rename(folder)
            saving.on_the_disk(folder.parent)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def write(folder: Path, chunk: Chunk) -> None:
    """Write a chunk's files into a folder."""
    for name, table in chunk.tables._asdict().items():
        path = folder / f"{name}.arrow"
        with pa.ipc.new_file(path, table.schema, options=OPTIONS) as writer:
            writer.write_table(table)
        saving.on_the_disk(path)
    if chunk.failures:
        saving.write_text(folder / failures.FILE_NAME, failures.as_json(chunk.failures))
    saving.on_the_disk(folder)


def saved(directory: Path) -> set[range]:
    """Return the chunks saved so far."""
    folders = (directory / FOLDER).glob("*-*")
    numbers = [folder.name.split("-") for folder in folders if not folder.suffix]
    return {range(int(first), int(last) + 1) for first, last in numbers}


def clean(directory: Path) -> None:
    """Remove what is unfinished or cannot be read, such as after the machine stopped: it is simulated again."""
    for folder in (directory / FOLDER).glob("*.unfinished"):
        shutil.rmtree(folder, ignore_errors=True)
    for numbers in saved(directory):
        try:
            for name in RunTables._fields:
                read_table(directory, numbers, name)
        except RunError:
            shutil.rmtree(path_of(directory, numbers))


def remove(directory: Path) -> None:
    """Remove all saved chunks."""
    shutil.rmtree(directory / FOLDER, ignore_errors=True)


def path_of(directory: Path, numbers: range) -> Path:
    """Return the folder of a chunk."""
    return directory / FOLDER / f"{numbers.start:09d}-{numbers.stop - 1:09d}"


def read_table(directory: Path, numbers: range, name: str) -> pa.Table:
    """Return a table of a saved chunk. Raises RunError where it cannot be read."""
    path = path_of(directory, numbers) / f"{name}.arrow"
    try:
        with pa.OSFile(str(path)) as file:
            return pa.ipc.open_file(file).read_all()
    except (pa.ArrowInvalid, OSError) as error:
        raise RunError(f"{path} is damaged ({error}); go on with --resume, which makes it again") from None


def read_failures(directory: Path, chunks: Iterable[range]) -> list[Failure]:
    """Return the runs of saved chunks that raised, in order."""
    return [one for numbers in chunks for one in failures.read(path_of(directory, numbers))]


def listed(finished: list[range], all_chunks: int) -> dict[str, Any]:
    """Return what a manifest says of chunks: how many of all, and the stretches of runs that they make up."""
    stretches: list[list[int]] = []
    for one in finished:
        if stretches and stretches[-1][1] == one.start:
            stretches[-1][1] = one.stop
        else:
            stretches.append([one.start, one.stop])
    return {"done": len(finished), "all": all_chunks, "saved_runs": stretches}
