"""What can go wrong: the errors a user can meet, each with a message that says how to go on.

The command line prints these without a traceback. Anything else that is raised is a defect of the program.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

SHOWN = 20


class RaceError(Exception):
    """The root of all the project's own errors."""


class Severity(IntEnum):
    """How much of a scenario a flaw keeps from being read or checked; the worst is told first."""

    UNREADABLE = 0  # a file that cannot be opened, decoded or parsed
    FORM = 1  # a part of a file that parses, and is not taken: a key given twice, a tag, a row with cells missing
    SCHEMA = 2  # a key that there is not, a value of a wrong kind or out of its range
    NAME = 3  # an id that nothing has
    SENSE = 4  # what is well written and cannot be: ground held by the enemy, an objective without a road


@dataclass(frozen=True)
class Flaw:
    """One thing to mend in a scenario.

    `text`: key path, what was found, what is allowed; `file`: as it was given, "--set KEY=VALUE" for one of these,
    "" where none can be named; `line`, `column`: 1-based, 0 where there is none; `path`: the key path.
    """

    text: str
    file: str = ""
    line: int = 0
    column: int = 0
    severity: Severity = Severity.UNREADABLE
    path: tuple[str | int, ...] = ()

    @property
    def where(self) -> str:
        """Show the place as editors and compilers do."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def __str__(self) -> str:
        """Show it in one line, what cannot be printed as an escape."""
        line = f"{self.where}: {self.text}" if self.file else self.text
        return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in line)


class ScenarioError(RaceError, ValueError):
    """A scenario, an overlay or a `--set` that cannot be used.

    `flaws`: everything to mend, the worst first, within one severity in the order of file and line; `note`: a last
    line, "" for none. A single problem may be given as a plain string, and a list may mix strings and flaws.
    """

    flaws: list[Flaw]

    def __init__(self, problems: str | Iterable[str | Flaw], note: str = "") -> None:
        given = [problems] if isinstance(problems, str) else list(problems)
        found = dict.fromkeys(one if isinstance(one, Flaw) else Flaw(one) for one in given)
        self.flaws = sorted(found, key=lambda one: (one.severity, one.file, one.line, one.column))
        self.note = note
        super().__init__(self.flaws, note)

    @property
    def last_lines(self) -> list[str]:
        """The count of the flaws that are not shown, and the note."""
        rest = len(self.flaws) - SHOWN
        return [*([f"... and {rest} more"] if rest > 0 else []), *([self.note] if self.note else [])]

    @property
    def problems(self) -> list[str]:
        """A line for each of the twenty worst flaws, then the last lines."""
        return [*map(str, self.flaws[:SHOWN]), *self.last_lines]

    def __str__(self) -> str:
        return "\n".join(self.problems)


class UsageError(RaceError, ValueError):
    """A call or a command line that asks for what does not exist or does not go together."""


class RunError(RaceError, RuntimeError):
    """A run, or what one left on disk, that cannot be carried on: lost workers, damaged or mixed results."""
