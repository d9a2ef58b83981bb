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
    toy["contestants"] = {
        one: {"name": one, "side": units[one]["side"], "formations": [one]} for one in finish
    }
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
    toy["garrisons"] = {
        "g": {"name": "g", "side": "blue", "command": "blue_hq", "strength_men": 2000, "places": ["b"]}
    }
    start = {"at": "a", "towards": "b"}
    orders = [{"objective": "b"}]
    toy["formations"] = {"r": formation("red", start, 3000, quality=1.1, assaulting=True, orders=orders)}
    toy["rules"] = {
        "assault": {"loss_rate_per_day": 0.1, "mixing_exponent": mixing_exponent, "exchange_ratio": 1.2}
    }
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
            "refill_days_per_day": 0.5, "refill_length_km": 160,
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
