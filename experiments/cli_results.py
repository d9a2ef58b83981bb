"""The commands that look at what was run: `race plot`, `race replay`, `race report`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.cli_shared import ResultArgument, complain, progress_bar

if TYPE_CHECKING:
    from experiments.manifest import Manifest

RunOption = Annotated[int, typer.Option("--run", metavar="K", min=0, help="Number of the run.")]
AgainstOption = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="OTHER",
        help="Scenario, or folder of a batch: tell both stories from the day they part. In a comparison's folder: "
        "one of its scenarios.",
    ),
]
SetsOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY.PATH=VALUE", help="Changes OTHER, by default the batch's own scenario."),
]
MovieOption = Annotated[
    Path | None, typer.Option("--movie", metavar="FILE.gif|.mp4", help="Draw the run as an animation instead.")
]
ReportOption = Annotated[
    Path | None, typer.Option("--out", metavar="FILE.html", help="The report.  [default: DIR/report.html]")
]
REPLAY_EXAMPLES = """\b
Examples:
  race replay results/june_2017 --run 17
  race replay results/june_2017 --run 17 --against no_russian_air
  race replay results/june_2017 --run 17 --movie run17.gif
"""


def plot_command(directory: ResultArgument) -> None:
    """Draw the plots of a batch or a comparison again and print their paths."""
    from experiments.comparison import require_results

    require_results(directory)
    from experiments.plots import draw

    for path in draw(directory):
        typer.echo(path)


def replay_command(
    directory: ResultArgument,
    run: RunOption,
    against: AgainstOption = None,
    sets: SetsOption = None,
    movie: MovieOption = None,
) -> None:
    """Tell one run of a batch day by day: who moves, who waits and why, assaults, raids, incidents."""
    from experiments import comparison, parting, replay

    folder = comparison.base_folder(directory)
    warn_of_other_versions(replay.manifest_with(folder, run))
    if movie is not None:
        write_movie(folder, run, movie)
        return
    alone = against is None and not sets
    lines = replay.tell(folder, run) if alone else parting.tell(directory, run, against, sets or [])
    for line in lines:
        typer.echo(line)


def warn_of_other_versions(manifest: "Manifest") -> None:
    """Say that a replay may differ where the batch was made by other versions."""
    from experiments.versions import versions

    if manifest["versions"] != versions():
        complain("race: this batch was made by other versions; its runs may go differently when replayed")


def write_movie(directory: Path, run: int, movie: Path) -> None:
    """Draw a run as an animation and print its path."""
    from experiments import replay
    from experiments.figures.movie import write_movie as write
    from experiments.manifest import read, read_scenario
    from experiments.track import follow

    manifest, scenario = read(directory), read_scenario(directory)
    seed = int(manifest["seed"])
    sentences, _ = replay.told(scenario, seed, run)
    with progress_bar(f"{movie.name}: frames", hidden=False) as progress:
        write(scenario, follow(scenario, seed, run), sentences, movie, manifest, progress)
    typer.echo(movie)


def report_command(directory: ResultArgument, out: ReportOption = None) -> None:
    """Write a batch, or a comparison, as one HTML page to read, print and brief from."""
    from experiments.comparison import require_results

    require_results(directory)
    from experiments.report import write_report

    typer.echo(write_report(directory, out))
