"""Read what office and resident are arranging: of one case, and everything that waits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from servicedesk.booking.models import Appointment, Arrangement
from servicedesk.booking.rules.arrangements import ANSWER_WITHIN, OPEN, Refused, Talk
from servicedesk.booking.rules.life import State
from servicedesk.cases.models import Case
from servicedesk.cases.queries.scope import Scope
from servicedesk.offices.models import Desk
from servicedesk.register.models import Person


@dataclass(frozen=True, slots=True)
class ArrangedTime:
    """Be a time that waits for an answer."""

    ref: str
    desk_id: UUID
    desk_name: str
    starts_local: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class ArrangementView:
    """Be the last arrangement of a case with its times, rising; without times once it is over."""

    state: Talk
    reason: Refused | None
    lapses_at: datetime
    changed_at: datetime
    times: tuple[ArrangedTime, ...]

    @property
    def is_open(self) -> bool:
        """Tell whether somebody has to answer."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class RequestLine:
    """Be one line of the list of requests; `is_overdue`: nobody has answered for ANSWER_WITHIN."""

    case_id: UUID
    case_ref: str
    family_name: str
    given_names: str
    file_number: str
    concern_id: str
    ends_on: date | None
    state: Talk
    reason: Refused | None
    note: str
    opened_at: datetime
    changed_at: datetime
    changed_by: str
    is_overdue: bool
    times: tuple[ArrangedTime, ...]


def find_arrangement(session: Session, case_id: UUID) -> ArrangementView | None:
    """Return the case's open arrangement, else its last one."""
    query = (
        select(Arrangement.state, Arrangement.reason, Arrangement.lapses_at, Arrangement.changed_at)
        .where(Arrangement.case_id == case_id)
        .order_by(Arrangement.state.in_(sorted(OPEN)).desc(), Arrangement.id.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    if row is None:
        return None
    times = list_arranged_times(session, [case_id]).get(case_id, ())
    reason = Refused(row.reason) if row.reason else None
    return ArrangementView(Talk(row.state), reason, row.lapses_at, row.changed_at, times)


def list_arranged_times(session: Session, case_ids: Collection[UUID]) -> dict[UUID, tuple[ArrangedTime, ...]]:
    """Return the times that wait for an answer, by case, rising."""
    if not case_ids:
        return {}
    query = (
        select(
            Appointment.case_id,
            Appointment.ref,
            Appointment.desk_id,
            Desk.name,
            Appointment.starts_local,
            Appointment.minutes,
        )
        .join(Desk, Desk.id == Appointment.desk_id)
        .where(Appointment.case_id.in_(case_ids), Appointment.state.in_((State.requested, State.offered)))
        .order_by(Appointment.starts_local, Appointment.ref)
    )
    found: dict[UUID, tuple[ArrangedTime, ...]] = {}
    for case_id, ref, desk_id, desk_name, starts_local, minutes in session.execute(query):
        time = ArrangedTime(ref, desk_id, desk_name, starts_local, minutes)
        found[case_id] = (*found.get(case_id, ()), time)
    return found


def list_requests(
    session: Session, scope: Scope, *, now: datetime, refused_since: datetime | None = None, limit: int = 200
) -> tuple[RequestLine, ...]:
    """Return what waits in scope, the office's turn first and oldest first; then what was refused since an instant."""
    shown: ColumnElement[bool] = Arrangement.state.in_(sorted(OPEN))
    if refused_since is not None:
        over = Arrangement.state.in_((Talk.refused, Talk.lapsed)) & (Arrangement.changed_at >= refused_since)
        shown = or_(shown, over)
    query = (
        select(
            Case.id.label("case_id"),
            Case.ref.label("case_ref"),
            Person.family_name,
            Person.given_names,
            Person.file_number,
            Case.concern_id,
            Case.ends_on,
            Arrangement.state,
            Arrangement.reason,
            Arrangement.note,
            Arrangement.opened_at,
            Arrangement.changed_at,
            Arrangement.changed_by,
        )
        .join(Case, Case.id == Arrangement.case_id)
        .join(Person, Person.id == Case.person_id)
        .where(Arrangement.office_id == scope.office_id, scope.cases(), shown)
        .order_by(Arrangement.state, Arrangement.opened_at, Arrangement.id)
        .limit(limit)
    )
    rows = session.execute(query).mappings().all()
    times = list_arranged_times(session, [row["case_id"] for row in rows if row["state"] in OPEN])
    lines = [
        RequestLine(
            **{
                **row,
                "state": Talk(row["state"]),
                "reason": Refused(row["reason"]) if row["reason"] else None,
            },
            is_overdue=row["state"] == Talk.asked and row["opened_at"] <= now - ANSWER_WITHIN,
            times=times.get(row["case_id"], ()) if row["state"] in OPEN else (),
        )
        for row in rows
    ]
    order = [Talk.asked, Talk.offered, Talk.lapsed, Talk.refused]
    return tuple(sorted(lines, key=lambda line: (order.index(line.state), line.opened_at)))
