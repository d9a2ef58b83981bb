"""Assumptions of many runs: one uniform a resolved key path and run, turned into a value by inverse distribution.

A uniform depends on the run key and the key path alone, so a changed prior keeps the luck. Members of a group share
their uniform, or correlate with the group's common factor (Gaussian copula) where a correlation below 1 is given.
"""

import math

import numpy as np
from numba import njit

from sim.draws import Purpose, draw_key, key_words, standard_normal_quantile, uniform_for_key
from sim.world.memory import Assumption

SQRT_HALF = math.sqrt(0.5)


def run_keys(seed: int, first: int, stop: int) -> np.ndarray:
    """Return the keys (uint64, shape runs x 2: low and high word) of runs `first` to `stop` - 1."""
    return keys_of(np.uint64(seed % (1 << 64)), np.arange(first, stop, dtype=np.uint64))


@njit(cache=True)
def keys_of(seed, runs):
    """Return the keys of runs given by number (uint64, 1-D) under a seed (uint64)."""
    keys = np.empty((runs.shape[0], 2), np.uint64)
    for index in range(runs.shape[0]):
        keys[index, 0], keys[index, 1] = key_words(seed, runs[index])
    return keys


@njit(cache=True)
def uniforms(keys, purpose, one):
    """Return one uniform a run (float64, 1-D) for a purpose and the draw key of a path or group."""
    drawn = np.empty(keys.shape[0])
    for run in range(keys.shape[0]):
        drawn[run] = uniform_for_key(keys[run, 0], keys[run, 1], purpose, one)
    return drawn


@njit(cache=True)
def blend(common, own, correlation):
    """Return uniforms whose normal scores correlate with `common` by sqrt(`correlation`) (Gaussian copula)."""
    blended = np.empty(own.shape[0])
    weight, rest = math.sqrt(correlation), math.sqrt(1.0 - correlation)
    for run in range(own.shape[0]):
        score = weight * standard_normal_quantile(common[run]) + rest * standard_normal_quantile(own[run])
        blended[run] = 0.5 * (1.0 + math.erf(score * SQRT_HALF))
    return blended


def draw_assumptions(assumptions: list[Assumption], keys: np.ndarray) -> np.ndarray:
    """Return the drawn values (float64, shape runs x assumptions).

    Row by row the same whatever runs are drawn together.
    """
    values = np.empty((len(keys), len(assumptions)))
    for column, assumption in enumerate(assumptions):
        values[:, column] = assumption.quantity.quantiles(uniforms_of(assumption, keys))
    return values


def uniforms_of(assumption: Assumption, keys: np.ndarray) -> np.ndarray:
    """Return an assumption's uniforms, with its group's share in them."""
    quantity = assumption.quantity
    own = uniforms(keys, np.uint64(Purpose.ASSUMPTION), draw_key(assumption.path))
    if quantity.group is None:
        return own
    common = uniforms(keys, np.uint64(Purpose.ASSUMPTION_GROUP), draw_key(quantity.group))
    if quantity.correlation >= 1.0:
        return common
    return blend(common, own, float(quantity.correlation))
