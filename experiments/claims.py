"""The claims of a scenario: sentences of a source, each held to a measure over many runs.

They stand in `claims.yaml` beside the scenario. A measure is a share of runs, days (or km a day), clashes, each perhaps
only over the runs in which something holds, or against another scenario run with the same luck. A verdict asks one
measure to lie above or below a bound; the model agrees or disagrees only where the whole 95 % interval does.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from experiments import comparison
from experiments.batch import BatchResult, run_batch
from experiments.pairs import mean_change, share_change
from experiments.summary import CLASH_KINDS, NORMAL_975, censored_quantile, wilson
from experiments.workers import Progress
from sim.errors import ScenarioError, UsageError
from sim.scenario.loading import load
from sim.scenario.locate import find_scenario
from sim.scenario.reading import read_yaml

FILE_NAME = "claims.yaml"
CLAIMS_FILE = "claims.csv"
WEEK_DAYS = 7.0
Verdict = Literal["agrees", "disagrees", "cannot tell", ""]


class Part(BaseModel):
    """A part of claims.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Condition(Part):
    """What holds in a run: a column has one of some values, has come by the horizon, or comes before another."""

    column: str
    is_: list[str] | None = Field(default=None, alias="is")
    before: str | None = None


class Days(Part):
    """A day in each run: the first of some columns, less the first of others; as a rate where a distance is given."""

    first: list[str]
    since: list[str] = []
    km: float | None = None


class Incidents(Part):
    """Clashes of some pairs of sides, or that some formations are in, between two days, a week."""

    pairs: list[str]
    formations: list[str] = []
    from_day: float = 0.0
    to_day: float | None = None
    before: str | None = Field(default=None, description="only up to this day of the run")


class Measure(Part):
    """One number of a claim; exactly one of share, days and clashes."""

    label: str
    share: Condition | None = None
    days: Days | None = None
    clashes: Incidents | None = None
    less: Incidents | None = Field(default=None, description="clashes a week to take off")
    given: Condition | None = None
    against: str | None = Field(default=None, description="scenario: the change from the baseline to it, run by run")
    observed: str = Field(default="", description="what was observed before the start, with its source")


class Bound(Part):
    """A measure that has to lie above or below a number for the model to agree."""

    measure: str
    above: float | None = None
    below: float | None = None


class Claim(Part):
    """A sentence and how it is measured."""

    sentence: str
    measures: dict[str, Measure]
    verdict: Bound | None = None
    note: str = ""


class Claims(Part):
    """All claims of a scenario."""

    source: str
    claims: dict[str, Claim]


def read_claims(scenario: str | Path) -> Claims:
    """Return the claims beside a scenario. Raises UsageError where there are none, ScenarioError for mistakes."""
    path = find_scenario(scenario).parent / FILE_NAME
    if not path.is_file():
        raise UsageError(f"{scenario}: there is no {FILE_NAME} beside this scenario")
    source = read_yaml(path, str(path))
    try:
        return Claims.model_validate(source.data)
    except ValidationError as error:
        found = [(tuple(one["loc"]), one["msg"]) for one in error.errors()]
        raise ScenarioError(
            [f"{source.place(at) or path}: {'.'.join(map(str, at))}: {text}" for at, text in found]
        ) from None


def judge(
    scenario: str, runs: range, seed: int, out: Path, progress: Progress | None = None, *, force: bool = False,
    command_line: str = "",
) -> pd.DataFrame:  # fmt: skip
    """Run a scenario and the counterfactuals its claims name; return a row a measure, also written to claims.csv.

    Columns: claim, sentence, measure, value, low, high (95 % Monte Carlo interval), q05, q50, q95 (of runs; days only),
    unit, runs (that count), observed, verdict.
    """
    claims = read_claims(scenario)
    measures = [one for claim in claims.claims.values() for one in claim.measures.values()]
    others = list(dict.fromkeys(one.against for one in measures if one.against))
    if others:
        found = comparison.compare(
            scenario, *others, runs=runs, seed=seed, out=out, progress=progress, force=force, command_line=command_line
        )
        batches = list(found.batches.values())
    else:
        loaded = load(scenario)
        batches = [run_batch(loaded, runs, seed, out, progress=progress, force=force, command_line=command_line)]
    tables_of = dict(zip(["", *others], (Runs(batch) for batch in batches), strict=True))
    judged = pd.DataFrame(judged_rows(claims, tables_of))
    judged.to_csv(out / CLAIMS_FILE, index=False, float_format="%.6g", lineterminator="\n")
    return judged


class Runs:
    """The tables of one batch, and what a measure asks of them."""

    def __init__(self, batch: BatchResult) -> None:
        """Read the tables."""
        incidents = batch.table("incidents")
        self.rows = batch.table("runs")
        self.clashes = incidents[incidents["kind"].isin(CLASH_KINDS)]
        self.horizon = float(batch.manifest["horizon_days"])

    def column(self, name: str) -> pd.Series:
        """Return a column. Raises UsageError where there is none."""
        if name not in self.rows:
            raise UsageError(f"{FILE_NAME}: the runs have no column '{name}'")
        return self.rows[name]

    def holds(self, asked: Condition) -> np.ndarray:
        """Return in which runs a condition holds (bool)."""
        values = self.column(asked.column)
        if asked.is_ is not None:
            return values.isin(asked.is_).to_numpy(bool)
        if asked.before is not None:
            return (values.fillna(np.inf) < self.column(asked.before).fillna(np.inf)).to_numpy(bool)
        return values.notna().to_numpy(bool)

    def day(self, asked: Days) -> np.ndarray:
        """Return days, or km a day, in each run (float); NaN where the last of them is not by the horizon."""
        days = pd.concat([self.column(one) for one in asked.first], axis=1).min(axis=1).to_numpy(float)
        if asked.since:
            days = days - pd.concat([self.column(one) for one in asked.since], axis=1).min(axis=1).to_numpy(float)
        return asked.km / days if asked.km is not None else days

    def a_week(self, asked: Incidents) -> np.ndarray:
        """Return clashes a week in each run (float)."""
        rows = self.clashes[self.clashes["pair"].isin(asked.pairs)]
        if asked.formations:
            rows = rows[rows["formation"].isin(asked.formations) | rows["other"].isin(asked.formations)]
        ends = np.full(len(self.rows), asked.to_day if asked.to_day is not None else self.horizon)
        if asked.before is not None:
            ends = np.minimum(ends, self.column(asked.before).fillna(self.horizon).to_numpy(float))
        index = rows["run"].to_numpy() - int(self.rows["run"].iloc[0])
        inside = (rows["day"].to_numpy() >= asked.from_day) & (rows["day"].to_numpy() < ends[index])
        counts = np.bincount(index[inside], minlength=len(self.rows))
        return counts / np.maximum((ends - asked.from_day) / WEEK_DAYS, 1e-9)


def judged_rows(claims: Claims, batches: dict[str, Runs]) -> Iterator[dict[str, Any]]:
    """Yield a row for each measure of each claim. `batches`: by the name given in `against`, the base under ""."""
    base = batches[""]
    for key, claim in claims.claims.items():
        for name, asked in claim.measures.items():
            found = measured(asked, base, batches[asked.against] if asked.against else None)
            bound = claim.verdict if claim.verdict and claim.verdict.measure == name else None
            yield {
                "claim": key, "sentence": claim.sentence, "measure": asked.label, **found, "observed": asked.observed,
                "verdict": verdict(found, bound) if bound else "",
            }  # fmt: skip


def measured(asked: Measure, base: Runs, other: Runs | None) -> dict[str, Any]:
    """Return a measure's value with its interval, quantiles, unit and the runs that count."""
    if other is not None:
        return changed(asked, base, other)
    given = base.holds(asked.given) if asked.given else np.ones(len(base.rows), bool)
    total = int(given.sum())
    if total == 0:
        return row(math.nan, math.nan, math.nan, unit_of(asked), 0)
    if asked.share:
        count = int(base.holds(asked.share)[given].sum())
        low, high = wilson(count, total)
        return row(count / total, float(low), float(high), "share", total)
    if asked.days:
        return of_days(base.day(asked.days)[given], asked)
    return of_mean(weekly(asked, base)[given], unit_of(asked))


def unit_of(asked: Measure) -> str:
    """Return a measure's unit."""
    if asked.share:
        return "share"
    if asked.days:
        return "km a day" if asked.days.km is not None else "days"
    return "clashes a week"


def row(value: float, low: float, high: float, unit: str, runs: int, **more: float | None) -> dict[str, Any]:
    """Return the numbers of a row."""
    quantiles = {key: more.get(key) for key in ("q05", "q50", "q95")}
    return {"value": value, "low": low, "high": high, **quantiles, "unit": unit, "runs": runs}


def of_mean(values: np.ndarray, unit: str) -> dict[str, Any]:
    """Return a mean with its interval."""
    half = NORMAL_975 * float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    middle = float(values.mean())
    return row(middle, middle - half, middle + half, unit, len(values))


def of_days(values: np.ndarray, asked: Measure) -> dict[str, Any]:
    """Return the median of days over all runs (censored at the horizon), its interval and quantiles; or of rates."""
    known = np.sort(values[~np.isnan(values)])
    total = len(values)
    if asked.days and asked.days.km is not None:
        known, total = np.sort(np.nan_to_num(values, nan=0.0)), len(values)
    levels = {"q05": 0.05, "q50": 0.5, "q95": 0.95}
    found = {key: censored_quantile(known, total, level) for key, level in levels.items()}
    reach = NORMAL_975 * math.sqrt(0.25 / total)
    low, high = (censored_quantile(known, total, min(max(0.5 + sign * reach, 1e-9), 1.0)) for sign in (-1, 1))
    numbers = [math.nan if one is None else one for one in (found["q50"], low, high)]
    return row(numbers[0], numbers[1], numbers[2], unit_of(asked), total, **found)


def weekly(asked: Measure, runs: Runs) -> np.ndarray:
    """Return clashes a week in each run (float), less those to take off."""
    found = runs.a_week(asked.clashes) if asked.clashes else np.zeros(len(runs.rows))
    return found - runs.a_week(asked.less) if asked.less else found


def changed(asked: Measure, base: Runs, other: Runs) -> dict[str, Any]:
    """Return the change of a measure from the base to another scenario, run by run."""
    if asked.share:
        found = share_change(base.holds(asked.share), other.holds(asked.share))
    elif asked.days:
        days = [np.nan_to_num(one.day(asked.days), nan=one.horizon) for one in (base, other)]
        found = mean_change(*days)
    else:
        found = mean_change(weekly(asked, base), weekly(asked, other))
    return row(found["difference"], found["low"], found["high"], f"change, {unit_of(asked)}", len(base.rows))


def verdict(found: dict[str, Any], bound: Bound) -> Verdict:
    """Return whether the model agrees with a claim: only where the whole interval lies on one side of the bound."""
    low, high = (found["low"], found["high"]) if bound.above is not None else (-found["high"], -found["low"])
    limit = bound.above if bound.above is not None else -(bound.below or 0.0)
    if math.isnan(low):
        return "cannot tell"
    return "agrees" if low > limit else "disagrees" if high < limit else "cannot tell"
