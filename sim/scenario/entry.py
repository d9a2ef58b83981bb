"""What every entry of a scenario file may carry."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from sim.scenario.numbers import Sources

Ids = Sources  # a list of ids; in a table's cell `a; b`


class Entry(BaseModel):
    """What every entry may carry: a source (keys of sources.csv or "assumption"), a confidence and a note.

    A number without a source of its own has that of the nearest entry around it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Ids = Field(
        default=[],
        description="where the entry's numbers come from: keys of the list of sources, or `assumption`",
        examples=[["assumption"], ["WP-CSC", "assumption"]],
    )
    confidence: Literal["low", "medium", "high"] | None = Field(
        default=None, description="how far the source is to be trusted", examples=["medium"]
    )
    note: str = Field(default="", description="a sentence of why", examples=["core plus attached militia"])
