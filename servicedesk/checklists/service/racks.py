"""Order all blank lists for the rack, and keep how far the worker is; every step is a row that survives it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.checklists.errors import RackNotFound
from servicedesk.checklists.models import RackPrint
from servicedesk.checklists.rules.racks import GIVEN_UP_AFTER, KEPT, TOO_OLD_AFTER, RackFault
from servicedesk.db import audit
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor


@dataclass(frozen=True, slots=True)
class RackOrder:
    """Say what a worker is to draw."""

    id: UUID
    office_id: UUID
    locales: tuple[str, ...]
    is_large: bool


def order_rack(
    session: Session, *, office_id: UUID, locales: Sequence[str], is_large: bool, actor: Actor, now: datetime
) -> None:
    """Order all blank lists; where an order is under way, that one stands."""
    values = {
        "id": new_id(),
        "office_id": office_id,
        "ordered_at": now,
        "ordered_by": actor.ref,
        "locales": list(locales),
        "is_large": is_large,
        "lists": 0,
        "drawn": 0,
        "fault": "",
        "pages": 0,
    }
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    made = session.execute(
        insert(RackPrint).values(values).on_conflict_do_nothing().returning(RackPrint.id)
    ).scalar()
    if made is not None:
        audit.record(
            session,
            now=now,
            actor=actor,
            action="order_rack",
            subject=("rack_print", made),
            office_id=office_id,
            details={"locales": list(locales), "is_large": is_large},
        )


def stop_rack(session: Session, *, office_id: UUID, rack_id: UUID, actor: Actor, now: datetime) -> None:
    """End an order that is no longer wanted; a finished one stays as it is. Raises RackNotFound."""
    row = session.scalar(
        select(RackPrint).where(RackPrint.office_id == office_id, RackPrint.id == rack_id).with_for_update()
    )
    if row is None:
        raise RackNotFound
    if row.finished_at is None:
        row.finished_at, row.fault = now, RackFault.stopped.value
        audit.record(
            session,
            now=now,
            actor=actor,
            action="stop_rack",
            subject=("rack_print", rack_id),
            office_id=office_id,
        )


def take_rack(session: Session, *, now: datetime) -> RackOrder | None:
    """Claim the oldest order that nobody draws, giving up those that are too old."""
    session.execute(
        update(RackPrint)
        .where(RackPrint.finished_at.is_(None), RackPrint.ordered_at < now - TOO_OLD_AFTER)
        .values(finished_at=now, fault=RackFault.too_old.value)
        .execution_options(synchronize_session=False)
    )
    is_free = or_(RackPrint.alive_at.is_(None), RackPrint.alive_at < now - GIVEN_UP_AFTER)
    oldest = select(RackPrint).where(RackPrint.finished_at.is_(None), is_free).order_by(RackPrint.ordered_at)
    row = session.scalars(oldest.limit(1).with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    row.alive_at, row.drawn = now, 0
    return RackOrder(row.id, row.office_id, tuple(row.locales), row.is_large)


def note_drawn(session: Session, rack_id: UUID, *, drawn: int, lists: int, now: datetime) -> bool:
    """Keep how many lists are drawn; tell whether the order still stands."""
    return _change(session, rack_id, drawn=drawn, lists=lists, alive_at=now)


def leave_rack(session: Session, rack_id: UUID) -> None:
    """Give an order back to whoever comes next: this worker ends."""
    _change(session, rack_id, alive_at=None, drawn=0)


def finish_rack(
    session: Session, rack_id: UUID, *, pdf: bytes, pages: int, drawn: int, now: datetime
) -> bool:
    """Keep the finished file; tell whether the order still stood."""
    return _change(session, rack_id, pdf=pdf, pages=pages, drawn=drawn, lists=drawn, finished_at=now)


def fail_rack(session: Session, rack_id: UUID, fault: RackFault, *, now: datetime) -> None:
    """Keep why there is no file."""
    _change(session, rack_id, finished_at=now, fault=fault.value)


def drop_old_racks(session: Session, *, now: datetime) -> int:
    """Delete orders whose time is over."""
    result: Any = session.execute(
        delete(RackPrint)
        .where(RackPrint.finished_at < now - KEPT)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)


def _change(session: Session, rack_id: UUID, **values: Any) -> bool:
    result: Any = session.execute(
        update(RackPrint)
        .where(RackPrint.id == rack_id, RackPrint.finished_at.is_(None))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)
