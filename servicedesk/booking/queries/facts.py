"""Gather in few statements what the use cases decide on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from servicedesk.booking.queries import statements
from servicedesk.booking.rules.arrangements import Talk
from servicedesk.booking.rules.life import AppointmentRow, State
from servicedesk.booking.rules.offers import BookingTerms, DeskPlace, choose_desks
from servicedesk.booking.rules.ticks import read_bits
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.db.prepared import run, run_together
from servicedesk.kernel.errors import NotFound
from servicedesk.offices.rules.setup import DEFAULT_HORIZON_DAYS, DEFAULT_NOTICE_HOURS, AppointmentMode

_STATE = AppointmentRow.__slots__.index("state")


@dataclass(frozen=True, slots=True)
class DayFacts:
    """Carry a desk's day as last read."""

    desk_id: UUID
    day: date
    opened: int
    busy: int


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Carry what a use case needs to know of a case.

    `desk` and `day` are those of the time asked for: None where the office has no such active desk, or the desk
    has no compiled day. `is_responsible` says whether residents of this case are offered that desk.
    """

    terms: BookingTerms
    person_id: UUID
    team_id: UUID
    owner_id: UUID | None
    has_open_wish: bool
    has_email: bool
    desk_id: UUID | None = None
    is_responsible: bool = False
    day: DayFacts | None = None


def get_terms(session: Session, case_id: UUID) -> BookingTerms:
    """Return how the office books this case; raises NotFound."""
    return read_terms(run(session, statements.FIND_TERMS, case_id=case_id).first)


def lock_case(
    session: Session, case_id: UUID, now: datetime, wanted: tuple[UUID, datetime] | None = None
) -> tuple[CaseFacts, list[AppointmentRow]]:
    """Return the facts of a case and the rows of `appointment` that a booking may have to change; both locked.

    The rows are the case's own and, for a wanted (desk, wall-clock time), the holds of others at that desk on that day
    that have run out; in the order of ids. No other booking of the same case gets in until the transaction ends. The
    locks leave foreign keys alone (FOR NO KEY UPDATE); SQLite has one writer anyway. Raises NotFound.
    """
    day = wanted[1].date() if wanted else None
    if wanted is None or day is None:
        case, rows = run_together(
            session,
            (statements.LOCK_CASE, {"case_id": case_id}),
            (statements.LOCK_ROWS, {"case_id": case_id}),
        )
    else:
        begin = datetime(day.year, day.month, day.day)
        place = {"case_id": case_id, "desk_id": wanted[0]}
        hours = {"first_local": begin, "until_local": begin + timedelta(days=1)}
        case, rows = run_together(
            session,
            (statements.LOCK_CASE_AND_READ_DAY, {**place, "day": day}),
            (statements.LOCK_ROWS_AND_RUN_OUT, {**place, **hours, "now": now}),
        )
    if not case.rows:
        raise NotFound
    return _facts(session, case.rows[0], day), [_row_of(row) for row in rows.rows]


def _facts(session: Session, row: Any, day: date | None) -> CaseFacts:
    desk_id, is_responsible, known = None, False, None
    if day is not None and row.desk_id is not None:
        desk_id = row.desk_id
        is_responsible = bool(row.is_owners) or desk_id in list_candidate_desks(session, row.case_id)
        if row.open_ticks is not None:
            known = DayFacts(desk_id, day, read_bits(row.open_ticks), read_bits(row.busy_ticks))
    return CaseFacts(
        terms=read_terms(row),
        person_id=row.person_id,
        team_id=row.team_id,
        owner_id=row.owner_id,
        has_open_wish=bool(row.has_open_wish),
        has_email=bool(row.has_email),
        desk_id=desk_id,
        is_responsible=is_responsible,
        day=known,
    )


def lock_expired_holds(session: Session, now: datetime, limit: int) -> list[AppointmentRow]:
    """Return and lock holds that have run out, leaving out those somebody is working on."""
    found = session.execute(statements.LOCK_EXPIRED_HOLDS, {"now": now, "most": limit})
    return [_row_of(row) for row in found]


def lock_past_bookings(session: Session, before: datetime, limit: int) -> list[AppointmentRow]:
    """Return and lock booked appointments that began before an instant, leaving out those in somebody's hands."""
    found = session.execute(statements.LOCK_PAST_BOOKINGS, {"before": before, "most": limit})
    return [_row_of(row) for row in found]


def read_day(session: Session, desk_id: UUID, day: date, *, is_locking: bool = False) -> DayFacts | None:
    """Return a desk's day; with `is_locking` nobody else changes it until the transaction ends."""
    statement = statements.LOCK_DAY if is_locking else statements.READ_DAY
    row = run(session, statement, desk_id=desk_id, day=day).first
    return DayFacts(desk_id, day, read_bits(row.open_ticks), read_bits(row.busy_ticks)) if row else None


def list_cells(session: Session, appointment_ids: Sequence[UUID]) -> dict[UUID, list[tuple[UUID, datetime]]]:
    """Return the five-minute cells that appointments occupy, as (desk, wall-clock time)."""
    if not appointment_ids:
        return {}
    answers = run_together(session, *((statements.LIST_CELLS, {"row_id": one}) for one in appointment_ids))
    return {
        appointment_id: [(row.desk_id, row.starts_local) for row in answer.rows]
        for appointment_id, answer in zip(appointment_ids, answers, strict=True)
    }


def list_candidate_desks(session: Session, case_id: UUID) -> tuple[UUID, ...]:
    """Return the desks at which residents of a case are offered times, by reference (rules.offers.choose_desks)."""
    rows = run(session, statements.LIST_CANDIDATES, case_id=case_id).rows
    return choose_desks(
        [DeskPlace(row.id, bool(row.is_owners), bool(row.is_teams), row.pool) for row in rows]
    )


def _row_of(found: Any) -> AppointmentRow:
    values = list(found)
    values[_STATE] = State(values[_STATE])
    return AppointmentRow(*values)


def read_terms(row: Any) -> BookingTerms:
    """Return the terms a row of FIND_TERMS carries; raises NotFound for none."""
    if row is None:
        raise NotFound
    is_listed = row.mode is not None
    return BookingTerms(
        case_id=row.case_id,
        office_id=row.office_id,
        zone=ZoneInfo(row.time_zone),
        mode=AppointmentMode(row.mode or AppointmentMode.direct),
        minutes=row.minutes or _usual_minutes(row.concern_id),
        notice_hours=row.notice_hours if is_listed else DEFAULT_NOTICE_HOURS,
        horizon_days=row.horizon_days if is_listed else DEFAULT_HORIZON_DAYS,
        ends_on=row.ends_on,
        is_closed=row.closed_at is not None,
        is_ready=row.ready_at is not None,
        talk=Talk(row.talk) if row.talk else None,
        was_offered=bool(row.was_offered),
    )


def _usual_minutes(concern_id: str) -> int:
    catalogue = load_catalogue()
    concern = catalogue.find_concern(concern_id) or catalogue.get_concern(catalogue.fallback_id)
    return concern.minutes
