"""The list of every number: complete, what stands behind each told as the files tell it, the pictures exact."""

import csv
import io
import re
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from experiments.assumptions import (
    ASSUMPTION,
    BOTH,
    DEFAULT,
    NEITHER,
    SOURCE,
    as_csv,
    as_html,
    counted,
    rows_of,
    sentences,
    told,
)
from experiments.cli import app
from experiments.sparks import blocks, svg
from experiments.terminal_assumptions import print_assumptions
from sim.errors import UsageError
from sim.scenario.densities import densities, probabilities
from sim.scenario.loading import load
from sim.scenario.numbers import Quantity

CHANGED = """
extends: june_2017
formations:
  tiger:
    quality: {choice: {values: [2, 0.8, 1.2], weights: [1, 1, 2]}, source: assumption}
    tempo: {normal: {mean: 1, sd: 0.5}, truncate: [0.4, 2], source: PRIORS, confidence: high, note: "a <b> note"}
    supply_days: {lognormal: {median: 8, p95: 20}, truncate: [null, 12], group: stocks, correlation: 0.5}
    obedience: {moscow: {bernoulli: 0.3, source: [ARTICLE, assumption]}}
rules:
  siege: {falls_exponent: 2}
  tension: null
"""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    """A what-if of the baseline with every sort of number, one of them without a source."""
    file = tmp_path_factory.mktemp("scenarios") / "changed.yaml"
    file.write_text(CHANGED, encoding="utf-8")
    return load(file)


@pytest.fixture(scope="module")
def rows(scenario):
    return {row.key: row for row in rows_of(scenario)}


@pytest.fixture(scope="module")
def unsourced(tmp_path_factory):
    """A scenario of which one number has neither a source nor the word "assumption"."""
    from tests.scenario.test_page import LINE

    text = LINE.replace("source: assumption\n", "").replace(
        "strength_men: 1000", "strength_men: {value: 1000, source: assumption}"
    )
    file = tmp_path_factory.mktemp("scenarios") / "line.yaml"
    file.write_text(text, encoding="utf-8")
    return load(file)


def test_every_number_of_the_files_has_a_row(rows):
    """Also places one by one, corners of sectors, tick and horizon."""
    model = load("june_2017").model
    for place in model.places:
        assert {f"places.{place}.lat", f"places.{place}.lon"} <= set(rows)
    assert {f"roads.{road}.length_km" for road in model.roads} <= set(rows)
    assert {"horizon_days", "tick_hours", "sectors.m20.polygon.0.0", "zones.tanf_55km.centre_lat"} <= set(rows)
    assert all(row.unit for row in rows.values())


@pytest.mark.parametrize(
    "key, standing, sources, confidence",
    [
        ("formations.tiger.strength_men", SOURCE, ("NAT24", "WP-CSC"), "medium"),
        ("formations.tiger.quality", ASSUMPTION, ("assumption",), ""),
        ("formations.tiger.tempo", SOURCE, ("PRIORS",), "high"),
        ("formations.tiger.supply_days", SOURCE, ("ARTICLE", "NAT24", "WP-CSC"), "medium"),
        ("formations.tiger.obedience.moscow", BOTH, ("ARTICLE", "assumption"), ""),
        ("formations.m20_5corps.supply_days", ASSUMPTION, ("assumption",), ""),
        ("places.damascus.lat", SOURCE, ("geonames-rg",), "high"),
    ],
)
def test_what_stands_behind_a_number(rows, key, standing, sources, confidence):
    """Its own source and confidence, or the entry's; with a source of its own it has not the entry's confidence."""
    found = rows[key]
    assert (found.standing, found.sources, found.confidence) == (standing, sources, confidence)


def test_notes_are_the_number_s_or_those_of_the_entry_whose_source_it_has(rows):
    assert rows["formations.tiger.tempo"].note == "a <b> note"
    assert rows["formations.tiger.supply_days"].note.startswith("elite assault force")
    assert rows["formations.tiger.strength_men"].note == ""
    assert rows["horizon_days"].note == ""


def test_a_number_is_shown_as_written_with_its_quantiles(rows):
    assert rows["formations.tiger.supply_days"].value == (
        "lognormal (median 8.0, p95 20.0), truncate [null, 12], group stocks (correlation 0.5)"
    )
    assert rows["formations.tiger.strength_men"].quantiles == pytest.approx((3170.8, 4628.3, 6250.0), abs=1.0)
    assert rows["horizon_days"].quantiles == (190.0, 190.0, 190.0)
    assert rows["places.damascus.population"].value == "1569394"


def test_shares_are_counted_and_add_up(scenario, rows):
    counts = {what: count for what, count, _ in counted(list(rows.values()))}
    assert sum(counts.values()) == len(rows) and counts[NEITHER] == 0
    assert counts[SOURCE] == sum("assumption" not in row.sources != () for row in rows.values())
    text = " ".join(sentences(list(rows.values())))
    assert f"{len(rows):,} numbers" in text and f"With a source: {counts[SOURCE] + counts[BOTH]:,} (" in text


def test_a_share_is_only_rounded_to_all_or_none_when_it_is():
    assert told(1, [None] * 1000) == "1 (0.1 %)"
    assert told(999, [None] * 1000) == "999 (99.9 %)"
    assert (told(0, [None] * 10), told(10, [None] * 10)) == ("0 (0 %)", "10 (100 %)")


def test_numbers_without_a_source_are_flagged(unsourced):
    rows = rows_of(unsourced)
    assert {row.key for row in rows if row.standing == ASSUMPTION} == {"formations.column.strength_men"}
    assert {row.standing for row in rows} == {ASSUMPTION, NEITHER}
    text = printed(unsourced, rows)
    assert re.search(r"^! blue.push_rate_km_per_day +10 .*NONE", text, re.MULTILINE)
    assert f"Without either: {len(rows) - 1} (" in text
    assert as_html(unsourced, rows).count('<tr class="is-none"') == len(rows) - 1


def test_defaults_are_listed_apart_and_have_no_source(scenario, rows):
    more = rows_of(scenario, defaults=True)
    added = [row for row in more if row.key not in rows]
    assert {row.standing for row in added} == {DEFAULT} and not any(row.sources for row in added)
    assert {"rules.tension.feedback", "sides.isis.push_rate_km_per_day"} <= {row.key for row in added}
    assert [row.key for row in more if row.standing != DEFAULT] == list(rows)
    assert counted(more) == counted(list(rows.values()))
    assert f"{len(added)} more are not in the files" in " ".join(sentences(more))


def test_only_some(scenario):
    assert {row.section for row in rows_of(scenario, ["rules"])} == {"rules"}
    some = rows_of(scenario, ["formations.tiger", "tick_hours"], distributions=False)
    assert {row.key.split(".")[1] for row in some if "." in row.key} == {"tiger"} and len(some) == 6
    assert all(row.is_drawn for row in rows_of(scenario, distributions=True))
    with pytest.raises(UsageError, match=r"--only formation: no number there \(did you mean 'formations'\?\)"):
        rows_of(scenario, ["formation"])


def printed(scenario, rows, width=160):
    """Return what the terminal shows."""
    file = io.StringIO()
    print_assumptions(scenario, rows, Console(file=file, width=width))
    return file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_terminal_shows_every_number_at_every_width(scenario, width):
    text = printed(scenario, rows_of(scenario, ["formations", "rules"]), width)
    assert max(map(len, text.splitlines())) <= width
    assert all(key in text for key in ("tiger.tempo", "siege.falls_exponent", "drawn with obedience_russian_led"))
    assert width < 120 or ("uniform 0.5 0.95" in text and "bernoulli 0.3" in text)


def test_the_terminal_groups_and_tells_notes_once(scenario):
    text = printed(scenario, rows_of(scenario))
    assert re.findall(r"^(\w+)  [\d,]+ ─", text, re.MULTILINE)[:4] == ["scenario", "sides", "commands", "formations"]
    assert text.count("elite assault force") == 1
    assert re.search(r"^· tiger.obedience.moscow +bernoulli 0.3 .* ARTICLE *$", text, re.MULTILINE)


def test_the_csv_holds_everything_at_full_precision(scenario, rows):
    table = list(csv.DictReader(io.StringIO(as_csv(rows.values()))))
    assert [line["key"] for line in table] == list(rows)
    by_key = {line["key"]: line for line in table}
    tempo = by_key["formations.tiger.tempo"]
    assert (tempo["kind"], tempo["sources"], tempo["note"]) == ("normal", "PRIORS", "a <b> note")
    expected = rows["formations.tiger.tempo"].quantity.quantiles(np.array([0.05, 0.5, 0.95]))
    assert [float(tempo[column]) for column in ("p05", "p50", "p95")] == expected.tolist()
    assert by_key["places.damascus.lat"]["p50"] == "33.5102"
    assert by_key["places.damascus.lat"]["can_be_drawn"] == "false"
    assert by_key["formations.tiger.obedience.moscow"]["sources"] == "ARTICLE; assumption"


class Page(HTMLParser):
    """Counts tags, and checks that they nest."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.rows, self.pictures, self.outside = [], [], [], 0, 0, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag not in ("meta", "col", "input", "br", "path"):
            self.open.append(tag)
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found["href"]] if tag == "a" else []
        self.outside += [found[key] for key in ("src",) if key in found] + ([tag] if tag in ("link", "img") else [])
        self.rows += "data-standing" in found
        self.pictures += tag == "svg"

    def handle_endtag(self, tag):
        if tag != "path":
            assert self.open.pop() == tag


def test_the_page_is_one_file_with_a_picture_for_each_distribution(scenario, rows):
    page = Page(as_html(scenario, list(rows.values())))
    assert page.open == [] and page.outside == []
    assert page.rows == len(rows)
    assert page.pictures == sum(row.is_drawn for row in rows.values()) > 200
    assert len(page.ids) == len(set(page.ids))
    assert {link for link in page.links if link.startswith("#")} <= {f"#{one}" for one in page.ids}


def test_the_page_escapes_what_a_scenario_says(scenario, rows):
    text = as_html(scenario, list(rows.values()))
    assert "a &lt;b&gt; note" in text and "a <b> note" not in text
    assert "Omar Lamrani (Stratfor)" in text


CURVES = [
    {"uniform": [1, 3]}, {"triangular": [2500, 4500, 7000]}, {"triangular": [0, 0, 1]}, {"triangular": [0, 1, 1]},
    {"normal": {"mean": 1, "sd": 0.5}}, {"normal": {"mean": 1, "sd": 0.5}, "truncate": [0.4, None]},
    {"lognormal": {"median": 20, "sigma": 0.5}}, {"lognormal": {"median": 8, "p95": 20}, "truncate": [None, 12]},
    {"beta": {"a": 2, "b": 8}}, {"beta": {"a": 3.5, "b": 0.5}}, {"gamma": {"shape": 2.7, "rate": 7.5}},
    {"gamma": {"shape": 0.3, "rate": 360}, "truncate": [0, 0.01]}, {"uniform": [0, 4], "truncate": [1, 2]},
]  # fmt: skip


@pytest.mark.parametrize("written", CURVES, ids=str)
def test_a_density_is_the_derivative_of_the_distribution(written):
    """Integrated between quantiles it gives the share between them; outside of the truncation it is zero."""
    quantity = Quantity.model_validate(written)
    shares = np.linspace(0.02, 0.98, 13)
    ends = quantity.quantiles(shares)
    for (low, high), share in zip(pairwise(ends), np.diff(shares), strict=True):
        x = np.linspace(low, high, 4001)
        assert np.trapezoid(densities(quantity, x), x) == pytest.approx(share, rel=2e-3)
    low, high = quantity.support()
    outside = np.array([one for one in (low - 1e-6, high + 1e-6) if np.isfinite(one)])
    assert (densities(quantity, outside) == 0.0).all()


def test_single_values_have_probabilities_and_no_density():
    choice = Quantity.model_validate({"choice": {"values": [2, 1, 2], "weights": [1, 2, 1]}})
    assert probabilities(choice) == [(1.0, 0.5), (2.0, 0.5)]
    assert probabilities(Quantity(bernoulli=0.3)) == [(0.0, 0.7), (1.0, 0.3)]
    with pytest.raises(ValueError, match="bernoulli has no density"):
        densities(Quantity(bernoulli=0.3), np.array([0.0]))


@pytest.mark.parametrize("written", [*CURVES, {"bernoulli": 0.3}, {"choice": {"values": [1, 5], "weights": [1, 3]}}],
                         ids=str)  # fmt: skip
def test_pictures_stay_in_their_frame(written):
    picture = svg(Quantity.model_validate(written))
    points = [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", re.sub(r"^.*?<path", "", picture))]
    assert points and all(0.0 <= x <= 132.0 and 0.0 <= y <= 30.0 for x, y in points)
    assert "nan" not in picture and "inf" not in picture.replace("infinite", "")


def test_bars_and_blocks_are_as_high_as_what_they_show():
    picture = svg(Quantity(bernoulli=0.2))
    tops = [float(y) for y in re.findall(r'class="bar" d="M[\d.]+ 27V([\d.]+)"', picture)]
    assert tops == [2.0, pytest.approx(27 - 25 / 4, abs=0.1)]
    assert blocks(Quantity(uniform=(1, 2))) == "▄" * 8
    rising = blocks(Quantity(triangular=(0, 1, 1)))
    assert list(rising) == sorted(rising) and rising[0] < rising[-1] == "█"


def race(*arguments):
    return CliRunner().invoke(app, ["scenario", "show", *arguments], catch_exceptions=False)


def test_the_command(tmp_path):
    done = race("june_2017", "--assumptions", "--only", "channels")
    assert done.exit_code == 0 and "washington_moscow.restored_per_day" in done.output
    assert "With a source: 3 (100 %)" in done.output
    done = race("june_2017", "--assumptions", "--only", "channels", "--format", "csv", "--set",
                "channels.washington_moscow.working=1")  # fmt: skip
    (working,) = [line for line in csv.DictReader(io.StringIO(done.output)) if line["key"].endswith(".working")]
    assert (working["value"], working["sources"]) == ("1", "command line")


@pytest.mark.parametrize("name, start", [("a.csv", "key,sec"), ("a.html", "<!doctype html>"), ("a.txt", "The race")])
def test_a_file_s_ending_tells_the_format(tmp_path, name, start):
    file = tmp_path / "new" / name
    done = race("june_2017", "--assumptions", "--out", str(file))
    assert done.exit_code == 0 and str(file) in done.output
    assert file.read_text(encoding="utf-8").startswith(start)


@pytest.mark.parametrize(
    "arguments, said",
    [(("--format", "pdf"), "--format: found 'pdf', table, csv, html is allowed"), (("--only", "rule"), "no number")],
)
def test_bad_usage(arguments, said):
    done = race("june_2017", "--assumptions", *arguments)
    assert done.exit_code == 2 and said in done.output
