"""Take in what people without a letter write, and match it to the register after checking identity."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from servicedesk.cases.errors import ContactSettled, ReasonMissing, UnknownConcern
from servicedesk.cases.models import Case, ContactRequest
from servicedesk.cases.queries.contact import get_contact_row
from servicedesk.cases.queries.scope import build_scope, get_person_in_scope, require
from servicedesk.cases.rules import Channel, Origin
from servicedesk.cases.service.applications import STATEMENT, Evidence, RecordedApplication, record_found
from servicedesk.cases.service.opening import open_case
from servicedesk.cases.service.tasks import open_case_task
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.db import audit
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_id, new_ref
from servicedesk.kernel.names import fold_surname
from servicedesk.kernel.permissions import Actor, ActorKind, Permission
from servicedesk.offices.queries import OfficeView

CONTACT_REF = "K"
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class ContactContent:
    """Hold what was typed at the contact door, as typed; sealed as a whole.

    `birth_date` is as written (`17.05.1990`, `00.00.1990`). `statement` is the sentence the person confirmed,
    empty where they only asked something.
    """

    family_name: str
    given_names: str
    birth_date: str
    email: str = ""
    phone: str = ""
    file_number: str = ""
    message: str = ""
    statement: str = STATEMENT


def receive_contact_request(
    session: Session,
    vault: Vault,
    *,
    office: OfficeView,
    received_at: datetime,
    locale: str,
    concern_id: str,
    ends_on: date | None,
    content: ContactContent,
    now: datetime,
) -> str:
    """Keep a message and return its reference; the same for known and unknown people, nothing is looked up.

    `received_at` is the instant it arrived: it counts as receipt of the application. Raises UnknownConcern.
    """
    if load_catalogue().find_concern(concern_id) is None:
        raise UnknownConcern
    request_id, ref = new_id(), new_ref(CONTACT_REF)
    kept = {key: value[:_LONGEST] for key, value in asdict(content).items()}
    session.execute(
        insert(ContactRequest).values(
            id=request_id,
            office_id=office.id,
            ref=ref,
            received_at=received_at,
            locale=locale[:12],
            concern_id=concern_id,
            ends_on=ends_on,
            surname_key=fold_surname(content.family_name, office.folding)[:200],
            content_sealed=vault.seal_text(
                json.dumps(kept, ensure_ascii=False), "contact_request", request_id, "content_sealed"
            ),
            state="open",
            decided_by="",
            decision_note="",
        )
    )
    audit.record(
        session,
        now=now,
        actor=Actor(kind=ActorKind.visitor, office_id=office.id),
        action="receive_contact",
        subject=("contact_request", request_id),
        details={"ref": ref, "concern": concern_id, "received_at": received_at.isoformat()},
    )
    return ref


def open_content(vault: Vault, request: ContactRequest) -> ContactContent:
    """Return what was typed; raises CannotOpen."""
    plain: dict[str, Any] = json.loads(
        vault.open_text(request.content_sealed, "contact_request", request.id, "content_sealed")
    )
    return ContactContent(**plain)


def match_contact_request(
    session: Session, vault: Vault, *, request_id: UUID, person_id: UUID, actor: Actor, now: datetime
) -> RecordedApplication:
    """Give a message to a person after checking identity: the case is found or opened, the application recorded.

    Receipt is the instant the message arrived, not the instant of matching. Raises NotFound, PersonNotFound,
    NotAllowed, ContactSettled.
    """
    require(actor, Permission.match_contact)
    scope = build_scope(session, actor)
    request = get_contact_row(session, scope, request_id)
    person = get_person_in_scope(session, scope, person_id)
    _settle(session, request, state="matched", actor=actor, now=now, person_id=person_id)
    opened = open_case(
        session, person=person, concern_id=request.concern_id, origin=Origin.contact, actor=actor, now=now
    )
    case = session.get_one(Case, opened.id)
    content = open_content(vault, request)
    recorded = record_found(
        session,
        vault,
        case,
        channel=Channel.contact,
        received_at=request.received_at,
        statement=content.statement or STATEMENT,
        actor=actor,
        now=now,
        evidence=Evidence.note(_evidence_text(request, content)),
    )
    session.execute(update(ContactRequest).where(ContactRequest.id == request_id).values(case_id=case.id))
    audit.record(
        session,
        now=now,
        actor=actor,
        action="match_contact",
        subject=("case", case.id),
        office_id=case.office_id,
        details={"contact": request.ref, "application": recorded.ref},
    )
    open_case_task(session, case, "contact_matched", key=request.ref, now=now)
    return recorded


def reject_contact_request(
    session: Session, *, request_id: UUID, reason: str, actor: Actor, now: datetime
) -> None:
    """Lay a message aside with a reason, such as a person of another office; nothing is deleted.

    Raises ReasonMissing, NotFound, NotAllowed, ContactSettled.
    """
    require(actor, Permission.match_contact)
    if not reason.strip():
        raise ReasonMissing
    request = get_contact_row(session, build_scope(session, actor), request_id)
    _settle(session, request, state="rejected", actor=actor, now=now, note=reason.strip()[:300])
    audit.record(
        session,
        now=now,
        actor=actor,
        action="reject_contact",
        subject=("contact_request", request_id),
        office_id=request.office_id,
        details={"contact": request.ref},
    )


def _settle(
    session: Session,
    request: ContactRequest,
    *,
    state: str,
    actor: Actor,
    now: datetime,
    person_id: UUID | None = None,
    note: str = "",
) -> None:
    settled = session.execute(
        update(ContactRequest)
        .where(ContactRequest.id == request.id, ContactRequest.state == "open")
        .values(state=state, person_id=person_id, decided_at=now, decided_by=actor.ref, decision_note=note)
        .returning(ContactRequest.id)
    ).scalar()
    if settled is None:
        raise ContactSettled
    session.refresh(request)


def _evidence_text(request: ContactRequest, content: ContactContent) -> str:
    lines = [
        f"{request.ref}, {request.received_at.isoformat()}",
        *(f"{k}: {v}" for k, v in asdict(content).items() if v),
    ]
    return "\n".join(lines)
