"""The schema of the course: tensions and channels, events, milestones, sieges, and the races."""

from pydantic import ConfigDict, Field, model_validator

from sim.scenario.entry import Entry, Ids
from sim.scenario.forces import Relation
from sim.scenario.numbers import AnyNumber, NonNegative, Positive, Quantity, Share

VERBS = {
    "reinforce": "men", "resize": "keep_share", "remove": None, "relation": None, "suspend": None, "restore": None,
    "tension": "jump", "fall": None,
}  # fmt: skip
PREDICATES = ("held", "reached", "near", "connected", "relieved", "fallen")


class Tension(Entry):
    """Tension between two commands: 0 calm; it jumps with incidents and fades with time."""

    between: tuple[str, str] = Field(description="the two commands", examples=[["washington", "tehran"]])
    level: NonNegative = Field(description="at the start: 0 calm, 1 the most", examples=[{"uniform": [0.35, 0.7]}])
    jump: NonNegative = Field(
        description="an incident raises the level by this x (1 - level)", examples=[{"uniform": [0.2, 0.4]}]
    )
    half_life_days: Positive = Field(
        description="time in which the level halves", examples=[{"lognormal": {"median": 20, "sigma": 0.4}}]
    )


class Channel(Entry):
    """A deconfliction channel between two commands."""

    between: tuple[str, str] = Field(description="the two commands", examples=[["washington", "moscow"]])
    working: Share = Field(
        description="1 working at the start, 0 suspended; a probability in between is drawn", examples=[0]
    )
    restored_per_day: NonNegative = Field(
        description="hazard at which a suspended channel is restored",
        examples=[{"lognormal": {"median": 0.1, "sigma": 0.5}}],
    )
    suspended_by_strike_probability: Share = Field(
        description="that a strike or a shoot-down between the two suspends it", examples=[0.2]
    )


class Effect(Entry):
    """One consequence of an event; exactly one of the verbs."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [verb, needs] if needs else [verb]} for verb, needs in VERBS.items()]}
    )

    reinforce: str | None = Field(default=None, description="formation that receives `men`", examples=["m20_5corps"])
    men: NonNegative | None = Field(
        default=None, description="with `reinforce`: men that join", examples=[{"triangular": [500, 1000, 2000]}]
    )
    keep_share: Share | None = Field(
        default=None, description="with `resize`: share of the men that stay", examples=[0.6]
    )
    resize: str | None = Field(
        default=None, description="formation of which only `keep_share` goes on", examples=["sdf_raqqa"]
    )
    remove: str | None = Field(default=None, description="formation that leaves the map", examples=["us_tanf"])
    relation: Relation | None = Field(
        default=None,
        description="how two sides stand to each other from now on",
        examples=[{"between": ["loyalists", "sdf"], "stance": "hostile"}],
    )
    suspend: str | None = Field(default=None, description="channel that is suspended", examples=["washington_moscow"])
    restore: str | None = Field(default=None, description="channel that is restored", examples=["washington_moscow"])
    tension: str | None = Field(
        default=None, description="tension that jumps by `jump`", examples=["washington_tehran"]
    )
    jump: NonNegative | None = Field(
        default=None, description="with `tension`: it rises by this x (1 - level)", examples=[0.3]
    )
    fall: str | None = Field(
        default=None, description="siege whose garrison falls, if it is still on", examples=["deir_ez_zor"]
    )

    @model_validator(mode="after")
    def has_one_verb(self) -> "Effect":
        """Exactly one verb, with what it needs."""
        given = [verb for verb in VERBS if getattr(self, verb) is not None]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(VERBS)} is allowed, found {', '.join(given) or 'none'}")
        needs = VERBS[given[0]]
        if needs and getattr(self, needs) is None:
            raise ValueError(f"{given[0]} needs {needs}")
        return self


class Event(Entry):
    """A dated or conditional change, certain or with a probability; as a flag it may release orders."""

    title: str = Field(description="what happens, in reports", examples=["Reinforcements reach the M20 column"])
    day: AnyNumber | None = Field(
        default=None,
        description="day on which it falls due, counted from 00:00 of the start date; beyond the horizon: never",
        examples=[14, {"uniform": [10, 60]}],
    )
    after: str | None = Field(
        default=None,
        description="milestone or event that must be up first; with no `day` the event is due when it came up",
        examples=["raqqa_taken"],
    )
    unless: str | None = Field(
        default=None,
        description="milestone or event after which it no longer happens",
        examples=["raqqa_taken"],
    )
    delay_days: NonNegative = Field(
        default=Quantity(value=0.0), description="time from being due until it happens", examples=[21]
    )
    hazard_per_day: NonNegative | None = Field(
        default=None,
        description="instead of a day: waiting time at this rate, from the start or from `after` on",
        examples=[{"gamma": {"shape": 0.5, "rate": 180}}],
    )
    hazard_times: NonNegative = Field(
        default=Quantity(value=1.0),
        description="factor on the hazard while the flag `hazard_times_when` is up",
        examples=[3],
    )
    hazard_times_when: str | None = Field(
        default=None,
        description="milestone or event while which the hazard is multiplied",
        examples=["loyalists_near_tanf"],
    )
    probability: Share = Field(
        default=Quantity(value=1.0),
        description="that it happens when it is due; else it never does",
        examples=[0.65, {"beta": {"a": 2, "b": 3}}],
    )
    effects: list[Effect] = Field(
        default=[],
        description="what it changes, one verb each; none: it is only a flag",
        examples=[[{"reinforce": "m20_5corps", "men": 1500}]],
    )


class Held(Entry):
    """True when sides of a list hold at least `at_least` of the places (0: all of them)."""

    places: Ids = Field(description="places that count", examples=[["abu_kamal", "qaim_cross"]])
    by: Ids = Field(description="sides whose holding counts", examples=[["loyalists"]])
    at_least: int = Field(default=0, ge=0, description="how many of the places; 0: all", examples=[1])


class Reached(Entry):
    """True when a formation of the sides (or of the list) stands at one of the places."""

    places: Ids = Field(description="places that count", examples=[["tanf", "tanf_cross"]])
    by: Ids = Field(default=[], description="sides whose formations count", examples=[["loyalists"]])
    formations: Ids = Field(
        default=[], description="formations that count, besides those of `by`", examples=[["tiger"]]
    )


class Near(Entry):
    """True when a formation of the sides is within a distance of a place."""

    place: str = Field(description="place", examples=["tanf"])
    within_km: Positive = Field(description="distance as the crow flies", examples=[30])
    by: Ids = Field(
        description="sides whose formations count, also where they stand at the start", examples=[["loyalists"]]
    )


class Connected(Entry):
    """True when a road path of places held by the sides joins one end of each list."""

    ends_a: Ids = Field(description="places at one end", examples=[["damascus"]])
    ends_b: Ids = Field(description="places at the other end", examples=[["haditha", "rutbah"]])
    by: Ids = Field(description="sides whose places make the path", examples=[["loyalists", "iraq"]])


class Milestone(Entry):
    """A named predicate over the state, recorded when first true; exactly one predicate."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [kind]} for kind in PREDICATES]})

    title: str = Field(description="what has come about, in reports", examples=["Raqqa is taken"])
    held: Held | None = Field(
        default=None, description="sides hold places", examples=[{"places": ["raqqa"], "by": ["sdf"]}]
    )
    reached: Reached | None = Field(
        default=None, description="a formation stands at a place", examples=[{"places": ["t2"], "by": ["loyalists"]}]
    )
    near: Near | None = Field(
        default=None,
        description="a formation is near a place",
        examples=[{"place": "tanf", "within_km": 30, "by": ["loyalists"]}],
    )
    connected: Connected | None = Field(
        default=None,
        description="a road path over places of sides joins two ends",
        examples=[{"ends_a": ["damascus"], "ends_b": ["haditha"], "by": ["loyalists", "iraq"]}],
    )
    relieved: str | None = Field(default=None, description="siege that has been lifted", examples=["deir_ez_zor"])
    fallen: str | None = Field(default=None, description="siege whose garrison has fallen", examples=["deir_ez_zor"])

    @model_validator(mode="after")
    def has_one_predicate(self) -> "Milestone":
        """Exactly one predicate."""
        given = [kind for kind in PREDICATES if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(PREDICATES)} is allowed, found {', '.join(given) or 'none'}")
        return self


class Siege(Entry):
    """A besieged set of places: the ring round it is a force to be beaten, and the garrison may fall first."""

    name: str = Field(description="name in reports", examples=["Deir ez-Zor"])
    places: Ids = Field(
        description="places under siege; formations inside stay until relief", examples=[["brigade137"]]
    )
    besieger: str = Field(description="side that besieges", examples=["isis"])
    ring_from: Ids = Field(description="places whose garrisons man the ring", examples=[["dez_city", "thardah"]])
    ring_share: Share = Field(description="share of the men in `ring_from` that a relief has to beat", examples=[0.25])
    falls_per_day: NonNegative = Field(
        description="hazard of falling at the reference strength", examples=[{"gamma": {"shape": 0.3, "rate": 360}}]
    )
    reference_strength: Positive | None = Field(
        default=None,
        description="men x quality at which `falls_per_day` holds; absent: that of the start",
        examples=[4500],
    )
    strength_loss_per_day: Share = Field(
        description="share of the defenders lost each day under siege",
        examples=[{"lognormal": {"median": 0.0005, "sigma": 0.7}, "truncate": [0, 1]}],
    )


class Contestant(Entry):
    """One entrant of the races: one or more formations."""

    name: str = Field(description="name in tables, plots and reports", examples=["Tiger Forces"])
    side: str = Field(description="side it runs for", examples=["loyalists"])
    formations: Ids = Field(
        description="formations it consists of; each runs for one contestant", examples=[["m20_5corps", "m20_fatem"]]
    )


class Race(Entry):
    """Contestants and a finish each: the first to finish wins."""

    title: str = Field(description="what is raced for, in reports", examples=["First at the border on a main road"])
    headline: bool = Field(
        default=False, description="whether summaries speak of this race; of one at most", examples=[True]
    )
    finish: dict[str, Ids] = Field(
        description="contestant -> its finish, a list of places: it finishes when one of its formations takes part in "
        "taking one of them, or reaches it and links up, after the hold time",
        examples=[{"tiger": ["qaim_cross"], "sdf": ["qaim_cross", "east_bank_border"]}],
    )
