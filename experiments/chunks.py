"""What a batch has saved while it runs: a file a chunk, on one fixed grid of run numbers.

A file holds the four tables as Arrow streams one after the other, the runs that raised as JSON, how many bytes that is,
and a checksum of all before it. The long tables are compressed; the wide one is not, for a compressor begins anew with
each of its hundreds of columns, which takes longer than all the rest of saving.
"""

import shutil
import struct
import zlib
from collections.abc import Iterable
from os import getpid
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
SUFFIX = ".chunk"
LENGTH = struct.Struct("<I")  # of the failures, and of the checksum (CRC-32)
COMPRESSION = RunTables(runs=None, arrivals="lz4", incidents="lz4", days="lz4")


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
    path = path_of(directory, numbers)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{getpid()}.unfinished")
    try:
        write(unfinished, chunk)
        saving.put_in_place(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def write(path: Path, chunk: Chunk) -> None:
    """Write a chunk's file."""
    content = pa.BufferOutputStream(pa.system_memory_pool())  # Arrow's own gives pages back, which come anew at a cost
    for table, compression in zip(chunk.tables, COMPRESSION, strict=True):
        options = pa.ipc.IpcWriteOptions(compression=compression)
        with pa.ipc.new_stream(content, table.schema, options=options) as writer:
            writer.write_table(table)
    failed = failures.as_json(chunk.failures).encode() if chunk.failures else b""
    content.write(failed + LENGTH.pack(len(failed)))
    whole = content.getvalue()
    with path.open("wb") as file:
        file.write(whole)
        file.write(LENGTH.pack(zlib.crc32(whole)))


def saved(directory: Path) -> set[range]:
    """Return the chunks saved so far."""
    numbers = [path.stem.split("-") for path in (directory / FOLDER).glob(f"*-*{SUFFIX}")]
    return {range(int(first), int(last) + 1) for first, last in numbers}


def clean(directory: Path) -> None:
    """Remove what is unfinished or cannot be read, such as after the machine stopped: it is simulated again."""
    for unfinished in (directory / FOLDER).glob(f"*{SUFFIX}.*.unfinished"):
        unfinished.unlink()
    for numbers in saved(directory):
        try:
            content_of(directory, numbers)
        except RunError:
            path_of(directory, numbers).unlink()


def remove(directory: Path) -> None:
    """Remove all saved chunks."""
    shutil.rmtree(directory / FOLDER, ignore_errors=True)


def path_of(directory: Path, numbers: range) -> Path:
    """Return the file of a chunk."""
    return directory / FOLDER / f"{numbers.start:09d}-{numbers.stop - 1:09d}{SUFFIX}"


def content_of(directory: Path, numbers: range) -> pa.Buffer:
    """Return what the file of a chunk holds, checksum aside. Raises RunError where it is not what was written."""
    path = path_of(directory, numbers)
    try:
        content = pa.py_buffer(path.read_bytes())
    except OSError as error:
        raise damaged(path, str(error)) from None
    whole, checksum = content[: -LENGTH.size], content[-LENGTH.size :]
    if len(content) < 2 * LENGTH.size or LENGTH.pack(zlib.crc32(whole)) != checksum.to_pybytes():
        raise damaged(path, "its checksum is another")
    return whole


def damaged(path: Path, reason: str) -> RunError:
    """Return the complaint about a chunk that cannot be read."""
    return RunError(f"{path} is damaged ({reason}); go on with --resume, which makes it again")


def read(directory: Path, numbers: range) -> RunTables:
    """Return the tables of a saved chunk. Raises RunError where it cannot be read."""
    file = pa.BufferReader(content_of(directory, numbers))
    return RunTables(*(pa.ipc.open_stream(file).read_all() for _ in RunTables._fields))


def read_failures(directory: Path, chunks: Iterable[range]) -> list[Failure]:
    """Return the runs of saved chunks that raised, in order."""
    found: list[Failure] = []
    for numbers in chunks:
        with path_of(directory, numbers).open("rb") as file:
            end = file.seek(-2 * LENGTH.size, 2)
            (length,) = LENGTH.unpack(file.read(LENGTH.size))
            if length > 0:
                file.seek(end - length)
                found += failures.from_json(file.read(length).decode())
    return found


def listed(finished: list[range], all_chunks: int) -> dict[str, Any]:
    """Return what a manifest says of chunks: how many of all, and the stretches of runs that they make up."""
    stretches: list[list[int]] = []
    for one in finished:
        if stretches and stretches[-1][1] == one.start:
            stretches[-1][1] = one.stop
        else:
            stretches.append([one.start, one.stop])
    return {"done": len(finished), "all": all_chunks, "saved_runs": stretches}
