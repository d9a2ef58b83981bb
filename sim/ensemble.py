"""Many runs, compiled: the same turn looped without the interpreter, one World a thread."""

import numpy as np

from sim.errors import RunError
from sim.outcomes import Collector, RunTables
from sim.scenario.loading import Scenario
from sim.turn import run_to_horizon
from sim.world.assume import draw_assumptions, run_keys
from sim.world.build import Blueprint, build
from sim.world.handle import handle_of
from sim.world.start import begin, restore
from sim.world.world import World

MOST_ROOM = 64


class Ensemble:
    """Runs of one scenario in one World's memory; threads use one Ensemble each (they are cheap to make)."""

    def __init__(self, scenario: Scenario) -> None:
        """Build the scenario's world."""
        self.blueprint: Blueprint = build(scenario)
        self.room = 1
        self.block, self.world = self.blueprint.new_memory()
        self.handle = handle_of(self.world)
        self.slots = np.array([one.slot for one in self.blueprint.assumptions], np.int64)

    def start(self, key: np.ndarray, values: np.ndarray, logging: bool = False) -> World:
        """Return the world at day 0 of the run with this key (uint64 pair) and these assumptions (float64)."""
        restore(self.block, self.blueprint.template, self.slots, values)
        begin(self.handle, key[0], key[1], 1 if logging else 0)
        return self.world

    def run(self, key: np.ndarray, values: np.ndarray, logging: bool = False) -> World:
        """Return the world at the horizon; a run that outgrows the room for its records is repeated with more."""
        while True:
            world = self.start(key, values, logging)
            run_to_horizon(self.handle)
            if world.clock[0].overflow == 0:
                return world
            self.grow()

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
        """Return the tables of runs `first` to `stop` - 1. Raises RunError with the run's number."""
        keys, values = self.draw(seed, first, stop)
        collector = Collector(self.blueprint, first, stop)
        for index in range(stop - first):
            collector.add(index, self.run(keys[index], values[index]), values[index])
        return collector.tables()

    def replay(self, seed: int, run: int) -> World:
        """Return the finished world of one run with its event log."""
        keys, values = self.draw(seed, run, run + 1)
        return self.run(keys[0], values[0], logging=True)
