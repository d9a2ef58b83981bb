"""Who stands where: enemies and rivals never share a place, and nobody mends another alliance's rear."""

import numpy as np
import pytest

from sim.rules.insurgents import retake
from sim.rules.tasks import is_trouble
from sim.turn import is_over, take_turn
from sim.world.codes import NOBODY, Activity, LogKind, Mechanism, Stance
from tests import toys


def ticks(ensemble):
    """Yield the world after every tick of a run."""
    keys, values = ensemble.draw(3, 0, 1)
    world = ensemble.start(keys[0], values[0])
    while not is_over(ensemble.handle):
        take_turn(ensemble.handle)
        yield world


def strangers(world):
    """Return (formation, place) rows of those that stand at a place beside an enemy or a rival, or beside his men."""
    units, places = world.formations, world.places
    stands = np.flatnonzero((units["to"] == NOBODY) & (units["posture"] != Activity.LOST))
    found = []
    for row in stands:
        here = places[units[row]["at"]]
        apart = here["holder"] != NOBODY and world.stances[units[row]["side"], here["holder"]] >= Stance.RIVAL
        beside = [world.stances[units[row]["side"], units[other]["side"]] >= Stance.RIVAL
                  for other in stands if units[other]["at"] == units[row]["at"]]  # fmt: skip
        if (apart and here["garrison_men"] >= 1.0) or any(beside):
            found.append((row, units[row]["at"]))
    return found


def two_attackers():
    """Two rivals fight one garrison from two sides; one wins, and has yet to hold the place for two days."""
    toy = toys.fight(0.5, horizon_days=30)
    toy["sides"]["green"] = {"name": "green"}
    toy["commands"]["green_hq"] = {"name": "green", "side": "green"}
    toy["relations"] += [{"between": ["green", "blue"], "stance": "hostile"},
                         {"between": ["green", "red"], "stance": "rival"}]  # fmt: skip
    toy["places"]["c"] = toys.place(35, 38.4, "green")
    toy["roads"]["b--c"] = toys.road("b", "c", 19)
    start = {"at": "c", "towards": "b"}
    orders = [{"objective": "b"}]
    toy["formations"]["q"] = toys.formation("green", start, 1500, assaulting=True, orders=orders)
    toy["garrisons"]["g"]["strength_men"] = 500
    toy["rules"]["control"] = {"hold_days": 2}
    return toy


def test_a_rival_does_not_enter_what_another_has_just_won():
    """Who fought beside the winner is held off, and the place goes to the winner alone."""
    ensemble = toys.ensemble_of(two_attackers())
    for world in ticks(ensemble):
        assert not strangers(world)
    names = ensemble.blueprint.names
    assert world.fired[Mechanism.ASSAULT_WON] == 1
    at = {one: names["places"].name(world.formations[names["formations"].row(one)]["at"]) for one in "rq"}
    winner = names["sides"].name(world.places[names["places"].row("b")]["holder"])
    assert at == ({"r": "b", "q": "c"} if winner == "red" else {"r": "a", "q": "b"})


def two_villages():
    """One of two neighbouring villages falls at once and is still to be held for six days; the other falls later."""
    toy = toys.fight(0.5, horizon_days=30, breakpoint_share=0.4)
    toy["places"]["c"] = toys.place(35, 38.4, "blue")
    toy["places"]["d"] = toys.place(35, 38.6, "red")
    toy["roads"] |= {"b--c": toys.road("b", "c", 19), "c--d": toys.road("c", "d", 19)}
    toy["garrisons"]["g"] |= {"places": ["b", "c"], "weights": {"b": 1, "c": 9}, "strength_men": 1000}
    start = {"at": "d", "towards": "c"}
    orders = [{"objective": "c"}]
    toy["formations"]["s"] = toys.formation("red", start, 2000, assaulting=True, orders=orders)
    toy["rules"]["control"] = {"hold_days": 6}
    toy["rules"]["assault"]["withdrawal_share"] = 0.8
    return toy


def test_beaten_men_do_not_withdraw_into_a_place_that_the_enemy_stands_in():
    """They disperse: the only neighbour of their side is not yet lost on paper, but is occupied."""
    ensemble = toys.ensemble_of(two_villages())
    for world in ticks(ensemble):
        assert not strangers(world)
    assert (world.places["holder"] == ensemble.blueprint.names["sides"].row("red")).all()
    log = ensemble.replay(3, 0).log
    withdrawn = log[log["kind"] == LogKind.WITHDREW]["other"]
    assert ensemble.blueprint.names["places"].row("b") not in withdrawn


def lost_behind():
    """A column breaks before b and goes 150 km back to a, which an enemy has taken from the other side meanwhile."""
    toy = toys.fight(0.5, horizon_days=60)
    toy["places"]["b"] |= {"lon": 39.6}
    toy["places"]["c"] = toys.place(35, 37.8, "blue")
    toy["roads"] = {"a--b": toys.road("a", "b", 150), "a--c": toys.road("a", "c", 19)}
    toy["sides"]["blue"]["push_rate_km_per_day"] = 20
    toy["formations"]["b1"] = toys.formation("blue", "c", 150, orders=[{"objective": "a", "kind": "hold"}])
    toy["garrisons"]["g"]["strength_men"] = 6000
    toy["rules"]["assault"] |= {"attacker_breakpoint_share": 0.3, "refit_days": 2}
    return toy


def test_a_column_fights_for_the_place_it_comes_back_to():
    """It does not stand beside the enemy there: it attacks, and being stronger wins the place back."""
    ensemble = toys.ensemble_of(lost_behind())
    for world in ticks(ensemble):
        assert not strangers(world)
    names = ensemble.blueprint.names
    log = ensemble.replay(3, 0)
    rows = log.log[: log.clock[0].log_rows]
    at_gate = [(names["formations"].name(row["actor"]), names["places"].name(row["place"]))
               for row in rows[rows["kind"] == LogKind.AT_GATE]]  # fmt: skip
    assert ("r", "a") in at_gate
    taken = rows[(rows["kind"] == LogKind.CONTROL) & (rows["place"] == names["places"].row("a"))]
    assert [names["sides"].name(row["other"]) for row in taken] == ["blue", "red"]


@pytest.mark.parametrize(("side", "is_its_rear"), [("green", True), ("red", False)])
def test_only_who_lost_a_place_mends_it(side, is_its_rear):
    """Insurgents take a green place: trouble for the green alliance, none for its rival's rear guards."""
    ensemble = toys.ensemble_of(toys.small_war())
    keys, values = ensemble.draw(2, 0, 1)
    ensemble.start(keys[0], values[0])
    names = ensemble.blueprint.names
    lost, source = names["places"].row("d"), names["places"].row("c")
    retake(ensemble.handle, source, lost, int(LogKind.RAID_RETAKE), int(Mechanism.RAID_RETAKE))
    assert is_trouble(ensemble.handle, names["sides"].row(side), lost) == is_its_rear
