"""The page's table of switches: each mechanism acts in the small war, and with its switch no more."""

import copy
import re
from pathlib import Path

import pytest

from sim.ensemble import Ensemble
from sim.world.codes import Mechanism
from tests import toys

PAGE = Path(__file__).parent.parent.parent / "scenarios" / "README.md"
RUNS = 150
IN_WORDS = {"order_dropped", "siege_relieved", "clash"}


def switches():
    """Return the sets of each mechanism, read from the page."""
    table = PAGE.read_text().split("## Switching a mechanism off")[1].split("\n\n")[2]
    found = {}
    for line in table.splitlines()[2:]:
        mechanisms, sets = (re.findall(r"`([^`]+)`", cell) for cell in line.strip("|").split("|"))
        found |= {one: [text for text in sets if "=" in text] for one in mechanisms}
    return found


def set_at(toy, path, value):
    """Set a value at a key path, in place; <id> stands for every id there."""
    key, *rest = path
    for one in list(toy) if key == "<id>" else [key]:
        if rest:
            set_at(toy.setdefault(one, {}), rest, value)
        elif value is None:
            toy.get(one) is not None and toy.pop(one)
        else:
            toy[one] = value


def switched(mechanism):
    """Return the small war with a mechanism switched off as the page says."""
    toy = copy.deepcopy(toys.small_war())
    sets = switches()[mechanism]
    if mechanism == "clash":
        sets = [*switches()["incident"], *sets]
    for text in sets:
        path, value = text.split("=")
        set_at(
            toy, path.split("."), {"null": None, "[]": []}.get(value, value if not value.isdigit() else float(value))
        )
    if mechanism == "order_dropped":
        for unit in toy["formations"].values():
            for order in unit["orders"]:
                order["if_rival_holds"] = "wait"
    if mechanism in ("siege_relieved", "assault_won", "joint_assault"):
        toy["sieges"] = {}
        toy["milestones"] = {"b_held": toy["milestones"]["b_held"]}
    return toy


def fired(toy):
    """Return how often each mechanism fired over all runs."""
    runs = Ensemble(toys.scenario_of(toy)).simulate(5, 0, RUNS).runs
    return {one.name.lower(): sum(runs[f"fired:{one.name.lower()}"].to_pylist()) for one in Mechanism}


@pytest.fixture(scope="module")
def in_the_war():
    """Return how often each mechanism fires in the small war as it is."""
    return fired(toys.small_war())


def test_every_mechanism_has_its_switch():
    """None is missing on the page, and none is there that is not in the model."""
    assert set(switches()) == {one.name.lower() for one in Mechanism}
    assert all(sets for one, sets in switches().items() if one not in IN_WORDS)


@pytest.mark.parametrize("mechanism", [one.name.lower() for one in Mechanism])
def test_a_mechanism_that_is_switched_off_does_not_act(in_the_war, mechanism):
    """It acts in the war as it is."""
    assert in_the_war[mechanism] > 0
    assert fired(switched(mechanism))[mechanism] == 0
