"""The settings of the rules: one section a rule, every number with its unit; the default of a setting is "off".

The defaults make a small scenario simple: what is not written does not happen. A campaign's own figures stand in
its scenario file, each with a source or the word "assumption".
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from sim.scenario.numbers import AtLeastOne, NonNegative, Positive, Quantity, Share, Sources


def off(value: float = 0.0) -> Quantity:
    """Return the constant that switches a setting off."""
    return Quantity(value=value)


class Section(BaseModel):
    """One rule's settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Sources = Field(
        default=[],
        description="where the section's numbers come from: keys of the list of sources, or `assumption`",
        examples=[["assumption"]],
    )
    confidence: Literal["low", "medium", "high"] | None = Field(
        default=None, description="how far the source is to be trusted", examples=["medium"]
    )
    note: str = Field(default="", description="a sentence of why", examples=["after Helmbold (1990)"])


class MarchSettings(Section):
    """Administrative march and advance (MODEL rule 1)."""

    push_days: NonNegative = Field(
        default=off(),
        description="median length of a push at interest 1; times the interest",
        examples=[{"lognormal": {"median": 6, "sigma": 0.4}}],
    )
    push_sigma: NonNegative = Field(default=off(), description="spread of a push's length", examples=[0.5])
    pause_days: NonNegative = Field(
        default=off(),
        description="median length of a pause at interest 1; divided by the interest; 0: no pauses",
        examples=[{"lognormal": {"median": 3, "sigma": 0.4}}],
    )
    pause_sigma: NonNegative = Field(default=off(), description="spread of a pause's length", examples=[0.6])
    pushing_at_start: Share = Field(
        default=off(), description="probability that a formation starts on a fresh push", examples=[0.5]
    )
    lowest_interest: Share = Field(
        default=off(1.0), description="pushes and pauses take no interest below this", examples=[0.1]
    )
    stretch_per_100_km: NonNegative = Field(
        default=off(),
        description="the advance slows by 1 / (1 + this x km from base / 100)",
        examples=[{"lognormal": {"median": 0.167, "sigma": 0.4}}],
    )


class RouteSettings(Section):
    """Choice of road (MODEL rule 2)."""

    out_of_sector_factor: AtLeastOne = Field(
        default=off(1.0),
        description="expected time to a place outside the formation's sector x this",
        examples=[{"triangular": [2, 3, 5]}],
    )
    bypass_factor: AtLeastOne = Field(
        default=off(1.0),
        description="expected days of fights on the way x this under the stance bypass",
        examples=[{"uniform": [1, 3]}],
    )
    bridging_days: NonNegative = Field(
        default=off(),
        description="time to cross where the bridge is destroyed, once a crossing",
        examples=[{"lognormal": {"median": 5, "sigma": 0.6}}],
    )
    redeployment_factor: AtLeastOne = Field(
        default=off(1.0),
        description="days of march on own ground x this when ways are weighed: who goes round leaves a front",
        examples=[{"triangular": [3, 5, 8]}],
    )
    hysteresis_share: Share = Field(
        default=off(), description="a new way is taken if it saves more than this share of what is left", examples=[0.1]
    )


class SupplySettings(Section):
    """Days of supply (MODEL rule 3)."""

    stock_days: Positive = Field(default=off(10.0), description="what a formation can carry", examples=[10])
    use_pushing_per_day: NonNegative = Field(
        default=off(), description="days of supply that moving or fighting uses", examples=[1.0]
    )
    use_halted_per_day: NonNegative = Field(
        default=off(), description="days of supply that halting uses", examples=[0.4]
    )
    refill_days_per_day: NonNegative = Field(
        default=off(),
        description="days of supply that come to a formation at the base itself",
        examples=[{"triangular": [1.5, 2, 2.5]}],
    )
    refill_half_km: Positive = Field(
        default=off(400.0),
        description="refill / (1 + road km from base / this)",
        examples=[{"lognormal": {"median": 400, "sigma": 0.3}}],
    )
    push_threshold_days: NonNegative = Field(default=off(), description="no push begins below this", examples=[2])
    quality_loss_per_day: Share = Field(
        default=off(), description="share of its quality that a formation loses at zero supply", examples=[0.02]
    )
    replacements_per_day: Share = Field(
        default=off(),
        description="share of its losses made good while it halts in supply",
        examples=[{"uniform": [0.002, 0.006]}],
    )


class AssaultSettings(Section):
    """Fights for held places (MODEL rule 4)."""

    loss_rate_per_day: NonNegative = Field(
        default=off(0.02),
        description="share lost at `reference_men` and equal power",
        examples=[{"lognormal": {"median": 0.02, "sigma": 0.5}}],
    )
    reference_men: Positive = Field(
        default=off(15000.0), description="force for which `loss_rate_per_day` holds", examples=[15000]
    )
    size_exponent: NonNegative = Field(
        default=off(),
        description="loss rate x (reference_men / men) ^ this: small forces lose faster",
        examples=[{"uniform": [0.3, 0.5]}],
    )
    mixing_exponent: Share = Field(
        default=off(0.5), description="0 square law, 0.5 linear, 1 logarithmic", examples=[{"uniform": [0.4, 1.0]}]
    )
    exchange_ratio: Positive = Field(
        default=off(1.0),
        description="attackers' losses for each of the defenders' at equal numbers and power",
        examples=[{"lognormal": {"median": 1.0, "sigma": 0.3}}],
    )
    attacker_breakpoint_share: Share = Field(
        default=off(1.0),
        description="share lost in one assault at which the attacker breaks it off",
        examples=[{"uniform": [0.12, 0.3]}],
    )
    preparation_sigma: NonNegative = Field(
        default=off(), description="spread of the time to prepare an assault", examples=[0.5]
    )
    refit_days: NonNegative = Field(default=off(), description="median refit after a beaten assault", examples=[12])
    refit_sigma: NonNegative = Field(default=off(), description="spread of a refit's length", examples=[0.5])
    unsupported_clearing: Share = Field(
        default=off(1.0),
        description="pace of clearing block by block without air support, of that with",
        examples=[{"uniform": [0.2, 0.6]}],
    )
    odds_wanted: NonNegative = Field(
        default=off(),
        description="days the attackers would last over the defenders' below which a formation holds; 0: it never asks",
        examples=[1],
    )
    odds_patience_days: NonNegative = Field(
        default=off(), description="after so long `odds_pressed` is enough", examples=[{"triangular": [10, 20, 40]}]
    )
    odds_pressed: NonNegative = Field(
        default=off(), description="odds below which it does not even then", examples=[0.6]
    )
    odds_given_up: NonNegative = Field(
        default=off(),
        description="odds at the gate below which it goes back without a fight; one beaten disperses there",
        examples=[0.3],
    )
    odds_better_factor: NonNegative = Field(
        default=off(1.0),
        description="one beaten at a place wants odds better by this factor than those that it set out with",
        examples=[1.25],
    )
    odds_certain: NonNegative = Field(
        default=off(),
        description="odds at which nobody hesitates, beaten there before or not; 0: none are so good",
        examples=[3],
    )
    engaged_per_defender: NonNegative = Field(
        default=off(),
        description="at most so many attackers a defender are in a fight, as they do not find room; 0: no bound",
        examples=[6],
    )
    leave_odds: NonNegative = Field(
        default=off(), description="odds in men above which a garrison may leave; 0: never", examples=[4]
    )
    leave_probability: Share = Field(
        default=off(),
        description="that a garrison so outnumbered leaves, x its place's `leave_factor`",
        examples=[{"beta": {"a": 2, "b": 3}}],
    )
    withdrawal_share: Share = Field(
        default=off(), description="share of beaten defenders that get away", examples=[{"uniform": [0.3, 0.7]}]
    )
    low_supply_power: Share = Field(
        default=off(1.0),
        description="power of an attacker at zero supply, of its full power",
        examples=[{"uniform": [0.4, 0.7]}],
    )
    full_power_stock_share: Positive = Field(
        default=off(0.5), description="share of the stock from which power is full", examples=[0.5]
    )


class InsurgentSettings(Section):
    """Insurgent garrisons fight back (MODEL rule 5)."""

    reinforcement_per_day: NonNegative = Field(
        default=off(),
        description="hazard that a place of theirs under assault is reinforced",
        examples=[{"lognormal": {"median": 0.1, "sigma": 0.5}}],
    )
    reinforcement_share: Share = Field(
        default=off(),
        description="share of the sender's men that go, or that strike back",
        examples=[{"uniform": [0.1, 0.3]}],
    )
    reinforcement_most_share: NonNegative = Field(
        default=off(),
        description="in one assault no more come than this x the men there when it opened; 0: no such bound",
        examples=[1],
    )
    reinforcement_reach_km: NonNegative = Field(
        default=off(), description="reinforcements come from no farther", examples=[{"uniform": [40, 80]}]
    )
    raids_per_day_per_100_km: NonNegative = Field(
        default=off(),
        description="raids by a garrison on thinly held enemy road within reach",
        examples=[{"lognormal": {"median": 0.02, "sigma": 0.6}}],
    )
    raid_reach_km: NonNegative = Field(default=off(), description="a garrison raids no farther", examples=[40])
    raid_least_men: NonNegative = Field(default=off(), description="a garrison below this does not raid", examples=[60])
    raid_cut_days: NonNegative = Field(
        default=off(), description="median time for which a raid cuts a road", examples=[3]
    )
    raid_cut_sigma: NonNegative = Field(default=off(), description="spread of that time", examples=[0.4])
    raid_loss_share: Share = Field(
        default=off(),
        description="largest share of men lost by the raider and the raided; drawn evenly from 0",
        examples=[0.03],
    )
    raid_retake_probability: Share = Field(
        default=off(),
        description="that a raid retakes a weakly held end of its road",
        examples=[{"beta": {"a": 1.5, "b": 8}}],
    )
    weak_garrison_men: NonNegative = Field(
        default=off(), description="a place with fewer men is weakly held", examples=[{"uniform": [40, 90]}]
    )
    retake_least_men: NonNegative = Field(
        default=off(), description="fewer men retake nothing, strike nobody and help nobody", examples=[50]
    )
    counter_attack_probability: Share = Field(
        default=off(),
        description="that a garrison within reach strikes back after a defeat",
        examples=[{"beta": {"a": 2, "b": 4}}],
    )
    counter_attack_delay_days: Positive = Field(default=off(1.0), description="how long after the defeat", examples=[1])
    counter_attack_reach_km: NonNegative = Field(
        default=off(), description="counter-attacks come from no farther", examples=[{"uniform": [25, 50]}]
    )
    counter_attack_loss_share: Share = Field(
        default=off(), description="largest share of men lost on both sides; drawn evenly from 0", examples=[0.05]
    )


class EncounterSettings(Section):
    """Incidents between rivals in contact (MODEL rule 6)."""

    contact_range_km: NonNegative = Field(
        default=off(),
        description="rivals this near are in contact; 0: no encounters",
        examples=[{"triangular": [8, 15, 30]}],
    )
    incidents_per_day_moving: NonNegative = Field(
        default=off(),
        description="while one of the two advances or fights, without an agreed line",
        examples=[{"gamma": {"shape": 2.7, "rate": 7.5}}],
    )
    incidents_per_day_settled: NonNegative = Field(
        default=off(),
        description="while both stand, or on an agreed line",
        examples=[{"gamma": {"shape": 0.5, "rate": 90}}],
    )
    channel_factor: Share = Field(
        default=off(1.0), description="incidents x this while a channel works", examples=[{"uniform": [0.4, 0.9]}]
    )
    weight_warning: NonNegative = Field(default=off(), description="warnings among incidents", examples=[2])
    weight_turn_back: NonNegative = Field(default=off(), description="turn-backs among incidents", examples=[1])
    weight_strike: NonNegative = Field(
        default=off(), description="air strikes among incidents, where aircraft support one of the two", examples=[2]
    )
    weight_shelling: NonNegative = Field(default=off(), description="shelling among incidents", examples=[2])
    weight_shoot_down: NonNegative = Field(
        default=off(), description="shoot-downs among incidents, where aircraft support both", examples=[2]
    )
    weight_ground_clash: NonNegative = Field(
        default=off(1.0), description="ground clashes among incidents", examples=[1.5]
    )
    loss_share: Share = Field(
        default=off(), description="largest share of men lost in a clash; drawn evenly from 0", examples=[0.02]
    )
    pause_days: NonNegative = Field(default=off(), description="mean halt after a clash or a turn-back", examples=[1.5])
    withdraw_probability: Share = Field(
        default=off(),
        description="that the weaker falls back to its last place after a clash",
        examples=[{"uniform": [0.1, 0.4]}],
    )
    line_agreed_per_day: NonNegative = Field(
        default=off(),
        description="hazard that rivals in contact with a working channel agree a line",
        examples=[{"lognormal": {"median": 0.05, "sigma": 0.5}}],
    )
    line_broken_probability: Share = Field(
        default=off(), description="that a formation that would move on across a line breaks it", examples=[0.5]
    )
    line_roads: NonNegative = Field(
        default=off(), description="a line binds so many roads from the rival's ground; 0: no bound", examples=[3]
    )
    line_kept_days: NonNegative = Field(
        default=off(), description="median time it stops at the line if it keeps it, then it asks again", examples=[7]
    )
    line_kept_sigma: NonNegative = Field(default=off(), description="spread of that time", examples=[0.8])
    air_withdrawn_days: NonNegative = Field(
        default=off(), description="mean time an air arm stays away after a shoot-down", examples=[1]
    )


class ZoneSettings(Section):
    """Forbidden ground and the enforcer's ladder (MODEL rule 7)."""

    try_per_day: NonNegative = Field(
        default=off(),
        description="hazard that a formation which defies a zone starts to close in",
        examples=[{"gamma": {"shape": 3.5, "rate": 3.4}}],
    )
    try_factor_after_strike: Share = Field(
        default=off(1.0), description="tries x this for each strike suffered", examples=[0.5]
    )
    try_factor_after_turn_back: Share = Field(
        default=off(1.0),
        description="tries x this for each time it turned back short of a strike",
        examples=[{"uniform": [0.5, 0.9]}],
    )
    stop_days: NonNegative = Field(
        default=off(), description="halt of a formation that has stopped at a rung", examples=[{"uniform": [1, 5]}]
    )
    try_half_life_days: NonNegative = Field(
        default=off(),
        description="time in which the hazard of tries halves; 0: it does not fade",
        examples=[{"lognormal": {"median": 30, "sigma": 0.5}}],
    )
    rung_days: Positive = Field(default=off(0.25), description="time between rungs of the ladder", examples=[0.25])
    stop_probability: Share = Field(
        default=off(), description="that the intruder stops at a rung, without a channel", examples=[0.25]
    )
    stop_probability_channel: Share = Field(
        default=off(), description="the same while the channel works", examples=[0.35]
    )
    stop_probability_struck: Share = Field(
        default=off(), description="the same once it has been struck", examples=[{"beta": {"a": 3.5, "b": 0.5}}]
    )
    strike_loss_share: Share = Field(
        default=off(), description="largest share of men lost to a strike; drawn evenly from 0", examples=[0.1]
    )


class TensionSettings(Section):
    """How tension feeds back (MODEL rule 8)."""

    feedback: NonNegative = Field(default=off(), description="incidents x exp(this x tension)", examples=[0.5])
    highest_factor: AtLeastOne = Field(
        default=off(1.0), description="tension multiplies incidents by no more than this", examples=[3]
    )


class CommandSettings(Section):
    """Daily decisions (MODEL rule 9)."""

    rival_near_km: NonNegative = Field(default=off(), description="a rival this near to an objective...", examples=[40])
    rival_near_interest: AtLeastOne = Field(
        default=off(1.0),
        description="...raises its interest by this factor, to 1 at most",
        examples=[{"uniform": [1.2, 2.0]}],
    )
    mend_reach_km: NonNegative = Field(
        default=off(),
        description="who guards the rear, waits or is cut off goes this far by road to mend the rear; 0: nobody does",
        examples=[{"uniform": [60, 150]}],
    )
    mend_stay_days: NonNegative = Field(
        default=off(),
        description="a rear guard stays out at least so long after it was sent; 0: it comes back when all is well",
        examples=[{"triangular": [7, 14, 28]}],
    )
    clear_reach_km: NonNegative = Field(
        default=off(),
        description="with nothing to mend, a rear guard goes this far by road to clear a place; 0: nobody does",
        examples=[{"uniform": [40, 100]}],
    )
    help_reach_km: NonNegative = Field(
        default=off(),
        description="a rear guard, or a formation that waits for odds, goes this far by road to help allies; no less "
        "than to clear a place; one without orders left clears as far as this",
        examples=[{"uniform": [100, 200]}],
    )
    help_room_share: Share = Field(
        default=off(), description="who helps allies in an assault finds room for this share of his men", examples=[0.5]
    )
    clear_least_share: Share = Field(
        default=off(), description="one with fewer of its men left clears nothing", examples=[0.4]
    )
    support_when_preparing: Share = Field(
        default=off(), description="claim on sorties before the assault starts", examples=[0.4]
    )


class SiegeSettings(Section):
    """The siege's clock (MODEL rule 10)."""

    falls_exponent: NonNegative = Field(
        default=off(), description="hazard of falling x (reference strength / strength) ^ this", examples=[1]
    )
    besiegers_exponent: NonNegative = Field(
        default=off(), description="hazard of falling x (men of the ring / those at the start) ^ this", examples=[1]
    )


class ControlSettings(Section):
    """When ground changes hands (MODEL rule 11)."""

    hold_days: NonNegative = Field(
        default=off(), description="time a place is held before it changes hands", examples=[0.5]
    )
    detachment_share: Share = Field(
        default=off(), description="share of the takers' men left behind, at least", examples=[0.02]
    )
    detachment_men: NonNegative = Field(
        default=off(),
        description="men left behind in a place of `garrison_weight` 1, in others in proportion...",
        examples=[{"uniform": [50, 100]}],
    )
    detachment_most_share: Share = Field(default=off(1.0), description="...but not more of their men", examples=[0.05])
    detachment_lost_factor: NonNegative = Field(
        default=off(1.0), description="both x this in a place that their alliance has lost before", examples=[4]
    )
    rear_garrison_men: NonNegative = Field(
        default=off(), description="men in a held place no garrison lists", examples=[60]
    )


class Rules(BaseModel):
    """All rules' settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    march: MarchSettings = Field(default=MarchSettings(), description="march and advance")
    route: RouteSettings = Field(default=RouteSettings(), description="choice of road")
    supply: SupplySettings = Field(default=SupplySettings(), description="days of supply")
    assault: AssaultSettings = Field(default=AssaultSettings(), description="fights for held places")
    insurgents: InsurgentSettings = Field(default=InsurgentSettings(), description="insurgent garrisons fight back")
    encounters: EncounterSettings = Field(
        default=EncounterSettings(), description="incidents between rivals in contact"
    )
    zones: ZoneSettings = Field(default=ZoneSettings(), description="forbidden ground and the enforcer's ladder")
    tension: TensionSettings = Field(default=TensionSettings(), description="how tension feeds back")
    commands: CommandSettings = Field(default=CommandSettings(), description="daily decisions")
    siege: SiegeSettings = Field(default=SiegeSettings(), description="the siege's clock")
    control: ControlSettings = Field(default=ControlSettings(), description="when ground changes hands")
