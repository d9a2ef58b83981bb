"""Tension after one jump against exponential decay."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.tension import raise_by
from sim.world.start import kept_share
from sim.world.tables import TENSION
from tests import naive, toys


def strained(level=0.2, jump=0.5, half_life_days=8.0, day=3):
    """Return a toy without incidents in which an event raises a tension on a day."""

    def strain(toy):
        toy["tensions"] = {
            "t": {"between": ["red_hq", "green_hq"], "level": level, "jump": 0.1, "half_life_days": half_life_days}
        }
        toy["events"] = {"quarrel": {"title": "quarrel", "day": day, "effects": [{"tension": "t", "jump": jump}]}}

    return toys.changed(toys.contact(0.0, 20), strain)


def test_a_jump_fades_with_its_half_life():
    """Level at the horizon: decay, jump towards 1, decay."""
    before = naive.decayed(0.2, 8.0, 3)
    expected = naive.decayed(before + 0.5 * (1 - before), 8.0, 17)
    assert toys.ensemble_of(strained()).replay(1, 0).tensions[0].level == pytest.approx(expected, rel=1e-12)


def test_the_tick_plays_no_part():
    """Hourly ticks give the same level."""
    fine = toys.changed(strained(), lambda toy: toy.update(tick_hours=1))
    levels = [toys.ensemble_of(toy).replay(1, 0).tensions[0].level for toy in (strained(), fine)]
    assert levels[0] == pytest.approx(levels[1], rel=1e-12)


@given(st.floats(0, 1), st.floats(0.1, 100), st.floats(0, 50), st.floats(0, 1))
def test_fade_and_jump_equal_their_plain_twins(level, half_life_days, days, jump):
    """One record: it fades exponentially, a jump never passes 1."""
    tensions = np.zeros(1, TENSION)
    tensions["level"] = level
    tensions["level"] *= kept_share(half_life_days, days)
    assert tensions[0].level == pytest.approx(naive.decayed(level, half_life_days, days), rel=1e-9, abs=1e-300)
    raise_by(tensions, 0, jump)
    assert 0.0 <= tensions[0].level <= 1.0
