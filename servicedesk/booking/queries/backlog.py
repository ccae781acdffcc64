"""Read who waits for a proposed time, and when the desks will have had room for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from servicedesk.booking.models import Appointment, Arrangement
from servicedesk.booking.queries.facts import get_terms, list_candidate_desks
from servicedesk.booking.queries.free import count_free_seats
from servicedesk.booking.rules.arrangements import Origin
from servicedesk.booking.rules.life import State
from servicedesk.booking.rules.pacing import decide_clearing_week, list_mondays
from servicedesk.cases.models import Case
from servicedesk.cases.queries.scope import Scope
from servicedesk.kernel.clock import local_day
from servicedesk.offices.models import OfficeConcern, StaffMember
from servicedesk.offices.rules.setup import AppointmentMode


@dataclass(frozen=True, slots=True)
class Backlog:
    """Count who waits at one case worker's desks; `clears_on` is a Monday, None: not within the horizon.

    `ending_soon` are those whose title ends within 28 days: pacing holds none of them back, there is no room.
    """

    owner_id: UUID | None
    owner_name: str
    waiting: int
    ending_soon: int
    first_end_on: date | None
    clears_on: date | None
    case_refs: tuple[str, ...]


_SOON = timedelta(days=28)
_SHOWN = 8


def list_waiting_for_proposal(session: Session, office_id: UUID, *, limit: int) -> list[UUID]:
    """Return cases to which the office owes a proposed time, the title that ends first leading."""
    query = _waiting(Case.office_id == office_id).limit(limit)
    return [row[0] for row in session.execute(query)]


def list_backlog(session: Session, scope: Scope, *, now: datetime) -> tuple[Backlog, ...]:
    """Return the backlog of every case worker in scope, the earliest end first."""
    waiting: dict[UUID | None, list[tuple[UUID, str, date | None, str | None]]] = {}
    for case_id, ref, ends_on, owner_id, name in session.execute(_waiting(scope.cases())):
        waiting.setdefault(owner_id, []).append((case_id, ref, ends_on, name))
    return tuple(_backlog(session, owner_id, found, now) for owner_id, found in waiting.items())


def _backlog(
    session: Session,
    owner_id: UUID | None,
    found: Sequence[tuple[UUID, str, date | None, str | None]],
    now: datetime,
) -> Backlog:
    case_id, _, first_end, name = found[0]
    terms, desks = get_terms(session, case_id), list_candidate_desks(session, case_id)
    first, last = local_day(terms.earliest_at(now), terms.zone), terms.last_on(now)
    seats = [
        (
            monday,
            count_free_seats(
                session,
                desks,
                minutes=terms.minutes,
                first_on=max(first, monday),
                last_on=min(last, monday + timedelta(days=6)),
                now=now,
            ),
        )
        for monday in list_mondays(first, last)
    ]
    soon = local_day(now, terms.zone) + _SOON
    return Backlog(
        owner_id=owner_id,
        owner_name=name or "",
        waiting=len(found),
        ending_soon=sum(ends_on is not None and ends_on <= soon for _, _, ends_on, _ in found),
        first_end_on=first_end,
        clears_on=decide_clearing_week(len(found), seats),
        case_refs=tuple(ref for _, ref, _, _ in found[:_SHOWN]),
    )


def _waiting(where: ColumnElement[bool]) -> Select[UUID, str, date | None, UUID | None, str | None]:
    has_time = exists().where(Appointment.case_id == Case.id, Appointment.state == State.booked)
    was_offered = exists().where(Arrangement.case_id == Case.id, Arrangement.origin == Origin.office)
    return (
        select(Case.id, Case.ref, Case.ends_on, Case.owner_id, StaffMember.name)
        .join(
            OfficeConcern,
            (OfficeConcern.office_id == Case.office_id) & (OfficeConcern.concern_id == Case.concern_id),
        )
        .outerjoin(StaffMember, StaffMember.id == Case.owner_id)
        .where(
            where,
            OfficeConcern.mode == AppointmentMode.proposed,
            Case.closed_at.is_(None),
            Case.decision.is_(None),
            ~has_time,
            ~was_offered,
        )
        .order_by(Case.ends_on.is_(None), Case.ends_on, Case.opened_at, Case.id)
    )
