"""What all tests share: no window for plots, and property tests that answer alike on every machine."""

import os

from hypothesis import HealthCheck, settings

os.environ["MPLBACKEND"] = "Agg"

settings.register_profile(
    "project",
    deadline=None,  # the first example may wait for the compiler
    derandomize=True,
    database=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("project")
