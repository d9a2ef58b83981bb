"""The scenario file's schema: every key a user may write, with its unit, its range and what it means."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sim.scenario.numbers import AnyNumber, AtLeastOne, NonNegative, Positive, Quantity, Share, Sources
from sim.scenario.rule_settings import Rules

Stance = Literal["hostile", "rival", "neutral", "aligned"]
ObjectiveKind = Literal["reach", "take", "hold", "link_up"]
IncidentKind = Literal["warning", "turn_back", "strike", "shelling", "shoot_down", "ground_clash"]
Ids = Sources  # a list of ids; in a table's cell `a; b`


class Entry(BaseModel):
    """What every entry may carry: a source (keys of sources.csv or "assumption"), a confidence and a note.

    A number without a source of its own has that of the nearest entry around it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Ids = []
    confidence: Literal["low", "medium", "high"] | None = None
    note: str = ""


class Side(Entry):
    """Who holds ground."""

    name: str
    colour: str = Field(default="#777777", pattern="^#[0-9A-Fa-f]{6}$", description="colour in plots, #rrggbb")
    countries: Ids = Field(default=[], description="countries whose ground the side may enter; empty: all")
    push_rate_km_per_day: Positive = Quantity(value=10.0)
    command: str | None = Field(default=None, description="speaks for places that no listed garrison holds")
    bases: Ids = Field(default=[], description="places where its supply comes from; empty: supply everywhere")


class Relation(Entry):
    """How two sides stand to each other; pairs not listed are neutral."""

    between: tuple[str, str]
    stance: Stance


class Command(Entry):
    """Who decides: interests, restraint and the patron that shares in what its formations do."""

    name: str
    side: str
    patron: str | None = Field(default=None, description="command that stands behind this one")
    restraint: Share = Quantity(value=0.0)
    interests: dict[str, Share] = Field(default={}, description="objective place or formation id -> weight 0..1")
    default_interest: Share = Quantity(value=0.3)


class Position(Entry):
    """A point on the road from one place towards a neighbouring one."""

    at: str
    towards: str | None = None
    km: NonNegative | None = Field(default=None, description="km along the road; absent: at its far end")


class Order(Entry):
    """One objective of a formation's ordered list."""

    objective: str
    kind: ObjectiveKind = "take"
    stance: Literal["clear", "bypass"] = Field(default="clear", description="bypass: held places cost extra on the way")
    after: str | None = Field(default=None, description="milestone or event to wait for")
    only_if: str | None = Field(default=None, description="skip the order unless this flag is up when its turn comes")
    unless: str | None = Field(default=None, description="skip the order if this flag is up when its turn comes")
    if_ally_holds: Literal["done", "go"] = "done"
    if_rival_holds: Literal["drop", "wait"] = "drop"


class Formation(Entry):
    """Men on the road network under one command."""

    name: str
    side: str
    command: str
    start: Position | str
    assaulting: bool = Field(default=False, description="stands at the gate of start.towards, preparation done")
    strength_men: Positive
    quality: Positive = Quantity(value=1.0)
    tempo: Positive = Quantity(value=1.0)
    supply_days: NonNegative = Quantity(value=10.0)
    air_supply_days_per_day: NonNegative = Quantity(value=0.0)
    sector: str | None = None
    rear_guard: bool = Field(default=False, description="sent to mend the rear while it has no other objective")
    defies: Ids = Field(default=[], description="zones this formation may try to close in on")
    obedience: dict[str, Share] = Field(default={}, description="command -> how far it heeds that command's restraint")
    orders: list[Order] = []


class Garrison(Entry):
    """Men spread over the places they hold, in proportion to weights (by place kind unless given)."""

    name: str
    side: str
    command: str
    strength_men: NonNegative
    quality: Positive = Quantity(value=1.0)
    insurgent: bool = Field(default=False, description="reinforces, raids and strikes back")
    places: Ids
    weights: dict[str, NonNegative] = {}


class AirArm(Entry):
    """Aircraft of a command: sorties a day, spread over the formations it supports."""

    name: str
    side: str
    command: str
    supports: Ids = Field(description="sides it supports")
    sorties_per_day: NonNegative
    sorties_for_full_support: Positive
    support_factor: AtLeastOne
    flies_over: Ids = Field(default=[], description="place tags it may fly over; empty: everywhere")


class PlaceKind(Entry):
    """What places of one kind have in common."""

    fortification: Positive
    breakpoint_share: Share
    preparation_days: NonNegative
    consolidation_days: NonNegative
    frontage_men: Positive
    capacity_men: Positive
    garrison_weight: NonNegative
    leave_factor: Share = Field(default=Quantity(value=1.0), description="leave_probability x this")


class RoadClass(Entry):
    """What roads of one class have in common."""

    march_km_per_day: Positive
    advance_factor: Positive


class Place(Entry):
    """A node of the road network."""

    name: str
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    country: str
    kind: str
    holder: str | None = None
    population: int | None = Field(default=None, ge=0)
    tags: Ids = []
    contested_by: str | None = None
    fortification: Positive | None = None
    clear_days: NonNegative | None = Field(default=None, description="time to clear block by block; absent: none")
    capacity_men: Positive | None = None


class Road(Entry):
    """A two-way segment between two places."""

    from_: str = Field(alias="from")
    to: str
    road_class: str = Field(alias="class")
    length_km: Positive
    name: str = ""
    crosses_river: bool = False
    crossing_state: Literal["intact", "destroyed", "none"] = "none"

    @model_validator(mode="before")
    @classmethod
    def read_flags(cls, row: object) -> object:
        """Accept an empty crossing state in a table as "none"."""
        if isinstance(row, dict) and row.get("crossing_state") in ("", None):
            return {**row, "crossing_state": "none"}
        return row


class Sector(Entry):
    """A part of the map that a formation leaves only at a cost: a polygon of [lat, lon] corners."""

    polygon: list[tuple[float, float]] = Field(min_length=3)


class Zone(Entry):
    """Ground that some sides may not enter; a circle, or the places that carry a tag."""

    name: str
    shape: Literal["circle", "tag"]
    centre_lat: float | None = None
    centre_lon: float | None = None
    radius_km: Positive | None = None
    tag: str | None = None
    applies_to: Ids
    enforcer: str | None = Field(default=None, description="command that climbs the ladder; none: a line both respect")
    asked_by: Ids = Field(default=[], description="commands that ask formations to keep out: who obeys them does")
    lifted_by: str | None = Field(default=None, description="flag that opens the zone")

    @model_validator(mode="after")
    def has_its_geometry(self) -> "Zone":
        """A circle needs centre and radius, a tag zone its tag."""
        if self.shape == "circle" and None in (self.centre_lat, self.centre_lon, self.radius_km):
            raise ValueError("a circle needs centre_lat, centre_lon and radius_km")
        if self.shape == "tag" and self.tag is None:
            raise ValueError("a zone of shape tag needs its tag")
        return self


class Tension(Entry):
    """Tension between two commands: 0 calm; it jumps with incidents and fades with time."""

    between: tuple[str, str]
    level: NonNegative
    jump: NonNegative
    half_life_days: Positive


class Channel(Entry):
    """A deconfliction channel between two commands."""

    between: tuple[str, str]
    working: Share = Field(description="1 working at the start, 0 suspended; a probability in between is drawn")
    restored_per_day: NonNegative
    suspended_by_strike_probability: Share


class Effect(Entry):
    """One consequence of an event; exactly one of the verbs."""

    reinforce: str | None = Field(default=None, description="formation that receives `men`")
    men: NonNegative | None = None
    keep_share: Share | None = Field(default=None, description="with `resize`: share of the men that stay")
    resize: str | None = Field(default=None, description="formation of which only `keep_share` goes on")
    remove: str | None = Field(default=None, description="formation that leaves the map")
    relation: Relation | None = None
    suspend: str | None = Field(default=None, description="channel")
    restore: str | None = Field(default=None, description="channel")
    tension: str | None = Field(default=None, description="tension that jumps by `jump`")
    jump: NonNegative | None = None
    fall: str | None = Field(default=None, description="siege whose garrison falls, if it is still on")

    @model_validator(mode="after")
    def has_one_verb(self) -> "Effect":
        """Exactly one verb, with what it needs."""
        verbs = ("reinforce", "resize", "remove", "relation", "suspend", "restore", "tension", "fall")
        given = [verb for verb in verbs if getattr(self, verb) is not None]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(verbs)} is allowed, found {', '.join(given) or 'none'}")
        needs = {"reinforce": "men", "resize": "keep_share", "tension": "jump"}.get(given[0])
        if needs and getattr(self, needs) is None:
            raise ValueError(f"{given[0]} needs {needs}")
        return self


class Event(Entry):
    """A dated or conditional change, certain or with a probability; as a flag it may release orders."""

    title: str
    day: AnyNumber | None = Field(default=None, description="day on which it falls due")
    after: str | None = Field(default=None, description="flag that must be up first")
    delay_days: NonNegative = Quantity(value=0.0)
    hazard_per_day: NonNegative | None = Field(default=None, description="instead of a day: waiting time at this rate")
    hazard_times: NonNegative = Quantity(value=1.0)
    hazard_times_when: str | None = Field(default=None, description="flag while which the hazard is multiplied")
    probability: Share = Quantity(value=1.0)
    effects: list[Effect] = []


class Held(Entry):
    """True when sides of a list hold at least `at_least` of the places (0: all of them)."""

    places: Ids
    by: Ids
    at_least: int = Field(default=0, ge=0)


class Reached(Entry):
    """True when a formation of the sides (or of the list) stands at one of the places."""

    places: Ids
    by: Ids = []
    formations: Ids = []


class Near(Entry):
    """True when a formation of the sides is within a distance of a place."""

    place: str
    within_km: Positive
    by: Ids


class Connected(Entry):
    """True when a road path of places held by the sides joins one end of each list."""

    ends_a: Ids
    ends_b: Ids
    by: Ids


class Milestone(Entry):
    """A named predicate over the state, recorded when first true; exactly one predicate."""

    title: str
    held: Held | None = None
    reached: Reached | None = None
    near: Near | None = None
    connected: Connected | None = None
    relieved: str | None = Field(default=None, description="siege")
    fallen: str | None = Field(default=None, description="siege")

    @model_validator(mode="after")
    def has_one_predicate(self) -> "Milestone":
        """Exactly one predicate."""
        kinds = ("held", "reached", "near", "connected", "relieved", "fallen")
        given = [kind for kind in kinds if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(kinds)} is allowed, found {', '.join(given) or 'none'}")
        return self


class Siege(Entry):
    """A besieged set of places: the ring round it is a force to be beaten, and the garrison may fall first."""

    name: str
    places: Ids
    besieger: str = Field(description="side")
    ring_from: Ids = Field(description="places whose garrisons man the ring")
    ring_share: Share = Field(description="share of those garrisons that a relief has to beat")
    falls_per_day: NonNegative = Field(description="hazard of falling at the reference strength")
    reference_strength: Positive | None = Field(default=None, description="men x quality; absent: that of the start")
    strength_loss_per_day: Share = Field(description="share of the defenders lost each day under siege")


class Contestant(Entry):
    """One entrant of the races: one or more formations."""

    name: str
    side: str
    formations: Ids


class Race(Entry):
    """Contestants and a finish each: the first to finish wins."""

    title: str
    headline: bool = False
    finish: dict[str, Ids]


class BaseMap(Entry):
    """Lines drawn under the map, and the notice that must go with them."""

    file: str
    notice: str = ""


class SourceRow(Entry):
    """Where something comes from."""

    description: str
    address: str = ""


class ScenarioModel(Entry):
    """A whole scenario."""

    title: str
    question: str = ""
    start_date: date
    horizon_days: int = Field(gt=0, le=3650)
    tick_hours: float = Field(gt=0, le=24, description="a divisor of 24")
    basemap: BaseMap | None = None
    sides: dict[str, Side] = Field(min_length=1)
    relations: list[Relation] = []
    alliances: dict[str, Ids] = {}
    commands: dict[str, Command] = Field(min_length=1)
    formations: dict[str, Formation] = Field(min_length=1)
    garrisons: dict[str, Garrison] = {}
    air_arms: dict[str, AirArm] = {}
    place_kinds: dict[str, PlaceKind] = Field(min_length=1)
    road_classes: dict[str, RoadClass] = Field(min_length=1)
    places: dict[str, Place] = Field(min_length=1)
    roads: dict[str, Road] = {}
    sectors: dict[str, Sector] = {}
    zones: dict[str, Zone] = {}
    tensions: dict[str, Tension] = {}
    channels: dict[str, Channel] = {}
    events: dict[str, Event] = {}
    milestones: dict[str, Milestone] = {}
    sieges: dict[str, Siege] = {}
    contestants: dict[str, Contestant] = Field(min_length=1)
    races: dict[str, Race] = Field(min_length=1)
    rules: Rules = Rules()
    sources: dict[str, SourceRow] = {}

    @field_validator("tick_hours")
    @classmethod
    def tick_divides_a_day(cls, hours: float) -> float:
        """The tick is a divisor of 24 h."""
        if abs(24.0 / hours - round(24.0 / hours)) > 1e-9:
            raise ValueError(f"found {hours:g}, a divisor of 24 is allowed")
        return hours
