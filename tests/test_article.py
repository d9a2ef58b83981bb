"""The page that maps the article to the scenario names only what the scenario has."""

import fnmatch
import json
import re
from pathlib import Path

from sim.scenario.loading import load

ROOT = Path(__file__).parent.parent


def mapping():
    """Return the rows (what the article says, where it stands) of the first table."""
    text = (ROOT / "docs" / "article.md").read_text(encoding="utf-8").split("race claims", 1)[0]
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")]
    return [(said.strip(), keys) for said, keys in rows[1:]]


def paths(node, prefix=()):
    """Yield every key path of nested mappings, with dots."""
    if prefix:
        yield ".".join(prefix)
    if isinstance(node, dict):
        for key, below in node.items():
            yield from paths(below, (*prefix, str(key)))


def test_every_key_stands_in_the_scenario():
    """Dotted keys with wild cards, ids of races and milestones, files, and what-ifs beside the scenario."""
    known = set(paths(json.loads(load("june_2017").text)))
    unknown = []
    for _, keys in mapping():
        for key in re.findall(r"`([^`]+)`", keys):
            is_path = any(fnmatch.fnmatchcase(one, key) for one in known)
            is_id = any(f"{table}.{key}" in known for table in ("places", "races", "milestones"))
            is_field = any(one.endswith(f".{key}") for one in known)
            is_file = (ROOT / key).is_file() or (ROOT / "scenarios" / f"{key}.yaml").is_file()
            if not (is_path or is_id or is_field or is_file):
                unknown.append(key)
    assert not unknown
    assert len(mapping()) > 20
