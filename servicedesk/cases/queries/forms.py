"""Read the forms of a case: which there are, what is typed already, what reached the office."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.cases.errors import FormNotFound
from servicedesk.cases.models import Case, FormDraft, SubmittedForm
from servicedesk.cases.queries.checklist import Checklist, load_checklist
from servicedesk.checklists.catalogue import Catalogue
from servicedesk.checklists.queries import catalogue_of, office_catalogue
from servicedesk.checklists.rules import Concern, Fact, FactSheet, read_sheet
from servicedesk.checklists.rules.forms import (
    Filling,
    Form,
    Prefill,
    Values,
    list_forms,
    read_values,
)
from servicedesk.kernel.crypto import Vault
from servicedesk.register.models import Person, Title

DRAFT, SUBMITTED = "form_draft", "submitted_form"
"""Tables as the vault knows the place of a value."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Be one form that reached the office; `number` counts the corrections, from 1."""

    id: UUID
    form_id: str
    number: int
    ref: str
    locale: str
    received_at: datetime
    is_withdrawn: bool
    version: str


@dataclass(frozen=True, slots=True)
class FormLine:
    """Be one form of a case: whether its document stands on the list, and how far it is."""

    form: Form
    is_listed: bool
    draft_at: datetime | None
    sent: tuple[Sent, ...]

    @property
    def latest(self) -> Sent | None:
        """Return what counts: the last one that reached the office."""
        return self.sent[-1] if self.sent else None


@dataclass(frozen=True, slots=True)
class FormFile:
    """Hold one form of one case as it is being filled in.

    `catalogue` is the one whose wording the form has. `gone` is the concern where the office no longer offers it,
    `successor` the one in its place. `has_draft`: something was begun and not sent.
    """

    case_id: UUID
    form: Form
    catalogue: Catalogue
    filling: Filling
    has_draft: bool
    sent: tuple[Sent, ...]
    gone: Concern | None = None
    successor: Concern | None = None

    @property
    def latest(self) -> Sent | None:
        """Return the last one that reached the office."""
        return self.sent[-1] if self.sent else None


@dataclass(frozen=True, slots=True)
class SentForm:
    """Be a form that reached the office, with everything on it."""

    line: Sent
    case_id: UUID
    form: Form
    catalogue: Catalogue
    filling: Filling


def list_case_forms(
    session: Session, case: Case, checklist: Checklist, *, today: date
) -> tuple[FormLine, ...]:
    """Return the forms of a case in the catalogue's order; what was begun or sent stays among them."""
    forms = dict(office_catalogue(session, case.office_id, today).forms)
    listed = {line.document.id for line in checklist.requirements}
    wanted = {
        form.id
        for form in list_forms(forms, checklist.concern, checklist.requirements)
        if form.source.is_in_force(today)
    }
    found = select(FormDraft.form_id, FormDraft.changed_at).where(FormDraft.case_id == case.id)
    drafts: dict[str, datetime] = {form_id: changed_at for form_id, changed_at in session.execute(found)}  # noqa: C416 rows are no pairs to mypy
    sent: dict[str, list[Sent]] = {}
    for one in list_sent(session, case.id):
        sent.setdefault(one.form_id, []).append(one)
    return tuple(
        FormLine(form, form.document_id in listed, drafts.get(form.id), tuple(sent.get(form.id, ())))
        for form in forms.values()
        if form.id in wanted or form.id in drafts or form.id in sent
    )


def list_sent(session: Session, case_id: UUID, form_id: str | None = None) -> tuple[Sent, ...]:
    """Return what reached the office, oldest first."""
    query = select(SubmittedForm).where(SubmittedForm.case_id == case_id)
    if form_id is not None:
        query = query.where(SubmittedForm.form_id == form_id)
    rows = session.scalars(query.order_by(SubmittedForm.form_id, SubmittedForm.number))
    return tuple(_sent(row) for row in rows)


def load_form(session: Session, vault: Vault, case: Case, form_id: str, *, today: date) -> FormFile:
    """Return one form of a case with what is typed; raises FormNotFound.

    A draft keeps the wording it was begun with. Where there is none, what was sent last stands in it.
    """
    person = session.get_one(Person, case.person_id)
    checklist = load_checklist(session, case, person, today=today)
    newest = office_catalogue(session, case.office_id, today)
    draft = session.get(FormDraft, (case.id, form_id))
    sent = list_sent(session, case.id, form_id)
    catalogue = catalogue_of(session, case.office_id, draft.catalogue_version) if draft else newest
    form = catalogue.forms.get(form_id) or newest.forms.get(form_id)
    if form is None or not (draft or sent or _is_theirs(form, checklist)):
        raise FormNotFound
    values: Values = {}
    if draft is not None:
        values = open_values(vault, draft)
    elif sent:
        values = open_sent(session, vault, case, sent[-1]).filling.values
    offered = newest.find_concern(case.concern_id)
    is_gone = checklist.concern is not None and (offered is None or not offered.is_offered(today))
    following = newest.find_concern(offered.replaced_by) if is_gone and offered is not None else None
    return FormFile(
        case_id=case.id,
        form=form,
        catalogue=catalogue,
        filling=Filling(
            form=form,
            model=catalogue.facts,
            sheet=read_sheet(checklist.facts),
            values=values,
            known=_known(session, case, person, checklist, form),
        ),
        has_draft=draft is not None,
        sent=sent,
        gone=checklist.concern if is_gone else None,
        successor=following if following is not None and following.is_offered(today) else None,
    )


def find_sent(
    session: Session, vault: Vault, case: Case, form_id: str, number: int | None = None
) -> SentForm:
    """Return a form that reached the office, the last one without a `number`; raises FormNotFound."""
    for one in reversed(list_sent(session, case.id, form_id)):
        if number is None or one.number == number:
            return open_sent(session, vault, case, one)
    raise FormNotFound


def open_sent(session: Session, vault: Vault, case: Case, line: Sent) -> SentForm:
    """Return everything on a form that reached the office, as it was at that instant; raises FormNotFound."""
    sealed = session.scalars(select(SubmittedForm.content_sealed).where(SubmittedForm.id == line.id)).one()
    content: dict[str, Any] = json.loads(vault.open(sealed, SUBMITTED, line.id, "content"))
    catalogue = catalogue_of(session, case.office_id, line.version)
    form = catalogue.forms.get(line.form_id)
    if form is None:
        raise FormNotFound
    sheet = FactSheet(_facts(content["true"]), _facts(content["false"]))
    filling = Filling(form, catalogue.facts, sheet, read_values(content["values"]), content["known"])
    return SentForm(line, case.id, form, catalogue, filling)


def open_values(vault: Vault, draft: FormDraft) -> Values:
    """Return what stands in a draft."""
    return read_values(json.loads(vault.open(draft.content_sealed, DRAFT, draft.case_id, draft.form_id)))


def _is_theirs(form: Form, checklist: Checklist) -> bool:
    return bool(list_forms({form.id: form}, checklist.concern, checklist.requirements))


def _facts(names: list[str]) -> frozenset[Fact]:
    known = {fact.value for fact in Fact}
    return frozenset(Fact(name) for name in names if name in known)


def _known(
    session: Session, case: Case, person: Person, checklist: Checklist, form: Form
) -> Mapping[str, str]:
    """Return what register and case know of a form's items."""
    title = session.get(Title, case.title_id) if case.title_id else None
    address = person.letter_address
    street = f"{address['street']} {address['house_number']}".strip()
    town = f"{address['postcode']} {address['town']}".strip()
    is_born = person.birth_year > 0
    texts: dict[Prefill, str] = {
        Prefill.family_name: person.family_name,
        Prefill.given_names: person.given_names,
        Prefill.birth_date: f"{person.birth_year:04d}-{person.birth_month:02d}-{person.birth_day:02d}"
        if is_born
        else "",
        # The register has the key of the official list of states, not their names.
        Prefill.nationalities: f"Staatenschlüssel {person.nationalities}" if person.nationalities else "",
        Prefill.file_number: person.file_number,
        Prefill.address: ", ".join(part for part in (street, town) if part),
        Prefill.title_basis: f"§ {title.legal_basis.removeprefix('§').strip()}" if title else "",
        Prefill.title_ends_on: _day(case.ends_on),
        Prefill.passport_ends_on: _day(title.passport_ends_on if title else None),
        Prefill.concern: checklist.concern.name if checklist.concern else "",
    }
    return {one.id: texts[one.prefill] for one in form.fields if one.prefill and texts[one.prefill].strip()}


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _sent(row: SubmittedForm) -> Sent:
    return Sent(
        id=row.id,
        form_id=row.form_id,
        number=row.number,
        ref=row.ref,
        locale=row.locale,
        received_at=row.received_at,
        is_withdrawn=row.is_withdrawn,
        version=row.catalogue_version,
    )
