"""Find appointments outside the hours, and days whose guards disagree."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from servicedesk.booking.models import Appointment, AppointmentCell, DeskDay
from servicedesk.booking.rules.life import State
from servicedesk.booking.rules.ticks import read_bits, span, tick_of, ticks_for
from servicedesk.cases.models import Case
from servicedesk.offices.models import Desk


@dataclass(frozen=True, slots=True)
class Conflict:
    """Be an appointment that lies outside its desk's hours, because they changed after it was made."""

    ref: str
    case_id: UUID
    case_ref: str
    owner_id: UUID | None
    desk_id: UUID
    desk_name: str
    starts_local: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class GuardFault:
    """Be a desk's day whose busy ticks and cells are not the same set."""

    desk_id: UUID
    day: date
    only_in_ticks: int
    only_in_cells: int


def list_conflicts(session: Session, office_id: UUID, *, now: datetime) -> tuple[Conflict, ...]:
    """Return coming appointments outside the hours, by time and desk; a person has to call each of them."""
    return tuple(
        Conflict(
            row.ref,
            row.case_id,
            row.case_ref,
            row.owner_id,
            row.desk_id,
            row.desk_name,
            row.starts_local,
            row.minutes,
        )
        for row in session.execute(_coming(office_id, now))
        if _is_outside(row.starts_local, row.minutes, read_bits(row.open_ticks) if row.open_ticks else 0)
    )


def count_conflicts(session: Session, office_id: UUID, *, now: datetime) -> int:
    """Return how many coming appointments lie outside the hours."""
    return len(list_conflicts(session, office_id, now=now))


def list_guard_faults(session: Session, office_id: UUID) -> Iterator[GuardFault]:
    """Yield the days of desks on which the two guards disagree; there must be none."""
    cells: dict[tuple[UUID, date], int] = {}
    query = (
        select(AppointmentCell.desk_id, AppointmentCell.starts_local)
        .join(Desk, Desk.id == AppointmentCell.desk_id)
        .where(Desk.office_id == office_id)
    )
    for desk_id, starts_local in session.execute(query):
        key = (desk_id, starts_local.date())
        cells[key] = cells.get(key, 0) | 1 << (tick_of(starts_local) or 0)
    days = select(DeskDay.desk_id, DeskDay.day, DeskDay.busy_ticks).where(DeskDay.office_id == office_id)
    for desk_id, day, raw in session.execute(days):
        busy, taken = read_bits(raw), cells.pop((desk_id, day), 0)
        if busy != taken:
            yield GuardFault(desk_id, day, busy & ~taken, taken & ~busy)
    for (desk_id, day), taken in cells.items():
        yield GuardFault(desk_id, day, 0, taken)


def _coming(office_id: UUID, now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Appointment.ref,
            Appointment.case_id,
            Case.ref.label("case_ref"),
            Case.owner_id,
            Appointment.desk_id,
            Desk.name.label("desk_name"),
            Appointment.starts_local,
            Appointment.minutes,
            DeskDay.open_ticks,
        )
        .join(Case, Case.id == Appointment.case_id)
        .join(Desk, Desk.id == Appointment.desk_id)
        .outerjoin(
            DeskDay,
            (DeskDay.desk_id == Appointment.desk_id) & (DeskDay.day == func.date(Appointment.starts_local)),
        )
        .where(
            Appointment.office_id == office_id, Appointment.state == State.booked, Appointment.starts_at > now
        )
        .order_by(Appointment.starts_local, Desk.ref)
    )


def _is_outside(starts_local: datetime, minutes: int, opened: int) -> bool:
    wanted = span(tick_of(starts_local) or 0, ticks_for(minutes))
    return bool(wanted & ~opened)
