"""A scenario on disk becomes a validated Scenario: files read, overlays laid, schema and cross-checks applied."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.errors import ScenarioError
from sim.scenario.checks import cross_check
from sim.scenario.locate import FILE_NAME, find_scenario
from sim.scenario.overlays import apply_sets, merge, read_sets
from sim.scenario.problems import cut, explain, told
from sim.scenario.reading import Source, read_table, read_yaml
from sim.scenario.schema import Place, Road, ScenarioModel, SourceRow, Zone

TABLES: dict[str, type[BaseModel]] = {"places": Place, "roads": Road, "zones": Zone, "sources": SourceRow}
LONGEST_CHAIN = 20


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
        paths = tuple(".".join(map(str, one)) for one, _ in changes)
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
    """Return the files from the base to this one, following `extends:`. Raises ScenarioError for a circle."""
    chain: list[Path] = []
    while True:
        if path.resolve() in [one.resolve() for one in chain] or len(chain) > LONGEST_CHAIN:
            raise ScenarioError([f"{path}: extends goes round in a circle"])
        chain.append(path)
        base = read_yaml(path, str(path)).data.get("extends")
        if base is None:
            return chain[::-1]
        beside = path.parent / str(base)
        path = find_scenario(beside if beside.exists() else str(base))


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
        columns = {field.alias or name for name, field in TABLES[file.stem].model_fields.items()}
        tables = merge(tables, read_table(file, str(file), file.stem, columns))
    merged = merge(tables, source)
    merged.values[()] = source.values[()]
    return merged


def validate(source: Source, name: str, path: Path | None) -> Scenario:
    """Check data against the schema and itself. Raises ScenarioError with every problem."""
    problems = list(source.problems)
    try:
        model = ScenarioModel.model_validate(source.data)
    except ValidationError as error:
        problems += explain(error, ScenarioModel, source)
        raise ScenarioError(cut(problems)) from None
    folder = basemap_folder(source) if path else None
    problems += [told(source, one, text) for one, text in cross_check(model, folder)]
    if problems:
        raise ScenarioError(cut(problems))
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
