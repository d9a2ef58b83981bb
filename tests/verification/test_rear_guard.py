"""A rear guard stays out for a while after it was sent; its orders call it back at once."""

import pytest

from sim.rules.commands import direct, mend_rear
from sim.world.assume import run_keys
from sim.world.codes import NOBODY
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
    world.clock[0].trouble_version += 1
    direct(ensemble.handle, 0)
    assert unit.task == unit.objective == ensemble.blueprint.names["places"].row("b")
    lost.retaken, world.clock[0].retaken = 0, 0
    return ensemble, world, unit


@pytest.mark.parametrize(("stay_days", "day", "is_out"), [(0, 0.0, False), (5, 4.9, True), (5, 5.0, False)])
def test_it_stays_out_as_long_as_it_should(stay_days, day, is_out):
    """Until the time is over where it has one, else until all is well."""
    ensemble, world, unit = sent_out(stay_days)
    world.clock[0].day = day
    mend_rear(ensemble.handle, 0)
    assert (unit.task != NOBODY) == is_out


def test_orders_call_it_back():
    """One that is no longer free has no task once the trouble is over."""
    ensemble, _, unit = sent_out(5)
    unit.free = 0
    mend_rear(ensemble.handle, 0)
    assert unit.task == NOBODY
