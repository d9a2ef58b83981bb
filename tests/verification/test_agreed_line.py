"""An agreed line: both stop at it, and one that would move on asks again after each stay."""

import numpy as np
import pytest
from scipy import stats

from sim.world.codes import LogKind, Reason
from tests import toys

RUNS, STAY, START = 600, 5.0, 2.0


def across(line_broken_probability):
    """Return a toy in which a formation, told on day 2 to go to a place nearer to its rival, has agreed a line."""
    toy = toys.base({"red": {"push_rate_km_per_day": 10}, "green": {}}, horizon_days=60)
    toy["relations"] = [{"between": ["red", "green"], "stance": "rival"}]
    toy["places"] = {"a": toys.place(35, 38, "red"), "m": toys.place(35, 38.14), "b": toys.place(35, 38.2, "green"),
                     "away": toys.place(35, 37.8)}  # fmt: skip
    toy["roads"] = {
        "a--m": toys.road("a", "m", 13),
        "m--b": toys.road("m", "b", 6),
        "a--away": toys.road("a", "away", 19),
    }
    orders = [{"objective": "m", "after": "go"}]
    toy["formations"] = {"r": toys.formation("red", "a", orders=orders), "q": toys.formation("green", "b")}
    toy["events"] = {"go": {"title": "go", "day": START}}
    pair = {"between": ["red_hq", "green_hq"]}
    toy["channels"] = {"phone": pair | {"working": 1, "restored_per_day": 0, "suspended_by_strike_probability": 0}}
    toy["rules"] = {"encounters": {"contact_range_km": 30, "line_agreed_per_day": 1e9, "line_kept_days": STAY,
                                   "line_broken_probability": line_broken_probability}}  # fmt: skip
    return toys.entrants(toy, {"r": "m", "q": "a"})


def test_a_line_that_is_kept_is_never_crossed():
    """It stays where it was, and the log says why, once each stay."""
    ensemble = toys.ensemble_of(across(0.0))
    world = ensemble.replay(1, 0)
    log, names = world.log[: world.clock[0].log_rows], ensemble.blueprint.names
    assert names["places"].name(world.formations[names["formations"].row("r")].at) == "a"
    kept = log["day"][(log["kind"] == LogKind.WAITS) & (log["other"] == Reason.KEEPS_LINE)]
    assert kept == pytest.approx(np.arange(START, 60, STAY))


def test_a_line_that_is_broken_holds_nobody():
    """With a certain break it goes on the day it is told to."""
    runs = toys.ensemble_of(across(1.0)).simulate(1, 0, 1).runs.to_pandas()
    assert runs["finish_day"].item() == pytest.approx(START + 13 / 10)
    assert runs["fired:line_broken"].item() == 1 and runs["fired:line_kept"].item() == 0


def test_the_stays_are_geometric():
    """Each time it would move on, the line breaks with the probability given."""
    days = toys.ensemble_of(across(0.4)).simulate(1, 0, RUNS).runs.to_pandas()["finish_day"].fillna(999)
    stays = np.round((days - START - 13 / 10) / STAY, 6)
    seen = [(stays == count).sum() for count in range(4)]
    expected = stats.geom.pmf(np.arange(1, 5), 0.4) * RUNS
    assert stats.chisquare([*seen, RUNS - sum(seen)], [*expected, RUNS - expected.sum()]).pvalue > 0.001


def test_ground_on_its_own_side_of_the_line_stays_open():
    """A place farther from the rival is reached as if there were no line."""

    def away(toy):
        toy["formations"]["r"]["orders"] = [{"objective": "away", "after": "go"}]
        toy["races"]["main"]["finish"]["r"] = ["away"]

    runs = toys.ensemble_of(toys.changed(across(0.0), away)).simulate(1, 0, 1).runs.to_pandas()
    assert runs["finish_day"].item() == pytest.approx(START + 19 / 10)
