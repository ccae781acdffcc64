"""Note where each paper of a case stands, and that a case can be decided."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.cases.errors import CaseClosed, IssuedInFuture, ReasonMissing, UnknownDocument
from servicedesk.cases.models import Case, CaseRequirement
from servicedesk.cases.queries.checklist import load_checklist
from servicedesk.cases.queries.facts import zone_of
from servicedesk.cases.queries.papers import HANDED_IN, PaperRow, judge_papers, list_paper_rows
from servicedesk.cases.queries.scope import get_case_for
from servicedesk.cases.rules import PaperState
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
    issued_on: date | None = None,
    received_at: datetime | None = None,
) -> PaperState:
    """Set where a paper stands after staff received or checked it; a rejection or a waiver says why.

    `issued_on` is the date on the paper, where somebody read it: from it on the paper grows old. `received_at` is
    when it came, where that was before now. Raises CaseNotFound, NotAllowed, CaseClosed, UnknownDocument, ReasonMissing, IssuedInFuture.
    """
    if state in _NEEDS_REASON and not reason.strip():
        raise ReasonMissing
    found = _find(session, case_id, document_id, actor, now, Permission.record_application)
    if state in {PaperState.accepted, PaperState.rejected, PaperState.waived}:
        get_case_for(session, actor, case_id, Permission.work_case)
    if issued_on is not None and issued_on > found.today:
        raise IssuedInFuture
    stored = found.row
    is_same = state is found.state and (issued_on is None or (stored and stored.issued_on == issued_on))
    if is_same and (state not in _NEEDS_REASON or (stored and stored.reason == reason.strip())):
        return state
    return _write(
        session,
        found,
        state,
        actor=actor,
        now=now,
        reason=reason.strip()[:300],
        issued_on=issued_on,
        received_at=received_at,
    )


def mark_ready(
    session: Session, *, case_id: UUID, actor: Actor, now: datetime, is_ready: bool = True
) -> None:
    """Say that a case can be decided, or no longer; raises CaseNotFound, NotAllowed, CaseClosed."""
    case = get_case_for(session, actor, case_id, Permission.work_case)
    if case.closed_at is not None:
        raise CaseClosed
    if (case.ready_at is not None) is is_ready:
        return
    values: dict[str, Any] = {
        "ready_at": now if is_ready else None,
        "ready_by": actor.ref if is_ready else "",
    }
    session.execute(update(Case).where(Case.id == case_id).values(values))
    audit.record(
        session,
        now=now,
        actor=actor,
        action="mark_ready",
        subject=("case", case_id),
        office_id=case.office_id,
        details={"is_ready": is_ready},
    )


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
    case = get_case_for(session, actor, case_id, permission)
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
