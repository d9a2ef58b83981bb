"""Days of supply on a line of road against the closed form."""

import pytest

from tests import toys

TICK = 0.25


def supply_days(toy):
    """Return the formation's days of supply at the horizon."""
    return toys.ensemble_of(toy).replay(1, 0).formations[0].supply_days


def test_halted_at_a_distance_from_base():
    """start + (refill / (1 + 80 km / 160 km) - use) x days."""
    expected = 6.0 + (0.5 / (1 + 80 / 160) - 0.7) * 10
    assert supply_days(toys.supply_line(10)) == pytest.approx(expected, rel=1e-12)


def test_never_below_zero_nor_above_the_stock():
    """Long enough without, and long enough at the base."""
    assert supply_days(toys.supply_line(60)) == 0.0

    def at_base(toy):
        toy["formations"]["r"]["start"] = "a"
        toy["rules"]["supply"]["refill_days_per_day"] = 2

    assert supply_days(toys.changed(toys.supply_line(60), at_base)) == 12.0


def test_without_bases_the_refill_is_that_of_a_base():
    """A side that names no bases is supplied everywhere."""
    toy = toys.changed(toys.supply_line(10), lambda toy: toy["sides"]["red"].pop("bases"))
    assert supply_days(toy) == pytest.approx(6.0 + (0.5 - 0.7) * 10, rel=1e-12)


def test_air_supply_adds_up():
    """What comes by air comes at any distance."""

    def by_air(toy):
        toy["formations"]["r"]["air_supply_days_per_day"] = 0.3

    expected = 6.0 + (0.5 / (1 + 80 / 160) + 0.3 - 0.7) * 10
    assert supply_days(toys.changed(toys.supply_line(10), by_air)) == pytest.approx(expected, rel=1e-12)


def test_pushing_eats_more():
    """Advancing over empty ground: the line ends at the last own place, and a tick is eaten by its beginning."""

    def push(toy):
        toy["places"]["c"]["holder"] = None
        toy["formations"]["r"] |= {"start": "b", "orders": [{"objective": "c"}]}
        toy["sides"]["red"]["push_rate_km_per_day"] = 3  # 30 km take 10 days
        toy["horizon_days"] = 8

    refill = 0.5 / (1 + 50 / 160)
    expected = 6.0 + refill * 8 - 0.7 * TICK - 1.5 * (8 - TICK)  # the first tick finds it standing
    assert supply_days(toys.changed(toys.supply_line(), push)) == pytest.approx(max(0.0, expected), rel=1e-12)


def test_no_push_below_the_threshold():
    """A formation short of supply does not set out beyond its own ground."""

    def short(toy):
        toy["places"]["c"]["holder"] = None
        toy["formations"]["r"] |= {"start": "b", "supply_days": 1.0, "orders": [{"objective": "c"}]}
        toy["rules"]["supply"] |= {"push_threshold_days": 2, "refill_days_per_day": 0}

    days = toys.ensemble_of(toys.changed(toys.supply_line(), short)).simulate(1, 0, 1).days.to_pandas()
    assert days["out_of_supply"].item() == pytest.approx(10.0)
    assert days["advancing"].item() == 0.0
