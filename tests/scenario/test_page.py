"""The examples of scenarios/README.md, copied as a newcomer would, match their closed forms."""

import math
import re
import statistics
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from experiments.batch import run
from sim.scenario.differences import differences
from sim.scenario.loading import load

PAGE = (Path(__file__).parents[2] / "scenarios" / "README.md").read_text(encoding="utf-8")
OVERLAY, LINE, ZONE = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)


def runs_of(data, folder, count):
    """Write a scenario file, run it, return the table of runs."""
    file = folder / "mine.yaml"
    if isinstance(data, str):
        file.write_text(data, encoding="utf-8")
    else:
        YAML().dump(data, file)
    return run(file, runs=count, seed=3, out=folder / "out", workers=1).table("runs")


def test_the_overlay(tmp_path):
    """It changes what it says, and nothing else."""
    (tmp_path / "mine.yaml").write_text(OVERLAY, encoding="utf-8")
    changed = load(tmp_path / "mine.yaml")
    paths = [one.path for one in differences(load("june_2017"), changed)]
    assert paths == ["zones.zaqf_outpost", "formations.mat.orders", "garrisons.isis_sukhnah.strength_men"]
    assert changed.model.garrisons["isis_sukhnah"].strength_men.constant == 2000


def line():
    """Return the line of the page as data."""
    return YAML(typ="safe").load(LINE)


def test_the_line(tmp_path):
    """120 km at 10 x 1.2 x 1.0 km a day: day 10 in every run."""
    runs = runs_of(LINE, tmp_path, 5)
    assert runs["finish_day"].tolist() == pytest.approx([10.0] * 5)
    assert (runs["winner"] == "column").all()


def test_the_duel(tmp_path):
    """Two lognormal tempos: P(first) as the page says."""
    data = line() | {"horizon_days": 400}
    data["sides"]["green"] = {"name": "Green", "push_rate_km_per_day": 12}
    data["commands"]["green_command"] = {"name": "Green command", "side": "green"}
    data["places"] |= {
        "d": {"name": "D", "lat": 1.0, "lon": 0.0, "country": "Land", "kind": "village"},
        "e": {"name": "E", "lat": 1.0, "lon": 1.2, "country": "Land", "kind": "village"},
    }
    data["roads"]["d--e"] = {"from": "d", "to": "e", "class": "road", "length_km": 160}
    data["formations"]["column"]["tempo"] = {"lognormal": {"median": 1, "sigma": 0.4}}
    data["formations"]["other"] = {
        "name": "Other", "side": "green", "command": "green_command", "start": "d", "strength_men": 1000,
        "tempo": {"lognormal": {"median": 1, "sigma": 0.2}}, "orders": [{"objective": "e"}],
    }  # fmt: skip
    data["contestants"]["other"] = {"name": "Other", "side": "green", "formations": ["other"]}
    data["races"]["line"]["finish"]["other"] = ["e"]
    runs = runs_of(data, tmp_path, 2000)
    expected = statistics.NormalDist().cdf((math.log(10 / 120) - math.log(12 / 160)) / math.hypot(0.4, 0.2))
    error = math.sqrt(expected * (1 - expected) / len(runs))
    assert (runs["winner"] == "column").mean() == pytest.approx(expected, abs=3 * error)


@pytest.mark.parametrize("defies", [False, True])
def test_the_zone(tmp_path, defies):
    """Nobody enters who respects it; one who defies it first tries after an exponential time of mean 10 days."""
    data = line() | YAML(typ="safe").load(ZONE) | {"horizon_days": 10}
    data["sides"]["red"] = {"name": "Red"}
    data["commands"]["red_command"] = {"name": "Red command", "side": "red"}
    data["formations"]["column"] |= {"start": "b", "defies": ["ring"] if defies else []}
    runs = runs_of(data, tmp_path, 1000)
    expected = 1 - math.exp(-1.0) if defies else 0.0
    assert (runs["fired:zone_try"] > 0).mean() == pytest.approx(expected, abs=0.05)
    if not defies:
        assert (runs["winner"] == "nobody").all()
