"""Arrival on an empty line of road against distance / speed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import naive, toys

KM = 4 * 37.0


def finish_day(toy):
    """Return the day on which the formation of a line reaches its end."""
    return toys.ensemble_of(toy).simulate(7, 0, 1).runs.to_pandas()["finish_day"].item()


@pytest.mark.parametrize("tick_hours", [1, 6, 24])
def test_advance_over_empty_ground_is_distance_over_speed(tick_hours):
    """Over ground nobody holds: km / (push rate x tempo x advance factor), whatever the tick."""
    assert finish_day(toys.line(tick_hours=tick_hours)) == pytest.approx(KM / (11 * 0.9 * 0.7), abs=1e-9)


@pytest.mark.parametrize("tick_hours", [1, 6, 24])
def test_march_on_own_ground_is_distance_over_march_speed(tick_hours):
    """On the side's own ground: km / march speed; tempo and advance factor play no part."""
    assert finish_day(toys.line(holder="red", tick_hours=tick_hours)) == pytest.approx(KM / 73, abs=1e-9)


def test_the_number_of_places_on_the_way_plays_no_part():
    """A road cut into more legs takes as long."""
    assert finish_day(toys.line(places=3, leg_km=KM / 2)) == pytest.approx(
        finish_day(toys.line(places=9, leg_km=KM / 8)), abs=1e-9
    )


def test_hold_time_delays_the_next_move_not_the_arrival():
    """With a hold time each place on the way costs that long; the finish counts from the day of arrival."""
    toy = toys.changed(toys.line(), lambda t: t.update(rules={"control": {"hold_days": 0.6}}))
    assert finish_day(toy) == pytest.approx(KM / (11 * 0.9 * 0.7) + 3 * 0.6, abs=1e-9)


@settings(max_examples=15)
@given(st.lists(st.integers(5, 60), min_size=len(toys.ROADS.split()), max_size=len(toys.ROADS.split())))
def test_the_road_taken_is_the_one_of_least_time(lengths):
    """On a grid of empty roads the arrival is that of a plain shortest-path search."""
    toy, legs = toys.line(), {}
    names = toys.ROADS.split()
    toy["places"] = {one: toys.place(35, 38 + 0.1 * index) for index, one in enumerate("abcdefghijkl")}
    toy["roads"] = {name: toys.road(*name, km) for name, km in zip(names, lengths, strict=True)}
    toy["formations"]["r"] |= {"start": "a", "orders": [{"objective": "l"}]}
    toy["races"]["main"]["finish"]["r"] = ["l"]
    for (one, other), km in zip(names, lengths, strict=True):
        legs.setdefault(one, {})[other] = legs.setdefault(other, {})[one] = km / (11 * 0.9 * 0.7)
    assert finish_day(toy) == pytest.approx(naive.least_days(legs, "a")["l"], abs=1e-9)
