"""The hazards of incidents in contact and of tries on the zone, from 18 May to 24 June.

`python calibration/incident_rate.py` prints both.

Incidents counted / days in contact, both uncertain. What the model's own rule takes off or adds (restraint
x obedience of both formations, a working channel, tension) is divided out with the priors, for the prior is of
the bare hazard; so is the share of incidents that are no clashes, since warnings went unrecorded. With n incidents the
posterior under Jeffreys' prior is gamma (n + 0.5, exposure); draws of the exposure widen it, and a gamma with the same
mean and variance is printed beside what the scenario has.

Tries on al-Tanf are known by the strikes that ended them. Strikes counted / days / the share of wishes to try that
obedience and the ladder, with a working channel, let come to a strike; then faded from the bypass of 9 June on.
"""

import csv
from pathlib import Path

import numpy as np
from ruamel.yaml import YAML

from sim.scenario.loading import load
from sim.scenario.numbers import Quantity
from sim.scenario.schema import ScenarioModel

FOLDER = Path(__file__).parent
WATCHED_DAYS, DAYS_SINCE_BYPASS = 38, 16  # 18 May to 24 June; 9 to 25 June
INTRUDER, ZONE = "badia_m2", "tanf_55km"
DRAWS, SEED = 200_000, 7


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a table beside this file."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def held_back(model: ScenarioModel, formation: str, draw: "Draw") -> np.ndarray:
    """Return 1 - restraint x obedience of a formation, as the model reckons it (the largest over the commands)."""
    unit, held = model.formations[formation], np.zeros(DRAWS)
    for command, obedience in unit.obedience.items():
        held = np.maximum(held, draw(model.commands[command].restraint) * draw(obedience))
    return 1.0 - held


class Draw:
    """Draws numbers of the scenario."""

    def __init__(self) -> None:
        """Start the luck."""
        self.luck = np.random.default_rng(SEED)

    def __call__(self, quantity: Quantity) -> np.ndarray:
        """Return draws of a number (float)."""
        return quantity.quantiles(np.clip(self.luck.random(DRAWS), 1e-9, 1 - 1e-9))


def exposure_days(model: ScenarioModel, contact: dict[str, str], draw: Draw) -> np.ndarray:
    """Return draws of the days in contact x what the rule makes of the bare hazard on them."""
    days = draw(Quantity.model_validate(YAML(typ="safe").load(contact["days"])))
    rules = model.rules
    tension = np.exp(draw(rules.tension.feedback) * draw(model.tensions[contact["tension"]].level))
    heat = np.minimum(draw(rules.tension.highest_factor), tension)
    with_channel = np.minimum(float(contact["days_with_channel"]) / days, 1.0)
    channel = 1.0 - with_channel * (1.0 - draw(rules.encounters.channel_factor))
    both = held_back(model, contact["formation"], draw) * held_back(model, contact["other_formation"], draw)
    return days * heat * channel * both


def clash_share(model: ScenarioModel) -> float:
    """Return the share of the model's incidents that are clashes, by the weights of their kinds."""
    rules = model.rules.encounters
    quiet = rules.weight_warning.median() + rules.weight_turn_back.median()
    loud = (rules.weight_strike, rules.weight_shelling, rules.weight_shoot_down, rules.weight_ground_clash)
    clashes = sum(weight.median() for weight in loud)
    return clashes / (clashes + quiet)


def share_struck(model: ScenarioModel, draw: Draw) -> np.ndarray:
    """Return draws of the share of wishes to try that end in a strike: nobody obeyed, three rungs did not stop it."""
    obedience = model.formations[INTRUDER].obedience
    heed = np.max([draw(obedience[one]) for one in model.zones[ZONE].asked_by], axis=0)
    goes_on = 1.0 - draw(model.rules.zones.stop_probability_channel)
    return (1.0 - heed) ** 2 * goes_on**3


def print_tries(model: ScenarioModel, draw: Draw) -> None:
    """Print the hazard of tries that the strikes on intruders imply, beside the scenario's."""
    strikes = sum(row["kind"] == "strike" and row["counted"] == "no" for row in rows("incidents.csv"))
    faded = 0.5 ** (DAYS_SINCE_BYPASS / draw(model.rules.zones.try_half_life_days))
    rate = WATCHED_DAYS * float(np.mean(share_struck(model, draw))) / float(np.mean(faded))
    print(f"strikes on intruders: {strikes} in {WATCHED_DAYS} days; hazard of a try, before obedience, at the start:")
    print(f"as a gamma: {{gamma: {{shape: {strikes + 0.5:.2g}, rate: {rate:.2g}}}}}; "
          f"the scenario has {model.rules.zones.try_per_day}")  # fmt: skip


def main() -> None:
    """Print the posteriors and the scenario's priors."""
    model, draw = load("june_2017").model, Draw()
    count = sum(row["counted"] == "yes" for row in rows("incidents.csv"))
    exposure = sum((exposure_days(model, contact, draw) for contact in rows("contacts.csv")), np.zeros(DRAWS))
    hazard = draw.luck.gamma(count + 0.5, 1.0, DRAWS) / exposure / clash_share(model)
    shape = hazard.mean() ** 2 / hazard.var()
    prior = model.rules.encounters.incidents_per_day_moving
    levels = np.array([0.05, 0.5, 0.95])
    print(f"incidents counted: {count} of {len(rows('incidents.csv'))}")
    print(f"days in contact x rule: median {np.median(exposure):.1f} (90 %: {np.quantile(exposure, 0.05):.1f} to "
          f"{np.quantile(exposure, 0.95):.1f})")  # fmt: skip
    print("bare hazard, incidents a day of contact:  5 %    median  95 %")
    print(f"  from these incidents                  {''.join(f'{one:8.3f}' for one in np.quantile(hazard, levels))}")
    print(
        f"  the scenario's prior                  {''.join(f'{one:8.3f}' for one in prior.quantiles(levels))}   {prior}"
    )
    print(f"as a gamma: {{gamma: {{shape: {shape:.2g}, rate: {shape / hazard.mean():.3g}}}}}")
    print_tries(model, draw)


if __name__ == "__main__":
    main()
