"""Refusals of the office's set-up."""

from collections.abc import Iterable
from dataclasses import dataclass

from servicedesk.kernel.errors import ConfigurationError, NotFound, Refusal


class OfficeNotFound(NotFound):
    """Refuse an office, team, person or desk that this office does not have."""

    code = "office_not_found"


class HostTaken(Refusal):
    """Refuse a host name at which another office of this database answers."""

    code = "host_taken"
    message = "Unter %(host)s ist schon das Amt %(office)s erreichbar."


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Say what is wrong at one place of the office file, and what to do.

    `path` counts tables from one, as a person does: `desk[2].opening[1].from`.
    """

    line: int
    path: str
    sentence: str

    def __str__(self) -> str:
        """Return the sentence with its place."""
        return (
            f"line {self.line}: {self.path}: {self.sentence}"
            if self.path
            else f"line {self.line}: {self.sentence}"
        )


class FaultyOfficeFile(ConfigurationError):
    """Refuse an office file, with every problem at once in the order of lines."""

    def __init__(self, found: Iterable[Problem]) -> None:
        self.found = tuple(sorted(set(found)))
        super().__init__([str(problem) for problem in self.found])
