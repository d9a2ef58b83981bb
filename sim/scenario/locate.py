"""Where scenarios are: a path, a name in the current folder or in one's own folders, the name of a shipped one.

The environment variable `RACE_SCENARIOS` names folders of one's own scenarios, as `PATH` names those of programs. What
is shipped lies in a checkout's `scenarios/` and in an installed wheel.
"""

import os
from pathlib import Path

from sim.errors import ScenarioError
from sim.scenario.problems import nearest

FILE_NAME = "scenario.yaml"
FOLDERS_VARIABLE = "RACE_SCENARIOS"
TEMPLATE = Path(__file__).parent / "template"


def own_folders() -> list[Path]:
    """Return the folders that the environment names for one's own scenarios."""
    named = os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep)
    return [folder for folder in (Path(one).expanduser() for one in named if one) if folder.is_dir()]


def shipped_folders() -> list[Path]:
    """Return the folders that hold shipped scenarios."""
    package = Path(__file__).parent
    return [folder for folder in (package.parent.parent / "scenarios", package / "shipped") if folder.is_dir()]


def shipped_names() -> list[str]:
    """Return the names of shipped scenarios and overlays."""
    return names_in(shipped_folders())


def names_in(folders: list[Path]) -> list[str]:
    """Return the names of the scenarios and overlays in folders."""
    names = set()
    for folder in folders:
        names |= {one.parent.name for one in folder.glob(f"*/{FILE_NAME}")}
        names |= {one.stem for one in folder.glob("*.yaml")}
    return sorted(names)


def find_scenario(name: str | Path) -> Path:
    """Return the YAML file of a scenario given by folder, file or name. Raises ScenarioError.

    A name is looked for in the current folder, then in those of `RACE_SCENARIOS`, then among what is shipped.
    """
    given = Path(name)
    candidates = [given, given / FILE_NAME, Path(f"{given}.yaml")]
    for folder in [*own_folders(), *shipped_folders()]:
        candidates += [folder / given / FILE_NAME, folder / f"{given}.yaml"]
    for one in candidates:
        if one.is_file():
            return one
    shipped, own = shipped_names(), names_in(own_folders())
    known = f"; shipped: {', '.join(shipped)}" if shipped else ""
    known += f"; in {FOLDERS_VARIABLE}: {', '.join(own)}" if own else ""
    guess = nearest(str(name), [*own, *shipped])
    raise ScenarioError([f"no scenario '{name}'{guess}: neither a folder, a file nor shipped{known}"])
