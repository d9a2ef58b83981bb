"""Incidents at constant contact against the Poisson distribution."""

import math

import numpy as np
import pytest
from scipy import stats

from tests import naive, toys

RUNS, DAYS = 2000, 20


def counts_and_days(toy, runs=RUNS):
    """Return the number of incidents of every run, and the days of all incidents."""
    incidents = toys.ensemble_of(toy).simulate(5, 0, runs).incidents.to_pandas()
    return np.bincount(incidents["run"], minlength=runs), incidents["day"].to_numpy()


@pytest.mark.parametrize("rate", [0.05, 0.3, 2.0])
def test_count_is_poisson_with_the_stated_rate(rate):
    """Mean, variance and chi-square over 2,000 runs; 2 a day has several in many a tick."""
    mean = rate * DAYS
    counts, _ = counts_and_days(toys.contact(rate, DAYS))
    assert counts.mean() == pytest.approx(mean, abs=3.5 * math.sqrt(mean / RUNS))
    spread = math.sqrt((mean + 2 * mean * mean) / RUNS)  # of the sample variance of a Poisson count
    assert counts.var(ddof=1) == pytest.approx(mean, abs=3.5 * spread)
    edges = np.unique(stats.poisson.ppf([0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95], mean).astype(int))
    seen = np.histogram(counts, [-1, *(edges + 0.5), np.inf])[0]
    shares = np.diff(stats.poisson.cdf([-1, *edges, np.inf], mean))
    assert stats.chisquare(seen, shares * RUNS).pvalue > 0.001


def test_incidents_fall_evenly_in_time():
    """Given their number, the days of a Poisson process are uniform."""
    _, days = counts_and_days(toys.contact(0.3, DAYS))
    assert stats.kstest(days / DAYS, "uniform").pvalue > 0.001


def test_a_longer_tick_changes_no_day():
    """The hazard is exact for any tick: the same incidents at the same times."""
    fine = toys.changed(toys.contact(0.3, DAYS), lambda toy: toy.update(tick_hours=1))
    assert counts_and_days(fine, 200)[1] == pytest.approx(counts_and_days(toys.contact(0.3, DAYS), 200)[1])


def test_a_channel_thins_the_process():
    """With a working channel that halves the rate: counts like those of a thinned process."""

    def open_channel(toy):
        toy["rules"]["encounters"]["channel_factor"] = 0.5
        toy["channels"] = {
            "phone": {
                "between": ["red_hq", "green_hq"], "working": 1,
                "restored_per_day": 0, "suspended_by_strike_probability": 0,
            }
        }  # fmt: skip

    counts, _ = counts_and_days(toys.changed(toys.contact(0.3, DAYS), open_channel))
    thinned = [len(naive.poisson_times_by_thinning(lambda day: 0.15, 0.3, DAYS, seed)) for seed in range(RUNS)]
    error = math.sqrt(2 * 3.0 / RUNS)
    assert counts.mean() == pytest.approx(np.mean(thinned), abs=3.5 * error)
