"""Two contestants with lognormal tempos against the closed-form probability of being first."""

import math
import statistics

import pytest

from tests import toys

RUNS = 4000


def test_probability_of_being_first_is_that_of_two_lognormals():
    """P(r first) = Phi((ln of r's median speed - ln of q's) / sqrt(sigma_r^2 + sigma_q^2))."""
    winner = toys.ensemble_of(toys.duel()).simulate(11, 0, RUNS).runs.to_pandas()["winner"]
    expected = statistics.NormalDist().cdf(math.log(10 * 1.0 / (9 * 1.2)) / math.hypot(0.3, 0.2))
    error = math.sqrt(expected * (1 - expected) / RUNS)
    assert set(winner) == {"r", "q"}
    assert (winner == "r").mean() == pytest.approx(expected, abs=3 * error)


@pytest.mark.parametrize("early", ["r", "q"])
def test_within_one_tick_the_earlier_exact_time_wins(early):
    """Two that arrive within one tick: the earlier exact time is first, whichever row comes first."""

    def both_in_one_tick(toy):
        for one, rate in (("r", 10.0), ("q", 9.0)):
            day = 20.05 if one == early else 20.15
            toy["formations"][one]["tempo"] = 200.0 / (rate * day)

    runs = toys.ensemble_of(toys.changed(toys.duel(), both_in_one_tick)).simulate(1, 0, 1).runs.to_pandas()
    assert runs["finish_day"].item() == pytest.approx(20.05, abs=1e-9)
    assert runs["winner"].item() == early
