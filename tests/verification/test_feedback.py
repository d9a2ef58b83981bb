"""Incidents raise tension and tension raises incidents: the feedback stays below one."""

import math

import pytest

from sim.scenario.loading import load
from tests.verification.conftest import runs_of


def incidents_of(runs):
    """Return the mean number of incidents a run."""
    return runs["fired:incident"].mean()


@pytest.mark.slow
def test_branching_ratio_is_below_one(baseline):
    """With n incidents set off by each, feedback multiplies their number by 1 / (1 - n).

    The levels at the start, too, raise incidents with the feedback and not without, so this n is an upper bound.
    """
    with_feedback = incidents_of(runs_of(baseline))
    without = incidents_of(runs_of(load("june_2017", ["rules.tension.feedback=0"])))
    ratio = 1.0 - without / with_feedback
    assert 0.0 < ratio < 0.6


def test_the_cap_never_binds(baseline):
    """Tension saturates at 1, where the factor is exp(feedback): below the cap in every run."""
    rules = baseline.model.rules.tension
    assert math.exp(rules.feedback.constant) < rules.highest_factor.constant
