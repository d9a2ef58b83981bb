"""One run under two scenarios: the same luck, told side by side from the day on which the two stories part."""

import difflib
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from experiments import comparison, manifest, replay
from sim.scenario.loading import Scenario, load

type Told = list[tuple[float, str]]
BOTH, BASE, OTHER = "    ", "  - ", "  + "


def tell(directory: Path, run: int, against: str | None, sets: Sequence[str] = ()) -> Iterator[str]:
    """Yield the lines of both stories of a run of the batch (or of the comparison's base) in a folder.

    `against`: a scenario of the comparison, the folder of a batch, or a scenario's name or path; None for the batch's
    own scenario. `sets`: changes to it, as of `--set`.
    """
    folder = comparison.base_folder(directory)
    ours = replay.manifest_with(folder, run)
    seed, base = int(ours["seed"]), manifest.read_scenario(folder)
    other = load(against or ours["scenario"], sets) if sets else scenario_of(directory, against or ours["scenario"])
    (here, here_ends), (there, there_ends) = replay.told(base, seed, run), replay.told(other, seed, run)
    day = day_they_part(here, there)
    yield f"run {run} of seed {seed}:  - {base.name}  + {other.name}  (unmarked: both)"
    if day is None:
        yield "\nNothing differs, from the first day to the horizon."
        return
    yield f"They part on day {day}; before it both tell the same {sum(int(at) < day for at, _ in here)} sentences."
    yield from days_of_both(base, here, there, day)
    yield "\nAt the horizon"
    yield from marked(here_ends, there_ends)


def scenario_of(directory: Path, against: str) -> Scenario:
    """Return the scenario that `against` means; see `tell`. Raises ScenarioError or UsageError."""
    within = directory / comparison.BATCH_FOLDER / against
    for folder in (within, Path(against)):
        if (folder / manifest.FILE_NAME).is_file():
            return manifest.read_scenario(folder)
    return load(against)


def day_they_part(here: Told, there: Told) -> int | None:
    """Return the day of the first sentence that is not the same in both, None where all are."""
    for one, other in zip(here, there, strict=False):
        if (int(one[0]), one[1]) != (int(other[0]), other[1]):
            return int(min(one[0], other[0]))
    if len(here) == len(there):
        return None
    longer = max(here, there, key=len)
    return int(longer[min(len(here), len(there))][0])


def days_of_both(scenario: Scenario, here: Told, there: Told, first: int) -> Iterator[str]:
    """Yield both stories day by day from day `first` on."""
    ours, theirs = by_day(here), by_day(there)
    for day in sorted({*ours, *theirs}):
        if day >= first:
            yield replay.heading(scenario.model.start_date, day)
            yield from marked(ours.get(day, []), theirs.get(day, []))


def by_day(told: Told) -> dict[int, list[str]]:
    """Return the sentences of each day."""
    return {day: [text for _, text in rows] for day, rows in groupby(told, key=lambda row: int(row[0]))}


def marked(ours: list[str], theirs: list[str]) -> Iterator[str]:
    """Yield the lines of two lists, merged in order: unmarked what both have, - what only ours, + what only theirs."""
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield from (BOTH + line for line in ours[a:b])
        else:
            yield from (BASE + line for line in ours[a:b])
            yield from (OTHER + line for line in theirs[c:d])
