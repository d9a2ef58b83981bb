"""What differs between two scenarios, and what --set says of its source."""

import json

import pytest
from typer.testing import CliRunner

from experiments.cli import app
from sim.errors import ScenarioError
from sim.scenario.differences import differences
from sim.scenario.loading import from_data, load
from sim.scenario.paths import takes_quantity
from tests import toys

OVERLAY = """
extends: base.yaml
title: "What if: changed"
note: A sentence of why.
formations:
  r: {strength_men: {triangular: [1, 2, 3], source: elsewhere, note: counted}, defies: [z]}
  q: null
places:
  c: {name: Third, lat: 35, lon: 39, country: x, kind: town, holder: red, source: assumption}
zones:
  z: {name: Zone, shape: circle, centre_lat: 0, centre_lon: 0, radius_km: 1, applies_to: [red], enforcer: green_hq}
"""


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a base scenario and an overlay."""
    toy = toys.contact()
    toy["formations"]["r"] |= {"source": ["one", "two"]}
    toy["contestants"].pop("q")
    toy["races"]["main"]["finish"].pop("q")
    (tmp_path / "base.yaml").write_text(json.dumps(toy))
    (tmp_path / "other.yaml").write_text(OVERLAY)
    return tmp_path


def test_a_scenario_does_not_differ_from_itself():
    """Nor does one written otherwise: `5` and `{value: 5}`."""
    assert differences(load("june_2017"), load("june_2017")) == []
    toy = json.loads(json.dumps(toys.line()))
    other = json.loads(json.dumps(toys.line()))
    other["formations"]["r"]["tempo"] = {"value": 0.9}
    assert differences(from_data(toy, "a"), from_data(other, "b")) == []


def test_an_overlay_is_told_key_by_key(folder):
    """A number with its sources, a list, what is gone, what is new; title and note are not rows."""
    found = {one.path: one for one in differences(load(folder / "base.yaml"), load(folder / "other.yaml"))}
    assert list(found) == ["places.c", "formations.r.strength_men", "formations.r.defies", "formations.q", "zones"]
    men = found["formations.r.strength_men"]
    assert (men.before, men.after) == ("1000", "triangular [1, 2, 3]")
    assert (men.before_source, men.after_source, men.note) == ("one, two", "elsewhere", "counted")
    assert found["formations.q"].after is None and found["formations.q"].before == "green"
    assert found["places.c"].before is None and found["places.c"].after == "Third"
    assert found["places.c"].after_source == "assumption"


def test_another_source_alone_is_a_difference(folder):
    """The number stays, what stands behind it does not."""
    (folder / "other.yaml").write_text(
        "extends: base.yaml\nformations: {r: {strength_men: {value: 1000, source: new}}}"
    )
    (only,) = differences(load(folder / "base.yaml"), load(folder / "other.yaml"))
    assert only.path == "formations.r.strength_men" and (only.before_source, only.after_source) == ("one, two", "new")
    (folder / "other.yaml").write_text("extends: base.yaml\nformations: {r: {source: new}}")
    (only,) = differences(load(folder / "base.yaml"), load(folder / "other.yaml"))
    assert only.path == "formations.r.source" and (only.before, only.after) == ("one, two", "new")


def test_what_set_changes_has_the_command_line_as_its_source():
    """A number that may be drawn, a distribution, a plain number; all else stays as it was."""
    sets = ["formations.tiger.strength_men=500", "rules.march.pause_days={uniform: [1, 2]}", "horizon_days=100"]
    changed = load("june_2017", sets)
    found = {one.path: one for one in differences(load("june_2017"), changed)}
    assert set(found) == {"formations.tiger.strength_men", "rules.march.pause_days", "horizon_days"}
    assert {one.after_source for one in found.values()} == {"command line"}
    assert changed.model.formations["tiger"].strength_men.source == ["command line"]
    assert changed.extends == "june_2017" and load("june_2017").extends is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("formations.tiger.strength_men", True), ("formations.tiger.start.km", True), ("rules.march.pause_days", True),
        ("roads.a--b.length_km", True), ("events.x.day", True), ("commands.moscow.interests.raqqa", True),
        ("horizon_days", False), ("places.raqqa.lat", False), ("milestones.x.held.at_least", False),
        ("formations.tiger", False), ("nothing.like.it", False),
    ],
)  # fmt: skip
def test_where_a_number_may_be_drawn(path, expected):
    """As the schema has it."""
    assert takes_quantity(tuple(path.split("."))) is expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("formations.tiger.strength_men=true", "a number or a distribution is allowed"),
        ("formations.tiger.orders.0.objective=sukhnah", "a list is replaced whole"),
        ("formations.tigre.strength_men=5", "no key 'tigre' there (did you mean 'tiger'?)"),
        ("formations.isis_sukhnah.strength_men=5", "(did you mean 'garrisons.isis_sukhnah.strength_men'?)"),
        ("formations.tiger.strength_men=-5", "a number above 0 is allowed"),
    ],
)
def test_bad_sets_are_refused(text, message):
    """With what is allowed."""
    with pytest.raises(ScenarioError) as refusal:
        load("june_2017", [text])
    assert message in str(refusal.value)


def race(*arguments):
    """Run the command; return what it prints."""
    done = CliRunner().invoke(app, list(arguments), prog_name="race")
    return done.exit_code, done.stdout, done.stderr


def test_the_command_prints_a_table_markdown_or_that_nothing_differs(folder):
    """And asks for a second scenario where there is none."""
    base, other = str(folder / "base.yaml"), str(folder / "other.yaml")
    code, shown, _ = race("scenario", "diff", base, other)
    assert code == 0 and "A sentence of why." in shown and "after   triangular [1, 2, 3]  [elsewhere]" in shown
    code, markdown, _ = race("scenario", "diff", base, other, "--markdown")
    assert "| `formations.q` | green | - | - | - |  |" in markdown
    assert "| key | base | other | source before | source after | note |" in markdown
    assert race("scenario", "diff", base, base)[1] == "no differences: base and base say the same\n"
    assert "after   7  [command line]" in race("scenario", "diff", base, "--set", "formations.r.strength_men=7")[1]
    code, _, complaint = race("scenario", "diff", base)
    assert code == 2 and "name a second scenario" in complaint
