"""The World: a scenario and a run number as arrays."""
