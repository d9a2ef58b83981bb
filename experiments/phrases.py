"""A batch and a comparison in sentences made from their numbers, with no digit that the runs do not support."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pandas as pd

from experiments import wording
from experiments.terminal import headline
from experiments.terminal_compare import moves

SURE, OPEN, RARE = 0.95, (0.2, 0.8), 0.05
TOLD_MOVES = 6
TOLD_MILESTONES = 8
Found = dict[str, Any]


def day_text(day: float | None, manifest: Found) -> str:
    """Return a day as a date, "beyond the horizon" where there is none."""
    if day is None:
        return "beyond the horizon"
    return f"{date.fromisoformat(manifest['start_date']) + timedelta(days=int(day)):%-d %B %Y}"


def share_text(found: Found) -> str:
    """Return a share with its interval: "50.0 % (49.1 to 51.0)"."""
    decimals = wording.digits(50 * (found["high"] - found["low"]), 1)
    share, low, high = (f"{100 * found[key]:.{decimals}f}" for key in ("share", "low", "high"))
    return f"{share} % ({low} to {high})"


def counted(runs: int) -> str:
    """Return a number of runs: "1 run", "1,000 runs"."""
    return "1 run" if runs == 1 else f"{runs:,} runs"


def joined(parts: list[str]) -> str:
    """Return a list in words."""
    return parts[0] if len(parts) < 2 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def about_batch(summary: Found, manifest: Found) -> Iterator[str]:
    """Yield the sentences about a batch."""
    name, race = headline(summary)
    first, title = race["first"], manifest["races"][name]["title"]
    order = sorted(race["finish"], key=lambda one: -first[one]["share"])
    shown = [one for one in order if first[one]["share"] > 0.0]
    shares = [f"{share_text(first[one])} to {wording.name_of(manifest, one)}" for one in shown]
    if first["tie"]["runs"]:
        shares.append(f"{share_text(first['tie'])} to contestants that come together")
    if summary["runs"] == 1:
        yield "One run alone is a story, not a measurement: of means and days it gives no interval."
    if shares:
        yield f"{title}: of {counted(summary['runs'])}, {joined(shares)}."
    horizon = day_text(summary["horizon_days"], manifest)
    yield f"In {share_text(first['nobody'])} of the runs nobody finishes by the horizon, {horizon}."
    if len(race["first_by_side"]) > 3:
        sides = [f"{wording.name_of(manifest, one)} {share_text(found)}" for one, found in race["first_by_side"].items()
                 if one not in ("tie", "nobody")]  # fmt: skip
        yield f"By side: {joined(sides)}."
    for one in shown[:3]:
        yield finish_text(wording.name_of(manifest, one), race["finish"][one], manifest)
    yield from clash_texts(summary, manifest)
    yield from milestone_texts(summary, manifest)


def finish_text(name: str, found: Found, manifest: Found) -> str:
    """Return the sentence about when a contestant finishes."""
    text = f"{name}: at the finish by the horizon in {share_text(found)} of the runs"
    if found["q05"] is None:
        return text + "."
    early = f"one run in twenty sees that by {day_text(found['q05'], manifest)}"
    if found["q50"] is None:
        return f"{text}; {early}, but fewer than half do at all."
    return f"{text}; {early}, half of all runs by {day_text(found['q50'], manifest)}."


def clash_texts(summary: Found, manifest: Found) -> Iterator[str]:
    """Yield a sentence on the clashes of each pair of rivals."""
    for pair, kinds in summary["clashes"].items():
        found, any_ = kinds["all"], kinds["all"]["any"]
        yield (
            f"{wording.pair_name(manifest, pair)}: {wording.mean(found)} clashes a run on average; "
            f"{share_text(any_)} of the runs have at least one."
        )


def milestone_texts(summary: Found, manifest: Found) -> Iterator[str]:
    """Yield which milestones are all but certain, open and unlikely."""
    shares = {one: found["share"] for one, found in summary["milestones"].items()}
    groups = (
        ("All but certain by the horizon (95 % of the runs or more)", lambda share: share >= SURE),
        ("Open (between 20 and 80 %)", lambda share: OPEN[0] <= share <= OPEN[1]),
        ("Unlikely (under 5 %)", lambda share: share < RARE),
    )
    for heading, belongs in groups:
        titles = [f"{manifest['milestones'][one]['title']} ({100 * share:.{int(share < 0.1)}f} %)"
                  for one, share in shares.items() if belongs(share)]  # fmt: skip
        if titles:
            yield f"{heading}: {listed(titles)}."


def listed(titles: list[str]) -> str:
    """Return the first of many titles, and how many are left for the table."""
    left = len(titles) - TOLD_MILESTONES
    text = "; ".join(titles[:TOLD_MILESTONES])
    return text if left <= 0 else f"{text}; and {left} more, see Milestones"


def about_sureness(summary: Found, tipping: pd.DataFrame, leader: str) -> Iterator[str]:
    """Yield what can be said of how sure the numbers are: Monte Carlo error, assumptions, the model itself."""
    _, race = headline(summary)
    widest = max(found["high"] - found["low"] for found in race["first"].values()) / 2
    decimals = wording.digits(100 * widest, 1)
    yield (
        f"Monte Carlo error: with {counted(summary['runs'])}, no share of the race is off by more than about "
        f"{100 * widest:.{max(decimals, 1)}f} points for want of runs (95 %). More runs narrow this, and nothing else."
    )
    if len(tipping):
        top = [f"{row.assumption} ({row.low:.0%} to {row.high:.0%})" for row in tipping.head(3).itertuples()]
        yield f"How often {leader} is first depends most on {joined(top)}: its lowest against its highest third."
    yield (
        "The model: no number here measures whether the rules are right. Every rule and prior can be questioned in the "
        "scenario file; what a change does is told by race compare."
    )


def about_comparison(summary: Found, label: str, manifest: Found) -> Iterator[str]:
    """Yield the sentences about one other scenario of a comparison."""
    other = summary["others"][label]
    race = other["races"].get(summary["headline"], {"first": {}})
    clear = [(one, found) for one, found in race["first"].items() if found["low"] > 0 or found["high"] < 0]
    for one, found in sorted(clear, key=lambda entry: -abs(entry[1]["difference"])):
        name = wording.name_of(manifest, one)
        yield changed(name if one in ("tie", "nobody") else f"{name} first", found, wording.POINTS)
    if not clear:
        yield "Who is first in the headline race does not change by more than the paired intervals."
    for path, found in list(moves(other))[:TOLD_MOVES]:
        yield changed(wording.described(path, manifest), found, wording.unit_of(path))
    flips = other["flipped"].get(summary["headline"], {"count": 0})["count"]
    yield f"{flips:,} of {summary['runs']:,} runs have another winner."


def changed(what: str, found: Found, unit: str) -> str:
    """Return the sentence about one change."""
    before, after = wording.values(found, unit)
    return f"{what}: {before} before, {after} after, {wording.difference(found, unit)} {unit}."
