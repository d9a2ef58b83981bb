"""A rear guard goes where a cut keeps somebody from the bases, stays out for a while and comes back on orders."""

import pytest

from sim.rules.changes import road_cut
from sim.rules.commands import direct
from sim.rules.rear import mend_rear
from sim.rules.supply import supply
from sim.rules.tasks import is_trouble
from sim.world.assume import run_keys
from sim.world.codes import NOBODY, LogKind
from tests import toys


def sent_out(stay_days):
    """Return (ensemble, world, its rear guard) on day 0, after a place was lost nearby and taken back."""
    toy = toys.fight(0.5)
    toy["formations"]["r"] = toys.formation("red", "a", rear_guard=True)
    toy["rules"]["commands"] = {"mend_reach_km": 100, "mend_stay_days": stay_days}
    ensemble = toys.ensemble_of(toys.entrants(toy, {"r": "b"}))
    world = ensemble.start(run_keys(3, 0, 1)[0], ensemble.draw(3, 0, 1)[1][0])
    unit, lost = world.formations[0], world.places[ensemble.blueprint.names["places"].row("b")]
    lost.retaken, lost.lost_by, world.clock[0].retaken = 1, unit.alliance, 1
    world.formations["calm"] = 0
    direct(ensemble.handle, 0)
    assert unit.task == unit.objective == ensemble.blueprint.names["places"].row("b")
    lost.retaken, world.clock[0].retaken = 0, 0
    unit.at = unit.task
    return ensemble, world, unit


@pytest.mark.parametrize(("stay_days", "day", "is_out"), [(0, 0.0, False), (5, 4.9, True), (5, 5.0, False)])
def test_it_stays_out_as_long_as_it_should(stay_days, day, is_out):
    """Until the time is over where it has one, else until all is well."""
    ensemble, world, unit = sent_out(stay_days)
    world.clock[0].day = day
    mend_rear(ensemble.handle, 0)
    assert (unit.task != NOBODY) == is_out


def test_a_stay_is_told_once():
    """With the days it may last."""
    ensemble, world, unit = sent_out(5)
    world.clock[0].logging = 1
    for day in (0.25, 0.5):
        world.clock[0].day = day
        mend_rear(ensemble.handle, 0)
    log = world.log[: world.clock[0].log_rows]
    assert log["value"][log["kind"] == LogKind.STAYS].tolist() == [pytest.approx(4.75)]


def test_orders_call_it_back():
    """One that is no longer free has no task once the trouble is over."""
    ensemble, _, unit = sent_out(5)
    unit.free = 0
    mend_rear(ensemble.handle, 0)
    assert unit.task == NOBODY


@pytest.mark.parametrize(("cut", "trouble"), [("a--b", "ab"), ("b--c", "bc"), ("a--d", ""), ("", "")])
def test_a_cut_is_trouble_where_it_parts_a_formation_from_the_bases(cut, trouble):
    """The base is a, the formation stands at c beyond b, and nobody at d: the cut before d calls nobody."""
    toy = toys.supply_line()
    toy["places"]["d"] = toys.place(35.5, 38, "red")
    toy["roads"]["a--d"] = toys.road("a", "d", 40)
    ensemble = toys.ensemble_of(toy)
    world, names = ensemble.start(run_keys(3, 0, 1)[0], ensemble.draw(3, 0, 1)[1][0]), ensemble.blueprint.names
    supply(ensemble.handle)
    if cut:
        line = world.roads[names["roads"].row(cut)]
        line.cut = 1
        world.places["cut_roads"][[line.from_place, line.to_place]] += 1
        road_cut(ensemble.handle, names["roads"].row(cut))
        supply(ensemble.handle)
    found = [one for one in "abcd" if is_trouble(ensemble.handle, 0, names["places"].row(one))]
    assert found == list(trouble)
