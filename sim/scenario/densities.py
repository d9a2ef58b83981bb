"""Densities of the distributions, to be drawn: exact, with truncation."""

import math
from typing import Any

import numpy as np

from sim.scenario.distributions import shares_at
from sim.scenario.numbers import Quantity

DISCRETE = ("value", "bernoulli", "choice")


def densities(quantity: Quantity, x: np.ndarray) -> np.ndarray:
    """Return the density (float64, 1-D) of a continuous distribution at values `x`; 0 outside of its truncation.

    Raises ValueError for a constant and for a distribution of single values.
    """
    kind, shape = quantity.kind, getattr(quantity, quantity.kind)
    if kind in DISCRETE:
        raise ValueError(f"{kind} has no density")
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        raw = np.nan_to_num(raw_densities(kind, shape, np.asarray(x, dtype=float)), nan=0.0)
    if quantity.truncate is None:
        return raw
    below, up_to = shares_at(kind, shape, quantity.truncate)
    low, high = quantity.truncate
    inside = (x >= (-math.inf if low is None else low)) & (x <= (math.inf if high is None else high))
    return np.where(inside, raw / (up_to - below), 0.0)


def raw_densities(kind: str, shape: Any, x: np.ndarray) -> np.ndarray:
    """Return densities before truncation."""
    if kind == "uniform":
        return np.where((x >= shape[0]) & (x <= shape[1]), 1.0 / (shape[1] - shape[0]), 0.0)
    if kind == "triangular":
        low, best, high = shape
        rising = (x - low) / max(best - low, 1e-300)
        falling = (high - x) / max(high - best, 1e-300)
        return 2.0 / (high - low) * np.clip(np.where(x < best, rising, falling), 0.0, 1.0)
    if kind == "normal":
        return bell((x - shape.mean) / shape.sd) / shape.sd
    if kind == "lognormal":
        return np.where(x > 0.0, bell(np.log(x / shape.median) / shape.spread) / (x * shape.spread), 0.0)
    if kind == "beta":
        log_scale = math.lgamma(shape.a + shape.b) - math.lgamma(shape.a) - math.lgamma(shape.b)
        inside = (x >= 0.0) & (x <= 1.0)
        return np.where(inside, math.exp(log_scale) * x ** (shape.a - 1.0) * (1.0 - x) ** (shape.b - 1.0), 0.0)
    scale = shape.rate**shape.shape / math.gamma(shape.shape)
    return np.where(x >= 0.0, scale * x ** (shape.shape - 1.0) * np.exp(-shape.rate * x), 0.0)


def bell(z: np.ndarray) -> np.ndarray:
    """Return the standard normal density."""
    return np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)


def probabilities(quantity: Quantity) -> list[tuple[float, float]]:
    """Return the values of a discrete distribution in rising order, each with its probability."""
    if quantity.bernoulli is not None:
        return [(0.0, 1.0 - quantity.bernoulli), (1.0, quantity.bernoulli)]
    if quantity.choice is not None:
        total = sum(quantity.choice.weights)
        found: dict[float, float] = {}
        for value, weight in zip(quantity.choice.values, quantity.choice.weights, strict=True):
            found[value] = found.get(value, 0.0) + weight / total
        return sorted(found.items())
    return [(quantity.constant, 1.0)]
