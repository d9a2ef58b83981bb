"""RaceModel as Mesa's users meet it: batch runs, collected data, and agents of their own."""

import mesa
import pytest

from sim.agents import Formation
from sim.ensemble import Ensemble
from sim.errors import UsageError
from sim.model import RaceModel
from sim.scenario.loading import load
from tests import toys


class Drone(mesa.Agent):
    """A reconnaissance drone over one formation: it sees rivals, and is seen, from further away."""

    def __init__(self, model, formation, range_km):
        """Fly over a formation, given by its id."""
        super().__init__(model)
        self.row, self.range_km = model.names["formations"].row(formation), range_km

    def encounters(self):
        """Look around, before the rule of the phase of this name looks for contacts."""
        self.model.world.formations[self.row].contact_range_km = self.range_km


def incidents(run, range_km=None):
    """Return the number of incidents of a run of two formations 9 km apart, with or without a drone."""
    toy = toys.changed(toys.contact(0.5), lambda t: t["rules"]["encounters"].update(contact_range_km=5))
    model = RaceModel(toys.scenario_of(toy), run=run)
    if range_km is not None:
        Drone(model, "r", range_km)
    while model.running:
        model.step()
    return len(model.tables().incidents)


def test_an_analysts_drone_changes_the_number_of_incidents():
    """Two formations out of each other's sight meet once one of them sees further."""
    assert [incidents(run) for run in range(3)] == [0, 0, 0]
    assert all(incidents(run, range_km=20.0) > 0 for run in range(3))


def test_a_drone_that_sees_no_further_changes_nothing():
    """An agent that writes what already stands there leaves the run as it was."""
    assert [incidents(run, range_km=5.0) for run in range(3)] == [incidents(run) for run in range(3)]


def test_batch_run_gives_the_rows_of_the_ensemble():
    """`mesa.batch_run` over runs of a shipped scenario, by name (needs `sim.scenario.loading.load`)."""
    rows = mesa.batch_run(
        RaceModel, {"scenario": "june_2017", "run": range(3)}, rng=[7], max_steps=100_000, display_progress=False
    )
    expected = Ensemble(load("june_2017")).simulate(7, 0, 3).runs.to_pandas()
    found = {row["run"]: row["winner"] for row in rows}
    assert found == dict(zip(expected["run"], expected["winner"], strict=True))


def test_a_model_stops_at_the_horizon():
    """`running` turns False at the horizon, not before."""
    model = RaceModel(toys.scenario_of(toys.line()))
    steps = 0
    while model.running:
        model.step()
        steps += 1
    assert model.day == pytest.approx(60.0) and steps == 240


def test_collected_data_follow_the_run():
    """The data collector looks as often as asked, at agents and outcomes."""
    model = RaceModel(toys.scenario_of(toys.line()), collect_every_days=5.0)
    while model.running:
        model.step()
    agents = model.datacollector.get_agenttype_vars_dataframe(Formation)
    assert set(agents["id"]) == {"r"} and len(agents) >= 12
    assert model.datacollector.get_model_vars_dataframe()["winner"].iloc[-1] == "r"


def test_agents_show_their_rows():
    """A formation's agent tells its position in ids and km, and stands on its cell."""
    model = RaceModel(toys.scenario_of(toys.line()))
    unit = next(iter(model.agents_by_type[Formation]))
    model.step()
    here, there, km = unit.position
    assert (here, there) == ("p0", "p1") and km == pytest.approx(0.25 * 11 * 0.9 * 0.7)
    assert unit.cell is model.space["p0"] and unit.activity == "advancing"


def test_a_seed_is_an_int():
    """A seed that cannot be repeated is refused with a sentence."""
    with pytest.raises(UsageError, match="takes an int"):
        RaceModel(toys.scenario_of(toys.line()), rng=None)
