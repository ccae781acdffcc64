"""Name the refusals of cases; the sentences are what people read."""

from servicedesk.kernel.errors import NotFound, Refusal, StaleData


class CaseNotFound(NotFound):
    """Refuse a case that does not exist or lies outside the actor's scope."""

    code = "case_not_found"
    message = "Diesen Vorgang haben wir nicht gefunden."


class PersonNotFound(NotFound):
    """Refuse a person who is not in the register or lies outside the actor's scope."""

    code = "person_not_found"
    message = "Diese Person haben wir nicht gefunden."


class CaseClosed(Refusal):
    """Refuse to change what is closed."""

    code = "case_closed"
    message = "Dieser Vorgang ist abgeschlossen. Eröffnen Sie einen neuen, wenn noch etwas zu tun ist."


class CaseAlreadyOpen(Refusal):
    """Refuse a second open case for the same matter of the same person; `ref` names the first."""

    code = "case_already_open"
    message = "Zu diesem Anliegen gibt es schon den offenen Vorgang %(ref)s."


class UnknownConcern(Refusal):
    """Refuse a concern the catalogue does not know."""

    code = "unknown_concern"
    message = "Dieses Anliegen gibt es nicht. Wählen Sie eines aus der Liste."


class ReceivedInFuture(Refusal):
    """Refuse an application that would have been received later than now."""

    code = "received_in_future"
    message = "Der Eingang liegt in der Zukunft. Prüfen Sie Tag und Uhrzeit."


class EvidenceMissing(Refusal):
    """Refuse to record on somebody's behalf without a scan or a note that proves it."""

    code = "evidence_missing"
    message = "Fügen Sie einen Scan oder einen Vermerk an, der den Eingang belegt."


class ReasonMissing(Refusal):
    """Refuse a correction or a rejection that says no reason."""

    code = "reason_missing"
    message = "Nennen Sie den Grund."


class IssuedInFuture(Refusal):
    """Refuse a paper that would have been issued after today."""

    code = "issued_in_future"
    message = "Das Datum auf der Unterlage liegt in der Zukunft. Prüfen Sie es."


class QuestionUnknown(Refusal):
    """Refuse an answer to what is not asked, or what the register knows."""

    code = "question_unknown"
    message = "Diese Frage stellt sich hier nicht. Laden Sie die Seite neu."


class ListUnchanged(StaleData):
    """Refuse to take over a change of the catalogue that holds no longer, or was taken over before."""

    code = "list_unchanged"
    message = (
        "Die Liste hat sich inzwischen geändert. Laden Sie die Seite neu und sehen Sie sie noch einmal an."
    )


class ApplicationSuperseded(StaleData):
    """Refuse to correct an entry that was corrected before; only the one in force can be."""

    code = "application_superseded"
    message = (
        "Dieser Eintrag wurde schon berichtigt. Laden Sie die Seite neu und berichtigen Sie den gültigen."
    )


class UnknownDocument(Refusal):
    """Refuse a paper that is not on the list of this case."""

    code = "unknown_document"
    message = "Diese Unterlage steht nicht auf der Liste dieses Vorgangs."


class ContactSettled(StaleData):
    """Refuse to decide twice on a message from the contact door."""

    code = "contact_settled"
    message = "Diese Nachricht ist schon bearbeitet."


class NotWithoutApplication(Refusal):
    """Refuse a decision where nobody has applied."""

    code = "not_without_application"
    message = "Zu diesem Vorgang liegt kein Antrag vor."


class ClaimSettled(StaleData):
    """Refuse to decide on contact data that somebody has decided on, or the person has replaced, meanwhile."""

    code = "claim_settled"
    message = "Über diese Angabe ist schon entschieden, oder die Person hat eine neuere gemacht."


class FormNotFound(NotFound):
    """Refuse a form that does not belong to the matter."""

    code = "form_not_found"
    message = "Dieses Formular haben wir nicht gefunden."


class FormIncomplete(Refusal):
    """Refuse to send a form with questions nobody has answered yet; what was typed stays."""

    code = "form_incomplete"
    message = "Im Formular fehlt noch eine Antwort. Beantworten Sie die offenen Fragen. Was Sie geschrieben haben, ist gespeichert."


class FormAlreadySent(StaleData):
    """Refuse to send a draft that another page has sent already."""

    code = "form_already_sent"
    message = "Dieses Formular haben Sie schon abgeschickt. Es ist nichts doppelt geschehen."


class StepNotPossible(StaleData):
    """Refuse a fact that cannot be entered as the case stands."""

    code = "step_not_possible"
    message = "So, wie der Vorgang jetzt steht, geht das nicht. Laden Sie die Seite neu und sehen Sie nach, was sich geändert hat."


class PapersOpen(Refusal):
    """Refuse to call a case ready while a paper is missing or unchecked; `number` says how many."""

    code = "papers_open"
    message = "Noch sind nicht alle Unterlagen geprüft oder da. Offen: %(number)s. Prüfen Sie sie, oder tragen Sie ein, dass sie nicht nötig sind."


class FactNotFound(NotFound):
    """Refuse to take back what does not hold, or is not of this case."""

    code = "fact_not_found"
    message = "Diesen Eintrag haben wir nicht gefunden, oder er ist schon zurückgenommen."


class UndoTooLate(Refusal):
    """Refuse to take back what somebody may already rely on; `minutes` is how long it could be."""

    code = "undo_too_late"
    message = "Das lässt sich nur %(minutes)s Minuten lang zurücknehmen, und nur den letzten Eintrag. Tragen Sie ein, was jetzt gilt."


class LetterHasLeft(Refusal):
    """Refuse to take back what somebody was already told."""

    code = "letter_has_left"
    message = "Dazu ist schon ein Schreiben oder eine Nachricht unterwegs. Rufen Sie die Person an, und tragen Sie ein, was jetzt gilt."


class UnknownAuthority(Refusal):
    """Refuse an authority that is not on the list."""

    code = "unknown_authority"
    message = "Wählen Sie die Behörde aus der Liste."


class DayHasPassed(Refusal):
    """Refuse a day to look again, or to bring papers by, that is not ahead."""

    code = "day_has_passed"
    message = "Dieser Tag ist vorbei. Wählen Sie einen späteren."


class DayTooNear(Refusal):
    """Refuse a day to bring papers by that leaves no time; `day` is the first that does."""

    code = "day_too_near"
    message = "Bis zu diesem Tag bleibt zu wenig Zeit. Nennen Sie frühestens den %(day)s."


class NothingWanted(Refusal):
    """Refuse to ask for papers without naming one."""

    code = "nothing_wanted"
    message = "Wählen Sie mindestens eine Unterlage, die noch fehlt."


class Unreachable(Refusal):
    """Refuse to write to somebody who has neither an address nor a confirmed e-mail address."""

    code = "unreachable"
    message = "Zu dieser Person kennen wir keine Anschrift und keine bestätigte E-Mail-Adresse. Rufen Sie an, oder fragen Sie am Schalter."
