"""What can go wrong: the errors a user can meet, each with a message that says how to go on.

The command line prints these without a traceback. Anything else that is raised is a defect of the program.
"""

from collections.abc import Iterable


class RaceError(Exception):
    """The root of all the project's own errors."""


class ScenarioError(RaceError, ValueError):
    """A scenario, an overlay or a `--set` that cannot be used.

    `problems`: list of str, one line for each thing to mend, in the order of the file; `str()` joins them by
    line breaks. A single problem may be given as a plain string.
    """

    problems: list[str]

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(self.problems)


class UsageError(RaceError, ValueError):
    """A call or a command line that asks for what does not exist or does not go together."""


class RunError(RaceError, RuntimeError):
    """A run, or what one left on disk, that cannot be carried on: lost workers, damaged or mixed results."""
