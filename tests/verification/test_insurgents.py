"""Insurgents fight back: how long a raid cuts a road, and how few men do not strike back."""

import math

import pytest

from sim.rules.insurgents import strike_back
from sim.turn import take_turn
from sim.world.codes import LogKind, Mechanism
from tests import toys

TICK = 0.25


def raided(cut_days):
    """Return a red road a - b that nobody stands at, and insurgents at c who raid it and do nothing else."""
    toy = toys.base({"red": {}, "blue": {}}, horizon_days=60)
    toy["relations"] = [{"between": ["red", "blue"], "stance": "hostile"}]
    toy["places"] = {
        "a": toys.place(35, 38, "red"), "b": toys.place(35, 38.5, "red"),
        "c": toys.place(35.2, 38.2, "blue"), "d": toys.place(35, 39, "red"),
    }  # fmt: skip
    toy["roads"] = {"a--b": toys.road("a", "b", 100), "b--c": toys.road("b", "c", 40), "b--d": toys.road("b", "d", 50)}
    toy["garrisons"] = {
        "g": {"name": "g", "side": "blue", "command": "blue_hq", "strength_men": 500, "places": ["c"],
              "insurgent": True},
    }  # fmt: skip
    toy["formations"] = {"r": toys.formation("red", "d")}
    toy["rules"] = {
        "insurgents": {"raids_per_day_per_100_km": 0.5, "raid_reach_km": 60, "raid_cut_days": cut_days}
    }  # fmt: skip
    return toys.entrants(toy, {"r": "d"})


@pytest.mark.parametrize("cut_days", [1.7, 2.0, 3.1])
def test_a_cut_lasts_from_the_end_of_its_tick_to_the_end_of_the_tick_in_which_it_is_over(cut_days):
    """Raids fall in the first tick of a day, after the others have moved; between its cuts the road is open."""
    world = toys.ensemble_of(raided(cut_days)).replay(3, 0)
    log = world.log[: world.clock[0].log_rows]
    begins, ends = (log["day"][log["kind"] == kind] for kind in (LogKind.RAID, LogKind.ROAD_REOPENED))
    assert len(ends) > 5
    assert list(begins % 1.0) == [TICK] * len(begins)
    assert list(log["value"][log["kind"] == LogKind.RAID]) == pytest.approx([cut_days] * len(begins))
    over = [math.ceil((begin + cut_days) / TICK - 1e-9) * TICK for begin in begins[: len(ends)]]
    assert list(ends) == over
    assert all(end < begin for end, begin in zip(ends, begins[1:], strict=False))


def test_a_road_is_cut_while_it_lasts():
    """Tick by tick its flag is up from the end of the raid's tick, and down from the end of the cut's last."""
    ensemble = toys.ensemble_of(raided(1.7))
    log = ensemble.replay(3, 0).log
    begin = log["day"][log["kind"] == LogKind.RAID][0]
    road = ensemble.blueprint.names["roads"].row("a--b")
    keys, values = ensemble.draw(3, 0, 1)
    world, is_cut = ensemble.start(keys[0], values[0]), {}
    while world.clock[0].day < begin + 2.5:
        take_turn(ensemble.handle)
        is_cut[float(world.clock[0].day)] = bool(world.roads[road].cut)
    assert is_cut == {day: begin <= day < begin + 1.75 for day in is_cut}


@pytest.mark.parametrize(("men", "strikes"), [(199, False), (201, True)])
def test_a_handful_does_not_strike_back(men, strikes):
    """A fifth of 199 men is fewer than the 40 it takes; a fifth of 201 is not, and takes an empty place."""
    toy = toys.fight(0.5)
    toy["rules"]["insurgents"] = {"reinforcement_share": 0.2, "retake_least_men": 40}
    ensemble = toys.ensemble_of(toy)
    keys, values = ensemble.draw(3, 0, 1)
    world = ensemble.start(keys[0], values[0])
    a, b = (ensemble.blueprint.names["places"].row(one) for one in "ab")
    world.places[b].garrison_men = men
    strike_back(ensemble.handle, b, a)
    assert world.fired[Mechanism.COUNTER_ATTACK] == int(strikes)
    assert (world.places[a].holder == world.places[b].holder) == strikes
    assert world.places[b].garrison_men == pytest.approx(0.8 * men if strikes else men)


def test_no_counter_attack_into_a_place_with_room_for_a_handful():
    """It may strike, but what finds room there is too few to hold it."""
    toy = toys.fight(0.5)
    toy["rules"]["insurgents"] = {"reinforcement_share": 0.2, "retake_least_men": 40}
    toy["places"]["a"]["capacity_men"] = 39
    ensemble = toys.ensemble_of(toy)
    keys, values = ensemble.draw(3, 0, 1)
    world = ensemble.start(keys[0], values[0])
    a, b = (ensemble.blueprint.names["places"].row(one) for one in "ab")
    strike_back(ensemble.handle, b, a)
    assert world.fired[Mechanism.COUNTER_ATTACK] == 1 and world.fired[Mechanism.COUNTER_RETAKE] == 0
    assert world.places[a].holder != world.places[b].holder and world.places[b].garrison_men == 2000
