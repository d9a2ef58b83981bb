"""The unit of a number, from the key that holds it: units stand in key names, and nowhere else."""

ENDINGS = {
    "_km_per_day": "km a day",
    "_days_per_day": "days a day",
    "_per_day_per_100_km": "a day and 100 km",
    "_per_100_km": "per 100 km",
    "_per_day": "a day",
    "_hours": "hours",
    "_days": "days",
    "_km": "km",
    "_men": "men",
    "_lat": "degrees",
    "_lon": "degrees",
    "_share": "share",
    "_probability": "probability",
    "_factor": "factor",
    "_exponent": "exponent",
    "_sigma": "sd of ln",
}
WITHOUT_ENDING = {
    "at_least": "places",
    "day": "day",
    "default_interest": "share",
    "engaged_per_defender": "men a man",
    "exchange_ratio": "factor",
    "feedback": "1 / tension",
    "fortification": "factor",
    "garrison_weight": "weight",
    "hazard_times": "factor",
    "incidents_per_day_moving": "a day",
    "incidents_per_day_settled": "a day",
    "interests": "share",
    "jump": "tension",
    "leave_odds": "men a man",
    "level": "tension",
    "line_roads": "roads",
    "loss_rate_per_day": "share a day",
    "low_supply_power": "share",
    "lowest_interest": "share",
    "obedience": "share",
    "odds_certain": "days a day",
    "odds_given_up": "days a day",
    "odds_pressed": "days a day",
    "odds_wanted": "days a day",
    "polygon": "degrees",
    "population": "inhabitants",
    "pushing_at_start": "probability",
    "quality": "factor",
    "quality_loss_per_day": "share a day",
    "reference_strength": "men x quality",
    "replacements_per_day": "share a day",
    "restraint": "share",
    "rival_near_interest": "factor",
    "sorties_for_full_support": "sorties a day",
    "sorties_per_day": "sorties a day",
    "stop_probability_channel": "probability",
    "stop_probability_struck": "probability",
    "strength_loss_per_day": "share a day",
    "support_when_preparing": "share",
    "tempo": "factor",
    "try_factor_after_strike": "factor",
    "try_factor_after_turn_back": "factor",
    "unsupported_clearing": "share",
    "use_halted_per_day": "days a day",
    "use_pushing_per_day": "days a day",
    "weights": "weight",
    "working": "probability",
}


def unit_of(key: str) -> str:
    """Return the unit of the number under a key of the schema, such as "men" for "strength_men"; "" for no number."""
    if key in WITHOUT_ENDING:
        return WITHOUT_ENDING[key]
    if key.startswith("weight_"):
        return "weight"
    return next((unit for ending, unit in ENDINGS.items() if f"_{key}".endswith(ending)), "")
