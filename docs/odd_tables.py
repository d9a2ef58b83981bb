"""Writes the parameter tables of ODD.md from the baseline and the schema: `make odd`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from sim.scenario.loading import load
from sim.scenario.provenance import Cited, iter_quantities
from sim.scenario.rule_settings import Rules
from sim.scenario.schema import ScenarioModel

PAGE = Path(__file__).parent / "ODD.md"
BLOCK = re.compile(r"((?:<!-- table: [a-z_.]+ -->\n)+)(.*?)<!-- end -->", re.DOTALL)


def page_with_tables(text: str) -> str:
    """Return the page with every table written anew between its marks."""
    numbers = list(iter_quantities(load("june_2017").model))

    def written(found: re.Match[str]) -> str:
        sections = re.findall(r"table: ([a-z_.]+)", found[1])
        rows = [row for section in sections for row in rows_of(section, numbers)]
        head = "| key | baseline | source | meaning |\n|---|---|---|---|\n"
        return found[1] + "\n" + head + "".join(rows) + "\n<!-- end -->"

    return BLOCK.sub(written, text)


def rows_of(section: str, numbers: list[Cited]) -> Iterator[str]:
    """Yield a row for each number of a section of the scenario."""
    for cited in numbers:
        if cited.path.startswith(f"{section}."):
            key = cited.path.removeprefix("rules.").split(".", 1)[1] if section.startswith("rules.") else cited.path
            cells = (f"`{key}`", str(cited.quantity), ", ".join(cited.sources), meaning(section, key))
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def meaning(section: str, key: str) -> str:
    """Return what the schema says of a number: a setting of the rules, or a key of an entry."""
    if section.startswith("rules."):
        model = Rules.model_fields[section.removeprefix("rules.")].annotation
    else:
        model = get_args(ScenarioModel.model_fields[section].annotation)[1]
    return model.model_fields[key.rpartition(".")[2]].description or ""


if __name__ == "__main__":
    PAGE.write_text(page_with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
