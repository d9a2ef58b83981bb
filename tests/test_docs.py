"""The tutorial's commands and the notebook run as they stand."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
TUTORIAL = (DOCS / "tutorial.md").read_text(encoding="utf-8")
# 10,000 runs on top of setting up would be too long for a test; the run that is read, 17, is among these.
STANDS_FOR = {"make race": "race run june_2017 --runs 300 --seed 7 --out results/june_2017"}

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("docs")]


def blocks():
    """Yield (kind, text) of the tutorial's fenced blocks in order."""
    yield from re.findall(r"```(console|yaml)\n(.*?)```", TUTORIAL, flags=re.DOTALL)


def run_in(folder, command):
    """Run a command of the tutorial; return what it prints."""
    command = STANDS_FOR.get(command, command)
    assert command.startswith("race "), command
    arguments = [sys.executable, "-m", "experiments.cli", *shlex.split(command)[1:]]
    settings = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    done = subprocess.run(arguments, cwd=folder, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    return done.stdout


def matches(shown, printed):
    """Tell whether every line shown is printed, in that order; `...` stands for anything, spaces do not count."""
    lines = iter(" ".join(line.split()) for line in printed.splitlines())
    wanted = [" ".join(line.removesuffix("...").split()) for line in shown]
    return all(any(line.startswith(want) for line in lines) for want in wanted if want)


def test_the_tutorial(tmp_path):
    """Each command runs, in order, in an empty folder, and prints what the page shows."""
    commands = 0
    for kind, text in blocks():
        if kind == "yaml":
            (tmp_path / "garrison.yaml").write_text(text, encoding="utf-8")
            continue
        for part in text.split("$ ")[1:]:
            command, *shown = part.splitlines()
            printed = run_in(tmp_path, command)
            assert matches(shown, printed), f"{command} printed\n{printed}"
            commands += 1
    assert commands == 10
    assert (tmp_path / "results" / "three" / "report.html").stat().st_size > 500_000


def test_the_notebook(tmp_path, monkeypatch):
    """From its own folder, without an error; the results that it shows are there."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(DOCS / "notebook.ipynb", as_version=4)
    saved = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    assert all(saved), "make notebook"
    folder = tmp_path / "docs"
    folder.mkdir()
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    now = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    assert [kinds(outputs) for outputs in now] == [kinds(outputs) for outputs in saved]
    assert (tmp_path / "results" / "notebook" / "summary.json").is_file()


def kinds(outputs):
    """Return what kinds of output a cell has."""
    return [output.output_type for output in outputs]
