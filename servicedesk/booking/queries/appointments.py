"""Read appointments: of a case, by reference, of a day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from servicedesk.booking.models import Appointment
from servicedesk.booking.rules.life import State
from servicedesk.cases.models import Case
from servicedesk.db.prepared import Prepared, constant, run
from servicedesk.kernel.errors import NotFound
from servicedesk.offices.models import Desk, DeskMember
from servicedesk.register.models import Person

_NOT_SHOWN = (State.held, State.expired, State.requested, State.offered, State.released)
"""Times that were never an appointment."""

SHOWN_IN_DAYS = (State.booked, State.kept, State.no_show, State.passed)


@dataclass(frozen=True, slots=True)
class AppointmentView:
    """Be one appointment or hold as pages, letters and calendar files show it.

    `state` is one of rules.life.State; `hold_expires_at` is set for holds only.
    """

    id: UUID
    office_id: UUID
    case_id: UUID
    desk_id: UUID
    desk_name: str
    room: str
    ref: str
    uid: str
    sequence: int
    starts_local: datetime
    starts_at: datetime
    minutes: int
    state: str
    hold_expires_at: datetime | None
    changed_at: datetime

    @property
    def ends_local(self) -> datetime:
        """Return the wall-clock time at which it ends."""
        return self.starts_local + timedelta(minutes=self.minutes)

    @property
    def ends_at(self) -> datetime:
        """Return the instant at which it ends."""
        return self.starts_at + timedelta(minutes=self.minutes)

    def can_change(self, now: datetime) -> bool:
        """Tell whether it may still be moved or cancelled: until it begins."""
        return self.state == State.booked and now < self.starts_at


@dataclass(frozen=True, slots=True)
class DayEntry:
    """Be one line of a day sheet: an appointment with the person and the matter."""

    appointment: AppointmentView
    case_ref: str
    concern_id: str
    owner_id: UUID | None
    ready_at: datetime | None
    person_id: UUID
    family_name: str
    given_names: str
    file_number: str
    language: str | None


def find_appointment(session: Session, case_id: UUID) -> AppointmentView | None:
    """Return the case's booked appointment."""
    row = run(session, _BOOKED, case_id=case_id).first
    return AppointmentView(*row) if row is not None else None


def find_hold(session: Session, case_id: UUID, *, now: datetime) -> AppointmentView | None:
    """Return the case's hold while it runs."""
    row = run(session, _HELD, case_id=case_id, now=now).first
    return AppointmentView(*row) if row is not None else None


def find_appointment_by_ref(session: Session, office_id: UUID, ref: str) -> AppointmentView | None:
    """Return the appointment with this reference, in any state."""
    return _first(session, _views().where(Appointment.office_id == office_id, Appointment.ref == ref))


def get_appointment(session: Session, office_id: UUID, ref: str) -> AppointmentView:
    """Return the appointment with this reference, in any state; raises NotFound."""
    found = find_appointment_by_ref(session, office_id, ref)
    if found is None:
        raise NotFound
    return found


def list_appointments_of_case(session: Session, case_id: UUID) -> tuple[AppointmentView, ...]:
    """Return a case's appointments with their history, newest first; holds are left out."""
    return tuple(AppointmentView(*row) for row in run(session, LIST_OF_CASE, case_id=case_id).rows)


def list_day(
    session: Session,
    office_id: UUID,
    day: date,
    *,
    last_day: date | None = None,
    desk_ids: Sequence[UUID] | None = None,
    member_ids: Collection[UUID] | None = None,
) -> tuple[DayEntry, ...]:
    """Return the appointments of a day, or of the days up to `last_day`, by time and desk.

    `desk_ids` narrows to some desks; `member_ids` to the desks and cases of some case workers.
    """
    start = datetime(day.year, day.month, day.day)
    end = last_day or day
    query = (
        _views()
        .add_columns(
            Case.ref.label("case_ref"),
            Case.concern_id,
            Case.owner_id,
            Case.ready_at,
            Case.person_id,
            Person.family_name,
            Person.given_names,
            Person.file_number,
            Person.letter_language.label("language"),
        )
        .join(Case, Case.id == Appointment.case_id)
        .join(Person, Person.id == Case.person_id)
        .where(
            Appointment.office_id == office_id,
            Appointment.starts_local >= start,
            Appointment.starts_local < datetime(end.year, end.month, end.day) + timedelta(days=1),
            Appointment.state.in_(SHOWN_IN_DAYS),
        )
        .order_by(Appointment.starts_local, Desk.ref)
    )
    if desk_ids is not None:
        query = query.where(Appointment.desk_id.in_(list(desk_ids)))
    if member_ids is not None:
        at_own_desk = select(DeskMember.desk_id).where(DeskMember.member_id.in_(member_ids))
        query = query.where(Case.owner_id.in_(member_ids) | Appointment.desk_id.in_(at_own_desk))
    return tuple(_entry(dict(row)) for row in session.execute(query).mappings())


def _entry(row: dict[str, Any]) -> DayEntry:
    appointment = AppointmentView(**{name: row.pop(name) for name in AppointmentView.__slots__})
    return DayEntry(appointment=appointment, **row)


def _first(session: Session, query: Select[*tuple[Any, ...]]) -> AppointmentView | None:
    row = session.execute(query).mappings().first()
    return AppointmentView(**row) if row else None


def _views() -> Select[*tuple[Any, ...]]:
    return select(
        Appointment.id,
        Appointment.office_id,
        Appointment.case_id,
        Appointment.desk_id,
        Desk.name.label("desk_name"),
        Desk.room,
        Appointment.ref,
        Appointment.uid,
        Appointment.sequence,
        Appointment.starts_local,
        Appointment.starts_at,
        Appointment.minutes,
        Appointment.state,
        Appointment.hold_expires_at,
        Appointment.changed_at,
    ).join(Desk, Desk.id == Appointment.desk_id)


_OF_CASE = _views().where(Appointment.case_id == bindparam("case_id"))
_BOOKED = Prepared(_OF_CASE.where(Appointment.state == constant(State.booked)))
_HELD = Prepared(
    _OF_CASE.where(Appointment.state == constant(State.held), Appointment.hold_expires_at > bindparam("now"))
)
LIST_OF_CASE = Prepared(
    _OF_CASE.where(Appointment.state.not_in(tuple(constant(state) for state in _NOT_SHOWN))).order_by(
        Appointment.created_at.desc(), Appointment.id.desc()
    )
)
