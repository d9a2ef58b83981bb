"""Thousands of broken scenarios: nothing is raised but ScenarioError, and a refusal names the right line.

`RACE_MUTATIONS=10000 pytest -s tests/scenario/test_mutations.py` breaks the small scenario in `valley` 96 times out of
100, june_2017 otherwise (it takes ten times as long to read), and prints the counts. The mutants: `mutants.py`.
"""

import os
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest

from sim.errors import SHOWN, ScenarioError
from sim.scenario import loading
from tests.scenario.mutants import Folder, Mutant, mutant

ROOT = Path(__file__).parents[2]
FOLDERS = {"valley": Path(__file__).parent / "valley", "june_2017": ROOT / "scenarios" / "june_2017"}
ASKED = int(os.environ.get("RACE_MUTATIONS", "300"))
COUNTS = {"valley": ASKED - ASKED // 25, "june_2017": ASKED // 25}
SEED = int(os.environ.get("RACE_MUTATIONS_SEED", "1"))
SLOWEST_S = 30.0


def complaint(error: ScenarioError, found: Mutant, folder: Path) -> str:
    """Return what is wrong with a refusal; "" where nothing is."""
    for flaw in error.flaws:
        file = Path(flaw.file)
        if file.parent != folder:
            return f"names no file of the folder: {flaw}"
        lines = file.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
        if not 0 <= flaw.line <= lines:
            return f"names a line that there is not: {flaw}"
    named = {(Path(one.file).name, one.line) for one in error.flaws[:SHOWN]}
    texts = "\n".join(map(str, error.flaws[:SHOWN]))
    said = {(file, line) for file, line in found.lines if f"line {line})" in texts}
    return "" if not found.lines or found.lines & named or said else f"names none of the lines {sorted(found.lines)}"


def broken(base: Path, work: Path, numbers: range) -> tuple[Counter, list[str]]:
    """Load mutants of a folder; return counts of (kind, outcome) and what is wrong with any of them."""
    folder, wrong, counts = Folder(base), [], Counter()
    shutil.copytree(base, work)
    for number in numbers:
        found = mutant(folder, SEED, number)
        (work / found.file).write_bytes(found.raw)
        started_s, trouble, outcome = time.process_time(), "", "loaded"
        try:
            loading.load(work)
            trouble = "loads, and should not" if found.must_fail else ""
        except ScenarioError as error:
            outcome, trouble = "refused", complaint(error, found, work)
            trouble += f"\n  {error}" if trouble else ""
        except Exception as error:
            outcome, trouble = "traceback", f"{type(error).__name__}: {str(error)[:200]}"
        if time.process_time() - started_s > SLOWEST_S:
            trouble += f" takes {time.process_time() - started_s:.1f} s"
        counts[found.kind, outcome] += 1
        if trouble:
            wrong.append(f"{number} {found.kind} in {found.file} {sorted(found.lines)[:3]}: {trouble[:1500]}")
        loading._cache.clear()
        (work / found.file).write_text(folder.texts[found.file], "utf-8")
    return counts, wrong


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", ["valley", "june_2017"])
def test_mutants(name, tmp_path):
    """All of them; see `mutants.py` for what the right line is."""
    counts, wrong = broken(FOLDERS[name], tmp_path / name, range(COUNTS[name]))
    totals = Counter()
    for (_, outcome), count in counts.items():
        totals[outcome] += count
    print(f"\n{name}: {sum(totals.values())} mutants: {dict(sorted(totals.items()))}")
    for kind in sorted({kind for kind, _ in counts}):
        print(f"  {kind:22} " + ", ".join(f"{one} {counts[kind, one]}" for one in ("loaded", "refused", "traceback")))
    assert not wrong, f"{len(wrong)} of {COUNTS[name]}:\n" + "\n".join(wrong[:15])
    assert totals["refused"] > totals["loaded"] / 4
