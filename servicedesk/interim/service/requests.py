"""Let the front desk ask for what it must not decide itself; answered the same day."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.cases.errors import ReasonMissing
from servicedesk.cases.models import Case
from servicedesk.cases.queries.scope import build_scope, get_case_for, require
from servicedesk.cases.service import NewTask, open_tasks
from servicedesk.cases.service.tasks import settle_tasks
from servicedesk.db import audit
from servicedesk.interim.errors import (
    AlreadyConfirmed,
    AlreadyRequested,
    ConfirmationNotFound,
    RequestAnswered,
)
from servicedesk.interim.models import InterimConfirmation, InterimRequest
from servicedesk.interim.queries.scope import visible_requests
from servicedesk.interim.rules.deadlines import decide_assignee
from servicedesk.interim.service.desk import InterimDesk
from servicedesk.interim.service.writes import REQUEST_KINDS
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor, Permission

ANSWERS = ("issued", "printed", "declined", "other")
"""What a request may be answered with; `issued` comes by itself with the confirmation."""

_NOTE_LENGTH = 300
_TASK, _OVERDUE = REQUEST_KINDS


def request_confirmation(
    session: Session, desk: InterimDesk, *, case_id: UUID, note: str, actor: Actor
) -> UUID:
    """Ask the responsible case worker, or whoever stands in, for a confirmation that is needed at once.

    Raises CaseNotFound, NotAllowed, AlreadyConfirmed (print that one), AlreadyRequested.
    """
    case = get_case_for(session, actor, case_id, Permission.request_confirmation)
    ref = session.scalar(
        select(InterimConfirmation.ref).where(
            InterimConfirmation.case_id == case_id, InterimConfirmation.state == "issued"
        )
    )
    if ref is not None:
        raise AlreadyConfirmed(ref=ref)
    request_id = _insert(session, desk, case, note, actor)
    if request_id is None:
        raise AlreadyRequested
    open_tasks(session, office_id=case.office_id, tasks=[_task(desk, case, request_id)], now=desk.now)
    audit.record(
        session,
        now=desk.now,
        actor=actor,
        action="request_interim",
        subject=("case", case_id),
        office_id=case.office_id,
        details={"request": request_id.hex},
    )
    return request_id


def answer_request(
    session: Session,
    desk: InterimDesk,
    *,
    request_id: UUID,
    answer: str,
    note: str,
    actor: Actor,
) -> None:
    """Answer the front desk; anything but a confirmation needs words it can pass on.

    Raises ConfirmationNotFound, NotAllowed, RequestAnswered, ReasonMissing; ValueError for an unknown answer.
    """
    if answer not in ANSWERS:
        raise ValueError(f"no answer {answer!r}")
    found = session.execute(
        select(InterimRequest.case_id, InterimRequest.office_id)
        .join(Case, Case.id == InterimRequest.case_id)
        .where(InterimRequest.id == request_id, visible_requests(build_scope(session, actor)))
    ).one_or_none()
    if found is None:
        raise ConfirmationNotFound
    require(actor, Permission.release_confirmation)
    if answer in {"declined", "other"} and not note.strip():
        raise ReasonMissing
    result: Any = session.execute(
        update(InterimRequest)
        .where(InterimRequest.id == request_id, InterimRequest.answered_at.is_(None))
        .values(
            answered_at=desk.now,
            answered_by=actor.ref,
            answer=answer,
            answer_note=note.strip()[:_NOTE_LENGTH],
        )
    )
    if not result.rowcount:
        raise RequestAnswered
    settle_tasks(session, [found.case_id], REQUEST_KINDS, actor=actor, now=desk.now)
    audit.record(
        session,
        now=desk.now,
        actor=actor,
        action="answer_interim_request",
        subject=("case", found.case_id),
        office_id=found.office_id,
        details={"request": request_id.hex, "answer": answer},
    )


def sweep_requests(session: Session, desk: InterimDesk) -> int:
    """Raise the alarm for requests that waited too long, once each; return how many."""
    waited = desk.now - timedelta(hours=desk.settings.request_age_hours)
    overdue = session.execute(
        update(InterimRequest)
        .where(
            InterimRequest.office_id == desk.office.id,
            InterimRequest.answered_at.is_(None),
            InterimRequest.alarmed_at.is_(None),
            or_(InterimRequest.asked_at <= waited, InterimRequest.due_on < desk.today),
        )
        .values(alarmed_at=desk.now)
        .returning(InterimRequest.id, InterimRequest.case_id, InterimRequest.person_id)
        .execution_options(synchronize_session=False)
    ).all()
    wanted = select(Case.id, Case.team_id).where(Case.id.in_([row.case_id for row in overdue]))
    teams = dict(session.execute(wanted).all())
    tasks = [
        NewTask(
            kind=_OVERDUE,
            dedupe_key=f"{_OVERDUE}:{row.id.hex}",
            person_id=row.person_id,
            case_id=row.case_id,
            team_id=teams[row.case_id],
            due_on=desk.today,
        )
        for row in overdue
    ]
    open_tasks(session, office_id=desk.office.id, tasks=tasks, now=desk.now)
    return len(overdue)


def _insert(session: Session, desk: InterimDesk, case: Case, note: str, actor: Actor) -> UUID | None:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    inserting: Any = postgresql.insert(InterimRequest) if is_postgresql else sqlite.insert(InterimRequest)
    return session.execute(
        inserting.values(
            id=new_id(),
            office_id=case.office_id,
            case_id=case.id,
            person_id=case.person_id,
            asked_at=desk.now,
            asked_by=actor.ref,
            note=note.strip()[:_NOTE_LENGTH],
            due_on=desk.today,
            answered_by="",
            answer="",
            answer_note="",
        )
        .on_conflict_do_nothing()
        .returning(InterimRequest.id)
    ).scalar()


def _task(desk: InterimDesk, case: Case, request_id: UUID) -> NewTask:
    return NewTask(
        kind=_TASK,
        dedupe_key=f"{_TASK}:{request_id.hex}",
        person_id=case.person_id,
        case_id=case.id,
        team_id=case.team_id,
        owner_id=decide_assignee(case.owner_id, desk.standing_in),
        due_on=desk.today,
    )
