"""Which assumptions decide: how results differ between runs that drew an assumption low and runs that drew it high."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm, rankdata

from experiments.summary import names_of

PREFIX = "assumption:"
RUNS_A_TERM = 5
GROUPS = 20
RUNS_A_RANK = 3


def drawn(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the assumptions that were drawn (not constant), a column each, without those that repeat another."""
    columns = {name: runs[PREFIX + name] for name in names_of(runs, PREFIX)}
    kept: dict[str, pd.Series] = {}
    seen: set[bytes] = set()
    for name, values in columns.items():
        ranks = rankdata(values.to_numpy(float)).tobytes()
        if values.nunique() > 1 and ranks not in seen:
            seen.add(ranks)
            kept[name] = values
    return pd.DataFrame(kept)


def tipping(runs: pd.DataFrame, outcome: np.ndarray) -> pd.DataFrame:
    """Return the assumptions that move an outcome (float, one a run), the strongest first.

    Columns: assumption; low_value, high_value (their terciles); low, high (mean outcome of the runs in the lowest and
    highest third); difference; half (half width of its 95 % interval). Only those that stand out from chance even
    among as many as there are (Bonferroni at 5 %).
    """
    columns = ["assumption", "low_value", "high_value", "low", "high", "difference", "half"]
    assumptions = drawn(runs)
    listed = [third(str(name), assumptions[name].to_numpy(float), outcome) for name in assumptions]
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


def explained_share(runs: pd.DataFrame, outcome: np.ndarray) -> tuple[float, float] | None:
    """Return which share of an outcome's variance the assumptions explain by themselves, and its standard error.

    Adjusted R squared of a linear regression on the ranks of all assumptions: a lower bound, since it leaves out how
    assumptions work together. What is not explained is chance within a run, and such interplay. The error is that of
    the jackknife over GROUPS stretches of runs (Efron and Tibshirani 1993). None with too few runs, or where the
    outcome is the same in all.
    """
    assumptions = drawn(runs)
    total, terms = assumptions.shape
    if total < RUNS_A_RANK * (terms + 1) or outcome.std() == 0.0:
        return None
    ranks = np.column_stack([rankdata(assumptions[name]) / total - 0.5 for name in assumptions] or [np.zeros(total)])
    design = np.column_stack([np.ones(total), ranks, outcome])
    products = [part.T @ part for part in np.array_split(design, GROUPS)]
    sizes = [len(part) for part in np.array_split(design, GROUPS)]
    whole = np.sum(products, axis=0)
    without = [adjusted_r_squared(whole - product, total - size) for product, size in zip(products, sizes, strict=True)]
    error = np.sqrt((GROUPS - 1) / GROUPS * np.sum((np.array(without) - np.mean(without)) ** 2))
    return max(0.0, adjusted_r_squared(whole, total)), float(error)


def adjusted_r_squared(products: np.ndarray, total: int) -> float:
    """Return the adjusted R squared of a regression from its cross products: ones, terms and the outcome last."""
    inner, outer = products[:-1, :-1], products[:-1, -1]
    squares = products[-1, -1]
    spread = squares - outer[0] ** 2 / total
    if spread <= 0.0:
        return 0.0
    slopes, _, rank, _ = np.linalg.lstsq(inner, outer, rcond=None)
    left = max(0.0, float(squares - slopes @ outer))
    return 1.0 - (left / (total - rank)) / float(spread / (total - 1))
