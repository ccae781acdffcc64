"""Name the refusals of checklists; the sentences are what people read."""

from typing import Any

from servicedesk.kernel.errors import NotFound, Refusal, StaleData


class ContradictoryFacts(Refusal):
    """Refuse facts that cannot hold together; `facts` are the names of those that came out both true and false."""

    code = "contradictory_facts"
    message = "Diese Antwort passt nicht zu dem, was wir schon wissen. Prüfen Sie Ihre Antworten oder fragen Sie uns."

    def __init__(self, facts: tuple[str, ...]) -> None:
        self.facts = facts
        super().__init__()


class ConcernWithdrawn(Refusal):
    """Refuse to open a case for a concern that the office no longer offers; what is open runs on."""

    code = "concern_withdrawn"
    message = "Dieses Anliegen gibt es nicht mehr. Wählen Sie ein anderes."


class VersionNotFound(NotFound):
    """Refuse a version of the catalogue that does not exist in this office."""

    code = "version_not_found"
    message = "Diese Fassung des Katalogs haben wir nicht gefunden."


class FourEyesNeeded(Refusal):
    """Refuse to release what one has proposed oneself."""

    code = "four_eyes_needed"
    message = "Wer eine Fassung vorschlägt, gibt sie nicht selbst frei. Bitten Sie eine zweite Person."


class NotADraft(StaleData):
    """Refuse to change or release a version in another state than the one the act is for."""

    code = "not_a_draft"
    message = "Diese Fassung ist schon weiter. Laden Sie die Seite neu."


class EntryChanged(StaleData):
    """Refuse to lay an entry over what somebody else has saved since the page was opened."""

    code = "entry_changed"
    message = (
        "Inzwischen hat jemand anderes diesen Eintrag gespeichert. Ihre Eingaben stehen noch da, daneben der neue "
        "Stand. Gleichen Sie ab und speichern Sie noch einmal."
    )


class UnreadableFile(Refusal):
    """Refuse a catalogue file; `faults` name the places."""

    code = "unreadable_catalogue_file"
    message = "Die Datei lässt sich nicht übernehmen. Es ist nichts geändert."

    def __init__(self, faults: tuple[Any, ...]) -> None:
        self.faults = faults
        super().__init__()


class ReasonNeeded(Refusal):
    """Refuse to send a proposal back without saying why."""

    code = "reason_needed"
    message = "Schreiben Sie, was zu ändern ist."


class FaultyCatalogue(Refusal):
    """Refuse a version that does not hold together; `problems` are sentences for whoever edits it."""

    code = "faulty_catalogue"
    message = "Der Katalog ist in sich nicht schlüssig. Berichtigen Sie die genannten Stellen."

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__()


class EffectiveInPast(Refusal):
    """Refuse a release that would have begun before today."""

    code = "effective_in_past"
    message = "Eine Fassung gilt frühestens ab heute. Wählen Sie einen späteren Tag."


class RackNotFound(NotFound):
    """Refuse an order of blank lists that this office does not have, or whose file is gone."""

    code = "rack_not_found"
