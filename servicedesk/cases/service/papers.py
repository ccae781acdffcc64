"""Note where each paper of a case stands, and that a case can be decided."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.cases.errors import CaseClosed, ReasonMissing, UnknownDocument
from servicedesk.cases.models import Case, CaseRequirement
from servicedesk.cases.queries.facts import list_paper_states, requirements_of, zone_of
from servicedesk.cases.queries.scope import get_case_for
from servicedesk.cases.rules import PaperState
from servicedesk.db import audit
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.permissions import Actor, ActorKind, Permission
from servicedesk.register.models import Person

_ANNOUNCEABLE = frozenset({PaperState.missing, PaperState.rejected, PaperState.stale})


def announce_document(
    session: Session, *, case_id: UUID, document_id: str, actor: Actor, now: datetime, is_at_hand: bool = True
) -> PaperState:
    """Note that a person has a paper at hand, or not any more; what staff have received or checked stays.

    Returns the state afterwards. Raises CaseNotFound, CaseClosed, UnknownDocument.
    """
    case, state = _find(session, case_id, document_id, actor, now)
    if is_at_hand and state in _ANNOUNCEABLE:
        return _write(session, case, document_id, PaperState.announced, was=state, actor=actor, now=now)
    if not is_at_hand and state is PaperState.announced:
        return _write(session, case, document_id, PaperState.missing, was=state, actor=actor, now=now)
    return state


def change_paper(
    session: Session,
    *,
    case_id: UUID,
    document_id: str,
    state: PaperState,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> PaperState:
    """Set where a paper stands after staff received or checked it; a rejection says why.

    Raises CaseNotFound, NotAllowed, CaseClosed, UnknownDocument, ReasonMissing.
    """
    if state is PaperState.rejected and not reason.strip():
        raise ReasonMissing
    case, earlier = _find(session, case_id, document_id, actor, now, Permission.record_application)
    if state in {PaperState.accepted, PaperState.rejected, PaperState.waived}:
        get_case_for(session, actor, case_id, Permission.work_case)
    if state is earlier:
        return state
    return _write(
        session, case, document_id, state, was=earlier, actor=actor, now=now, reason=reason.strip()[:300]
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


def _find(
    session: Session,
    case_id: UUID,
    document_id: str,
    actor: Actor,
    now: datetime,
    permission: Permission | None = None,
) -> tuple[Case, PaperState]:
    case = get_case_for(session, actor, case_id, permission)
    if case.closed_at is not None:
        raise CaseClosed
    person = session.get_one(Person, case.person_id)
    today = local_day(now, zone_of(session, case.office_id))
    listed = {line.document.id for line in requirements_of(case, person, today)}
    states = list_paper_states(session, [case_id]).get(case_id, {})
    if document_id not in listed and document_id not in states:
        raise UnknownDocument
    return case, states.get(document_id, PaperState.missing)


def _write(
    session: Session,
    case: Case,
    document_id: str,
    state: PaperState,
    *,
    was: PaperState,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> PaperState:
    row = {
        "case_id": case.id,
        "document_id": document_id,
        "office_id": case.office_id,
        "state": state.value,
        "reason": reason,
        "changed_at": now,
        "changed_by": actor.ref,
    }
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    inserting: Any = postgresql.insert(CaseRequirement) if is_postgresql else sqlite.insert(CaseRequirement)
    changed = {key: row[key] for key in ("state", "reason", "changed_at", "changed_by")}
    session.execute(
        inserting.values(row).on_conflict_do_update(index_elements=["case_id", "document_id"], set_=changed)
    )
    audit.record(
        session,
        now=now,
        actor=actor,
        action="change_paper",
        subject=("case", case.id),
        office_id=case.office_id,
        details={"document": document_id, "state": state.value, "was": was.value, "by": _side(actor)},
    )
    return state


def _side(actor: Actor) -> str:
    return "person" if actor.kind is ActorKind.resident else "office"
