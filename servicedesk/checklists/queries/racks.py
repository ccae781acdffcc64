"""Read the orders of blank lists for the rack."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from servicedesk.checklists.errors import RackNotFound
from servicedesk.checklists.models import RackPrint
from servicedesk.checklists.rules.racks import GIVEN_UP_AFTER, RackFault, RackState, rack_state

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class RackLine:
    """Describe one order. `lists` is 0 until a worker has counted; `is_stuck` says that none draws any more."""

    id: UUID
    ordered_at: datetime
    ordered_by: str
    locales: tuple[str, ...]
    is_large: bool
    lists: int
    drawn: int
    pages: int
    state: RackState
    fault: RackFault | None
    is_stuck: bool


def list_racks(session: Session, office_id: UUID, *, now: datetime) -> list[RackLine]:
    """List the office's orders, the latest first."""
    rows = (
        select(RackPrint)
        .where(RackPrint.office_id == office_id)
        .order_by(RackPrint.ordered_at.desc())
        .limit(_SHOWN)
    )
    return [_line(row, now) for row in session.scalars(rows)]


def get_rack_file(session: Session, office_id: UUID, rack_id: UUID) -> bytes:
    """Return the file of a finished order; raises RackNotFound."""
    row = session.scalar(
        select(RackPrint)
        .where(RackPrint.office_id == office_id, RackPrint.id == rack_id)
        .options(undefer(RackPrint.pdf))
    )
    if row is None or row.pdf is None:
        raise RackNotFound
    return row.pdf


def has_waiting_racks(session: Session, *, now: datetime) -> bool:
    """Tell whether a worker has something to draw, or to give up."""
    rows = select(RackPrint.alive_at).where(RackPrint.finished_at.is_(None))
    return any(alive_at is None or alive_at < now - GIVEN_UP_AFTER for alive_at in session.scalars(rows))


def _line(row: RackPrint, now: datetime) -> RackLine:
    last_sign = row.alive_at or row.ordered_at
    return RackLine(
        id=row.id,
        ordered_at=row.ordered_at,
        ordered_by=row.ordered_by,
        locales=tuple(row.locales),
        is_large=row.is_large,
        lists=row.lists,
        drawn=row.drawn,
        pages=row.pages,
        state=rack_state(row.finished_at, row.alive_at, row.fault),
        fault=RackFault(row.fault) if row.fault else None,
        is_stuck=row.finished_at is None and last_sign < now - GIVEN_UP_AFTER,
    )
