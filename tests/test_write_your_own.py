"""The guide `docs/write_your_own.md`: its example is built from its blocks, file by file, and its commands run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from sim.scenario.checks import great_circle_km
from sim.scenario.loading import load
from sim.scenario.provenance import iter_quantities

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "write_your_own.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(yaml|csv|console)(?: (\S+))?\n(.*?)```", flags=re.DOTALL)
HALF_AN_HOUR_WORDS = (2000, 4000)  # of prose, read at 200 words a minute, with as long again for what is shown
IN_THE_LIST_OF_WHAT_MATTERS = (
    "depends most on", "sides.yugoslavs.push_rate_km_per_day", "events.leave_fiume_aside.probability",
    "sides.allies.push_rate_km_per_day",
)  # fmt: skip


def blocks():
    """Yield (kind, file, text) of the page's fenced blocks in order."""
    yield from BLOCK.findall(GUIDE)


def write(folder, file, text):
    """Write a block to its file, after what is there already."""
    path = folder / file
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as opened:
        opened.write(text)


def run_in(folder, command):
    """Run a command of the page; return what it prints, and its exit code."""
    assert command.startswith("race "), command
    arguments = [sys.executable, "-m", "experiments.cli", *shlex.split(command)[1:]]
    settings = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    done = subprocess.run(arguments, cwd=folder, env=settings, capture_output=True, text=True)
    return done.stdout + done.stderr, done.returncode


def matches(shown, printed):
    """Tell whether every line shown is printed, in that order; `...` stands for anything, spaces do not count."""
    lines = iter(" ".join(line.split()) for line in printed.splitlines())
    wanted = [" ".join(line.removesuffix("...").split()) for line in shown]
    return all(any(line.startswith(want) for line in lines) for want in wanted if want)


@pytest.mark.slow
def test_the_example_is_built_and_runs(tmp_path):
    """Block by block in an empty folder: each command prints what the page shows; the last check is of the whole."""
    commands, refused = 0, 0
    for kind, file, text in blocks():
        if kind != "console":
            write(tmp_path, file, text)
            continue
        for part in text.split("$ ")[1:]:
            command, *shown = part.splitlines()
            printed, code = run_in(tmp_path, command)
            assert matches(shown, printed), f"{command} printed\n{printed}"
            assert code in (0, 2), f"{command}\n{printed}"
            commands, refused = commands + 1, refused + (code == 2)
    assert commands >= 12
    report = (tmp_path / "results" / "trieste" / "report.html").read_text(encoding="utf-8")
    most = [report.find(one) for one in IN_THE_LIST_OF_WHAT_MATTERS]
    assert -1 not in most and most == sorted(most)
    mistakes = GUIDE.split("## 13. ")[1].split("## 14. ")[0]
    assert refused == mistakes.count("$ race ") == 4


def test_the_example_is_in_order(tmp_path):
    """It loads; every number has a source or the word assumption; roads are as long as roads are."""
    for kind, file, text in blocks():
        if kind != "console":
            write(tmp_path, file, text)
    model = load(tmp_path / "trieste_1945").model
    assert all(one.sources for one in iter_quantities(model))
    assert set(model.sources) == {"MAP", "GK", "HELMBOLD", "assumption"}
    longer = [road.length_km.median() / great_circle_km(model, road.from_, road.to) for road in model.roads.values()]
    assert 1.0 <= min(longer) and max(longer) < 2.5


def test_it_can_be_read_in_half_an_hour():
    """So many words, tables and outputs aside."""
    prose = len(BLOCK.sub("", GUIDE).split())
    assert HALF_AN_HOUR_WORDS[0] < prose < HALF_AN_HOUR_WORDS[1]


def test_all_files_are_named():
    """Every block of a file says which; nothing else is in another kind of block."""
    assert GUIDE.count("```") == 2 * len(list(blocks()))
    assert all(file for kind, file, _ in blocks() if kind != "console")
