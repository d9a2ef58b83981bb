"""Runs that raised: recorded with their number and traceback, so that the batch can go on without them."""

import json
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

FILE_NAME = "failures.json"


class Failure(NamedTuple):
    """A run that raised. `error`: its message in a line; `traceback`: as Python prints it."""

    run: int
    error: str
    traceback: str


def failure_of(run: int, error: Exception) -> Failure:
    """Return the record of a run that raised `error`, which is being handled."""
    return Failure(run, f"{type(error).__name__}: {error}", traceback.format_exc())


def read(folder: Path) -> list[Failure]:
    """Return the failed runs recorded in a folder, in order; none where there is no file."""
    path = folder / FILE_NAME
    if not path.is_file():
        return []
    return from_json(path.read_text(encoding="utf-8"))


def from_json(text: str) -> list[Failure]:
    """Return failed runs that `as_json` wrote."""
    return [Failure(**one) for one in json.loads(text)]


def as_json(failures: Iterable[Failure]) -> str:
    """Return failed runs as text."""
    return json.dumps([one._asdict() for one in failures], indent=2, ensure_ascii=False) + "\n"
