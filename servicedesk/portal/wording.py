"""Hold the sentences whose wording depends on what ends; German, translated where they are shown."""

from servicedesk.cases.queries.resident import ResidentView
from servicedesk.cases.rules import Timeliness
from servicedesk.checklists.rules import TitleForm


def _(message: str) -> str:
    """Mark a text for translation without translating it yet."""
    return message


STATEMENTS = {
    TitleForm.residence_title: _("Ich beantrage die Verlängerung meines Aufenthaltstitels."),
    TitleForm.unlimited_title_card: _(
        "Ich beantrage eine neue Karte für meinen unbefristeten Aufenthaltstitel."
    ),
    TitleForm.eu_residence_card: _("Ich beantrage eine neue Aufenthaltskarte."),
    TitleForm.tolerated_stay: _("Ich beantrage die Verlängerung meiner Duldung."),
    TitleForm.asylum_permission: _("Ich beantrage die Verlängerung meiner Aufenthaltsgestattung."),
}
"""What a person says when applying; the German sentence is what the office receives."""

HEADINGS = {
    TitleForm.residence_title: _("Ihre Verlängerung"),
    TitleForm.unlimited_title_card: _("Ihre neue Karte"),
    TitleForm.eu_residence_card: _("Ihre neue Aufenthaltskarte"),
    TitleForm.tolerated_stay: _("Ihre Duldung"),
    TitleForm.asylum_permission: _("Ihre Aufenthaltsgestattung"),
}


_KEEPS_RIGHT = frozenset({TitleForm.unlimited_title_card, TitleForm.eu_residence_card})
"""What ends here is the card; the right to stay does not."""

_ENDING = {
    TitleForm.residence_title: _(
        "Ohne Antrag endet Ihr Recht zu bleiben am %(day)s. Mit einem Antrag vor diesem Tag ist festgehalten, dass Sie rechtzeitig waren."
    ),
    TitleForm.unlimited_title_card: _(
        "Ihr Recht zu bleiben endet nicht. Aber die Karte gilt nur bis %(day)s. Ohne gültige Karte ist es schwer, Ihr Recht zu zeigen, zum Beispiel bei der Arbeit."
    ),
    TitleForm.eu_residence_card: _(
        "Ihr Recht zu bleiben endet nicht. Aber die Karte gilt nur bis %(day)s. Ohne gültige Karte ist es schwer, Ihr Recht zu zeigen, zum Beispiel bei der Arbeit."
    ),
    TitleForm.tolerated_stay: _(
        "Ihre Duldung gilt bis %(day)s. Stellen Sie den Antrag vorher, dann können wir rechtzeitig entscheiden."
    ),
    TitleForm.asylum_permission: _(
        "Ihre Aufenthaltsgestattung ist bis %(day)s ausgestellt. Stellen Sie den Antrag vorher, dann können wir sie rechtzeitig verlängern."
    ),
}
_CONTINUED = (
    _(
        "Ihr Antrag ist rechtzeitig da. Ihr Aufenthaltstitel gilt weiter, bis wir entschieden haben. Wenn Sie damit arbeiten durften, dürfen Sie weiter arbeiten."
    ),
    _("Das steht im Gesetz: § 81 Abs. 4 Satz 1 AufenthG."),
    _("Eine Reise ins Ausland kann trotzdem schwierig sein. Fragen Sie uns vorher."),
)
_LATE = (
    _(
        "Ihr Antrag kam nach dem letzten Tag. Ob Ihr Recht zu bleiben weiter gilt, entscheidet die Behörde. Rufen Sie uns an oder kommen Sie an den Schalter."
    ),
)
_IN_TIME = (
    _(
        "Ihr Antrag ist vor dem letzten Tag da. Das ist festgehalten. Brauchen Sie einen Nachweis, zum Beispiel für Ihre Arbeit? Rufen Sie uns an."
    ),
)
_ONLY_CARD = (_("Ihr Recht zu bleiben endet nicht. Es geht nur um die neue Karte."),)
_NO_END = (_("Ihr Antrag ist da. Das ist festgehalten. Haben Sie Fragen? Rufen Sie uns an."),)


def ending_of(form: TitleForm) -> str:
    """Return what happens if nobody applies: a German sentence with `%(day)s`."""
    return _ENDING[form]


def meanwhile_of(view: ResidentView) -> tuple[str, ...]:
    """Return what holds between application and decision, as German sentences.

    That the title goes on is said only where the law says so: a residence title, applied for in time (§ 81 Abs. 4
    Satz 1 AufenthG).
    """
    form = view.concern.title_form
    if view.receipt is None:
        return ()
    if form in _KEEPS_RIGHT:
        return _ONLY_CARD
    if view.receipt.timeliness is Timeliness.late:
        return _LATE
    if view.ends_on is None:
        return _NO_END
    return _CONTINUED if view.is_continued and form is TitleForm.residence_title else _IN_TIME


def statement_of(form: TitleForm) -> str:
    """Return the German sentence."""
    return STATEMENTS[form]
