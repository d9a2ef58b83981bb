"""Runs the legs observed before the start as small scenarios, and holds the model's rates of advance to them.

`python calibration/back_cast.py` prints a table and draws docs/pictures/back_cast.png. Each leg of legs.csv is the
baseline with one formation on the move: set back to where it stood, the places of the leg in the hands of defenders (or
of nobody), everybody else without orders, no event. Nothing is fitted: the table says what the priors imply.
"""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from experiments.figures import style
from sim.ensemble import Ensemble
from sim.scenario.loading import Scenario, from_data, load

FOLDER = Path(__file__).parent
PICTURE = FOLDER.parent / "docs" / "pictures" / "back_cast.png"
RUNS, SEED, HORIZON_DAYS = 1000, 7, 400
LEVELS = (0.05, 0.5, 0.95)
WIDEST = 10.0
DONE = "leg_done"


def legs() -> list[dict[str, str]]:
    """Return the rows of legs.csv."""
    with (FOLDER / "legs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scenario_of(leg: dict[str, str]) -> Scenario:
    """Return the baseline changed to one leg."""
    data = json.loads(load("june_2017").text)
    start, *places = [one.strip() for one in leg["path"].split(">")]
    data |= {"start_date": leg["start_date"], "horizon_days": HORIZON_DAYS, "events": quiet(data["events"])}
    for one, unit in data["formations"].items():
        unit["orders"] = [{"objective": place} for place in places] if one == leg["formation"] else []
    data["formations"][leg["formation"]]["start"] = start
    for place in places:
        data["places"][place]["holder"] = "isis" if leg["defenders_men"] else None
    if leg["defenders_men"]:
        data["garrisons"]["leg_defenders"] = defenders(leg, places)
    if leg["interest"]:
        command = data["formations"][leg["formation"]]["command"]
        data["commands"][command]["interests"] |= {place: read(leg["interest"]) for place in places}
    data["rules"]["commands"]["clear_reach_km"] = 0  # nobody else does the leg's work
    data["rules"]["march"]["pushing_at_start"] = read(leg["interest"])  # each leg began with a capture
    if leg["pause_days"]:
        data["rules"]["march"]["pause_days"] = read(leg["pause_days"])
    reached = {"places": places[-1:], "formations": [leg["formation"]]}
    data["milestones"][DONE] = {"title": leg["title"], "reached": reached}
    data["sources"] = {}  # what is cited here is listed in the baseline
    return from_data(data, leg["leg"])


def quiet(events: dict[str, Any]) -> dict[str, Any]:
    """Return events of which none happens."""
    return {one: event | {"probability": 0} for one, event in events.items()}


def defenders(leg: dict[str, str], places: list[str]) -> dict[str, Any]:
    """Return the garrison of a leg."""
    return {
        "name": leg["title"], "side": "isis", "command": "isis_command", "insurgent": True, "places": places,
        "strength_men": read(leg["defenders_men"]), "source": leg["source"],
        "quality": {"lognormal": {"median": 1.1, "sigma": 0.2}, "group": "isis_quality"},
    }  # fmt: skip


def read(text: str) -> Any:
    """Return a number or distribution written as in a scenario file."""
    return YAML(typ="safe").load(text)


def rates_km_per_day(leg: dict[str, str], count: int) -> np.ndarray:
    """Return the rate of advance in each run (float); a leg not done by the horizon counts with the horizon's rate."""
    runs = Ensemble(scenario_of(leg)).simulate(SEED, 0, count).runs
    days = np.nan_to_num(np.array(runs[f"arrival_day:{DONE}"].to_pylist(), float), nan=float(HORIZON_DAYS))
    return float(leg["road_km"]) / days


def compared(leg: dict[str, str], count: int = RUNS) -> dict[str, Any]:
    """Return a leg's title, its observed rate and the model's 5, 50 and 95 % rates over so many runs."""
    low, middle, high = np.quantile(rates_km_per_day(leg, count), LEVELS)
    observed = float(leg["road_km"]) / float(leg["days"])
    return {"title": leg["title"], "observed": observed, "low": low, "middle": middle, "high": high}


def verdict(row: dict[str, Any]) -> str:
    """Return whether an observed rate lies inside the model's 90 % interval, and whether that is narrow enough."""
    inside = "inside" if row["low"] <= row["observed"] <= row["high"] else "OUTSIDE"
    return inside if row["high"] <= WIDEST * row["low"] else f"{inside}, ends differ more than {WIDEST:.0f} times"


def draw(rows: list[dict[str, Any]]) -> None:
    """Draw the model's intervals and the observed rates."""
    with style.in_style():
        figure = style.new_figure(8.6, 1.3 + 0.55 * len(rows))
        axes = figure.add_subplot()
        for height, row in enumerate(rows):
            axes.plot([row["low"], row["high"]], [height] * 2, color="#35618F", linewidth=5, solid_capstyle="butt")
            axes.plot([row["middle"]], [height], "o", color="white", markeredgecolor="black", markersize=7)
            axes.plot([row["observed"]], [height], "*", color="#D55E00", markeredgecolor="black", markersize=14)
        axes.set_yticks(range(len(rows)), [row["title"] for row in rows])
        axes.set(xscale="log", ylim=(len(rows) - 0.5, -0.5), xlabel="rate of advance, km a day")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.set_title("Legs observed before the start")
        note = f"Star: observed. Blue: 90 % of {RUNS:,} runs of the leg, dot: median."
        figure.supxlabel(note, fontsize=7.5, color="#555555", x=0.01, ha="left")
        figure.savefig(PICTURE, dpi=style.DPI, metadata={"Software": None})


def main() -> None:
    """Print the table and draw the picture."""
    rows = [compared(leg) for leg in legs()]
    print(f"{'leg':34} {'observed':>9} {'5 %':>7} {'median':>7} {'95 %':>7}  km a day")
    for row in rows:
        numbers = f"{row['observed']:9.2f} {row['low']:7.2f} {row['middle']:7.2f} {row['high']:7.2f}"
        print(f"{row['title']:34} {numbers}  {verdict(row)}")
    errors = [abs(np.log(row["middle"] / row["observed"])) for row in rows]
    print(f"median error: a factor of {np.exp(np.median(errors)):.2f}")
    draw(rows)


if __name__ == "__main__":
    main()
