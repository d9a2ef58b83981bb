"""A Scenario becomes a World: rows in draw-key order, constants, a template of the run block, slots of assumptions."""

from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel

from sim.draws import draw_key
from sim.errors import ScenarioError
from sim.scenario.loading import Scenario
from sim.scenario.numbers import Quantity
from sim.scenario.schema import ScenarioModel
from sim.world import fill, geometry, tables
from sim.world.codes import Activity, Mechanism
from sim.world.memory import Assumption, Layout, aligned
from sim.world.naming import Names
from sim.world.world import RUN_FIELDS, World

INCIDENT_ROWS = 512
ARRIVAL_ROWS = 1024
LOG_ROWS = 16384


@dataclass
class Blueprint:
    """All that every run of one scenario shares.

    `template`: the run block before assumptions are drawn (float64); `assumptions`: what is drawn, sorted by key
    path; `constants`: World's constant arrays; `names`: ids by table.
    """

    scenario: Scenario
    names: dict[str, Names]
    layout: Layout
    template: np.ndarray
    assumptions: list[Assumption]
    constants: dict[str, np.ndarray]

    def new_memory(self, room: int = 1) -> tuple[np.ndarray, World]:
        """Return a block (a copy of the template) and the World on it; `room` multiplies the space for records."""
        block = aligned(self.layout.words)
        block[:] = self.template
        views = self.layout.views(block)
        places, formations = len(self.names["places"]), len(self.names["formations"])
        alliances = len(self.names["alliances"])
        world = World(
            **{name: views[name] for name in RUN_FIELDS},
            **self.constants,
            paths=np.zeros((formations, places + 1), np.int64),
            looked_at=np.zeros((formations, places), np.int64),
            node_days=np.zeros(places),
            node_from=np.zeros(places, np.int64),
            node_fight=np.zeros(places),
            node_left=np.zeros(places),
            road_km=np.zeros(places),
            sought=np.zeros(places, np.int64),
            searches=np.zeros(1, np.int64),
            cut_roads=np.zeros(len(self.names["roads"]), np.int64),
            heap_days=np.zeros(2 * len(self.names["roads"]) + 1),
            heap_places=np.zeros(2 * len(self.names["roads"]) + 1, np.int64),
            base_km=np.zeros((alliances, places)),
            incidents=np.zeros(INCIDENT_ROWS * room, tables.INCIDENT_ROW),
            arrivals=np.zeros(ARRIVAL_ROWS * room, tables.ARRIVAL_ROW),
            log=np.zeros(LOG_ROWS * room, tables.LOG_ROW),
        )
        return block, world


class Builder:
    """Fills the template; a constant is written, a distribution is given a slot."""

    def __init__(self, scenario: Scenario) -> None:
        """Lay the run block out for the scenario's sizes."""
        self.model: ScenarioModel = scenario.model
        self.names = collect_names(self.model)
        self.layout = lay_out(self.names, self.model)
        self.template = np.zeros(self.layout.words)
        self.views = self.layout.views(self.template)
        self.assumptions: list[Assumption] = []

    def number(self, path: str, quantity: Quantity | None, name: str, *index: int, column: str = "") -> None:
        """Write a number to the template, or note the slot of its distribution; None leaves what stands there."""
        if quantity is None:
            return
        slot = self.layout.slot(name, *index, column=column)
        if quantity.is_constant:
            self.template[slot] = quantity.constant
        else:
            self.assumptions.append(Assumption(path, quantity, slot))

    def numbers(self, path: str, entry: BaseModel, name: str, row: int) -> None:
        """Write every number of an entry whose key is also a column of its table."""
        columns = self.layout.places[name][1].names or ()
        for key in type(entry).model_fields:
            value = getattr(entry, key)
            if isinstance(value, Quantity) and key in columns:
                self.number(f"{path}.{key}", value, name, row, column=key)

    def row(self, table: str, one: str | None) -> int:
        """Return the row of an id in a table."""
        return self.names[table].row(one)


def build(scenario: Scenario) -> Blueprint:
    """Build the blueprint of a validated scenario. Raises ScenarioError for what only the whole can show."""
    builder = Builder(scenario)
    write_draw_keys(builder)
    for step in fill.STEPS:
        step(builder)
    constants = geometry.constants(builder)
    builder.assumptions.sort(key=lambda one: one.path)
    check_slots(builder)
    return Blueprint(scenario, builder.names, builder.layout, builder.template, builder.assumptions, constants)


def write_draw_keys(builder: Builder) -> None:
    """Write the draw key of every row that has one."""
    for table, names in builder.names.items():
        if table in builder.views and "draw_key" in (builder.views[table].dtype.names or ()):
            for row, one in enumerate(names.ids):
                builder.views[table][row].draw_key = draw_key(one)


def check_slots(builder: Builder) -> None:
    """Two key paths must never write one slot."""
    slots = [one.slot for one in builder.assumptions]
    if len(set(slots)) != len(slots):
        raise ScenarioError(["two assumptions share a slot of the world; this is a defect of the builder"])


def collect_names(model: ScenarioModel) -> dict[str, Names]:
    """Return the ids of every table; a side in no alliance is an alliance of its own."""
    listed = {side for sides in model.alliances.values() for side in sides}
    alliances = list(model.alliances) + [f"{side} alone" for side in model.sides if side not in listed]
    tables_of_ids = {
        "sides": model.sides, "alliances": alliances, "commands": model.commands, "formations": model.formations,
        "places": model.places, "roads": model.roads, "road_classes": model.road_classes,
        "place_kinds": model.place_kinds, "garrisons": model.garrisons, "air_arms": model.air_arms,
        "zones": model.zones, "tensions": model.tensions, "channels": model.channels, "events": model.events,
        "milestones": model.milestones, "sieges": model.sieges, "contestants": model.contestants,
        "races": model.races, "sectors": model.sectors, "flags": [*model.milestones, *model.events],
        "countries": sorted({place.country for place in model.places.values()}),
    }  # fmt: skip
    return {table: Names(table, ids) for table, ids in tables_of_ids.items()}


def lay_out(names: dict[str, Names], model: ScenarioModel) -> Layout:
    """Return the layout of the run block for these sizes."""
    count = {table: len(ids) for table, ids in names.items()}
    layout = Layout()
    orders = sum(len(formation.orders) for formation in model.formations.values())
    effects = sum(len(event.effects) for event in model.events.values())
    integer, number = np.dtype(np.int64), np.dtype(np.float64)
    layout.add("clock", tables.CLOCK, 1)
    layout.add("settings", tables.SETTINGS, 1)
    for name, dtype in (
        ("sides", tables.SIDE), ("alliances", tables.ALLIANCE), ("commands", tables.COMMAND),
        ("formations", tables.FORMATION),
        ("flags", tables.FLAG), ("places", tables.PLACE), ("roads", tables.ROAD),
        ("road_classes", tables.ROAD_CLASS), ("place_kinds", tables.PLACE_KIND), ("garrisons", tables.GARRISON),
        ("air_arms", tables.AIR_ARM), ("zones", tables.ZONE), ("tensions", tables.TENSION),
        ("channels", tables.CHANNEL), ("events", tables.EVENT), ("milestones", tables.MILESTONE),
        ("sieges", tables.SIEGE), ("contestants", tables.CONTESTANT),
    ):  # fmt: skip
        layout.add(name, dtype, count[name])
    layout.add("orders", tables.ORDER, orders)
    layout.add("effects", tables.EFFECT, effects)
    layout.add("assaults", tables.ASSAULT, count["places"] * count["alliances"])
    layout.add("finishes", tables.FINISH, count["races"] * count["contestants"])
    layout.add("stances", integer, count["sides"], count["sides"])
    layout.add("interests", number, count["commands"], count["places"])
    layout.add("obedience", number, count["formations"], count["commands"])
    layout.add("lines", tables.LINE, count["formations"] * count["alliances"])
    layout.add("insurgent_held", integer, count["places"])
    layout.add("idle_until_day", number, count["places"])
    layout.add("raided_from", integer, count["places"])
    layout.add("expected_rates", number, count["formations"], count["road_classes"])
    layout.add("days", number, count["formations"], len(Activity))
    layout.add("fired", integer, len(Mechanism))
    return layout
