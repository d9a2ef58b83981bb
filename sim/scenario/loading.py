"""TEMPORARY by lead until the helper's file arrives."""
from dataclasses import dataclass
@dataclass(frozen=True)
class Scenario:
    name: str
    model: object
    text: str = ""
    hash: str = ""
    path: str = ""
def load(name, sets=()):
    raise NotImplementedError
