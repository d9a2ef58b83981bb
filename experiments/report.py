"""A batch or a comparison as one HTML page that needs nothing else: to read, to print, to brief from."""

import base64
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pandas as pd

from experiments import comparison, phrases, plots, sensitivity, tables, wording
from experiments import manifest as manifests
from experiments.assumptions import page_rows, rows_of
from experiments.batch import PLOTS_FOLDER, REPORT_FILE, SUMMARY_FILE
from experiments.excerpts import first_rows
from experiments.figures import style
from experiments.sparks import STYLE
from experiments.summary import NORMAL_975
from experiments.terminal import headline
from experiments.terminal_compare import caption, moves
from sim.errors import ScenarioError
from sim.scenario.differences import differences
from sim.scenario.loading import Scenario, load
from sim.scenario.provenance import iter_quantities

TEMPLATE = "report.html.jinja"
SHOWN_ASSUMPTIONS = 15
SENSITIVITY_RUNS = 20_000
Context = dict[str, Any]


def write_report(directory: Path, out: Path | None = None) -> Path:
    """Write the report of the finished batch or comparison in a folder; return its path. Raises UsageError.

    Plots that are not there yet are drawn first.
    """
    directory = Path(directory)
    comparison.require_results(directory)
    if not list((directory / PLOTS_FOLDER).glob("*.png")):
        plots.draw(directory)
    context = of_comparison(directory) if comparison.is_comparison(directory) else of_batch(directory)
    path = out or directory / REPORT_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(environment().get_template(TEMPLATE).render(context), encoding="utf-8")
    return path


def environment() -> jinja2.Environment:
    """Return the template engine: everything is escaped, and a name that is not there is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


# ---------------------------------------------------------------- a batch


def of_batch(directory: Path) -> Context:
    """Return what the template needs for a batch."""
    manifest, scenario = manifests.read(directory), manifests.read_scenario(directory)
    summary = manifests.read_json(directory / SUMMARY_FILE)
    sure = sureness(directory, summary, manifest)
    return {
        **heading(scenario, manifest),
        "kind": "batch",
        "summary_sentences": list(phrases.about_batch(summary, manifest)),
        "races": [race_rows(summary, race, manifest) for race in style.races_in_order(manifest)],
        "milestones": milestone_rows(summary, manifest),
        "clashes": clash_rows(summary, manifest),
        "pictures": pictures(directory),
        "differs": differs_from_base(scenario, manifest),
        **sure,
    }


def heading(scenario: Scenario, manifest: Context) -> Context:
    """Return title, question, run numbers, how to reproduce it, assumptions and sources."""
    model, (first, stop) = scenario.model, manifest["runs"]
    name = manifest["scenario"]
    return {
        "title": model.title,
        "question": model.question,
        "note": model.note,
        "manifest": manifest,
        "runs": stop - first,
        "start": f"{model.start_date:%-d %B %Y}",
        "horizon": phrases.day_text(model.horizon_days, manifest),
        "command": manifest["command_line"] or f"race run {name} --runs {first}:{stop} --seed {manifest['seed']}",
        "assumptions": assumption_rows(scenario),
        "density_style": STYLE,
        "numbers": len(rows_of(scenario)),
        "sources": cited_sources(scenario),
        "notice": model.basemap.notice if model.basemap else "",
    }


def race_rows(summary: Context, race: str, manifest: Context) -> Context:
    """Return the table of a race."""
    found = summary["races"][race]
    rows = []
    for one, first in found["first"].items():
        finish = found["finish"].get(one)
        days = [phrases.day_text(finish[key], manifest) if finish else "" for key in ("q05", "q50", "q95")]
        rows.append({
            "name": wording.name_of(manifest, one), "first": phrases.share_text(first),
            "share": first["share"], "finishes": f"{finish['share']:.0%}" if finish else "", "days": days,
        })  # fmt: skip
    return {"title": manifest["races"][race]["title"], "id": race, "rows": rows}


def milestone_rows(summary: Context, manifest: Context) -> list[Context]:
    """Return the calendar of milestones, in the order of their medians."""
    found = summary["milestones"]
    order = sorted(found, key=lambda one: (found[one]["q50"] or 1e9, -found[one]["share"]))
    return [
        {
            "title": manifest["milestones"][one]["title"],
            "share": phrases.share_text(found[one]),
            "days": [phrases.day_text(found[one][key], manifest) for key in ("q05", "q25", "q50", "q75", "q95")],
        }
        for one in order
    ]


def clash_rows(summary: Context, manifest: Context) -> list[Context]:
    """Return clashes by pair and kind."""
    return [
        {"pair": wording.pair_name(manifest, pair), "kind": kind.replace("_", " "),
         "mean": wording.mean(one),
         "any": phrases.share_text(one["any"]) if "any" in one else ""}
        for pair, kinds in summary["clashes"].items() for kind, one in kinds.items()
    ]  # fmt: skip


def sureness(directory: Path, summary: Context, manifest: Context) -> Context:
    """Return what tells how sure the numbers are, and which assumptions decide."""
    runs = runs_to_explain(directory)
    race, found = headline(summary)
    leader = max(found["finish"], key=lambda one: found["first"][one]["share"])
    name = wording.name_of(manifest, leader)
    outcomes = outcomes_of(runs, leader, summary, manifest)
    assumptions = sensitivity.drawn(runs)
    decisive = sensitivity.tipping(assumptions, runs[f"winner:{race}"].eq(leader).to_numpy(float))
    return {
        "sure": list(phrases.about_sureness(summary, decisive, name)),
        "spread": spread_rows(outcomes, assumptions),
        "leader": name,
        "decisive": [
            {**row, "low": f"{row['low']:.0%}", "high": f"{row['high']:.0%}", "low_value": f"{row['low_value']:.3g}",
             "high_value": f"{row['high_value']:.3g}", "difference": wording.signed(100 * row["difference"], 0),
             "half": f"{100 * row['half']:.0f}"}
            for row in decisive.head(SHOWN_ASSUMPTIONS).to_dict("records")
        ],
        "drawn": len(assumptions.names),
        "sensitivity_runs": len(runs) if len(runs) < summary["runs"] else None,
    }  # fmt: skip


def runs_to_explain(directory: Path) -> pd.DataFrame:
    """Return the first runs of a batch: what each drew, who was first, when they finished, how often they clashed."""
    runs = tables.Columns(directory)
    wanted = ("winner:", "finish_day:", "clashes:", sensitivity.PREFIX)
    return first_rows(runs, [name for name in runs.columns if name.startswith(wanted)], SENSITIVITY_RUNS)


def outcomes_of(
    runs: pd.DataFrame, leader: str, summary: Context, manifest: Context
) -> dict[str, tuple[np.ndarray, str]]:
    """Return the outcomes whose spread is told, (one value a run, unit) by name: first, finish day, clashes."""
    race, _ = headline(summary)
    name = wording.name_of(manifest, leader)
    days = runs[f"finish_day:{race}:{leader}"].fillna(manifest["horizon_days"]).to_numpy(float)
    found = {
        f"{name} is first": (100 * runs[f"winner:{race}"].eq(leader).to_numpy(float), wording.POINTS),
        f"day on which {name} finishes, the horizon where it does not": (days, wording.DAYS),
    }
    columns = [column for column in runs.columns if column.startswith("clashes:")]
    if columns:
        found["clashes of all pairs"] = (runs[columns].sum(axis=1).to_numpy(float), wording.TIMES)
    return found


def spread_rows(outcomes: dict[str, tuple[np.ndarray, str]], assumptions: sensitivity.Drawn) -> list[Context]:
    """Return the rows of the table of outcomes' spread. `outcomes`: as of `outcomes_of`."""
    explained = sensitivity.explained_shares(assumptions, [values for values, _ in outcomes.values()])
    return [spread_row(what, *outcome, share)
            for (what, outcome), share in zip(outcomes.items(), explained, strict=True)]  # fmt: skip


def spread_row(what: str, values: np.ndarray, unit: str, explained: tuple[float, float] | None) -> Context:
    """Return an outcome's mean and Monte Carlo error, its spread, and which share of it assumptions explain.

    `explained`: the share and its standard error, None where it is not known. With one run neither error nor spread is.
    """
    row = {"what": what, "unit": unit, "half": "", "spread": "", "assumptions": "", "rest": ""}
    if len(values) < 2:
        return {**row, "mean": f"{values.mean():.0f}"}
    spread = float(values.std(ddof=1))
    half = NORMAL_975 * spread / np.sqrt(len(values))
    decimals = wording.digits(half, 1)
    row |= {"mean": f"{values.mean():.{decimals}f}", "half": f"+/- {half:.{decimals}f}", "spread": f"{spread:.3g}"}
    if explained is not None:
        share, error = explained
        row |= {"assumptions": f"{share:.0%} (+/- {100 * NORMAL_975 * error:.0f})", "rest": f"{1.0 - share:.0%}"}
    return row


def differs_from_base(scenario: Scenario, manifest: Context) -> Context | None:
    """Return what differs from the scenario that this one changes; None where there is none, or none to be found."""
    if not manifest["extends"]:
        return None
    try:
        base = load(manifest["extends"])
    except ScenarioError:
        return None
    found = differences(base, scenario)
    return {"base": base.name, "rows": [one._asdict() for one in found]}


# ---------------------------------------------------------------- a comparison


def of_comparison(directory: Path) -> Context:
    """Return what the template needs for a comparison."""
    found = comparison.reopen(directory)
    base = next(iter(found.batches.values()))
    scenario = manifests.read_scenario(base.directory)
    described = comparison.read(directory)
    images = pictures(directory)
    command = described["command_line"] or f"race compare {' '.join(found.batches)}"
    return {
        **heading(scenario, base.manifest),
        "command": command,
        "kind": "comparison",
        "summary": found.summary,
        "base_sentences": list(phrases.about_batch(base.summary, base.manifest))[:3],
        "others": [other_scenario(found, label, base.manifest, images) for label in found.summary["others"]],
    }


def other_scenario(found: comparison.Comparison, label: str, manifest: Context, images: dict[str, str]) -> Context:
    """Return what the template needs for one other scenario."""
    other = found.summary["others"][label]
    return {
        "label": label,
        "title": other["title"],
        "note": other["note"],
        "hash": other["scenario_hash"],
        "differs": other["differs"],
        "sentences": list(phrases.about_comparison(found.summary, label, manifest)),
        "races": [changed_race(race, changes, manifest) for race, changes in other["races"].items()],
        "moves": [changed_row(path, one, manifest) for path, one in moves(other)],
        "caption": caption(other),
        "flips": other["flipped"],
        "pictures": {
            name.removeprefix(f"{label}_"): image for name, image in images.items() if name.startswith(f"{label}_")
        },
    }


def changed_race(race: str, changes: Context, manifest: Context) -> Context:
    """Return the table of who is first, before and after."""
    rows = [changed_row(("races", race, "first", one), found, manifest) | {"name": wording.name_of(manifest, one)}
            for one, found in changes["first"].items()]  # fmt: skip
    return {"title": manifest["races"][race]["title"], "rows": rows}


def changed_row(path: tuple[str, ...], found: Context, manifest: Context) -> Context:
    """Return one change for a table."""
    unit = wording.unit_of(path)
    before, after = wording.values(found, unit)
    return {
        "name": wording.described(path, manifest), "before": before, "after": after, "unit": unit,
        "change": wording.difference(found, unit), "variance": wording.times(found["variance_reduction"]),
    }  # fmt: skip


# ---------------------------------------------------------------- pictures, assumptions, sources


def pictures(directory: Path) -> dict[str, str]:
    """Return the pictures of a folder by name, each as a data address."""
    files = sorted((directory / PLOTS_FOLDER).glob("*.png"))
    return {file.stem: f"data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()}" for file in files}


def assumption_rows(scenario: Scenario) -> list[Context]:
    """Return every number that is drawn, and every setting of the rules."""
    rows = [row for row in rows_of(scenario) if row.is_drawn or row.section == "rules"]
    return page_rows(rows)


def cited_sources(scenario: Scenario) -> list[Context]:
    """Return the sources that numbers cite, in order of their keys."""
    cited = {source for one in iter_quantities(scenario.model) for source in one.sources}
    return [
        {"key": key, "description": row.description, "address": row.address}
        for key, row in sorted(scenario.model.sources.items()) if key in cited
    ]  # fmt: skip
