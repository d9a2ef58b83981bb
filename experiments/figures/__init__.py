"""Pictures: each a figure with the table it was drawn from; `experiments.plots` says which a batch gets."""
