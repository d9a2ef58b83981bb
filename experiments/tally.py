"""Who is first so far in a batch that goes on: counted over chunks that follow each other from the first.

What is known, and where a batch may stop, is therefore decided by the runs alone, whatever the workers and their order.
"""

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from experiments.summary import wilson

if TYPE_CHECKING:
    import pyarrow as pa

NO_LEADER = ("tie", "nobody")


class Tally:
    """Counts the headline race's winners over the first chunks of a batch, without a gap."""

    def __init__(self, chunks: list[range], until_ci: float | None = None) -> None:
        """`chunks`: all of the batch, in order; `until_ci`: half width of the widest interval that suffices."""
        self.chunks, self.until_ci = chunks, until_ci
        self.waiting: dict[range, Counter[str]] = {}
        self.wins: Counter[str] = Counter()
        self.counted = 0  # chunks
        self.stop: int | None = None  # the run before which the batch may end

    def add(self, chunk: range, winners: "pa.ChunkedArray") -> None:
        """Count the winners of a finished chunk, and of those that waited for it."""
        self.waiting[chunk] = Counter(winners.to_pylist())
        while self.stop is None and self.counted < len(self.chunks) and self.chunks[self.counted] in self.waiting:
            chunk = self.chunks[self.counted]
            self.wins += self.waiting.pop(chunk)
            self.counted += 1
            if self.until_ci is not None and self.half_width() < self.until_ci:
                self.stop = chunk.stop

    def half_width(self) -> float:
        """Return the half width of the widest 95 % interval of a share (Wilson); 1 before the first chunk."""
        if not self.wins:
            return 1.0
        low, high = wilson(np.array(list(self.wins.values())), self.wins.total())
        return float((high - low).max() / 2)

    def text(self) -> str:
        """Return the leader's share with its interval, such as "sdf first 46 % ± 1.2"; "" before the first chunk."""
        leaders = [(count, one) for one, count in self.wins.items() if one not in NO_LEADER]
        if not leaders:
            return ""
        count, leader = max(leaders)
        low, high = (float(one) for one in wilson(count, self.wins.total()))
        return f"{leader} first {100 * count / self.wins.total():.1f} % ± {50 * (high - low):.1f}"
