"""RaceModel: one run of a scenario as a Mesa model, to watch, step and extend."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import mesa
import networkx as nx
import numpy as np
from mesa.discrete_space import Cell, Network

from sim.agents import AirArm, Command, Formation, Garrison, holders_with_men
from sim.errors import UsageError
from sim.outcomes import Collector, RunTables
from sim.scenario.loading import Scenario, load
from sim.turn import PHASES, Phase, advance_clock, check_finite, is_first_of_day, is_over
from sim.world.assume import draw_assumptions, run_keys
from sim.world.build import Blueprint, build
from sim.world.codes import NOBODY
from sim.world.handle import handle_of
from sim.world.start import begin, restore

_blueprints: dict[str, Blueprint] = {}


def blueprint_of(scenario: Scenario) -> Blueprint:
    """Return the scenario's blueprint, built once a process."""
    key = scenario.hash or str(id(scenario))
    if key not in _blueprints:
        _blueprints[key] = build(scenario)
    return _blueprints[key]


class RaceModel(mesa.Model):
    """One run: the same rules as the ensemble, walked phase by phase with agents.

    `world`: the state, as arrays; `names`: ids by table; `space`: a Mesa Network whose cells are the places;
    `datacollector`: model and agent reporters. Runs to the horizon; then `running` is False.
    """

    def __init__(
        self,
        scenario: Scenario | str | Path = "june_2017",
        rng: Any = 1,
        run: int = 0,
        sets: Sequence[str] | Mapping[str, Any] = (),
        collect_every_days: float = 0.0,
        logging: bool = False,
    ) -> None:
        """Ready a run at day 0.

        `scenario`: a name, a path or a loaded Scenario; `rng`: the seed, an int; `run`: the run's number; `sets`:
        changes as of `--set`; `collect_every_days`: how often the data collector looks (0: at the horizon only);
        `logging`: keep the event log. Raises ScenarioError for a bad scenario, UsageError for a seed that is no int.
        """
        if not isinstance(rng, int | np.integer):
            raise UsageError(f"rng: found {rng!r}; RaceModel takes an int, the seed, for a run to be repeatable")
        super().__init__(rng=int(rng))
        loaded = scenario if isinstance(scenario, Scenario) else load(scenario, sets)
        self.blueprint = blueprint_of(loaded)
        self.race_scenario, self.run, self.collect_every_days = loaded, int(run), collect_every_days
        self.names = self.blueprint.names
        self._begin(int(rng), logging)
        self.space, self.cells = self._make_space()
        self._make_agents()
        self.datacollector = mesa.DataCollector(
            model_reporters={name: (lambda model, name=name: model.outcome(name)) for name in self.outcome_names()},
            agenttype_reporters={
                Formation: {
                    name: name for name in ("id", "strength_men", "supply_days", "activity", "reason", "position")
                }
            },
        )
        self.datacollector.collect(self)

    def _begin(self, seed: int, logging: bool) -> None:
        """Draw the run's assumptions and derive day 0."""
        block, self.world = self.blueprint.new_memory()
        self.handle = handle_of(self.world)
        self.stands_at = self.world.formations["at"]
        key = run_keys(seed, self.run, self.run + 1)
        self.assumptions = draw_assumptions(self.blueprint.assumptions, key)[0]
        slots = np.array([one.slot for one in self.blueprint.assumptions], np.int64)
        restore(block, self.blueprint.template, slots, self.assumptions)
        begin(self.handle, key[0, 0], key[0, 1], 1 if logging else 0)

    def _make_space(self) -> tuple[Network, list[Cell]]:
        """Return the road network as a Mesa space, and its cells in the order of the places' rows."""
        model = self.race_scenario.model
        graph = nx.Graph()
        graph.add_nodes_from(self.names["places"].ids)
        graph.add_edges_from((road.from_, road.to, {"length_km": road.length_km}) for road in model.roads.values())
        where = {one: (place.lon, place.lat) for one, place in model.places.items()}
        space = Network(graph, random=self.random, layout=where)
        return space, [space[one] for one in self.names["places"].ids]

    def _make_agents(self) -> None:
        """Make an agent of every command, air arm, formation and garrison, in the order of their rows."""
        for kind in (Command, AirArm, Formation):
            for row in range(len(self.names[kind.table])):
                kind(self, row)
        self.garrisons: dict[int, Garrison] = {}
        self.garrisoned_by = np.full(len(self.world.places), NOBODY)
        self._sync_garrisons()

    def _sync_garrisons(self) -> None:
        """Let the garrisons of fallen places leave, and those of new holders come."""
        before, self.garrisoned_by = self.garrisoned_by, holders_with_men(self.world)
        changed = self.garrisoned_by != before
        for row in np.flatnonzero(changed & (before != NOBODY)).tolist():
            self.garrisons.pop(row).remove()
        for row in np.flatnonzero(changed & (self.garrisoned_by != NOBODY)).tolist():
            self.garrisons[row] = Garrison(self, row)

    def step(self) -> None:
        """Carry the run through one tick, phase by phase."""
        version = self.world.clock[0].control_version
        first_of_day = is_first_of_day(self.handle)
        for phase in PHASES:
            if first_of_day or not phase.daily:
                self.walk(phase)
        advance_clock(self.handle)
        if self.world.clock[0].control_version != version:
            self._sync_garrisons()
        self.running = not is_over(self.handle)
        if not self.running:
            check_finite(self.handle)
        self._collect()

    def walk(self, phase: Phase) -> None:
        """Carry one phase out: agents that have a method of its name act, in the order they were made; then its rule.

        Agents' methods of the phases that belong to an agent kind (`phase.agent`) are the rule itself.
        """
        if phase.first is not None:
            phase.first(self.handle)
        for kind in self.agent_types:
            if hasattr(kind, phase.name):
                self.in_row_order(kind).do(phase.name)
        if not phase.agent:
            phase.rule(self.handle)

    def in_row_order(self, kind: type) -> Any:
        """Return the agents of a kind in the order of their rows (garrisons come and go)."""
        agents = self.agents_by_type[kind]
        return agents.sort("row", ascending=True) if kind is Garrison else agents

    def _collect(self) -> None:
        """Collect at the horizon, and every so many days if asked to."""
        day, tick = float(self.world.clock[0].day), float(self.world.clock[0].tick_days)
        due = self.collect_every_days > 0 and day % self.collect_every_days < tick - 1e-9
        if due or not self.running:
            self.datacollector.collect(self)

    @property
    def day(self) -> float:
        """Days since the start."""
        return float(self.world.clock[0].day)

    def tables(self) -> RunTables:
        """Return this run's rows of the four tables, as the ensemble would."""
        collector = Collector(self.blueprint, self.run, self.run + 1)
        collector.add(0, self.world, self.assumptions)
        return collector.tables()

    def outcome_names(self) -> list[str]:
        """Return the columns of the run's row, assumptions aside."""
        return [name for name in self.tables().runs.column_names if not name.startswith("assumption:")]

    def outcome(self, name: str) -> Any:
        """Return one column of the run's row as it stands now (None where a day is still open)."""
        if getattr(self, "_row_at", None) != self.world.clock[0].tick:
            self._row_at, self._row = self.world.clock[0].tick, self.tables().runs.to_pylist()[0]
        return self._row[name]


def simulate_with_mesa(scenario: Scenario, seed: int, first: int, stop: int) -> RunTables:
    """Return the tables of runs `first` to `stop` - 1, each run by a RaceModel."""
    collector = Collector(blueprint_of(scenario), first, stop)
    for index, run in enumerate(range(first, stop)):
        model = RaceModel(scenario, rng=seed, run=run)
        while model.running:
            model.step()
        collector.add(index, model.world, model.assumptions)
    return collector.tables()
