"""Small scenarios in which several rules act together, written from scenarios/README.md and docs/ODD.md alone."""

import math

import numpy as np
import pytest

from tests import toys

RUNS = 1500


def test_stretch_slows_an_advance_leg_by_leg():
    """40 km legs at 10 km a day, slower by 1 + 0.00625 x km from the base of the last own place: 4 + 5 + 6 + 7 days."""

    def stretched(toy):
        toy["sides"]["red"] |= {"push_rate_km_per_day": 10, "bases": ["p0"]}
        toy["road_classes"]["road"]["advance_factor"] = 1
        toy["formations"]["r"] |= {"tempo": 1}
        toy["places"]["p0"]["holder"] = "red"
        toy["rules"] = {"march": {"stretch_per_100_km": 0.625}}

    toy = toys.changed(toys.line(leg_km=40.0, tick_hours=1), stretched)
    runs = toys.ensemble_of(toy).simulate(1, 0, 1).runs.to_pandas()
    assert runs["finish_day"].item() == pytest.approx(22.0, abs=4 / 24)  # the distance is measured once a tick


def flag_days(toy, flags):
    """Return an array of runs x flags: the day each went up, infinite where it did not."""
    ensemble = toys.ensemble_of(toy)
    rows = [ensemble.blueprint.names["flags"].row(flag) for flag in flags]
    days = []
    for run in range(RUNS):
        world = ensemble.replay(5, run)
        days.append([float(world.flags[row]["day"]) if world.flags[row]["up"] == 1 else math.inf for row in rows])
    return np.array(days)


def waiting(events, horizon_days):
    """Return a scenario in which nothing happens but events."""
    toy = toys.supply_line(horizon_days)
    toy["tick_hours"] = 24
    toy["events"] = {one: {"title": one, **event} for one, event in events.items()}
    return toy


def test_which_of_two_events_comes_first():
    """Two hazards: P(a before b) = a / (a + b), and the first of the two waits for 1 / (a + b) days."""
    days = flag_days(waiting({"a": {"hazard_per_day": 0.06}, "b": {"hazard_per_day": 0.02}}, 150), ["a", "b"])
    apart = days[:, 0] != days[:, 1]  # both in one tick of a day: not told apart
    first = days.min(axis=1)
    assert (days[apart, 0] < days[apart, 1]).mean() == pytest.approx(0.75, abs=3.5 * (0.75 * 0.25 / RUNS) ** 0.5)
    assert first[np.isfinite(first)].mean() == pytest.approx(1 / 0.08, abs=3.5 / 0.08 / RUNS**0.5 + 0.5)


def test_a_flag_raises_a_hazard():
    """0.02 a day up to day 10, three times that after it: 1 - exp(-0.02 x 10 - 0.06 x 20) have happened by day 30."""
    a = {"hazard_per_day": 0.02, "hazard_times": 3, "hazard_times_when": "spur"}
    days = flag_days(waiting({"a": a, "spur": {"day": 10}}, 30), ["a"])
    early, by_then = -math.expm1(-0.2), -math.expm1(-0.2 - 1.2)
    for share, expected in (((days < 10).mean(), early), (np.isfinite(days).mean(), by_then)):
        assert share == pytest.approx(expected, abs=3.5 * (expected * (1 - expected) / RUNS) ** 0.5)


def joint_assault(first_men, second_men, quality=1.0):
    """Two formations of one side march two days to one gate, prepare for three and fight by the square law."""
    toy = toys.fight(0.0, horizon_days=60)
    start = {"at": "a", "towards": "b", "km": 0}
    toy["sides"]["red"]["push_rate_km_per_day"] = 9  # 18 km
    toy["place_kinds"]["town"]["preparation_days"] = 3
    orders = [{"objective": "b"}]
    toy["formations"] = {
        "r": toys.formation("red", start, first_men, quality=quality, orders=orders),
        "s": toys.formation("red", start, second_men, quality=quality, orders=orders),
    }
    return toy


@pytest.mark.parametrize("quality", [1.0, 1.3])
def test_march_preparation_and_square_law_add_up(quality):
    """X' = -a Y and Y' = -b X with a / b = 1.2 / (the attackers' quality) and sqrt(a b) = 0.1; no breakpoint."""
    world = toys.ensemble_of(joint_assault(2000, 1000, quality)).replay(1, 0)
    ratio = math.sqrt(1.2 / quality) * 2000 / 3000  # sqrt(a / b) Y0 / X0
    assert float(world.finishes["day"].min()) == pytest.approx(2 + 3 + math.atanh(ratio) / 0.1, abs=0.05)
    left = 3000 * math.sqrt(1 - ratio * ratio)
    assert float(world.formations["strength_men"].sum()) == pytest.approx(left, rel=2e-3)


def test_a_joint_assault_shares_its_losses():
    """Each loses the same share; together they fare as one formation of all their men."""
    ensemble = toys.ensemble_of(joint_assault(2000, 1000))
    world = ensemble.replay(1, 0)
    row = ensemble.blueprint.names["formations"].row
    first, second = (float(world.formations[row(one)]["strength_men"]) for one in "rs")
    assert first == pytest.approx(2 * second, rel=1e-12)
    alone = toys.ensemble_of(joint_assault(3000, 0.001)).replay(1, 0)
    assert first + second == pytest.approx(float(alone.formations["strength_men"].sum()), rel=1e-4)


def two_towns(sorties):
    """Two formations clear a town each, of 20 days with full air support; their command cares more for the first."""
    toy = toys.fight(0.5, horizon_days=120)
    toy["place_kinds"]["town"] |= {"breakpoint_share": 0.6, "frontage_men": 1000}
    toy["commands"]["red_hq"]["interests"] = {"b": 0.9, "d": 0.4}
    toy["places"] |= {"c": toys.place(34, 38, "red"), "d": toys.place(34, 38.2, "blue")}
    for one in "bd":
        toy["places"][one]["clear_days"] = 20
    toy["roads"]["c--d"] = toys.road("c", "d", 19)
    toy["garrisons"]["g"]["places"] = ["b", "d"]
    start = {"at": "c", "towards": "d"}
    toy["formations"]["s"] = toys.formation("red", start, 3000, assaulting=True, orders=[{"objective": "d"}])
    toy["rules"]["assault"] |= {"unsupported_clearing": 0.4}
    toy["air_arms"] = {
        "air": {"name": "air", "side": "red", "command": "red_hq", "supports": ["red"], "sorties_per_day": sorties,
                "sorties_for_full_support": 20, "support_factor": 2}
    }  # fmt: skip
    return toys.entrants(toy, {"r": "b", "s": "d"})


@pytest.mark.parametrize(("sorties", "main_pace", "other_pace"), [(30, 1.0, 0.7), (40, 1.0, 1.0), (10, 0.7, 0.4)])
def test_sorties_go_to_the_main_effort_first(sorties, main_pace, other_pace):
    """What is left beyond full support goes to the other (pace 0.4 + 0.6 x share), and all of it once it is free."""
    runs = toys.ensemble_of(two_towns(sorties)).simulate(1, 0, 1).runs.to_pandas()
    first = 20 / main_pace
    second = first + (20 - other_pace * first) / min(1.0, 0.4 + 0.6 * sorties / 20)
    assert runs["finish_day:main:r"].item() == pytest.approx(first, abs=0.1)
    assert runs["finish_day:main:s"].item() == pytest.approx(second, abs=1.0)  # sorties are given out once a day
