"""What the schema has against a file, told as key path: what was found, what is allowed, the nearest valid name."""

import difflib
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from sim.errors import Flaw, Severity
from sim.scenario.reading import Path_, Source, cut

LONGEST_NAME = 60
PHRASES = {
    "missing": "the key is missing",
    "float_type": "a number is allowed",
    "float_parsing": "a number is allowed",
    "int_parsing": "a whole number is allowed",
    "int_type": "a whole number is allowed",
    "int_from_float": "a whole number is allowed",
    "string_type": "a text is allowed",
    "dict_type": "a mapping is allowed",
    "model_type": "a mapping is allowed",
    "list_type": "a list is allowed",
    "tuple_type": "a list is allowed",
    "bool_parsing": "true or false is allowed",
    "bool_type": "true or false is allowed",
    "date_from_datetime_parsing": "a date as 2017-06-25 is allowed",
    "date_type": "a date as 2017-06-25 is allowed",
    "finite_number": "a finite number is allowed",
}


def nearest(name: str, names: Iterable[str]) -> str:
    """Return " (did you mean 'x'?)" for the nearest valid name, "" where none is near."""
    found = difflib.get_close_matches(name[:LONGEST_NAME], list(names), n=1, cutoff=0.6)
    return f" (did you mean '{found[0]}'?)" if found else ""


def explain(error: ValidationError, model: type[BaseModel], source: Source) -> list[Flaw]:
    """Return a flaw for every problem that pydantic found, one a place; what was told when reading is left out."""
    told = {flaw.path for flaw in source.problems if flaw.path}
    found: dict[Path_, Flaw] = {}
    for one in error.errors():
        path = known_path(one["loc"], source)
        if any(path[:length] in told for length in range(1, len(path) + 1)):
            continue
        if one["type"] == "missing" and missing_column(path, source):
            path, text = path[:1], f"the column '{path[-1]}' is missing"
            found[(*path, text)] = source.flaw(path, text, Severity.SCHEMA)
        elif path not in found:
            place = source.keys.get(path) if one["type"] == "extra_forbidden" else None
            found[path] = source.flaw(path, phrase(one, path, model), Severity.SCHEMA, place)
    meant = {path for path in found if len(path) and is_mistyped(path, found, model, source)}
    return [flaw for path, flaw in found.items() if path not in meant]


def is_mistyped(path: Path_, found: Iterable[Path_], model: type[BaseModel], source: Source) -> bool:
    """Return whether a key that is missing stands beside under a name that there is not, which is told already."""
    if path in source.values:
        return False
    allowed = keys_at(model, path[:-1])
    beside = [
        str(one[-1]) for one in found if one[:-1] == path[:-1] and one in source.values and one[-1] not in allowed
    ]
    return any(difflib.get_close_matches(one, allowed, n=1) == [path[-1]] for one in beside)


def missing_column(path: Path_, source: Source) -> bool:
    """Return whether a key is missing because its table has no such column."""
    header = source.headers.get(str(path[0])) if len(path) == 3 else None
    return header is not None and path not in source.values and str(path[2]) not in header


def known_path(loc: tuple[Any, ...], source: Source) -> Path_:
    """Return a pydantic location as a key path of the file: names of union branches dropped."""
    path: Path_ = ()
    for index, part in enumerate(loc):
        longer = (*path, part)
        last = index == len(loc) - 1
        if longer in source.values or (last and isinstance(part, str) and path in source.values):
            path = longer
    return path


def phrase(found: Any, path: Path_, model: type[BaseModel]) -> str:
    """Return what is wrong at one place."""
    kind, context = found["type"], found.get("ctx", {})
    if kind == "extra_forbidden":
        return f"no key '{path[-1]}' here{nearest(str(path[-1]), keys_at(model, path[:-1]))}"
    if kind == "missing":
        return PHRASES[kind]
    if kind == "value_error":
        text = str(context.get("error", found["msg"]))
        return text if "found" in text else f"found {shown(found['input'])}, {text}"
    if kind == "literal_error":
        names = [one.strip("' ") for one in str(context["expected"]).replace(" or ", ", ").split(",")]
        return f"found {shown(found['input'])}, {', '.join(names)} is allowed{nearest(str(found['input']), names)}"
    if kind == "string_pattern_mismatch":
        return f"found {shown(found['input'])}, text of the form {context['pattern']} is allowed"
    allowed = PHRASES.get(kind, found["msg"][:1].lower() + found["msg"][1:])
    return f"found {shown(found['input'])}, {allowed}"


def shown(value: Any) -> str:
    """Return a value as it is shown in a message, cut at 60 characters."""
    if isinstance(value, dict | list):
        return f"a {'mapping' if isinstance(value, dict) else 'list'} of {len(value)}"
    return cut(repr(value) if isinstance(value, str) else str(value))


def keys_at(model: type[BaseModel], path: Path_) -> list[str]:
    """Return the keys allowed at a key path."""
    here: Any = model
    for part in path:
        here = step(here, part)
        if here is None:
            return []
    if isinstance(here, type) and issubclass(here, BaseModel):
        return [one.alias or name for name, one in here.model_fields.items()]
    return []


def step(here: Any, part: str | int) -> Any:
    """Return the type one key further down."""
    if isinstance(here, type) and issubclass(here, BaseModel):
        field: FieldInfo | None = here.model_fields.get(str(part))
        return model_in(field.annotation) if field else None
    return None if here is None else model_in(here)


def model_in(annotation: Any) -> Any:
    """Return the model inside an annotation (dict values, list items, optionals), or the annotation's container."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    arguments: tuple[Any, ...] = getattr(annotation, "__args__", ())
    if getattr(annotation, "__origin__", None) in (dict, list):
        return Container(arguments[-1])
    models = [one for one in arguments if isinstance(one, type) and issubclass(one, BaseModel)]
    return models[0] if models else None


class Container:
    """A mapping or list of models: one more key leads to the model."""

    def __init__(self, item: Any) -> None:
        """Keep the item's type where `model_in` looks for it."""
        self.__args__ = (item,)
