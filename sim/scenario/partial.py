"""What is left of a broken scenario, so that the rest of it can be checked with the same breath.

Broken keys are taken out where an entry can do without them, and numbers have a stand-in; else the entry goes. What was
changed is remembered, so that nobody is told that an id is unknown which only its own mistake keeps from being there.
"""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sim.scenario.numbers import Quantity
from sim.scenario.reading import Source
from sim.scenario.schema import ScenarioModel

STAND_INS = {"title": "", "start_date": date(2000, 1, 1), "horizon_days": 3650, "tick_hours": 6}


@dataclass
class Part:
    """Scenario data of which broken pieces are taken out.

    `ids`: the entries that went, and tables as a whole; `maimed`: tables of which something went.
    """

    data: dict[str, Any]
    ids: set[str] = field(default_factory=set)
    maimed: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, source: Source) -> "Part":
        """Return a part that holds a copy of a source's data without what was not read well."""
        ids, maimed = ({str(path[end]) for path in source.lost} for end in (-1, 0))
        part = cls(copy.deepcopy(source.data), ids, maimed)
        part.take_out(flaw.path for flaw in source.problems)
        return part

    def model(self) -> ScenarioModel | None:
        """Return the validated part; None where what is left is no scenario."""
        for _ in range(3):
            try:
                return ScenarioModel.model_validate(self.data)
            except ValidationError as error:
                self.take_out(one["loc"] for one in error.errors())
        return None

    def take_out(self, paths: Iterable[tuple[Any, ...]]) -> None:
        """Take out what stands at each of some key paths."""
        for path in paths:
            if path:
                self.take_out_one(path)

    def take_out_one(self, path: tuple[Any, ...]) -> None:
        """Take out a key where its entry can do without it, else the entry, else the whole table."""
        table = str(path[0])
        self.maimed.add(table)
        entry_model = entries_of(table)
        entries = self.data.get(table)
        if entry_model is None or len(path) == 1 or not isinstance(entries, dict):
            self.take_out_table(table)
            return
        one = str(path[1])
        entry = entries.get(one)
        if isinstance(entry, dict) and len(path) > 2 and take_out_key(entry, entry_model, str(path[2])):
            return
        entries.pop(one, None)
        self.ids.add(one)

    def take_out_table(self, table: str) -> None:
        """Take out a whole table or number, with a stand-in where there has to be one."""
        self.ids.add(table)
        if table in STAND_INS:
            self.data[table] = STAND_INS[table]
        else:
            self.data.pop(table, None)


def entries_of(table: str) -> type[BaseModel] | None:
    """Return the model of a table's entries; None for what is no table of entries by id."""
    field_info = ScenarioModel.model_fields.get(table)
    if field_info is None or get_origin(field_info.annotation) is not dict:
        return None
    found = get_args(field_info.annotation)[1]
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def take_out_key(entry: dict[str, Any], model: type[BaseModel], key: str) -> bool:
    """Take a key out of an entry, with a number or a name to stand in where there has to be one; return if it could."""
    for name, one in model.model_fields.items():
        if (one.alias or name) == key and one.is_required():
            stand_in = 1.0 if one.annotation in (Quantity, float) else "" if key in ("name", "title") else None
            if stand_in is None or entry.get(key) == stand_in:
                return False
            entry[key] = stand_in
            return True
    entry.pop(key, None)
    return True
