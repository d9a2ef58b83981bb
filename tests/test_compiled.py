"""Compiled parts: what Python calls is compiled for it once, whoever asks at the same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
from numba.core import config

from sim.compiled import Part
from sim.draws import philox

WORDS = tuple(np.uint64(word) for word in (1, 2, 3, 4, 5, 6))
ASKING = 4


class Counted(Part):
    """A part that counts how often Python has to ask what to call."""

    asked = 0

    def _compile_for_args(self, *arguments, **named):
        Counted.asked += 1
        return super()._compile_for_args(*arguments, **named)


@pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")
def test_threads_that_ask_at_once_leave_one_answer():
    """Asked by four at once, and by nobody from then on; every answer is the same."""
    part, at_once = Counted(philox.py_func), Barrier(ASKING)

    def call(_):
        at_once.wait()
        return part(*WORDS)

    with ThreadPoolExecutor(ASKING) as pool:
        answers = set(pool.map(call, range(ASKING)))
    asked = Counted.asked
    assert answers == {part(*WORDS)} == {philox(*WORDS)}
    assert Counted.asked == asked <= ASKING
    assert len(part.known_to_python) == 1
