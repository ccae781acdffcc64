"""Take and free cells: the one place that changes `busy_ticks`, `appointment_cell` and the state of appointments.

Locks are always taken in this order, so that no two bookings wait for each other: the case, rows of
`appointment` by id (both in queries.facts), days of desks by (day, desk). Whoever raises in between leaves
nothing behind, because the caller's unit of work rolls back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from servicedesk.booking.errors import AlreadyBooked, OutsideHours, SlotTaken
from servicedesk.booking.queries.facts import DayFacts, list_cells, read_day
from servicedesk.booking.queries.statements import (
    CONFIRM_ROW,
    DELETE_CELLS,
    END_ROW,
    INSERT_ROW,
    SWAP_DAY,
    insert_cells,
)
from servicedesk.booking.rules.life import AppointmentRow, State
from servicedesk.booking.rules.offers import refuse_cells, wanted_ticks
from servicedesk.booking.rules.ticks import list_ticks, tick_of, wall_of, write_bits
from servicedesk.db.prepared import Answer, Call, run_together

DayKey = tuple[date, UUID]
Cells = Mapping[DayKey, int]


@dataclass(frozen=True, slots=True)
class Claim:
    """Say what a row is to occupy; `is_new` inserts it, else the held row of that id becomes it."""

    row: AppointmentRow
    created_by: str
    is_new: bool
    reason: str = ""


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
    is the claimed day as read before; it may be out of date. Raises SlotTaken, OutsideHours or AlreadyBooked.
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
    writes: list[Call] = [(DELETE_CELLS, {"row_id": row_id}) for row_id in others]
    writes += [_end_row(ending, now) for ending in endings]
    if claim is None:
        _change_days(session, freed, {}, {}, None, writes)
        return
    key = (claim.row.starts_local.date(), claim.row.desk_id)
    wanted = wanted_ticks(claim.row.starts_local, claim.row.minutes)
    missing = wanted & ~mine.get(key, 0)
    writes.append(_write_row(claim))
    if missing:
        writes.append(_take_cells(claim.row, missing))
    try:
        answers = _change_days(session, freed, {key: wanted} if missing else {}, mine, known, writes)
    except IntegrityError as fault:
        # The cells came without their row: another row of the case has its place, see below.
        raise AlreadyBooked(ref=claim.row.ref) from fault
    if answers[-2 if missing else -1].touched != 1:
        raise AlreadyBooked(ref=claim.row.ref)
    if missing and len(answers[-1].rows) != missing.bit_count():
        raise SlotTaken


def _by_day(cells: Iterable[Iterable[tuple[UUID, datetime]]]) -> dict[DayKey, int]:
    days: dict[DayKey, int] = {}
    for group in cells:
        for desk_id, starts_local in group:
            key = (starts_local.date(), desk_id)
            days[key] = days.get(key, 0) | 1 << (tick_of(starts_local) or 0)
    return days


def _change_days(
    session: Session, freed: Cells, wanted: Cells, mine: Cells, known: DayFacts | None, writes: Sequence[Call]
) -> list[Answer]:
    """Change the days in order, the first together with `writes`; return what those answered.

    That the writes go out before it is known whether the first day could be changed saves a turn: whoever cannot
    have it raises, and nothing of them stays.
    """
    written: list[Answer] | None = None
    for key in sorted({*freed, *wanted}):
        day, desk_id = key
        is_wanted = key in wanted
        change = (freed.get(key, 0), wanted.get(key, 0), mine.get(key, 0) if is_wanted else 0)
        facts = known if is_wanted and known is not None else read_day(session, desk_id, day)
        swap, *rest = run_together(session, _swap(facts, *change), *(writes if written is None else ()))
        written = rest if written is None else written
        if swap.touched != 1:
            # Somebody changed the day since it was read: wait for them, look again, decide again.
            facts = read_day(session, desk_id, day, is_locking=True)
            if run_together(session, _swap(facts, *change))[0].touched != 1:
                raise SlotTaken
    return run_together(session, *writes) if written is None else written


def _swap(facts: DayFacts | None, freed: int, wanted: int, mine: int) -> Call:
    """Return the compare-and-set of a day; raises OutsideHours or SlotTaken where the cells cannot be had."""
    if facts is None:
        raise OutsideHours
    busy = facts.busy & ~freed
    if wanted:
        refuse_cells(wanted, facts.opened, busy & ~mine)
    return SWAP_DAY, {
        "desk": facts.desk_id,
        "on": facts.day,
        "opened": write_bits(facts.opened),
        "busy": write_bits(facts.busy),
        "wanted": write_bits(busy | wanted),
    }


def _end_row(ending: Ending, now: datetime) -> Call:
    return END_ROW, {
        "row_id": ending.row.id,
        "state": ending.state,
        "sequence": ending.sequence,
        "changed_at": now,
        "reason": ending.reason,
    }


def _write_row(claim: Claim) -> Call:
    values = {name: getattr(claim.row, name) for name in AppointmentRow.__slots__}
    if claim.is_new:
        return INSERT_ROW, {**values, "created_by": claim.created_by, "reason": claim.reason}
    del values["id"]
    return CONFIRM_ROW, {**values, "held_id": claim.row.id}


def _take_cells(row: AppointmentRow, missing: int) -> Call:
    times = {
        f"starts_local_{number}": wall_of(row.starts_local.date(), tick)
        for number, tick in enumerate(list_ticks(missing))
    }
    return insert_cells(len(times)), {"desk_id": row.desk_id, "row_id": row.id, **times}
