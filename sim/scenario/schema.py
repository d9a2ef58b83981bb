"""The scenario file's schema: every key a user may write, with its unit, its range and what it means."""

from datetime import date

from pydantic import Field, field_validator

from sim.scenario.course import (
    Channel,
    Connected,
    Contestant,
    Effect,
    Event,
    Held,
    Milestone,
    Near,
    Race,
    Reached,
    Siege,
    Tension,
)  # fmt: skip
from sim.scenario.entry import Entry, Ids
from sim.scenario.forces import AirArm, Command, Formation, Garrison, Order, Position, Relation, Side
from sim.scenario.ground import Place, PlaceKind, Road, RoadClass, Sector, Zone
from sim.scenario.rule_settings import Rules

__all__ = [
    "AirArm", "BaseMap", "Channel", "Command", "Connected", "Contestant", "Effect", "Entry", "Event", "Formation",
    "Garrison", "Held", "Milestone", "Near", "Order", "Place", "PlaceKind", "Position", "Race", "Reached", "Relation",
    "Road", "RoadClass", "Rules", "ScenarioModel", "Sector", "Side", "Siege", "SourceRow", "Tension", "Zone",
]  # fmt: skip


class BaseMap(Entry):
    """Lines drawn under the map, and the notice that must go with them."""

    file: str = Field(description="GeoJSON file in the scenario's folder", examples=["basemap.geojson"])
    notice: str = Field(
        default="", description="credit printed under every map", examples=["Borders: Natural Earth (public domain)."]
    )


class SourceRow(Entry):
    """Where something comes from."""

    description: str = Field(
        description="what it is, so that a reader can find it",
        examples=["The article: Omar Lamrani (Stratfor), 25 June 2017"],
    )
    address: str = Field(
        default="", description="where it is: a link, a shelf mark, a date", examples=["Stratfor, 25 June 2017"]
    )


class ScenarioModel(Entry):
    """A whole scenario."""

    title: str = Field(description="what the scenario is called", examples=["The race to the Iraqi border"])
    question: str = Field(
        default="", description="what it is to answer", examples=["Who is first at the border, and when?"]
    )
    start_date: date = Field(description="ISO date; the clock counts days since 00:00 of it", examples=["2017-06-25"])
    horizon_days: int = Field(gt=0, le=3650, description="every run goes to it", examples=[190])
    tick_hours: float = Field(
        gt=0, le=24, description="a divisor of 24; arrivals are exact within a tick", examples=[6]
    )
    basemap: BaseMap | None = Field(
        default=None, description="lines drawn under the map", examples=[{"file": "basemap.geojson"}]
    )
    sides: dict[str, Side] = Field(min_length=1, description="id -> side: who holds ground")
    relations: list[Relation] = Field(
        default=[],
        description="how pairs of sides stand to each other; pairs not listed are neutral",
        examples=[[{"between": ["isis", "sdf"], "stance": "hostile"}]],
    )
    alliances: dict[str, Ids] = Field(
        default={},
        description="id -> sides that share roads, supply and assaults; a side is in one at most",
        examples=[{"coalition": ["sdf", "rebels"]}],
    )
    commands: dict[str, Command] = Field(min_length=1, description="id -> command: who decides")
    formations: dict[str, Formation] = Field(min_length=1, description="id -> formation: men that move")
    garrisons: dict[str, Garrison] = Field(default={}, description="id -> garrison: men that hold places")
    air_arms: dict[str, AirArm] = Field(default={}, description="id -> air arm: sorties for formations")
    place_kinds: dict[str, PlaceKind] = Field(min_length=1, description="id -> what places of this kind have in common")
    road_classes: dict[str, RoadClass] = Field(
        min_length=1, description="id -> what roads of this class have in common"
    )
    places: dict[str, Place] = Field(
        min_length=1, description="id -> place, here or as places.csv; what is said here goes over the table's row"
    )
    roads: dict[str, Road] = Field(
        default={},
        description="id (`from--to`) -> road, here or as roads.csv; what is said here goes over the table's row",
    )
    sectors: dict[str, Sector] = Field(default={}, description="id -> sector of the map")
    zones: dict[str, Zone] = Field(
        default={}, description="id -> zone, here or as zones.csv; what is said here goes over the table's row"
    )
    tensions: dict[str, Tension] = Field(default={}, description="id -> tension between two commands")
    channels: dict[str, Channel] = Field(default={}, description="id -> channel between two commands")
    events: dict[str, Event] = Field(
        default={}, description="id -> event; its id is a flag that goes up when it happens"
    )
    milestones: dict[str, Milestone] = Field(
        default={}, description="id -> milestone; its id is a flag that goes up when it first comes true"
    )
    sieges: dict[str, Siege] = Field(default={}, description="id -> siege")
    contestants: dict[str, Contestant] = Field(min_length=1, description="id -> contestant of the races")
    races: dict[str, Race] = Field(min_length=1, description="id -> race")
    rules: Rules = Field(default=Rules(), description="settings of the rules; what is not written is off")
    sources: dict[str, SourceRow] = Field(
        default={}, description="key -> source, here or as sources.csv; `assumption` needs no row"
    )

    @field_validator("tick_hours")
    @classmethod
    def tick_divides_a_day(cls, hours: float) -> float:
        """The tick is a divisor of 24 h."""
        if abs(24.0 / hours - round(24.0 / hours)) > 1e-9:
            raise ValueError(f"found {hours:g}, a divisor of 24 is allowed")
        return hours
