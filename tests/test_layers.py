"""Imports go downwards only, and every module of sim has its place in the order."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def layered_modules() -> set[str]:
    """Return the modules that the contract in pyproject.toml names."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    return {module for layer in contract["layers"] for module in re.findall(r"[\w.]+", layer)}


def test_imports_go_downwards_only():
    lint = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", lint], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_of_sim_has_a_layer():
    files = [path.stem for path in (ROOT / "sim").glob("*.py") if path.stem != "__init__"]
    folders = [path.parent.name for path in (ROOT / "sim").glob("*/__init__.py")]
    without = {f"sim.{name}" for name in files + folders} - layered_modules()
    assert not without, "name these in the layers contract of pyproject.toml"
