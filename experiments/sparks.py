"""Small pictures of distributions: an SVG for a page, a line of blocks for a terminal."""

import numpy as np

from sim.scenario.densities import DISCRETE, densities, probabilities
from sim.scenario.numbers import Quantity

WIDTH, HEIGHT, BASE = 132.0, 30.0, 27.0
POINTS = 61
BLOCKS = "▁▂▃▄▅▆▇█"
STYLE = """
  .density { display: block; } .density .all { fill: #b9cbe0; } .density .most { fill: #7f9fc4; }
  .density .median { stroke: #1c2430; stroke-width: 1.2; } .density .bar { stroke: #7f9fc4; stroke-width: 7; }
  .density .axis { stroke: #8a95a3; stroke-width: .8; }
"""
ENDS = np.array([0.005, 0.995])
MARKS = np.array([0.05, 0.5, 0.95])
HIGHEST = 4.0  # times the density at the median: what rises without bound at an end is cut off there


def svg(quantity: Quantity) -> str:
    """Return a distribution's density as inline SVG: 99 % of it, 90 % filled darker, a line at the median.

    A distribution of single values has a bar each.
    """
    body = bars(quantity) if quantity.kind in DISCRETE else curve(quantity)
    low, middle, high = quantity.quantiles(MARKS)
    label = f"{quantity}: median {middle:.3g}, 90 % from {low:.3g} to {high:.3g}"
    return (
        f'<svg class="density" width="{WIDTH:g}" height="{HEIGHT:g}" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" '
        f'aria-label="{label}"><title>{label}</title>{body}'
        f'<path class="axis" d="M0 {BASE:g}H{WIDTH:g}"/></svg>'
    )


def curve(quantity: Quantity) -> str:
    """Return the density of a continuous distribution as paths."""
    left, right = extent(quantity)
    low, middle, high = (float(one) for one in quantity.quantiles(MARKS))
    top = peak(quantity, left, right)

    def at(values: np.ndarray) -> list[str]:
        across = (values - left) / (right - left) * WIDTH
        up = BASE - np.minimum(densities(quantity, values) / top, 1.0) * (BASE - 2.0)
        return [f"{x:.1f} {y:.1f}" for x, y in zip(across, up, strict=True)]

    def area(start: float, end: float) -> str:
        points = at(np.linspace(start, end, POINTS))
        first, last = points[0].split()[0], points[-1].split()[0]
        return f"M{first} {BASE:g}L{'L'.join(points)}L{last} {BASE:g}Z"

    x, y = at(np.array([middle]))[0].split()
    return (
        f'<path class="all" d="{area(left, right)}"/><path class="most" d="{area(low, high)}"/>'
        f'<path class="median" d="M{x} {y}V{BASE:g}"/>'
    )


def bars(quantity: Quantity) -> str:
    """Return the probabilities of single values as bars."""
    found = probabilities(quantity)
    values = [value for value, _ in found]
    span = (max(values) - min(values)) or 1.0
    most = max(share for _, share in found)
    return "".join(
        f'<path class="bar" d="M{6.0 + (value - min(values)) / span * (WIDTH - 12.0):.1f} {BASE:g}'
        f'V{BASE - share / most * (BASE - 2.0):.1f}"/>'
        for value, share in found
    )


def extent(quantity: Quantity) -> tuple[float, float]:
    """Return from where to where a density is drawn: its ends where it has two, else the middle 99 %."""
    low, high = quantity.support()
    if np.isfinite(low) and np.isfinite(high) and quantity.kind in ("uniform", "triangular"):
        return low, high
    left, right = (float(one) for one in quantity.quantiles(ENDS))
    return left, max(right, left + 1e-12)


def peak(quantity: Quantity, left: float, right: float) -> float:
    """Return the density that is drawn at full height."""
    inner = densities(quantity, np.linspace(left, right, 401)[1:-1])
    limit = HIGHEST * float(densities(quantity, quantity.quantiles(MARKS[1:2]))[0])
    return max(min(float(inner.max()), limit), 1e-300)


def blocks(quantity: Quantity, width: int = 8) -> str:
    """Return a distribution's density as a line of block characters over the same extent."""
    if quantity.kind in DISCRETE:
        found = dict(probabilities(quantity))
        most = max(found.values())
        return "".join(BLOCKS[min(7, int(8.0 * share / most))] for share in list(found.values())[:width])
    left, right = extent(quantity)
    edges = np.linspace(left, right, width + 1)
    middles = 0.5 * (edges[1:] + edges[:-1])
    heights = np.minimum(densities(quantity, middles), peak(quantity, left, right))
    if heights.max() - heights.min() < 1e-9 * heights.max():
        return BLOCKS[3] * width
    return "".join(BLOCKS[int(7.999 * one)] for one in np.minimum(heights / max(heights.max(), 1e-300), 1.0))
