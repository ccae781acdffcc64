"""Read the emergency requests of the front desk: what waits, what was answered."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from servicedesk.cases.models import Case
from servicedesk.cases.queries.scope import Scope
from servicedesk.interim.errors import ConfirmationNotFound
from servicedesk.interim.models import InterimRequest
from servicedesk.interim.queries.scope import visible_requests
from servicedesk.kernel.permissions import Actor
from servicedesk.register.models import Person


@dataclass(frozen=True, slots=True)
class RequestRow:
    """Be one request; `asked_by` and `answered_by` are references of actors."""

    id: UUID
    case_id: UUID
    case_ref: str
    owner_id: UUID | None
    is_case_visible: bool
    person_id: UUID
    family_name: str
    given_names: str
    file_number: str
    ends_on: date | None
    asked_at: datetime
    asked_by: str
    note: str
    due_on: date
    is_overdue: bool
    answered_at: datetime | None
    answered_by: str
    answer: str
    answer_note: str


def has_open_requests(session: Session, office_id: UUID) -> bool:
    """Tell whether an office has a request that nobody has answered."""
    waiting = exists().where(InterimRequest.office_id == office_id, InterimRequest.answered_at.is_(None))
    return bool(session.scalar(select(waiting)))


def list_open_requests(session: Session, scope: Scope, limit: int = 100) -> tuple[RequestRow, ...]:
    """Return the requests in scope that nobody has answered, the oldest first."""
    query = (
        _rows(scope)
        .where(InterimRequest.answered_at.is_(None))
        .order_by(InterimRequest.asked_at, InterimRequest.id)
        .limit(limit)
    )
    return _read(session, query)


def list_own_requests(
    session: Session, scope: Scope, actor: Actor, *, since: datetime, limit: int = 100
) -> tuple[RequestRow, ...]:
    """Return what somebody asked for and is open, or was answered since an instant; the latest first."""
    query = (
        _rows(scope)
        .where(
            InterimRequest.asked_by == actor.ref,
            InterimRequest.answered_at.is_(None) | (InterimRequest.answered_at >= since),
        )
        .order_by(InterimRequest.asked_at.desc(), InterimRequest.id)
        .limit(limit)
    )
    return _read(session, query)


def count_own_requests(session: Session, actor: Actor, *, since: datetime) -> tuple[int, int]:
    """Return how many of somebody's requests wait, and how many were answered since an instant."""
    waiting, answered = session.execute(
        select(
            func.count().filter(InterimRequest.answered_at.is_(None)),
            func.count().filter(InterimRequest.answered_at >= since),
        ).where(InterimRequest.office_id == actor.office_id, InterimRequest.asked_by == actor.ref)
    ).one()
    return waiting, answered


def list_requests_of_case(session: Session, scope: Scope, case_id: UUID) -> tuple[RequestRow, ...]:
    """Return the requests for a case in scope, the latest first."""
    query = _rows(scope).where(InterimRequest.case_id == case_id).order_by(InterimRequest.asked_at.desc())
    return _read(session, query)


def get_request(session: Session, scope: Scope, request_id: UUID) -> RequestRow:
    """Return one request in scope; raises ConfirmationNotFound."""
    found = _read(session, _rows(scope).where(InterimRequest.id == request_id))
    if not found:
        raise ConfirmationNotFound
    return found[0]


def _rows(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(InterimRequest, Case, Person, scope.cases().label("is_case_visible"))
        .join(Case, Case.id == InterimRequest.case_id)
        .join(Person, Person.id == InterimRequest.person_id)
        .where(visible_requests(scope))
    )


def _read(session: Session, query: Select[*tuple[Any, ...]]) -> tuple[RequestRow, ...]:
    return tuple(
        RequestRow(
            id=row.id,
            case_id=case.id,
            case_ref=case.ref,
            owner_id=case.owner_id,
            is_case_visible=bool(is_visible),
            person_id=person.id,
            family_name=person.family_name,
            given_names=person.given_names,
            file_number=person.file_number,
            ends_on=case.ends_on,
            asked_at=row.asked_at,
            asked_by=row.asked_by,
            note=row.note,
            due_on=row.due_on,
            is_overdue=row.alarmed_at is not None and row.answered_at is None,
            answered_at=row.answered_at,
            answered_by=row.answered_by,
            answer=row.answer,
            answer_note=row.answer_note,
        )
        for row, case, person, is_visible in session.execute(query)
    )
