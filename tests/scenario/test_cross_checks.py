"""What is well written and cannot be: each is told at its line, several at once, beside what is broken otherwise."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.errors import SHOWN, ScenarioError, Severity
from sim.scenario.loading import load
from sim.scenario.locate import shipped_names

ROOT = Path(__file__).parents[2]
VALLEY = Path(__file__).parent / "valley"


@pytest.fixture
def valley(tmp_path):
    """Return a copy of the small scenario's folder."""
    return Path(shutil.copytree(VALLEY, tmp_path / "valley"))


def changed(folder, file, right, wrong):
    """Change one text in a file; return file:line:column of the change and the error with which it is refused."""
    text = (folder / file).read_text("utf-8")
    assert text.count(right) >= 1
    before = text[: text.index(right)]
    (folder / file).write_text(text.replace(right, wrong, 1), "utf-8")
    before += os.path.commonprefix([right, wrong])
    return f"{file}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}", refusal(folder)


def refusal(folder, sets=()):
    """Return the error with which a folder is refused."""
    with pytest.raises(ScenarioError) as caught:
        load(folder, sets)
    return caught.value


Y, P, R, Z = "scenario.yaml", "places.csv", "roads.csv", "zones.csv"
MISTAKES = {
    "unknown interest": (
        Y,
        "      elm: 0.5",
        "      olm: 0.5",
        "commands.blue_command.interests.olm: no place 'olm' (did you mean 'elm'?)",
    ),
    "unknown ally": (Y, "south: [green]", "south: [greed]", "alliances.south.0: no side 'greed'"),
    "unknown flag": (
        Y,
        "after: bridge_mended",
        "after: bridge_mend",
        "no milestone or event 'bridge_mend' (did you mean",
    ),
    "unknown tag": (
        Y,
        "flies_over: [bank]",
        "flies_over: [bink]",
        "air_arms.blue_air.flies_over.0: no tag of places 'bink'",
    ),
    "unknown effect": (Y, "suspend: hotline", "suspend: hotlime", "no channel 'hotlime' (did you mean 'hotline'?)"),
    "unknown finish": (Y, "blue: [elm, dale]", "blue: [elm, dole]", "races.elm.finish.blue.1: no place 'dole'"),
    "unknown holder": (P, "village,red", "village,rod", "places.cedar.holder: no side 'rod' (did you mean 'red'?)"),
    "unknown end": (R, "alder,birch", "alder,bircha", "no place 'bircha' (did you mean 'birch'?)"),
    "unknown zone tag": (Z, ",east_bank,", ",oast_bank,", "zones.far_bank.tag: no tag of places 'oast_bank'"),
    "unknown enforcer": (Z, "green_command", "grin_command", "zones.park.enforcer: no command 'grin_command'"),
    "an event before the start": (Y, "day: 30", "day: -3", "events.relief_fails.day: found day -3, day 0 or later"),
    "an event perhaps before the start": (
        Y,
        "{uniform: [10, 40]}, p",
        "{normal: {mean: 10, sd: 5}}, p",
        "events.snow.day: found a distribution from day -inf, day 0 or later is allowed; truncate it",
    ),
    "an event after the end": (
        Y,
        "day: 30",
        "day: 61",
        "events.relief_fails.day: found day 61, a day up to the end (horizon_days: 60)",
    ),
    "a year out of range": (Y, "2020-02-29", "1066-10-14", "start_date: found 1066-10-14, a date from 1700 to 2200"),
    "a start in hostile ground": (
        Y,
        "start: birch",
        "start: cedar",
        "formations.column.start: 'cedar' is held by the hostile side red",
    ),
    "a start off the road": (
        Y,
        "towards: birch",
        "towards: gorse",
        "formations.scouts.start.towards: no road joins 'alder' and 'gorse'",
    ),
    "a start beyond the road": (
        Y,
        "km: 5",
        "km: 500",
        "formations.scouts.start.km: found 500, a constant up to the road's 35 km",
    ),
    "an assault on nothing": (
        Y,
        "start: birch",
        "assaulting: true\n    start: birch",
        "formations.column.assaulting: assaulting needs start",
    ),
    "an objective abroad": (
        Y,
        "objective: cedar, stance",
        "objective: heath, stance",
        "formations.scouts.orders.0.objective: no road leads from 'alder' to 'heath' through Land",
    ),
    "a finish abroad": (
        Y,
        "blue: [ford], green",
        "blue: [gorse], green",
        "races.ford.finish.blue.0: no road leads from 'blue's formations' to 'gorse'",
    ),
    "a finish held": (
        Y,
        "blue: [elm, dale]",
        "blue: [elm, birch]",
        "races.elm.finish.blue.1: 'birch' is held by the contestant's own side at the start",
    ),
    "a share above 1": (
        Y,
        "ford: {uniform: [0.7, 1.0]}",
        "ford: {uniform: [0.7, 1.5]}",
        "found a distribution from 0.7 to 1.5, a share from 0 to 1 is allowed; truncate it",
    ),
    "a normal below 0": (
        Y,
        "sd: 0.1}, truncate: [0.5, 1.5]}",
        "sd: 0.1}}",
        "formations.column.quality: found a distribution from -inf to inf, a number above 0 is allowed; truncate it",
    ),
    "a lognormal share": (
        Y,
        "restraint: 0.5",
        "restraint: {lognormal: {median: 0.5, sigma: 1}}",
        "found a distribution from 0 to inf, a share from 0 to 1",
    ),
    "a factor below 1": (
        Y,
        "support_factor: 1.5",
        "support_factor: {beta: {a: 1, b: 1}}",
        "found a distribution from 0 to 1, 1 or more is allowed",
    ),
    "nothing left by a truncation": (Y, "truncate: [100, 3000]", "truncate: [-9, -5]", "formations.march.strength_men"),
    "a choice truncated": (
        Y,
        "weights: [1, 2]}}",
        "weights: [1, 2]}, truncate: [0, 9]}",
        "formations.column.supply_days: truncate: found with choice",
    ),
    "a lognormal without end": (
        Y,
        "{median: 10, sigma: 0.3}",
        "{median: 10, sigma: 999}",
        "found a lognormal of sigma 999, sigma up to 20 is allowed",
    ),
    "a population too large": (
        P,
        ",5000,",
        ",9" + "0" * 30 + ",",
        "places.alder.population: found 9e+30, a number up to 1e+15",
    ),
    "a zone that nobody enforces": (
        Z,
        "blue,green_command",
        "blue,",
        "formations.scouts.defies.0: no command enforces the zone 'park'",
    ),
    "a zone against its enforcer": (
        Z,
        "20,,blue,",
        "20,,green,",
        "zones.park.enforcer: 'green_command' is a command of green, to which the zone applies",
    ),
    "a source not listed": (
        Y,
        "source: [BOOK]\nbase",
        "source: [BOOK, LOST]\nbase",
        "source.1: no source 'LOST' in the list of sources",
    ),
    "a source not listed in a table": (
        R,
        "destroyed,BOOK",
        "destroyed,BOK",
        "no source 'BOK' in the list of sources (did you mean 'BOOK'?)",
    ),
    "a road too short": (
        R,
        "road,35,High",
        "road,15,High",
        "roads.alder--birch.length_km: found 15 km, 33.4 (great circle) to 83.4 is allowed",
    ),
    "a road to itself": (R, "gorse,heath", "gorse,gorse", "joins a place with itself"),
    "a garrison elsewhere": (Y, "places: [dale]}", "places: [elm]}", "garrisons.blue_post.places.0: 'elm' is"),
    "a stance twice": (
        Y,
        "[green, red], stance",
        "[red, blue], stance",
        "relations.1.between: the stance of blue and red is given twice",
    ),
    "a stance with itself": (
        Y,
        "[green, red], stance",
        "[green, green], stance",
        "relations.1.between: found 'green' twice",
    ),
    "a channel with itself": (
        Y,
        "hotline: {between: [blue_command, green",
        "hotline: {between: [green_command, green",
        "channels.hotline.between: found 'green_command' twice",
    ),
    "patrons in a circle": (
        Y,
        "side: blue, restraint",
        "side: blue, patron: blue_command, restraint",
        "patrons go round in a circle: capital - blue_command - capital",
    ),
    "two headlines": (
        Y,
        "    finish:\n",
        "    headline: true\n    finish:\n",
        "races.elm.headline: 'ford' is the headline race already",
    ),
    "a formation that runs twice": (
        Y,
        "formations: [march]",
        "formations: [column]",
        "contestants.green.formations.0: 'column' runs for 'blue' already",
    ),
    "a side in two alliances": (
        Y,
        "south: [green]",
        "south: [blue]",
        "alliances.south.0: the side 'blue' is in 'north' already",
    ),
}


# A zone without enforcer is a line that all keep: the mistake is told where somebody defies it.
TOLD_ELSEWHERE = ("formations.scouts.defies.0: no command enforces the zone 'park'",)


@pytest.mark.parametrize(("file", "right", "wrong", "said"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_at_its_line(valley, file, right, wrong, said):
    """File and line of what was changed."""
    where, error = changed(valley, file, right, wrong)
    assert said in str(error)
    line = ":".join(where.split(":")[:2]) + ":"
    told = [one for one in error.problems if said in one]
    assert any(line in one for one in told) or said in TOLD_ELSEWHERE, (where, told)


def test_columns_are_those_of_the_cell_and_of_the_value(valley):
    """The character at which it begins."""
    assert "roads.csv:2:18: roads.alder--birch.length_km" in str(changed(valley, R, "road,35,", "road,15,")[1])
    assert "scenario.yaml:44:12: formations.column.start" in str(changed(valley, Y, "start: birch", "start: cedar")[1])


def test_everything_is_told_at_once_the_worst_first(valley):
    """A row that cannot be read, a bad number, an unknown name and ground held by an enemy: four in one answer."""
    text = (valley / Y).read_text("utf-8")
    text = text.replace("strength_men: 200", "strength_men: few").replace("objective: ford}", "objective: fort}")
    text = text.replace("start: birch", "start: cedar").replace("title: A race", "title: A\ntitle: B")
    (valley / Y).write_text(text, "utf-8")
    error = refusal(valley)
    assert [one.severity for one in error.flaws] == [Severity.FORM, Severity.SCHEMA, Severity.NAME, Severity.SENSE]
    assert [one.line for one in error.flaws] == [3, 60, 71, 45]


def test_nobody_is_told_what_only_follows_from_another_mistake(valley):
    """A row without its last cells: its id is not called unknown where others use it."""
    _, error = changed(valley, P, "2000,BOOK,medium,\n", "2000\n")
    assert [(one.severity, one.line) for one in error.flaws] == [(Severity.FORM, 6)]
    assert error.note and str(error).endswith(error.note)


def test_at_most_twenty_are_shown_with_the_count_of_the_rest(valley):
    """Sixty unknown keys: twenty lines and "... and 40 more"."""
    with open(valley / Y, "a", encoding="utf-8") as file:
        file.writelines(f"key_{one}: 1\n" for one in range(60))
    error = refusal(valley)
    assert len(error.flaws) == 60 and len(error.problems) in (SHOWN + 1, SHOWN + 2)
    assert error.problems[SHOWN] == "... and 40 more"


def test_a_horizon_cut_short_leaves_later_events_alone(valley):
    """With --set; in the file itself an event that never comes is a mistake."""
    assert load(valley, ["horizon_days=20"]).model.horizon_days == 20
    _, error = changed(valley, Y, "horizon_days: 60", "horizon_days: 20")
    assert "events.relief_fails.day: found day 30, a day up to the end (horizon_days: 20) is allowed" in str(error)


def test_what_is_shipped_has_no_mistakes():
    """Every scenario and overlay."""
    for name in shipped_names():
        assert load(name).model.title


def test_checking_imports_nothing_heavy():
    """A check answers within a second or so: no Numba, NumPy, SciPy or NetworkX is imported for june_2017."""
    code = "import sys; from sim.scenario.loading import load; load('june_2017'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not {"numba", "numpy", "scipy", "networkx", "pandas", "matplotlib"} & set(done.stdout.split())
