"""A rule that changed is never run from an old cache, wherever the change was made."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.compiler_cache import IN_USE_S, KEPT_FOLDERS, PREFIX, code_hash, use_cache_folder

ROOT = Path(__file__).parent.parent
CALLER = """
from numba import njit
from toy.rule import pace

@njit(cache=True)
def distance(days):
    return pace() * days
"""
CALLED = """
from numba import njit

@njit(cache=True)
def pace():
    return {pace}
"""
RUN = "from toy.march import distance; print(distance(2.0)); print(sum(distance.stats.cache_hits.values()))"
PLAIN_CACHE = ""
NAMED_CACHE = """
from pathlib import Path
from sim.compiler_cache import use_cache_folder
use_cache_folder(Path(__file__).parent)
"""


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """Return a package `toy` of two files, one calling a compiled function of the other."""
    package = tmp_path / "toy"
    package.mkdir()
    (package / "__init__.py").write_text(NAMED_CACHE)
    (package / "march.py").write_text(CALLER)
    (package / "rule.py").write_text(CALLED.format(pace=10.0))
    return package


@pytest.fixture
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty parent folder for caches; what this process uses is as before afterwards."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("RACE_CACHE_DIR", str(folder))
    monkeypatch.setenv("NUMBA_CACHE_DIR", os.environ["NUMBA_CACHE_DIR"])
    if "numba" in sys.modules:
        numba = sys.modules["numba"]
        monkeypatch.setattr(numba.config, "CACHE_DIR", numba.config.CACHE_DIR)
    return folder


def run_toy(package: Path, **settings: str) -> tuple[float, int]:
    """Return what a new process computes and how many compiled functions it found in the cache."""
    paths = os.pathsep.join([str(package.parent), str(ROOT)])
    surroundings = os.environ | {"PYTHONPATH": paths, "NUMBA_DISABLE_JIT": "0"} | settings
    done = subprocess.run([sys.executable, "-c", RUN], env=surroundings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    distance_km, hits = done.stdout.split()
    return float(distance_km), int(hits)


@pytest.mark.slow
def test_an_edit_in_another_file_is_seen(toy: Path, parent: Path):
    assert run_toy(toy) == (20.0, 0)
    assert run_toy(toy) == (20.0, 1)
    (toy / "rule.py").write_text(CALLED.format(pace=30.0))
    assert run_toy(toy) == (60.0, 0)


@pytest.mark.slow
def test_without_the_named_folder_numba_misses_the_edit(toy: Path, tmp_path: Path):
    """Were this to fail, numba would look at other files by itself and the named folder could go."""
    (toy / "__init__.py").write_text(PLAIN_CACHE)
    plain = {"NUMBA_CACHE_DIR": str(tmp_path / "plain")}
    assert run_toy(toy, **plain) == (20.0, 0)
    (toy / "rule.py").write_text(CALLED.format(pace=30.0))
    assert run_toy(toy, **plain) == (20.0, 1)


@pytest.mark.slow
def test_bounds_checked_code_is_kept_apart(toy: Path, parent: Path):
    assert run_toy(toy) == (20.0, 0)
    assert run_toy(toy, NUMBA_BOUNDSCHECK="1") == (20.0, 0)


def test_the_hash_follows_every_file(toy: Path):
    before = code_hash(toy)
    assert code_hash(toy) == before
    (toy / "notes.txt").write_text("not compiled")
    assert code_hash(toy) == before
    (toy / "deep").mkdir()
    (toy / "deep" / "new.py").write_text("")
    added = code_hash(toy)
    (toy / "deep" / "new.py").rename(toy / "deep" / "renamed.py")
    assert len({before, added, code_hash(toy)}) == 3


def test_the_hash_follows_settings_that_change_code(toy: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("NUMBA_BOUNDSCHECK", raising=False)
    before = code_hash(toy)
    monkeypatch.setenv("NUMBA_NUM_THREADS", "1")
    assert code_hash(toy) == before
    monkeypatch.setenv("NUMBA_BOUNDSCHECK", "1")
    assert code_hash(toy) != before


def test_sim_itself_uses_the_folder_named_by_its_hash():
    read = "import os, sim; print(os.environ['NUMBA_CACHE_DIR'])"
    surroundings = os.environ | {"PYTHONPATH": str(ROOT)}
    folder = subprocess.check_output([sys.executable, "-c", read], env=surroundings, text=True).strip()
    assert Path(folder).name == PREFIX + code_hash(ROOT / "sim")


def test_numba_already_imported_is_told(toy: Path, parent: Path):
    import numba

    folder = use_cache_folder(toy)
    assert folder.parent == parent
    assert folder.is_dir()
    assert numba.config.CACHE_DIR == str(folder) == os.environ["NUMBA_CACHE_DIR"]


def test_old_folders_go_and_those_in_use_stay(toy: Path, parent: Path):
    now = time.time()
    for age in range(KEPT_FOLDERS + 3):
        folder = parent / f"{PREFIX}{age}"
        folder.mkdir(parents=True)
        os.utime(folder, (now, now - 2 * IN_USE_S - age))
    (parent / "other").mkdir()
    current = use_cache_folder(toy)
    kept = [parent / f"{PREFIX}{age}" for age in range(KEPT_FOLDERS - 1)]
    assert sorted(parent.iterdir()) == sorted([*kept, current, parent / "other"])
    for folder in kept:
        os.utime(folder)
    in_use = [parent / f"{PREFIX}in-use-{number}" for number in range(3)]
    for folder in in_use:
        folder.mkdir()
    use_cache_folder(toy)
    assert set(kept + in_use) < set(parent.iterdir())


def test_a_parent_that_cannot_be_written_is_said(toy: Path, parent: Path):
    parent.write_text("a file, not a folder")
    with pytest.warns(RuntimeWarning, match="RACE_CACHE_DIR: cannot write"):
        folder = use_cache_folder(toy)
    assert folder.is_dir()
    assert folder.parent == Path(os.environ["RACE_CACHE_DIR"]) != parent


def test_importing_sim_loads_nothing_heavy():
    heavy = "numba numpy pandas mesa matplotlib scipy pydantic networkx pyarrow"
    look = f"import sys, sim, experiments; print(*set('{heavy}'.split()) & set(sys.modules))"
    surroundings = os.environ | {"PYTHONPATH": str(ROOT)}
    assert subprocess.check_output([sys.executable, "-c", look], env=surroundings, text=True).strip() == ""
