"""What can never be, whatever the numbers: looked for in small wars with changed parameters."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.turn import is_over, take_turn
from sim.world.codes import NOBODY, Activity
from tests import toys
from tests.verification.test_ground import strangers

FEW = settings(max_examples=12)
RATES = {
    ("encounters", "incidents_per_day_moving"): st.floats(0, 3),
    ("encounters", "loss_share"): st.floats(0, 1),
    ("encounters", "contact_range_km"): st.floats(0, 120),
    ("insurgents", "raids_per_day_per_100_km"): st.floats(0, 1),
    ("insurgents", "counter_attack_reach_km"): st.floats(0, 100),
    ("insurgents", "counter_attack_loss_share"): st.floats(0, 1),
    ("assault", "loss_rate_per_day"): st.floats(0.001, 0.9),
    ("assault", "mixing_exponent"): st.floats(0, 1),
    ("assault", "size_exponent"): st.floats(0, 1),
    ("assault", "withdrawal_share"): st.floats(0, 1),
    ("control", "hold_days"): st.floats(0, 3),
    ("control", "detachment_share"): st.floats(0, 1),
    ("supply", "refill_days_per_day"): st.floats(0, 2),
    ("march", "pause_days"): st.floats(0, 5),
    ("zones", "strike_loss_share"): st.floats(0, 1),
}


@st.composite
def wars(draw, most=6):
    """Return a small war of 25 days with a few rule settings, men and the tick changed."""
    toy = toys.small_war(25)
    toy["tick_hours"] = draw(st.sampled_from([3, 6, 12, 24]))
    for section, name in draw(st.lists(st.sampled_from(sorted(RATES)), unique=True, max_size=most)):
        toy["rules"][section][name] = draw(RATES[section, name])
    for unit in toy["formations"].values():
        unit["strength_men"] = draw(st.integers(1, 5000))
    return toy


def without_growth(toy):
    """Return the war with nothing that adds men to a formation."""
    return toys.changed(toy, lambda t: (t["rules"]["supply"].pop("replacements_per_day"), t["events"].pop("more_men")))


def ticks(toy, run):
    """Yield the world before the first tick and after every tick of a run."""
    ensemble = toys.ensemble_of(toy)
    keys, values = ensemble.draw(2, run, run + 1)
    world = ensemble.start(keys[0], values[0])
    yield world
    while not is_over(ensemble.handle):
        take_turn(ensemble.handle)
        yield world


@FEW
@given(wars(), st.integers(0, 50))
def test_men_are_never_negative_nor_without_number(toy, run):
    """Formations, garrisons and rings."""
    for world in ticks(toy, run):
        for men in (world.formations["strength_men"], world.places["garrison_men"], world.sieges["ring_men"]):
            assert np.isfinite(men).all() and (men >= 0.0).all()


@FEW
@given(wars().map(without_growth), st.integers(0, 50))
def test_strength_never_rises_without_reinforcement(toy, run):
    """Without replacements and reinforcing events no formation grows."""
    before = None
    for world in ticks(toy, run):
        now = world.formations["strength_men"].copy()
        assert before is None or (now <= before).all()
        before = now


@FEW
@given(wars(), st.integers(0, 50))
def test_positions_are_on_the_network(toy, run):
    """On a road: between its two ends, km within its length; else at a place, with no road."""
    for world in ticks(toy, run):
        for unit in world.formations:
            assert 0 <= unit.at < len(world.places)
            if unit.to == NOBODY:
                assert unit.road == NOBODY and unit.km == 0.0
                continue
            road = world.roads[unit.road]
            assert {unit.at, unit.to} == {road.from_place, road.to_place}
            assert 0.0 <= unit.km <= road.length_km


@FEW
@given(wars(), st.integers(0, 50))
def test_enemies_and_rivals_never_share_a_place(toy, run):
    """Nobody stands beside a hostile or rival formation, or in a place that such a side's men hold."""
    for world in ticks(toy, run):
        assert not strangers(world)


@FEW
@given(wars(), st.integers(0, 50))
def test_a_place_has_one_holder_and_flags_stay_up(toy, run):
    """Holders are sides or nobody; a held place stays held; counts of cut roads and of flags agree with the rows."""
    up = None
    for world in ticks(toy, run):
        holders = world.places["holder"]
        assert ((holders >= NOBODY) & (holders < len(world.sides))).all()
        assert world.clock[0].cuts == world.roads["cut"].sum()
        assert world.clock[0].retaken == world.places["retaken"].sum()
        now = world.flags["up"].copy()
        assert up is None or (now >= up).all()
        up = now


@FEW
@given(wars(), st.integers(0, 50))
def test_recorded_days_lie_within_the_run_and_time_adds_up(toy, run):
    """Log, arrivals, incidents and finishes within [0, horizon]; the days of a formation sum to the horizon."""
    ensemble = toys.ensemble_of(toy)
    world = ensemble.replay(2, run)
    clock = world.clock[0]
    days = [world.log["day"][: clock.log_rows], world.incidents["day"][: clock.incidents]]
    days += [world.arrivals["day"][: clock.arrivals], world.finishes["day"][np.isfinite(world.finishes["day"])]]
    for one in days:
        assert ((one >= 0.0) & (one <= 25.0 + 1e-9)).all()
    assert world.days.shape[1] == len(Activity)
    assert np.allclose(world.days.sum(axis=1), 25.0, rtol=0, atol=1e-9)


@FEW
@given(wars(), st.integers(0, 50))
def test_time_never_goes_back(toy, run):
    """The clock rises by a tick, and no flag or finish is dated before the day it was seen by more than a tick."""
    day, tick = -1.0, toy["tick_hours"] / 24
    for world in ticks(toy, run):
        assert world.clock[0].day > day
        day = float(world.clock[0].day)
        assert (world.flags["day"][world.flags["up"] == 1] <= day + tick).all()
