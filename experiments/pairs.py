"""The change of a number between two scenarios with the same luck: difference, paired interval, what pairing won.

Run 17 of a seed has the same draws in every scenario, so the two results of one run number are a pair, and pairs are
independent of each other. Everything here takes two arrays of the same runs in the same order, base first. Runs in
which something does not happen by the horizon stay in every denominator.
"""

import math
from typing import Any

import numpy as np
from scipy.stats import t

from experiments.summary import NORMAL_975, censored_quantile, rounded

Change = dict[str, Any]


def change(base: float | None, other: float | None, half: float | None, centre: float | None = None) -> Change:
    """Return one change as summary.json holds it: all but `variance_reduction`.

    `half`: half width of the interval round `centre` (default: the difference itself), None where it is open.
    """
    if base is None or other is None:
        return {"base": base, "other": other, "difference": None, "low": None, "high": None}
    difference = other - base
    middle = difference if centre is None else centre
    low, high = (None, None) if half is None else (rounded(middle - half), rounded(middle + half))
    return {"base": rounded(base), "other": rounded(other), "difference": rounded(difference), "low": low, "high": high}


def reduction(unpaired: float, paired: float) -> float | None:
    """Return how many times smaller the paired variance is, None where it is zero."""
    return round(unpaired / paired, 2) if paired > 0.0 else None


def mean_change(base: np.ndarray, other: np.ndarray) -> Change:
    """Return the change of a mean with the paired t interval. `base`, `other`: float, one a run."""
    differences = other - base
    total = len(differences)
    paired = float(differences.var(ddof=1)) if total > 1 else 0.0
    half = float(t.ppf(0.975, max(total - 1, 1))) * math.sqrt(paired / total)
    found = change(float(base.mean()), float(other.mean()), half)
    unpaired = float(base.var(ddof=1) + other.var(ddof=1)) if total > 1 else 0.0
    return {**found, "variance_reduction": reduction(unpaired, paired)}


def share_change(base: np.ndarray, other: np.ndarray) -> Change:
    """Return the change of a share with the interval of Bonett and Price (2012) from the paired counts.

    `base`, `other`: bool, one a run. Adding one to each count of runs that differ keeps the interval honest where
    few runs do: with none in n it reaches from -2.8 / n to 2.8 / n. It ends where shares do, at -1 and 1.
    """
    total = len(base)
    gained, lost = int((other & ~base).sum()), int((base & ~other).sum())
    up, down = (gained + 1) / (total + 2), (lost + 1) / (total + 2)
    half = NORMAL_975 * math.sqrt((up + down - (up - down) ** 2) / (total + 2))
    found = change(float(base.mean()), float(other.mean()), half, centre=up - down)
    paired = (gained + lost - (gained - lost) ** 2 / total) / total
    unpaired = float(base.var() + other.var())
    within = {end: min(1.0, max(-1.0, found[end])) for end in ("low", "high")}
    return {**found, **within, "variance_reduction": reduction(unpaired, paired)}


def quantile_change(base: np.ndarray, other: np.ndarray, level: float) -> Change:
    """Return the change of a quantile of days (NaN: not by the horizon), at `level` (0 to 1).

    Standard errors of the two quantiles from the spread of order statistics (Woodruff 1952); their correlation is
    that of "by its own quantile" in the two scenarios, as Bahadur's representation has it. Difference and interval are
    None where a quantile lies beyond the horizon, the interval alone where only the spread reaches it.
    """
    days = [np.sort(one[~np.isnan(one)]) for one in (base, other)]
    found = [censored_quantile(one, len(base), level) for one in days]
    errors = [quantile_error(one, len(base), level) for one in days]
    if None in found or None in errors:
        return {**change(found[0], found[1], None), "variance_reduction": None}
    early = [np.nan_to_num(one, nan=np.inf) <= at for one, at in zip((base, other), found, strict=True)]
    unpaired = errors[0] ** 2 + errors[1] ** 2  # type: ignore[operator]
    if np.array_equal(base, other, equal_nan=True):
        return {**change(found[0], found[1], 0.0), "variance_reduction": reduction(unpaired, 0.0)}
    together = errors[0] * errors[1] * correlation(*early)  # type: ignore[operator]
    half = NORMAL_975 * math.sqrt(max(unpaired - 2.0 * together, 0.0))
    return {**change(found[0], found[1], half), "variance_reduction": reduction(unpaired, unpaired - 2.0 * together)}


def quantile_error(arrived: np.ndarray, total: int, level: float) -> float | None:
    """Return the standard error of a quantile (days), None where its interval reaches beyond the horizon.

    `arrived`: sorted days of the runs that arrive, of `total`.
    """
    reach = NORMAL_975 * math.sqrt(total * level * (1.0 - level))
    low, high = max(total * level - reach - 0.5, 0.0), total * level + reach - 0.5
    if high > len(arrived) - 1:
        return None
    between = np.interp([low, high], np.arange(len(arrived)), arrived)
    return float(between[1] - between[0]) / (2.0 * NORMAL_975)


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Return the correlation of two bool arrays, counting one run of each kind that differs where there is none.

    So it never is 1 while the days themselves differ, for which the indicators alone are too coarse to tell.
    """
    both, neither = float((one & other).sum()), float((~one & ~other).sum())
    gained, lost = max(float((other & ~one).sum()), 1.0), max(float((one & ~other).sum()), 1.0)
    margins = (both + lost) * (neither + gained) * (both + gained) * (neither + lost)
    return (both * neither - gained * lost) / math.sqrt(margins)


def no_change(found: Change) -> Change:
    """Return a change between a scenario and itself: zero, and certain."""
    if found["difference"] is None:
        return found
    return {**found, "difference": 0.0, "low": 0.0, "high": 0.0, "variance_reduction": None}


def is_clear(found: Change) -> bool:
    """Return whether a change's interval leaves zero out."""
    return found["low"] is not None and (found["low"] > 0.0 or found["high"] < 0.0)


def strength(found: Change) -> float:
    """Return the distance of a change from zero in half widths of its interval, 0 where it has none."""
    if found["low"] is None or found["high"] <= found["low"]:
        return 0.0
    return abs(found["high"] + found["low"]) / (found["high"] - found["low"])
