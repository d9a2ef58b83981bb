"""Distributions by their inverse: the same bits for a run whatever other runs are drawn with it.

Only scalar functions that give the same bits compiled and in plain Python are used; beta and gamma go through SciPy's
scalar loops. Truncation maps a uniform into the part of (0, 1) that the bounds leave.
"""

import math
from typing import Any

import numpy as np
from numba import njit

from sim.draws import standard_normal_quantile

SQRT_HALF = math.sqrt(0.5)
EDGE = 1e-16


def quantiles(kind: str, shape: Any, truncate: tuple[float | None, float | None] | None, u: np.ndarray) -> np.ndarray:
    """Return the quantiles (float64, 1-D) of uniforms `u` in (0, 1)."""
    if truncate is not None:
        low, high = shares_at(kind, shape, truncate)
        u = np.clip(low + u * (high - low), EDGE, 1.0 - EDGE)
        raw = raw_quantiles(kind, shape, u)
        return np.clip(raw, -math.inf if truncate[0] is None else truncate[0],
                       math.inf if truncate[1] is None else truncate[1])  # fmt: skip
    return raw_quantiles(kind, shape, u)


def raw_quantiles(kind: str, shape: Any, u: np.ndarray) -> np.ndarray:
    """Return the quantiles without truncation."""
    if kind == "value":
        return np.full(len(u), float(shape))
    if kind == "uniform":
        return shape[0] + u * (shape[1] - shape[0])
    if kind == "triangular":
        return triangular(u, *shape)
    if kind == "normal":
        return normal(u, shape.mean, shape.sd)
    if kind == "lognormal":
        return lognormal(u, shape.median, shape.spread)
    if kind == "bernoulli":
        return np.where(u > 1.0 - shape, 1.0, 0.0)
    if kind == "choice":
        edges = np.cumsum(shape.weights) / sum(shape.weights)
        return np.array(shape.values)[np.minimum(np.searchsorted(edges, u), len(edges) - 1)]
    return special(kind, shape, u)


def special(kind: str, shape: Any, u: np.ndarray) -> np.ndarray:
    """Return quantiles of the beta and the gamma distribution."""
    from scipy.special import betaincinv, gammaincinv

    if kind == "beta":
        return np.asarray(betaincinv(shape.a, shape.b, u))
    return np.asarray(gammaincinv(shape.shape, u)) / shape.rate


@njit(cache=True)
def triangular(u, low, mode, high):
    """Return quantiles of the triangular distribution."""
    values = np.empty(u.shape[0])
    turn = (mode - low) / (high - low)
    for index in range(u.shape[0]):
        if u[index] < turn:
            values[index] = low + math.sqrt(u[index] * (high - low) * (mode - low))
        else:
            values[index] = high - math.sqrt((1.0 - u[index]) * (high - low) * (high - mode))
    return values


@njit(cache=True)
def normal(u, mean, sd):
    """Return quantiles of the normal distribution."""
    values = np.empty(u.shape[0])
    for index in range(u.shape[0]):
        values[index] = mean + sd * standard_normal_quantile(u[index])
    return values


@njit(cache=True)
def lognormal(u, median, sigma):
    """Return quantiles of the lognormal distribution."""
    values = np.empty(u.shape[0])
    for index in range(u.shape[0]):
        values[index] = median * math.exp(sigma * standard_normal_quantile(u[index]))
    return values


def shares_at(kind: str, shape: Any, truncate: tuple[float | None, float | None]) -> tuple[float, float]:
    """Return the distribution function at both bounds of a truncation."""
    low, high = truncate
    return (
        0.0 if low is None else share_below(kind, shape, low),
        1.0 if high is None else share_below(kind, shape, high),
    )


def share_below(kind: str, shape: Any, x: float) -> float:
    """Return the distribution function at x, by scalar functions."""
    from scipy import special as sp

    if kind == "uniform":
        return min(1.0, max(0.0, (x - shape[0]) / (shape[1] - shape[0])))
    if kind == "triangular":
        return triangular_share(x, *shape)
    if kind == "normal":
        return 0.5 * (1.0 + math.erf((x - shape.mean) / shape.sd * SQRT_HALF))
    if kind == "lognormal":
        return 0.0 if x <= 0.0 else 0.5 * (1.0 + math.erf(math.log(x / shape.median) / shape.spread * SQRT_HALF))
    if kind == "beta":
        return float(sp.betainc(shape.a, shape.b, min(1.0, max(0.0, x))))
    if kind == "gamma":
        return float(sp.gammainc(shape.shape, max(0.0, x) * shape.rate))
    raise ValueError(f"{kind} cannot be truncated")


def triangular_share(x: float, low: float, mode: float, high: float) -> float:
    """Return the triangular distribution function."""
    if x <= low:
        return 0.0
    if x >= high:
        return 1.0
    if x < mode:
        return (x - low) ** 2 / ((high - low) * (mode - low))
    return 1.0 - (high - x) ** 2 / ((high - low) * (high - mode))
