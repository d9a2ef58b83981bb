"""Columns that count on one another go in together, and no two fronts count on the same aircraft."""

import numpy as np
import pytest

from sim.rules.air_support import claim_on
from sim.rules.commands import direct
from sim.rules.odds import dares, promised_support
from sim.rules.route import route
from sim.world.codes import Activity, LogKind, Reason
from tests import toys
from tests.verification.test_odds import before_a_town, days_of, log_of


def two_columns(men, far_km=90):
    """Return two columns of so many men, one 18 km from a town of 2,000, one farther off on its other side."""
    toy = before_a_town(men)
    toy["places"]["c"] = toys.place(35, 39.2, "red")
    toy["roads"]["b--c"] = toys.road("b", "c", far_km)
    toy["formations"]["s"] = toys.formation("red", "c", men, orders=[{"objective": "b"}])
    return toys.entrants(toy, {"r": "b", "s": "b"})


@pytest.mark.parametrize(("men", "waits"), [(1900, True), (3700, False)])
def test_who_needs_an_ally_waits_for_it_before_the_gate(men, waits):
    """1,900 are too few alone and enough with the others, five days off: it begins when these are there."""
    log = log_of(two_columns(men))
    arrives, begins = days_of(log, LogKind.JOINS), days_of(log, LogKind.ASSAULT_BEGINS)[0]
    held = log[(log["kind"] == LogKind.WAITS) & (log["other"] == Reason.ALLIES)]
    assert len(held) == int(waits)
    if waits:
        assert begins >= arrives[0] == pytest.approx(90 / 18)
    else:
        assert begins < 90 / 18


def test_nobody_waits_for_one_who_has_turned_round():
    """Without the ally on the road the one before the gate goes on as it would alone."""
    toy = two_columns(1900)
    toy["events"] = {"gone": {"title": "gone", "day": 3, "effects": [{"remove": "s"}]}}
    assert 3.0 <= days_of(log_of(toy), LogKind.ASSAULT_BEGINS)[0] <= 3.25


def two_fronts(interest, arm_side="red", stance="hostile"):
    """Return an ensemble and a world of two columns before a town each, and one air arm of this side.

    `stance`: that of a third side, green, towards who holds the towns.
    """
    toy = before_a_town(1900)
    toy["sides"]["green"] = {"name": "green"}
    toy["relations"].append({"between": ["green", "blue"], "stance": stance})
    toy["places"] |= {"c": toys.place(36, 38, "red"), "d": toys.place(36, 38.2, "blue")}
    toy["roads"]["c--d"] = toys.road("c", "d", 18)
    toy["garrisons"]["h"] = toy["garrisons"]["g"] | {"places": ["d"]}
    toy["formations"]["s"] = toys.formation("red", "c", 1900, orders=[{"objective": "d"}])
    toy["commands"]["red_hq"] |= {"interests": {"b": 0.5, "d": interest}}
    arm = {"name": "wing", "side": arm_side, "command": "red_hq", "supports": ["red"], "sorties_per_day": 30}
    toy["air_arms"] = {"wing": arm | {"sorties_for_full_support": 30, "support_factor": 4}}
    ensemble = toys.ensemble_of(toys.entrants(toy, {"r": "b", "s": "d"}))
    keys, values = ensemble.draw(3, 0, 1)
    return ensemble, ensemble.start(keys[0], values[0])


@pytest.mark.parametrize(("interest", "factor"), [(0.4, 1.0), (0.6, 4.0)])
def test_an_arm_promised_to_one_front_comes_to_another_only_where_that_matters_more(interest, factor):
    """Both would dare with the aircraft; once the first has set out with them the second is promised what is left."""
    ensemble, world = two_fronts(interest)
    places, formations = ensemble.blueprint.names["places"], ensemble.blueprint.names["formations"]
    b, d, first, second = places.row("b"), places.row("d"), formations.row("r"), formations.row("s")
    assert [promised_support(ensemble.handle, row, to) for row, to in ((first, b), (second, d))] == [4.0, 4.0]
    assert dares(ensemble.handle, first, b, 0.0)
    assert world.air_arms[0].promised_to == first
    world.formations[first].to = b
    assert promised_support(ensemble.handle, second, d) == factor
    world.formations[first].turning_back = 1
    assert promised_support(ensemble.handle, second, d) == 4.0


@pytest.mark.parametrize(("stance", "factor"), [("hostile", 4.0), ("rival", 1.0)])
def test_aircraft_fight_only_whom_their_own_side_fights(stance, factor):
    """An arm of another side that supports this one takes no part in a fight with a rival of its own."""
    ensemble, world = two_fronts(0.4, "green", stance)
    names = ensemble.blueprint.names
    first, place = names["formations"].row("r"), names["places"].row("b")
    assert promised_support(ensemble.handle, first, place) == factor
    world.formations[first].assault = place
    world.formations[first].posture = Activity.FIGHTING
    assert (claim_on(ensemble.handle, 0, first) > 0.0) == (factor > 1.0)


def test_the_ally_joins_no_earlier_than_the_assault_opens():
    """Two who arrive within a tick are told in the order in which they stand before the gate."""
    toy = two_columns(1900, far_km=17.99)
    log = log_of(toy)
    gate, joins = days_of(log, LogKind.AT_GATE), days_of(log, LogKind.JOINS)
    assert np.all(joins >= gate[0])


def test_who_is_needed_in_an_assault_that_allies_have_begun_goes_at_poor_odds():
    """0.7 to 1 is too little for the patient, and enough once an ally that could not wait is on its way."""
    toy = two_columns(1260)
    toy["rules"]["assault"]["odds_pressed"] = 0.6
    keys, values = (ensemble := toys.ensemble_of(toy)).draw(3, 0, 1)
    world = ensemble.start(keys[0], values[0])
    places, formations = ensemble.blueprint.names["places"], ensemble.blueprint.names["formations"]
    b, first, second = places.row("b"), formations.row("r"), formations.row("s")
    for row in (first, second):
        direct(ensemble.handle, row)
        route(ensemble.handle, row)
    assert not dares(ensemble.handle, second, b, 0.0)
    world.formations[first].to = world.formations[first].dared_at = b
    assert dares(ensemble.handle, second, b, 0.0)


def test_an_assault_ends_the_pause_of_an_ally_before_the_same_place():
    """One pauses beside a town for another fortnight; an ally sets out for it, and it begins with a push."""
    toy = two_columns(4000)
    ensemble = toys.ensemble_of(toy)
    keys, values = ensemble.draw(3, 0, 1)
    world = ensemble.start(keys[0], values[0])
    places, formations = ensemble.blueprint.names["places"], ensemble.blueprint.names["formations"]
    first, second = formations.row("r"), formations.row("s")
    for row in (first, second):
        direct(ensemble.handle, row)
        route(ensemble.handle, row)
    ally = world.formations[second]
    ally.halt_until_day = ally.cycle_until_day = 14.0
    ally.halt_reason, ally.pushing = Reason.PAUSES, 0
    assert dares(ensemble.handle, first, places.row("b"), 0.0)
    assert (ally.halt_until_day, ally.cycle_until_day) == (0.0, 0.0)
