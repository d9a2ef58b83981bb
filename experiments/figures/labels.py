"""Names on a map, each where it covers least: boxes that are taken are never covered, points and lines if they must."""

import math
import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

Box = tuple[float, float, float, float]
DIRECTIONS = 16
NEAR_POINTS, FAR_POINTS = (6.0, 10.0), (18.0, 30.0, 46.0, 66.0, 90.0)
LEADER_FROM_POINTS, SHORTEST_LEADER_POINTS = 14.0, 5.0
GAP_PIXELS, ABOUT_PIXELS, HEAD_PIXELS = 2.0, 4.0, 10.0
COST_OF_DOT, COST_OF_LINE, COST_OF_FAR, COST_OF_CROSSED, COST_OF_SLANT = 4.0, 0.12, 0.035, 4.0, 0.25
COST_OF_MISTAKEN = 1.5


class Look(NamedTuple):
    """How a name is written.

    `leads`: it matters, so that it may stand further off, with a thin line to its point, or cover a dot if it must.
    """

    size: float
    colour: str = "#333333"
    weight: str = "normal"
    leads: bool = False
    style: str = "normal"


class Labels:
    """The names on one map. The figure must have its final layout, as places are measured in pixels."""

    def __init__(self, axes: Any, dots: Sequence[tuple[float, float]], lines: np.ndarray) -> None:
        """Start with an empty map.

        `dots`, `lines`: points (lon, lat) that names had better not cover: places, and points along roads (n x 2).
        """
        self.axes, self.figure = axes, axes.figure
        self.frame = axes.get_window_extent()
        self.dots, self.lines = self.to_pixels(dots), self.to_pixels(lines)
        self.taken: list[Box] = []

    def to_pixels(self, points: Any) -> np.ndarray:
        """Return points (lon, lat) in pixels."""
        return self.axes.transData.transform(np.asarray(points, dtype=float).reshape(-1, 2))

    def avoid_arrow(self, bow: np.ndarray) -> None:
        """Let names rather not cover an arrow (pixels, n x 2, from its start), and never its head."""
        self.lines = np.concatenate([self.lines, bow])
        off = np.hypot(*(bow - bow[-1]).T)
        x, y = bow[int(np.abs(off - HEAD_PIXELS).argmin())]
        self.taken.append((x - HEAD_PIXELS / 2, y - HEAD_PIXELS / 2, x + HEAD_PIXELS / 2, y + HEAD_PIXELS / 2))

    def reserve(self, at: tuple[float, float], radius_points: float) -> None:
        """Keep a square round a point free of names."""
        x, y = self.to_pixels([at])[0]
        r = radius_points * self.figure.dpi / 72
        self.taken.append((x - r, y - r, x + r, y + r))

    def write(self, text: str, at: tuple[float, float], look: Look, clear_points: float = 0.0) -> bool:
        """Write a name at the best free spot round its point; return False, and write nothing, if there is none.

        `clear_points`: how large the sign at the point is (radius).
        """
        label = self.axes.annotate(
            text, at, xytext=(0, 0), textcoords="offset points", ha="left", va="bottom", fontsize=look.size,
            fontweight=look.weight, fontstyle=look.style, color=look.colour, linespacing=1.05, zorder=9,
        )  # fmt: skip
        extent = label.get_window_extent(self.figure.canvas.get_renderer())
        spot = self.best_spot(self.to_pixels([at])[0], extent.width, extent.height, look.leads, clear_points)
        if spot is None:
            label.remove()
            return False
        x, y = self.to_pixels([at])[0]
        points = 72 / self.figure.dpi
        label.set_position(((spot[0] - x) * points, (spot[1] - y) * points))
        label.set_bbox({"facecolor": "white", "alpha": 0.72, "edgecolor": "none", "pad": 0.5})
        self.taken.append(spot)
        self.lead(at, spot)
        return True

    def best_spot(self, at: np.ndarray, width: float, height: float, leads: bool, clear_points: float) -> Box | None:
        """Return the cheapest free box of a size (pixels) round a point."""
        scale = self.figure.dpi / 72
        best, lowest = None, math.inf
        for points in NEAR_POINTS + (FAR_POINTS if leads else ()):
            reach = (points + clear_points) * scale
            for index in range(DIRECTIONS):
                angle = 2 * math.pi * index / DIRECTIONS
                box = box_towards(at, angle, reach, width, height)
                cost = COST_OF_FAR * points + COST_OF_SLANT * abs(math.sin(2 * angle))
                if cost < lowest and self.is_free(box) and (leads or not within(self.dots, box)):
                    cost += self.cost(at, box)
                    if cost < lowest:
                        best, lowest = box, cost
        return best

    def is_free(self, box: Box) -> bool:
        """Return whether a box lies inside the frame and covers no taken one."""
        f = self.frame
        inside = box[0] > f.x0 + 2 and box[2] < f.x1 - 2 and box[1] > f.y0 + 2 and box[3] < f.y1 - 2
        return inside and not any(overlap(box, other, GAP_PIXELS) for other in self.taken)

    def cost(self, at: np.ndarray, box: Box) -> float:
        """Return what a box covers, what other dots it could be taken for, and what the line from its point crosses."""
        end = nearest_in(box, at)
        steps = [(at[0] + s * (end[0] - at[0]), at[1] + s * (end[1] - at[1])) for s in (0.35, 0.5, 0.65, 0.8, 0.95)]
        crossed = sum(any(a < x < c and b < y < d for a, b, c, d in self.taken) for x, y in steps)
        covered = COST_OF_DOT * within(self.dots, box) + COST_OF_LINE * within(self.lines, box)
        return covered + COST_OF_MISTAKEN * min(2, self.nearer_dots(at, box)) + COST_OF_CROSSED * crossed

    def nearer_dots(self, at: Any, box: Box) -> int:
        """Return how many other dots are about as near to a box as the point it names: it could be taken for theirs."""
        x, y = self.dots[:, 0], self.dots[:, 1]
        off = np.hypot(np.clip(x, box[0], box[2]) - x, np.clip(y, box[1], box[3]) - y)
        others = np.hypot(x - at[0], y - at[1]) > GAP_PIXELS
        return int((others & (off < math.dist(at, nearest_in(box, at)) + ABOUT_PIXELS)).sum())

    def lead(self, at: tuple[float, float], box: Box) -> None:
        """Draw a thin line from a point to its name, where the name stands off or another dot is nearer to it."""
        x, y = self.to_pixels([at])[0]
        end = nearest_in(box, (x, y))
        off = math.dist((x, y), end) * 72 / self.figure.dpi
        if off > LEADER_FROM_POINTS or (off > SHORTEST_LEADER_POINTS and self.nearer_dots((x, y), box)):
            lon, lat = self.axes.transData.inverted().transform(end)
            self.axes.plot([at[0], lon], [at[1], lat], color="#444444", linewidth=0.6, zorder=5.5)


def box_towards(at: np.ndarray, angle: float, reach: float, width: float, height: float) -> Box:
    """Return a box whose near edge lies `reach` pixels off in a direction; sideways it is centred in height."""
    x, y = at[0] + reach * math.cos(angle), at[1] + reach * math.sin(angle)
    left = x - width * (1 - math.cos(angle)) / 2
    low = y - height * (1 - math.sin(angle)) / 2
    return left, low, left + width, low + height


def nearest_in(box: Box, at: Any) -> tuple[float, float]:
    """Return the point of a box that is nearest to a point."""
    return min(max(at[0], box[0]), box[2]), min(max(at[1], box[1]), box[3])


def within(points: np.ndarray, box: Box) -> int:
    """Return how many points lie in a box."""
    x, y = points[:, 0], points[:, 1]
    return int(((x > box[0] - 1) & (x < box[2] + 1) & (y > box[1] - 1) & (y < box[3] + 1)).sum())


def overlap(a: Box, b: Box, gap: float = 0.0) -> bool:
    """Return whether two boxes (x0, y0, x1, y1) overlap or come nearer than a gap."""
    return a[0] < b[2] + gap and b[0] < a[2] + gap and a[1] < b[3] + gap and b[1] < a[3] + gap


def wrapped(text: str, width: int) -> str:
    """Return a text in lines of a width."""
    return "\n".join(textwrap.wrap(text.split(" (")[0], width))
