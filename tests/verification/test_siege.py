"""The fall of a besieged garrison against its exponential law; clearing block by block against its closed form."""

import math

import pytest

from sim.rules.siege import siege
from tests import toys

RUNS, DAYS = 1500, 40


def besieged(men, exponent):
    """Return a besieged garrison without relief whose hazard is 0.02 a day at the strength of 400 men."""
    toy = toys.base({"red": {}, "blue": {}}, DAYS)
    toy["relations"] = [{"between": ["red", "blue"], "stance": "hostile"}]
    toy["places"] = {"f": toys.place(35, 38, "red"), "b": toys.place(35, 38.3, "blue")}
    toy["roads"] = {"f--b": toys.road("f", "b", 28)}
    group = {"name": "g", "quality": 1.0}
    toy["garrisons"] = {
        "inside": group | {"side": "red", "command": "red_hq", "strength_men": men, "places": ["f"]},
        "outside": group | {"side": "blue", "command": "blue_hq", "strength_men": 1000, "places": ["b"]},
    }
    toy["formations"] = {"r": toys.formation("blue", "b")}
    toy["sieges"] = {
        "s": {"name": "s", "places": ["f"], "besieger": "blue", "ring_from": ["b"], "ring_share": 0.5,
              "falls_per_day": 0.02, "strength_loss_per_day": 0, "reference_strength": 400},
    }  # fmt: skip
    toy["milestones"] = {"fell": {"title": "fell", "fallen": "s"}}
    toy["rules"] = {"siege": {"falls_exponent": exponent}}
    return toys.entrants(toy, {"r": "f"})


@pytest.mark.parametrize(("men", "exponent"), [(400, 1), (800, 1), (200, 1), (800, 2), (800, 0)])
def test_share_that_falls(men, exponent):
    """1 - exp(-hazard x (reference / strength) ^ exponent x days): a stronger garrison falls less often."""
    runs = toys.ensemble_of(besieged(men, exponent)).simulate(3, 0, RUNS).runs.to_pandas()
    expected = -math.expm1(-0.02 * (400 / men) ** exponent * DAYS)
    error = math.sqrt(expected * (1 - expected) / RUNS)
    assert runs["arrival_day:fell"].notna().mean() == pytest.approx(expected, abs=3.5 * error)


@pytest.mark.parametrize("exponent", [0, 1])
def test_with_half_the_ring_gone_it_falls_half_as_often(exponent):
    """Half the besiegers leave on the first day; what that changes is the exponent's to say."""
    toy = besieged(400, 0)
    toy["rules"]["siege"]["besiegers_exponent"] = exponent
    ensemble = toys.ensemble_of(toy)
    keys, values = ensemble.draw(3, 0, 1)
    world = ensemble.start(keys[0], values[0])
    outside = ensemble.blueprint.names["places"].row("b")
    world.places[outside].garrison_men = 500
    siege(ensemble.handle)
    assert world.sieges[0].hazard == pytest.approx(0.02 * world.clock[0].tick_days * 0.5**exponent)


@pytest.mark.parametrize(("sorties", "pace"), [(0, 0.4), (10, 0.7), (20, 1.0), (50, 1.0)])
def test_days_to_clear(sorties, pace):
    """Clear days / pace: with full air support the days given, with none those over `unsupported_clearing`."""

    def block_by_block(toy):
        toy["horizon_days"] = 100
        toy["places"]["b"]["clear_days"] = 20
        toy["place_kinds"]["town"] |= {"breakpoint_share": 0.6, "frontage_men": 1000}
        toy["rules"]["assault"] |= {"unsupported_clearing": 0.4}
        toy["air_arms"] = {
            "air": {"name": "air", "side": "red", "command": "red_hq", "supports": ["red"], "sorties_per_day": sorties,
                    "sorties_for_full_support": 20, "support_factor": 2}
        }  # fmt: skip

    runs = toys.ensemble_of(toys.changed(toys.fight(0.5), block_by_block)).simulate(1, 0, 1).runs.to_pandas()
    assert runs["finish_day"].item() == pytest.approx(20 / pace, rel=2e-3)
