"""The numbers of a batch, against scipy, numpy and cases small enough to count."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from experiments.summary import censored_quantile, clash_summary, race_summary, wilson

MANIFEST = {
    "contestants": {"a": {"side": "red"}, "b": {"side": "red"}, "c": {"side": "green"}},
    "races": {"main": {"headline": True, "contestants": ["a", "b", "c"]}},
}


@given(st.integers(1, 5000), st.floats(0, 1))
def test_wilson_is_that_of_scipy(total, share):
    """Also for none and for all."""
    for count in {0, round(share * total), total}:
        expected = binomtest(count, total).proportion_ci(0.95, "wilson")
        assert wilson(count, total) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_wilson_takes_arrays():
    """An interval for each count."""
    low, high = wilson(np.array([0, 3, 10]), 10)
    assert low.shape == high.shape == (3,) and low[0] == pytest.approx(0.0) and high[2] == pytest.approx(1.0)


@given(st.lists(st.floats(0, 190), min_size=1, max_size=60), st.integers(0, 60), st.floats(0.01, 0.99))
def test_a_quantile_counts_runs_that_never_arrive(days, missing, level):
    """As numpy's inverted distribution function with those runs at infinity."""
    found = censored_quantile(np.sort(days), len(days) + missing, level)
    expected = np.quantile([*days, *[np.inf] * missing], level, method="inverted_cdf")
    assert found == (pytest.approx(expected, abs=1e-6) if np.isfinite(expected) else None)


def runs_of(winners, sides):
    """Return a table of runs in which only c, or nobody, ever finishes."""
    day = [10.0 if one == "c" else np.nan for one in winners]
    none = [np.nan] * len(winners)
    return pd.DataFrame(
        {"winner:main": winners, "winner_side:main": sides, "finish_day:main:a": none, "finish_day:main:b": none,
         "finish_day:main:c": day}
    )  # fmt: skip


def test_every_run_is_in_the_denominator():
    """A tie of one side's contestants is that side's; nobody counts; shares add up to 1."""
    runs = runs_of(["a", "tie", "c", "nobody"], ["red", "red", "green", "nobody"])
    found = race_summary(runs, "main", MANIFEST)
    shares = {one: entry["share"] for one, entry in found["first"].items()}
    assert shares == {"a": 0.25, "b": 0.0, "c": 0.25, "tie": 0.25, "nobody": 0.25}
    by_side = {one: entry["share"] for one, entry in found["first_by_side"].items()}
    assert by_side == {"red": 0.5, "green": 0.25, "tie": 0.0, "nobody": 0.25}
    assert found["finish"]["c"]["share"] == 0.25 and found["finish"]["c"]["q50"] is None
    assert found["finish"]["c"]["q25"] == 10.0


def test_one_run_in_which_nobody_arrives():
    """The smallest batch has a summary."""
    found = race_summary(runs_of(["nobody"], ["nobody"]), "main", MANIFEST)
    assert found["first"]["nobody"]["share"] == 1.0 and found["finish"]["a"]["q05"] is None


def test_clashes_add_up_over_kinds():
    """Mean a run, and the share of runs with any."""
    runs = pd.DataFrame({"clashes:green-red:strike": [0, 2, 0, 0], "clashes:green-red:shelling": [0, 1, 3, 0]})
    found = clash_summary(runs)["green-red"]
    assert found["strike"]["mean"] == 0.5 and found["shelling"]["mean"] == 1.0
    assert found["all"]["mean"] == 1.5 and found["all"]["any"]["share"] == 0.5
    assert found["all"]["low"] < 1.5 < found["all"]["high"]
