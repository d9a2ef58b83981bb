"""Some rows of a table of runs, of the columns that are needed."""

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from experiments.summary import Runs
    from experiments.tables import Columns


def first_rows(runs: "Runs", columns: list[str], rows: int) -> "pd.DataFrame":
    """Return the first `rows` rows, or all of fewer; of a table on disk only their row groups are read."""
    import pandas as pd

    if isinstance(runs, pd.DataFrame):
        return runs[columns].head(rows)
    return runs.head(rows, columns)


def rows_of(runs: "Columns", columns: list[str], numbers: Collection[int]) -> "pd.DataFrame":
    """Return the rows of the runs with these numbers, in the order of the table."""
    at = np.flatnonzero(np.isin(runs["run"].to_numpy(), list(numbers)))
    return runs.file.read(columns=columns).take(at).select(columns).to_pandas()
