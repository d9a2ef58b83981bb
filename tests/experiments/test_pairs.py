"""Changes between paired runs: known cases, coverage of the intervals, and what pairing wins."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, ttest_rel

from experiments.pairs import is_clear, mean_change, no_change, quantile_change, share_change
from sim.ensemble import Ensemble
from tests import toys

COMPARISONS, RUNS = 400, 100
CLASHES = "clashes:green-red:ground_clash"


# ---------------------------------------------------------------- cases small enough to reckon


def test_a_share_by_hand():
    """Of ten runs three gain and one loses: +0.2, interval of Bonett and Price."""
    base = np.array([1, 1, 0, 0, 0, 0, 0, 0, 0, 0], bool)
    other = np.array([1, 0, 1, 1, 1, 0, 0, 0, 0, 0], bool)
    found = share_change(base, other)
    up, down = 4 / 12, 2 / 12
    half = 1.959964 * math.sqrt((up + down - (up - down) ** 2) / 12)
    assert (found["base"], found["other"], found["difference"]) == (0.2, 0.4, 0.2)
    assert (found["low"], found["high"]) == pytest.approx((up - down - half, up - down + half), abs=1e-5)
    assert found["variance_reduction"] == pytest.approx((0.16 + 0.24) / 0.36, abs=0.005)


def test_a_mean_has_the_interval_of_the_paired_t_test():
    """As scipy's."""
    rng = np.random.default_rng(1)
    base = rng.gamma(2.0, 3.0, 40)
    other = base + rng.normal(0.5, 1.0, 40)
    expected = ttest_rel(other, base).confidence_interval()
    found = mean_change(base, other)
    assert (found["low"], found["high"]) == pytest.approx((expected.low, expected.high), abs=1e-5)


def test_a_quantile_beyond_the_horizon_has_no_change():
    """Half of the runs arrive: the median is known, the 95 % day is not; near the edge only the interval is open."""
    days = np.where(np.arange(100) < 60, np.arange(100.0), np.nan)
    assert quantile_change(days, days + 1, 0.95)["difference"] is None
    assert quantile_change(days, days + 1, 0.25)["difference"] == 1.0
    edge = quantile_change(days, days + 1, 0.55)
    assert edge["difference"] == 1.0 and edge["low"] is None


@given(st.lists(st.one_of(st.floats(0, 100), st.just(math.nan)), min_size=2, max_size=50), st.floats(0.05, 0.95))
def test_runs_that_do_not_differ_have_no_change(days, level):
    """Zero with an interval of no width for days and means; a share's says what so few runs cannot exclude."""
    values = np.array(days)
    found = quantile_change(values, values, level)
    assert found["difference"] in (0.0, None) and found["low"] in (0.0, None) and found["high"] in (0.0, None)
    filled = np.nan_to_num(values)
    assert mean_change(filled, filled)["low"] == mean_change(filled, filled)["high"] == 0.0
    share = share_change(filled > 50, filled > 50)
    assert share["difference"] == 0.0 and share["low"] == -share["high"] and not is_clear(share)
    assert no_change(share)["high"] == 0.0


# ---------------------------------------------------------------- 400 comparisons whose true difference is known


def blocks(toy, column):
    """Return a column of the runs of a toy, one comparison a row (float, NaN: not by the horizon)."""
    runs = Ensemble(toys.scenario_of(toy)).simulate(3, 0, COMPARISONS * RUNS).runs
    return np.array(runs[column].to_pylist()).reshape(-1, RUNS)


def coarse(toy, horizon_days):
    """Return a toy with ticks of a day (arrivals are exact all the same) and another horizon."""
    return toy | {"tick_hours": 24, "horizon_days": horizon_days}


def line(**rate):
    """Return a line on which tempo is lognormal and the push rate as given; every run reaches its finish."""
    toy = coarse(toys.line(), 250)
    toy["sides"]["red"]["push_rate_km_per_day"] = rate or 11
    toy["formations"]["r"]["tempo"] = {"lognormal": {"median": 1.0, "sigma": TEMPO_SIGMA}}
    return toy


def duel(median):
    """Return the duel with the first contestant's median tempo."""
    toy = coarse(toys.duel(), 150)
    toy["formations"]["r"]["tempo"] = {"lognormal": {"median": median, "sigma": 0.3}}
    return toy


def first_wins(median):
    """Return P(the first contestant of the duel wins), in closed form (scenarios/README.md)."""
    return float(norm.cdf((math.log(10 * median) - math.log(9 * 1.2)) / math.hypot(0.3, 0.2)))


MEDIAN_DAYS = 4 * 37.0 / (11 * 0.7)  # of the line at tempo 1
FASTER, TEMPO_SIGMA, RATE_SIGMA = 1.1, 0.3, 0.2


@pytest.fixture(scope="module")
def changes():
    """Return, for each measure, (true difference, base, other, what gives the change of one comparison)."""
    faster = line(lognormal={"median": 11 * FASTER, "sigma": RATE_SIGMA})
    days = blocks(line(), "finish_day:main:r"), blocks(faster, "finish_day:main:r")
    sigmas = TEMPO_SIGMA, math.hypot(TEMPO_SIGMA, RATE_SIGMA)
    means = [MEDIAN_DAYS / rate * math.exp(s * s / 2) for rate, s in zip((1.0, FASTER), sigmas, strict=True)]
    quarters = [
        MEDIAN_DAYS / rate * math.exp(norm.ppf(0.25) * s) for rate, s in zip((1.0, FASTER), sigmas, strict=True)
    ]
    wins = [blocks(duel(median), "winner") == "r" for median in (1.0, 1.15)]
    counts = [blocks(coarse(toys.contact(rate), 20), CLASHES).astype(float) for rate in (0.3, 0.4)]
    return {
        "mean": (means[1] - means[0], *days, mean_change),
        "quantile": (quarters[1] - quarters[0], *days, lambda a, b: quantile_change(a, b, 0.25)),
        "share": (first_wins(1.15) - first_wins(1.0), *wins, share_change),
        "count": (20 * 0.1, *counts, mean_change),
    }


@pytest.mark.slow
@pytest.mark.xdist_group("comparisons")
@pytest.mark.parametrize("measure", ["mean", "quantile", "share", "count"])
def test_intervals_hold_the_true_difference_in_95_of_100_comparisons(changes, measure):
    """Between 93 and 97 % of 400 comparisons of 100 runs each."""
    truth, base, other, change = changes[measure]
    found = [change(a, b) for a, b in zip(base, other, strict=True)]
    covered = np.mean([one["low"] <= truth <= one["high"] for one in found])
    assert 0.93 <= covered <= 0.97


@pytest.mark.slow
@pytest.mark.xdist_group("comparisons")
@pytest.mark.parametrize("measure", ["mean", "quantile", "share", "count"])
def test_the_variance_reduction_is_that_against_unpaired_runs(changes, measure):
    """Differences between blocks of other run numbers vary as much more as every comparison says on average."""
    _, base, other, change = changes[measure]
    paired = [change(a, b)["difference"] for a, b in zip(base, other, strict=True)]
    unpaired = [change(a, b)["difference"] for a, b in zip(base, np.roll(other, 1, axis=0), strict=True)]
    told = np.median([change(a, b)["variance_reduction"] for a, b in zip(base, other, strict=True)])
    assert told == pytest.approx(np.var(unpaired) / np.var(paired), rel=0.3)
    assert told > 1.0
