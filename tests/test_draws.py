"""Keyed draws: known answers of the generator, its plain twin, and the shape of what is made from it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from sim import draws
from sim.world.assume import run_keys
from tests import naive

WORDS = st.integers(0, 2**32 - 1)
KNOWN = [  # Random123 1.14, tests/kat_vectors, philox4x32-10
    ((0, 0), (0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((2**32 - 1,) * 2, (2**32 - 1,) * 4, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0xA4093822, 0x299F31D0),
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


def philox(key, counter):
    """Return the fast generator's words as Python ints."""
    return tuple(int(word) for word in draws.philox(*(np.uint64(word) for word in (*key, *counter))))


@pytest.mark.parametrize(("key", "counter", "words"), KNOWN)
def test_known_answers(key, counter, words):
    """The known-answer vectors that come with Random123."""
    assert philox(key, counter) == words
    assert naive.philox_4x32_10(key, counter) == words


@given(st.tuples(WORDS, WORDS), st.tuples(WORDS, WORDS, WORDS, WORDS))
def test_generator_equals_its_plain_twin(key, counter):
    """Any key and counter give the words of the twin in Python ints."""
    assert philox(key, counter) == naive.philox_4x32_10(key, counter)


@given(WORDS, WORDS)
def test_uniform_lies_strictly_between_0_and_1(high, low):
    """Also for the extreme words, so that its logarithm and normal quantile are finite."""
    assert 0.0 < draws.to_uniform(np.uint64(high), np.uint64(low)) < 1.0


@pytest.mark.parametrize("word", [0, 2**32 - 1])
def test_uniform_of_extreme_words(word):
    """The lowest and the highest words."""
    assert 0.0 < draws.to_uniform(np.uint64(word), np.uint64(word)) < 1.0


def test_uniform_has_the_moments_and_the_distribution_of_a_uniform():
    """Mean, variance, neighbours' correlation, and a Kolmogorov-Smirnov test over 20,000 ids."""
    low, high = draws.run_key(3, 5)
    u = np.array([draws.uniform_for_key(low, high, 2, np.uint64(one)) for one in range(20_000)])
    error = 1 / math.sqrt(12 * len(u))
    assert u.mean() == pytest.approx(0.5, abs=4 * error)
    assert u.var() == pytest.approx(1 / 12, rel=0.03)
    assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 4 / math.sqrt(len(u))
    assert stats.kstest(u, "uniform").pvalue > 0.001


@given(st.floats(1e-300, 1.0, exclude_max=True))
def test_normal_quantile_is_that_of_scipy(u):
    """AS 241 is good to about 16 digits."""
    assert draws.standard_normal_quantile(u) == pytest.approx(special.ndtri(u), rel=1e-13, abs=1e-14)


def test_purposes_are_unique():
    """No two purposes share a number; the enum refuses aliases, and none has been lost."""
    numbers = [int(one) for one in draws.Purpose.__members__.values()]
    assert len(set(numbers)) == len(numbers)


def test_run_key_depends_on_seed_and_run_only():
    """The same seed and run give the same key, and any other pair another one."""
    pairs = [(seed, run) for seed in (0, 1, 7, 2**32, 2**63, -1) for run in (0, 1, 2, 10**9, 2**32)]
    keys = [draws.run_key(*pair) for pair in pairs]
    assert keys == [draws.run_key(*pair) for pair in pairs]
    assert len(set(keys)) == len(pairs)


def test_keys_of_many_runs_are_those_of_each():
    """Also of seeds and numbers of more than 32 bits."""
    for seed, first in ((7, 0), (2**63 - 1, 2**32 - 2)):
        expected = [draws.run_key(seed, run) for run in range(first, first + 5)]
        assert run_keys(seed, first, first + 5).tolist() == [[int(word) for word in key] for key in expected]
    assert run_keys(7, 3, 3).shape == (0, 2)


def test_run_key_is_that_of_the_plain_twin():
    """Seed as key, run and purpose as counter."""
    expected = naive.philox_4x32_10((7, 0), (17, 0, int(draws.Purpose.RUN_KEY), 0))
    assert tuple(int(word) for word in draws.run_key(7, 17)) == expected[:2]


def test_draw_keys_are_never_zero_and_differ():
    """An id's draw key is a 32-bit hash of its text; 0 stands for no id."""
    keys = {int(draws.draw_key(f"formation_{index}")) for index in range(5000)}
    assert len(keys) >= 4998 and min(keys) > 0 and max(keys) < 2**32
