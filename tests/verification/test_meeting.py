"""Columns that meet head-on on a road do not pass through each other."""

import pytest

from sim.turn import take_turn
from sim.world.codes import NOBODY, LogKind
from tests import toys


def head_on(stance):
    """Return two columns 60 km apart on one road, each on its way to where the other comes from."""
    toy = toys.base({"red": {"push_rate_km_per_day": 10}, "green": {"push_rate_km_per_day": 10}}, horizon_days=30)
    toy["relations"] = [{"between": ["red", "green"], "stance": stance}]
    toy["places"] = {"a": toys.place(35, 38), "b": toys.place(35, 39)}
    toy["roads"] = {"a--b": toys.road("a", "b", 100)}
    toy["formations"] = {
        "r": toys.formation("red", {"at": "a", "towards": "b", "km": 20}, 1000, orders=[{"objective": "b"}]),
        "q": toys.formation("green", {"at": "b", "towards": "a", "km": 20}, 600, orders=[{"objective": "a"}]),
    }
    return toys.entrants(toy, {"r": "b", "q": "a"})


@pytest.mark.parametrize("stance", ["hostile", "rival"])
def test_the_weaker_gives_way(stance):
    """They meet after three days and the weaker goes back; an enemy does not get past, a rival only at a place."""
    ensemble = toys.ensemble_of(head_on(stance))
    world = ensemble.replay(1, 0)
    names = ensemble.blueprint.names
    log = world.log[: world.clock[0].log_rows]
    met = log[log["kind"] == LogKind.GIVES_WAY]
    assert names["formations"].name(met[0]["actor"]) == "q"
    assert met[0]["day"] == pytest.approx(3.0, abs=0.25)
    reached = [(names["formations"].name(row["actor"]), names["places"].name(row["place"]))
               for row in log[log["kind"] == LogKind.REACHES]]  # fmt: skip
    assert reached[0] == ("q", "b")
    assert stance == "rival" or ("q", "a") not in reached


def coming_back():
    """Red breaks before b and goes back to a, from where green, hostile to it, is on its way to b behind it."""
    toy = toys.fight(0.5, horizon_days=40)
    toy["sides"]["green"] = {"name": "green", "push_rate_km_per_day": 5}
    toy["commands"]["green_hq"] = {"name": "green", "side": "green"}
    toy["relations"] += [{"between": ["green", one], "stance": "hostile"} for one in ("red", "blue")]
    toy["places"]["a"]["holder"] = "green"
    toy["places"]["b"]["lon"] = 39.0
    toy["roads"] = {"a--b": toys.road("a", "b", 100)}
    start = {"at": "a", "towards": "b", "km": 20}
    toy["formations"]["q"] = toys.formation("green", start, 500, orders=[{"objective": "b"}])
    toy["garrisons"]["g"]["strength_men"] = 6000
    toy["rules"]["assault"] |= {"attacker_breakpoint_share": 0.3, "refit_days": 1}
    return toy


def test_a_column_that_goes_back_does_not_pass_the_enemy_behind_it():
    """Green turns, too, is back at a first, and red has to fight it there."""
    ensemble = toys.ensemble_of(coming_back())
    keys, values = ensemble.draw(1, 0, 1)
    world = ensemble.start(keys[0], values[0])
    row = ensemble.blueprint.names["formations"].row
    red, green = (world.formations[row(one)] for one in "rq")
    while red.turning_back == 0:
        take_turn(ensemble.handle)
    met = False
    while red.turning_back == 1:
        assert red.road == green.road and red.km > green.km or green.road == NOBODY
        met = met or green.turning_back == 1
        take_turn(ensemble.handle)
    assert met and red.assault == green.at


def test_allies_pass():
    """Sides that are neutral to each other use the road both ways."""
    runs = toys.ensemble_of(head_on("neutral")).simulate(1, 0, 1).runs.to_pandas()
    assert runs["fired:assault_won"].item() == 0
    assert sorted(runs[[f"finish_day:main:{one}" for one in "rq"]].iloc[0]) == pytest.approx([8.0, 8.0])
