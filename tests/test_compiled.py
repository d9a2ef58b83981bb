"""Compiled parts: what Python calls is compiled for it once, whoever asks at the same time."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
from llvmlite.binding import Linkage
from numba import njit
from numba.core import config

from sim.compiled import Part, WholeCompiler, compiled
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


def often(words):
    """Ask the same large part from several places, so that it stays a function of its own."""
    key = words[0], words[1]
    total = words[2]
    for step in range(3):
        total ^= mixed_with(key, words[3] + np.uint64(step)) ^ mixed_with(key, words[4])
    return total ^ mixed_with(key, words[5])


@compiled
def mixed_with(key, word):
    """Mix a word with a key, at length."""
    mixed = word
    for _ in range(9):
        mixed ^= philox(mixed, key[1], word, key[0], key[0], key[1])[0]
        mixed ^= philox(word, mixed, key[1], word, key[0], key[1])[0]
    return mixed


@pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")
def test_parts_leave_no_name_behind():
    """Names of functions are used again from process to process: only what Python calls may be found by its name."""
    whole = njit(pipeline_class=WholeCompiler)(often)
    assert whole(WORDS) == often(WORDS)
    (result,) = whole.overloads.values()
    functions = [one for one in result.library._final_module.functions if not one.is_declaration]
    parts = [one for one in functions if "often" not in one.name]
    assert parts and all(one.linkage == Linkage.private for one in parts)
    names = re.findall(rb"\0(_ZN\w+)", result.library._get_compiled_object())
    assert names and not [one for one in names if b"NumbaEnv" not in one and b"often" not in one]


@pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")
def test_literals_make_no_version_of_their_own():
    """A part that is called with True, with False and with a number that is known only later is compiled once."""

    def doubled_or_not(number, doubles):
        return number * 2 if doubles else number

    part = compiled(doubled_or_not)

    def of_all(number):
        return part(1, True) + part(2, False) + part(number, number > 2)

    assert njit(pipeline_class=WholeCompiler)(of_all)(3) == 2 + 2 + 6
    assert len(part.overloads) == 1


@compiled
def third_of(words, index):
    """Return a word by its place in a tuple."""
    return words[index]


@compiled
def halves(words, index):
    """Return two numbers, of one kind each."""
    word = third_of(words, index)
    return word * 0.5, word > 1


@pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")
def test_a_part_hands_on_what_it_returns_and_what_it_raises():
    """Two values at once, through two calls; an error of the inner one reaches Python as it was raised."""

    def all_halves(words, index):
        half, is_more = halves(words, index)
        return half, is_more

    whole = njit(pipeline_class=WholeCompiler)(all_halves)
    assert [whole((1, 2, 3), index) for index in range(3)] == [(0.5, False), (1.0, True), (1.5, True)]
    with pytest.raises(IndexError, match="tuple index out of range"):
        whole((1, 2, 3), 3)


@pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")
def test_a_part_returns_a_value_or_nothing_not_now_the_one_now_the_other():
    """Numba tells the two apart by the status, in which parts tell errors only."""

    @compiled
    def perhaps(number):
        return number if number > 0 else None

    with pytest.raises(TypeError, match="perhaps: a rule may not return a value or None"):
        njit(pipeline_class=WholeCompiler)(lambda number: perhaps(number) is None)(1)
