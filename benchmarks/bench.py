"""The compiled ensemble beside Mesa, in one go: time a run, memory, ratios.

    python -m benchmarks.bench [--case CASE] [--runs N] [--repeats R] [--quick] [--out results/bench.json]

Every repeat measures every competitor, each in a fresh process, in an order that turns from repeat to repeat, so that
a slow minute of the machine falls on all; ratios are taken inside a repeat. Competitors differ in how many runs they
make, as they differ in speed: what counts is the time a run.
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import machine
from benchmarks.competitors import BASELINE, COMPETITORS, SMALL, USUAL

Timings = dict[str, list[dict[str, float]]]
LEAST_MS = 1e-3  # processor time is counted in steps of 10 ms a batch
ROOT = Path(__file__).parents[1]
OUT = Path("results/bench.json")
HEADS = ("case", "by", "workers", "runs", "ms a run", "least - most", "CPU ms", "start s", "peak MB")


@dataclass(frozen=True)
class Ratio:
    """How many times faster one competitor is than another; `target`: what the design asks for, if anything."""

    slow: str
    fast: str
    target: float | None = None


RATIOS = (
    Ratio("race_model_1", "ensemble_1", 10.0),
    Ratio("race_model_2", "ensemble_2", 10.0),
    Ratio("race_model_single", "ensemble_1"),
    Ratio("small_race_model_1", "small_ensemble_1"),
    Ratio("small_plain_1", "small_ensemble_1", 30.0),
    Ratio("small_plain_2", "small_ensemble_2", 30.0),
    Ratio("small_plain_1", "small_in_memory_1", 30.0),
    Ratio("ensemble_1", "ensemble_2"),
)


# ---------------------------------------------------------------- measuring


def measure_all(runs_of: dict[str, int], repeats: int, tell: Callable[[str], None]) -> Timings:
    """Return what every competitor took in every repeat. `runs_of`: name -> runs."""
    timings: Timings = {name: [] for name in runs_of}
    names = list(runs_of)
    for repeat in range(repeats):
        turn = repeat * max(1, len(names) // repeats) % len(names)
        for name in names[turn:] + names[:turn]:
            timings[name].append(measure_apart(name, runs_of[name]))
            tell(f"repeat {repeat + 1} of {repeats}: {name} {timings[name][-1]['ms_a_run']:.3g} ms a run")
    return timings


def measure_apart(name: str, runs: int) -> dict[str, float]:
    """Measure a competitor in a process of its own. Raises RuntimeError with its last words if it fails."""
    command = [sys.executable, "-m", "benchmarks.competitors", name, str(runs)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{found.stderr}")
    return json.loads(found.stdout.splitlines()[-1])


def median_and_ends(values: list[float]) -> dict[str, float]:
    """Return median, least and most."""
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def ratios_of(timings: Timings) -> list[dict[str, Any]]:
    """Return the ratios whose two sides have been measured, each taken inside a repeat."""
    found = []
    for one in RATIOS:
        if one.slow in timings and one.fast in timings:
            pairs = list(zip(timings[one.slow], timings[one.fast], strict=True))
            values = [slow["ms_a_run"] / fast["ms_a_run"] for slow, fast in pairs]
            cpu = statistics.median(slow["cpu_ms_a_run"] / max(fast["cpu_ms_a_run"], LEAST_MS) for slow, fast in pairs)
            sides = {"slow": one.slow, "fast": one.fast, "target": one.target}
            found.append({**sides, **median_and_ends(values), "cpu_median": cpu})
    return found


# ---------------------------------------------------------------- telling


def rows_of(timings: Timings) -> list[tuple[str, ...]]:
    """Return the table of times, one row a competitor."""
    rows: list[tuple[str, ...]] = []
    for name, takes in timings.items():
        one, ms = COMPETITORS[name], median_and_ends([take["ms_a_run"] for take in takes])
        rows.append((
            one.case, one.label, str(one.workers), f"{takes[0]['runs']:,.0f}", f"{ms['median']:.3g}",
            f"{ms['least']:.3g} - {ms['most']:.3g}", f"{middle(takes, 'cpu_ms_a_run'):.3g}",
            f"{middle(takes, 'start_s'):.2g}", f"{middle(takes, 'peak_mb'):.0f}",
        ))  # fmt: skip
    return rows


def middle(takes: list[dict[str, float]], key: str) -> float:
    """Return the median of one figure over the repeats."""
    return statistics.median(take[key] for take in takes)


def name_of(name: str) -> str:
    """Return a competitor's name for people."""
    one = COMPETITORS[name]
    return f"{one.label}, {one.workers} {'worker' if one.workers == 1 else 'workers'}"


def ratio_rows(ratios: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Return the table of ratios."""
    return [
        (
            COMPETITORS[one["fast"]].case, name_of(one["fast"]), name_of(one["slow"]), f"{one['median']:.3g}",
            f"{one['least']:.3g} - {one['most']:.3g}", f"{one['cpu_median']:.3g}",
            verdict(one),
        )
        for one in ratios
    ]  # fmt: skip


def verdict(one: dict[str, Any]) -> str:
    """Say whether a ratio reaches its target."""
    if one["target"] is None:
        return ""
    return f"{one['target']:g}: {'met' if one['median'] >= one['target'] else 'missed'}"


RATIO_HEADS = ("case", "faster", "slower", "ratio", "least - most", "by CPU", "target")


def show(console: Console, title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print a table for the terminal."""
    table = Table(title=title)
    for head in heads:
        table.add_column(head)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def markdown(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="benchmarks.bench", description=__doc__.splitlines()[0])
    most = COMPETITORS[USUAL].runs
    parser.add_argument(
        "--runs", type=int, default=most, help=f"of the ensemble with 2 workers ({most}); others in proportion"
    )
    parser.add_argument("--case", choices=(BASELINE, SMALL), help="one of the two only")
    parser.add_argument("--repeats", type=int, help="3 unless told (1 with --quick)")
    parser.add_argument("--quick", action="store_true", help=f"the {SMALL} case in one process, to see that it works")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args(arguments)
    chosen = {name: one for name, one in COMPETITORS.items() if asked.case in (None, one.case)}
    usual = {name: one.quick_runs if asked.quick else one.runs for name, one in chosen.items()}
    runs_of = {name: max(1, round(runs * asked.runs / most)) for name, runs in usual.items() if runs > 0}
    repeats = asked.repeats or (1 if asked.quick else 3)
    timings = measure_all(runs_of, repeats, lambda text: print(text, file=sys.stderr, flush=True))
    ratios, about = ratios_of(timings), machine.describe()
    console = Console(width=120)
    caption = f"{machine.sentence(about)}; {repeats} repeats, median and ends"
    show(console, f"Time a run ({BASELINE}: the baseline; {SMALL}: benchmarks/plain_mesa.py)", HEADS, rows_of(timings))
    show(console, "How many times faster", RATIO_HEADS, ratio_rows(ratios))
    print(f"\n{markdown(HEADS, rows_of(timings))}\n\n{markdown(RATIO_HEADS, ratio_rows(ratios))}\n\n{caption}.")
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    result = {"machine": about, "repeats": repeats, "timings": timings, "ratios": ratios}
    asked.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
