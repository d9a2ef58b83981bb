"""The ODD page: its tables are those of the baseline, and it names every rule and phase."""

import importlib.util
import re
from pathlib import Path

from sim.scenario.rule_settings import Rules
from sim.turn import PHASES

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "ODD.md").read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_baseline():
    """As `make odd` writes them."""
    spec = importlib.util.spec_from_file_location("odd_tables", ROOT / "docs" / "odd_tables.py")
    tables = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tables)
    assert tables.page_with_tables(PAGE) == PAGE, "make odd"


def test_every_setting_of_the_rules_that_the_baseline_gives_is_there():
    """A table for each section, with sources in every row."""
    assert set(re.findall(r"table: rules\.(\w+)", PAGE)) == set(Rules.model_fields)
    rows = re.findall(r"^\| `[a-z_.0-9]+` \| (.*?) \| (.*?) \|", PAGE, re.MULTILINE)
    assert len(rows) > 90 and all(value and source for value, source in rows)


def test_the_phases_are_told_in_their_order():
    """Section 3."""
    schedule = PAGE.split("## 3.")[1].split("## 4.")[0]
    names = re.findall(r"[a-z_]+", schedule.split("walk:")[1].split(".")[0].replace("(daily)", ""))
    assert names == [phase.name for phase in PHASES]
