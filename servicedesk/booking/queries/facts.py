"""Gather in few statements what the use cases decide on."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.orm import Session

from servicedesk.booking.models import Appointment, AppointmentCell, DeskDay, SlotWish
from servicedesk.booking.rules.life import AppointmentRow, Slot, State
from servicedesk.booking.rules.offers import DIRECT, BookingTerms
from servicedesk.booking.rules.ticks import read_bits
from servicedesk.cases.models import Case
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.kernel.errors import NotFound
from servicedesk.offices.models import Desk, DeskMember, Office, OfficeConcern, StaffMember
from servicedesk.offices.rules.setup import DEFAULT_HORIZON_DAYS, DEFAULT_NOTICE_HOURS

_TERMS = (
    Case.id.label("case_id"),
    Case.ref.label("case_ref"),
    Case.office_id,
    Case.person_id,
    Case.team_id,
    Case.owner_id,
    Case.concern_id,
    Case.ends_on,
    Case.closed_at,
    Office.time_zone,
    OfficeConcern.mode,
    OfficeConcern.minutes,
    OfficeConcern.notice_hours,
    OfficeConcern.horizon_days,
)


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Carry the terms of a case and what its appointments, messages and desks need."""

    terms: BookingTerms
    ref: str
    person_id: UUID
    team_id: UUID
    owner_id: UUID | None
    has_open_wish: bool


@dataclass(frozen=True, slots=True)
class DayFacts:
    """Carry a desk's day as last read."""

    desk_id: UUID
    day: date
    opened: int
    busy: int


def get_terms(session: Session, case_id: UUID) -> BookingTerms:
    """Return how the office books this case; raises NotFound."""
    row = session.execute(_case(case_id)).mappings().first()
    if row is None:
        raise NotFound
    return _terms(row)


def lock_case(session: Session, case_id: UUID) -> CaseFacts:
    """Return the facts of a case and let no other booking of the same case in until the transaction ends.

    The lock leaves foreign keys alone (FOR NO KEY UPDATE); SQLite has one writer anyway. Raises NotFound.
    """
    wish = exists().where(SlotWish.case_id == Case.id, SlotWish.settled_at.is_(None))
    query = _case(case_id).add_columns(wish.label("has_open_wish")).with_for_update(of=Case, key_share=True)
    row = session.execute(query).mappings().first()
    if row is None:
        raise NotFound
    return CaseFacts(
        terms=_terms(row),
        ref=row["case_ref"],
        person_id=row["person_id"],
        team_id=row["team_id"],
        owner_id=row["owner_id"],
        has_open_wish=row["has_open_wish"],
    )


def lock_rows(
    session: Session, case_id: UUID, now: datetime, wanted: Slot | None = None
) -> list[AppointmentRow]:
    """Return and lock, in the order of ids, the rows of `appointment` that a booking may have to change.

    These are the case's own and, for a wanted slot, the holds of others on that day before its end that have
    run out.
    """
    condition = Appointment.case_id == case_id
    if wanted is not None:
        run_out = and_(
            Appointment.desk_id == wanted.desk_id,
            Appointment.starts_local >= wanted.starts_local.replace(hour=0, minute=0),
            Appointment.starts_local < wanted.ends_local,
            Appointment.state == State.held,
            Appointment.hold_expires_at <= now,
        )
        condition = or_(condition, run_out)
    query = _rows().where(condition).order_by(Appointment.id).with_for_update(key_share=True)
    return [row_of(found) for found in session.execute(query).mappings()]


def lock_expired_holds(session: Session, now: datetime, limit: int) -> list[AppointmentRow]:
    """Return and lock holds that have run out, leaving out those somebody is working on."""
    run_out = _rows().where(Appointment.state == State.held, Appointment.hold_expires_at <= now)
    return _lock_some(session, run_out, limit)


def lock_past_bookings(session: Session, before: datetime, limit: int) -> list[AppointmentRow]:
    """Return and lock booked appointments that began before an instant, leaving out those in somebody's hands."""
    past = _rows().where(Appointment.state == State.booked, Appointment.starts_at < before)
    return _lock_some(session, past, limit)


def read_day(session: Session, desk_id: UUID, day: date, *, is_locking: bool = False) -> DayFacts | None:
    """Return a desk's day; with `is_locking` nobody else changes it until the transaction ends."""
    query = select(DeskDay.open_ticks, DeskDay.busy_ticks).where(
        DeskDay.desk_id == desk_id, DeskDay.day == day
    )
    if is_locking:
        query = query.with_for_update(key_share=True)
    row = session.execute(query).first()
    return DayFacts(desk_id, day, read_bits(row.open_ticks), read_bits(row.busy_ticks)) if row else None


def list_cells(session: Session, appointment_ids: list[UUID]) -> dict[UUID, list[tuple[UUID, datetime]]]:
    """Return the five-minute cells that appointments occupy, as (desk, wall-clock time)."""
    cells: dict[UUID, list[tuple[UUID, datetime]]] = {
        appointment_id: [] for appointment_id in appointment_ids
    }
    if appointment_ids:
        query = select(
            AppointmentCell.appointment_id, AppointmentCell.desk_id, AppointmentCell.starts_local
        ).where(AppointmentCell.appointment_id.in_(appointment_ids))
        for appointment_id, desk_id, starts_local in session.execute(query):
            cells[appointment_id].append((desk_id, starts_local))
    return cells


def list_candidate_desks(session: Session, case_id: UUID) -> tuple[UUID, ...]:
    """Return the desks at which a case can have its appointment, by reference.

    The responsible case worker's desks; without an owner, or where the owner has none, those of the team's
    members; where there are none either, the office's pool desks.
    """
    of_owner = exists().where(DeskMember.desk_id == Desk.id, DeskMember.member_id == Case.owner_id)
    of_team = exists().where(
        DeskMember.desk_id == Desk.id,
        DeskMember.member_id == StaffMember.id,
        StaffMember.team_id == Case.team_id,
        StaffMember.is_active,
    )
    query = (
        select(Desk.id, of_owner.label("of_owner"), of_team.label("of_team"), Desk.pool)
        .join(Case, Case.office_id == Desk.office_id)
        .where(Case.id == case_id, Desk.is_active, or_(of_owner, of_team, Desk.pool.is_not(None)))
        .order_by(Desk.ref)
    )
    rows = session.execute(query).all()
    for chosen in (
        tuple(row.id for row in rows if row.of_owner),
        tuple(row.id for row in rows if row.of_team),
        tuple(row.id for row in rows if row.pool is not None),
    ):
        if chosen:
            return chosen
    return ()


def is_office_desk(session: Session, office_id: UUID, desk_id: UUID) -> bool:
    """Tell whether an active desk belongs to the office."""
    query = select(exists().where(Desk.id == desk_id, Desk.office_id == office_id, Desk.is_active))
    return bool(session.scalar(query))


def row_of(found: RowMapping) -> AppointmentRow:
    """Return the value of one row of `appointment`."""
    return AppointmentRow(**{**found, "state": State(found["state"])})


def _lock_some(session: Session, query: Select[*tuple[Any, ...]], limit: int) -> list[AppointmentRow]:
    locking = query.order_by(Appointment.id).limit(limit).with_for_update(key_share=True, skip_locked=True)
    return [row_of(found) for found in session.execute(locking).mappings()]


def _rows() -> Select[*tuple[Any, ...]]:
    return select(*(getattr(Appointment, name) for name in AppointmentRow.__slots__))


def _case(case_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(*_TERMS)
        .join(Office, Office.id == Case.office_id)
        .outerjoin(
            OfficeConcern,
            and_(OfficeConcern.office_id == Case.office_id, OfficeConcern.concern_id == Case.concern_id),
        )
        .where(Case.id == case_id)
    )


def _terms(row: RowMapping) -> BookingTerms:
    is_listed = row["mode"] is not None
    return BookingTerms(
        case_id=row["case_id"],
        office_id=row["office_id"],
        zone=ZoneInfo(row["time_zone"]),
        mode=row["mode"] or DIRECT,
        minutes=row["minutes"] or _usual_minutes(row["concern_id"]),
        notice_hours=row["notice_hours"] if is_listed else DEFAULT_NOTICE_HOURS,
        horizon_days=row["horizon_days"] if is_listed else DEFAULT_HORIZON_DAYS,
        ends_on=row["ends_on"],
        is_closed=row["closed_at"] is not None,
    )


def _usual_minutes(concern_id: str) -> int:
    catalogue = load_catalogue()
    concern = catalogue.find_concern(concern_id) or catalogue.get_concern(catalogue.fallback_id)
    return concern.minutes
