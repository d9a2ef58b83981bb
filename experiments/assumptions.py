"""Every number of a scenario with what stands behind it: as rows, as CSV, as one HTML page to brief from."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from experiments.sparks import STYLE, svg
from sim.errors import UsageError
from sim.scenario.loading import Scenario
from sim.scenario.numbers import Quantity
from sim.scenario.problems import nearest
from sim.scenario.provenance import Cited, iter_numbers
from sim.scenario.units import unit_of

TEMPLATE = "assumptions.html.jinja"
ASSUMPTION = "assumption"
SOURCE, BOTH, NEITHER, DEFAULT = "source", "source and assumption", "none", "default"
STANDINGS = (SOURCE, BOTH, ASSUMPTION, NEITHER, DEFAULT)
CONFIDENCES = ("high", "medium", "low", "")
WHOLE = "scenario"  # the section of numbers at the top of the file
RANGE = np.array([0.05, 0.5, 0.95])
COLUMNS = (
    "key", "section", "value", "kind", "p05", "p50", "p95", "unit", "sources", "standing", "confidence", "note",
    "can_be_drawn",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A number: `value` as a file would write it, its 5, 50 and 95 % quantiles, and what stands behind it."""

    key: str
    section: str
    quantity: Quantity
    quantiles: tuple[float, float, float]
    unit: str
    sources: tuple[str, ...]
    standing: str
    confidence: str
    note: str
    can_be_drawn: bool

    @property
    def is_drawn(self) -> bool:
        """Whether it is drawn anew in each run."""
        return not self.quantity.is_constant

    @property
    def value(self) -> str:
        """The number as a file would write it, with its truncation, the group it is drawn with and how closely."""
        cut = self.quantity.truncate
        bounds = f", truncate [{', '.join('null' if one is None else f'{one:g}' for one in cut)}]" if cut else ""
        return f"{written(self.quantity)}{bounds}{f', group {self.group}' if self.group else ''}"

    @property
    def group(self) -> str:
        """The group whose luck a distribution shares, and how closely if not wholly; "" for none."""
        if not self.quantity.group or not self.is_drawn:
            return ""
        close = self.quantity.correlation
        return self.quantity.group if close == 1.0 else f"{self.quantity.group} (correlation {close:g})"


def written(quantity: Quantity) -> str:
    """Return a constant in full, or a distribution with its parameters."""
    return plain(quantity.constant) if quantity.is_constant else str(quantity)


def plain(number: float) -> str:
    """Return a number without rounding it."""
    return f"{int(number)}" if number == int(number) and abs(number) < 1e15 else repr(number)


def rows_of(
    scenario: Scenario, only: Sequence[str] = (), distributions: bool = False, defaults: bool = False
) -> list[Row]:
    """Return a row a number, in order of the schema.

    `only`: key paths, of which what lies under one is kept; `distributions`: only what is drawn; `defaults`: also the
    numbers that the files do not give. Raises UsageError for a key path under which there is no number.
    """
    rows = [row_of(cited) for cited in iter_numbers(scenario.model, with_defaults=defaults)]
    for path in only:
        if not any(under(row, path) for row in rows):
            sections = list(dict.fromkeys(row.section for row in rows))
            known = [*sections, *(row.key.rpartition(".")[0] for row in rows)]
            raise UsageError(f"--only {path}: no number there{nearest(path, known)}; sections: {', '.join(sections)}")
    return [
        row
        for row in rows
        if (not only or any(under(row, path) for path in only)) and (row.is_drawn or not distributions)
    ]


def under(row: Row, path: str) -> bool:
    """Return whether a number lies in a section or under a key path."""
    return path == row.section or f"{row.key}.".startswith(f"{path}.")


def row_of(cited: Cited) -> Row:
    """Return the row of a number."""
    low, middle, high = (float(one) for one in cited.quantity.quantiles(RANGE))
    return Row(
        key=cited.path, section=cited.path.split(".")[0] if "." in cited.path else WHOLE, quantity=cited.quantity,
        quantiles=(low, middle, high), unit=unit_of(cited.key), sources=tuple(cited.sources),
        standing=DEFAULT if cited.is_default else standing(cited.sources), confidence=cited.confidence or "",
        note=cited.note, can_be_drawn=not cited.is_fixed,
    )  # fmt: skip


def standing(sources: Iterable[str]) -> str:
    """Return what stands behind a number: a source, a source and judgement, judgement alone, or nothing."""
    named = set(sources)
    if not named - {ASSUMPTION}:
        return ASSUMPTION if named else NEITHER
    return BOTH if ASSUMPTION in named else SOURCE


# ---------------------------------------------------------------- how many have a source


def counted(rows: Sequence[Row]) -> list[tuple[str, int, float]]:
    """Return (what, how many, share of the numbers that the files give) for each standing."""
    found = Counter(row.standing for row in rows)
    given = max(1, len(rows) - found[DEFAULT])
    return [(one, found[one], found[one] / given) for one in STANDINGS if one != DEFAULT]


def sentences(rows: Sequence[Row]) -> Iterator[str]:
    """Yield what is to be said of the numbers as a whole: what stands behind them, and how sure they are."""
    given = [row for row in rows if row.standing != DEFAULT]
    fixed = sum(not row.can_be_drawn for row in given)
    drawn = sum(row.is_drawn for row in given)
    yield (
        f"{len(given):,} numbers: {drawn:,} are drawn in each run, {len(given) - drawn - fixed:,} are constants that "
        f"could be, {fixed:,} are fixed (coordinates, counts, tick and horizon)."
    )
    counts = {what: (count, share) for what, count, share in counted(rows)}
    sourced = counts[SOURCE][0] + counts[BOTH][0]
    yield (
        f"With a source: {told(sourced, given)}, of which {counts[BOTH][0]:,} also say assumption. Assumption alone: "
        f"{told(counts[ASSUMPTION][0], given)}. Without either: {told(counts[NEITHER][0], given)}."
    )
    sure = Counter(row.confidence for row in given)
    yield "Confidence: " + ", ".join(f"{one or 'not said'} {told(sure[one], given)}" for one in CONFIDENCES) + "."
    defaults = len(rows) - len(given)
    if defaults:
        yield f"{defaults:,} more are not in the files: the schema's defaults stand."


def told(count: int, of: Sequence[Row]) -> str:
    """Return a count with its share, which is only 0 % or 100 % where it is none or all."""
    share = count / max(1, len(of))
    text = f"{share:.0%}"
    if text in ("0%", "100%") and 0 < count < len(of):
        text = f"{share:.1%}"
    return f"{count:,} ({text.replace('%', ' %')})"


# ---------------------------------------------------------------- CSV


def as_csv(rows: Iterable[Row]) -> str:
    """Return the rows as CSV: quantiles in full, of a constant three times itself; sources separated by `; `."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for row in rows:
        table.writerow([
            row.key, row.section, row.value, row.quantity.kind if row.is_drawn else "constant",
            *(plain(one) for one in row.quantiles), row.unit, "; ".join(row.sources), row.standing, row.confidence,
            row.note, str(row.can_be_drawn).lower(),
        ])  # fmt: skip
    return text.getvalue()


# ---------------------------------------------------------------- HTML


def as_html(scenario: Scenario, rows: Sequence[Row], shown: str = "") -> str:
    """Return one page that needs nothing else. `shown`: what was left out, in words, if anything was."""
    engine = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return engine.get_template(TEMPLATE).render(context(scenario, rows, shown))


def context(scenario: Scenario, rows: Sequence[Row], shown: str) -> dict[str, Any]:
    """Return what the template needs."""
    by_section: dict[str, list[Row]] = {}
    for row in rows:
        by_section.setdefault(row.section, []).append(row)
    model = scenario.model
    return {
        "title": model.title, "name": scenario.name, "hash": scenario.short_hash, "shown": shown,
        "sentences": list(sentences(rows)), "counts": [one for one in counted(rows) if one[1]],
        "sections": [(one, page_rows(rows)) for one, rows in by_section.items()],
        "sources": source_rows(scenario, rows), "standings": STANDINGS, "confidences": CONFIDENCES[:-1],
        "density_style": STYLE,
        "notice": model.basemap.notice if model.basemap else "",
    }  # fmt: skip


def page_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return what the template shows of numbers; a note is told in full where it is not that of the row above."""
    shown, told = [], ""
    for row in rows:
        shown.append({**page_row(row), "is_told": row.note == told})
        told = row.note or told
    return shown


def page_row(row: Row) -> dict[str, Any]:
    """Return what the template shows of a number."""
    low, middle, high = row.quantiles
    return {
        "key": row.key, "value": row.value, "unit": row.unit, "sources": row.sources, "standing": row.standing,
        "confidence": row.confidence, "note": row.note, "is_drawn": row.is_drawn, "middle": middle,
        "median": shown_number(middle) if row.is_drawn else "", "density": svg(row.quantity) if row.is_drawn else "",
        "range": f"{shown_number(low)} to {shown_number(high)}" if row.is_drawn else "",
    }  # fmt: skip


def shown_number(number: float) -> str:
    """Return a number to three digits."""
    rounded = float(f"{number:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:g}"


def source_rows(scenario: Scenario, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the sources that numbers cite, with what they are and how many cite them, most cited first."""
    cited = Counter(source for row in rows for source in row.sources)
    described = scenario.model.sources
    return [
        {
            "key": key, "count": count,
            "description": described[key].description if key in described else "",
            "address": described[key].address.strip("-") if key in described else "",
        }
        for key, count in sorted(cited.items(), key=lambda one: (-one[1], one[0]))
    ]  # fmt: skip
