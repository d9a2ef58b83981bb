"""Experiments with the model: batches of runs, comparisons, plots, reports, the command line.

From a notebook: `run(scenario, runs, seed)` gives a batch, `compare(base, *others)` holds scenarios against each other.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.batch import run
    from experiments.comparison import compare

__all__ = ["compare", "run"]


def __getattr__(name: str) -> object:
    # Loading the compiler and the tables takes seconds, which `race --help` does not have.
    if name == "run":
        from experiments.batch import run

        return run
    if name == "compare":
        from experiments.comparison import compare

        return compare
    raise AttributeError(f"module 'experiments' has no attribute '{name}'")
