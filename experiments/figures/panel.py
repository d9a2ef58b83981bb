"""The panel beside a scenario's map: signs, then formations with strength and orders, zones and sieges."""

import textwrap
from typing import Any, NamedTuple

import numpy as np

from experiments.figures import maps
from sim.scenario.numbers import Quantity
from sim.scenario.schema import Formation, Order, ScenarioModel, Zone

LINE_INCHES, LETTERS = 0.125, 76
TEXT_SIZE = 6.9
FINISH_COLOUR, ZONE_COLOUR, SIEGE_COLOUR = "#F0E442", "#0072B2", "#7A1F1F"
TAG_COLOURS = ("#8E44AD", "#138D75", "#B9770E")
BLOCK_GAP_LINES, HEADING_LINES = 0.3, 1.5
SHOWN_ORDERS = 8
SIGN_INCHES = 0.165


class Block(NamedTuple):
    """A few lines of the panel that stay together, with the sign before them."""

    lines: list[str]
    colour: str | None = None
    number: str = ""
    is_heading: bool = False

    @property
    def height(self) -> float:
        """Height in lines."""
        return HEADING_LINES if self.is_heading else len(self.lines) + BLOCK_GAP_LINES


def panel_blocks(model: ScenarioModel) -> list[Block]:
    """Return what the panel says below the signs."""
    blocks = [Block(["Formations, men (5 to 95 %), orders"], is_heading=True)]
    for number, formation in enumerate(model.formations.values(), start=1):
        name = formation.name.split(" (")[0]
        head = textwrap.wrap(f"{name}, {men_text(formation.strength_men)}", LETTERS - 5)
        orders = textwrap.wrap(orders_text(model, formation), LETTERS - 4)
        blocks.append(Block([*head, *orders], model.sides[formation.side].colour, str(number)))
    if model.zones:
        blocks.append(Block(["Zones"], is_heading=True))
        blocks += [Block(textwrap.wrap(zone_text(model, one), LETTERS)) for one in model.zones]
    if model.sieges:
        blocks.append(Block(["Sieges"], is_heading=True))
        blocks += [Block(textwrap.wrap(siege_text(model, one), LETTERS)) for one in model.sieges]
    blocks.append(Block([f"Race: {maps.headline_race(model).title}"], is_heading=True))
    blocks += [Block(textwrap.wrap(line, LETTERS)) for line in race_lines(model)]
    return blocks


def men_text(men: Quantity) -> str:
    """Return a strength, or its median and range."""
    if men.is_constant:
        return f"{men.median():,.0f}"
    low, middle, high = (float(f"{x:.2g}") for x in men.quantiles(np.array([0.05, 0.5, 0.95])))
    return f"{middle:,.0f} ({low:,.0f} to {high:,.0f})"


def orders_text(model: ScenarioModel, formation: Formation) -> str:
    """Return a formation's orders in a line."""
    shown = [order_text(model, order) for order in formation.orders[:SHOWN_ORDERS]]
    more = len(formation.orders) - SHOWN_ORDERS
    return " > ".join([*shown, *([f"{more} more"] if more > 0 else [])]) or "stays"


def order_text(model: ScenarioModel, order: Order) -> str:
    """Return an order in a few words; in brackets where it waits or may be skipped."""
    kind = "" if order.kind == "take" else f"{order.kind.replace('_', ' ')} "
    text = f"{kind}{model.places[order.objective].name.split(' (')[0]}"
    return f"({text})" if order.after or order.only_if else text


def zone_text(model: ScenarioModel, one: str) -> str:
    """Return what a zone is, whom it binds and who enforces it."""
    zone = model.zones[one]
    closed_to = ", ".join(model.sides[side].name.split(" (")[0] for side in zone.applies_to)
    enforcer = f"; enforced by {model.commands[zone.enforcer].name}" if zone.enforcer else ""
    count = sum(zone.tag in place.tags for place in model.places.values())
    of_places = f" ({count} places{', ringed' if is_ringed(model, zone) else ''})" if zone.shape == "tag" else ""
    return f"{zone.name}{of_places}: closed to {closed_to}{enforcer}"


def is_ringed(model: ScenarioModel, zone: Zone) -> bool:
    """Return whether the places of a zone made of places are few enough to be ringed on the map: up to half of all."""
    count = sum(zone.tag in place.tags for place in model.places.values())
    return zone.shape == "tag" and 2 * count <= len(model.places)


def siege_text(model: ScenarioModel, one: str) -> str:
    """Return which places are under siege, and by whom."""
    siege = model.sieges[one]
    places = ", ".join(model.places[place].name.split(" (")[0] for place in siege.places)
    return f"{siege.name}: {places}, by {model.sides[siege.besieger].name.split(' (')[0]}"


def race_lines(model: ScenarioModel) -> list[str]:
    """Return the contestants of the headline race with their finishes, those with the same finish in one line."""
    sharing: dict[tuple[str, ...], list[str]] = {}
    for contestant, places in maps.headline_race(model).finish.items():
        sharing.setdefault(tuple(places), []).append(model.contestants[contestant].name.split(" (")[0])
    return [
        f"{', '.join(names)}: {' or '.join(model.places[place].name.split(' (')[0] for place in places)}"
        for places, names in sharing.items()
    ]


def signs_height(model: ScenarioModel) -> float:
    """Return the height of the signs (inches), in two columns."""
    return SIGN_INCHES * -(-len(signs(model)) // 2) + 0.1


def flow(blocks: list[Block], signs_inches: float, height: float) -> list[tuple[int, float]]:
    """Return the column and the top (inches from below) of each block; the signs stand above in the first column."""
    column, y, placed = 0, height - signs_inches, []
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        needed = block.height + (after.height if block.is_heading and after else 0.0)
        if y - needed * LINE_INCHES < 0:
            column, y = column + 1, height
        placed.append((column, y))
        y -= block.height * LINE_INCHES
    return placed


def height_for(blocks: list[Block], signs_inches: float, columns: int) -> float:
    """Return the least height (inches) at which the panel fits into so many columns."""
    whole = signs_inches + sum(block.height for block in blocks) * LINE_INCHES
    height = max(signs_inches, whole / columns)
    while flow(blocks, signs_inches, height)[-1][0] >= columns:
        height += LINE_INCHES
    return height


def draw_panel(axes: Any, model: ScenarioModel, blocks: list[Block], size: tuple[float, float], columns: int) -> None:
    """Draw signs and blocks into axes without a frame; one unit is one inch."""
    width, height = size
    axes.set(xlim=(0, width), ylim=(0, height), xticks=[], yticks=[])
    axes.grid(visible=False)
    axes.legend(handles=signs(model), loc="upper left", bbox_to_anchor=(0.0, 1.0), fontsize=7.4, frameon=False, ncols=2,
                borderpad=0.0, borderaxespad=0.0, handlelength=2.0, columnspacing=1.2)  # fmt: skip
    for block, (column, y) in zip(blocks, flow(blocks, signs_height(model), height), strict=True):
        draw_block(axes, block, 0.05 + column * width / columns, y)


def draw_block(axes: Any, block: Block, x: float, y: float) -> None:
    """Draw one block with its top at a height."""
    if block.is_heading:
        axes.text(x, y - 0.5 * LINE_INCHES, block.lines[0], fontsize=8.2, fontweight="bold", va="top")
        return
    indent = 0.24 if block.colour else 0.0
    if block.colour:
        axes.scatter([x + 0.08], [y - 0.5 * LINE_INCHES], s=100, marker="s", color=block.colour, edgecolor="black",
                     linewidth=0.8)  # fmt: skip
        axes.text(x + 0.08, y - 0.5 * LINE_INCHES, block.number, fontsize=6.4, fontweight="bold", color="white",
                  ha="center", va="center_baseline")  # fmt: skip
    for index, line in enumerate(block.lines):
        axes.text(x + indent, y - (index + 0.5) * LINE_INCHES, line, fontsize=TEXT_SIZE, va="center_baseline",
                  color="#111111" if index == 0 or not block.colour else "#555555")  # fmt: skip


def ringed_zones(model: ScenarioModel) -> list[tuple[Zone, str]]:
    """Return the zones whose places are ringed, and in which colour."""
    zones = [zone for zone in model.zones.values() if is_ringed(model, zone)]
    return [(zone, TAG_COLOURS[index % len(TAG_COLOURS)]) for index, zone in enumerate(zones)]


def shortened(text: str, letters: int) -> str:
    """Return a text, cut at a word."""
    return text if len(text) <= letters else text[:letters].rsplit(" ", 1)[0].rstrip(":,;") + " ..."


def first_order(formation: Formation) -> Order | None:
    """Return the order that a formation follows first: the first that is not skipped unless something has happened."""
    return next((order for order in formation.orders if not order.only_if), next(iter(formation.orders), None))


def waits(order: Order | None) -> bool:
    """Return whether an order waits for something, or is skipped unless something has happened."""
    return order is not None and bool(order.after or order.only_if)


def signs(model: ScenarioModel) -> list[Any]:
    """Return the handles of the legend: holders, signs, roads."""
    from matplotlib.lines import Line2D

    def sign(marker: str, label: str, **more: Any) -> Line2D:
        return Line2D([], [], **{"marker": marker, "linestyle": "", "color": "white", "markeredgecolor": "black",
                                 "label": label, **more})  # fmt: skip

    handles = [sign("o", side.name.split(" (")[0], color=side.colour, markeredgecolor=side.colour)
               for side in model.sides.values()]  # fmt: skip
    if any(place.holder is None for place in model.places.values()):
        handles.append(sign("o", "nobody's", markeredgecolor="#777777", markeredgewidth=0.9))
    handles += [
        sign("o", "objective of an order", color="#CCCCCC", markeredgewidth=1.1),
        sign("*", "finish of the race", color=FINISH_COLOUR, markersize=11),
        sign("s", "formation, as numbered", color="#777777"),
        Line2D([], [], color="#555555", marker=">", markersize=4, label="to its first objective"),
    ]
    if any(waits(first_order(formation)) for formation in model.formations.values()):
        handles.append(Line2D([], [], color="#555555", marker=">", markersize=4, linestyle=":", label="once released"))
    if len(model.races) > 1:
        handles.append(sign("*", "finish of another race", color=FINISH_COLOUR, markersize=6, markeredgewidth=0.5))
    if any(zone.shape == "circle" for zone in model.zones.values()):
        handles.append(Line2D([], [], color=ZONE_COLOUR, linestyle="--", label="zone"))
    handles += [sign("o", f"in: {shortened(zone.name, 34)}", markeredgecolor=colour, markersize=7)
                for zone, colour in ringed_zones(model)]  # fmt: skip
    if model.sieges:
        handles.append(sign("o", "under siege", markeredgecolor=SIEGE_COLOUR, markersize=9, markeredgewidth=1.5))
    if any(road.crosses_river and road.crossing_state != "intact" for road in model.roads.values()):
        handles.append(sign("x", "crossing without a bridge", markeredgecolor=SIEGE_COLOUR))
    handles += [Line2D([], [], label=f"road: {one.replace('_', ' ')}", **look)
                for one, look in maps.road_looks(model).items()]  # fmt: skip
    return handles
