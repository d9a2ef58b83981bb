"""Ids and rows: which id stands in which row of which table."""

from collections.abc import Iterable

from sim.draws import draw_key
from sim.errors import ScenarioError


class Names:
    """The ids of one table in row order: sorted by draw key, so that the file's order does not matter."""

    def __init__(self, table: str, ids: Iterable[str]) -> None:
        """Sort `ids` by draw key; raise ScenarioError where two ids share a key."""
        self.ids = sorted(ids, key=lambda one: (int(draw_key(one)), one))
        self.rows = {one: row for row, one in enumerate(self.ids)}
        keys = [int(draw_key(one)) for one in self.ids]
        for first, second, key, after in zip(self.ids, self.ids[1:], keys, keys[1:], strict=False):
            if key == after:
                raise ScenarioError([f"{table}: the ids '{first}' and '{second}' share a draw key; rename one"])

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.ids)

    def row(self, one: str | None) -> int:
        """Return the row of an id, -1 for None."""
        return -1 if one is None else self.rows[one]

    def name(self, row: int) -> str:
        """Return the id of a row, "" for -1."""
        return "" if row < 0 else self.ids[row]
