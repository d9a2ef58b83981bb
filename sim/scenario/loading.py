"""A scenario on disk becomes a validated Scenario: files read, overlays laid, schema and cross-checks applied."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.errors import Flaw, ScenarioError, Severity
from sim.scenario.checks import sense_checks
from sim.scenario.locate import FILE_NAME, FOLDERS_VARIABLE, find_scenario, names_in, own_folders, shipped_folders
from sim.scenario.names import Problem, check_names
from sim.scenario.overlays import apply_sets, merge, read_sets
from sim.scenario.partial import Part
from sim.scenario.problems import explain, nearest, shown
from sim.scenario.reading import Source, read_yaml
from sim.scenario.schema import Place, Road, ScenarioModel, SourceRow, Zone
from sim.scenario.tables import read_table

TABLES: dict[str, type[BaseModel]] = {"places": Place, "roads": Road, "zones": Zone, "sources": SourceRow}
LONGEST_CHAIN = 20
PASSES = 8
LEAVES = "the scenario's folder; a shipped name or a path inside the folder is allowed"
MORE = "more is checked once these are mended"
# Where ids of a kind are defined; a table in which something is broken may hold what seems to be unknown.
HOMES = {"tag of places": "places", "country": "places"}


@dataclass(frozen=True)
class Scenario:
    """A validated scenario.

    `text`: everything it says, as JSON, from which it can be read again; `hash`: SHA-256 of that with keys sorted;
    `path`: its YAML file, None for one made from data; `basemap`: the file of its base map, where it has one;
    `sets`: the key paths that were set on the command line; `extends`: the scenario that it changes, if it does.
    """

    name: str
    model: ScenarioModel
    text: str
    hash: str
    path: Path | None
    basemap: Path | None = None
    sets: tuple[str, ...] = ()
    extends: str | None = None

    @property
    def short_hash(self) -> str:
        """The first twelve digits of the hash."""
        return self.hash[:12]


_cache: dict[tuple[Any, ...], Scenario] = {}


def load(name: str | Path, sets: Sequence[str] | Mapping[str, Any] = ()) -> Scenario:
    """Load a scenario by shipped name or path, with changes as of `--set`.

    Raises ScenarioError with every problem found. A load is cached within a process, until a file changes.
    """
    path = find_scenario(name)
    chain = chain_of(path)
    key = (*(stamp(one) for file in chain for one in files_of(file)), repr(sets))
    if key not in _cache:
        changes = read_sets(sets)
        found = validate(apply_sets(read_chain(chain), changes), scenario_name(path), path)
        paths = tuple(".".join(map(str, one)) for one, _, _ in changes)
        base = chain[-1] if changes else chain[-2] if len(chain) > 1 else None
        _cache[key] = replace(found, sets=paths, extends=scenario_name(base) if base else None)
    return _cache[key]


def scenario_name(path: Path) -> str:
    """Return the name of a scenario: its folder's, or the overlay's."""
    return path.resolve().parent.name if path.name == FILE_NAME else path.stem


def stamp(path: Path) -> tuple[str, int, int]:
    """Return what tells that a file has changed."""
    status = path.stat()
    return str(path.resolve()), status.st_mtime_ns, status.st_size


def files_of(path: Path) -> list[Path]:
    """Return a scenario's YAML file and the tables beside it (a folder's only)."""
    tables = [path.parent / f"{table}.csv" for table in TABLES] if path.name == FILE_NAME else []
    return [path, *(one for one in tables if one.is_file())]


def chain_of(path: Path) -> list[Path]:
    """Return the files from the base to this one, following `extends:`.

    Raises ScenarioError for a circle, a base that is not there and a path that leaves the overlay's folder.
    """
    chain: list[Path] = []
    while True:
        chain.append(path)
        source = read_yaml(path, str(path))
        if "extends" not in source.data:
            return chain[::-1]
        base, problem = base_of(path, source.data["extends"])
        if base and (base.resolve() in [one.resolve() for one in chain] or len(chain) > LONGEST_CHAIN):
            problem = "extends goes round in a circle"
        if base is None or problem:
            raise ScenarioError([source.flaw(("extends",), problem, Severity.UNREADABLE), *source.problems])
        path = base


def base_of(path: Path, name: object) -> tuple[Path | None, str]:
    """Return the file that `extends:` means, or None and what is wrong with it."""
    if not isinstance(name, str):
        return None, f"found {shown(name)}, a shipped name or a path from this file is allowed"
    beside, home = path.parent / name, path.parent.resolve()
    try:
        if beside.exists():
            inside = beside.resolve().is_relative_to(home)
            return (find_scenario(beside), "") if inside else (None, f"found {shown(name)}, which leaves {LEAVES}")
    except (OSError, RuntimeError, ValueError, ScenarioError):
        pass
    names = names_in([*own_folders(), *shipped_folders()])
    if name in names:
        return find_scenario(name), ""
    if Path(name).is_absolute() or ".." in Path(name).parts:
        return None, f"found {shown(name)}, which leaves {LEAVES}"
    return None, f"no scenario {shown(name)} beside this file, in {FOLDERS_VARIABLE} nor shipped{nearest(name, names)}"


def read_chain(chain: list[Path]) -> Source:
    """Read every file of a chain and lay each over the one before."""
    source = read_scenario_files(chain[0])
    for path in chain[1:]:
        source = merge(source, read_scenario_files(path))
    source.data.pop("extends", None)
    return source


def read_scenario_files(path: Path) -> Source:
    """Read one scenario's YAML file and tables; what the YAML says of a row goes over the table's."""
    source = read_yaml(path, str(path))
    tables = Source()
    for file in files_of(path)[1:]:
        tables = merge(tables, read_table_file(file))
    merged = merge(tables, source)
    merged.values[()] = source.values[()]
    return merged


def read_table_file(file: Path) -> Source:
    """Read a table; one that cannot be read is noted as lost, with the flaw."""
    columns = {field.alias or name for name, field in TABLES[file.stem].model_fields.items()}
    try:
        if not file.resolve().is_relative_to(file.parent.resolve()):
            raise ScenarioError(
                [Flaw("is a link that leaves the scenario's folder, a file inside is allowed", str(file))]
            )
        return read_table(file, str(file), file.stem, columns)
    except ScenarioError as error:
        return Source(problems=error.flaws, lost={(file.stem,)})


def validate(source: Source, name: str, path: Path | None) -> Scenario:
    """Check data against the schema and itself. Raises ScenarioError with every problem."""
    folder = basemap_folder(source) if path else None
    if not source.problems:
        model, problems = checked(source, folder)
        if model and not problems:
            return made(source, model, name, path, folder)
    raise refusal(source, folder)


def checked(source: Source, folder: Path | None) -> tuple[ScenarioModel | None, list[Problem]]:
    """Return the model, None where the schema is not met, and the problems of names or, these in order, of sense."""
    try:
        model = ScenarioModel.model_validate(source.data)
    except ValidationError:
        return None, []
    return model, list(check_names(model)) or list(sense_checks(model, folder, later_days=days_count(source)))


def days_count(source: Source) -> bool:
    """Return whether an event after the end is a mistake: not where the horizon was set from outside the base."""
    horizon, start = source.values.get(("horizon_days",)), source.values.get(("start_date",))
    return horizon is not None and start is not None and horizon.file == start.file


def refusal(source: Source, folder: Path | None) -> ScenarioError:
    """Return everything that is wrong: what is broken is taken out step by step, and what is left is checked on."""
    flaws = list(source.problems)
    try:
        ScenarioModel.model_validate(source.data)
    except ValidationError as error:
        flaws += explain(error, ScenarioModel, source)
    part = Part.of(source)
    for _ in range(PASSES):
        model = part.model()
        if model is None:
            return ScenarioError(flaws, MORE)
        unknown = list(check_names(model))
        flaws += [source.flaw(one.path, one.text, Severity.NAME) for one in unknown if is_known_to_miss(one, part)]
        if not unknown:
            found = sense_checks(model, folder, part.maimed, days_count(source))
            flaws += [source.flaw(one.path, one.text, Severity.SENSE) for one in found]
            break
        part.take_out(one.path for one in unknown)
    return ScenarioError(flaws, MORE if part.maimed else "")


def is_known_to_miss(problem: Problem, part: Part) -> bool:
    """Return whether an unknown name is a mistake of its own, not the effect of another that took its entry out."""
    return problem.name not in part.ids and HOMES.get(problem.kind) not in part.maimed


def made(source: Source, model: ScenarioModel, name: str, path: Path | None, folder: Path | None) -> Scenario:
    """Return the scenario of data that were found in order."""
    text = json.dumps(source.data, default=str, ensure_ascii=False, indent=1)
    canonical = json.dumps(source.data, default=str, ensure_ascii=False, sort_keys=True)
    basemap = folder / model.basemap.file if folder and model.basemap else None
    return Scenario(name, model, text, hashlib.sha256(canonical.encode()).hexdigest(), path, basemap)


def basemap_folder(source: Source) -> Path | None:
    """Return the folder of the file that names the base map, which lies there too; None where none is named."""
    place = source.values.get(("basemap", "file"))
    return Path(place.file).parent if place else None


def from_data(data: dict[str, Any], name: str, basemap: Path | None = None) -> Scenario:
    """Return a scenario from plain data, as `text` holds it, and the file of its base map. Raises ScenarioError."""
    return replace(validate(Source(data=data), name, None), basemap=basemap)
