"""Where scenarios are: a path, or the name of a shipped one, in a checkout and in an installed wheel."""

from pathlib import Path

from sim.errors import ScenarioError
from sim.scenario.problems import nearest

FILE_NAME = "scenario.yaml"


def shipped_folders() -> list[Path]:
    """Return the folders that hold shipped scenarios."""
    package = Path(__file__).parent
    return [folder for folder in (package.parent.parent / "scenarios", package / "shipped") if folder.is_dir()]


def shipped_names() -> list[str]:
    """Return the names of shipped scenarios and overlays."""
    names = set()
    for folder in shipped_folders():
        names |= {one.parent.name for one in folder.glob(f"*/{FILE_NAME}")}
        names |= {one.stem for one in folder.glob("*.yaml")}
    return sorted(names)


def find_scenario(name: str | Path) -> Path:
    """Return the YAML file of a scenario given by folder, file or shipped name. Raises ScenarioError."""
    given = Path(name)
    candidates = [given, given / FILE_NAME]
    for folder in shipped_folders():
        candidates += [folder / given / FILE_NAME, folder / f"{given}.yaml"]
    for one in candidates:
        if one.is_file():
            return one
    names = shipped_names()
    known = f"; shipped: {', '.join(names)}" if names else ""
    raise ScenarioError(
        [f"no scenario '{name}'{nearest(str(name), names)}: neither a folder, a file nor shipped{known}"]
    )
