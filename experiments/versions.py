"""What results depend on besides scenario and seed: versions, the model's code, and this machine's mathematics."""

import hashlib
import math
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

import sim
from sim.compiler_cache import code_hash
from sim.errors import UsageError

PROBED_POINTS = 2000


@cache
def versions() -> dict[str, str]:
    """Return the versions that results depend on.

    `code` is a hash of the model's files and the compiler; `mathematics` one of what exp, log and the like return here.
    """
    libraries = {name: version(name) for name in ("numpy", "numba", "scipy", "mesa")}
    code = code_hash(Path(sim.__file__).parent)
    return {"race": sim.__version__, "code": code, "python": platform.python_version(), **libraries,
            "mathematics": mathematics()}  # fmt: skip


def mathematics() -> str:
    """Return 16 hexadecimal digits over the last bits of the functions that the rules and the draws use.

    C libraries, and processors under one library, round differently; two machines whose digits are the same give the
    same runs, bit for bit, as far as 2,000 points of each function can tell.
    """
    from scipy.special import betaincinv, gammaincinv

    digest = hashlib.sha256()
    for index in range(1, PROBED_POINTS + 1):
        share = math.modf(index * 0.6180339887498949)[0]
        wide = 40.0 * (share - 0.5)
        found = [
            math.exp(wide), math.log(share), math.log1p(share), math.expm1(wide), math.cos(wide), math.sin(wide),
            math.erf(wide / 10.0), math.sqrt(share), math.pow(1.0 + 9.0 * share, wide / 10.0), math.atan2(share, wide),
        ]  # fmt: skip
        digest.update(" ".join(one.hex() for one in found).encode())
    shares = [(one + 0.5) / 50 for one in range(50)]
    digest.update(betaincinv(2.0, 5.0, shares).tobytes() + gammaincinv(2.5, shares).tobytes())
    return digest.hexdigest()[:16]


def different(here: dict[str, str], there: dict[str, str]) -> list[str]:
    """Return the versions that differ, a line each."""
    return [
        f"version of {name}: {there.get(name)} there, {ours} here"
        for name, ours in here.items() if there.get(name) != ours
    ]  # fmt: skip


def require_same(here: dict[str, str], there: dict[str, str], who: str) -> None:
    """Raise UsageError where another process has other versions; `who`: what to call it."""
    lines = different(here, there)
    if lines:
        raise UsageError("\n".join([f"{who} has other versions, and would make other runs:", *lines]))
