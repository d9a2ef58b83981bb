"""The schema of the map: places and roads, what their kinds have in common, sectors and zones."""

from typing import Literal

from pydantic import Field, model_validator

from sim.scenario.entry import Entry, Ids
from sim.scenario.numbers import NonNegative, Positive, Quantity, Share


class PlaceKind(Entry):
    """What places of one kind have in common."""

    fortification: Positive = Field(
        description="factor on the defenders' combat power", examples=[{"lognormal": {"median": 1.6, "sigma": 0.2}}]
    )
    breakpoint_share: Share = Field(
        description="share of the defenders lost at which they break", examples=[{"uniform": [0.28, 0.52]}]
    )
    preparation_days: NonNegative = Field(description="median time to prepare an assault", examples=[3])
    consolidation_days: NonNegative = Field(
        description="time the taker needs after an assault before it goes on", examples=[2]
    )
    frontage_men: Positive = Field(description="attackers that find room at a time", examples=[2500])
    capacity_men: Positive = Field(description="men up to which the place is reinforced", examples=[1200])
    garrison_weight: NonNegative = Field(
        description="the place's part of its garrison's men, relative to the garrison's other places", examples=[3]
    )
    leave_factor: Share = Field(
        default=Quantity(value=1.0),
        description="how readily an outnumbered garrison leaves: `rules.assault.leave_probability` x this",
        examples=[0.5],
    )


class RoadClass(Entry):
    """What roads of one class have in common."""

    march_km_per_day: Positive = Field(description="rate of march on ground of its own side or an ally", examples=[200])
    advance_factor: Positive = Field(
        description="factor on the push rate beyond own ground", examples=[0.9, {"uniform": [0.6, 0.9]}]
    )


class Place(Entry):
    """A node of the road network."""

    name: str = Field(description="name on maps and in reports", examples=["Mayadin"])
    lat: float = Field(ge=-90, le=90, description="latitude, WGS 84, north positive", examples=[35.02])
    lon: float = Field(ge=-180, le=180, description="longitude, WGS 84, east positive", examples=[40.45])
    country: str = Field(description="country it lies in, a free word that `sides.*.countries` use", examples=["Syria"])
    kind: str = Field(description="key of `place_kinds`", examples=["town"])
    holder: str | None = Field(
        default=None, description="side that holds it at the start; absent: nobody", examples=["isis"]
    )
    population: int | None = Field(default=None, ge=0, description="inhabitants; only shown", examples=[44028])
    tags: Ids = Field(
        default=[], description="free words, used by zones of shape tag and by `flies_over`", examples=[["right_bank"]]
    )
    contested_by: str | None = Field(
        default=None, description="side that contests it; only shown", examples=["loyalists"]
    )
    fortification: Positive | None = Field(default=None, description="instead of its kind's", examples=[2.5])
    clear_days: NonNegative | None = Field(
        default=None,
        description="time to clear it block by block with all the attackers it has room for and full air support; "
        "absent: an open fight",
        examples=[{"lognormal": {"median": 120, "sigma": 0.4}}],
    )
    capacity_men: Positive | None = Field(default=None, description="instead of its kind's", examples=[6000])


class Road(Entry):
    """A two-way segment between two places."""

    from_: str = Field(alias="from", description="place at one end", examples=["palmyra"])
    to: str = Field(description="place at the other end; a road runs both ways", examples=["arak"])
    road_class: str = Field(alias="class", description="key of `road_classes`", examples=["primary"])
    length_km: Positive = Field(description="length, from 1 to 2.5 times the great circle", examples=[28.5])
    name: str = Field(default="", description="name, shown in reports", examples=["M20"])
    crosses_river: bool = Field(default=False, description="whether a river is crossed", examples=[True])
    crossing_state: Literal["intact", "destroyed", "none"] = Field(
        default="none",
        description="of a road that crosses a river: all but intact costs `rules.route.bridging_days`, once",
        examples=["destroyed"],
    )

    @model_validator(mode="before")
    @classmethod
    def read_flags(cls, row: object) -> object:
        """Accept an empty crossing state in a table as "none"."""
        if isinstance(row, dict) and row.get("crossing_state") in ("", None):
            return {**row, "crossing_state": "none"}
        return row


class Sector(Entry):
    """A part of the map that a formation leaves only at a cost: a polygon of [lat, lon] corners."""

    polygon: list[tuple[float, float]] = Field(
        min_length=3,
        description="corners as [latitude, longitude], three or more",
        examples=[[[34.4, 36.5], [35.4, 36.5], [35.1, 38.6]]],
    )


class Zone(Entry):
    """Ground that some sides may not enter; a circle, or the places that carry a tag."""

    name: str = Field(description="name on maps and in reports", examples=["55-km zone round al-Tanf"])
    shape: Literal["circle", "tag"] = Field(
        description="circle: needs `centre_lat`, `centre_lon` and `radius_km`; tag: the places that carry `tag`",
        examples=["circle"],
    )
    centre_lat: float | None = Field(default=None, description="latitude of a circle's centre", examples=[33.5])
    centre_lon: float | None = Field(default=None, description="longitude of a circle's centre", examples=[38.6])
    radius_km: Positive | None = Field(default=None, description="radius of a circle", examples=[55])
    tag: str | None = Field(
        default=None, description="tag of the places in a zone of shape tag", examples=["left_bank"]
    )
    applies_to: Ids = Field(
        description="sides that may not enter its places, except those their own alliance holds",
        examples=[["loyalists"]],
    )
    enforcer: str | None = Field(
        default=None,
        description="command that climbs the ladder on who defies the zone: call, show of force, warning shots, "
        "strike; absent: a line both respect",
        examples=["washington"],
    )
    asked_by: Ids = Field(
        default=[],
        description="commands that ask formations to keep out: tries, and going on after the call, x (1 - obedience)",
        examples=[["moscow"]],
    )
    lifted_by: str | None = Field(
        default=None, description="milestone or event that opens the zone", examples=["us_leaves_tanf"]
    )

    @model_validator(mode="after")
    def has_its_geometry(self) -> "Zone":
        """A circle needs centre and radius, a tag zone its tag."""
        if self.shape == "circle" and None in (self.centre_lat, self.centre_lon, self.radius_km):
            raise ValueError("a circle needs centre_lat, centre_lon and radius_km")
        if self.shape == "tag" and self.tag is None:
            raise ValueError("a zone of shape tag needs its tag")
        return self
