"""Some rows of a table of runs, from a DataFrame and from disk."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments import tables
from experiments.excerpts import first_rows, rows_of


@pytest.fixture
def written(tmp_path):
    """Return a table of 90 runs, from run 20, and the same on disk in row groups of 40."""
    runs = np.arange(20, 110)
    whole = pd.DataFrame({"run": runs, "winner": [f"w{run % 3}" for run in runs], "finish_day": runs / 7})
    pq.write_table(pa.Table.from_pandas(whole), tables.path_of(tmp_path, "runs"), row_group_size=40)
    return whole, tables.Columns(tmp_path)


@pytest.mark.parametrize("rows", [0, 10, 40, 50, 90, 1000])
def test_the_first_rows(written, rows):
    """In the order of columns that was asked for, whether from disk or not; all where there are fewer."""
    whole, columns = written
    wanted = ["winner", "run"]
    assert first_rows(columns, wanted, rows).equals(whole[wanted].head(rows))
    assert first_rows(whole, wanted, rows).equals(whole[wanted].head(rows))


def test_rows_by_their_numbers(written):
    """In the order of the table; a number that is not there gives no row."""
    whole, columns = written
    found = rows_of(columns, ["finish_day", "run"], [100, 21, 9999])
    assert found.equals(whole.loc[[1, 80], ["finish_day", "run"]].reset_index(drop=True))
