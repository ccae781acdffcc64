"""Hold the sentences whose wording depends on what ends; German, translated where they are shown."""

from servicedesk.checklists.rules import TitleForm
from servicedesk.web.locale import gettext


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


def statement_of(form: TitleForm) -> str:
    """Return the German sentence."""
    return STATEMENTS[form]


def heading_of(form: TitleForm) -> str:
    """Return what the case is called on its own pages, in the request's language."""
    return gettext(HEADINGS[form])
