"""Read what a calendar is compiled from, and what was compiled."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from servicedesk.booking.models import Appointment, DeskDay
from servicedesk.booking.rules.calendar import ClosedDays, WeeklyHours
from servicedesk.booking.rules.life import State
from servicedesk.booking.rules.public_holidays import HolidayRules
from servicedesk.booking.rules.ticks import read_bits
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.weeks import Parity, WeekPattern
from servicedesk.offices.models import Closure, Desk, Office, OfficeConcern, Opening
from servicedesk.offices.rules.setup import DEFAULT_HORIZON_DAYS


@dataclass(frozen=True, slots=True)
class OfficeCalendar:
    """Carry everything the days of an office's desks are built from; inactive desks have no hours."""

    office_id: UUID
    zone: ZoneInfo
    holidays: HolidayRules
    horizon_days: int
    desk_ids: tuple[UUID, ...]
    hours: tuple[WeeklyHours, ...]
    closures: tuple[ClosedDays, ...]


def get_office_calendar(session: Session, office_id: UUID) -> OfficeCalendar:
    """Return the set-up of an office's calendar; raises NotFound."""
    office = session.execute(
        select(Office.time_zone, Office.federal_state, Office.town, Office.settings).where(
            Office.id == office_id
        )
    ).first()
    if office is None:
        raise NotFound
    longest = session.scalar(
        select(func.max(OfficeConcern.horizon_days)).where(OfficeConcern.office_id == office_id)
    )
    desks = session.execute(select(Desk.id, Desk.is_active).where(Desk.office_id == office_id)).all()
    active = {desk.id for desk in desks if desk.is_active}
    hours = session.scalars(select(Opening).where(Opening.office_id == office_id))
    closures = session.scalars(select(Closure).where(Closure.office_id == office_id))
    return OfficeCalendar(
        office_id=office_id,
        zone=ZoneInfo(office.time_zone),
        holidays=HolidayRules(
            office.federal_state, office.town, bool(office.settings.get("has_catholic_holidays", False))
        ),
        horizon_days=max(longest or 0, DEFAULT_HORIZON_DAYS),
        desk_ids=tuple(desk.id for desk in desks),
        hours=tuple(
            WeeklyHours(
                o.desk_id,
                o.weekday,
                o.starts_local,
                o.ends_local,
                o.valid_from,
                o.valid_until,
                WeekPattern(Parity(o.parity) if o.parity else None, o.every_weeks or 1, o.valid_from),
            )
            for o in hours
            if o.desk_id in active
        ),
        closures=tuple(ClosedDays(c.desk_id, c.first_on, c.last_on) for c in closures),
    )


def list_compiled(session: Session, office_id: UUID, first: date, last: date) -> dict[tuple[date, UUID], int]:
    """Return the open ticks as compiled, by (day, desk)."""
    query = select(DeskDay.day, DeskDay.desk_id, DeskDay.open_ticks).where(
        DeskDay.office_id == office_id, DeskDay.day.between(first, last)
    )
    return {(day, desk_id): read_bits(raw) for day, desk_id, raw in session.execute(query)}


def list_future_instants(
    session: Session, office_id: UUID, now: datetime
) -> list[tuple[UUID, datetime, datetime]]:
    """Return (id, wall-clock time, instant) of what is still to come, by id."""
    query = (
        select(Appointment.id, Appointment.starts_local, Appointment.starts_at)
        .where(
            Appointment.office_id == office_id,
            Appointment.state.in_((State.held, State.booked, State.requested, State.offered)),
            Appointment.starts_at > now,
        )
        .order_by(Appointment.id)
    )
    return list(session.execute(query))
