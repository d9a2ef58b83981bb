"""One run as an animation: a frame a day, formations on the move, places changing hands, what happened below."""

import os
import textwrap
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any, cast

import numpy as np
from PIL import Image

from experiments.figures import maps, style
from experiments.figures.run_maps import contestants_of, holder_colour
from experiments.track import Track
from sim.errors import UsageError
from sim.scenario.loading import Scenario

FRAMES_A_SECOND = 6
WIDTH, HEIGHT, DPI = 12.4, 9.6, 80
PALETTE_COLOURS, SWATCH = 160, 100
FINISH_COLOUR = "#F0E442"
LABEL_OFFSET, LABEL_LENGTH = 0.011, 0.18  # of the width of the map
LINES_BELOW = 4
TOLD_DAYS = 4
WORTH_TELLING = ("FINISH", "Milestone", "passed to", "Event", "The siege of", "The besieged", "Incident")
Progress = Callable[[int, int, str], None]


def write_movie(
    scenario: Scenario, track: Track, sentences: list[tuple[float, str]], path: Path, manifest: dict[str, Any],
    progress: Progress | None = None,
) -> None:  # fmt: skip
    """Write a run's animation, .gif or .mp4, all at once or not at all.

    `sentences`: its story as (day, sentence); `progress` is called with (frames done, frames, ""). Raises UsageError
    for another kind of file, and for .mp4 without the package imageio-ffmpeg.
    """
    write = writer_for(path, [side.colour for side in scenario.model.sides.values()])
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.stem}.{os.getpid()}.unfinished{path.suffix}")
    with style.in_style():
        scene = Scene(scenario, track, sentences, manifest)
        try:
            write(frames(scene, progress), unfinished)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


def frames(scene: "Scene", progress: Progress | None) -> Iterator[Image.Image]:
    """Yield the picture of each day."""
    days = scene.track.days
    for day in days:
        yield scene.picture(int(day))
        if progress is not None:
            progress(int(day) + 1, len(days), "")


def writer_for(path: Path, colours: list[str]) -> Callable[[Iterator[Image.Image], Path], None]:
    """Return what writes frames to a file of this kind; `colours` have to come out right. Raises UsageError."""
    writers: dict[str, Callable[[Iterator[Image.Image], Path], None]] = {
        ".gif": partial(write_gif, colours=[*colours, FINISH_COLOUR]),
        ".mp4": write_mp4,
    }
    if path.suffix not in writers:
        raise UsageError(f"--movie {path}: a file that ends in .gif or .mp4 is allowed")
    if path.suffix == ".mp4" and find_spec("imageio_ffmpeg") is None:
        raise UsageError("an .mp4 needs a package: pip install 'race-sim[movie]'; a .gif needs nothing")
    return writers[path.suffix]


def write_gif(pictures: Iterator[Image.Image], path: Path, colours: list[str]) -> None:
    """Write an animated GIF; all frames share one palette, so that little changes between them."""
    first = next(pictures)
    sample = first.copy()
    for index, colour in enumerate(colours):
        sample.paste(colour, (0, SWATCH * index, SWATCH, SWATCH * (index + 1)))
    palette = sample.quantize(PALETTE_COLOURS)
    reduced = (picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in chain([first], pictures))
    next(reduced).save(path, save_all=True, append_images=reduced, duration=round(1000 / FRAMES_A_SECOND), loop=0)


def write_mp4(pictures: Iterator[Image.Image], path: Path) -> None:
    """Write an MPEG-4 film."""
    from imageio_ffmpeg import write_frames

    first = next(pictures)
    film = write_frames(str(path), first.size, fps=FRAMES_A_SECOND, macro_block_size=2)
    film.send(None)
    try:
        for picture in chain([first], pictures):
            film.send(picture.tobytes())
    finally:
        film.close()


class Scene:
    """The map on which a run is played: the ground is drawn once, what moves is set anew for each day."""

    def __init__(
        self, scenario: Scenario, track: Track, sentences: list[tuple[float, str]], manifest: dict[str, Any]
    ) -> None:
        """Draw the ground."""
        self.scenario, self.model, self.track, self.manifest = scenario, scenario.model, track, manifest
        self.sentences = [(day, text) for day, text in sentences if any(word in text for word in WORTH_TELLING)]
        entrants = contestants_of(self.model)
        self.columns = [index for index, one in enumerate(track.formations) if one in entrants]
        self.colours = np.array([self.model.sides[self.model.formations[one].side].colour for one in track.formations])[
            self.columns
        ]

        west, east, _, _ = maps.frame_of(self.model)
        self.frame_width = east - west
        self.figure = style.new_figure(WIDTH, HEIGHT)
        self.figure.set_dpi(DPI)
        self.figure.set_layout_engine("none")
        self.axes = self.figure.add_axes((0.02, 0.15, 0.79, 0.80))  # the legend stands beside it
        maps.dress_map(self.axes, self.scenario)
        self.axes.set(xticks=[], yticks=[], anchor="NW")
        maps.draw_roads(self.axes, self.model)
        self.draw_legend()
        self.figure.text(0.985, 0.012, style.made_from(manifest), fontsize=8.5, color="#555555", ha="right")
        self.canvas = cast(Any, self.figure.canvas)
        self.canvas.draw()
        self.ground = self.canvas.copy_from_bbox(self.figure.bbox)
        self.moving = [*self.draw_places(), *self.draw_units(), *self.draw_texts()]

    def picture(self, day: int) -> Image.Image:
        """Return the picture of a day."""
        self.show(day)
        self.canvas.restore_region(self.ground)
        for artist in self.moving:
            self.figure.draw_artist(artist)
        width, height = self.canvas.get_width_height()
        pixels = np.asarray(self.canvas.buffer_rgba())[: height - height % 2, : width - width % 2, :3]
        return Image.fromarray(np.ascontiguousarray(pixels))

    def draw_units(self) -> list[Any]:
        """Return the artists of formations and their names."""
        self.units = self.axes.scatter([], [], marker="s", edgecolor="black", linewidth=1.0, zorder=7)
        names = [maps.short(self.model.formations[self.track.formations[column]].name) for column in self.columns]
        self.labels = [self.axes.text(0, 0, name, fontsize=9, fontweight="bold", zorder=8,
                                      bbox={"facecolor": "white", "alpha": 0.6, "edgecolor": "none", "pad": 0.8})
                       for name in names]  # fmt: skip
        return [self.units, *self.labels]

    def draw_texts(self) -> list[Any]:
        """Return the artists of date and story."""
        self.title = self.figure.text(0.02, 0.965, "", fontsize=17, fontweight="bold")
        self.story = self.figure.text(0.02, 0.135, "", fontsize=11, va="top", linespacing=1.35)
        return [self.title, self.story]

    def draw_places(self) -> list[Any]:
        """Return the artists of the places, and of the finishes of the headline race."""
        places = [self.model.places[one] for one in self.track.places]
        self.places = self.axes.scatter([one.lon for one in places], [one.lat for one in places], s=34, linewidth=0.5,
                                        edgecolor="white", zorder=4)  # fmt: skip
        ends = [self.model.places[one] for one in sorted(maps.headline_finishes(self.model))]
        stars = self.axes.scatter([one.lon for one in ends], [one.lat for one in ends], s=190, marker="*",
                                  color=FINISH_COLOUR, edgecolor="#111111", zorder=5)  # fmt: skip
        return [self.places, stars]

    def draw_legend(self) -> None:
        """Name the sides' colours."""
        from matplotlib.lines import Line2D

        handles = [Line2D([], [], marker="o", linestyle="", color=side.colour, label=side.name.split(" (")[0])
                   for side in self.model.sides.values()]  # fmt: skip
        self.axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=10, frameon=False)

    def show(self, day: int) -> None:
        """Show the state at the start of a day, and what happened in the days before it."""
        self.places.set_facecolor([holder_colour(self.model, side) for side in self.track.holders[day]])
        lon, lat = self.track.lon[day, self.columns], self.track.lat[day, self.columns]
        alive = ~self.track.is_lost[day, self.columns]
        self.units.set_offsets(np.column_stack([lon, lat])[alive])
        self.units.set_facecolor(self.colours[alive])
        self.units.set_sizes(40.0 + 0.03 * self.track.strength_men[day, self.columns][alive])
        for label, x, y, shown in zip(self.labels, lon, self.spread(lat, lon), alive, strict=True):
            label.set_position((x + LABEL_OFFSET * self.frame_width, y))
            label.set_visible(bool(shown))
        date = self.model.start_date + timedelta(days=day)
        self.title.set_text(f"{date:%-d %B %Y}, day {day}  ·  {self.manifest['scenario']}, run {self.track.run}")
        self.story.set_text(self.told(day))

    def spread(self, lat: np.ndarray, lon: np.ndarray) -> list[float]:
        """Return the heights of the labels, moved apart where formations stand together."""
        _, _, south, north = maps.frame_of(self.model)
        gap = 0.024 * (north - south)
        heights = lat.tolist()
        for index in range(len(heights)):
            near = [
                heights[before]
                for before in range(index)
                if abs(lon[before] - lon[index]) < LABEL_LENGTH * self.frame_width
            ]
            while any(abs(heights[index] - other) < gap for other in near):
                heights[index] -= gap / 4
        return heights

    def told(self, day: int) -> str:
        """Return what is told below the map: the latest events of the last days."""
        recent = [(at, text) for at, text in self.sentences if day - TOLD_DAYS <= at <= day][-LINES_BELOW:]
        start = self.model.start_date
        return "\n".join(
            textwrap.shorten(f"{start + timedelta(days=int(at)):%-d %b}: {text}", 130) for at, text in recent
        )
