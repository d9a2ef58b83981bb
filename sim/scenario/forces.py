"""The schema of who takes part: sides, commands, formations with their orders, garrisons, air arms."""

from typing import Literal

from pydantic import Field

from sim.scenario.entry import Entry, Ids
from sim.scenario.numbers import AtLeastOne, NonNegative, Positive, Quantity, Share

Stance = Literal["hostile", "rival", "neutral", "aligned"]
ObjectiveKind = Literal["reach", "take", "hold", "link_up"]


class Side(Entry):
    """Who holds ground."""

    name: str = Field(description="name in tables, plots and reports", examples=["Syrian Democratic Forces"])
    colour: str = Field(
        default="#777777",
        pattern="^#[0-9A-Fa-f]{6}$",
        description="colour in every plot, #rrggbb in quotes",
        examples=["#0072B2"],
    )
    countries: Ids = Field(
        default=[], description="countries whose ground the side may enter; empty: all", examples=[["Syria"]]
    )
    push_rate_km_per_day: Positive = Field(
        default=Quantity(value=10.0),
        description="rate of a push beyond own ground on an empty road, before tempo, road class and stretch",
        examples=[12, {"lognormal": {"median": 20, "sigma": 0.5}}],
    )
    command: str | None = Field(
        default=None,
        description="command that speaks, in encounters, for places that no listed garrison holds",
        examples=["sdf_command"],
    )
    bases: Ids = Field(
        default=[],
        description="places where its supply comes from; empty: supply everywhere",
        examples=[["hasakah", "ain_issa"]],
    )


class Relation(Entry):
    """How two sides stand to each other; pairs not listed are neutral."""

    between: tuple[str, str] = Field(description="the two sides", examples=[["loyalists", "sdf"]])
    stance: Stance = Field(
        description="hostile: they fight for places; rival: they do not, but may clash; neutral: they keep out of each "
        "other's places; aligned: they leave each other alone",
        examples=["rival"],
    )


class Command(Entry):
    """Who decides: interests, restraint and the patron that shares in what its formations do."""

    name: str = Field(description="name in tables, plots and reports", examples=["Damascus"])
    side: str = Field(description="side it belongs to", examples=["loyalists"])
    patron: str | None = Field(
        default=None,
        description="command that stands behind this one: the patron's tensions and channels concern it too",
        examples=["moscow"],
    )
    restraint: Share = Field(
        default=Quantity(value=0.0),
        description="how far it holds back incidents: the rate of a formation's is multiplied by 1 - restraint x "
        "obedience",
        examples=[0.5, {"beta": {"a": 2, "b": 8}}],
    )
    interests: dict[str, Share] = Field(
        default={},
        description="objective (a place) -> weight: pauses are divided by it, pushes multiplied; air support goes "
        "first where it is highest",
        examples=[{"mayadin": 0.8, "abu_kamal": {"uniform": [0.5, 0.8]}}],
    )
    default_interest: Share = Field(
        default=Quantity(value=0.3), description="interest in places that `interests` does not list", examples=[0.4]
    )


class Position(Entry):
    """A point on the road from one place towards a neighbouring one."""

    at: str = Field(description="place", examples=["karamah"])
    towards: str | None = Field(
        default=None, description="neighbouring place to which the road leads", examples=["raqqa"]
    )
    km: NonNegative | None = Field(
        default=None, description="constant distance along the road from `at`; absent: at its far end", examples=[12.5]
    )


class Order(Entry):
    """One objective of a formation's ordered list."""

    objective: str = Field(description="place to go to", examples=["mayadin"])
    kind: ObjectiveKind = Field(
        default="take",
        description="reach: stand there; take: its side comes to hold it; hold: go and stay, never done; link_up: "
        "stand there with the ally who holds it, beating a siege ring on the way",
        examples=["link_up"],
    )
    stance: Literal["clear", "bypass"] = Field(
        default="clear",
        description="clear: fight for held places on the way; bypass: avoid them (`rules.route.bypass_factor`)",
        examples=["bypass"],
    )
    after: str | None = Field(
        default=None,
        description="milestone or event: the order, with all later ones, waits until this flag is up",
        examples=["raqqa_taken"],
    )
    only_if: str | None = Field(
        default=None,
        description="milestone or event: the order is skipped unless this flag is up when its turn comes",
        examples=["loyalists_cross_euphrates"],
    )
    unless: str | None = Field(
        default=None,
        description="milestone or event: the order is skipped if this flag is up, also while it waits for `after`",
        examples=["sdf_turns_early"],
    )
    if_ally_holds: Literal["done", "go"] = Field(
        default="done",
        description="for take: done when an ally holds the place, or go there all the same, so that it can finish",
        examples=["go"],
    )
    if_rival_holds: Literal["drop", "wait"] = Field(
        default="drop", description="drop the order when a rival holds the place, or wait", examples=["wait"]
    )


class Formation(Entry):
    """Men on the road network under one command."""

    name: str = Field(description="name in tables, plots and reports", examples=["Tiger Forces"])
    side: str = Field(description="side it fights for", examples=["loyalists"])
    command: str = Field(description="command that gives its orders", examples=["damascus"])
    start: Position | str = Field(
        description="where it stands at the start: a place, or a point on the road between two",
        examples=[{"at": "karamah", "towards": "raqqa", "km": 12.5}, "resafa"],
    )
    assaulting: bool = Field(
        default=False, description="whether it stands at the gate of `start.towards`, preparation done", examples=[True]
    )
    strength_men: Positive = Field(
        description="men at the start",
        examples=[4500, {"triangular": [2500, 4500, 7000], "source": ["NAT24"], "confidence": "medium"}],
    )
    quality: Positive = Field(
        default=Quantity(value=1.0),
        description="combat power of a man, relative to 1",
        examples=[1.0, {"lognormal": {"median": 1.3, "sigma": 0.2}}],
    )
    tempo: Positive = Field(
        default=Quantity(value=1.0),
        description="factor on the rate of advance beyond own ground",
        examples=[1.2, {"lognormal": {"median": 1.0, "sigma": 0.45}}],
    )
    supply_days: NonNegative = Field(
        default=Quantity(value=10.0),
        description="days of supply in stock at the start",
        examples=[{"uniform": [5, 10]}],
    )
    air_supply_days_per_day: NonNegative = Field(
        default=Quantity(value=0.0),
        description="days of supply that come by air each day, whatever the roads",
        examples=[{"uniform": [0.35, 0.45]}],
    )
    sector: str | None = Field(
        default=None,
        description="sector that it leaves only at a cost (`rules.route.out_of_sector_factor`)",
        examples=["euphrates_south_bank"],
    )
    rear_guard: bool = Field(
        default=False,
        description="whether it is sent to reopen cut roads and retake places its alliance lost, while it has no other "
        "objective",
        examples=[True],
    )
    defies: Ids = Field(default=[], description="zones this formation may try to close in on", examples=[["tanf_55km"]])
    obedience: dict[str, Share] = Field(
        default={},
        description="command -> how far it heeds that command's restraint, and its asking to keep out of a zone; its "
        "own command's too only if listed",
        examples=[{"moscow": {"uniform": [0.5, 0.95]}}],
    )
    orders: list[Order] = Field(
        default=[],
        description="what it is to do, in turn: the first order that is neither done nor skipped is followed; none: it "
        "stays",
        examples=[[{"objective": "mayadin"}, {"objective": "qaim_cross", "if_ally_holds": "go"}]],
    )


class Garrison(Entry):
    """Men spread over the places they hold, in proportion to weights (by place kind unless given)."""

    name: str = Field(
        description="name in tables, plots and reports", examples=["Middle Euphrates from Mayadin to Abu Kamal"]
    )
    side: str = Field(description="side it fights for; its places are held by it", examples=["isis"])
    command: str = Field(description="command that it belongs to", examples=["isis_command"])
    strength_men: NonNegative = Field(
        description="men at the start, over all its places", examples=[{"triangular": [4000, 7000, 10000]}]
    )
    quality: Positive = Field(
        default=Quantity(value=1.0), description="combat power of a man, relative to 1", examples=[1.1]
    )
    insurgent: bool = Field(
        default=False, description="whether it reinforces, raids and strikes back (`rules.insurgents`)", examples=[True]
    )
    places: Ids = Field(
        description="places it holds; a place is in one garrison at most", examples=[["mayadin", "abu_kamal"]]
    )
    weights: dict[str, NonNegative] = Field(
        default={},
        description="place -> its part of the men, relative to the others'; not listed: the `garrison_weight` of its "
        "kind",
        examples=[{"mayadin": 15, "abu_kamal": 15}],
    )


class AirArm(Entry):
    """Aircraft of a command: sorties a day, spread over the formations it supports."""

    name: str = Field(description="name in tables, plots and reports", examples=["Russian and Syrian air forces"])
    side: str = Field(description="side whose aircraft they are, in incidents", examples=["loyalists"])
    command: str = Field(description="command whose interests choose the main effort", examples=["moscow"])
    supports: Ids = Field(description="sides whose formations it supports", examples=[["loyalists"]])
    sorties_per_day: NonNegative = Field(description="sorties it can fly", examples=[{"triangular": [20, 45, 90]}])
    sorties_for_full_support: Positive = Field(
        description="sorties a day that give one formation the whole factor; fewer give their share of it",
        examples=[35],
    )
    support_factor: AtLeastOne = Field(
        description="factor on the combat power of a formation with full support",
        examples=[{"triangular": [1.1, 1.7, 3.0]}],
    )
    flies_over: Ids = Field(
        default=[], description="place tags it may fly over; empty: everywhere", examples=[["right_bank"]]
    )
