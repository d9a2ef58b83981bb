"""The reference page: written from the schema, complete, and its examples are taken."""

import importlib.util
import json
import re
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from sim.scenario.json_schema import overlay_schema, scenario_schema

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "scenario_reference.md").read_text(encoding="utf-8")
CARRIED = ("source", "confidence", "note")  # by every entry, told once
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_page_is_that_of_the_schema():
    """As `make reference` writes it."""
    spec = importlib.util.spec_from_file_location("scenario_reference", DOCS / "scenario_reference.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.page() == PAGE, "make reference"


def test_every_key_of_the_schema_has_a_row():
    schema = scenario_schema(has_tables=False)
    for node in [schema, *(one for one in schema["$defs"].values() if "properties" in one)]:
        for key, one in node["properties"].items():
            meaning = one["description"].partition("\n\n")[0].replace("|", "\\|")
            row = rf"^\| `{key}` \| .+ \| {re.escape(meaning)} \|$"
            assert key in CARRIED or re.search(row, PAGE, re.MULTILINE), key


def test_every_link_has_its_anchor():
    anchors = set(re.findall(r'<a id="([^"]+)">', PAGE))
    links = set(re.findall(r"\]\(#([^)]+)\)", PAGE))
    assert len(anchors) > 45 and links == anchors
    for file in re.findall(r"\]\(([^#)]+)\)", PAGE):
        assert (DOCS / file).is_file()


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0])
def test_every_example_is_part_of_a_scenario(block):
    data = json.loads(json.dumps(YAML(typ="safe").load(block), default=str))
    if isinstance(data, list):
        data = {"events": {f"event_{number}": {"day": one} for number, one in enumerate(data)}}
    jsonschema.Draft202012Validator(overlay_schema()).validate({"extends": "june_2017", **data})
