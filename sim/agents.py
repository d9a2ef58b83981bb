"""Mesa agents: each is a view on one row of the World and decides by calling the same rules as the ensemble.

An agent's method has the name of a phase of `sim.turn.PHASES`; the model calls it when that phase comes. To add an
agent of your own, subclass `mesa.Agent` and give it a method named after the phase in which it should act: it acts
before the phase's rule (`RaceModel` shows how the phases are walked).
"""

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
from mesa.discrete_space import CellAgent, FixedAgent

from sim.rules.air_support import allocate
from sim.rules.commands import command
from sim.rules.insurgents import fight_back
from sim.rules.march import march
from sim.rules.route import route
from sim.world.codes import NOBODY, Activity, Reason

if TYPE_CHECKING:
    from sim.model import RaceModel


class RowView:
    """What all agents of the model share: an id, a row, and the row's fields."""

    model: "RaceModel"
    table: str

    def __init__(self, model: "RaceModel", row: int) -> None:
        """Bind the agent to a row of its table."""
        super().__init__(model)  # type: ignore[call-arg]
        self.row = row
        self.id = model.names[self.table].name(row)

    @property
    def record(self) -> Any:
        """The agent's row of the World (a numpy record: read and write its fields by name)."""
        return getattr(self.model.world, self.table)[self.row]

    def __repr__(self) -> str:
        """Show the kind of agent and its id."""
        return f"<{type(self).__name__} {self.id}>"


class Formation(RowView, CellAgent):
    """Men on the road network; its cell is the last place it passed."""

    table = "formations"

    def __init__(self, model: "RaceModel", row: int) -> None:
        """Stand on the cell of the formation's place."""
        super().__init__(model, row)
        self.follow()

    def route(self) -> None:
        """Choose a road (MODEL rule 2)."""
        route(self.model.handle, self.row)

    def march(self) -> None:
        """Move for one tick (MODEL rule 1)."""
        march(self.model.handle, self.row)
        self.follow()

    def follow(self) -> None:
        """Keep the cell of the last place passed."""
        cell = self.model.cells[self.model.stands_at[self.row]]
        if self.cell is not cell:  # type: ignore[has-type]
            self.cell = cell

    @property
    def strength_men(self) -> float:
        """Men."""
        return float(self.record.strength_men)

    @property
    def supply_days(self) -> float:
        """Days of supply in hand."""
        return float(self.record.supply_days)

    @property
    def activity(self) -> str:
        """What the formation does, by the name of its Activity."""
        return Activity(int(self.record.posture)).name.lower()

    @property
    def reason(self) -> str:
        """Why it waits, by the name of its Reason."""
        return Reason(int(self.record.reason)).name.lower()

    @property
    def position(self) -> tuple[str, str, float]:
        """(last place, next place or "", km along the road)."""
        record, places = self.record, self.model.names["places"]
        return places.name(record.at), places.name(record.to), float(record.km)


class Garrison(RowView, FixedAgent):
    """The men who hold a place; the agent leaves the model when the place falls."""

    table = "places"

    def __init__(self, model: "RaceModel", row: int) -> None:
        """Stand on the cell of the place."""
        super().__init__(model, row)
        self.cell = model.cells[row]

    def fight_back(self) -> None:
        """Reinforce, raid or counter-attack, where the garrison is insurgent (MODEL rule 5)."""
        fight_back(self.model.handle, self.row)

    @property
    def strength_men(self) -> float:
        """Men."""
        return float(self.record.garrison_men)


class Command(RowView, mesa.Agent):
    """Who gives a side's formations their objectives."""

    table = "commands"

    def command(self) -> None:
        """Direct the command's formations (MODEL rule 9)."""
        command(self.model.handle, self.row)


class AirArm(RowView, mesa.Agent):
    """Aircraft whose sorties a command spreads over the formations it supports."""

    table = "air_arms"

    def support(self) -> None:
        """Spread the day's sorties (MODEL rule 9)."""
        allocate(self.model.handle, self.row)

    @property
    def main_effort(self) -> str:
        """The id of the formation that has the first claim, "" for none."""
        return self.model.names["formations"].name(int(self.record.main_effort))


def holders_with_men(world: Any) -> np.ndarray:
    """Return the side (int64) whose men hold each place, -1 where nobody does or no men are left."""
    places = world.places
    return np.where(places["garrison_men"] >= 1.0, places["holder"], NOBODY)
