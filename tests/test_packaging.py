"""The wheel holds the packages, the shipped scenarios and the command, and nothing of a checkout besides."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHIPPED = "sim/scenario/shipped/"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """Build the wheel as `pip install .` would, from this checkout; return it opened."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--no-index", "--no-deps", "--no-build-isolation"]
    done = subprocess.run([*pip, "--wheel-dir", str(folder), str(ROOT)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("race_sim-*.whl")
    with zipfile.ZipFile(built) as opened:
        yield opened


def test_every_scenario_file_is_shipped(wheel: zipfile.ZipFile):
    scenarios = ROOT / "scenarios"
    files = [path for path in scenarios.rglob("*") if path.is_file()]
    expected = {SHIPPED + path.relative_to(scenarios).as_posix() for path in files}
    assert expected <= set(wheel.namelist())
    assert SHIPPED + "june_2017/scenario.yaml" in expected


def test_every_module_is_shipped_and_nothing_else(wheel: zipfile.ZipFile):
    sources = [*(ROOT / "sim").rglob("*.py"), *(ROOT / "experiments").rglob("*.py")]
    modules = {path.relative_to(ROOT).as_posix() for path in sources}
    packed = {name for name in wheel.namelist() if not name.startswith((SHIPPED, "race_sim-"))}
    assert modules <= packed
    assert {Path(name).suffix for name in packed} <= {".py", ".typed", ".jinja"}


def test_the_command_and_the_notices_are_there(wheel: zipfile.ZipFile):
    by_name = {Path(name).name: name for name in wheel.namelist() if name.startswith("race_sim-")}
    assert "race = experiments.cli:main" in wheel.read(by_name["entry_points.txt"]).decode()
    assert {"LICENSE", "NOTICE"} <= set(by_name)
