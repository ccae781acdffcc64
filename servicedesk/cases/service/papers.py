"""Note where each paper of a case stands; one that is not in order any more closes the gate of its case."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.cases.choices import load_reasons
from servicedesk.cases.errors import CaseClosed, IssuedInFuture, ReasonMissing, UnknownDocument
from servicedesk.cases.models import Case, CaseRequirement
from servicedesk.cases.queries.checklist import load_checklist
from servicedesk.cases.queries.facts import zone_of
from servicedesk.cases.queries.papers import HANDED_IN, PaperRow, judge_papers, list_paper_rows
from servicedesk.cases.queries.scope import get_case_for
from servicedesk.cases.rules import PaperState
from servicedesk.cases.service.fact_trail import lock_case
from servicedesk.cases.service.ready import close_gate
from servicedesk.db import audit
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.permissions import Actor, ActorKind, Permission
from servicedesk.register.models import Person

_ANNOUNCEABLE = frozenset({PaperState.missing, PaperState.rejected, PaperState.stale})
_NEEDS_REASON = frozenset({PaperState.rejected, PaperState.waived})


def announce_document(
    session: Session, *, case_id: UUID, document_id: str, actor: Actor, now: datetime, is_at_hand: bool = True
) -> PaperState:
    """Note that a person has a paper at hand, or not any more; what staff have received or checked stays.

    Returns the state afterwards. Raises CaseNotFound, CaseClosed, UnknownDocument.
    """
    found = _find(session, case_id, document_id, actor, now)
    if is_at_hand and found.state in _ANNOUNCEABLE:
        return _write(session, found, PaperState.announced, actor=actor, now=now)
    if not is_at_hand and found.state is PaperState.announced:
        return _write(session, found, PaperState.missing, actor=actor, now=now)
    return found.state


def change_paper(
    session: Session,
    *,
    case_id: UUID,
    document_id: str,
    state: PaperState,
    actor: Actor,
    now: datetime,
    reason: str = "",
    reason_id: str | None = None,
    issued_on: date | None = None,
    received_at: datetime | None = None,
) -> PaperState:
    """Set where a paper stands after staff received or checked it; a rejection or a waiver says why.

    `reason_id` is one of the listed reasons of a rejection. `issued_on` is the date on the paper, where somebody
    read it: from it on the paper grows old. `received_at` is when it came, where that was before now. A case that
    was ready and lacks a paper now is ready no longer. Raises CaseNotFound, NotAllowed, CaseClosed, UnknownDocument,
    ReasonMissing, IssuedInFuture.
    """
    if state is not PaperState.rejected or reason_id not in load_reasons():
        reason_id = None
    if state in _NEEDS_REASON and not reason.strip() and reason_id is None:
        raise ReasonMissing
    found = _find(session, case_id, document_id, actor, now, Permission.record_application)
    if state in {PaperState.accepted, PaperState.rejected, PaperState.waived}:
        get_case_for(session, actor, case_id, Permission.work_case)
    if issued_on is not None and issued_on > found.today:
        raise IssuedInFuture
    stored = found.row
    is_same = state is found.state and (issued_on is None or (stored and stored.issued_on == issued_on))
    says = (reason.strip()[:300], reason_id)
    if is_same and (state not in _NEEDS_REASON or (stored and (stored.reason, stored.reason_id) == says)):
        return state
    _write(
        session,
        found,
        state,
        actor=actor,
        now=now,
        reason=says[0],
        reason_id=reason_id,
        issued_on=issued_on,
        received_at=received_at,
    )
    close_gate(session, found.case, actor=actor, now=now, document_id=document_id)
    return state


@dataclass(frozen=True, slots=True)
class _Found:
    """Hold the paper of a case that somebody wants to change; `state` is where it stands today."""

    case: Case
    document_id: str
    row: PaperRow | None
    state: PaperState
    today: date


def _find(
    session: Session,
    case_id: UUID,
    document_id: str,
    actor: Actor,
    now: datetime,
    permission: Permission | None = None,
) -> _Found:
    case = lock_case(session, get_case_for(session, actor, case_id, permission).id)
    if case.closed_at is not None:
        raise CaseClosed
    person = session.get_one(Person, case.person_id)
    zone = zone_of(session, case.office_id)
    today = local_day(now, zone)
    checklist = load_checklist(session, case, person, today=today)
    rows = list_paper_rows(session, [case_id]).get(case_id, {})
    if document_id not in rows and all(line.document.id != document_id for line in checklist.requirements):
        raise UnknownDocument
    row = rows.get(document_id)
    standings = judge_papers(checklist.catalogue.documents, rows, today=today, zone=zone)
    state = standings[document_id].state if row else PaperState.missing
    return _Found(case, document_id, row, state, today)


def _write(
    session: Session,
    found: _Found,
    state: PaperState,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    reason_id: str | None = None,
    issued_on: date | None = None,
    received_at: datetime | None = None,
) -> PaperState:
    case, before = found.case, found.row
    # A paper that was there before and is only checked now keeps the day on which it came.
    stays = before is not None and found.state in HANDED_IN and state in HANDED_IN
    row = {
        "case_id": case.id,
        "document_id": found.document_id,
        "office_id": case.office_id,
        "state": state.value,
        "reason": reason,
        "reason_id": reason_id,
        "changed_at": now,
        "changed_by": actor.ref,
        "issued_on": issued_on or (before.issued_on if before and stays else None),
        "received_at": _received_at(before if stays else None, received_at or now)
        if state in HANDED_IN
        else None,
    }
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    inserting: Any = postgresql.insert(CaseRequirement) if is_postgresql else sqlite.insert(CaseRequirement)
    changed = {key: row[key] for key in row if key not in {"case_id", "document_id", "office_id"}}
    session.execute(
        inserting.values(row).on_conflict_do_update(index_elements=["case_id", "document_id"], set_=changed)
    )
    details = {"document": found.document_id, "state": state.value, "was": found.state.value}
    if issued_on is not None:
        details["issued_on"] = issued_on.isoformat()
    audit.record(
        session,
        now=now,
        actor=actor,
        action="change_paper",
        subject=("case", case.id),
        office_id=case.office_id,
        details={**details, "by": _side(actor)},
    )
    return state


def _received_at(before: PaperRow | None, now: datetime) -> datetime:
    return now if before is None else before.received_at or before.changed_at


def _side(actor: Actor) -> str:
    return "person" if actor.kind is ActorKind.resident else "office"
