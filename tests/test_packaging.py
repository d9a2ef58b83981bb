"""The wheel holds the packages, the shipped scenarios and the command, and nothing of a checkout besides."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHIPPED = "sim/scenario/shipped/"
TEMPLATE = "sim/scenario/template/"

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
    templates = {path.relative_to(ROOT).as_posix() for path in (ROOT / TEMPLATE).iterdir()}
    assert templates == {name for name in wheel.namelist() if name.startswith(TEMPLATE)}


def test_every_module_is_shipped_and_nothing_else(wheel: zipfile.ZipFile):
    sources = [*(ROOT / "sim").rglob("*.py"), *(ROOT / "experiments").rglob("*.py")]
    modules = {path.relative_to(ROOT).as_posix() for path in sources}
    packed = {name for name in wheel.namelist() if not name.startswith((SHIPPED, TEMPLATE, "race_sim-"))}
    assert modules <= packed
    assert {Path(name).suffix for name in packed} <= {".py", ".typed", ".jinja"}


def test_the_command_and_the_notices_are_there(wheel: zipfile.ZipFile):
    by_name = {Path(name).name: name for name in wheel.namelist() if name.startswith("race_sim-")}
    assert "race = experiments.cli:main" in wheel.read(by_name["entry_points.txt"]).decode()
    assert {"LICENSE", "NOTICE"} <= set(by_name)


@pytest.fixture(scope="module")
def installed(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a fresh environment, which borrows what the project depends on; return its command.

    What is borrowed stands on the path only: the checkout that this environment is linked to does not come along.
    """
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-index", "--no-deps"]
    done = subprocess.run([*pip, str(wheel.filename)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    return folder / "bin" / "race"


def call(command: Path, *arguments: str, folder: Path) -> str:
    """Run the installed command in a folder; return what it prints.

    Without the compiler: where files are found is the same, and rules need not be compiled for a path of their own.
    """
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "RACE_SCENARIOS")}
    settings = kept | {"NUMBA_DISABLE_JIT": "1", "COLUMNS": "120"}
    done = subprocess.run([command, *arguments], cwd=folder, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_installed_wheel_runs_the_baseline(installed: Path, tmp_path: Path):
    """From an empty folder, by name, with the modules of the wheel: run, look, and change."""
    where = [installed.with_name("python"), "-c", "import sim; print(sim.__file__)"]
    module = subprocess.run(where, cwd=tmp_path, env={}, capture_output=True, text=True).stdout.strip()
    assert Path(module).is_relative_to(installed.parents[1])
    printed = call(installed, "run", "june_2017", "--runs", "2", "--out", "out", "--no-plots", folder=tmp_path)
    assert "2 runs, seed 1" in printed
    assert (tmp_path / "out" / "runs.parquet").is_file()
    assert "ok: no_tanf_zone" in call(installed, "scenario", "check", "no_tanf_zone", folder=tmp_path)


def test_the_installed_wheel_makes_a_scenario(installed: Path, tmp_path: Path):
    """Both forms, in an empty folder; the new campaign runs, the what-if is compared with it."""
    call(installed, "scenario", "new", "mine", folder=tmp_path)
    call(installed, "scenario", "new", "what_if", "--from", "mine", folder=tmp_path)
    call(installed, "scenario", "show", "mine", "--map", "--against", "what_if", folder=tmp_path)
    assert (tmp_path / "results" / "mine-what_if-map.png").is_file()
    compared = call(installed, "compare", "mine", "what_if", "--runs", "4", "--out", "both", folder=tmp_path)
    assert "the same 4 runs" in compared
