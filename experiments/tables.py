"""The tables of a batch on disk: saved chunks while it runs, four Parquet files once it is done.

Chunks lie on one fixed grid of run numbers, and so do the row groups of the Parquet files. What a file holds
is therefore decided by the runs alone, whatever the workers, the engine and the interruptions.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from sim.errors import RunError, UsageError

if TYPE_CHECKING:
    import pandas as pd

CHUNK_RUNS = 250
NAMES = ("runs", "arrivals", "incidents", "days")
CHUNK_FOLDER = "chunks"
# Everything that decides the bytes is said here, so that another default of the library changes nothing.
PARQUET_SETTINGS = {
    "version": "2.6",
    "data_page_version": "1.0",
    "compression": "zstd",
    "compression_level": 3,
    "use_dictionary": True,
    "write_statistics": True,
}


def chunk_grid(runs: range) -> list[range]:
    """Return the chunks of `runs`: the cells of the grid 0, 250, 500 ..., the outer ones cut to `runs`."""
    first_cell = runs.start - runs.start % CHUNK_RUNS
    cells = range(first_cell, runs.stop, CHUNK_RUNS)
    return [range(max(cell, runs.start), min(cell + CHUNK_RUNS, runs.stop)) for cell in cells]


def path_of(directory: Path, name: str) -> Path:
    """Return the path of one of the four tables of a finished batch."""
    return directory / f"{name}.parquet"


def read(directory: Path, name: str, columns: list[str] | None = None) -> "pd.DataFrame":
    """Return a table of a finished batch, or some of its columns. Raises UsageError where there is none."""
    path = path_of(directory, name)
    if not path.is_file():
        raise UsageError(f"{directory}: there is no {path.name}; is this the folder of a finished batch?")
    try:
        return pq.read_table(path, columns=columns).to_pandas()
    except pa.ArrowInvalid as error:
        raise RunError(f"{path} is damaged: {error}; make the batch again with --force") from None


def column_names(directory: Path, name: str) -> list[str]:
    """Return the names of a table's columns, in order."""
    return pq.read_schema(path_of(directory, name)).names


# ---------------------------------------------------------------- chunks


def save_chunk(directory: Path, chunk: range, tables: Sequence[pa.Table]) -> None:
    """Save a chunk's four tables (in the order of NAMES), all at once or not at all.

    Raises RunError if they are not of these runs.
    """
    if not np.array_equal(tables[0]["run"].to_numpy(), np.asarray(chunk)):
        raise RunError(f"runs {chunk.start} to {chunk.stop - 1} were asked for, and other runs came back")
    folder = _chunk_path(directory, chunk)
    unfinished = folder.with_name(f"{folder.name}.{os.getpid()}.unfinished")
    unfinished.mkdir(parents=True, exist_ok=True)
    for name, table in zip(NAMES, tables, strict=True):
        with pa.ipc.new_file(unfinished / f"{name}.arrow", table.schema) as writer:
            writer.write_table(table)
    if folder.exists():
        shutil.rmtree(unfinished)
    else:
        unfinished.rename(folder)


def saved_chunks(directory: Path) -> set[range]:
    """Return the chunks saved so far."""
    folders = (directory / CHUNK_FOLDER).glob("*-*")
    numbers = [folder.name.split("-") for folder in folders if not folder.suffix]
    return {range(int(first), int(last) + 1) for first, last in numbers}


def read_winners(directory: Path, chunk: range) -> pa.ChunkedArray:
    """Return the winners of a saved chunk's runs."""
    return _read_chunk(directory, chunk, "runs")["winner"]


def _chunk_path(directory: Path, chunk: range) -> Path:
    return directory / CHUNK_FOLDER / f"{chunk.start:09d}-{chunk.stop - 1:09d}"


def _read_chunk(directory: Path, chunk: range, name: str) -> pa.Table:
    path = _chunk_path(directory, chunk) / f"{name}.arrow"
    try:
        with pa.OSFile(str(path)) as file:
            return pa.ipc.open_file(file).read_all().combine_chunks()
    except (pa.ArrowInvalid, FileNotFoundError) as error:
        raise RunError(f"{path} is damaged ({error}); delete {path.parent} and go on with --resume") from None


# ---------------------------------------------------------------- from chunks to finished tables, and back


def assemble(directory: Path, chunks: Iterable[range]) -> None:
    """Write the Parquet files from saved chunks (in run order): one row group a chunk, one in memory."""
    chunks = list(chunks)
    for name in NAMES:
        path = path_of(directory, name)
        unfinished = path.with_suffix(".unfinished")
        _write_parquet(unfinished, (_read_chunk(directory, chunk, name) for chunk in chunks))
        unfinished.replace(path)


def _write_parquet(path: Path, tables: Iterator[pa.Table]) -> None:
    first = next(tables)
    schema = first.schema.remove_metadata()
    with pq.ParquetWriter(path, schema, **PARQUET_SETTINGS) as writer:
        writer.write_table(first, row_group_size=max(1, len(first)))
        for table in tables:
            writer.write_table(table.cast(schema), row_group_size=max(1, len(table)))


def take_apart(directory: Path, runs: range, wanted: Iterable[range]) -> None:
    """Save those chunks of a finished batch of `runs` that are `wanted` again, so that more can join them."""
    wanted = set(wanted) - saved_chunks(directory)
    files = [pq.ParquetFile(path_of(directory, name)) for name in NAMES]
    for row_group, chunk in enumerate(chunk_grid(runs)):
        if chunk in wanted:
            save_chunk(directory, chunk, [file.read_row_group(row_group) for file in files])


def remove_chunks(directory: Path) -> None:
    """Remove the saved chunks."""
    shutil.rmtree(directory / CHUNK_FOLDER, ignore_errors=True)


def remove_tables(directory: Path) -> None:
    """Remove the four Parquet files where they exist."""
    for name in NAMES:
        path_of(directory, name).unlink(missing_ok=True)
