"""Loading a scenario: what the shipped one holds, and what a mistake in a file is answered with."""

import json
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sim.errors import ScenarioError
from sim.scenario.loading import from_data, load
from sim.scenario.provenance import iter_quantities

ROOT = Path(__file__).parents[2]
LINE = re.findall(r"```yaml\n(.*?)```", (ROOT / "scenarios" / "README.md").read_text(encoding="utf-8"), re.DOTALL)[1]


def at(text, part):
    """Return "line:column" of a part of a text."""
    before = text[: text.index(part)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def written(folder, text, name="mine.yaml"):
    """Write a scenario file and return its path."""
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def problems_of(path, sets=()):
    """Return the message with which a scenario is refused."""
    with pytest.raises(ScenarioError) as caught:
        load(path, sets)
    return str(caught.value)


def test_the_baseline_holds_the_map_and_says_where_numbers_come_from():
    """154 places, 235 roads; every number has a source or says that it is an assumption."""
    model = load("june_2017").model
    assert (len(model.places), len(model.roads)) == (154, 235)
    cited = list(iter_quantities(model))
    assert len(cited) > 600
    known = {*model.sources, "assumption"}
    assert [one.path for one in cited if not one.sources or not known.issuperset(one.sources)] == []


MISTAKES = [
    ("horizon_days: 60", "horizon_days: [60", "[60", "not YAML"),
    ("tick_hours: 6", "tick_hours: 5", "5\nsource", "tick_hours: found 5, a divisor of 24 is allowed"),
    ("tick_hours: 6", "tick_hour: 6", "tick_hour:", "no key 'tick_hour' here (did you mean 'tick_hours'?)"),
    ("strength_men: 1000", "strength_men: many", "many", "formations.column.strength_men: found 'many'"),
    ("strength_men: 1000", "strength_men: -1", "-1,", "formations.column.strength_men: found -1, a number above 0"),
    ("length_km: 60}", "length_km: 20}", "20}", "roads.a--b.length_km: found 20 km, 55.6 (great circle) to 139.0"),
    ("length_km: 60}", "length_km: 600}", "600}", "roads.a--b.length_km: found 600 km"),
    ("start: a", "start: z", "z, str", "formations.column.start: no place 'z'"),
    ("title: A line\n", "title: A line\ntitle: B\n", "title: B", "title: the key is given twice (first in line 1)"),
    ("finish: {column: [c]}", "finish: {column: [zz]}", "zz", "races.line.finish.column.0: no place 'zz'"),
    ("[{objective: c}]", "[{objective: q}]", "q}", "formations.column.orders.0.objective: no place 'q'"),
    ("tempo: 1.2", "tempo: {uniform: [2, 1]}", "{uniform", "numbers in rising order are allowed"),
    (
        "tempo: 1.2",
        "tempo: {lognormal: {median: 1}}",
        "{median",
        "a lognormal needs its median and one of p95 and sigma",
    ),
    ("lat: 0.0, lon: 0.5", "lat: 95.0, lon: 0.5", "95.0", "places.b.lat: found 95.0"),
]


@pytest.mark.parametrize(("right", "wrong", "where", "said"), MISTAKES, ids=[one[1].strip()[:24] for one in MISTAKES])
def test_a_mistake_is_answered_with_its_place(tmp_path, right, wrong, where, said):
    """File, line, column, key path and what would be allowed."""
    text = LINE.replace(right, wrong, 1)
    assert text != LINE
    told = problems_of(written(tmp_path, text))
    assert said in told
    assert "mine.yaml:" + (at(text, where) if where else "4:") in told


def test_an_objective_out_of_reach(tmp_path):
    """A road left out: the order says that no road leads there."""
    text = LINE.replace("  b--c: {from: b, to: c, class: road, length_km: 60}\n", "")
    assert "no road leads from 'a' to 'c'" in problems_of(written(tmp_path, text))


def test_all_mistakes_are_told_at_once(tmp_path):
    """Three mistakes, three lines."""
    text = LINE.replace("start: a", "start: z").replace("lat: 0.0, lon: 0.5", "lat: 95.0, lon: 0.5")
    text = text.replace("strength_men: 1000", "strength_men: many")
    told = problems_of(written(tmp_path, text))
    assert "places.b.lat" in told and "strength_men" in told


def split_into_folder(folder):
    """Write the line as a folder with places in a table; return the folder."""
    data = YAML(typ="safe").load(LINE)
    rows = [f"{one},{p['name']},{p['lat']},{p['lon']},{p['country']},{p['kind']},{p.get('holder', '')}"
            for one, p in data.pop("places").items()]  # fmt: skip
    folder.mkdir()
    YAML().dump(data | {"start_date": str(data["start_date"])}, folder / "scenario.yaml")
    (folder / "places.csv").write_text("\n".join(["id,name,lat,lon,country,kind,holder", *rows]) + "\n", "utf-8")
    return folder


def test_a_folder_with_a_table_is_the_same_scenario(tmp_path):
    """Places from a table make the model that places in the file make."""
    assert load(split_into_folder(tmp_path / "line")).model == load(written(tmp_path, LINE)).model


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("B,0.0", "B,north", "places.csv:3:"),
        ("holder\n", "owner\n", "no column 'owner'"),
        ("b,B", "a,B", "places.csv:3:"),
    ],
    ids=["no number", "unknown column", "an id twice"],
)
def test_a_mistake_in_a_table(tmp_path, right, wrong, said):
    """The table's file and line."""
    folder = split_into_folder(tmp_path / "line")
    table = folder / "places.csv"
    text = table.read_text("utf-8")
    assert right in text
    table.write_text(text.replace(right, wrong, 1), "utf-8")
    assert said in problems_of(folder)


def test_the_hash_follows_the_numbers_not_the_words_around_them(tmp_path):
    """A comment and the order of keys change nothing, a number does; the text gives the scenario back."""
    plain = load(written(tmp_path, LINE))
    assert load(written(tmp_path, "# a comment\n" + LINE, "other.yaml")).hash == plain.hash
    assert load(written(tmp_path, LINE.replace("1000", "1001"), "third.yaml")).hash != plain.hash
    again = from_data(json.loads(plain.text), plain.name)
    assert again.hash == plain.hash and again.model == plain.model


def test_an_unknown_name_says_what_there_is():
    """Names of shipped scenarios."""
    assert "june_2017" in problems_of("nowhere")


def overlay(folder, text, base="mine.yaml", name="over.yaml"):
    """Write the line and a file that extends it; return the overlay's path."""
    written(folder, LINE)
    return written(folder, f"extends: {base}\n{text}", name)


def test_an_overlay_says_only_what_differs(tmp_path):
    """One number of one entry is replaced, the rest is the base's; overlays build on overlays."""
    over = overlay(tmp_path, "formations: {column: {strength_men: 700}}\n")
    model, base = load(over).model, load(tmp_path / "mine.yaml").model
    assert model.formations["column"].strength_men.constant == 700
    assert model.places == base.places and model.formations["column"].tempo == base.formations["column"].tempo
    third = written(tmp_path, "extends: over.yaml\nhorizon_days: 30\n", "third.yaml")
    assert load(third).model.formations == model.formations and load(third).model.horizon_days == 30


def test_a_mistake_in_an_overlay_is_placed_there(tmp_path):
    """Not in the base."""
    assert "over.yaml:2:" in problems_of(overlay(tmp_path, "formations: {column: {strength_men: many}}\n"))


@pytest.mark.parametrize(("base", "said"), [("over.yaml", "goes round in a circle"), ("none.yaml", "none.yaml")])
def test_a_base_that_cannot_be(tmp_path, base, said):
    """A circle, and a file that is not there."""
    assert said in problems_of(overlay(tmp_path, "horizon_days: 30\n", base))


def test_sets_change_one_number(tmp_path):
    """As texts and as a mapping."""
    file = written(tmp_path, LINE)
    for sets in (["formations.column.strength_men=700"], {"formations.column.strength_men": 700}):
        assert load(file, sets).model.formations["column"].strength_men.constant == 700
    spread = load(file, ["formations.column.tempo={uniform: [1, 2]}"]).model.formations["column"].tempo
    assert not spread.is_constant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("formations.colum.strength_men=7", "did you mean 'column'"),
        ("formations.column.strength=7", "no key 'strength' here"),
        ("formations.column.strength_men=many", "found 'many'"),
        ("formations.column.strength_men", "key.path=value is expected"),
    ],
)
def test_a_set_that_cannot_be(tmp_path, text, said):
    """Refused like a file, and named as `--set`."""
    told = problems_of(written(tmp_path, LINE), [text])
    assert said in told and "--set" in told
