"""The manifest of a batch: what was run, so that it can be run again, carried on and told from another."""

import difflib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments import chunks, saving
from experiments.versions import different, versions
from sim.errors import RunError, UsageError

if TYPE_CHECKING:
    from sim.scenario.loading import Scenario

FILE_NAME = "manifest.json"
BASEMAP_FILE = "basemap.geojson"
SHOWN_DIFFERENCE_LINES = 20
# What may differ between two batches whose tables and summary are the same bytes.
OF_THE_OCCASION = ("engine", "command_line", "started", "seconds", "chunks")

type Manifest = dict[str, Any]


def describe(scenario: "Scenario", runs: range, seed: int, engine: str, command_line: str) -> Manifest:
    """Return the manifest of a batch about to start."""
    return {
        "scenario": scenario.name,
        "title": scenario.model.title,
        "scenario_hash": scenario.hash,
        "extends": scenario.extends,
        "seed": seed,
        "runs": [runs.start, runs.stop],
        "engine": engine,
        "versions": versions(),
        "command_line": command_line,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": 0.0,
        "chunks": {"done": 0, "all": len(chunks.grid(runs)), "saved_runs": []},
        **_names(scenario),
        "scenario_text": scenario.text,
    }


def _names(scenario: "Scenario") -> Manifest:
    """Return what tables and plots of these runs need to know of the scenario."""
    model = scenario.model
    sides = {one: {"name": side.name, "colour": side.colour} for one, side in model.sides.items()}
    entrants = {one: {"name": entrant.name, "side": entrant.side} for one, entrant in model.contestants.items()}
    races = {
        one: {"title": race.title, "contestants": list(race.finish), "headline": race.headline}
        for one, race in model.races.items()
    }
    return {
        "start_date": model.start_date.isoformat(),
        "horizon_days": model.horizon_days,
        "sides": sides,
        "contestants": entrants,
        "races": races,
        "milestones": {one: {"title": milestone.title} for one, milestone in model.milestones.items()},
    }


def of_the_results(manifest: Manifest) -> Manifest:
    """Return the part of a manifest that is the same whenever the results are the same."""
    return {key: value for key, value in manifest.items() if key not in OF_THE_OCCASION}


def differences(ours: Manifest, theirs: Manifest) -> list[str]:
    """Return what keeps two batches from being one, a line each: seed, versions, scenario."""
    lines = []
    if ours["seed"] != theirs["seed"]:
        lines.append(f"seed: {theirs['seed']} there, {ours['seed']} here")
    lines += different(ours["versions"], theirs["versions"])
    if ours["scenario_hash"] != theirs["scenario_hash"]:
        lines.append(f"scenario: {theirs['scenario_hash'][:12]} there, {ours['scenario_hash'][:12]} here")
        lines += _text_differences(theirs["scenario_text"], ours["scenario_text"])
    return lines


def _text_differences(there: str, here: str) -> list[str]:
    compared = difflib.unified_diff(there.splitlines(), here.splitlines(), "there", "here", lineterm="", n=0)
    lines = ["  " + line for line in compared]
    hidden = len(lines) - SHOWN_DIFFERENCE_LINES
    return lines if hidden <= 0 else [*lines[:SHOWN_DIFFERENCE_LINES], f"  ... and {hidden} lines more"]


# ---------------------------------------------------------------- on disk


def read(directory: Path) -> Manifest:
    """Return the manifest in a batch's folder. Raises UsageError where there is none, RunError if damaged."""
    path = directory / FILE_NAME
    if not path.is_file():
        raise UsageError(f"{directory}: no batch here (no {FILE_NAME}); make one with: race run ... --out {directory}")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        _ = manifest["runs"], manifest["seed"], manifest["scenario_hash"], manifest["chunks"]["done"]
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path} is damaged ({error}); make the batch again with --force") from None
    return manifest


def read_scenario(directory: Path) -> "Scenario":
    """Return the scenario that the batch in a folder was run with, from the full text in its manifest.

    Raises ScenarioError or RunError where this version reads the text differently from the one that wrote it.
    """
    from sim.scenario.loading import from_data

    manifest, basemap = read(directory), directory / BASEMAP_FILE
    data = json.loads(manifest["scenario_text"])
    scenario = from_data(data, manifest["scenario"], basemap if basemap.is_file() else None)
    if scenario.hash != manifest["scenario_hash"]:
        raise RunError("the scenario in the manifest has another hash when it is read again; was it edited?")
    return scenario


def write(directory: Path, manifest: Manifest) -> None:
    """Write the manifest, all at once or not at all."""
    write_json(directory / FILE_NAME, manifest)


def is_complete(manifest: Manifest) -> bool:
    """Tell whether all runs are done and the tables are written."""
    chunks = manifest["chunks"]
    return bool(chunks["done"] == chunks["all"])


def require_complete(directory: Path) -> Manifest:
    """Return the manifest of a finished batch. Raises UsageError where there is none."""
    manifest = read(directory)
    if not is_complete(manifest):
        raise UsageError(f"{directory}: this batch is not finished; go on with: {resume_command(manifest)}")
    return manifest


def resume_command(manifest: Manifest) -> str:
    """Return the command that carries a batch on."""
    command = (manifest["command_line"] or "race run ...").replace(" --force", "")
    return command if " --resume" in command else f"{command} --resume"


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON mapping in a file. Raises RunError where it is damaged."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise RunError(f"{path} is damaged ({error}); make it again with --force") from None


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON to a file, keys in their own order, all at once or not at all."""
    saving.write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
