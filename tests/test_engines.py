"""One set of rules, several ways to run them: the same rows, bit for bit."""

import ast
import copy
import inspect
import os
import subprocess
import sys
import textwrap
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from experiments.batch import run_batch
from sim import turn
from sim.ensemble import Ensemble
from sim.errors import RunError
from sim.model import RaceModel, simulate_with_mesa
from sim.outcomes import RunTables
from sim.turn import is_finite
from sim.world.handle import handle_of
from tests import toys

SEED = 7
NUMBERS = (
    ("formations", "strength_men"), ("formations", "supply_days"), ("formations", "contact_hazard"),
    ("places", "garrison_men"), ("places", "raid_hazard"), ("sieges", "hazard"), ("tensions", "level"),
    ("channels", "hazard"), ("events", "hazard"),
)  # fmt: skip
ROOT = Path(__file__).parents[1]


def frames(tables):
    """Return the four tables as data frames by name."""
    return {name: getattr(tables, name).to_pandas() for name in RunTables._fields}


def assert_same(left, right):
    """Assert that two sets of tables are equal to the last bit, NaN equal to NaN."""
    for name, frame in frames(left).items():
        assert_frame_equal(frame, frames(right)[name], check_exact=True, obj=name)


@pytest.fixture(scope="module")
def ensemble():
    """Return the small war, built once."""
    return toys.ensemble_of(toys.small_war())


def test_mesa_and_the_ensemble_leave_the_same_tables(ensemble):
    """Agents walking the phases, and the compiled loop."""
    scenario = toys.scenario_of(toys.small_war())
    assert_same(simulate_with_mesa(scenario, SEED, 3, 11), ensemble.simulate(SEED, 3, 11))


def test_mesa_and_the_ensemble_tell_the_same_log(ensemble):
    """Every row of the event log of one run."""
    model = RaceModel(toys.scenario_of(toys.small_war()), rng=SEED, run=5, logging=True)
    while model.running:
        model.step()
    world = ensemble.replay(SEED, 5)
    rows = int(world.clock[0].log_rows)
    assert rows > 100 and rows == model.world.clock[0].log_rows
    assert model.world.log[:rows].tobytes() == world.log[:rows].tobytes()


def out_of_range(probability):
    """Return two formations, of which one may grow beyond the range of numbers."""
    toy = toys.contact(0.0, horizon_days=5)
    toy["formations"]["r"]["strength_men"] = 1e308
    effects = [{"reinforce": "r", "men": 1e308}]
    toy["events"] = {"more": {"title": "more", "day": 2, "probability": probability, "effects": effects}}
    return toys.scenario_of(toy)


def test_a_run_that_leaves_the_range_of_numbers_is_an_error():
    """Compiled rules stop at no division by zero and no infinity: found at the horizon, by either engine."""
    scenario = out_of_range(1.0)
    for simulate in (Ensemble(scenario).simulate, partial(simulate_with_mesa, scenario)):
        with pytest.raises(RunError, match="left the range of numbers"):
            simulate(SEED, 0, 2)


def test_such_a_run_fails_alone_in_a_batch(tmp_path):
    """It is found within a stretch of compiled runs; those before and after it are kept."""
    result = run_batch(out_of_range(0.1), range(60), SEED, tmp_path / "x", workers=1)
    failed = {one.run for one in result.failures() if "left the range of numbers" in one.error}
    assert 0 < len(failed) == len(result.failures()) < 30
    assert list(result.table("runs").run) == sorted(set(range(60)) - failed)


def test_nothing_is_kept_of_a_run_with_something_that_is_no_number(ensemble):
    """Whatever it is that a run reckons with: men, supply, a hazard, a tension."""
    keys, values = ensemble.draw(SEED, 0, 1)
    assert is_finite(handle_of(ensemble.start(keys[0], values[0])))
    for table, field in NUMBERS:
        world = ensemble.start(keys[0], values[0])
        getattr(world, table)[field][-1] = np.nan
        assert not is_finite(handle_of(world)), (table, field)


def test_logging_changes_nothing(ensemble):
    """A replay ends in the very state of the run."""
    keys, values = ensemble.draw(SEED, 4, 5)
    formations = ensemble.run(keys[0], values[0]).formations.copy()
    assert ensemble.replay(SEED, 4).formations.tobytes() == formations.tobytes()


def take_turn_body():
    """Return the statements of the compiled turn."""
    (function,) = ast.parse(textwrap.dedent(inspect.getsource(getattr(turn.take_turn, "py_func", turn.take_turn)))).body
    return function.body


def test_take_turn_calls_the_phases_in_order():
    """The compiled turn spells out what PHASES lists."""
    body = take_turn_body()
    calls = [node for one in body for node in ast.walk(one) if isinstance(node, ast.Call)]
    ordered = [one.func.id for one in sorted(calls, key=lambda one: (one.lineno, one.col_offset))]
    called = [one for one in ordered if one not in ("range", "is_first_of_day")]
    expected = []
    for phase in turn.PHASES:
        expected += [one.__name__ for one in (phase.first, phase.rule) if one is not None]
    assert called == [*expected, "advance_clock"]


def test_daily_phases_are_those_of_take_turn():
    """What stands under `if first_of_day` is what PHASES calls daily."""
    tests = [node for node in take_turn_body() if isinstance(node, ast.If)]
    names = {one.func.id for test in tests for one in ast.walk(test) if isinstance(one, ast.Call)} - {"range"}
    daily = [phase for phase in turn.PHASES if phase.daily]
    assert names == {one.__name__ for phase in daily for one in (phase.first, phase.rule) if one is not None}


@pytest.mark.parametrize("cuts", [[0, 1, 12], [0, 5, 6, 12], list(range(13))])
def test_any_chunking_gives_the_same_rows(ensemble, cuts):
    """Runs in one stretch, or in pieces."""
    whole = frames(ensemble.simulate(SEED, 0, 12))
    pieces = [frames(ensemble.simulate(SEED, a, b)) for a, b in zip(cuts, cuts[1:], strict=False)]
    for name, frame in whole.items():
        parts = [piece[name] for piece in pieces if len(piece[name])]
        assert_frame_equal(pd.concat(parts, ignore_index=True), frame, check_exact=True, obj=name)


def test_a_run_does_not_depend_on_those_before_it(ensemble):
    """The same run twice, with others in between, backwards."""
    first = ensemble.simulate(SEED, 9, 10)
    ensemble.simulate(SEED + 1, 0, 3)
    assert_same(ensemble.simulate(SEED, 9, 10), first)


PRINT_HASH = """
import hashlib, sys
from tests import toys
tables = toys.ensemble_of(toys.small_war(20)).simulate(7, 0, 3)
text = "".join(str(table.to_pydict()) for table in tables)
print(hashlib.sha256(text.encode()).hexdigest())
"""


def hash_in_subprocess(**environment):
    """Return the hash of a few runs made by another process with these environment variables."""
    found = subprocess.run(
        [sys.executable, "-c", PRINT_HASH],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


@pytest.mark.slow
def test_compiler_off_gives_the_same_bytes():
    """Plain Python and compiled code agree to the last bit."""
    assert hash_in_subprocess(NUMBA_DISABLE_JIT="1") == hash_in_subprocess()


@pytest.mark.slow
def test_no_rule_reads_out_of_bounds(tmp_path):
    """The same bytes with bounds checks compiled in, optimised little; an index out of range would raise."""
    checked = hash_in_subprocess(NUMBA_BOUNDSCHECK="1", NUMBA_OPT="0", RACE_CACHE_DIR=str(tmp_path))
    assert checked == hash_in_subprocess()


def test_a_bystander_changes_nothing(ensemble):
    """A formation that holds its own far-away place leaves every other column alone."""

    def add(toy):
        toy["sides"]["grey"] = {"name": "grey"}
        toy["commands"]["grey_hq"] = {"name": "grey", "side": "grey"}
        toy["places"]["far"] = toys.place(20, 20, "grey")
        toy["formations"]["idle"] = toys.formation("grey", "far", orders=[{"objective": "far", "kind": "hold"}])

    with_idle = toys.ensemble_of(toys.changed(toys.small_war(), add)).simulate(SEED, 0, 30)
    without = frames(ensemble.simulate(SEED, 0, 30))
    for name, frame in frames(with_idle).items():
        if name == "days":
            frame = frame[frame["formation"] != "idle"].reset_index(drop=True)
        assert_frame_equal(frame, without[name], check_exact=True, obj=name)


def backwards(toy):
    """Return a copy with every mapping of ids reversed, and every list whose order says nothing."""
    turned = copy.deepcopy(toy)
    for key, value in turned.items():
        if isinstance(value, dict) and key != "rules":
            turned[key] = dict(reversed(value.items()))
    turned["relations"] = [one | {"between": one["between"][::-1]} for one in turned["relations"][::-1]]
    turned["alliances"] = {one: sides[::-1] for one, sides in turned["alliances"].items()}
    for section, keys in {
        "garrisons": ["places"], "sieges": ["places", "ring_from"], "zones": ["applies_to"],
        "contestants": ["formations"], "tensions": ["between"], "channels": ["between"],
    }.items():  # fmt: skip
        for one in turned[section].values():
            one.update({key: one[key][::-1] for key in keys})
    for race in turned["races"].values():
        race["finish"] = {one: places[::-1] for one, places in reversed(race["finish"].items())}
    for one in turned["milestones"].values():
        if "held" in one:
            one["held"]["by"] = one["held"]["by"][::-1]
    turned["races"] = dict(reversed(turned["races"].items()))  # the first race is the headline
    return dict(reversed(turned.items()))


def assert_same_but_for_order(ensemble, toy):
    """Assert that a toy gives the tables of the small war, in whatever order of columns and formations."""
    plain, other = ensemble.simulate(SEED, 0, 30), toys.ensemble_of(toy).simulate(SEED, 0, 30)
    assert sorted(plain.runs.column_names) == sorted(other.runs.column_names)
    left, right = frames(plain), frames(other)
    for tables in (left, right):
        tables["days"] = tables["days"].sort_values(["run", "formation"], ignore_index=True)
    for name, frame in left.items():
        assert_frame_equal(frame, right[name][frame.columns], check_exact=True, obj=name)


def test_reordered_rows_and_lists_give_the_same_results(ensemble):
    """Order in the file is not information, except in orders and among races."""
    assert_same_but_for_order(ensemble, backwards(toys.small_war()))


def test_the_direction_in_which_a_road_is_written_says_nothing(ensemble):
    """A road from a to b is the road from b to a."""

    def turn_round(toy):
        for one in toy["roads"].values():
            one["from"], one["to"] = one["to"], one["from"]

    assert_same_but_for_order(ensemble, toys.changed(toys.small_war(), turn_round))


def test_an_added_assumption_leaves_the_others_alone():
    """A number that becomes a distribution does not change the luck of the rest."""

    def spread(toy):
        toy["formations"]["r4"]["quality"] = {"uniform": [0.9, 1.1]}

    before = toys.ensemble_of(toys.small_war()).draw(SEED, 0, 5)[1]
    after = toys.ensemble_of(toys.changed(toys.small_war(), spread))
    kept = [one.path != "formations.r4.quality" for one in after.blueprint.assumptions]
    assert np.array_equal(after.draw(SEED, 0, 5)[1][:, kept], before)
