"""Columns that meet head-on on a road do not pass through each other."""

import pytest

from sim.world.codes import LogKind
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


def test_allies_pass():
    """Sides that are neutral to each other use the road both ways."""
    runs = toys.ensemble_of(head_on("neutral")).simulate(1, 0, 1).runs.to_pandas()
    assert runs["fired:assault_won"].item() == 0
    assert sorted(runs[[f"finish_day:main:{one}" for one in "rq"]].iloc[0]) == pytest.approx([8.0, 8.0])
