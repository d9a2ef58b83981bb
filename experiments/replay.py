"""One run of a batch, made again and told day by day; the sentences are those of `experiments.story`."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from experiments.manifest import Manifest, read, read_scenario
from experiments.story import Story
from experiments.track import each_day
from sim.ensemble import Ensemble
from sim.errors import UsageError
from sim.scenario.loading import Scenario


def told(scenario: Scenario, seed: int, run: int) -> tuple[list[tuple[float, str]], list[str]]:
    """Return a run's story as (day, sentence) in order, and its ending, a line a formation."""
    ensemble = Ensemble(scenario)
    while True:
        story = watched(scenario, ensemble, seed, run)
        if story.world.clock[0].overflow == 0:
            return story.days(), list(story.ending())
        ensemble.grow()


def watched(scenario: Scenario, ensemble: Ensemble, seed: int, run: int) -> Story:
    """Carry a run to its horizon, or to where it has no room for its log, and return its story."""
    days = each_day(ensemble, seed, run, logging=True)
    story = Story(scenario, ensemble, next(days))
    for world in days:
        if world.clock[0].overflow == 1:
            break
        story.look()
    return story


def heading(start: date, day: int) -> str:
    """Return the heading of a day."""
    return f"\n{start + timedelta(days=day):%d %B %Y} (day {day})"


def tell(directory: Path, run: int) -> Iterator[str]:
    """Yield the lines of a run of the batch in a folder, under a heading for each day; see `manifest_with`."""
    manifest, scenario = manifest_with(directory, run), read_scenario(directory)
    sentences, ending = told(scenario, int(manifest["seed"]), run)
    today, last = -1, scenario.model.horizon_days - 1
    for day, sentence in sentences:
        if min(int(day), last) != today:
            today = min(int(day), last)
            yield heading(scenario.model.start_date, today)
        yield f"  {sentence}"
    yield "\nAt the horizon"
    for line in ending:
        yield f"  {line}"


def manifest_with(directory: Path, run: int) -> Manifest:
    """Return the manifest of the batch in a folder. Raises UsageError for a run, or a batch, that is not there."""
    manifest = read(Path(directory))
    first, stop = manifest["runs"]
    if not first <= run < stop:
        raise UsageError(f"--run {run}: the batch in {directory} holds runs {first} to {stop - 1}")
    return manifest
