"""Forbidden ground: respected, or tried at a constant hazard with the ladder's rungs in order."""

import math

import pytest
from scipy import stats

from sim.rules.zones import consider, stops
from sim.world.assume import run_keys
from sim.world.codes import NOBODY, LogKind, Reason
from tests import toys

RATE, TICK, DAYS = 0.5, 0.25, 30


def replayed(toy, run=0):
    """Return (ensemble, finished world, its log)."""
    ensemble = toys.ensemble_of(toy)
    world = ensemble.replay(3, run)
    return ensemble, world, world.log[: world.clock[0].log_rows]


def unit_of(ensemble, world):
    """Return the record of the formation that the zone is about."""
    return world.formations[ensemble.blueprint.names["formations"].row("r")]


def test_a_formation_that_respects_a_zone_never_enters():
    """It reaches its order outside the zone, then waits, and says why."""
    ensemble, world, log = replayed(toys.zone(defies=False))
    unit, places = unit_of(ensemble, world), ensemble.blueprint.names["places"]
    assert places.name(unit.at) == "b" and unit.to == NOBODY
    assert places.row("c") not in log["place"][(log["kind"] == LogKind.REACHES)]
    assert Reason.RESPECTS_ZONE in log["other"][log["kind"] == LogKind.WAITS]
    assert LogKind.ZONE_TRY not in log["kind"]
    assert len(ensemble.simulate(3, 0, 20).incidents) == 0


def test_the_ladder_is_climbed_in_order():
    """One that never stops meets show of force, warning shots, then strikes; no call, for there is no channel."""
    ensemble, world, log = replayed(toys.zone())
    rungs = log[log["kind"] == LogKind.ZONE_RUNG]
    assert len(rungs) > 4
    assert list(rungs["value"]) == [1.0, 2.0] + [3.0] * (len(rungs) - 2)
    assert rungs["day"][1:] - rungs["day"][:-1] == pytest.approx(0.25)
    first_try = log["day"][log["kind"] == LogKind.ZONE_TRY][0]
    assert rungs["day"][0] > first_try


def test_incidents_of_the_ladder():
    """The two warnings leave an incident each, and so does every strike."""
    ensemble = toys.ensemble_of(toys.zone())
    world = ensemble.replay(3, 0)
    rungs = (world.log["kind"][: world.clock[0].log_rows] == LogKind.ZONE_RUNG).sum()
    incidents = ensemble.simulate(3, 0, 1).incidents.to_pandas()
    assert list(incidents["kind"]) == ["warning"] * 2 + ["strike"] * (rungs - 2)
    assert set(incidents["cause"]) == {"zone"}


def test_one_that_stops_goes_back():
    """With a certain stop the first rung that can stop it does, and it does not reach its objective."""
    toy = toys.changed(toys.zone(), lambda t: t["rules"]["zones"].update(stop_probability=1.0))
    ensemble, world, log = replayed(toy)
    assert LogKind.ZONE_STOP in log["kind"]
    assert (log["kind"] == LogKind.ZONE_TRY).sum() > 1
    assert ensemble.blueprint.names["places"].row("c") not in log["place"][log["kind"] == LogKind.REACHES]
    assert unit_of(ensemble, world).strikes == 0


@pytest.mark.parametrize(("factor", "fewest", "most"), [(0.0, 1, 1), (0.5, 2, 6), (1.0, 7, 99)])
def test_one_turned_back_tries_more_seldom(factor, fewest, most):
    """Each stop short of a strike takes its share of the hazard: none is left at 0, all of it at 1."""
    more = {"stop_probability": 1.0, "try_per_day": 2.0, "try_factor_after_turn_back": factor}
    ensemble, world, log = replayed(toys.changed(toys.zone(), lambda t: t["rules"]["zones"].update(more)))
    assert fewest <= (log["kind"] == LogKind.ZONE_TRY).sum() <= most
    assert unit_of(ensemble, world).stops == (log["kind"] == LogKind.ZONE_STOP).sum()


@pytest.mark.parametrize("stop_days", [2.0, 5.0])
def test_one_that_stopped_halts_before_it_tries_again(stop_days):
    """A try that comes at once when it may comes `stop_days` after the stop; the way back is shorter."""
    more = {"stop_probability": 1.0, "try_per_day": 1e6, "stop_days": stop_days}
    _, _, log = replayed(toys.changed(toys.zone(), lambda t: t["rules"]["zones"].update(more)))
    stops, tries, back = (
        log["day"][log["kind"] == kind] for kind in (LogKind.ZONE_STOP, LogKind.ZONE_TRY, LogKind.REACHES)
    )
    assert len(stops) > 2
    for stop in stops[:-1]:
        halted_until = stop + stop_days
        assert stop < min(back[back > stop]) < halted_until
        assert halted_until <= min(tries[tries > stop]) < halted_until + 2 * TICK


def test_first_try_comes_at_the_stated_hazard():
    """Ticks waited for the first try are geometric: 1 - exp(-rate x tick) each."""
    ensemble, arrival = toys.ensemble_of(toys.zone()), 4.6
    waited = []
    for run in range(400):
        world = ensemble.replay(3, run)
        log = world.log[: world.clock[0].log_rows]
        tries = log["day"][log["kind"] == LogKind.ZONE_TRY]
        waited.append(math.ceil((tries[0] - arrival) / TICK) if len(tries) else 999)
    edges = [0.5, 2.5, 4.5, 7.5, 11.5, 17.5, math.inf]
    seen = [sum(low < one <= high for one in waited) for low, high in zip([-1, *edges], edges, strict=False)]
    share = [0.0, *(1 - math.exp(-RATE * TICK * (edge - 0.5)) for edge in edges[1:-1]), 1.0]
    expected = [(b - a) * len(waited) for a, b in zip(share, share[1:], strict=False)]
    assert seen[0] == 0
    assert stats.chisquare(seen[1:], expected).pvalue > 0.001


@pytest.mark.parametrize("obedience", [0.0, 0.6, 1.0])
def test_count_of_tries_at_constant_hazard(obedience):
    """A formation that stands outside and is called back at once: tries a run are binomial over the ticks.

    Obedience to the command that asks it to keep out takes its share; full obedience leaves none.
    """

    def asked(toy):
        toy["zones"]["no_go"]["asked_by"] = ["red_hq"]
        toy["formations"]["r"]["obedience"] = {"red_hq": obedience}

    ensemble = toys.ensemble_of(toys.changed(toys.zone(), asked))
    row = ensemble.blueprint.names["formations"].row("r")
    objective = ensemble.blueprint.names["places"].row("c")
    ticks, counts = int(DAYS / TICK), []
    for key in run_keys(3, 0, 300):
        world = ensemble.start(key, ensemble.draw(3, 0, 1)[1][0])
        unit = world.formations[row]
        unit.objective = objective
        for _ in range(ticks):
            consider(ensemble.handle, row)
            unit.defying = NOBODY
        counts.append(int(unit.tries))
    share = -math.expm1(-RATE * (1 - obedience) * TICK)
    mean, error = ticks * share, math.sqrt(ticks * share * (1 - share) / len(counts))
    assert sum(counts) / len(counts) == pytest.approx(mean, abs=3.5 * error)


def test_every_rung_is_a_draw_of_its_own():
    """Also after the fifteenth strike one in two stops, not the same one for ever."""
    ensemble = toys.ensemble_of(toys.zone())
    world = ensemble.start(run_keys(3, 0, 1)[0], ensemble.draw(3, 0, 1)[1][0])
    world.settings[0].zones_stop_probability_struck = 0.5
    row = ensemble.blueprint.names["formations"].row("r")
    stopped = []
    for rung in range(20, 60):
        world.formations[row].rung = rung
        stopped.append(bool(stops(ensemble.handle, row, 0, False)))
    assert 8 <= sum(stopped) <= 32
