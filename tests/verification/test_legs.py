"""The legs observed before the start, run as small scenarios: each rate inside the model's 90 % interval."""

import pytest

from calibration.back_cast import WIDEST, compared, legs

RUNS = 400


@pytest.mark.slow
@pytest.mark.parametrize("leg", legs(), ids=lambda leg: leg["leg"])
def test_an_observed_rate_lies_inside(leg):
    """The interval's ends differ by ten times at most."""
    row = compared(leg, RUNS)
    assert row["low"] <= row["observed"] <= row["high"] <= WIDEST * row["low"], row
