"""A run told: what goes on for long is told again, names need no verb of their own, and every row has its words."""

import re

import numpy as np
import pytest

from experiments.replay import told
from experiments.standing import REPORT_DAYS, is_due
from experiments.story import Story, shortened
from experiments.track import each_day
from experiments.wording import span
from sim.ensemble import Ensemble
from sim.world import tables
from sim.world.codes import Errand, IncidentKind, LogKind, Reason
from tests import toys

# the past tense, after "M20 column" as after "Tiger Forces"; and what follows a name that is no subject
PAST = re.compile(r"\w+ed|got|had|gave|set|came|went|lost|won|ran|found|kept|held|began|left|met|broke|stood|stayed")
NO_VERB = {"and", "at", "on"}


def sentences_of(toy, run=0):
    """Return the sentences of a run of a toy with their days."""
    return told(toys.scenario_of(toy), 3, run)[0]


def long_fight():
    """A city cleared for months by one formation."""
    toy = toys.fight(0.5, horizon_days=70, breakpoint_share=0.9)
    toy["places"]["b"] |= {"clear_days": 300, "name": "Big City"}
    toy["place_kinds"]["town"]["frontage_men"] = 500
    toy["rules"]["assault"]["unsupported_clearing"] = 0.5
    toy["formations"]["r"] |= {"name": "Red Forces (two divisions)"}
    return toy


def test_a_long_fight_is_told_every_thirty_days():
    """On the days 30 and 60, with those who attack, those left and those of the start."""
    told_on = {day: text for day, text in sentences_of(long_fight()) if text.startswith("Big City: ")}
    assert list(told_on) == [30.0, 60.0]
    left = []
    for text in told_on.values():
        found = re.search(r"attackers \(Red Forces\), ([\d,]+) defenders left \(2,000 at the start\)", text)
        left.append(float(found[1].replace(",", "")))
    # nine tenths of them are lost in 300 days with air support, the same each day; without, at half the pace
    assert left == pytest.approx([2000 * (1 - 0.9 * 0.5 * days / 300) for days in (30, 60)], abs=1)


def test_reports_count_from_the_day_on_which_a_fight_began():
    """One that begins on day 4.3 is told on the first days by which 30 and 60 days have passed."""
    toy = long_fight()
    toy["formations"]["r"] |= {"start": "a", "assaulting": False}
    toy["sides"]["red"]["push_rate_km_per_day"] = 6
    sentences = sentences_of(toy)
    begun = next(day for day, text in sentences if " attacked Big City" in text)
    reports = [(day, text) for day, text in sentences if text.startswith("Big City: ")]
    assert begun > 3 and [np.ceil(begun + days) for days in (30, 60)] == [day for day, _ in reports]
    assert "day 30 of the assault" in reports[0][1] and "day 60 of the assault" in reports[1][1]


@pytest.mark.parametrize(
    ("men", "reach_km", "why"),
    [(90_000, 100, ": b too strong for it"), (90_000, 5, ", and no insurgents within reach"), (0, 100, "")],
)
def test_who_has_nothing_left_to_do_says_why(men, reach_km, why):
    """Every thirty days and at the horizon: what insurgents hold near by and what bars it; less for no rear guard."""
    toy = toys.fight(0.5, horizon_days=40)
    for one in "ab":
        toy["places"][one]["name"] = one
    toy["formations"]["r"] = toys.formation("red", "a", 1000, orders=[], rear_guard=men > 0)
    toy["garrisons"]["g"] |= {"strength_men": max(men, 1), "insurgent": True}
    toy["rules"]["commands"] = {"clear_reach_km": reach_km}
    sentences, ending = told(toys.scenario_of(toy), 3, 0)
    stands = f" with nothing left to do by the orders given{why}"
    assert [day for day, text in sentences if text.endswith(f" still stood at a,{stands}.")] == [30.0]
    assert any(f" at a,{stands}; days: " in line for line in ending)


def test_a_report_is_due_once_in_thirty_days():
    """Looked at once a day, at whatever hour the thing began."""
    for hour in (0.0, 0.3, 0.999):
        due = [day for day in range(100) if is_due(day - hour)]
        assert due == [np.ceil(REPORT_DAYS * times + hour) for times in (1, 2, 3)]


def test_a_siege_is_told_and_its_ring_called_by_name():
    """Every 30 days the men inside and in the ring; the assault that lifts it is on the ring, not on the own place."""
    toy = toys.fight(0.5, horizon_days=40)
    toy["places"] |= {"in": toys.place(35, 38.4, "red"), "b": toys.place(35, 38.2, "blue")}
    toy["roads"] |= {"b--in": toys.road("b", "in", 18)}
    toy["garrisons"]["g"]["strength_men"] = 2000
    toy["garrisons"]["inside"] = {
        "name": "in", "side": "red", "command": "red_hq", "strength_men": 500, "places": ["in"],
    }  # fmt: skip
    toy["sieges"] = {
        "pocket": {"name": "the Pocket", "places": ["in"], "besieger": "blue", "ring_from": ["b"], "ring_share": 0.4,
                   "falls_per_day": 0.0, "strength_loss_per_day": 0.0, "reference_strength": 500},
    }  # fmt: skip
    toy["formations"]["r"] = toys.formation("red", "a", orders=[{"objective": "a", "kind": "hold"}])
    toys.entrants(toy, {"r": "in"})
    reports = [(day, text) for day, text in sentences_of(toy) if "siege goes on" in text]
    assert reports == [
        (30.0, "the Pocket: day 30, the siege goes on, 500 defenders left; relief would meet 800 men of the ring.")
    ]
    ensemble = Ensemble(toys.scenario_of(toy))
    story = Story(toys.scenario_of(toy), ensemble, next(each_day(ensemble, 3, 0, logging=True)))
    row = blank(LogKind.AT_GATE, place=ensemble.blueprint.names["places"].row("in"), value=800)
    assert "came before the ring round the Pocket at place, held by 800 men" in story.sentence(row)
    story.follow(blank(LogKind.SIEGE_RELIEVED))
    assert "came before place, held by 800 men" in story.sentence(row)


def blank(kind, **fields):
    """Return a row of the log that is about the first row of every table."""
    row = np.zeros(1, tables.LOG_ROW).view(np.recarray)[0]
    row.kind, row.day = kind, 1.0
    for name, value in fields.items():
        setattr(row, name, value)
    return row


def all_rows():
    """Yield a row of every kind, waits and incidents for every reason and kind."""
    for kind in LogKind:
        if kind == LogKind.WAITS:
            yield from (blank(kind, other=reason, value=1.4) for reason in Reason)
        elif kind == LogKind.INCIDENT:
            yield from (blank(kind, value=one, other=1) for one in IncidentKind)
        elif kind == LogKind.ZONE_RUNG:
            yield from (blank(kind, value=rung) for rung in range(4))
        else:
            yield blank(kind, value=2.0)


def test_no_verb_depends_on_a_name():
    """Formations that are called by a plural and by a singular: what follows the name suits both."""
    toy = toys.small_war()
    ensemble = Ensemble(toys.scenario_of(toy))
    story = Story(toys.scenario_of(toy), ensemble, next(each_day(ensemble, 3, 0, logging=True)))
    story.formations = ["XX"] * len(story.formations)
    told_about, seen = 0, set()
    for row in all_rows():
        text = story.sentence(row)
        if text:
            seen.add(int(row.kind))
        for clause in re.findall(r"XX ([a-z]\w*)", text):
            told_about += 1
            assert PAST.fullmatch(clause) or clause in NO_VERB, text
    assert told_about > 40
    assert set(LogKind) - seen <= {LogKind.ORDER_DONE, LogKind.PUSH}


def test_an_order_for_where_one_stands():
    """Is told at the start, as an order to stay, and not once it has taken the place; one to hold is told always."""
    ensemble = Ensemble(toys.scenario_of(toys.supply_line()))
    story = Story(toys.scenario_of(toys.supply_line()), ensemble, next(each_day(ensemble, 3, 0, logging=True)))
    here, there = (ensemble.blueprint.names["places"].row(one) for one in "ca")
    assert "had orders to stay at" in story.sentence(blank(LogKind.ORDER, place=here, other=-1, day=0.0))
    assert story.sentence(blank(LogKind.ORDER, place=here, other=-1)) == ""
    assert "got orders for" in story.sentence(blank(LogKind.ORDER, place=there, other=-1))
    story.follow(blank(LogKind.SETS_OUT, place=here, other=there))
    assert "got orders for" in story.sentence(blank(LogKind.ORDER, place=here, other=-1))
    story.follow(blank(LogKind.REACHES, place=there))
    assert story.sentence(blank(LogKind.ORDER, place=there, other=-1)) == ""
    assert "got orders to hold" in story.sentence(blank(LogKind.ORDER, place=there, other=Errand.HOLD))
    for errand, text in {Errand.REOPEN: "reopen the road at", Errand.RETAKE: "retake", Errand.CLEAR: "clear"}.items():
        assert f"had to go and {text} " in story.sentence(blank(LogKind.ORDER, place=there, other=errand))


@pytest.mark.parametrize(("probability", "share", "leaves"), [(1, 0.4, True), (1, 0.6, False), (0, 0.6, False)])
def test_who_disperses_is_told(probability, share, leaves):
    """With those that get away they are the garrison: all of it where it leaves, what is left of it where beaten.

    There is room for 20 of its 50 men: it leaves only where no more would get away from a lost fight.
    """
    toy = toys.fight(0.5, horizon_days=30, breakpoint_share=0.4)
    toy["places"]["c"] = toys.place(35, 38.4, "blue")
    toy["roads"]["b--c"] = toys.road("b", "c", 18)
    toy["garrisons"]["g"] |= {"places": ["b", "c"], "strength_men": 100}
    toy["place_kinds"]["town"]["capacity_men"] = 70
    toy["formations"]["r"] |= {"start": "a", "assaulting": False}
    toy["rules"]["assault"] |= {"leave_odds": 5, "leave_probability": probability, "withdrawal_share": share}
    told_here = " ".join(text for _, text in sentences_of(toy))
    numbers = [re.search(rf"([\d,]+) men {what}", told_here) for what in ("withdrew", "of the garrison of")]
    withdrew, dispersed = (float(found[1].replace(",", "")) for found in numbers)
    assert ("being abandoned by the 50 men there" in told_here) == leaves
    assert ("went into" in told_here.split("won the fight")[0]) == leaves
    assert withdrew == pytest.approx(20 if leaves else 18, abs=0.5)
    assert withdrew + dispersed == pytest.approx(50 if leaves else 30, abs=1.0)


def test_a_counter_attack_that_fails_says_so():
    """It has no row of its own in the log."""
    ensemble = Ensemble(toys.scenario_of(toys.fight(0.5)))
    story = Story(toys.scenario_of(toys.fight(0.5)), ensemble, next(each_day(ensemble, 3, 0, logging=True)))
    row, takes = blank(LogKind.COUNTER_ATTACK), blank(LogKind.COUNTER_RETAKE)
    assert story.sentence(row, takes).endswith("hit place.")
    assert story.sentence(row, blank(LogKind.RAID)).endswith("hit place and failed.")


@pytest.mark.parametrize(
    ("days", "text"),
    [(0.0, "an hour"), (0.04, "an hour"), (0.3, "7 hours"), (0.97, "23 hours"), (0.99, "1 day"), (1.04, "1 day"),
     (1.06, "1.1 days"), (9.94, "9.9 days"), (9.96, "10 days"), (16.4, "16 days")],
)  # fmt: skip
def test_lengths_of_time(days, text):
    """Never 0.0 days."""
    assert span(days) == text


def test_short_names_stay_apart():
    """What stands in brackets goes, unless it is all that tells two apart."""
    assert shortened(["M20 (a)", "M20 (b)", "Tiger (c)"]) == ["M20 (a)", "M20 (b)", "Tiger"]
