"""A new scenario: it is in order and gives a race at once; an overlay changes what it says; nothing is overwritten."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.batch import run
from experiments.cli import app
from experiments.making import new_overlay, new_scenario
from sim.errors import ScenarioError, UsageError
from sim.scenario.differences import differences
from sim.scenario.loading import load
from sim.scenario.locate import find_scenario
from sim.scenario.provenance import iter_quantities

EXAMPLE = re.compile(r"^( *)#(?! \S)", flags=re.MULTILINE)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RACE_SCENARIOS", raising=False)
    return tmp_path


def race(*arguments):
    """Run a command; return what it printed."""
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.output + done.stderr


def test_the_new_campaign_is_a_race(here):
    """Both contestants win some runs, neither over 90 %; the rivals clash in some; each mechanism it shows fires."""
    new_scenario("mine", here)
    runs = run("mine", runs=200, seed=1, out=here / "out", workers=1).table("runs")
    shares = runs["winner"].value_counts(normalize=True)
    assert 0.1 < shares["north"] < 0.9 and 0.1 < shares["east"] < 0.9
    clashes = runs[[name for name in runs.columns if name.startswith("clashes:")]].sum(axis=1)
    assert 0.1 < (clashes > 0).mean() < 0.9
    for mechanism in ("pause", "bridging", "assault_won", "assault_beaten", "incident", "event", "rival_near"):
        assert (runs[f"fired:{mechanism}"] > 0).mean() > 0.05, mechanism
    assert runs["arrival_day:port_in_sight"].notna().mean() > 0.9


def test_every_number_of_the_new_campaign_has_a_source(here):
    """A source of its own, that of the entry around it, or the word assumption."""
    new_scenario("mine", here)
    assert all(one.sources for one in iter_quantities(load("mine").model))


def test_the_new_campaign_names_itself(here):
    """Its comments hold commands that can be copied."""
    text = new_scenario("my_war", here / "wars").read_text(encoding="utf-8")
    assert "race run my_war --runs 1000" in text and "MY_SCENARIO" not in text
    assert load(here / "wars" / "my_war").name == "my_war"


@pytest.mark.parametrize("base", ["june_2017", "messina_1943", "tiger_to_m20", "mine"])
def test_an_overlay_changes_what_it_says(here, base):
    """One number as it stands; with every example uncommented it is still in order."""
    new_scenario("mine", here)
    path = new_overlay("what_if", base, here)
    found = differences(load(base), load("what_if"))
    assert [one.path.split(".")[-1] for one in found] == ["strength_men"]
    head, text = path.read_text(encoding="utf-8").split("extends:")
    path.write_text(f"{head}extends:{EXAMPLE.sub(lambda match: match[1], text)}", encoding="utf-8")
    changed = {one.path.split(".")[0] for one in differences(load(base), load("what_if"))}
    assert {"formations", "garrisons", "zones", "events", "roads", "rules", "commands"} - changed <= {"zones", "events"}
    assert "zones" in changed or base == "messina_1943"


def test_an_overlay_of_an_overlay_elsewhere(here, monkeypatch):
    """What it extends is found beside it or by name; a path that leaves its folder is none that a scenario may have."""
    new_scenario("mine", here)
    new_overlay("first", "mine", here)
    with pytest.raises(UsageError, match="an overlay stands beside its base"):
        new_overlay("second", "first", here / "deep" / "down")
    monkeypatch.setenv("RACE_SCENARIOS", str(here))
    path = new_overlay("second", "first", here / "deep" / "down")
    assert "extends: first" in path.read_text(encoding="utf-8")
    assert load(path).extends == "first"
    assert "extends: june_2017" in new_overlay("third", "june_2017", here / "deep").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["Mine", "my-war", "2nd", "", "a__b", "../up", "june_2017", "no_tanf_zone"])
def test_a_name_that_cannot_be(here, name):
    """Not lower_snake_case, or shipped."""
    with pytest.raises(UsageError, match="lower_snake_case|shipped"):
        new_scenario(name, here)
    assert list(here.iterdir()) == []


def test_nothing_is_overwritten(here):
    """Neither a folder nor a file of the name, by either form of the command."""
    made = new_scenario("mine", here)
    made.write_text("title: mine\n", encoding="utf-8")
    code, text = race("scenario", "new", "mine")
    assert code == 2 and "is there already" in text
    code, text = race("scenario", "new", "mine", "--from", "june_2017")
    assert code == 2 and made.read_text(encoding="utf-8") == "title: mine\n"


def test_an_overlay_of_nothing(here):
    """The names there are, and nothing written."""
    with pytest.raises(ScenarioError, match="no scenario 'june_2071' .did you mean 'june_2017'"):
        new_overlay("mine", "june_2071", here)
    assert list(here.iterdir()) == []


def test_the_commands_it_names_work(here):
    """Each that costs no runs, as printed."""
    code, text = race("scenario", "new", "mine")
    assert code == 0
    code, more = race("scenario", "new", "what_if", "--from", "mine")
    assert code == 0
    commands = [line.split("race ")[1].split() for line in (text + more).splitlines() if "race scenario" in line]
    assert len(commands) == 4
    for command in commands:
        assert race(*command)[0] == 0, command
    assert (here / "results" / "mine-map.png").is_file()


def test_where_a_name_is_looked_for(here, monkeypatch):
    """In the current folder, then in one's own folders in their order, then among what is shipped."""
    homes = [here / "one", here / "two"]
    for home in homes:
        new_scenario("mine", home)
    (homes[1] / "june_2017.yaml").write_text("extends: messina_1943\n", encoding="utf-8")
    monkeypatch.setenv("RACE_SCENARIOS", f"{homes[0]}:{here / 'gone'}:{homes[1]}")
    assert find_scenario("mine") == homes[0] / "mine" / "scenario.yaml"
    assert find_scenario("june_2017") == homes[1] / "june_2017.yaml"
    assert find_scenario("messina_1943").parent.name == "messina_1943"
    assert load(new_overlay("what_if", "mine", homes[0])).extends == "mine"
    new_scenario("mine", here)
    assert find_scenario("mine") == Path("mine") / "scenario.yaml"
    with pytest.raises(ScenarioError, match="in RACE_SCENARIOS: june_2017, mine, what_if"):
        find_scenario("nowhere")
