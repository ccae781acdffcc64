"""Why a message is refused."""

from servicedesk.kernel.errors import Refusal


class UnsendableNotice(Refusal):
    """Refuse a message that could never be delivered, before it is queued and not after."""

    code = "unsendable_notice"
    message = "Diese Nachricht kann so nicht verschickt werden: %(reason)s"


class AlreadyPrinted(Refusal):
    """Refuse to print letters a second time without being asked to."""

    code = "already_printed"
    message = (
        "%(count)s der gewählten Schreiben sind schon gedruckt. "
        "Wählen Sie „Noch einmal drucken“, wenn Sie das wirklich wollen."
    )


class LetterWithdrawn(Refusal):
    """Refuse to print what was taken back before it left the house."""

    code = "letter_withdrawn"
    message = "%(count)s der gewählten Schreiben sind zurückgenommen und werden nicht mehr gedruckt."


class CodeNoLongerKept(Refusal):
    """Refuse to reprint a letter whose access code is no longer kept: it would be a letter without a way in."""

    code = "code_no_longer_kept"
    message = (
        "Bei %(count)s Schreiben wird der Zugangscode nach dem Druck nicht mehr aufbewahrt. "
        "Stellen Sie dafür einen neuen Code aus."
    )


class TooManyLetters(Refusal):
    """Refuse a print file too large to be made in one go."""

    code = "too_many_letters"
    message = (
        "Höchstens %(most)s Schreiben in einer Datei. Wählen Sie weniger aus und laden Sie mehrere Dateien."
    )


class NoLetters(Refusal):
    """Refuse an empty print file."""

    code = "no_letters"
    message = "Es ist kein Schreiben ausgewählt."
