"""Keep what people type into forms, and take a finished one in: as it is, once, never edited."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.cases.errors import (
    CaseClosed,
    FormAlreadySent,
    FormIncomplete,
    FormNotFound,
    QuestionUnknown,
    UnknownDocument,
)
from servicedesk.cases.models import Case, FormDraft, SubmittedForm
from servicedesk.cases.queries.facts import zone_of
from servicedesk.cases.queries.forms import DRAFT, SUBMITTED, FormFile, list_sent, load_form, open_values
from servicedesk.cases.queries.scope import get_case_for
from servicedesk.cases.rules import PaperState
from servicedesk.cases.service.answers import answer_question
from servicedesk.cases.service.papers import announce_document, change_paper
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.errors import ContradictoryFacts
from servicedesk.checklists.rules.forms import Filling, Signing, Value, Values, write_values
from servicedesk.checklists.service import keep_builtin
from servicedesk.db import audit
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_id, new_ref
from servicedesk.kernel.permissions import Actor

FORM_REF = "F"


def fill_in(
    session: Session,
    vault: Vault,
    *,
    case_id: UUID,
    form_id: str,
    field_id: str,
    value: Value,
    actor: Actor,
    now: datetime,
) -> FormFile:
    """Keep what was typed into one item, and return the form with it.

    Raises CaseNotFound, CaseClosed, FormNotFound, ContradictoryFacts where two answers cannot both be true.
    """
    case = _open_case(session, actor, case_id)
    begin_draft(session, vault, case_id=case_id, form_id=form_id, actor=actor, now=now)
    # Two pages of the same form may save at once: whoever comes second waits here and reads what the first wrote.
    locked = select(FormDraft).where(FormDraft.case_id == case.id, FormDraft.form_id == form_id)
    draft = session.scalars(locked.with_for_update().execution_options(populate_existing=True)).one()
    file = load_form(session, vault, case, form_id, today=local_day(now, zone_of(session, case.office_id)))
    field = file.form.find_field(field_id)
    if field is None:
        raise FormNotFound
    values = {**open_values(vault, draft), field_id: value}
    filling = _with(file.filling, values)
    if field.fact is not None:
        _ = filling.facts  # raises where the answer cannot be true beside the others
    _store(session, vault, case.id, form_id, values, now)
    return load_form(session, vault, case, form_id, today=local_day(now, zone_of(session, case.office_id)))


def begin_draft(
    session: Session, vault: Vault, *, case_id: UUID, form_id: str, actor: Actor, now: datetime
) -> None:
    """Open a draft where there is none, with what was sent last in it; raises CaseClosed, FormNotFound."""
    case = _open_case(session, actor, case_id)
    file = load_form(session, vault, case, form_id, today=local_day(now, zone_of(session, case.office_id)))
    if file.has_draft:
        return
    if file.catalogue.version == load_catalogue().version:
        keep_builtin(session, now=now)
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    inserting: Any = postgresql.insert(FormDraft) if is_postgresql else sqlite.insert(FormDraft)
    row = {
        "case_id": case.id,
        "form_id": form_id,
        "office_id": case.office_id,
        "catalogue_version": file.catalogue.version,
        "content_sealed": _seal(vault, case.id, form_id, file.filling.values),
        "started_at": now,
        "changed_at": now,
    }
    session.execute(inserting.values(row).on_conflict_do_nothing())


def submit_form(
    session: Session, vault: Vault, *, case_id: UUID, form_id: str, locale: str, actor: Actor, now: datetime
) -> str:
    """Take a finished form in and return its reference; the draft goes with it.

    A concern that was withdrawn meanwhile hinders nobody: the office gets the form and is told. The requirement the
    form answers becomes received, or announced where somebody still has to sign by hand. Raises CaseNotFound,
    CaseClosed, FormNotFound, FormAlreadySent, FormIncomplete, ContradictoryFacts.
    """
    case = _open_case(session, actor, case_id)
    file = load_form(session, vault, case, form_id, today=local_day(now, zone_of(session, case.office_id)))
    if not file.has_draft:
        raise FormAlreadySent
    filling = file.filling
    _ = filling.facts  # raises where answers contradict each other
    if filling.find_next() is not None:
        raise FormIncomplete
    gone: Any = session.execute(
        delete(FormDraft)
        .where(FormDraft.case_id == case.id, FormDraft.form_id == form_id)
        .execution_options(synchronize_session=False)
    )
    if gone.rowcount != 1:
        raise FormAlreadySent
    session.expire_all()
    row = SubmittedForm(
        id=new_id(),
        office_id=case.office_id,
        case_id=case.id,
        form_id=form_id,
        number=len(list_sent(session, case.id, form_id)) + 1,
        ref=new_ref(FORM_REF),
        catalogue_version=file.catalogue.version,
        locale=locale,
        received_at=now,
        is_withdrawn=file.gone is not None,
    )
    content = {
        "values": write_values(filling.keep_theirs()),
        "known": dict(filling.known),
        "true": sorted(fact.value for fact in filling.sheet.true),
        "false": sorted(fact.value for fact in filling.sheet.false),
    }
    row.content_sealed = vault.seal(_json(content), SUBMITTED, row.id, "content")
    session.add(row)
    session.flush()
    _audit(session, case, row, actor, now)
    _learn(session, case, filling, actor, now)
    _hand_in(session, case, file, actor, now)
    return row.ref


def drop_drafts(session: Session, case_id: UUID) -> int:
    """Delete what was begun and never sent; a closed case takes no forms any more."""
    gone: Any = session.execute(delete(FormDraft).where(FormDraft.case_id == case_id))
    return int(gone.rowcount)


def _open_case(session: Session, actor: Actor, case_id: UUID) -> Case:
    case = get_case_for(session, actor, case_id)
    if case.closed_at is not None:
        raise CaseClosed
    return case


def _with(filling: Filling, values: Values) -> Filling:
    return Filling(filling.form, filling.model, filling.sheet, values, filling.known)


def _store(
    session: Session, vault: Vault, case_id: UUID, form_id: str, values: Values, now: datetime
) -> None:
    session.execute(
        update(FormDraft)
        .where(FormDraft.case_id == case_id, FormDraft.form_id == form_id)
        .values(content_sealed=_seal(vault, case_id, form_id, values), changed_at=now)
    )
    session.expire_all()


def _seal(vault: Vault, case_id: UUID, form_id: str, values: Values) -> bytes:
    return vault.seal(_json(write_values(values)), DRAFT, case_id, form_id)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _learn(session: Session, case: Case, filling: Filling, actor: Actor, now: datetime) -> None:
    """Let the list of papers know what the form says; what the list does not ask for stays in the form."""
    for fact, value in filling.answered_facts.items():
        try:
            answer_question(session, case_id=case.id, fact=fact, value=value, actor=actor, now=now)
        except (QuestionUnknown, ContradictoryFacts):
            continue


def _hand_in(session: Session, case: Case, file: FormFile, actor: Actor, now: datetime) -> None:
    document_id = file.form.document_id
    try:
        if file.form.signing is Signing.paper:
            announce_document(session, case_id=case.id, document_id=document_id, actor=actor, now=now)
        else:
            change_paper(
                session,
                case_id=case.id,
                document_id=document_id,
                state=PaperState.received,
                actor=actor,
                now=now,
            )
    except UnknownDocument:
        # Not everybody's list asks for the form; staff find it on the case's page all the same.
        return


def _audit(session: Session, case: Case, row: SubmittedForm, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        now=now,
        actor=actor,
        action="submit_form",
        subject=("case", case.id),
        office_id=case.office_id,
        details={"form": row.form_id, "number": row.number, "ref": row.ref, "is_withdrawn": row.is_withdrawn},
    )
