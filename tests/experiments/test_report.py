"""Reports: whole, without anything from outside, and made from the numbers."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from experiments import comparison, phrases, sensitivity, wording
from experiments.batch import run
from experiments.report import write_report
from sim.errors import UsageError
from sim.scenario.loading import from_data
from tests import toys

VOID = {"meta", "img", "br", "link", "input", "hr", "col"}


class Page(HTMLParser):
    """Checks that tags are closed in order, and gathers addresses and text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.addresses, self.words = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)
        self.addresses += [value for name, value in attributes if name in ("src", "href")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def scenario(name, **rules):
    """Return the small war with a source, and changes to its rules."""
    toy = json.loads(json.dumps(toys.small_war()))
    toy["sources"] = {"BOOK": {"description": "A book <about> war", "address": "https://example.org/book"}}
    toy["rules"]["assault"]["loss_rate_per_day"] |= {"source": ["BOOK"], "note": "typical"}
    toy["rules"]["assault"] |= rules
    return from_data(toy, name)


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """Run the small war 60 times."""
    return run(scenario("war"), runs=60, seed=1, out=tmp_path_factory.mktemp("war"), workers=1)


def page_of(path):
    """Return the text of a report, checked for form."""
    page = Page(path.read_text(encoding="utf-8"))
    assert all(address.startswith(("data:image/png;base64,", "#")) for address in page.addresses)
    return page, " ".join(" ".join(page.words).split())


def test_the_report_of_a_batch_is_whole(batch):
    """Every section, the numbers of the summary, assumptions with sources, the command."""
    page, text = page_of(write_report(batch.directory))
    for heading in ("In short", "The race", "Milestones", "Clashes", "The course", "How sure are we?", "What if?",
                    "Assumptions", "Sources", "Run it again"):  # fmt: skip
        assert heading in text
    first = batch.summary["races"]["east"]["first"]["red"]
    assert f"{100 * first['share']:.0f} %" in text
    assert "triangular [0.05, 0.1, 0.2] typical" in text and "A book <about> war" in text
    assert "race run war --runs 0:60 --seed 1" in text and batch.manifest["scenario_hash"] in text
    assert len([one for one in page.addresses if one.startswith("data:")]) >= 10


def test_the_report_of_a_comparison_is_whole(tmp_path):
    """What differs, what moves, who is first before and after, how sure."""
    other = scenario("harder", exchange_ratio=3.0)
    comparison.compare(scenario("war"), other, runs=60, seed=1, out=tmp_path / "x", workers=1)
    path = write_report(tmp_path / "x", tmp_path / "reports" / "memo.html")
    _, text = page_of(path)
    assert path == tmp_path / "reports" / "memo.html"
    for part in ("what changes", "In short", "What differs between the files", "rules.assault.exchange_ratio",
                 "What moves most", "Who is first", "How sure are we?", "race compare war harder"):  # fmt: skip
        assert part in text


def test_no_report_of_nothing(tmp_path):
    """A folder without a batch."""
    with pytest.raises(UsageError, match="no batch here"):
        write_report(tmp_path)


# ---------------------------------------------------------------- sentences and digits


def test_sentences_are_made_from_the_numbers(batch):
    """Every share told is one of the summary's, rounded as its interval allows."""
    sentences = list(phrases.about_batch(batch.summary, batch.manifest))
    told = {float(number) for number in re.findall(r"([\d.]+) %", " ".join(sentences))}
    shares = [one["share"] for race in batch.summary["races"].values() for one in
              [*race["first"].values(), *race["first_by_side"].values(), *race["finish"].values()]]  # fmt: skip
    shares += [one["share"] for one in batch.summary["milestones"].values()]
    shares += [kinds["all"]["any"]["share"] for kinds in batch.summary["clashes"].values()] + [0.95, 0.05, 0.8]
    assert len(sentences) > 5
    assert all(min(abs(number - 100 * share) for share in shares) <= 0.5 for number in told)


@pytest.mark.parametrize(
    ("half", "expected"), [(0.0, 2), (0.004, 2), (0.04, 2), (0.3, 1), (0.99, 1), (1.0, 0), (25, 0)]
)
def test_digits_follow_the_interval(half, expected):
    """The first digit of the half width is the last one shown, two at most."""
    assert wording.digits(half) == expected


def test_changes_in_words():
    """Sign, digits and interval; what lies beyond the horizon."""
    found = {"base": 0.1234, "other": 0.1567, "difference": 0.0333, "low": 0.0213, "high": 0.0453}
    assert wording.difference(found, wording.POINTS) == "+3 (+2 to +5)"
    assert wording.values(found, wording.POINTS) == ("12%", "16%")
    beyond = {"base": 12.0, "other": None, "difference": None, "low": None, "high": None}
    assert wording.difference(beyond, wording.DAYS) == "-" and wording.values(beyond, wording.DAYS) == ("12", "-")
    open_ended = {"base": 12.0, "other": 15.0, "difference": 3.0, "low": None, "high": None}
    assert wording.difference(open_ended, wording.DAYS) == "+3.0 (open)"
    assert wording.signed(-0.04, 1) == "0.0"


# ---------------------------------------------------------------- which assumptions decide


def drawn(total, seed=1):
    """Return runs in which the first of twenty assumptions decides the outcome in part, and a copy shares its draw."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({f"assumption:a{index}": rng.lognormal(size=total) for index in range(20)})
    table["assumption:twin"] = 2 * table["assumption:a0"]
    table["assumption:fixed"] = 3.0
    outcome = np.log(table["assumption:a0"].to_numpy()) + rng.normal(size=total)
    return table, outcome


def test_the_assumption_that_decides_is_found_and_no_other():
    """Neither its twin, nor a constant, nor one of nineteen that do nothing."""
    table, outcome = drawn(2000)
    assumptions = sensitivity.drawn(table)
    found = sensitivity.tipping(assumptions, outcome)
    assert found["assumption"].tolist() == ["a0"] and found["difference"].item() > 1.0
    assert len(assumptions.names) == len(assumptions.values) == assumptions.ranks.shape[1] == 20


def test_the_share_that_assumptions_explain():
    """Half of the variance by construction; none with too few runs, none of a constant."""
    table, outcome = drawn(4000)
    noise, assumptions = np.random.default_rng(2).normal(size=4000), sensitivity.drawn(table)
    (share, error), (none_of_noise, _), of_a_constant = sensitivity.explained_shares(
        assumptions, [outcome, noise, np.ones(4000)]
    )
    assert share == pytest.approx(0.5, abs=0.06) and 0.005 < error < 0.03
    assert none_of_noise < 0.02 and of_a_constant is None
    assert sensitivity.explained_shares(sensitivity.drawn(table.head(50)), [outcome[:50]]) == [None]


def test_terms_that_others_make_up_explain_nothing_more():
    """R squared is that of least squares, with and without a term that is the sum of two others."""
    rng = np.random.default_rng(3)
    terms = rng.normal(size=(500, 4))
    outcome = terms @ [1.0, -0.5, 0.0, 2.0] + 3.0 + rng.normal(size=500)
    design = np.column_stack([np.ones(500), terms])
    _, (left,), rank, _ = np.linalg.lstsq(design, outcome)
    expected = 1.0 - left / (500 - rank) / outcome.var(ddof=1)
    for more in (np.empty((500, 0)), terms[:, :1] + terms[:, 1:2]):
        whole = np.column_stack([design, more, outcome, np.full(500, 7.0)])
        found = sensitivity.adjusted_r_squared(whole.T @ whole, 500, 2)
        assert found == pytest.approx([expected, 0.0])
