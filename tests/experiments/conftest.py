"""What the tests of batches share."""

import sys
from types import SimpleNamespace

import pytest

from experiments import workers
from tests.experiments.fake_batches import FakeEnsemble, fake_tables


@pytest.fixture
def fakes(monkeypatch):
    """Replace the ensemble, Mesa and the summary by fakes."""
    FakeEnsemble.trouble, FakeEnsemble.simulated = None, []
    monkeypatch.setattr("sim.ensemble.Ensemble", FakeEnsemble)
    monkeypatch.setattr("sim.model.simulate_with_mesa", lambda scenario, *stretch: fake_tables(*stretch))
    monkeypatch.setattr(workers, "HEARTBEAT_S", 0.01)
    fake_summary = SimpleNamespace(
        summarise=lambda runs, made, failed: {"runs": len(runs), "failed_runs": failed, "seed": made["seed"]}
    )
    monkeypatch.setitem(sys.modules, "experiments.summary", fake_summary)
