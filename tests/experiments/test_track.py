"""One run followed day by day, the runs worth following, and the animation."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from experiments.figures import movie
from experiments.track import distances, follow, told_runs, typical
from sim.ensemble import Ensemble
from sim.errors import UsageError
from sim.scenario.loading import from_data
from tests import toys


def scenario(toy):
    """Return a toy as a scenario that has been validated."""
    return from_data(json.loads(json.dumps(toy)), "toy")


def test_a_track_starts_and_ends_as_the_run_does():
    """Holders, men and positions at the horizon are the ensemble's; a day each."""
    war = scenario(toys.small_war())
    track = follow(war, 1, 3)
    ensemble = Ensemble(war)
    world = ensemble.replay(1, 3)
    assert track.lat.shape == (51, len(track.formations)) and track.holders.shape == (51, len(war.model.places))
    ids = [*ensemble.blueprint.names["sides"].ids, ""]
    assert track.holders[-1].tolist() == [ids[row] for row in world.places["holder"]]
    assert track.strength_men[-1] == pytest.approx(world.formations["strength_men"])
    assert track.holders[0].tolist() == [war.model.places[one].holder or "" for one in track.places]


def test_positions_lie_on_the_road_at_the_distance_gone():
    """On the line of 4 x 37 km at 11 x 0.7 x 0.9 km a day, due east along a parallel."""
    track = follow(scenario(toys.line()), 1, 0)
    gone = np.minimum(11 * 0.7 * 0.9 * track.days / 37.0, 4.0)
    assert track.lon[:, 0] == pytest.approx(38 + 0.4 * gone, abs=2e-4)
    assert track.lat[:, 0] == pytest.approx(35.0, abs=1e-3)


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=30))
def test_distances_are_those_of_a_double_loop(values):
    """Summed over all others, in units of the range."""
    found = distances(np.array(values))
    spread = max(values) - min(values)
    expected = [sum(abs(a - b) for b in values) / spread if spread else 0.0 for a in values]
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)


MANIFEST = {"horizon_days": 100}


def runs_of(days):
    """Return a table of runs in which red wins on these days."""
    winners = ["nobody" if np.isnan(day) else "red" for day in days]
    return pd.DataFrame({"run": np.arange(len(days)) + 5, "winner": winners, "finish_day": days,
                         "finish_day:main:red": days, "clashes:a-b:strike": 0})  # fmt: skip


def test_the_typical_run_is_the_one_in_the_middle():
    """The medoid of days is their median; the earliest and the latest are those; nobody counts as the horizon."""
    days = [10.0, 90.0, 30.0, np.nan, 35.0, 20.0]
    assert typical(runs_of(days), MANIFEST) == 7
    assert told_runs(runs_of(days), MANIFEST) == {"Typical run": 7, "Earliest finish": 5, "Latest finish": 6}
    assert told_runs(runs_of([np.nan] * 3), MANIFEST) == {"Typical run": 5}


def test_a_film_has_a_frame_a_day(tmp_path):
    """GIF and MP4; the sides' colours come out right; nothing unfinished stays."""
    toy = scenario(toys.line() | {"horizon_days": 12})
    manifest = {"scenario": "toy", "scenario_hash": "ab12", "seed": 1, "runs": [0, 1], "start_date": "2020-01-01"}
    done = []
    path = tmp_path / "run.gif"
    movie.write_movie(
        toy, follow(toy, 1, 0), [(2.0, "Event: a")], path, manifest, lambda one, of, _: done.append((one, of))
    )
    with Image.open(path) as film:
        assert film.n_frames == 13
        film.seek(12)
        colours = {colour for _, colour in film.convert("RGB").getcolors(100000)}
    assert done == [(day + 1, 13) for day in range(13)]
    assert min(max(abs(a - b) for a, b in zip(colour, (0x77, 0x77, 0x77), strict=True)) for colour in colours) <= 3
    movie.write_movie(toy, follow(toy, 1, 0), [], tmp_path / "run.mp4", manifest)
    assert (tmp_path / "run.mp4").read_bytes()[4:8] == b"ftyp"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["run.gif", "run.mp4"]


def test_other_kinds_of_film_are_refused(tmp_path, monkeypatch):
    """The message says which are allowed, and what an .mp4 needs."""
    with pytest.raises(UsageError, match=r"\.gif or \.mp4"):
        movie.writer_for(tmp_path / "run.avi", [])
    monkeypatch.setattr(movie, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match="race-sim\\[movie\\]"):
        movie.writer_for(tmp_path / "run.mp4", [])
