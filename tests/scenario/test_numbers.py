"""Truncation: what cannot be cut, or would leave nothing, is refused when it is read and not when it is drawn."""

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from sim.scenario.numbers import Positive, Quantity, Share


@pytest.mark.parametrize(
    "written, said",
    [
        ({"value": 5, "truncate": [0, 1]}, "truncate: found with value, one of uniform, triangular"),
        ({"bernoulli": 0.5, "truncate": [0, 1]}, "truncate: found with bernoulli"),
        ({"choice": {"values": [0, 1], "weights": [1, 1]}, "truncate": [None, 0.5]}, "truncate: found with choice"),
        ({"uniform": [2, 3], "truncate": [0, 1]}, "leave nothing of uniform"),
        ({"normal": {"mean": -500, "sd": 1}, "truncate": [0, None]}, "leave nothing of normal"),
        ({"beta": {"a": 2, "b": 2}, "truncate": [1, 0]}, "low below high"),
    ],
)
def test_a_truncation_that_cannot_be(written, said):
    with pytest.raises(ValidationError, match=said):
        Quantity.model_validate(written)


@pytest.mark.parametrize(
    "kind, written",
    [
        (Share, {"lognormal": {"median": 0.5, "sigma": 1}, "truncate": [None, 1]}),
        (Share, {"normal": {"mean": 0.5, "sd": 0.3}, "truncate": [0, 1]}),
        (Positive, {"gamma": {"shape": 2, "rate": 3}, "truncate": [0.5, None]}),
        (Share, {"uniform": [-1, 2], "truncate": [0, 1]}),
    ],
)
def test_a_truncated_number_stays_inside(kind, written):
    number = TypeAdapter(kind).validate_python(written)
    low, high = number.support()
    drawn = number.quantiles(np.linspace(1e-6, 1.0 - 1e-6, 1001))
    assert (drawn >= low).all() and (drawn <= high).all()
    assert (np.diff(drawn) >= 0.0).all() and drawn[0] < drawn[-1]
