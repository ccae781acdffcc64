"""Say in plain words where the confirmation stands; German, translated where it is shown."""

from dataclasses import dataclass

from servicedesk.interim.queries.resident import Place, ResidentConfirmation
from servicedesk.web.formatting import short_date
from servicedesk.web.locale import gettext
from servicedesk.web.runtime import language


def _(message: str) -> str:
    """Mark a text for translation without translating it yet."""
    return message


@dataclass(frozen=True, slots=True)
class Told:
    """Be the confirmation's line and its sentences; `continues`: the title goes on, whatever paper there is.

    `line` stands in the list of states with `tone`; `sentences` are in the reader's language.
    """

    place: Place
    line: str
    tone: str
    sentences: tuple[str, ...]
    continues: bool


_DECIDED = _(
    "Wir haben über Ihren Antrag entschieden. Die Entscheidung bekommen Sie mit einem eigenen Schreiben oder bei uns im Termin."
)
_ENDED = {
    **dict.fromkeys(("granted", "refused", "withdrawn", "decided", "card_ordered", "renewed"), _DECIDED),
    "end_corrected": _(
        "Das Ende Ihres Aufenthaltstitels wurde bei uns berichtigt. Auf der Zwischenbestätigung steht noch das frühere Datum."
    ),
    "facts_wrong": _("Angaben auf der Zwischenbestätigung stimmen nicht."),
    "not_entitled": _(
        "Bei der Prüfung hat sich gezeigt, dass die Zwischenbestätigung in Ihrem Fall nicht ausgestellt werden kann."
    ),
}
_WRITTEN = _("Den Grund haben wir Ihnen mit der Post geschrieben.")
"""Stands for what is not for everybody who opens a letter, for instance that somebody has moved (ADR 0015)."""


def tell(found: ResidentConfirmation) -> Told:
    """Return the words for where a confirmation stands."""
    build = {
        Place.will_come: _will_come,
        Place.issued: _issued,
        Place.ended: _ended,
        Place.being_checked: _being_checked,
        Place.not_meant: _not_meant,
        Place.on_another_case: _on_another_case,
    }
    return build[found.place](found)


def _will_come(found: ResidentConfirmation) -> Told:
    day = short_date(found.until_on, language()) if found.until_on else ""
    before = (
        (
            gettext("Ihre frühere Zwischenbestätigung gilt nicht mehr. Sie bekommen eine neue."),
            gettext(_ENDED.get(found.end_reason, _WRITTEN)),
        )
        if found.ended_on
        else ()
    )
    return Told(
        Place.will_come,
        gettext("kommt bis %(day)s", day=day),
        "info",
        (
            *before,
            gettext("Wir stellen sie spätestens am %(day)s aus und schicken sie mit der Post.", day=day),
            gettext(
                "Sie müssen dafür nichts tun. Bis zum letzten Tag ist Ihr Aufenthaltstitel selbst der Nachweis."
            ),
        ),
        continues=True,
    )


def _issued(found: ResidentConfirmation) -> Told:
    issued = short_date(found.issued_on, language()) if found.issued_on else ""
    again = short_date(found.check_again_on, language()) if found.check_again_on else ""
    renewed = gettext("Sie ersetzt die frühere. Bitte zeigen Sie die frühere nicht mehr vor.")
    return Told(
        Place.issued,
        gettext("ausgestellt am %(day)s", day=issued),
        "success",
        (
            gettext("Sie gilt, bis wir über Ihren Antrag entschieden haben."),
            gettext("Wir haben sie mit der Post geschickt, an die Adresse auf dem Umschlag."),
            *((renewed,) if found.is_renewal else ()),
            gettext(
                "Auf dem Blatt steht: bitte neu prüfen bis %(day)s. Das ist kein letzter Tag. Ist bis dahin nicht entschieden, schicken wir rechtzeitig ein neues Blatt.",
                day=again,
            ),
            gettext(
                "Ist der Brief nicht angekommen? Kommen Sie mit Ihrem Pass an den Schalter. Wir drucken das Blatt sofort noch einmal."
            ),
        ),
        continues=True,
    )


def _ended(found: ResidentConfirmation) -> Told:
    day = short_date(found.ended_on, language()) if found.ended_on else ""
    return Told(
        Place.ended,
        gettext("gilt nicht mehr seit %(day)s", day=day),
        "warning",
        (
            gettext(_ENDED.get(found.end_reason, _WRITTEN)),
            gettext(
                "Zeigen Sie die Zwischenbestätigung nicht mehr vor. Wer sie prüft, sieht, dass sie nicht mehr gilt."
            ),
        ),
        continues=False,
    )


def _being_checked(found: ResidentConfirmation) -> Told:
    return Told(
        Place.being_checked,
        gettext("wir prüfen"),
        "info",
        (
            gettext(found.advice)
            if found.advice
            else gettext(
                "Bei Ihnen muss zuerst ein Mensch hinsehen. Brauchen Sie schon jetzt einen Nachweis? Rufen Sie uns an oder kommen Sie an den Schalter."
            ),
        ),
        continues=False,
    )


def _not_meant(found: ResidentConfirmation) -> Told:
    return Told(
        Place.not_meant,
        gettext("nicht vorgesehen"),
        "plain",
        (
            gettext(found.advice)
            if found.advice
            else gettext(
                "Für Ihren Antrag gibt es keine Zwischenbestätigung. Haben Sie Fragen? Rufen Sie uns an."
            ),
        ),
        continues=False,
    )


def _on_another_case(found: ResidentConfirmation) -> Told:
    del found
    return Told(
        Place.on_another_case,
        gettext("zu einem anderen Antrag"),
        "info",
        (
            gettext(
                "Sie haben bei uns noch einen anderen Antrag. Die Zwischenbestätigung für Ihren Titel gehört zu jenem."
            ),
        ),
        continues=True,
    )
