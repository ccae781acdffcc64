"""Take and free cells: the one place that changes `busy_ticks`, `appointment_cell` and the state of appointments.

Locks are always taken in this order, so that no two bookings wait for each other: the case, rows of
`appointment` by id (both in queries.facts), days of desks by (day, desk). Whoever raises in between leaves
nothing behind, because the caller's unit of work rolls back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, bindparam, delete, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from servicedesk.booking.errors import AlreadyBooked, OutsideHours, SlotTaken
from servicedesk.booking.queries.facts import DayFacts, list_cells, read_day
from servicedesk.booking.queries.statements import APPOINTMENT, CELL, DESK_DAY
from servicedesk.booking.rules.life import AppointmentRow, State
from servicedesk.booking.rules.offers import refuse_cells, wanted_ticks
from servicedesk.booking.rules.ticks import list_ticks, tick_of, wall_of, write_bits

_INSERTS = {
    "postgresql": (
        postgresql_insert(APPOINTMENT).on_conflict_do_nothing().returning(APPOINTMENT.c.id),
        postgresql_insert(CELL).on_conflict_do_nothing().returning(CELL.c.starts_local),
    ),
    "sqlite": (
        sqlite_insert(APPOINTMENT).on_conflict_do_nothing().returning(APPOINTMENT.c.id),
        sqlite_insert(CELL).on_conflict_do_nothing().returning(CELL.c.starts_local),
    ),
}

# Compare and set: nothing happens where the day is not as it was read.
_SWAP = update(DESK_DAY).where(
    DESK_DAY.c.desk_id == bindparam("desk"),
    DESK_DAY.c.day == bindparam("on"),
    DESK_DAY.c.open_ticks == bindparam("opened"),
    DESK_DAY.c.busy_ticks == bindparam("busy"),
)

DayKey = tuple[date, UUID]
Cells = Mapping[DayKey, int]


@dataclass(frozen=True, slots=True)
class Claim:
    """Say what a row is to occupy; `is_new` inserts it, else the held row of that id becomes it."""

    row: AppointmentRow
    created_by: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """Say what a row becomes; it gives up its cells, unless its time has simply gone by."""

    row: AppointmentRow
    state: State
    sequence: int
    reason: str = ""


def carry_out(
    session: Session,
    now: datetime,
    *,
    claim: Claim | None = None,
    endings: Sequence[Ending] = (),
    kept: AppointmentRow | None = None,
    known: DayFacts | None = None,
) -> None:
    """End some rows and let one take its cells, all or nothing.

    `kept` is the case's own appointment, whose cells a hold may overlap while the move is not confirmed. `known`
    is the claimed day as read before; it may be out of date. Raises SlotTaken or OutsideHours.
    """
    others = [ending.row.id for ending in endings if ending.state is not State.passed]
    involved = [
        *others,
        *([kept.id] if kept else []),
        *([claim.row.id] if claim and not claim.is_new else []),
    ]
    cells = list_cells(session, involved)
    freed = _by_day(cells[row_id] for row_id in others)
    mine = _by_day(cells[row_id] for row_id in involved if row_id not in others)
    missing = 0
    if claim is not None:
        key = (claim.row.starts_local.date(), claim.row.desk_id)
        wanted = wanted_ticks(claim.row.starts_local, claim.row.minutes)
        missing = wanted & ~mine.get(key, 0)
        _change_days(session, freed, key, wanted, mine.get(key, 0), known)
    else:
        _change_days(session, freed)
    if others:
        session.execute(delete(CELL).where(CELL.c.appointment_id.in_(others)))
    _end_rows(session, endings, now)
    if claim is not None:
        _write_row(session, claim)
        _insert_cells(session, claim.row, missing)


def _by_day(cells: Iterable[Iterable[tuple[UUID, datetime]]]) -> dict[DayKey, int]:
    days: dict[DayKey, int] = {}
    for group in cells:
        for desk_id, starts_local in group:
            key = (starts_local.date(), desk_id)
            days[key] = days.get(key, 0) | 1 << (tick_of(starts_local) or 0)
    return days


def _change_days(
    session: Session,
    freed: Cells,
    wanted_key: DayKey | None = None,
    wanted: int = 0,
    mine: int = 0,
    known: DayFacts | None = None,
) -> None:
    keys = set(freed)
    if wanted_key is not None and wanted & ~mine:
        keys.add(wanted_key)
    for day, desk_id in sorted(keys):
        key = (day, desk_id)
        is_wanted = key == wanted_key
        taken, own = (wanted, mine) if is_wanted else (0, 0)
        facts = known if is_wanted and known is not None else read_day(session, desk_id, day)
        if not _swap(session, facts, freed.get(key, 0), taken, own):
            # Somebody changed the day since it was read: wait for them, look again, decide again.
            facts = read_day(session, desk_id, day, is_locking=True)
            if not _swap(session, facts, freed.get(key, 0), taken, own):
                raise SlotTaken


def _swap(session: Session, facts: DayFacts | None, freed: int, wanted: int, mine: int) -> bool:
    if facts is None:
        raise OutsideHours
    busy = facts.busy & ~freed
    if wanted:
        refuse_cells(wanted, facts.opened, busy & ~mine)
    values = {
        "desk": facts.desk_id,
        "on": facts.day,
        "opened": write_bits(facts.opened),
        "busy": write_bits(facts.busy),
        "busy_ticks": write_bits(busy | wanted),
    }
    result = session.execute(_SWAP, values)
    return cast("CursorResult[Any]", result).rowcount == 1


def _end_rows(session: Session, endings: Sequence[Ending], now: datetime) -> None:
    for ending in endings:
        session.execute(
            update(APPOINTMENT)
            .where(APPOINTMENT.c.id == ending.row.id)
            .values(state=ending.state, sequence=ending.sequence, changed_at=now, reason=ending.reason)
        )


def _write_row(session: Session, claim: Claim) -> None:
    row = claim.row
    values = {name: getattr(row, name) for name in AppointmentRow.__slots__}
    if not claim.is_new:
        session.execute(update(APPOINTMENT).where(APPOINTMENT.c.id == row.id).values(values))
        return
    values |= {"created_by": claim.created_by, "reason": ""}
    if session.execute(_INSERTS[_engine(session)][0], values).first() is None:
        raise AlreadyBooked(ref=row.ref)


def _insert_cells(session: Session, row: AppointmentRow, missing: int) -> None:
    if not missing:
        return
    cells = [
        {
            "desk_id": row.desk_id,
            "starts_local": wall_of(row.starts_local.date(), tick),
            "appointment_id": row.id,
        }
        for tick in list_ticks(missing)
    ]
    if len(session.execute(_INSERTS[_engine(session)][1], cells).all()) != len(cells):
        raise SlotTaken


def _engine(session: Session) -> str:
    return session.get_bind().dialect.name
