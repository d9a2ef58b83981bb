"""The shipped what-ifs: each moves what its sentence says, by more than its paired interval."""

from pathlib import Path

import pytest

from experiments import manifest
from experiments.contrast import Pairs, rows
from experiments.pairs import is_clear
from sim.ensemble import Ensemble
from sim.scenario.differences import differences
from sim.scenario.loading import load

SCENARIOS = Path(__file__).parent.parent / "scenarios"
RUNS, SEED = 600, 7
BASE = "june_2017"
MEAN_DAY = "restricted_mean_day"
US_CLASHES, SDF_CLASHES = ("clashes", "coalition-loyalists", "all"), ("clashes", "loyalists-sdf", "all")
SDF_FIRST = ("races", "border", "first", "sdf")
TANF_TAKEN = ("milestones", "al_tanf_taken", "share")

# What the note of each file says: the number that moves, and whether it rises (+1) or falls (-1).
SAID = {
    "channel_works": [(US_CLASHES, -1)],
    "sdf_released_early": [(("milestones", "sdf_reaches_valley", MEAN_DAY), -1), (SDF_FIRST, +1)],
    "sdf_tied_down": [(SDF_FIRST, -1), (SDF_CLASHES, -1)],
    "no_restraint_from_moscow": [(US_CLASHES, +1), (SDF_CLASHES, +1)],
    "full_obedience": [(US_CLASHES, -1), (SDF_CLASHES, -1), (("fired", "zone_try"), -1)],
    "garrison_falls_day_20": [
        (("milestones", "deir_ez_zor_city_clear", MEAN_DAY), +1), (("races", "border", "finish", "tiger", "share"), -1),
    ],
    "no_tanf_zone": [(US_CLASHES, -1), (TANF_TAKEN, +1)],
    "no_dash_to_the_border": [
        (("days", "us_partners:advancing"), +1),
        (("races", "border", "finish", "tanf_push", MEAN_DAY), +1),
    ],
    "tiger_to_m20": [
        (("milestones", "sukhnah_taken", MEAN_DAY), -1), (("milestones", "maadan_taken", MEAN_DAY), +1),
    ],
    "washington_disengages": [
        (("milestones", "raqqa_taken", MEAN_DAY), +1), (SDF_FIRST, -1), (TANF_TAKEN, +1),
    ],
    "no_russian_air": [
        (("races", "deir_ez_zor", "finish", "m20", MEAN_DAY), +1),
        (("races", "euphrates_valley", "finish", "tiger", MEAN_DAY), +1),
        (("races", "border", "first_by_side", "loyalists"), -1),
    ],
}  # fmt: skip


def runs_of(name, count=RUNS):
    """Return the runs of a scenario and its manifest."""
    scenario = load(name)
    runs = Ensemble(scenario).simulate(SEED, 0, count).runs.to_pandas()
    return runs, manifest.describe(scenario, range(count), SEED, "compiled", "")


@pytest.fixture(scope="module")
def base():
    """Return the baseline's runs and manifest."""
    return runs_of(BASE)


def test_every_what_if_is_here():
    """No file is left out, each extends the baseline and says why."""
    assert {path.stem for path in SCENARIOS.glob("*.yaml")} == set(SAID)
    for name in SAID:
        scenario = load(name)
        assert scenario.extends == BASE and scenario.model.title.startswith("What if: ") and scenario.model.note
        assert 1 <= len(differences(load(BASE), scenario)) <= 10
        assert len((SCENARIOS / f"{name}.yaml").read_text().splitlines()) <= 25


@pytest.mark.slow
@pytest.mark.parametrize("name", SAID)
def test_a_what_if_moves_what_it_says(base, name):
    """Whose paired 95 % interval lies wholly on the side that the note names."""
    runs, theirs = runs_of(name)
    found = Pairs(base[0], runs, base[1], theirs).contrast()
    for path, sign in SAID[name]:
        change = found
        for key in path:
            change = change[key]
        assert is_clear(change) and sign * change["difference"] > 0, (path, change)


@pytest.mark.slow
def test_the_baseline_against_itself_is_zero(base):
    """Run again: every number the same, every difference exactly zero."""
    runs, theirs = runs_of(BASE)
    found = Pairs(base[0], runs, base[1], theirs)
    assert runs.equals(base[0]) and found.flipped().empty
    changes = [one for _, one in rows(found.contrast())]
    assert len(changes) > 300 and {one["difference"] for one in changes} <= {0.0, None}
    assert {one["low"] for one in changes} <= {0.0, None}
