"""Pushes and pauses of constant length on an empty line, against what the lengths and the interest imply."""

import numpy as np
import pytest
from scipy import stats

from tests import toys

LEG_DAYS = 37.0 / (11 * 0.9 * 0.7)
PAUSE_DAYS, RUNS = 2.0, 800


def finish_days(interest, **march):
    """Return the days on which the formation reaches the end of a line of four legs, by run."""

    def push_and_pause(toy):
        toy["horizon_days"] = 200
        toy["commands"]["red_hq"]["default_interest"] = interest
        toy["rules"] = {"march": {"push_days": 3, "pause_days": PAUSE_DAYS, "lowest_interest": 0.1} | march}

    runs = toys.ensemble_of(toys.changed(toys.line(), push_and_pause)).simulate(7, 0, RUNS).runs
    return runs.to_pandas()["finish_day"].to_numpy()


def test_at_full_interest_each_capture_starts_a_fresh_push():
    """One pause, at the start, and none after."""
    assert finish_days(1.0) == pytest.approx(np.full(RUNS, PAUSE_DAYS + 4 * LEG_DAYS))


def test_starting_on_a_fresh_push_there_is_no_pause_at_all():
    """With the probability given; a quarter of the runs go at once."""
    days = finish_days(1.0, pushing_at_start=0.25)
    assert set(np.round(days - 4 * LEG_DAYS, 9)) == {0.0, PAUSE_DAYS}
    assert (days < 1 + 4 * LEG_DAYS).mean() == pytest.approx(0.25, abs=3.5 * (0.25 * 0.75 / RUNS) ** 0.5)


@pytest.mark.parametrize(("interest", "drive"), [(0.25, 0.25), (0.0, 0.1)])
def test_low_interest_pauses_longer_and_exploits_less(interest, drive):
    """Each pause lasts 1 / drive times as long; of the three captures on the way as many pause as a binomial says."""
    pauses = np.round((finish_days(interest) - 4 * LEG_DAYS) / (PAUSE_DAYS / drive), 6)
    seen = [(pauses == 1 + count).sum() for count in range(4)]
    assert sum(seen) == RUNS
    assert stats.chisquare(seen, stats.binom.pmf(range(4), 3, 1 - drive) * RUNS).pvalue > 0.001
