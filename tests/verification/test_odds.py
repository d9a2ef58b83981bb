"""The odds are weighed before an assault: the hopeless waits, not for ever; one beaten off wants better odds."""

import numpy as np
import pytest

from sim.world.codes import LogKind, Reason
from tests import toys

PATIENCE = 9.0


def before_a_town(men=1000, wanted=1.0, horizon_days=40):
    """Return a formation beside a town that 2,000 men of its quality hold behind walls worth 1.5."""
    toy = toys.fight(0.5, horizon_days=horizon_days)
    toy["places"]["b"]["fortification"] = 1.5
    toy["sides"]["red"]["push_rate_km_per_day"] = 18
    toy["formations"]["r"] = toys.formation("red", "a", men, orders=[{"objective": "b"}])
    toy["rules"]["assault"] |= {"odds_wanted": wanted, "odds_patience_days": PATIENCE}
    return toys.entrants(toy, {"r": "b"})


def log_of(toy):
    """Return the event log of one run."""
    world = toys.ensemble_of(toy).replay(3, 0)
    return world.log[: world.clock[0].log_rows]


def days_of(log, kind):
    """Return the days of the log's rows of a kind."""
    return log["day"][log["kind"] == kind]


def test_poor_odds_hold_until_patience_ends():
    """A quarter of what it takes: it says so once, with the odds, and sets out when its patience is over."""
    log = log_of(before_a_town())
    waits = log[(log["kind"] == LogKind.WAITS) & (log["other"] == Reason.ODDS)]
    assert len(waits) == 1 or waits["day"][1] > PATIENCE
    assert waits["value"][0] == pytest.approx(1000 / (2000 * 1.5 * 1.2))
    assert days_of(log, LogKind.SETS_OUT)[0] == pytest.approx(waits["day"][0] + PATIENCE)


@pytest.mark.parametrize(("men", "wanted"), [(3601, 1.0), (1000, 0.0), (1000, 0.25)])
def test_who_has_the_odds_or_is_not_asked_goes_at_once(men, wanted):
    """Who would win goes at once, and so does everyone where the rule is off or asks for less."""
    log = log_of(before_a_town(men, wanted))
    assert days_of(log, LogKind.SETS_OUT)[0] == 0.0
    assert Reason.ODDS not in log["other"][(log["kind"] == LogKind.WAITS) & (log["day"] == 0.0)]


def test_a_refit_is_pause_enough():
    """Beaten off, it goes on without a pause when it has refitted, the odds being what was wanted."""
    toy = before_a_town(1800, 0.0)
    toy["rules"]["assault"] |= {"attacker_breakpoint_share": 0.1, "refit_days": 10}
    toy["rules"]["march"] = {"push_days": 3, "pause_days": 20}
    log = log_of(toy)
    beaten = days_of(log, LogKind.ASSAULT_BEATEN)
    again = days_of(log, LogKind.ASSAULT_BEGINS)[1]
    assert again - beaten[0] < 14 and not np.any(
        (days_of(log, LogKind.PAUSE) > beaten[0]) & (days_of(log, LogKind.PAUSE) < again)
    )


def test_allies_beside_it_count():
    """Two who together have the odds go at once, though neither has them alone."""
    toy = before_a_town(1900)
    toy["formations"]["s"] = toys.formation("red", "a", 1900, orders=[{"objective": "b"}])
    log = log_of(toys.entrants(toy, {"r": "b", "s": "b"}))
    assert np.array_equal(days_of(log, LogKind.SETS_OUT)[:2], [0.0, 0.0])


@pytest.mark.parametrize(("wanted", "waits"), [(0.04, 2 * PATIENCE), (0.0, 0.0)])
def test_one_beaten_off_wants_better_odds(wanted, waits):
    """Beaten off at odds that were enough, it does not come back with the same before twice its patience is over."""
    toy = before_a_town(1800, wanted)
    toy["rules"]["assault"] |= {"attacker_breakpoint_share": 0.1, "refit_days": 2}
    log = log_of(toy)
    beaten = days_of(log, LogKind.ASSAULT_BEATEN)[0]
    back = days_of(log, LogKind.REACHES)
    back = back[back > beaten][0]
    again = days_of(log, LogKind.SETS_OUT)[1]
    assert again - back == pytest.approx(2 + waits, abs=1.5)


@pytest.mark.parametrize(("breakpoint_share", "factor", "odds"), [(1.0, 1.0, 1.0), (0.2, 1.0, 0.2), (1.0, 1.6, 1.6)])
def test_breakpoints_and_promised_aircraft_count(breakpoint_share, factor, odds):
    """Attackers who break sooner have poorer odds; the aircraft of an arm that fights nowhere else are counted on."""
    toy = before_a_town(3600, wanted=9)
    toy["rules"]["assault"]["attacker_breakpoint_share"] = breakpoint_share
    toy["air_arms"] = {
        "wing": {
            "name": "wing", "side": "red", "command": "red_hq", "supports": ["red"],
            "sorties_per_day": 40, "sorties_for_full_support": 30, "support_factor": factor,
        }
    }  # fmt: skip
    log = log_of(toy)
    waits = log[(log["kind"] == LogKind.WAITS) & (log["other"] == Reason.ODDS)]
    assert waits["value"][0] == pytest.approx(odds)
