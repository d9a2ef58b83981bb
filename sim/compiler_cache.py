"""Where compiled rules are kept: a folder named by everything they are compiled from.

numba's cache on disk looks at the file of the function it compiled, not at the other files whose functions
that one calls: after an edit there it would go on running the old rule. It does not look at settings such as
bounds checking either. So the folder's name holds a hash of all of them, and an edit anywhere starts from an
empty folder.

The environment variable `RACE_CACHE_DIR` names the parent folder; without it, it is the user's cache folder.
"""

import atexit
import hashlib
import os
import platform
import shutil
import sys
import tempfile
import time
import warnings
from importlib.util import find_spec
from pathlib import Path

PARENT_VARIABLE = "RACE_CACHE_DIR"
NUMBA_VARIABLE = "NUMBA_CACHE_DIR"
PREFIX = "numba-"
KEPT_FOLDERS = 5
IN_USE_S = 3600.0  # a process that started within this time may still write to its folder
COMPILERS = ("numba", "llvmlite", "numpy")
SETTINGS_WITHOUT_EFFECT_ON_CODE = (NUMBA_VARIABLE, "NUMBA_NUM_THREADS", "NUMBA_DISABLE_JIT")


def use_cache_folder(package: Path) -> Path:
    """Make numba keep what it compiles in the folder for `package` as it stands; return that folder.

    `package`: folder of the Python files that are compiled. To be called before any of them is imported. Old
    folders beside it are removed. Where the parent folder cannot be written, a temporary one serves this
    process and its children, with a warning where the user had named the parent.
    """
    folder = _make_folder(PREFIX + code_hash(package))
    os.environ[NUMBA_VARIABLE] = str(folder)
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = str(folder)
    _remove_old_folders(folder)
    return folder


def code_hash(package: Path) -> str:
    """Return 16 hexadecimal digits over all that decides what is compiled.

    That is every Python file under `package` with its relative path, the versions of Python and of the
    compilers, and numba's settings in the environment.
    """
    digest = hashlib.sha256()
    for source in sorted(package.rglob("*.py")):
        content = source.read_bytes()
        digest.update(f"{source.relative_to(package).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    digest.update("\n".join(_surroundings()).encode())
    return digest.hexdigest()[:16]


def _surroundings() -> list[str]:
    versions = [_installed_version(name) for name in COMPILERS]
    settings = [
        f"{name}={value}"
        for name, value in sorted(os.environ.items())
        if name.startswith("NUMBA_") and name not in SETTINGS_WITHOUT_EFFECT_ON_CODE
    ]
    return [platform.python_version(), *versions, *settings]


def _installed_version(name: str) -> str:
    """Return the name and version of an installed package without importing it.

    Its `.dist-info` folder is named by both; importlib.metadata says the same but takes 0.1 s to load.
    """
    package = find_spec(name)
    if package is not None and package.origin is not None:
        installed = sorted(Path(package.origin).parent.parent.glob(f"{name}-*.dist-info"))
        if installed:
            return installed[0].stem
    from importlib.metadata import version

    return f"{name}-{version(name)}"


def _make_folder(name: str) -> Path:
    """Make the folder `name` under the parent, or under a temporary one; mark it as used now."""
    folder = _parent() / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    folder = _temporary_parent() / name
    folder.mkdir(parents=True)
    return folder


def _parent() -> Path:
    named = os.environ.get(PARENT_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    from platformdirs import user_cache_path

    return user_cache_path("race", appauthor=False)


def _temporary_parent() -> Path:
    """Make a private folder that lasts as long as this process; processes it starts share it."""
    named = os.environ.get(PARENT_VARIABLE)
    if named:
        message = f"{PARENT_VARIABLE}: cannot write to {named}; what is compiled is not kept"
        warnings.warn(message, RuntimeWarning, stacklevel=4)
    parent = tempfile.mkdtemp(prefix="race-")
    os.environ[PARENT_VARIABLE] = parent
    atexit.register(shutil.rmtree, parent, ignore_errors=True)
    return Path(parent)


def _remove_old_folders(current: Path) -> None:
    """Remove the least recently used folders beside `current` that nobody uses, beyond those kept.

    Other processes may be removing or making the same folders; what is gone already is no error.
    """
    used_at_s = {}
    for folder in current.parent.glob(PREFIX + "*"):
        try:
            used_at_s[folder] = folder.stat().st_mtime
        except OSError:
            continue
    newest_first = sorted(used_at_s, key=lambda folder: used_at_s[folder], reverse=True)
    for folder in newest_first[KEPT_FOLDERS:]:
        if folder != current and time.time() - used_at_s[folder] > IN_USE_S:
            shutil.rmtree(folder, ignore_errors=True)
