"""One flat block of memory for all that a run changes, the views on it, and the slots of drawn assumptions."""

from dataclasses import dataclass, field

import numpy as np

from sim.scenario.numbers import Quantity
from sim.world.tables import LINE_WORDS


def aligned(words: int) -> np.ndarray:
    """Return so many zeros (float64, 1-D) that begin on a cache line."""
    room = np.zeros(words + LINE_WORDS - 1)
    skipped = -room.ctypes.data // 8 % LINE_WORDS
    return room[skipped : skipped + words]


@dataclass(frozen=True)
class Assumption:
    """A number that is drawn once a run: its key path, its distribution and its slot in the block."""

    path: str
    quantity: Quantity
    slot: int


@dataclass
class Layout:
    """Where each table lies in the block; filled while a world is built.

    `places`: name -> (offset in eight-byte words, dtype, shape).
    """

    words: int = 0
    places: dict[str, tuple[int, np.dtype, tuple[int, ...]]] = field(default_factory=dict)

    def add(self, name: str, dtype: np.dtype, *shape: int) -> None:
        """Append a table or matrix of the given shape, on a cache line of its own."""
        size = int(np.prod(shape)) * (dtype.itemsize // 8)
        self.places[name] = (self.words, dtype, shape)
        self.words += -(-size // LINE_WORDS) * LINE_WORDS

    def slot(self, name: str, *index: int, column: str = "") -> int:
        """Return the word at which an item (or a column of a record) lies."""
        offset, dtype, shape = self.places[name]
        flat = int(np.ravel_multi_index(index, shape)) * (dtype.itemsize // 8)
        return offset + flat + (dtype.fields[column][1] // 8 if column else 0)  # type: ignore[index]

    def views(self, block: np.ndarray) -> dict[str, np.ndarray]:
        """Return every table as a view on `block` (float64, 1-D, `words` long)."""
        views = {}
        for name, (offset, dtype, shape) in self.places.items():
            words = int(np.prod(shape)) * (dtype.itemsize // 8)
            views[name] = block[offset : offset + words].view(dtype).reshape(shape)
        return views
