"""The tables of a finished batch: four Parquet files, read whole, by column or by stretches of runs.

Row groups lie on one fixed grid of run numbers, so what a file holds is decided by the runs alone, whatever the
workers, the engine and the interruptions; and each of them fits in memory, however many runs there are.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import pyarrow as pa
import pyarrow.parquet as pq

from experiments import chunks, saving
from experiments.chunks import Chunk
from sim.errors import RunError, UsageError
from sim.outcomes import RunTables

if TYPE_CHECKING:
    import pandas as pd

    from experiments.failures import Failure

NAMES = RunTables._fields
ROW_GROUP_RUNS = 10_000
# Everything that decides the bytes is said here and in `new_writer`, so that another default of the library changes
# nothing.
PARQUET_SETTINGS = {
    "version": "2.6",
    "data_page_version": "1.0",
    "compression": "zstd",
    "compression_level": 1,
    "write_statistics": True,
}


def path_of(directory: Path, name: str) -> Path:
    """Return the path of one of the four tables of a finished batch."""
    return directory / f"{name}.parquet"


def read(directory: Path, name: str, columns: list[str] | None = None) -> "pd.DataFrame":
    """Return a table of a finished batch, or some of its columns. Raises UsageError where there is none."""
    with opened(directory, name) as file:
        return file.read(columns=columns).to_pandas()


def opened(directory: Path, name: str) -> pq.ParquetFile:
    """Return the file of a table. Raises UsageError where there is none, RunError where it is damaged."""
    path = path_of(directory, name)
    if not path.is_file():
        raise UsageError(f"{directory}: there is no {path.name}; is this the folder of a finished batch?")
    try:
        return pq.ParquetFile(path)
    except pa.ArrowInvalid as error:
        raise RunError(f"{path} is damaged: {error}; make the batch again with --force") from None


class Columns:
    """The table of runs of a finished batch, whose columns are read from disk when they are asked for.

    It answers to as much of a DataFrame's interface as summaries and pictures use: `runs["winner"]`, `runs[names]`,
    `runs.columns`, `len(runs)`. A million runs have some gigabytes of columns; one of them has a few megabytes.
    """

    def __init__(self, directory: Path) -> None:
        """Open the table."""
        self.file = opened(directory, "runs")
        self.columns: list[str] = self.file.schema_arrow.names

    def __len__(self) -> int:
        return int(self.file.metadata.num_rows)

    @overload
    def __getitem__(self, names: str) -> "pd.Series[Any]": ...
    @overload
    def __getitem__(self, names: list[str]) -> "pd.DataFrame": ...
    def __getitem__(self, names: str | list[str]) -> "pd.Series[Any] | pd.DataFrame":
        wanted = [names] if isinstance(names, str) else names
        missing = [name for name in wanted if name not in self.columns]
        if missing:
            raise KeyError(missing[0])
        found = self.file.read(columns=wanted).to_pandas(split_blocks=True, self_destruct=True)
        return found[names]

    def head(self, rows: int, columns: list[str] | None = None) -> "pd.DataFrame":
        """Return the first rows, of some columns or of all; only their row groups are read."""
        groups: list[int] = []
        counted = 0
        while counted < min(rows, len(self)):
            counted += self.file.metadata.row_group(len(groups)).num_rows
            groups.append(len(groups))
        found = self.file.read_row_groups(groups, columns=columns).slice(0, rows)
        return found.select(columns or self.columns).to_pandas()


def stretches(directory: Path, name: str, columns: list[str]) -> Iterator[pa.Table]:
    """Yield columns of a table row group by row group: the rows of at most 10,000 runs at a time, words as codes."""
    with opened(directory, name) as file:
        words = [one.name for one in file.schema_arrow if one.name in columns and pa.types.is_string(one.type)]
    with pq.ParquetFile(path_of(directory, name), read_dictionary=words) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group, columns=columns)


# ---------------------------------------------------------------- from chunks to finished tables, and back


def assemble(directory: Path, runs: range) -> None:
    """Write the Parquet files from saved chunks, a row group of them in memory at a time."""
    groups = chunks.grid(runs, ROW_GROUP_RUNS)
    write_parquet(directory, ([chunks.read(directory, one) for one in chunks.grid(group)] for group in groups))


def write_parquet(directory: Path, groups: Iterable[Sequence[RunTables]]) -> None:
    """Write the four files, each all at once or not at all: a row group from each of `groups`, a thread a table.

    The threads are waited for before any file is closed, also where one of them fails.
    """
    unfinished = [path_of(directory, name).with_suffix(".unfinished") for name in NAMES]
    try:
        with ExitStack() as stack, ThreadPoolExecutor(len(NAMES)) as pool:
            writers: list[pq.ParquetWriter] = []
            for parts in groups:
                tables = list(pool.map(joined, zip(*parts, strict=True)))
                del parts  # as large as the tables
                if not writers:
                    writers = [stack.enter_context(new_writer(*one)) for one in zip(unfinished, tables, strict=True)]
                for _ in pool.map(write_group, writers, tables):
                    pass
                del tables
                for pool_of_memory in (pa.default_memory_pool(), pa.system_memory_pool()):
                    pool_of_memory.release_unused()
        for path, name in zip(unfinished, NAMES, strict=True):
            saving.put_in_place(path, path_of(directory, name))
    finally:
        for path in unfinished:
            path.unlink(missing_ok=True)


def joined(parts: Iterable[pa.Table]) -> pa.Table:
    """Return the rows of tables one after the other."""
    return pa.concat_tables(parts).replace_schema_metadata(None).combine_chunks()


def new_writer(path: Path, table: pa.Table) -> pq.ParquetWriter:
    """Return a writer of tables such as this one. Numbers that hardly ever repeat are not looked up in a dictionary."""
    repeating = [field.name for field in table.schema if not pa.types.is_floating(field.type)]
    return pq.ParquetWriter(path, table.schema, use_dictionary=repeating, **PARQUET_SETTINGS)


def write_group(writer: pq.ParquetWriter, table: pa.Table) -> None:
    """Write a table as a row group."""
    writer.write_table(table, row_group_size=max(1, len(table)))


def take_apart(directory: Path, runs: range, wanted: Iterable[range], failed: "Iterable[Failure]") -> None:
    """Save those chunks of a finished batch of `runs` that are `wanted` again, so that more can join them."""
    missing = set(wanted) - chunks.saved(directory)
    lost = {one.run: one for one in failed}
    with ExitStack() as stack:
        files = [stack.enter_context(opened(directory, name)) for name in NAMES]
        for index, group in enumerate(chunks.grid(runs, ROW_GROUP_RUNS)):
            cells = [one for one in chunks.grid(group) if one in missing]
            if cells:
                whole = [file.read_row_group(index) for file in files]
                for one in cells:
                    parts = RunTables(*(of_runs(table, one) for table in whole))
                    chunks.save(directory, one, Chunk(parts, tuple(lost[run] for run in one if run in lost)))


def of_runs(table: pa.Table, runs: range) -> pa.Table:
    """Return the rows of a table, which is in order of runs, that belong to `runs`."""
    numbers = table["run"].to_numpy()
    first, stop = numbers.searchsorted([runs.start, runs.stop])
    return table.slice(first, stop - first)


def remove(directory: Path) -> None:
    """Remove the four Parquet files where they exist."""
    for name in NAMES:
        path_of(directory, name).unlink(missing_ok=True)
