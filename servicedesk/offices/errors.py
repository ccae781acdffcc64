"""Refusals of the office's set-up."""

from collections.abc import Iterable
from dataclasses import dataclass

from servicedesk.kernel.errors import ConfigurationError, NotFound, Refusal, StaleData


class OfficeNotFound(NotFound):
    """Refuse an office, team, person or desk that this office does not have."""

    code = "office_not_found"


class HostTaken(Refusal):
    """Refuse a host name at which another office of this database answers."""

    code = "host_taken"
    message = "Unter %(host)s ist schon das Amt %(office)s erreichbar."


class AbsenceNotFound(NotFound):
    """Refuse an absence that does not exist or is not the actor's to see."""

    code = "absence_not_found"


class DeputyIsSelf(Refusal):
    """Refuse that somebody stands in for themselves."""

    code = "deputy_is_self"
    message = "Niemand vertritt sich selbst. Wählen Sie eine andere Person."


class DeputyNotHere(Refusal):
    """Refuse a deputy who does not (or no longer) work in this office."""

    code = "deputy_not_here"
    message = "Diese Person arbeitet nicht mehr in der Behörde. Wählen Sie eine andere."


class DeputyAway(Refusal):
    """Refuse a chain of deputies that ends with nobody on one of the days."""

    code = "deputy_away"
    message = "Am %(day)s wäre niemand da: Die Vertretung ist selbst abwesend. Wählen Sie eine andere Person."


class AbsenceBackwards(Refusal):
    """Refuse a last day before the first."""

    code = "absence_backwards"
    message = "Der letzte Tag liegt vor dem ersten. Prüfen Sie beide."


class AbsenceTooLong(Refusal):
    """Refuse more than two years at once."""

    code = "absence_too_long"
    message = (
        "Das sind mehr als zwei Jahre. Prüfen Sie die Jahreszahl, oder tragen Sie zunächst zwei Jahre ein."
    )


class AbsenceOver(Refusal):
    """Refuse to enter or change what has already passed."""

    code = "absence_over"
    message = "Der letzte Tag ist schon vorbei. Eine Vertretung gilt nur von heute an."


class AbsenceBegun(Refusal):
    """Refuse another first day for what has already begun."""

    code = "absence_begun"
    message = "Die Abwesenheit hat schon begonnen. Ihr erster Tag bleibt stehen."


class AbsenceOverlaps(Refusal):
    """Refuse a second absence of a person on the same day."""

    code = "absence_overlaps"
    message = "Vom %(first)s bis %(last)s ist schon eine Abwesenheit eingetragen. Ändern Sie diese."


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


class TextsChanged(StaleData):
    """Refuse to note as read what has other words by now."""

    code = "texts_changed"
    message = "Ein Text hat inzwischen einen anderen Wortlaut. Laden Sie die Seite neu und lesen Sie ihn noch einmal."
