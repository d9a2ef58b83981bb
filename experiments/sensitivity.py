"""Which assumptions decide: how results differ between runs that drew an assumption low and runs that drew it high."""

import hashlib
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.linalg import solve_triangular
from scipy.stats import norm, rankdata

from experiments.summary import names_of

PREFIX = "assumption:"
RUNS_A_TERM = 5
GROUPS = 20
RUNS_A_RANK = 3
LEAST_OF_ITS_OWN = 1e-9  # share of a term's squares that terms before it do not explain


class Drawn(NamedTuple):
    """The assumptions that were drawn (not constant) in some runs, without those that repeat another.

    `values`: one a run, for each of `names`; `ranks`: theirs from 1, equal ones their mean (runs x assumptions).
    """

    names: list[str]
    values: list[np.ndarray]
    ranks: np.ndarray


def drawn(runs: pd.DataFrame) -> Drawn:
    """Return what was drawn in a table of runs."""
    names: list[str] = []
    columns: list[np.ndarray] = []
    ranked: dict[bytes, np.ndarray] = {}
    for name in names_of(runs, PREFIX):
        values = runs[PREFIX + name].to_numpy(float)
        if np.ptp(values) > 0.0:
            ranks = rankdata(values)
            if (key := hashlib.sha256(ranks).digest()) not in ranked:
                ranked[key] = ranks.astype(np.float32)  # exact: whole and half numbers
                names.append(name)
                columns.append(values)
    nothing = np.empty((len(runs), 0), np.float32)
    return Drawn(names, columns, np.column_stack([nothing, *ranked.values()]))


def tipping(assumptions: Drawn, outcome: np.ndarray) -> pd.DataFrame:
    """Return the assumptions that move an outcome (float, one a run), the strongest first.

    Columns: assumption; low_value, high_value (their terciles); low, high (mean outcome of the runs in the lowest and
    highest third); difference; half (half width of its 95 % interval). Only those that stand out from chance even
    among as many as there are (Bonferroni at 5 %).
    """
    columns = ["assumption", "low_value", "high_value", "low", "high", "difference", "half"]
    listed = [third(name, values, outcome) for name, values in zip(assumptions.names, assumptions.values, strict=True)]
    bar = float(norm.ppf(1.0 - 0.025 / max(1, len(listed)))) / float(norm.ppf(0.975))
    found = [one for one in listed if one is not None and abs(one["difference"]) > bar * one["half"]]
    found.sort(key=lambda one: -abs(one["difference"]) / one["half"])
    return pd.DataFrame(found, columns=columns)


def third(name: str, values: np.ndarray, outcome: np.ndarray) -> dict[str, Any] | None:
    """Return how an outcome differs between lowest and highest third of an assumption; None for too few runs."""
    low_value, high_value = np.quantile(values, [1.0 / 3.0, 2.0 / 3.0])
    low, high = outcome[values <= low_value], outcome[values >= high_value]
    if low_value == high_value or min(len(low), len(high)) < RUNS_A_TERM:
        return None
    error = np.sqrt(low.var(ddof=1) / len(low) + high.var(ddof=1) / len(high))
    if error == 0.0:
        return None
    return {
        "assumption": name, "low_value": float(low_value), "high_value": float(high_value), "low": float(low.mean()),
        "high": float(high.mean()), "difference": float(high.mean() - low.mean()),
        "half": float(norm.ppf(0.975) * error),
    }  # fmt: skip


def explained_shares(assumptions: Drawn, outcomes: list[np.ndarray]) -> list[tuple[float, float] | None]:
    """Return which share of each outcome's variance the assumptions explain by themselves, and its standard error.

    Adjusted R squared of a linear regression on the ranks of all assumptions: a lower bound, since it leaves out how
    assumptions work together. What is not explained is chance within a run, and such interplay. The error is that of
    the jackknife over GROUPS stretches of runs (Efron and Tibshirani 1993). None with too few runs, or where the
    outcome is the same in all.
    """
    total, terms = assumptions.ranks.shape
    if total < RUNS_A_RANK * (terms + 1):
        return [None] * len(outcomes)
    parts = np.array_split(np.arange(total), GROUPS)
    products = [
        cross_products(assumptions.ranks[part] / total - 0.5, [one[part] for one in outcomes]) for part in parts
    ]
    whole = np.sum(products, axis=0)
    shares = adjusted_r_squared(whole, total, len(outcomes))
    without = np.array([
        adjusted_r_squared(whole - product, total - len(part), len(outcomes))
        for part, product in zip(parts, products, strict=True)
    ])  # fmt: skip
    errors = np.sqrt((GROUPS - 1) / GROUPS * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
    return [
        (max(0.0, float(share)), float(error)) if outcome.std() > 0.0 else None
        for outcome, share, error in zip(outcomes, shares, errors, strict=True)
    ]


def cross_products(terms: np.ndarray, outcomes: list[np.ndarray]) -> np.ndarray:
    """Return the cross products of a column of ones, the terms (runs x terms) and, last, the outcomes."""
    design = np.column_stack([np.ones(len(terms)), terms, *outcomes])
    return design.T @ design


def adjusted_r_squared(products: np.ndarray, total: int, outcomes: int) -> np.ndarray:
    """Return the adjusted R squared of each of `outcomes` regressions on the same terms, 0 of a constant.

    `products`: as of `cross_products`, over `total` runs.
    """
    inner, outer = products[:-outcomes, :-outcomes], products[:-outcomes, -outcomes:]
    squares = np.diag(products)[-outcomes:]
    spreads = squares - outer[0] ** 2 / total
    rank, explained = explained_squares(inner, outer)
    left = np.maximum(0.0, squares - explained) / (total - rank)
    varies = spreads > 0.0
    return np.where(varies, 1.0 - left / (np.where(varies, spreads, 1.0) / (total - 1)), 0.0)


def explained_squares(inner: np.ndarray, outer: np.ndarray) -> tuple[int, np.ndarray]:
    """Return the rank of the terms, and the sum of squares of each outcome that they explain.

    `inner`: products of terms with each other; `outer`: with the outcomes. Terms that others make up add nothing: where
    there are such, squares are summed over the axes along which the terms vary.
    """
    try:
        lower = np.linalg.cholesky(inner)
    except np.linalg.LinAlgError:
        lower = np.zeros_like(inner)
    if (np.diag(lower) ** 2 > LEAST_OF_ITS_OWN * np.diag(inner)).all():
        return len(inner), (solve_triangular(lower, outer, lower=True) ** 2).sum(axis=0)
    along, axes = np.linalg.eigh(inner)
    kept = along > len(along) * np.finfo(float).eps * along.max()
    return int(kept.sum()), ((axes[:, kept].T @ outer) ** 2 / along[kept, None]).sum(axis=0)
