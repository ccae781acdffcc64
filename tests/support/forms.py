"""Fill in forms as somebody with a code would, below the pages."""

from servicedesk.cases.queries.forms import load_form
from servicedesk.cases.service import begin_draft, fill_in, submit_form
from servicedesk.checklists.rules.forms import FieldKind
from tests.support.catalogues import TODAY

TYPED = {
    FieldKind.text: "محمد 12 (B)",
    FieldKind.lines: "erste Zeile\nzweite Zeile",
    FieldKind.address: "Weg 1\n12345 Musterstadt",
    FieldKind.number: "850",
    FieldKind.date: "2026-12-24",
    FieldKind.yes_no: "no",
    FieldKind.fact: "yes",
}


def typed_into(item, **answers):
    """Return something that fits into an item."""
    if item.id in answers:
        return answers[item.id]
    if item.kind is FieldKind.choice:
        return item.choices[0].id
    if item.kind is FieldKind.table:
        return ({column.id: TYPED[column.kind] for column in item.columns},)
    return TYPED[item.kind]


def fill(session, vault, case, form_id, *, actor, now, stop="", **answers):
    """Answer every question that is asked, up to `stop`; return the form as it stands then."""
    begin_draft(session, vault, case_id=case.id, form_id=form_id, actor=actor, now=now)
    file = load_form(session, vault, case, form_id, today=TODAY)
    while (item := file.filling.find_next()) is not None and item.id != stop:
        file = fill_in(
            session,
            vault,
            case_id=case.id,
            form_id=form_id,
            field_id=item.id,
            value=typed_into(item, **answers),
            actor=actor,
            now=now,
        )
    return file


def send(session, vault, case, form_id, *, actor, now, locale="ar", **answers):
    """Fill a form in and send it; return its reference."""
    fill(session, vault, case, form_id, actor=actor, now=now, **answers)
    return submit_form(session, vault, case_id=case.id, form_id=form_id, locale=locale, actor=actor, now=now)
