"""Each mechanism of the shipped campaign: it fires, and switching it off moves something by more than its interval."""

import json

import pytest

from experiments.pairs import is_clear
from sim.scenario.loading import from_data, load
from sim.world.codes import Mechanism
from tests.scenario.test_switches import set_at, switches
from tests.verification.conftest import RUNS, change_of, changes, runs_of

LEAST_SHARE, FEW = 0.05, 300
FAINT = {
    "reroute",
    "replacements",
    "line_broken",
    "line_kept",
    "siege_fell",
    "out_of_supply",
}  # seen over all runs only
MANY = 2400
FAINTEST = {"reroute": MANY, "line_broken": MANY, "line_kept": MANY}  # seen over so many only
DAY = "restricted_mean_day"
MOVES = {
    "pause": f"milestones/sdf_reaches_valley/{DAY}",
    "reroute": "days/tanf_push:advancing",
    "bridging": "days/tiger:advancing",
    "out_of_supply": f"races/abu_kamal/finish/tanf_push/{DAY}",
    "replacements": f"milestones/uqayribat_taken/{DAY}",
    "assault_won": f"milestones/t2_taken/{DAY}",
    "joint_assault": f"milestones/t2_taken/{DAY}",
    "assault_beaten": "days/m20:refitting",
    "odds_awaited": "days/m20:refitting",
    "garrison_left": "days/m20:fighting",
    "withdrawal": "days/m20:fighting",
    "reinforcement": f"races/border/finish/tanf_push/{DAY}",
    "raid": "fired/out_of_supply",
    "raid_retake": "days/sdf:marching",
    "counter_attack": "fired/out_of_supply",
    "counter_retake": "fired/out_of_supply",
    "incident": "clashes/loyalists-sdf/all",
    "clash": "clashes/coalition-loyalists/all",
    "line_agreed": "clashes/loyalists-sdf/all",
    "line_broken": "days/tiger:holding",
    "line_kept": "days/tiger:holding",
    "air_withdrawn": f"milestones/raqqa_taken/{DAY}",
    "zone_try": "clashes/coalition-loyalists/any",
    "zone_stop": "clashes/coalition-loyalists/any",
    "zone_strike": "clashes/coalition-loyalists/any",
    "channel_suspended": "clashes/loyalists-sdf/all",
    "channel_restored": "clashes/loyalists-sdf/all",
    "air_support": f"milestones/raqqa_taken/{DAY}",
    "rival_near": f"races/border/finish/sdf/{DAY}",
    "rear_mended": "fired/out_of_supply",
    "rear_cleared": f"milestones/hajin_us_backed/{DAY}",
    "order_dropped": "races/border/finish/tiger/share",
    "siege_relieved": "races/deir_ez_zor/first/m20",
    "siege_fell": f"milestones/deir_ez_zor_relieved/{DAY}",
    "event": f"milestones/sdf_reaches_valley/{DAY}",
}


def switched(mechanism):
    """Return the campaign with a mechanism switched off as scenarios/README.md says; events stay but for their own."""
    data = json.loads(load("june_2017").text)
    sets = list(switches()[mechanism])
    if mechanism == "clash":
        sets += switches()["incident"]
    for text in sets:
        path, value = text.split("=")
        if mechanism == "event" or not path.startswith("events."):
            number = {"null": None, "[]": []}.get(value, value)
            set_at(data, path.split("."), float(number) if isinstance(number, str) else number)
    inside = data["sieges"]["deir_ez_zor"]["places"]
    for unit in data["formations"].values():
        for order in unit.get("orders", []):
            if mechanism == "order_dropped":
                order["if_rival_holds"] = "wait"
        if mechanism == "siege_relieved":
            unit["orders"] = [order for order in unit.get("orders", []) if order["objective"] not in inside]
    data["sources"] = {}  # what is cited here is listed in the baseline
    return from_data(data, json.dumps(sorted(sets)))


def test_every_mechanism_is_here():
    """None left out, and each names one number."""
    assert set(MOVES) == {one.name.lower() for one in Mechanism}


@pytest.mark.slow
def test_every_mechanism_fires_in_one_run_of_twenty(baseline):
    """`fired:` columns."""
    runs = runs_of(baseline, MANY)
    shares = {one: (runs[f"fired:{one}"] > 0).mean() for one in MOVES}
    assert min(shares.values()) >= LEAST_SHARE, shares


@pytest.mark.slow
@pytest.mark.parametrize("mechanism", MOVES)
def test_switching_a_mechanism_off_moves_the_outcome(baseline, mechanism):
    """By more than the paired 95 % interval, run by run with the same luck."""
    runs_of(baseline)  # once, not a part of them first
    count = FAINTEST.get(mechanism, RUNS if mechanism in FAINT else FEW)
    change = change_of(changes(baseline, switched(mechanism), count), MOVES[mechanism])
    assert is_clear(change), change
