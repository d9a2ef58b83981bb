"""Many runs, compiled: the same turn looped without the interpreter, one World a thread."""

import numpy as np

from sim.compiled import compiled, compiled_whole
from sim.errors import RunError
from sim.outcomes import ROWS_A_RUN, Kept, RunTables, Tabulator, new_kept
from sim.scenario.loading import Scenario
from sim.turn import check_finite, is_finite, is_over, run_until
from sim.world.assume import draw_assumptions, run_keys
from sim.world.build import Blueprint, build
from sim.world.handle import handle_of
from sim.world.start import begin, restore
from sim.world.world import World

MOST_ROOM = 64
NEVER = np.iinfo(np.int64).max


@compiled_whole
def run_all(world, block, template, slots, keys, values, first, kept, logging, begun, until_tick):
    """Carry runs `first` and on to their horizon; return how many are done: all, or up to one that is not to be kept.

    Such a one found no room, or left what is no finite number.
    `keys`: uint64, runs x 2; `values`: float64, runs x assumptions; `logging`: 0 or 1. What they leave is written to
    `kept`. `begun`: 1 where run `first` goes on from where the world stands; `until_tick`: where a run is left alone.
    Whatever else runs the turn is compiled whole again, so all runs, of batches and replays, are run from here.
    """
    for index in range(first, keys.shape[0]):
        if begun == 0 or index > first:
            restore(block, template, slots, values[index])
            begin(world, keys[index, 0], keys[index, 1], logging)
        run_until(world, until_tick)
        if not is_over(world) or world.clock[0].overflow == 1 or not keep(world, index, kept):
            return index
    return keys.shape[0]


@compiled
def keep(world, index, kept):
    """Write down what a finished run leaves; return whether there was room for it, and all of it was finite."""
    clock = world.clock[0]
    if not is_finite(world):
        return False
    incidents = kept.incident_stops[index - 1] if index > 0 else 0
    arrivals = kept.arrival_stops[index - 1] if index > 0 else 0
    if incidents + clock.incidents > kept.incidents.shape[0] or arrivals + clock.arrivals > kept.arrivals.shape[0]:
        return False
    for row in range(world.finishes.shape[0]):
        kept.finish_days[index, row] = world.finishes[row].day
    for row in range(world.flags.shape[0]):
        kept.flag_days[index, row] = world.flags[row].day
    for row in range(world.fired.shape[0]):
        kept.fired[index, row] = world.fired[row]
    for row in range(world.days.shape[0]):
        for activity in range(world.days.shape[1]):
            kept.days[index, row, activity] = world.days[row, activity]
    copy_in_order(world.incidents, clock.incidents, kept.incidents, incidents)
    copy_in_order(world.arrivals, clock.arrivals, kept.arrivals, arrivals)
    kept.incident_stops[index] = incidents + clock.incidents
    kept.arrival_stops[index] = arrivals + clock.arrivals
    return True


@compiled
def copy_in_order(records, count, target, first):
    """Copy the first `count` records to rows `first` and on of `target`, in order of time, ties in their own order.

    They are nearly so: only within a tick has one agent's record to pass another's.
    """
    for row in range(count):
        place = first + row
        while place > first and target[place - 1].day > records[row].day:
            target[place] = target[place - 1]
            place -= 1
        target[place] = records[row]


class Ensemble:
    """Runs of one scenario in one World's memory; threads use one Ensemble each (they are cheap to make)."""

    def __init__(self, scenario: Scenario) -> None:
        """Build the scenario's world."""
        self.blueprint: Blueprint = build(scenario)
        self.tabulator = Tabulator(self.blueprint)
        self.room, self.rows_a_run = 1, ROWS_A_RUN
        self.block, self.world = self.blueprint.new_memory()
        self.handle = handle_of(self.world)
        self.slots = np.array([one.slot for one in self.blueprint.assumptions], np.int64)

    def start(self, key: np.ndarray, values: np.ndarray, logging: bool = False) -> World:
        """Return the world at day 0 of the run with this key (uint64 pair) and these assumptions (float64)."""
        self.call(key[None], values[None], new_kept(self.blueprint, 1), logging=logging, until_tick=0)
        return self.world

    def go_on(self, ticks: int) -> World:
        """Return the world so many ticks later, or at the horizon."""
        nothing = np.zeros((1, 2), np.uint64), np.zeros((1, len(self.slots))), new_kept(self.blueprint, 1)
        self.call(*nothing, begun=True, until_tick=int(self.world.clock[0].tick) + ticks)
        return self.world

    def run(self, key: np.ndarray, values: np.ndarray, logging: bool = False) -> World:
        """Return the world at the horizon of the run with this key and these assumptions."""
        self.carry(key[None], values[None], logging)
        return self.world

    def carry(self, keys: np.ndarray, values: np.ndarray, logging: bool = False) -> Kept:
        """Return what runs leave at their horizon; one that outgrows the room for its records is repeated with more.

        Raises RunError where a run needs far too much room, or leaves what is no finite number.
        """
        kept, done = new_kept(self.blueprint, len(keys), self.rows_a_run), 0
        while done < len(keys):
            done = self.call(keys, values, kept, done, logging)
            if self.world.clock[0].overflow == 1:
                self.grow()
            elif done < len(keys):
                check_finite(self.handle)
                self.rows_a_run *= 2
                kept = kept._replace(incidents=doubled(kept.incidents), arrivals=doubled(kept.arrivals))
        return kept

    def call(
        self, keys: np.ndarray, values: np.ndarray, kept: Kept, first: int = 0, logging: bool = False,
        begun: bool = False, until_tick: int = NEVER,
    ) -> int:  # fmt: skip
        """Call `run_all`."""
        memory = self.handle, self.block, self.blueprint.template, self.slots
        return int(run_all(*memory, keys, values, first, kept, int(logging), int(begun), until_tick))

    def grow(self) -> None:
        """Double the room for records."""
        self.room *= 2
        if self.room > MOST_ROOM:
            raise RunError("a run leaves more records than there is room for; is a rate in the scenario far too high?")
        self.block, self.world = self.blueprint.new_memory(self.room)
        self.handle = handle_of(self.world)

    def draw(self, seed: int, first: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the keys and the assumptions of runs `first` to `stop` - 1."""
        keys = run_keys(seed, first, stop)
        return keys, draw_assumptions(self.blueprint.assumptions, keys)

    def simulate(self, seed: int, first: int, stop: int) -> RunTables:
        """Return the tables of runs `first` to `stop` - 1, made without the interpreter. Raises RunError."""
        keys, values = self.draw(seed, first, stop)
        return self.tabulator.tables(first, self.carry(keys, values), values)

    def replay(self, seed: int, run: int) -> World:
        """Return the finished world of one run with its event log."""
        keys, values = self.draw(seed, run, run + 1)
        return self.run(keys[0], values[0], logging=True)


def doubled(rows: np.ndarray) -> np.ndarray:
    """Return the rows with as much room again."""
    return np.concatenate([rows.view(np.int64), np.empty_like(rows).view(np.int64)]).view(rows.dtype)
