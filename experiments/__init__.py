"""Experiments with the model: batches of runs, designs, comparisons, plots, reports, the command line.

From a notebook: `experiments.run(...)`, which is `experiments.batch.run`.
"""


def __getattr__(name: str) -> object:
    # Loading the compiler and the tables takes seconds, which `race --help` does not have.
    if name == "run":
        from experiments.batch import run

        return run
    raise AttributeError(f"module 'experiments' has no attribute '{name}'")
