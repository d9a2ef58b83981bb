"""The JSON Schema: what ships passes, what is a mistake does not, and it says of every key what the key means."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Annotated

import jsonschema
import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from typer.testing import CliRunner

from experiments.cli import app
from sim.scenario import json_schema
from sim.scenario.json_schema import overlay_schema, scenario_schema
from sim.scenario.numbers import AtLeastOne, NonNegative, Positive, Quantity, Share
from sim.scenario.reading import read_yaml
from sim.scenario.schema import ScenarioModel
from sim.scenario.units import WITHOUT_ENDING, unit_of

SCENARIOS = Path(__file__).parents[2] / "scenarios"
PAGE = (SCENARIOS / "README.md").read_text(encoding="utf-8")
OVERLAY, LINE, ZONE = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
FILES = [*SCENARIOS.glob("*.yaml"), *SCENARIOS.glob("*/scenario.yaml")]
RANGES = {"Number": Quantity, "NonNegative": NonNegative, "Positive": Positive, "Share": Share,
          "AtLeastOne": AtLeastOne}  # fmt: skip


def as_json(data):
    """Return data as a JSON schema sees it: dates are text."""
    return json.loads(json.dumps(data, default=str))


def mistakes(data, schema):
    """Return what a schema has against data."""
    return list(jsonschema.Draft202012Validator(schema).iter_errors(as_json(data)))


def line():
    """Return the one-formation scenario of the page."""
    return as_json(YAML(typ="safe").load(LINE))


@pytest.mark.parametrize("schema", [scenario_schema(), overlay_schema()], ids=["scenario", "overlay"])
def test_it_is_a_schema_also_for_editors_of_an_older_draft(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("name", ["scenario", "overlay"])
def test_the_shipped_schema_is_the_code_s(name):
    text = (SCENARIOS / f"{name}.schema.json").read_text(encoding="utf-8")
    schema = overlay_schema() if name == "overlay" else scenario_schema()
    assert text == json_schema.as_text(schema), "make schema"


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_shipped_file_names_its_schema_and_passes(file):
    header = re.match(r"# yaml-language-server: \$schema=(\S+)\n", file.read_text(encoding="utf-8"))
    named = file.parent / header[1]
    is_overlay = file.name != "scenario.yaml"
    assert named.resolve() == SCENARIOS / f"{'overlay' if is_overlay else 'scenario'}.schema.json"
    assert not mistakes(read_yaml(file, file.name).data, json.loads(named.read_text(encoding="utf-8")))


def test_the_examples_of_the_page_pass():
    assert not mistakes(line(), scenario_schema())
    assert not mistakes(line() | YAML(typ="safe").load(ZONE), scenario_schema())
    assert not mistakes(YAML(typ="safe").load(OVERLAY), overlay_schema())


FORMATION = ("formations", "column")


@pytest.mark.parametrize(
    "path, value",
    [
        ((*FORMATION, "strenght_men"), 500),
        ((*FORMATION, "strength_men"), -5),
        ((*FORMATION, "strength_men"), 0),
        ((*FORMATION, "strength_men"), "many"),
        ((*FORMATION, "strength_men"), None),
        ((*FORMATION, "quality"), {"normal": {"mean": 1, "sd": 0.2}}),
        ((*FORMATION, "quality"), {"triangle": [1, 2, 3]}),
        ((*FORMATION, "quality"), {"triangular": [1, 2]}),
        ((*FORMATION, "quality"), {"value": 1, "uniform": [1, 2]}),
        ((*FORMATION, "quality"), {"lognormal": {"median": 1, "sigma": 0.2, "p95": 2}}),
        ((*FORMATION, "quality"), {"source": "assumption"}),
        ((*FORMATION, "quality"), {"value": 1, "confidence": "fair"}),
        ((*FORMATION, "quality"), {"value": 1, "truncate": [0, 2]}),
        ((*FORMATION, "quality"), {"bernoulli": 0.5, "truncate": [0, 2]}),
        ((*FORMATION, "obedience"), {"blue_command": 1.5}),
        ((*FORMATION, "obedience"), {"blue_command": {"uniform": [0.5, 1.5]}}),
        ((*FORMATION, "obedience"), {"blue_command": {"lognormal": {"median": 0.5, "sigma": 0.2}}}),
        ((*FORMATION, "orders"), [{"objective": "c", "stance": "clearr"}]),
        ((*FORMATION, "orders"), [{"kind": "take"}]),
        (("relations",), [{"between": ["blue", "red"], "stance": "hostil"}]),
        (("relations",), [{"between": ["blue"], "stance": "rival"}]),
        (("sides", "blue", "colour"), "blue"),
        (("rules",), {"route": {"bypass_factor": 0.5}}),
        (("rules",), {"marsh": {}}),
        (("horizon_days",), 0),
        (("horizon_days",), 12.5),
        (("tick_hours",), 25),
        (("start_date",), 20200101),
        (("places", "a", "lat"), 95),
        (("roads", "a--b", "crossing_state"), "broken"),
        (("formations",), {}),
        (("events",), {"e": {"title": "E", "effects": [{"reinforce": "column"}]}}),
        (("events",), {"e": {"title": "E", "effects": [{"remove": "column", "suspend": "x"}]}}),
        (("milestones",), {"m": {"title": "M"}}),
        (("extends",), "june_2017"),
    ],
)
def test_a_mistake_is_refused_by_the_schema_and_by_the_loader(path, value):
    """One change to a scenario that passes: what the schema refuses is no valid scenario either."""
    data = line()
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    assert mistakes(data, scenario_schema())
    with pytest.raises(ValidationError):
        ScenarioModel.model_validate(data)


@pytest.mark.parametrize("key", ["title", "start_date", "sides", "formations", "races"])
def test_a_missing_key_is_refused(key):
    data = line()
    del data[key]
    assert mistakes(data, scenario_schema())


def test_tables_may_stand_in_csv_files_beside_it():
    data = line()
    del data["places"], data["roads"]
    data["places"] = {"a": {"population": 100, "holder": None}}
    assert not mistakes(data, scenario_schema())


@pytest.mark.parametrize(
    "changes, is_fine",
    [
        ({"formations": {"mat": {"tempo": 2, "sector": None, "orders": []}}, "air_arms": {"rus_air": None}}, True),
        ({"rules": {"march": {"pause_days": None}, "supply": None}}, True),
        ({"roads": {"arak--hulayhilah": {"length_km": 25}}, "zones": {"zaqf_outpost": None}}, True),
        ({"formations": {"mat": {"orders": [{"stance": "bypass"}]}}}, False),
        ({"formations": {"mat": {"ordrs": []}}}, False),
        ({"rules": {"march": {"pause_days": -1}}}, False),
        ({"rules": {"march": {"pause_days": {"source": "assumption"}}}}, False),
        ({"relations": [{"between": ["a", "b"]}]}, False),
    ],
)
def test_an_overlay_holds_any_part_and_null_removes(changes, is_fine):
    """Lists and numbers are replaced whole, so that they have to be whole."""
    assert bool(mistakes({"extends": "june_2017", **changes}, overlay_schema())) is not is_fine


def test_an_overlay_says_what_it_changes():
    assert mistakes({"rules": {}}, overlay_schema())


NUMBERS = [
    0, 1, 0.5, -1, 2, 1e6, "5", None, True, [1], {},
    {"value": 0}, {"value": 1}, {"value": -3}, {"value": 0.5, "note": "x", "source": "assumption"},
    {"uniform": [0, 1]}, {"uniform": [-1, 1]}, {"uniform": [1, 3]}, {"triangular": [0.1, 0.2, 0.9]},
    {"normal": {"mean": 1, "sd": 1}}, {"normal": {"mean": 1, "sd": 1}, "truncate": [1, 1.5]},
    {"normal": {"mean": 0.5, "sd": 1}, "truncate": [0, 1]}, {"lognormal": {"median": 1, "p95": 3}},
    {"lognormal": {"median": 0.2, "sigma": 0.5}, "truncate": [None, 1]},
    {"lognormal": {"median": 2, "sigma": 0.5}, "truncate": [1, None]}, {"beta": {"a": 2, "b": 2}},
    {"gamma": {"shape": 1, "rate": 2}}, {"bernoulli": 0.3}, {"bernoulli": 1.3},
    {"choice": {"values": [1, 2], "weights": [1, 1]}}, {"choice": {"values": [0, 1], "weights": [1, 0]}},
    {"choice": {"values": [], "weights": []}}, {"uniform": [0, 9], "truncate": [0.5, 0.6], "group": "g"},
    {"triangular": [1, 2, 3], "group": "g", "correlation": 0.5}, {"value": 1, "correlation": 2},
    {"value": 1, "truncate": [0, 2]}, {"bernoulli": 0.5, "truncate": [0, 1]},
    {"choice": {"values": [1, 1], "weights": [1, 1]}, "truncate": [0, 1]},
]  # fmt: skip


@pytest.mark.parametrize("name", RANGES)
def test_what_the_loader_takes_for_a_number_the_schema_takes(name):
    """And refuses what that refuses, unless only a truncation's bounds tell; numbers as text are for CSV tables."""
    schema = {"$ref": f"#/$defs/{name}", "$defs": scenario_schema()["$defs"]}
    for found in NUMBERS:
        try:
            TypeAdapter(RANGES[name]).validate_python(found)
            is_taken = not isinstance(found, str)
        except ValidationError:
            is_taken = False
        if is_taken or "truncate" not in str(found):
            assert bool(mistakes(found, schema)) is not is_taken, found


@pytest.mark.parametrize("schema", [scenario_schema(), overlay_schema()], ids=["scenario", "overlay"])
def test_every_key_says_what_it_means(schema):
    mappings = [schema, *(one for one in schema["$defs"].values() if "properties" in one)]
    told = [key["description"] for one in mappings for key in one["properties"].values()]
    assert len(told) > 400 and all(len(text) > 4 and not text.startswith("None") for text in told)


def models_in(kind):
    """Return the models in a type, and those inside them."""
    found = {kind} if isinstance(kind, type) and issubclass(kind, BaseModel) else set()
    inner = [field.annotation for field in kind.model_fields.values()] if found else getattr(kind, "__args__", ())
    return found.union(*map(models_in, inner))


MODELS = sorted(models_in(ScenarioModel), key=lambda model: model.__name__)
NUMERIC = re.compile(r"Quantity|\bint\b|\bfloat\b")


def test_every_number_has_a_unit_and_every_unit_a_number():
    inside_numbers = models_in(Quantity)
    keys = {name for model in MODELS if model not in inside_numbers for name, field in model.model_fields.items()
            if NUMERIC.search(str(field.annotation))}  # fmt: skip
    assert len(keys) > 120
    assert not [key for key in keys if not unit_of(key)]
    assert set(WITHOUT_ENDING) <= keys


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_example_is_one(model):
    """Each is taken where it stands by the schema, and by the loader."""
    schema = scenario_schema()
    names = {ScenarioModel: "", Quantity: "NumberMapping"}
    name = names.get(model, model.__name__ if model.__name__ in schema["$defs"] else f"{model.__name__}Part")
    keys = (schema["$defs"][name] if name else schema)["properties"]
    for key, field in model.model_fields.items():
        where = {"$defs": schema["$defs"], **keys[field.alias or key]}
        for example in field.examples or []:
            assert not mistakes(example, where), key
            TypeAdapter(Annotated[field.annotation, *field.metadata, "as it is"]).validate_python(example)


def test_a_date_is_text_for_the_schema_and_a_date_for_the_loader():
    data = line()
    assert data["start_date"] == "2020-01-01"
    assert ScenarioModel.model_validate(data).start_date == date(2020, 1, 1)


def test_the_command_prints_it_or_writes_it(tmp_path):
    runner, file = CliRunner(), tmp_path / "new" / "overlay.schema.json"
    assert json.loads(runner.invoke(app, ["scenario", "schema"]).output) == scenario_schema()
    done = runner.invoke(app, ["scenario", "schema", "--overlay", "--out", str(file)])
    assert done.exit_code == 0 and str(file) in done.output
    assert json.loads(file.read_text(encoding="utf-8")) == overlay_schema()
