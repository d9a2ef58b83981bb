"""Incidents at constant contact against the Poisson distribution."""

import math

import numpy as np
import pytest
from scipy import stats

from tests import naive, toys

RUNS, DAYS = 2000, 20


def counts_and_days(toy, runs=RUNS):
    """Return the number of incidents of every run, and the days of all incidents."""
    incidents = toys.ensemble_of(toy).simulate(5, 0, runs).incidents.to_pandas()
    return np.bincount(incidents["run"], minlength=runs), incidents["day"].to_numpy()


@pytest.mark.parametrize("rate", [0.05, 0.3, 2.0])
def test_count_is_poisson_with_the_stated_rate(rate):
    """Mean, variance and chi-square over 2,000 runs; 2 a day has several in many a tick."""
    mean = rate * DAYS
    counts, _ = counts_and_days(toys.contact(rate, DAYS))
    assert counts.mean() == pytest.approx(mean, abs=3.5 * math.sqrt(mean / RUNS))
    spread = math.sqrt((mean + 2 * mean * mean) / RUNS)  # of the sample variance of a Poisson count
    assert counts.var(ddof=1) == pytest.approx(mean, abs=3.5 * spread)
    edges = np.unique(stats.poisson.ppf([0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95], mean).astype(int))
    seen = np.histogram(counts, [-1, *(edges + 0.5), np.inf])[0]
    shares = np.diff(stats.poisson.cdf([-1, *edges, np.inf], mean))
    assert stats.chisquare(seen, shares * RUNS).pvalue > 0.001


def test_incidents_fall_evenly_in_time():
    """Given their number, the days of a Poisson process are uniform."""
    _, days = counts_and_days(toys.contact(0.3, DAYS))
    assert stats.kstest(days / DAYS, "uniform").pvalue > 0.001


def test_a_longer_tick_changes_no_day():
    """The hazard is exact for any tick: the same incidents at the same times."""
    fine = toys.changed(toys.contact(0.3, DAYS), lambda toy: toy.update(tick_hours=1))
    assert counts_and_days(fine, 200)[1] == pytest.approx(counts_and_days(toys.contact(0.3, DAYS), 200)[1])


def test_a_channel_thins_the_process():
    """With a working channel that halves the rate: counts like those of a thinned process."""

    def open_channel(toy):
        toy["rules"]["encounters"]["channel_factor"] = 0.5
        toy["channels"] = {
            "phone": {
                "between": ["red_hq", "green_hq"], "working": 1,
                "restored_per_day": 0, "suspended_by_strike_probability": 0,
            }
        }  # fmt: skip

    counts, _ = counts_and_days(toys.changed(toys.contact(0.3, DAYS), open_channel))
    thinned = [len(naive.poisson_times_by_thinning(lambda day: 0.15, 0.3, DAYS, seed)) for seed in range(RUNS)]
    error = math.sqrt(2 * 3.0 / RUNS)
    assert counts.mean() == pytest.approx(np.mean(thinned), abs=3.5 * error)


def flown(weights):
    """Return constant contact of two formations, the second under aircraft of a third side, a rival of the first."""

    def fly(toy):
        toy["sides"]["blue"], toy["commands"]["blue_hq"] = {"name": "blue"}, {"name": "blue", "side": "blue"}
        toy["relations"].append({"between": ["red", "blue"], "stance": "rival"})
        arm = {"name": "air", "sorties_per_day": 10, "sorties_for_full_support": 10, "support_factor": 1}
        toy["air_arms"] = {
            "theirs": arm | {"side": "blue", "command": "blue_hq", "supports": ["green"], "flies_over": ["east"]},
            "ours": arm | {"side": "red", "command": "red_hq", "supports": ["red"], "flies_over": ["west"]},
        }
        toy["places"]["a"]["tags"], toy["places"]["b"]["tags"] = ["west"], ["east"]
        toy["rules"]["encounters"] |= {"weight_ground_clash": 0, "loss_share": 0.1} | weights

    return toys.changed(toys.contact(0.3, DAYS), fly)


def test_strikes_and_shoot_downs_are_those_of_the_aircraft():
    """A strike is between the striking aircraft's side and whom it hits; a shoot-down between both arms' sides."""
    strikes = toys.ensemble_of(flown({"weight_strike": 1})).simulate(5, 0, 300).incidents.to_pandas()
    assert set(strikes["pair"]) == {"blue-red", "green-red"}
    assert (strikes["pair"] == "blue-red").mean() == pytest.approx(0.5, abs=3.5 * 0.5 / len(strikes) ** 0.5)
    shot = toys.ensemble_of(flown({"weight_shoot_down": 1})).simulate(5, 0, 50).incidents.to_pandas()
    assert set(shot["pair"]) == {"blue-red"}


def test_a_shoot_down_keeps_aircraft_away_and_costs_no_men():
    """The arm that lost an aircraft flies no sorties for a while."""
    toy = flown({"weight_shoot_down": 1, "air_withdrawn_days": 3})
    world = toys.ensemble_of(toy).replay(5, 0)
    assert world.clock[0].incidents > 0
    assert {unit.strength_men for unit in world.formations} == {1000.0}
    assert max(arm.withdrawn_until_day for arm in world.air_arms) > 0.0


def test_a_post_has_one_front_with_an_alliance():
    """Two columns of one alliance before one post, each alone in contact with it, have the incidents of one."""
    toy = toys.contact(0.3, DAYS)
    toy["places"]["b"]["holder"] = "green"
    toy["garrisons"] = {
        "g": {"name": "g", "side": "green", "command": "green_hq", "strength_men": 100, "places": ["b"]}
    }
    toy["places"]["c"] = toys.place(35, 38.02)
    toy["formations"] = {"r": toys.formation("red", "a")}
    alone, _ = counts_and_days(toys.entrants(toy, {"r": "b"}))
    toy["formations"]["s"] = toys.formation("red", "c")
    both, _ = counts_and_days(toys.entrants(toy, {"r": "b", "s": "b"}))
    assert alone.mean() == pytest.approx(0.3 * DAYS, abs=3.5 * math.sqrt(0.3 * DAYS / RUNS))
    assert both.mean() == pytest.approx(alone.mean(), abs=5 * math.sqrt(0.3 * DAYS / RUNS))
