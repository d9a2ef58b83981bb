"""Signs: what a change must do to the outcome, on paired runs of the shipped campaign."""

import pytest

from experiments.pairs import is_clear
from sim.scenario.loading import load
from tests.verification.conftest import RUNS, change_of, changes, runs_of

MEAN_DAY = "restricted_mean_day"
FRAGILE = "sieges.deir_ez_zor.falls_per_day=0.01"  # so that falls are many enough to compare
SIGNS = {
    "more men at Sukhnah delay the M20": (
        [], ["garrisons.isis_sukhnah.strength_men=3000"],
        {f"milestones/sukhnah_taken/{MEAN_DAY}": +1, f"races/deir_ez_zor/finish/m20/{MEAN_DAY}": +1},
    ),
    "a working channel lowers loyalist - US clashes": (
        [], ["channels.washington_moscow.working=1"], {"clashes/coalition-loyalists/all": -1},
    ),
    "a stronger garrison falls less often": (
        [FRAGILE], [FRAGILE, "formations.dez_garrison.strength_men=10000"],
        {"milestones/deir_ez_zor_fell/share": -1},
    ),
}  # fmt: skip
WHAT_IFS = {
    "full_obedience": {"fired/zone_try": -1, "fired/zone_strike": -1},
    "no_dash_to_the_border": {"days/us_partners:advancing": +1},
    "no_russian_air": {
        f"milestones/sukhnah_taken/{MEAN_DAY}": +1, f"races/deir_ez_zor/finish/m20/{MEAN_DAY}": +1,
    },
}  # fmt: skip


def hold_to(base, other, signs, count=RUNS):
    """Assert that each change lies wholly on its side of zero."""
    found = changes(base, other, count)
    for path, sign in signs.items():
        change = change_of(found, path)
        assert is_clear(change) and sign * change["difference"] > 0, (path, change)


@pytest.mark.slow
@pytest.mark.parametrize("sentence", SIGNS)
def test_sign_of_a_change(sentence):
    """As the sentence says."""
    before, after, signs = SIGNS[sentence]
    hold_to(load("june_2017", before), load("june_2017", after), signs)


@pytest.mark.slow
@pytest.mark.parametrize("name", WHAT_IFS)
def test_sign_of_a_what_if(baseline, name):
    """Obedience, the dash of 9 June, Russian air."""
    hold_to(baseline, load(name), WHAT_IFS[name])


@pytest.mark.slow
def test_full_obedience_leaves_no_zone_breach(baseline):
    """Not fewer: none. Who obeys Moscow fully does not try."""
    assert runs_of(baseline)["fired:zone_try"].sum() > 100
    runs = runs_of(load("full_obedience"))
    assert runs["fired:zone_try"].sum() == runs["fired:zone_strike"].sum() == 0
