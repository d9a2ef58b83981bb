"""What a measurement says of the machine it was made on, and how much memory a process has held."""

import os
import platform
import resource
from importlib.metadata import version
from typing import Any

PACKAGES = ("mesa", "numba", "numpy")


def describe() -> dict[str, Any]:
    """Return processors, Python and versions; no names of machines, users or folders."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = {name: version(name) for name in PACKAGES}
    return {"cores": cores, "processor": platform.machine(), "python": platform.python_version(), **versions}


def sentence(machine: dict[str, Any]) -> str:
    """Return the description as one line."""
    versions = ", ".join(f"{name} {machine[name]}" for name in PACKAGES)
    return f"{machine['cores']} cores ({machine['processor']}), Python {machine['python']}, {versions}"


def peak_mb(whose: int = resource.RUSAGE_SELF) -> float:
    """Return the most memory (MB) held at once by this process, or by the largest of its children that have ended."""
    most = resource.getrusage(whose).ru_maxrss
    return most / (1024.0 * 1024.0) if platform.system() == "Darwin" else most / 1024.0
