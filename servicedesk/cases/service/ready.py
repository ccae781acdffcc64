"""Open and close the gate of a case: ready is what a person says, and what a paper may take back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.cases.errors import NotWithoutApplication, PapersOpen
from servicedesk.cases.models import Case
from servicedesk.cases.queries.case_facts import read_open_papers, read_standing
from servicedesk.cases.service.fact_trail import take_case, write_fact
from servicedesk.cases.service.tasks import open_case_task, settle_tasks
from servicedesk.cases.steps import FactKind, check_step
from servicedesk.kernel.permissions import Actor

RECHECK_TASK = "ready_withdrawn"
"""The task that asks somebody to look at a case, and at its appointment, that is not ready any more."""


def mark_ready(session: Session, *, case_id: UUID, actor: Actor, now: datetime) -> None:
    """Say that a case can be decided; from now on it may have an appointment. Waiting and clarification end with it.

    Raises CaseNotFound, NotAllowed, CaseClosed, NotWithoutApplication, PapersOpen, StepNotPossible.
    """
    case = take_case(session, actor, case_id)
    if case.ready_at is not None:
        return
    standing = read_standing(session, case, now=now)
    if not standing.has_applied:
        raise NotWithoutApplication
    if standing.open_papers:
        raise PapersOpen(number=standing.open_papers)
    check_step(FactKind.mark_ready, standing)
    if standing.is_waiting:
        end_waiting_of(session, case, actor=actor, now=now)
    if standing.is_clarifying:
        write_fact(session, case, FactKind.end_clarification, actor=actor, now=now, clarify_at=None)
    write_fact(
        session,
        case,
        FactKind.mark_ready,
        actor=actor,
        now=now,
        details={"is_ready": True},
        ready_at=now,
        ready_by=actor.ref,
        unready_at=None,
    )
    settle_tasks(session, [case.id], [RECHECK_TASK, "case_stuck"], actor=actor, now=now)


def withdraw_ready(session: Session, *, case_id: UUID, actor: Actor, now: datetime, reason: str = "") -> None:
    """Say that a case cannot be decided after all; an appointment it has stays, and is flagged.

    Raises CaseNotFound, NotAllowed, CaseClosed.
    """
    case = take_case(session, actor, case_id)
    if case.ready_at is not None:
        _withdraw(session, case, actor=actor, now=now, reason=reason)


def close_gate(session: Session, case: Case, *, actor: Actor, now: datetime, document_id: str = "") -> bool:
    """Take back that a case is ready where its papers no longer bear it; the caller holds the case locked.

    `document_id` names the paper that changed. Returns whether the gate closed.
    """
    if case.ready_at is None or case.decision is not None:
        return False
    if not read_open_papers(session, case, now=now).lines:
        return False
    _withdraw(session, case, actor=actor, now=now, document_id=document_id)
    return True


def end_waiting_of(session: Session, case: Case, *, actor: Actor, now: datetime, reason: str = "") -> None:
    """Note that a case waits for nobody else any more."""
    write_fact(
        session,
        case,
        FactKind.end_waiting,
        actor=actor,
        now=now,
        reason=reason,
        waiting_for=None,
        waiting_since=None,
        follow_up_on=None,
    )
    settle_tasks(session, [case.id], ["follow_up"], actor=actor, now=now)


def _withdraw(
    session: Session, case: Case, *, actor: Actor, now: datetime, reason: str = "", document_id: str = ""
) -> None:
    write_fact(
        session,
        case,
        FactKind.withdraw_ready,
        actor=actor,
        now=now,
        reason=reason,
        value=document_id[:40],
        details={"is_ready": False, **({"document": document_id} if document_id else {})},
        ready_at=None,
        ready_by="",
        unready_at=now,
    )
    # Each time anew: the occasion is its instant.
    open_case_task(session, case, RECHECK_TASK, key=f"{now:%Y%m%d%H%M%S}", now=now)
