"""Toy scenarios as dicts, small enough to reckon by hand; `scenario_of` turns one into a Scenario."""

import copy
import hashlib
import json
from collections.abc import Callable
from typing import Any

from sim.ensemble import Ensemble
from sim.scenario.loading import Scenario
from sim.scenario.schema import ScenarioModel

Toy = dict[str, Any]
TOWN = {
    "fortification": 1, "breakpoint_share": 0.4, "preparation_days": 1, "consolidation_days": 1,
    "frontage_men": 5000, "capacity_men": 1000, "garrison_weight": 1,
}  # fmt: skip


def scenario_of(toy: Toy) -> Scenario:
    """Return the Scenario of a dict (the one place that makes one from data)."""
    text = json.dumps(toy)  # not sorted: two orders of one toy are two scenarios
    name = hashlib.sha256(text.encode()).hexdigest()
    return Scenario(name="toy", model=ScenarioModel.model_validate(toy), text=text, hash=name, path=None)


def ensemble_of(toy: Toy) -> Ensemble:
    """Return an Ensemble of a dict."""
    return Ensemble(scenario_of(toy))


def changed(toy: Toy, change: Callable[[Toy], object]) -> Toy:
    """Return a copy of a toy after a change made in place."""
    copied = copy.deepcopy(toy)
    change(copied)
    return copied


def place(lat: float, lon: float, holder: str | None = None, **more: Any) -> Toy:
    """Return a place of the kind town in country x."""
    return {"name": "place", "lat": lat, "lon": lon, "country": "x", "kind": "town", "holder": holder, **more}


def road(start: str, end: str, length_km: float, **more: Any) -> Toy:
    """Return a road of the class road."""
    return {"from": start, "to": end, "class": "road", "length_km": length_km, **more}


def formation(side: str, start: Any, men: Any = 1000, **more: Any) -> Toy:
    """Return a formation under its side's command `<side>_hq`."""
    return {"name": side, "side": side, "command": f"{side}_hq", "start": start, "strength_men": men, **more}


def base(sides: dict[str, Toy], horizon_days: int, tick_hours: float = 6) -> Toy:
    """Return what every toy has: sides with a command each, one kind of place, one class of road."""
    return {
        "title": "toy",
        "start_date": "2020-01-01",
        "horizon_days": horizon_days,
        "tick_hours": tick_hours,
        "sides": {one: {"name": one, **more} for one, more in sides.items()},
        "commands": {f"{one}_hq": {"name": one, "side": one} for one in sides},
        "place_kinds": {"town": dict(TOWN)},
        "road_classes": {"road": {"march_km_per_day": 100, "advance_factor": 1}},
    }


def entrants(toy: Toy, finish: dict[str, str]) -> Toy:
    """Add a contestant of each formation named, with its finish, and the race between them."""
    units = toy["formations"]
    toy["contestants"] = {one: {"name": one, "side": units[one]["side"], "formations": [one]} for one in finish}
    toy["races"] = {"main": {"title": "race", "finish": {one: [place] for one, place in finish.items()}}}
    return toy


def line(places: int = 5, leg_km: float = 37.0, holder: str | None = None, tick_hours: float = 6) -> Toy:
    """One formation on a straight road of places that nobody (or its own side) holds."""
    toy = base({"red": {"push_rate_km_per_day": 11}}, horizon_days=60, tick_hours=tick_hours)
    toy["road_classes"]["road"] = {"march_km_per_day": 73, "advance_factor": 0.7}
    names = [f"p{index}" for index in range(places)]
    toy["places"] = {name: place(35, 38 + 0.4 * index, holder) for index, name in enumerate(names)}
    toy["roads"] = {f"{a}--{b}": road(a, b, leg_km) for a, b in zip(names, names[1:], strict=False)}
    orders = [{"objective": names[-1], "if_ally_holds": "go"}]
    toy["formations"] = {"r": formation("red", names[0], tempo=0.9, orders=orders)}
    return entrants(toy, {"r": names[-1]})


def duel() -> Toy:
    """Two contestants on roads of equal length from two sides to one finish that nobody holds."""
    toy = base({"red": {"push_rate_km_per_day": 10}, "green": {"push_rate_km_per_day": 9}}, horizon_days=300)
    toy["relations"] = [{"between": ["red", "green"], "stance": "rival"}]
    toy["places"] = {"a": place(35, 37), "b": place(35, 39), "finish": place(35, 38)}
    toy["roads"] = {"a--finish": road("a", "finish", 200), "b--finish": road("b", "finish", 200)}
    orders = [{"objective": "finish"}]
    slow = {"lognormal": {"median": 1.0, "sigma": 0.3}}
    quick = {"lognormal": {"median": 1.2, "sigma": 0.2}}
    toy["formations"] = {
        "r": formation("red", "a", tempo=slow, orders=orders),
        "q": formation("green", "b", tempo=quick, orders=orders),
    }
    return entrants(toy, {"r": "finish", "q": "finish"})


def contact(incidents_per_day: float = 0.3, horizon_days: int = 20) -> Toy:
    """Two rival formations that stand within contact range of each other."""
    toy = base({"red": {}, "green": {}}, horizon_days)
    toy["relations"] = [{"between": ["red", "green"], "stance": "rival"}]
    toy["places"] = {"a": place(35, 38), "b": place(35, 38.1)}
    toy["roads"] = {"a--b": road("a", "b", 10)}
    toy["formations"] = {"r": formation("red", "a"), "q": formation("green", "b")}
    toy["rules"] = {"encounters": {"contact_range_km": 15, "incidents_per_day_settled": incidents_per_day}}
    return entrants(toy, {"r": "b", "q": "a"})


def fight(mixing_exponent: float, horizon_days: int = 5, breakpoint_share: float = 1.0) -> Toy:
    """One assault under way on one garrison: 3,000 men against 2,000 at quality 1.1, no size effect."""
    toy = base({"red": {}, "blue": {}}, horizon_days, tick_hours=1)
    toy["place_kinds"]["town"] |= {"breakpoint_share": breakpoint_share, "capacity_men": 1e9, "frontage_men": 1e9}
    toy["relations"] = [{"between": ["red", "blue"], "stance": "hostile"}]
    toy["places"] = {"a": place(35, 38, "red"), "b": place(35, 38.2, "blue")}
    toy["roads"] = {"a--b": road("a", "b", 18)}
    toy["garrisons"] = {"g": {"name": "g", "side": "blue", "command": "blue_hq", "strength_men": 2000, "places": ["b"]}}
    start = {"at": "a", "towards": "b"}
    orders = [{"objective": "b"}]
    toy["formations"] = {"r": formation("red", start, 3000, quality=1.1, assaulting=True, orders=orders)}
    toy["rules"] = {"assault": {"loss_rate_per_day": 0.1, "mixing_exponent": mixing_exponent, "exchange_ratio": 1.2}}
    return entrants(toy, {"r": "b"})


def supply_line(horizon_days: int = 10, days: float = 6.0) -> Toy:
    """A formation that stands on its own ground 80 km from its base."""
    toy = base({"red": {"bases": ["a"]}}, horizon_days)
    toy["places"] = {one: place(35, 38 + 0.5 * index, "red") for index, one in enumerate("abc")}
    toy["roads"] = {"a--b": road("a", "b", 50), "b--c": road("b", "c", 30)}
    toy["formations"] = {"r": formation("red", "c", supply_days=days)}
    toy["rules"] = {
        "supply": {
            "stock_days": 12, "use_pushing_per_day": 1.5, "use_halted_per_day": 0.7,
            "refill_days_per_day": 0.5, "refill_half_km": 160,
        }
    }  # fmt: skip
    return entrants(toy, {"r": "c"})


def zone(defies: bool = True) -> Toy:
    """A formation whose objective lies deep in forbidden ground guarded by another side's command."""
    toy = base({"red": {"push_rate_km_per_day": 10}, "green": {}}, horizon_days=30)
    toy["relations"] = [{"between": ["red", "green"], "stance": "rival"}]
    toy["places"] = {"a": place(35, 38), "b": place(35, 38.5), "c": place(35, 39), "d": place(34, 39, "green")}
    toy["roads"] = {"a--b": road("a", "b", 46), "b--c": road("b", "c", 46)}
    toy["zones"] = {
        "no_go": {
            "name": "no go", "shape": "circle", "centre_lat": 35, "centre_lon": 39, "radius_km": 40,
            "applies_to": ["red"], "enforcer": "green_hq",
        }
    }  # fmt: skip
    orders = [{"objective": "b", "kind": "reach"}, {"objective": "c"}]
    toy["formations"] = {
        "r": formation("red", "a", orders=orders, defies=["no_go"] if defies else []),
        "q": formation("green", "d"),
    }
    toy["rules"] = {"zones": {"try_per_day": 0.5, "rung_days": 0.25, "strike_loss_share": 0.2}}
    return entrants(toy, {"r": "c", "q": "d"})


ROADS = "ab bc cd ef fg gh ij jk kl ae bf cg dh ei fj gk hl"
ORDERS = {
    "r1": [{"objective": "f", "kind": "link_up"}, {"objective": "c"}],
    "r2": [{"objective": "j"}, {"objective": "k"}],
    "r3": [{"objective": "b"}, {"objective": "g", "stance": "bypass", "unless": "peace"}],
    "r4": [{"objective": "e", "kind": "hold"}],
    "q1": [{"objective": "c"}, {"objective": "g"}],
    "q2": [{"objective": "g", "after": "offensive"}, {"objective": "k"}],
    "y1": [{"objective": "f", "kind": "hold"}],
}
SMALL_WAR_RULES = """
march: push_days 4, push_sigma 0.4, pause_days 1, pause_sigma 0.5, pushing_at_start 0.5, \
lowest_interest 0.2, stretch_per_100_km 0.2
route: out_of_sector_factor 2, bypass_factor 2, bridging_days 0.7, hysteresis_share 0.1
supply: stock_days 8, use_pushing_per_day 1.3, use_halted_per_day 0.5, refill_days_per_day 1.2, \
refill_half_km 200, push_threshold_days 2, quality_loss_per_day 0.02, replacements_per_day 0.02
assault: loss_rate_per_day 0.1, size_exponent 0.3, exchange_ratio 1.3, attacker_breakpoint_share 0.25, \
preparation_sigma 0.5, refit_days 3, refit_sigma 0.5, unsupported_clearing 0.6, \
odds_wanted 2, odds_patience_days 3, leave_odds 6, leave_probability 0.5, withdrawal_share 0.3, low_supply_power 0.5
insurgents: reinforcement_per_day 0.3, reinforcement_share 0.3, reinforcement_reach_km 60, \
raids_per_day_per_100_km 0.2, raid_reach_km 60, raid_least_men 50, raid_cut_days 4, raid_cut_sigma 0.6, \
raid_loss_share 0.1, raid_retake_probability 0.4, weak_garrison_men 200, counter_attack_probability 0.7, \
counter_attack_reach_km 60, counter_attack_loss_share 0.2
encounters: contact_range_km 40, incidents_per_day_moving 0.4, incidents_per_day_settled 0.15, \
channel_factor 0.6, weight_warning 1, weight_turn_back 1, weight_strike 1, weight_shelling 1, \
weight_shoot_down 0.5, loss_share 0.05, pause_days 0.5, withdraw_probability 0.3, line_agreed_per_day 0.1, \
line_broken_probability 0.6, line_kept_days 1, line_kept_sigma 0.3, air_withdrawn_days 2
zones: try_per_day 0.4, try_factor_after_strike 0.7, try_factor_after_turn_back 0.8, try_half_life_days 60, \
rung_days 0.3, stop_probability 0.2, stop_probability_channel 0.4, stop_probability_struck 0.5, strike_loss_share 0.1
tension: feedback 1, highest_factor 2.5
commands: rival_near_km 60, rival_near_interest 1.5, mend_reach_km 80, mend_stay_days 2, clear_reach_km 80, \
help_reach_km 80, support_when_preparing 0.5
siege: falls_exponent 0.5, besiegers_exponent 1
control: hold_days 0.5, detachment_share 0.03, rear_garrison_men 80
"""


def small_war_rules() -> Toy:
    """Return the settings above as a mapping; one of them is drawn."""
    sections = (line.split(": ") for line in SMALL_WAR_RULES.strip().splitlines())
    rules: Toy = {name: {k: float(v) for k, v in map(str.split, text.split(", "))} for name, text in sections}
    rules["assault"]["loss_rate_per_day"] = {"triangular": [0.05, 0.1, 0.2]}
    return rules


def small_war(horizon_days: int = 50) -> Toy:
    """A dozen places (a grid of three rows, a to l) with every mechanism switched on."""
    toy = base({"red": {"bases": ["a"]}, "yellow": {}, "blue": {}, "green": {"bases": ["l"]}}, horizon_days)
    holders = "red blue blue green red yellow blue green red blue blue green".split()
    toy["places"] = {
        one: place(35.6 - 0.3 * (index // 4), 38 + 0.35 * (index % 4), holders[index], tags=["closed"] * (one == "k"))
        for index, one in enumerate("abcdefghijkl")
    }
    toy["roads"] = {f"{a}--{b}": road(a, b, 34) for a, b in ROADS.split()}
    toy["roads"]["b--c"] |= {"crosses_river": True, "crossing_state": "destroyed"}
    toy["alliances"] = {"pact": ["red", "yellow"]}
    stances = {"hostile": ["red-blue", "yellow-blue", "green-blue"], "rival": ["red-green", "yellow-green"]}
    toy["relations"] = [{"between": one.split("-"), "stance": s} for s, ones in stances.items() for one in ones]
    toy["commands"]["red_hq"] |= {"restraint": 0.4, "interests": {"b": 0.9, "f": 1.0}}
    toy["commands"]["patron"] = {"name": "patron", "side": "green", "restraint": 0.2}
    toy["commands"]["green_hq"] |= {"patron": "patron", "interests": {"c": 0.7}}
    units = {"r1": "a", "r2": "i", "r3": "a", "r4": "e", "q1": "d", "q2": "h", "y1": "f"}
    owner = {"r": "red", "q": "green", "y": "yellow"}
    tempo = {"lognormal": {"median": 1, "sigma": 0.3}}
    toy["formations"] = {
        one: formation(owner[one[0]], start, 1600, tempo=tempo, orders=ORDERS[one]) for one, start in units.items()
    }
    toy["formations"]["r2"] |= {"defies": ["closed"], "sector": "south", "obedience": {"red_hq": 0.5}}
    toy["formations"]["r3"] |= {"rear_guard": True}
    toy["formations"]["r4"] |= {"rear_guard": True, "strength_men": 500}
    toy["formations"]["y1"] |= {"strength_men": 300, "air_supply_days_per_day": 0.4}
    group = {"name": "g", "side": "blue", "command": "blue_hq", "strength_men": {"uniform": [1500, 3000]}}
    toy["garrisons"] = {
        "g": group | {"insurgent": True, "places": list("bcgjk")},
        "inside": {"name": "in", "side": "yellow", "command": "yellow_hq", "strength_men": 200, "places": ["f"]},
    }
    toy["sectors"] = {"south": {"polygon": [[35.2, 37.9], [35.2, 39.2], [34.8, 39.2], [34.8, 37.9]]}}
    toy["zones"] = {
        "closed": {"name": "closed", "shape": "tag", "tag": "closed", "applies_to": ["red", "yellow"],
                   "enforcer": "green_hq", "asked_by": ["red_hq"], "lifted_by": "opened"},
    }  # fmt: skip
    pair = {"between": ["red_hq", "patron"]}
    toy["tensions"] = {"t": pair | {"level": 0.3, "jump": 0.1, "half_life_days": 10}}
    toy["channels"] = {
        "phone": pair | {"working": 0.8, "restored_per_day": 0.2, "suspended_by_strike_probability": 0.5}
    }
    arm = {"name": "air", "sorties_per_day": 30, "sorties_for_full_support": 20, "support_factor": 1.6}
    toy["air_arms"] = {one: arm | {"side": one, "command": f"{one}_hq", "supports": [one]} for one in ("red", "green")}
    toy["sieges"] = {
        "pocket": {"name": "pocket", "places": ["f"], "besieger": "blue", "ring_from": ["b", "g", "j"],
                   "ring_share": 0.3, "falls_per_day": 0.01, "strength_loss_per_day": 0.005, "reference_strength": 500},
    }  # fmt: skip
    toy["events"] = {
        "offensive": {"title": "offensive", "hazard_per_day": 0.3, "hazard_times": 2, "hazard_times_when": "b_held"},
        "more_men": {"title": "men", "day": 15, "probability": 0.5, "effects": [{"reinforce": "r3", "men": 300}]},
        "smaller": {"title": "less", "day": 20, "effects": [{"resize": "r4", "keep_share": 0.8}, {"suspend": "phone"}]},
        "talks": {"title": "talks", "after": "smaller", "delay_days": 2, "effects": [{"restore": "phone"}]},
        "quarrel": {"title": "quarrel", "day": {"uniform": [5, 25]}, "effects": [{"tension": "t", "jump": 0.3}]},
        "opened": {"title": "opened", "day": 40},
        "peace": {
            "title": "peace", "day": 45, "probability": 0.5,
            "effects": [{"relation": {"between": ["yellow", "green"], "stance": "aligned"}}, {"remove": "q2"}],
        },
    }  # fmt: skip
    toy["milestones"] = {
        "b_held": {"title": "b", "held": {"places": ["b"], "by": ["red", "green"]}},
        "c_reached": {"title": "c", "reached": {"places": ["c"], "by": ["red", "green"]}},
        "near_g": {"title": "g", "near": {"place": "g", "within_km": 20, "by": ["red"]}},
        "joined": {"title": "a-f", "connected": {"ends_a": ["a"], "ends_b": ["f"], "by": ["red", "yellow"]}},
        "relieved": {"title": "relief", "relieved": "pocket"},
        "fallen": {"title": "fall", "fallen": "pocket"},
    }
    toy["contestants"] = {
        "red": {"name": "Red", "side": "red", "formations": ["r1", "r2", "r3"]},
        "green": {"name": "Green", "side": "green", "formations": ["q1", "q2"]},
    }
    finish = {"red": ["c", "g"], "green": ["g"]}
    toy["races"] = {"east": {"title": "east", "finish": finish}, "relief": {"title": "f", "finish": {"red": ["f"]}}}
    toy["rules"] = small_war_rules()
    return toy
