"""Name why the register says no to a whole list or to a claim; single lines are rejected by `rules.reasons`."""

from servicedesk.kernel.errors import Refusal


class CannotReadList(Refusal):
    """Refuse a file that is no expiry list we can read."""

    code = "cannot_read_list"
    message = "%(file)s lässt sich nicht lesen: %(fault)s"


class UnknownEncoding(Refusal):
    """Refuse an encoding that was asked for and does not exist, or does not fit the file."""

    code = "unknown_encoding"
    message = "Die Kodierung „%(encoding)s“ gibt es nicht. Bekannt sind zum Beispiel utf-8, utf-16, cp1252, iso8859-15."


class EmptyList(Refusal):
    """Refuse a file without a header line."""

    code = "empty_list"
    message = "%(file)s ist leer: Es gibt keine Kopfzeile."


class HeaderNotRecognised(Refusal):
    """Refuse a header that no mapping fits; names what was found and what is missing."""

    code = "header_not_recognised"
    message = (
        "Die Kopfzeile passt zu keiner Zuordnung. Am nächsten kommt „%(mapping)s“; es fehlen: %(missing)s. "
        "Gefunden wurden: %(found)s. Mit --mapping lässt sich eine eigene Zuordnung angeben."
    )


class HeaderDuplicated(Refusal):
    """Refuse a header that names a needed column twice."""

    code = "header_duplicated"
    message = "Die Kopfzeile nennt mehrfach: %(columns)s. Bitte jede Spalte nur einmal ausgeben."


class BadMapping(Refusal):
    """Refuse a mapping file; names every fault in it."""

    code = "bad_mapping"
    message = "Die Zuordnung %(file)s ist fehlerhaft: %(problems)s"


class ImportRunning(Refusal):
    """Refuse a second import of an office while one runs."""

    code = "import_running"
    message = "Für diese Behörde läuft bereits ein Import. Bitte warten Sie, bis er fertig ist."


class NeedsConfirmation(Refusal):
    """Refuse a list that differs suspiciously from the last one until somebody confirms it."""

    code = "needs_confirmation"
    message = (
        "Die Liste hat %(lines)s Zeilen, die letzte hatte %(before)s (%(percent)s %%). Das ist mehr als ein Fünftel "
        "Unterschied. Prüfen Sie die Datei mit --dry-run und wiederholen Sie den Import mit --confirm, wenn sie stimmt."
    )


class LooksOlder(Refusal):
    """Refuse a list that would take many people back to an earlier title until somebody confirms it."""

    code = "looks_older"
    message = (
        "Die Liste sieht älter aus als die zuletzt eingelesene: %(people)s Personen hätten wieder einen früheren Titel. "
        "Wiederholen Sie den Import mit --confirm, wenn das stimmt."
    )


class UnknownPerson(Refusal):
    """Refuse a person that does not exist or lies outside the caller's scope."""

    code = "unknown_person"
    status = 404
    message = "Diese Person haben wir nicht gefunden."


class BadContact(Refusal):
    """Refuse an e-mail address, phone number, address or language that cannot be one."""

    code = "bad_contact"
    message = "Diese Angabe können wir so nicht verwenden. Bitte prüfen Sie die Schreibweise."


class UnknownClaim(Refusal):
    """Refuse a confirmation link that is unknown, used, replaced or too old; all look the same."""

    code = "unknown_claim"
    status = 404
    message = "Dieser Bestätigungslink gilt nicht mehr. Geben Sie die Adresse noch einmal ein, dann senden wir einen neuen."


class RejectsGone(Refusal):
    """Refuse to hand out rejected lines whose file this server does not have."""

    code = "rejects_gone"
    message = (
        "Die Datei mit den abgelehnten Zeilen liegt nicht auf diesem Server. Fragen Sie den Betrieb, wo der Import lief, "
        "oder lesen Sie die Liste noch einmal ein."
    )
