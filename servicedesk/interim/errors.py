"""Name what interim confirmations and their seal refuse."""

from servicedesk.kernel.errors import NotFound, Refusal, StaleData


class ConfirmationNotFound(NotFound):
    """Refuse a confirmation or request that does not exist or lies outside the actor's scope."""

    code = "confirmation_not_found"


class FactsTooLong(Refusal):
    """Refuse to seal facts that would make a square too dense for a telephone's camera."""

    code = "facts_too_long"
    message = (
        "Die Angaben sind zusammen um %(excess)s Zeichen zu lang für das Prüfsiegel. "
        "Kürzen Sie in der Fachanwendung die Nebenbestimmung zur Erwerbstätigkeit."
    )


class IssuedOutsideKey(Refusal):
    """Refuse to sign with a key that is not valid on the day printed: the seal would never verify."""

    code = "issued_outside_key"
    message = "Der Schlüssel %(key_id)s gilt am %(issued_on)s nicht. Es wird nichts versiegelt."


class SealRefused(Refusal):
    """Be the parent of everything that can be wrong with a seal that somebody presents."""

    code = "seal_refused"
    message = "Das Siegel beweist nichts."


class SealBroken(SealRefused):
    """Refuse a text that is no seal of ours, or one that was not read completely."""

    code = "broken"
    message = "Das ist kein Prüfsiegel einer Zwischenbestätigung, oder es wurde nicht ganz gelesen."


class SealVersionUnknown(SealRefused):
    """Refuse a seal of another version; the version alone says which algorithm applies."""

    code = "unknown_version"
    message = "Dieses Prüfsiegel hat eine Fassung, die hier nicht bekannt ist."


class SealKeyUnknown(SealRefused):
    """Refuse a seal under a key that the office has not published."""

    code = "unknown_key"
    message = "Der Schlüssel dieses Prüfsiegels gehört nicht zu dieser Behörde."


class SealForged(SealRefused):
    """Refuse a seal whose signature does not fit what it says."""

    code = "forged"
    message = "Das Prüfsiegel passt nicht zu seinem Inhalt. Es ist verändert oder nicht von der Behörde."


class SealContentOdd(SealRefused):
    """Refuse a seal that is signed, but does not hold the facts of an interim confirmation."""

    code = "odd_content"
    message = "Das Prüfsiegel enthält nicht die Angaben einer Zwischenbestätigung."


class SealKeyRevoked(SealRefused):
    """Refuse a seal under a key that the office has revoked: somebody else may have used it."""

    code = "revoked_key"
    message = "Die Behörde hat den Schlüssel dieses Prüfsiegels für ungültig erklärt."


class SealKeyExpired(SealRefused):
    """Refuse a seal dated outside the life of its key."""

    code = "expired_key"
    message = "Der Schlüssel dieses Prüfsiegels galt am Tag der Ausstellung nicht."


class SealKeyNotFound(Refusal):
    """Refuse to end a key that is not there."""

    code = "seal_key_not_found"
    status = 404
    message = "Den Schlüssel %(key_id)s gibt es hier nicht."


class SealKeyEnded(Refusal):
    """Refuse to end a key a second time."""

    code = "seal_key_ended"
    message = "Der Schlüssel %(key_id)s ist schon beendet."


class ConfirmationChanged(StaleData):
    """Refuse an act on a confirmation that is no longer in the state for it."""

    code = "confirmation_changed"
    message = (
        "Diese Zwischenbestätigung ist inzwischen in einem anderen Stand. "
        "Laden Sie die Seite neu und prüfen Sie sie noch einmal."
    )


class NotEligible(Refusal):
    """Refuse a confirmation for which the rules leave no room; the case's page says why."""

    code = "not_eligible"
    message = (
        "Nach den Angaben im Vorgang gibt es keine Zwischenbestätigung. "
        "Der Grund und was stattdessen hilft, steht beim Vorgang."
    )


class NoTitleInRegister(Refusal):
    """Refuse a confirmation where the register has no title that could be printed."""

    code = "no_title_in_register"
    message = (
        "Im Register steht kein Titel, der zu diesem Vorgang gehört. "
        "Berichtigen Sie ihn in der Fachanwendung; nach dem nächsten Abgleich geht es hier weiter."
    )


class SecondPersonNeeded(Refusal):
    """Refuse that both pairs of eyes are the same person's."""

    code = "second_person_needed"
    message = "Sie haben schon zugestimmt. Freigeben muss jetzt eine zweite Person."


class AlreadyConfirmed(Refusal):
    """Refuse a second confirmation beside one that holds; `ref` names it."""

    code = "already_confirmed"
    message = "Es gibt schon die Zwischenbestätigung %(ref)s. Drucken Sie diese."


class AlreadyRequested(Refusal):
    """Refuse a second request while the first one waits."""

    code = "already_requested"
    message = "Für diesen Vorgang ist schon angefragt. Die Sachbearbeitung antwortet noch heute."


class RequestAnswered(StaleData):
    """Refuse to answer twice."""

    code = "request_answered"
    message = "Diese Anfrage ist schon beantwortet."


class AlreadyNoted(Refusal):
    """Refuse the same note twice."""

    code = "already_noted"
    message = "Dieser Vermerk steht schon beim Vorgang."
