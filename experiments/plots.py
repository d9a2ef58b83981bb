"""Which pictures a batch and a comparison get: PNG, SVG and the data as CSV, in the folder `plots`."""

from collections.abc import Iterator
from pathlib import Path

from experiments import clashes, comparison, control, tables, track
from experiments import manifest as manifests
from experiments.batch import PLOTS_FOLDER, SUMMARY_FILE
from experiments.excerpts import rows_of
from experiments.figures import arrivals, changes, course, run_maps, shares, style
from experiments.figures.style import Picture

REPLAYED_RUNS = 200
Named = tuple[str, Picture]


def draw(directory: Path) -> list[Path]:
    """Draw the plots of a finished batch or comparison; return the paths written."""
    if comparison.is_comparison(directory):
        return draw_comparison(comparison.reopen(directory))
    return draw_all(directory)


def draw_all(directory: Path) -> list[Path]:
    """Draw every plot of a finished batch; return the paths written."""
    directory = Path(directory)
    with style.in_style():
        return save_all(batch_pictures(directory), directory / PLOTS_FOLDER)


def draw_comparison(found: comparison.Comparison) -> list[Path]:
    """Draw the plots of a finished comparison, a set for each other scenario; return the paths written."""
    with style.in_style():
        return save_all(changes.pictures(found), found.directory / PLOTS_FOLDER)


def save_all(pictures: Iterator[Named], folder: Path) -> list[Path]:
    """Save pictures one by one as they are drawn."""
    return [path for name, picture in pictures for path in style.save(picture, folder / name)]


def batch_pictures(directory: Path) -> Iterator[Named]:
    """Yield the pictures of a batch by name: what its summary says is drawn from there, the rest from its tables."""
    manifest, scenario = manifests.read(directory), manifests.read_scenario(directory)
    summary = manifests.read_json(directory / SUMMARY_FILE)
    runs = tables.Columns(directory)
    headline, *others = style.races_in_order(manifest)
    yield f"arrivals_{headline}", arrivals.arrivals_figure(runs, headline, manifest)
    yield f"weeks_{headline}", arrivals.ridgeline_figure(runs, headline, summary, manifest)
    for race in others:
        yield f"arrivals_{race}", arrivals.arrivals_figure(runs, race, manifest)
    yield "first", shares.first_figure(summary, manifest)
    if manifest["milestones"]:
        yield "milestones", arrivals.milestones_figure(summary, manifest)
    yield "days", shares.days_figure(summary, manifest)
    pairs = course.pairs_of(runs.columns)
    if pairs:
        found = clashes.count(directory, pairs, manifest, len(runs))
        yield "clashes", shares.clashes_figure(summary, manifest)
        yield "clashes_so_far", course.cumulative_figure(found.by_day, manifest)
        yield "clash_map", course.clash_map_figure(scenario, found.by_place, pairs, manifest)
    seed, (first, stop) = int(manifest["seed"]), manifest["runs"]
    replayed = range(first, min(stop, first + REPLAYED_RUNS))
    yield "control", course.control_figure(control.held_by_day(scenario, seed, replayed), scenario, manifest)
    tracks = {title: track.follow(scenario, seed, run) for title, run in track.told_runs(runs, manifest).items()}
    told = rows_of(runs, ["run", "winner", "finish_day"], {one.run for one in tracks.values()})
    winners = {run: (winner, day) for run, winner, day in told.values.tolist()}
    yield "runs", run_maps.run_maps_figure(scenario, tracks, winners, manifest)
