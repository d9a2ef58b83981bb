"""What the tests of the baseline as a whole share: its runs, and the same runs of a changed scenario against them."""

import pandas as pd
import pytest

from experiments import manifest
from experiments.contrast import Pairs
from sim.ensemble import Ensemble
from sim.scenario.loading import Scenario, load

RUNS, SEED = 600, 7
SIMULATED: dict[str, pd.DataFrame] = {}


def runs_of(scenario: Scenario, count: int = RUNS) -> pd.DataFrame:
    """Return the first rows of the table of runs of a scenario, simulated once."""
    if len(SIMULATED.get(scenario.text, ())) < count:
        SIMULATED[scenario.text] = Ensemble(scenario).simulate(SEED, 0, count).runs.to_pandas()
    return SIMULATED[scenario.text][:count]


def changes(base: Scenario, other: Scenario, count: int = RUNS) -> dict:
    """Return every change over the first runs with its paired interval, as nested mappings (`experiments.contrast`)."""
    described = [manifest.describe(one, range(count), SEED, "compiled", "") for one in (base, other)]
    return Pairs(runs_of(base, count), runs_of(other, count), *described).contrast()


def change_of(found: dict, path: str) -> dict:
    """Return one change by its path, parts separated by slashes."""
    for key in path.split("/"):
        found = found[key]
    return found


@pytest.fixture(scope="session")
def baseline():
    """Return the shipped campaign."""
    return load("june_2017")
