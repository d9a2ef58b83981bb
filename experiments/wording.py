"""Numbers in words: rounded to what their interval supports, with units, for terminal, plots and report alike."""

import math
from typing import Any

BEYOND = "-"
MINUS = "\N{MINUS SIGN}"
POINTS, DAYS, TIMES = "points", "days", "a run"


def digits(half: float, most: int = 2) -> int:
    """Return the decimals that an interval of this half width supports: its first digit is still shown."""
    return most if half <= 0.0 else min(most, max(0, -math.floor(math.log10(half))))


def span(days: float) -> str:
    """Return a length of time: "an hour", "7 hours", "1 day", "2.4 days", "16 days"."""
    if days < 23.5 / 24.0:
        hours = round(24.0 * days)
        return "an hour" if hours <= 1 else f"{hours} hours"
    if days < 9.95:
        text = f"{days:.1f}"
        return "1 day" if text == "1.0" else f"{text} days"
    return f"{days:.0f} days"


def signed(value: float, decimals: int) -> str:
    """Return a number with its sign, zero without."""
    text = f"{abs(value):.{decimals}f}"
    if float(text) == 0.0:
        return text
    return f"{'+' if value > 0 else MINUS}{text}"


def is_share(path: tuple[str, ...]) -> bool:
    """Return whether the change at a path of a contrast is one of a share."""
    return path[-1] in ("share", "any") or path[0] == "fired" or "first" in path or "first_by_side" in path


def unit_of(path: tuple[str, ...]) -> str:
    """Return the unit of the changes at a path of a contrast."""
    if is_share(path):
        return POINTS
    return TIMES if path[0] == "clashes" else DAYS


def values(found: dict[str, Any], unit: str) -> tuple[str, str]:
    """Return base and other of a change, to the digits that its interval supports."""
    if unit == POINTS:
        decimals = digits(100 * half_width(found), 1)
        return tuple(f"{100 * found[one]:.{decimals}f}%" for one in ("base", "other"))  # type: ignore[return-value]
    decimals = digits(half_width(found), 2 if unit == TIMES else 0)
    shown = (BEYOND if found[one] is None else f"{found[one]:.{decimals}f}" for one in ("base", "other"))
    return tuple(shown)  # type: ignore[return-value]


def difference(found: dict[str, Any], unit: str) -> str:
    """Return a change with its interval, such as "+3.1 (+1.9 to +4.3)"; "-" where it lies beyond the horizon."""
    if found["difference"] is None:
        return BEYOND
    scale = 100.0 if unit == POINTS else 1.0
    decimals = digits(scale * half_width(found), 2 if unit == TIMES else 1)
    text = signed(scale * found["difference"], decimals)
    if found["low"] is None:
        return f"{text} (open)"
    return f"{text} ({signed(scale * found['low'], decimals)} to {signed(scale * found['high'], decimals)})"


def mean(found: dict[str, Any]) -> str:
    """Return the mean of something that cannot be negative, with its interval: "10.4 (9.9 to 11.0)"."""
    decimals = digits(half_width(found))
    middle, low, high = (f"{max(found[key], 0.0):.{decimals}f}" for key in ("mean", "low", "high"))
    return f"{middle} ({low} to {high})"


def half_width(found: dict[str, Any]) -> float:
    """Return the half width of a change's interval, 0 where it has none."""
    return (found["high"] - found["low"]) / 2.0 if found.get("low") is not None else 0.0


def times(reduction: float | None) -> str:
    """Return a variance reduction, "" where there is none to tell."""
    if reduction is None:
        return ""
    return f"{reduction:.1f} x" if reduction < 10 else f"{reduction:.0f} x"


MEASURES = {
    "first": "first", "first_by_side": "first, by side", "share": "by the horizon",
    "restricted_mean_day": "mean day", "all": "clashes a run", "any": "runs with any clash",
}  # fmt: skip


def described(path: tuple[str, ...], manifest: dict[str, Any]) -> str:
    """Return what the change at a path of a contrast is about, in words: "Red is first (main)"."""
    group, name, *rest = path
    if group == "races":
        what, entrant, *measure = rest
        who = name_of(manifest, entrant)
        if what == "finish":
            return f"{who} at the finish, {measure_name(measure[0])} ({name})"
        return f"{who} {MEASURES[what]} ({name})"
    if group == "milestones":
        return f"{manifest['milestones'][name]['title']}, {measure_name(rest[0])}"
    if group == "clashes":
        return f"{pair_name(manifest, name)}, {measure_name(rest[0])}"
    return f"{name.replace('_', ' ').replace(':', ': ')}, {'share of runs' if group == 'fired' else 'days a run'}"


def measure_name(measure: str) -> str:
    """Return a measure in words."""
    if measure[:1] == "q" and measure[1:].isdigit():
        return "median day" if measure == "q50" else f"{int(measure[1:])} % day"
    return MEASURES.get(measure, measure.replace("_", " "))


def name_of(manifest: dict[str, Any], one: str) -> str:
    """Return the name of a contestant or a side, of "tie" and "nobody"."""
    plain = {"tie": "A tie", "nobody": "Nobody"}
    if one in plain:
        return plain[one]
    table = "contestants" if one in manifest["contestants"] else "sides"
    return str(manifest[table][one]["name"]).split(" (")[0]


def pair_name(manifest: dict[str, Any], pair: str) -> str:
    """Return the names of a pair of sides."""
    return " - ".join(str(manifest["sides"][side]["name"]).split(" (")[0] for side in pair.split("-"))
