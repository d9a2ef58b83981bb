"""Forces that race across a road network for the same objectives: the model, one run or thousands at a time.

Importing this package names the folder of compiled code and loads nothing heavy. The layers, each importing
only those below it: ensemble, model and agents; turn; rules, events and milestones; records; world; scenario;
draws; compiled; errors.
"""

from pathlib import Path

from sim.compiler_cache import use_cache_folder

__version__ = "0.10.1"

use_cache_folder(Path(__file__).parent)
