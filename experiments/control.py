"""Who holds how many places on each day: read from the event logs of replayed runs."""

import numpy as np

from sim.ensemble import Ensemble
from sim.scenario.loading import Scenario
from sim.world.codes import LogKind
from sim.world.world import World


def held_by_day(scenario: Scenario, seed: int, runs: range) -> np.ndarray:
    """Return the places held (float, runs x days 0 to the horizon x sides in the scenario's order, then nobody)."""
    ensemble, model = Ensemble(scenario), scenario.model
    names = ensemble.blueprint.names["sides"]
    column = np.array([list(model.sides).index(one) for one in names.ids] + [len(model.sides)])  # row -1 is the last
    start = np.zeros(len(model.sides) + 1)
    for place in model.places.values():
        start[column[names.row(place.holder) if place.holder else -1]] += 1
    keys, values = ensemble.draw(seed, runs.start, runs.stop)
    worlds = (ensemble.run(key, drawn, logging=True) for key, drawn in zip(keys, values, strict=True))
    return np.array([course(world, start, column) for world in worlds])


def course(world: World, start: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Return the places held in one run (days x sides), from its changes of control."""
    log = world.log[: world.clock[0].log_rows]
    log = log[log["kind"] == LogKind.CONTROL]
    changes = np.zeros((int(world.clock[0].horizon_days) + 1, len(start)))
    days = np.minimum(np.ceil(log["day"]).astype(int), len(changes) - 1)
    np.add.at(changes, (days, column[log["other"]]), 1)
    np.add.at(changes, (days, column[log["value"].astype(int)]), -1)
    return start + changes.cumsum(axis=0)
