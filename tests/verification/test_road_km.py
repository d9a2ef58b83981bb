"""Distances along roads of one's own: the shortest, bounded, past no enemy and over no broken bridge."""

import math

import pytest

from sim.rules.clearing import leads_to
from sim.rules.march import defends, set_out
from sim.rules.rear import comes_in_time
from sim.rules.route import is_near, measure_roads
from sim.world.codes import NOBODY, Reason
from tests import toys
from tests.verification.test_read_runs import place_of, started


def square(holders):
    """Return a, b, c and d on a ring of roads of 10, 20, 30 and 15 km, in this order of holders."""
    toy = toys.base({"red": {}, "blue": {}}, horizon_days=10)
    toy["relations"] = [{"between": ["red", "blue"], "stance": "hostile"}]
    toy["places"] = {one: toys.place(35, 38 + 0.1 * index, holder or None)
                     for index, (one, holder) in enumerate(zip("abcd", holders, strict=True))}  # fmt: skip
    lengths = {"a--b": 10, "b--c": 20, "c--d": 30, "a--d": 15}
    toy["roads"] = {road: toys.road(road[0], road[-1], km) for road, km in lengths.items()}
    toy["formations"] = {"r": toys.formation("red", "a"), "q": toys.formation("blue", "a")}
    toy["formations"]["q"]["start"] = "d"
    return toys.entrants(toy, {"r": "c"})


def road_km(ensemble, one, other, most_km):
    """Return what `measure_roads` has written for the other place."""
    side = red(ensemble)
    measure_roads(ensemble.handle, side, one, most_km, NOBODY)
    km = float(ensemble.world.road_km[other])
    assert is_near(ensemble.handle, side, one, other, most_km) == math.isfinite(km)
    return km


def red(ensemble):
    """Return the row of red's side."""
    return ensemble.blueprint.names["sides"].row("red")


RED = ("red",) * 4


@pytest.mark.parametrize(
    ("holders", "most_km", "km"),
    [
        (("red", "red", "red", "blue"), 100, 30),
        (("red", "red", "blue", "blue"), 100, 30),
        (("red", "blue", "red", "blue"), 100, math.inf),
        (("red", "red", "red", "blue"), 29.9, math.inf),
    ],
)
def test_it_is_the_shortest_over_own_ground(holders, most_km, km):
    """From a to c by b; the last place may be the enemy's, one between may not, nor be the way too long."""
    ensemble, _ = started(square(holders))
    assert road_km(ensemble, place_of(ensemble, "a"), place_of(ensemble, "c"), most_km) == km


def test_a_broken_bridge_or_an_enemy_on_the_way_is_gone_round():
    """By d: 45 km; and there blue stands, though the place is red's by name."""
    ensemble, world = started(square(RED))
    ends = place_of(ensemble, "a"), place_of(ensemble, "c")
    world.roads[ensemble.blueprint.names["roads"].row("a--b")].bridge_out = 1
    assert road_km(ensemble, *ends, 100.0) == math.inf
    blue = world.formations[ensemble.blueprint.names["formations"].row("q")]
    blue.at = place_of(ensemble, "b")
    assert road_km(ensemble, *ends, 100.0) == 45.0


@pytest.mark.parametrize(("days", "in_time"), [(1.0, False), (2.1, False), (2.3, True)])
def test_nobody_is_sent_to_a_cut_that_opens_before_he_is_of_use(days, in_time):
    """110 km at 100 km a day: 1.1 days there, and the road has to stay cut for as long again."""
    ensemble, world = started(square(RED))
    road = world.roads[ensemble.blueprint.names["roads"].row("b--c")]
    road.cut, road.cut_until_day = 1, days
    unit = world.formations[0]
    assert comes_in_time(ensemble.handle, unit, place_of(ensemble, "c"), 110.0) == in_time
    unit.halt_until_day = 0.2
    assert not comes_in_time(ensemble.handle, unit, place_of(ensemble, "c"), 110.0)


def test_a_way_leads_to_what_lies_on_it():
    """To the places ahead on its way, and to none without an objective."""
    toy = toys.line()
    ensemble, world = started(toy)
    unit = world.formations[0]
    unit.path_target = unit.objective = place_of(ensemble, "p2")
    unit.path_position, unit.path_length = 0, 3
    for index in range(3):
        world.paths[0, index] = place_of(ensemble, f"p{index}")
    assert [leads_to(ensemble.handle, 0, place_of(ensemble, f"p{index}")) for index in range(4)] == [
        False,
        True,
        True,
        False,
    ]
    unit.objective = NOBODY
    assert not leads_to(ensemble.handle, 0, place_of(ensemble, "p1"))


@pytest.mark.parametrize(("fights", "stays"), [(True, True), (False, False)])
def test_nobody_walks_out_of_a_place_under_assault(fights, stays):
    """With an enemy in an assault on it, it stays, and says so."""
    toy = toys.fight(0.5)
    toy["places"]["c"] = toys.place(35, 38.4, "blue")
    toy["roads"]["b--c"] = toys.road("b", "c", 18)
    toy["formations"]["q"] = toys.formation("blue", "b", orders=[{"objective": "c"}])
    ensemble, world = started(toy)
    row, c = ensemble.blueprint.names["formations"].row("q"), place_of(ensemble, "c")
    unit = world.formations[row]
    if not fights:
        world.formations[ensemble.blueprint.names["formations"].row("r")].assault = NOBODY
    world.places[unit.at].fights = 1
    assert defends(ensemble.handle, row, 0.0) == stays
    assert (unit.reason == Reason.DEFENDS) == stays
    unit.objective = unit.path_target = c
    unit.path_position, unit.path_length = 0, 2
    world.paths[row, 0], world.paths[row, 1] = unit.at, c
    assert set_out(ensemble.handle, row, 0.0) == (not stays)
