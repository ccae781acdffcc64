"""Compile the open ticks of every desk from hours, closures and holidays."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from servicedesk.booking.queries.calendar import (
    OfficeCalendar,
    get_office_calendar,
    list_compiled,
    list_future_instants,
)
from servicedesk.booking.queries.conflicts import count_conflicts
from servicedesk.booking.queries.statements import APPOINTMENT, DESK_DAY
from servicedesk.booking.rules.calendar import WeeklyHours, build_open_ticks
from servicedesk.booking.rules.public_holidays import list_holidays
from servicedesk.booking.rules.ticks import SIZE_BYTES, write_bits
from servicedesk.db.audit import record
from servicedesk.kernel.clock import instant_of, local_day
from servicedesk.kernel.permissions import SYSTEM, Actor

SPARE_DAYS = 7
"""Days compiled beyond the longest horizon, so that a few missed nights cost nobody a slot."""


@dataclass(frozen=True, slots=True)
class CalendarReport:
    """Say what a run did: days of desks looked at, changed, appointments whose instant moved, conflicts now."""

    days: int
    changed: int
    realigned: int
    conflicts: int


def compile_calendar(
    session: Session, *, office_id: UUID, now: datetime, actor: Actor = SYSTEM
) -> CalendarReport:
    """Bring `open_ticks` up to date from today to the horizon; a second run changes nothing.

    Days are written in the order (day, desk), in which bookings lock them, and `busy_ticks` is never touched:
    appointments that now lie outside the hours are kept and counted as conflicts. Raises NotFound.
    """
    calendar = get_office_calendar(session, office_id)
    first = local_day(now, calendar.zone)
    days = [first + timedelta(days=ahead) for ahead in range(calendar.horizon_days + SPARE_DAYS + 1)]
    compiled = list_compiled(session, office_id, days[0], days[-1])
    changed = [
        {
            "desk_id": desk_id,
            "day": day,
            "office_id": office_id,
            "open_ticks": write_bits(opened),
            "busy_ticks": bytes(SIZE_BYTES),
        }
        for day, desk_id, opened in _open_days(calendar, days)
        if opened != compiled.get((day, desk_id), 0)
    ]
    if changed:
        insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
        upsert = insert(DESK_DAY)
        session.execute(
            upsert.on_conflict_do_update(
                index_elements=[DESK_DAY.c.desk_id, DESK_DAY.c.day],
                set_={"open_ticks": upsert.excluded.open_ticks},
            ),
            changed,
        )
    realigned = _realign(session, calendar, now)
    report = CalendarReport(
        days=len(days) * len(calendar.desk_ids),
        changed=len(changed),
        realigned=realigned,
        conflicts=count_conflicts(session, office_id, now=now),
    )
    if changed or realigned:
        record(
            session,
            now=now,
            actor=actor,
            action="compile_calendar",
            subject=("office", office_id),
            office_id=office_id,
            details={"changed": report.changed, "realigned": realigned, "conflicts": report.conflicts},
        )
    return report


def _open_days(calendar: OfficeCalendar, days: list[date]) -> list[tuple[date, UUID, int]]:
    holidays = list_holidays(calendar.holidays, {day.year for day in days})
    hours: dict[UUID, list[WeeklyHours]] = {}
    for line in calendar.hours:
        hours.setdefault(line.desk_id, []).append(line)
    return [
        (
            day,
            desk_id,
            build_open_ticks(
                desk_id,
                day,
                hours=hours.get(desk_id, ()),
                closures=calendar.closures,
                holidays=holidays,
                zone=calendar.zone,
            ),
        )
        for day in days
        for desk_id in sorted(calendar.desk_ids)
    ]


def _realign(session: Session, calendar: OfficeCalendar, now: datetime) -> int:
    """Keep wall-clock times when the zone's rules have changed since the booking: the instant follows."""
    moved = [
        (appointment_id, instant_of(starts_local, calendar.zone))
        for appointment_id, starts_local, starts_at in list_future_instants(session, calendar.office_id, now)
        if instant_of(starts_local, calendar.zone) != starts_at
    ]
    for appointment_id, starts_at in moved:
        session.execute(
            update(APPOINTMENT).where(APPOINTMENT.c.id == appointment_id).values(starts_at=starts_at)
        )
        record(
            session,
            now=now,
            actor=SYSTEM,
            action="realign_appointment",
            subject=("appointment", appointment_id),
            office_id=calendar.office_id,
            details={"starts_at": starts_at.isoformat()},
        )
    return len(moved)
