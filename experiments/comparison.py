"""Scenarios run with the same luck and held against each other: what changes, by how much, how surely.

From a notebook:

    from experiments import compare
    comparison = compare("june_2017", "no_russian_air", runs=1000)
    comparison.changes().query("measure == 'first'")
"""

import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments import contrast, tables
from experiments import manifest as manifests
from experiments.batch import (
    PLOTS_FOLDER,
    REPORT_FILE,
    RESULTS_FOLDER,
    SUMMARY_FILE,
    BatchResult,
    loaded_scenario,
    run_batch,
)
from experiments.versions import versions
from experiments.workers import Progress
from sim.errors import UsageError
from sim.scenario.differences import differences

if TYPE_CHECKING:
    from sim.scenario.loading import Scenario

FILE_NAME = "comparison.json"
BATCH_FOLDER = "batches"
CHANGES_FILE = "changes.csv"
FLIPPED_FILE = "flipped.csv"
SHOWN_FLIPS = 20


@dataclass(frozen=True)
class Comparison:
    """A finished comparison. `batches`: the batch of each scenario by its label, the base first."""

    directory: Path
    summary: dict[str, Any]
    batches: dict[str, BatchResult]

    def changes(self) -> pd.DataFrame:
        """Return every change, a row each: scenario, group, name, measure, base, other, difference, interval."""
        return pd.read_csv(self.directory / CHANGES_FILE, keep_default_na=False, na_values=[""])

    def flipped(self) -> pd.DataFrame:
        """Return the runs whose winner changes: scenario, race, run, base, other."""
        return pd.read_csv(self.directory / FLIPPED_FILE)

    def differs(self) -> pd.DataFrame:
        """Return what differs between the files: scenario, path, before, after, their sources, note."""
        listed = [
            {"scenario": label, **one} for label, other in self.summary["others"].items() for one in other["differs"]
        ]
        columns = ["scenario", "path", "before", "after", "before_source", "after_source", "note"]
        return pd.DataFrame(listed, columns=columns)


def compare(
    base: "Scenario | str | Path",
    *others: "Scenario | str | Path",
    runs: int | range = 1000,
    seed: int = 1,
    out: str | Path | None = None,
    sets: Sequence[str] | Mapping[str, Any] = (),
    workers: int | None = None,
    progress: Progress | None = None,
    resume: bool = False,
    force: bool = False,
    command_line: str = "",
) -> Comparison:
    """Run `base` and each of `others` with the same luck and hold them against each other.

    `sets` (as of `--set`) make one more other: the base with these changes. `runs`: how many, from 0, or a range of
    run numbers. `out`: a folder, by default in `results`; it keeps the batch of each scenario.
    Raises UsageError if there is nothing to compare with, if no race is shared, or if `out` holds something else.
    """
    scenarios = labelled(base, others, sets)
    numbers = range(runs) if isinstance(runs, int) else runs
    directory = Path(out) if out is not None else default_directory(list(scenarios), numbers, seed)
    described = describe(scenarios, numbers, seed, command_line)
    open_folder(directory, described, resume, force)
    started_s = time.perf_counter()
    batches = {}
    for index, (label, scenario) in enumerate(scenarios.items()):
        shown = part_of(progress, index, len(scenarios))
        batches[label] = run_batch(
            scenario, numbers, seed, directory / BATCH_FOLDER / label, "compiled", workers, shown,
            resume=resume, force=force, command_line=command_line,
        )  # fmt: skip
    described["seconds"] = round(time.perf_counter() - started_s, 3)
    manifests.write_json(directory / FILE_NAME, described)
    return hold_together(directory, scenarios, batches)


def labelled(
    base: "Scenario | str | Path", others: Sequence["Scenario | str | Path"], sets: Sequence[str] | Mapping[str, Any]
) -> dict[str, "Scenario"]:
    """Return the scenarios by label, the base first; the base with changes is called `<base>_changed`."""
    from sim.scenario.loading import load

    loaded = [loaded_scenario(one, ()) for one in (base, *others)]
    labels = [one.name for one in loaded]
    if sets:
        if not isinstance(base, str | Path):
            raise UsageError("sets go with a scenario's name or path; this one is loaded already")
        loaded.append(load(base, sets))
        labels.append(f"{labels[0]}_changed")
    if len(loaded) < 2:
        raise UsageError("nothing to compare with: name another scenario, or change this one with --set KEY.PATH=VALUE")
    for one in loaded[1:]:
        if not set(one.model.races) & set(loaded[0].model.races):
            raise UsageError(
                f"{one.name} has no race of {labels[0]} ({', '.join(loaded[0].model.races)}): "
                "nothing of the two can be compared"
            )
    found: dict[str, Scenario] = {}
    for label, scenario in zip(labels, loaded, strict=True):
        number = sum(one == label or one.startswith(f"{label}_again") for one in found)
        found[f"{label}_again{number if number > 1 else ''}" if number else label] = scenario
    return found


def default_directory(labels: list[str], runs: range, seed: int) -> Path:
    """Return results/<base>-against-<other>-seed<S>-<N>."""
    numbers = str(runs.stop) if runs.start == 0 else f"{runs.start}to{runs.stop}"
    others = labels[1] if len(labels) == 2 else f"{len(labels) - 1}-others"
    return RESULTS_FOLDER / f"{labels[0]}-against-{others}-seed{seed}-{numbers}"


def part_of(progress: Progress | None, index: int, parts: int) -> Progress | None:
    """Return what shows the progress of one batch of several as that of all."""
    if progress is None:
        return None
    return lambda done, asked, _known: progress(
        index * asked + done, parts * asked, f"{index + 1} of {parts} scenarios"
    )


# ---------------------------------------------------------------- the folder


def describe(scenarios: dict[str, "Scenario"], runs: range, seed: int, command_line: str) -> dict[str, Any]:
    """Return what comparison.json holds."""
    return {
        "scenarios": {label: one.hash for label, one in scenarios.items()},
        "runs": [runs.start, runs.stop],
        "seed": seed,
        "versions": versions(),
        "command_line": command_line,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": 0.0,
    }


def open_folder(directory: Path, described: dict[str, Any], resume: bool, force: bool) -> None:
    """Make the folder ready. Raises UsageError where it holds something that must not be touched."""
    if (directory / manifests.FILE_NAME).exists():
        raise UsageError(f"{directory}: there is a batch here; a comparison needs a folder of its own")
    if is_comparison(directory) and not (resume or force):
        raise UsageError(f"{directory}: there is a comparison here; add --resume to carry it on, --force to replace it")
    if is_comparison(directory) and resume:
        before = read(directory)["scenarios"]
        if before != described["scenarios"]:
            raise UsageError(
                f"{directory}: --resume needs the same scenarios: {', '.join(before)} there, "
                f"{', '.join(described['scenarios'])} here, or one of them has changed"
            )
    if is_comparison(directory):
        remove_results(directory)
        if force:
            shutil.rmtree(directory / BATCH_FOLDER, ignore_errors=True)
    directory.mkdir(parents=True, exist_ok=True)
    manifests.write_json(directory / FILE_NAME, described)


def remove_results(directory: Path) -> None:
    """Remove what is made from the batches, so that nothing of it stands beside other batches."""
    shutil.rmtree(directory / PLOTS_FOLDER, ignore_errors=True)
    for name in (SUMMARY_FILE, CHANGES_FILE, FLIPPED_FILE, REPORT_FILE):
        (directory / name).unlink(missing_ok=True)


def is_comparison(directory: Path) -> bool:
    """Tell whether a folder holds a comparison."""
    return (directory / FILE_NAME).is_file()


def read(directory: Path) -> dict[str, Any]:
    """Return the description of the comparison in a folder."""
    return manifests.read_json(directory / FILE_NAME)


def base_folder(directory: Path) -> Path:
    """Return the folder of a batch, or of a comparison's base."""
    if not is_comparison(directory):
        return directory
    return directory / BATCH_FOLDER / next(iter(read(directory)["scenarios"]))


def require_results(directory: Path) -> None:
    """Raise UsageError unless a folder holds a finished batch or comparison."""
    if is_comparison(directory):
        reopen(directory)
    else:
        manifests.require_complete(directory)


def reopen(directory: Path) -> Comparison:
    """Return the finished comparison in a folder. Raises UsageError where there is none."""
    directory = Path(directory)
    if not is_comparison(directory):
        raise UsageError(f"{directory}: no comparison here (no {FILE_NAME}); make one with: race compare ...")
    described = read(directory)
    if not (directory / SUMMARY_FILE).is_file():
        raise UsageError(
            f"{directory}: this comparison is not finished; go on with: {manifests.resume_command(described)}"
        )
    batches = {}
    for label in described["scenarios"]:
        folder = directory / BATCH_FOLDER / label
        found = manifests.require_complete(folder)
        batches[label] = BatchResult(folder, found, manifests.read_json(folder / SUMMARY_FILE), simulated_runs=0)
    return Comparison(directory, manifests.read_json(directory / SUMMARY_FILE), batches)


# ---------------------------------------------------------------- the end


def hold_together(directory: Path, scenarios: dict[str, "Scenario"], batches: dict[str, BatchResult]) -> Comparison:
    """Write summary.json, changes.csv and flipped.csv of finished batches; return the comparison."""
    base, *others = scenarios
    runs = tables.read(batches[base].directory, "runs")
    found, changes, flips = {}, [], []
    for label in others:
        theirs = tables.read(batches[label].directory, "runs")
        both = contrast.finished_in_both(runs, theirs)
        pairs = contrast.Pairs(*both, batches[base].manifest, batches[label].manifest)
        changed, flipped = pairs.contrast(), pairs.flipped()
        changes.append(contrast.as_table(changed).assign(scenario=label))
        flips.append(flipped.assign(scenario=label))
        differs = [one._asdict() for one in differences(scenarios[base], scenarios[label])]
        found[label] = {
            "title": title_of(scenarios[label], differs),
            "note": scenarios[label].model.note,
            "scenario_hash": scenarios[label].hash,
            "differs": differs,
            "flipped": flip_summary(flipped, list(batches[base].manifest["races"])),
            **changed,
        }
    write_table(pd.concat(changes), directory / CHANGES_FILE)
    write_table(pd.concat(flips), directory / FLIPPED_FILE)
    summary = {**heading(base, scenarios[base], batches[base].manifest), "others": found}
    manifests.write_json(directory / SUMMARY_FILE, summary)
    return Comparison(directory, summary, batches)


def title_of(scenario: "Scenario", differs: list[dict[str, Any]]) -> str:
    """Return a scenario's title; of one made on the command line, what was set."""
    if not scenario.sets:
        return scenario.model.title
    return "What if: " + ", ".join(f"{one['path']} = {one['after']}" for one in differs)


def heading(label: str, scenario: "Scenario", manifest: dict[str, Any]) -> dict[str, Any]:
    """Return what a comparison's summary says of its base."""
    first, stop = manifest["runs"]
    return {
        "base": label,
        "title": scenario.model.title,
        "scenario_hash": scenario.hash,
        "seed": manifest["seed"],
        "runs": stop - first,
        "horizon_days": manifest["horizon_days"],
        "headline": next(
            (one for one, race in manifest["races"].items() if race["headline"]), next(iter(manifest["races"]))
        ),
    }


def flip_summary(flipped: pd.DataFrame, races: list[str]) -> dict[str, Any]:
    """Return, for each race, how many runs have another winner, from whom to whom, and the first of them."""
    found: dict[str, Any] = {}
    for race in races:
        ours = flipped[flipped["race"] == race]
        counts = Counter(zip(ours["base"], ours["other"], strict=True))
        found[race] = {
            "count": len(ours),
            "from_to": [{"base": a, "other": b, "runs": n} for (a, b), n in counts.most_common()],
            "first_runs": ours["run"].head(SHOWN_FLIPS).tolist(),
        }
    return found


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table of several scenarios as CSV, the scenario first."""
    columns = ["scenario", *(one for one in table.columns if one != "scenario")]
    table.to_csv(path, columns=columns, index=False, lineterminator="\n")
