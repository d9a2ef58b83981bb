"""Fights against the closed forms of Lanchester's laws: square (0), linear (0.5) and logarithmic (1)."""

import math

import pytest

from tests import naive, toys

MEN, DEFENDERS, QUALITY, LOSS, RATIO = 3000.0, 2000.0, 1.1, 0.1, 1.2
A = LOSS * math.sqrt(RATIO / QUALITY)  # attackers' losses
B = LOSS * math.sqrt(QUALITY / RATIO)
LAWS = pytest.mark.parametrize("mixing", [0.0, 0.5, 1.0])


def replayed(toy):
    """Return (attackers' men, defenders' men, finish day) at the horizon of a fight."""
    ensemble = toys.ensemble_of(toy)
    world, names = ensemble.replay(1, 0), ensemble.blueprint.names
    men = world.formations[names["formations"].row("r")].strength_men
    return men, world.places[names["places"].row("b")].garrison_men, world.finishes[0].day


@LAWS
def test_closed_forms_equal_small_steps(mixing):
    """The closed forms themselves, against Euler's method."""
    small = naive.lanchester_by_small_steps(MEN, DEFENDERS, A, B, mixing, 5.0)
    assert naive.lanchester_closed_form(MEN, DEFENDERS, A, B, mixing, 5.0) == pytest.approx(small, rel=1e-4)


@LAWS
@pytest.mark.parametrize("days", [1, 5])
def test_survivors_in_mid_fight(mixing, days):
    """Both strengths after some days; hourly midpoint steps are good to 1 in 100,000."""
    expected = naive.lanchester_closed_form(MEN, DEFENDERS, A, B, mixing, days)
    assert replayed(toys.fight(mixing, days))[:2] == pytest.approx(expected, rel=1e-5)


@LAWS
def test_survivors_and_day_of_a_fight_to_the_breakpoint(mixing):
    """The defenders break at half; what is left of the attackers and the day follow from the law."""
    toy = toys.fight(mixing, 60, breakpoint_share=0.5)
    left = DEFENDERS / 2
    if mixing == 0.0:
        expected = math.sqrt(MEN**2 - A / B * (DEFENDERS**2 - left**2))
    elif mixing == 0.5:
        expected = MEN - A / B * (DEFENDERS - left)
    else:
        expected = MEN * (left / DEFENDERS) ** (A / B)
    men, _, day = replayed(toy)
    assert men == pytest.approx(expected, rel=1e-5)
    assert naive.lanchester_closed_form(MEN, DEFENDERS, A, B, mixing, day)[1] == pytest.approx(left, rel=1e-4)


@LAWS
def test_six_hour_ticks_fight_alike(mixing):
    """A six times longer tick moves the survivors by less than 1 in 1,000."""
    slow = toys.changed(toys.fight(mixing, 60, 0.5), lambda toy: toy.update(tick_hours=6))
    assert replayed(slow)[0] == pytest.approx(replayed(toys.fight(mixing, 60, 0.5))[0], rel=1e-3)


def test_attackers_break_at_their_own_share():
    """Attackers far too weak lose just their breakpoint share, and the place stands."""

    def far_too_weak(toy):
        toy["formations"]["r"]["strength_men"] = 300
        toy["rules"]["assault"] |= {"attacker_breakpoint_share": 0.3, "refit_days": 100}

    men, _, day = replayed(toys.changed(toys.fight(0.0, 60), far_too_weak))
    assert men == pytest.approx(210.0, rel=1e-9)
    assert math.isinf(day)
