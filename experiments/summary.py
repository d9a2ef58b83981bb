"""The numbers of a batch: who is first, when, how often they clash, each with its Monte Carlo error.

All runs stand in every denominator: a run in which nobody arrives by the horizon is a result like any other.
"""

import math
from collections.abc import Iterator
from itertools import batched
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from experiments.tables import Columns

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
CLASH_KINDS = ("strike", "shelling", "shoot_down", "ground_clash")
PLACES = 6
COLUMNS_AT_ONCE = 4
NORMAL_975 = NormalDist().inv_cdf(0.975)

Summary = dict[str, Any]
type Runs = "pd.DataFrame | Columns"


def summarise(runs: Runs, manifest: dict[str, Any], failed_runs: int = 0) -> Summary:
    """Return what summary.json holds.

    `runs`: the table of runs, whole or column by column; `manifest`: the batch's manifest; `failed_runs`: how many
    raised, and stand in no table. Shares carry Wilson 95 % intervals; quantiles are of
    the distribution censored at the horizon, null where fewer runs than that arrive; means carry standard errors.
    """
    return {
        "scenario": manifest["scenario"],
        "scenario_hash": manifest["scenario_hash"],
        "seed": manifest["seed"],
        "runs": len(runs),
        "failed_runs": failed_runs,
        "horizon_days": manifest["horizon_days"],
        "races": {race: race_summary(runs, race, manifest) for race in manifest["races"]},
        "milestones": {name: arrival(days) for name, days in columns_of(runs, "arrival_day:")},
        "clashes": clash_summary(runs),
        "fired": {name: share(times.gt(0)) for name, times in columns_of(runs, "fired:")},
        "days": {name: mean(days) for name, days in columns_of(runs, "days:")},
    }


def names_of(runs: Runs, prefix: str) -> list[str]:
    """Return what follows a prefix in the names of columns, in order."""
    return [str(name).removeprefix(prefix) for name in runs.columns if str(name).startswith(prefix)]


def columns_of(runs: Runs, prefix: str) -> "Iterator[tuple[str, pd.Series[float]]]":
    """Yield what follows a prefix in the names of columns, and those columns, in order; some are read at a time."""
    for names in batched(names_of(runs, prefix), COLUMNS_AT_ONCE):
        found = runs[[prefix + name for name in names]]
        for name in names:
            yield name, found[prefix + name]


def rounded(value: float) -> float | None:
    """Return a number to six decimals, None for one that is not finite."""
    return round(float(value), PLACES) if math.isfinite(value) else None


def wilson(counts: "np.ndarray | int", total: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the Wilson 95 % intervals of shares: (low, high), each of the shape of `counts`.

    The same as scipy's `binomtest(...).proportion_ci(method="wilson")`, which takes 0.3 ms for each share.
    """
    z2, shares = NORMAL_975**2, np.asarray(counts) / total
    middle = (shares + z2 / (2 * total)) / (1 + z2 / total)
    half = NORMAL_975 / (1 + z2 / total) * np.sqrt(shares * (1 - shares) / total + z2 / (4 * total**2))
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def share(happened: "pd.Series[bool]") -> Summary:
    """Return the share of runs in which something happened, with its interval."""
    count, total = int(happened.sum()), len(happened)
    low, high = wilson(count, total)
    return {"share": rounded(count / total), "low": rounded(float(low)), "high": rounded(float(high)), "runs": count}


def mean(values: "pd.Series[float]") -> Summary:
    """Return a mean over all runs with its 95 % interval."""
    middle = float(values.mean())
    error = float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    half = NORMAL_975 * error
    return {"mean": rounded(middle), "low": rounded(middle - half), "high": rounded(middle + half)}


def arrival(days: "pd.Series[float]") -> Summary:
    """Return the share of runs with an arrival by the horizon, and quantiles of its day over all runs."""
    arrived = np.sort(days.dropna().to_numpy())
    quantiles = {f"q{round(100 * level):02d}": censored_quantile(arrived, len(days), level) for level in QUANTILES}
    return {**share(days.notna()), **quantiles}


def censored_quantile(arrived: np.ndarray, total: int, level: float) -> float | None:
    """Return the smallest day by which a share `level` of all `total` runs has arrived, None if it never is.

    Since every run that is censored is censored at the horizon, this is the quantile of the Kaplan-Meier estimate.
    """
    position = math.ceil(level * total - 1e-9) - 1
    return rounded(arrived[max(position, 0)]) if max(position, 0) < len(arrived) else None


def race_summary(runs: Runs, race: str, manifest: dict[str, Any]) -> Summary:
    """Return who is first in a race, by contestant and by side, and when each contestant finishes."""
    winners = runs[f"winner:{race}"]
    contestants = manifest["races"][race]["contestants"]
    sides = list(dict.fromkeys(manifest["contestants"][one]["side"] for one in contestants))
    by_side = runs[f"winner_side:{race}"]
    return {
        "headline": manifest["races"][race]["headline"],
        "first": {one: share(winners.eq(one)) for one in [*contestants, "tie", "nobody"]},
        "first_by_side": {side: share(by_side.eq(side)) for side in [*sides, "tie", "nobody"]},
        "finish": {one: arrival(runs[f"finish_day:{race}:{one}"]) for one in contestants},
    }


def clash_summary(runs: Runs) -> Summary:
    """Return clashes a run by pair of sides and kind, and the share of runs with any."""
    kinds_of: dict[str, list[str]] = {}
    for name in names_of(runs, "clashes:"):
        pair, kind = name.rsplit(":", 1)
        kinds_of.setdefault(pair, []).append(kind)
    found: Summary = {}
    for pair, kinds in kinds_of.items():
        counts = runs[[f"clashes:{pair}:{kind}" for kind in kinds]]
        total = counts.sum(axis=1)
        found[pair] = {kind: mean(counts[f"clashes:{pair}:{kind}"]) for kind in kinds}
        found[pair]["all"] = {**mean(total), "any": share(total.gt(0))}
    return found
