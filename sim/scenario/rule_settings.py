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

    source: Sources = []
    confidence: Literal["low", "medium", "high"] | None = None
    note: str = ""


class MarchSettings(Section):
    """Administrative march and advance (MODEL rule 1)."""

    push_days: NonNegative = Field(
        default=off(), description="median length of a push at interest 1; pause_days 0: no pauses"
    )
    push_sigma: NonNegative = off()
    pause_days: NonNegative = Field(default=off(), description="median length of a pause at interest 1")
    pause_sigma: NonNegative = off()
    pushing_at_start: Share = Field(default=off(), description="probability that a formation starts on a fresh push")
    lowest_interest: Share = Field(default=off(1.0), description="pauses / interest, pushes x interest, not below this")
    stretch_per_100_km: NonNegative = Field(default=off(), description="advance slows by 1 / (1 + this x km / 100)")


class RouteSettings(Section):
    """Choice of road (MODEL rule 2)."""

    out_of_sector_factor: AtLeastOne = Field(default=off(1.0), description="expected time off the sector x this")
    bypass_factor: AtLeastOne = Field(default=off(1.0), description="expected fighting days x this when bypassing")
    bridging_days: NonNegative = Field(default=off(), description="time to cross where the bridge is destroyed")
    hysteresis_share: Share = Field(default=off(), description="a new way must be shorter by this share")


class SupplySettings(Section):
    """Days of supply (MODEL rule 3)."""

    stock_days: Positive = Field(default=off(10.0), description="what a formation can carry")
    use_pushing_per_day: NonNegative = off()
    use_halted_per_day: NonNegative = off()
    refill_days_per_day: NonNegative = Field(default=off(), description="at the base itself")
    refill_half_km: Positive = Field(default=off(400.0), description="refill / (1 + road km from base / this)")
    push_threshold_days: NonNegative = Field(default=off(), description="no push below this")
    quality_loss_per_day: Share = Field(default=off(), description="at zero supply")
    replacements_per_day: Share = Field(default=off(), description="share of the deficit made good a day while halted")


class AssaultSettings(Section):
    """Fights for held places (MODEL rule 4)."""

    loss_rate_per_day: NonNegative = Field(default=off(0.02), description="share a day at reference_men, equal power")
    reference_men: Positive = off(15000.0)
    size_exponent: NonNegative = Field(default=off(), description="loss rate x (reference_men / men) ^ this")
    mixing_exponent: Share = Field(default=off(0.5), description="0 square law, 0.5 linear, 1 logarithmic")
    exchange_ratio: Positive = Field(default=off(1.0), description="attacker's losses / x this, defender's / this")
    attacker_breakpoint_share: Share = Field(default=off(1.0), description="share lost in one assault at which it ends")
    preparation_sigma: NonNegative = off()
    refit_days: NonNegative = Field(default=off(), description="median refit after a beaten assault")
    refit_sigma: NonNegative = off()
    unsupported_clearing: Share = Field(
        default=off(1.0), description="pace of clearing without air support, of that with"
    )
    leave_odds: NonNegative = Field(default=off(), description="odds in men above which a garrison may leave")
    leave_probability: Share = off()
    withdrawal_share: Share = Field(default=off(), description="share of beaten defenders that get away")
    low_supply_power: Share = Field(default=off(1.0), description="power of an attacker at zero supply")
    full_power_stock_share: Positive = Field(
        default=off(0.5), description="share of the stock from which power is full"
    )


class InsurgentSettings(Section):
    """Insurgent garrisons fight back (MODEL rule 5)."""

    reinforcement_per_day: NonNegative = Field(default=off(), description="for each of its places under assault")
    reinforcement_share: Share = Field(default=off(), description="share of the sender's men that go")
    reinforcement_reach_km: NonNegative = off()
    raids_per_day_per_100_km: NonNegative = Field(default=off(), description="of thinly held enemy road within reach")
    raid_reach_km: NonNegative = off()
    raid_least_men: NonNegative = Field(default=off(), description="a garrison below this does not raid")
    raid_cut_days: NonNegative = Field(default=off(), description="median length of a cut")
    raid_cut_sigma: NonNegative = off()
    raid_loss_share: Share = Field(default=off(), description="largest share of men lost by the raider and the raided")
    raid_retake_probability: Share = Field(default=off(), description="a raid retakes a weakly held place")
    weak_garrison_men: NonNegative = Field(default=off(), description="a place with fewer men is weakly held")
    counter_attack_probability: Share = Field(default=off(), description="after a defeat")
    counter_attack_delay_days: Positive = Field(default=off(1.0), description="after the defeat")
    counter_attack_reach_km: NonNegative = off()
    counter_attack_loss_share: Share = Field(default=off(), description="largest share of men lost on both sides")


class EncounterSettings(Section):
    """Incidents between rivals in contact (MODEL rule 6)."""

    contact_range_km: NonNegative = off()
    incidents_per_day_moving: NonNegative = Field(default=off(), description="while a formation advances in contact")
    incidents_per_day_settled: NonNegative = Field(default=off(), description="while both stand, or on an agreed line")
    channel_factor: Share = Field(default=off(1.0), description="incidents x this while the channel works")
    weight_warning: NonNegative = off()
    weight_turn_back: NonNegative = off()
    weight_strike: NonNegative = off()
    weight_shelling: NonNegative = off()
    weight_shoot_down: NonNegative = off()
    weight_ground_clash: NonNegative = off(1.0)
    loss_share: Share = Field(default=off(), description="largest share of men lost in a clash")
    pause_days: NonNegative = Field(default=off(), description="mean halt after a clash")
    withdraw_probability: Share = Field(default=off(), description="the weaker falls back to its last place")
    line_agreed_per_day: NonNegative = Field(default=off(), description="a day of contact with a working channel")
    line_broken_probability: Share = Field(default=off(), description="when a formation would move on across a line")
    line_kept_days: NonNegative = Field(default=off(), description="median time it stops at the line if it keeps it")
    line_kept_sigma: NonNegative = off()
    air_withdrawn_days: NonNegative = Field(default=off(), description="mean time an arm stays away after a shoot-down")


class ZoneSettings(Section):
    """Forbidden ground and the enforcer's ladder (MODEL rule 7)."""

    try_per_day: NonNegative = Field(default=off(), description="a formation that defies a zone starts to close in")
    try_factor_after_strike: Share = off(1.0)
    try_half_life_days: NonNegative = Field(default=off(), description="tries fade; 0: they do not")
    rung_days: Positive = Field(default=off(0.25), description="time between rungs of the ladder")
    stop_probability: Share = Field(default=off(), description="the intruder stops at a rung, without a channel")
    stop_probability_channel: Share = Field(default=off(), description="the same while the channel works")
    stop_probability_struck: Share = Field(default=off(), description="the same once it has been struck")
    strike_loss_share: Share = Field(default=off(), description="largest share of men lost to a strike")


class TensionSettings(Section):
    """How tension feeds back (MODEL rule 8)."""

    feedback: NonNegative = Field(default=off(), description="incidents x exp(this x tension)")
    highest_factor: AtLeastOne = off(1.0)


class CommandSettings(Section):
    """Daily decisions (MODEL rule 9)."""

    rival_near_km: NonNegative = Field(default=off(), description="a rival this near to an objective...")
    rival_near_interest: AtLeastOne = Field(default=off(1.0), description="...raises its interest by this factor")
    mend_reach_km: NonNegative = Field(default=off(), description="free formations go this far to mend the rear")
    support_when_preparing: Share = Field(default=off(), description="claim on sorties before the assault starts")


class SiegeSettings(Section):
    """The siege's clock (MODEL rule 10)."""

    falls_exponent: NonNegative = Field(default=off(), description="hazard x (reference strength / strength) ^ this")


class ControlSettings(Section):
    """When ground changes hands (MODEL rule 11)."""

    hold_days: NonNegative = Field(default=off(), description="time a place is held before it changes hands")
    detachment_share: Share = Field(default=off(), description="share of the taker's men left behind")
    rear_garrison_men: NonNegative = Field(default=off(), description="men in a held place no garrison lists")


class Rules(BaseModel):
    """All rules' settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    march: MarchSettings = MarchSettings()
    route: RouteSettings = RouteSettings()
    supply: SupplySettings = SupplySettings()
    assault: AssaultSettings = AssaultSettings()
    insurgents: InsurgentSettings = InsurgentSettings()
    encounters: EncounterSettings = EncounterSettings()
    zones: ZoneSettings = ZoneSettings()
    tension: TensionSettings = TensionSettings()
    commands: CommandSettings = CommandSettings()
    siege: SiegeSettings = SiegeSettings()
    control: ControlSettings = ControlSettings()
