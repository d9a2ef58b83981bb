"""Differences between scenario files on the terminal."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

NOTHING = "-"


def print_differences(found: Sequence[dict[str, Any]], console: Console) -> None:
    """Print each difference: its key path, then the value before and after, each with its sources."""
    for one in found:
        console.print(Text(one["path"], style="cyan"))
        for side in ("before", "after"):
            line = Text(f"{side:6}  {one[side] or NOTHING}")
            if one[f"{side}_source"]:
                line.append(f"  [{one[f'{side}_source']}]", style="dim")
            console.print(Padding(line, (0, 0, 0, 2)))
        if one["note"]:
            console.print(Padding(Text(one["note"], style="dim"), (0, 0, 0, 10)))
