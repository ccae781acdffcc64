"""Read when desks are open on some days, as spans of wall-clock time."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.booking.models import DeskDay
from servicedesk.booking.rules.ticks import list_runs, read_bits, wall_of

Span = tuple[datetime, datetime]


def list_open_spans(
    session: Session, desk_ids: Collection[UUID], first_on: date, last_on: date
) -> dict[tuple[UUID, date], tuple[Span, ...]]:
    """Return the spans in which each desk is open, per desk and day; closed days are missing."""
    query = select(DeskDay.desk_id, DeskDay.day, DeskDay.open_ticks).where(
        DeskDay.desk_id.in_(desk_ids), DeskDay.day >= first_on, DeskDay.day <= last_on
    )
    spans = {
        (row.desk_id, row.day): _spans(row.day, read_bits(row.open_ticks)) for row in session.execute(query)
    }
    return {key: found for key, found in spans.items() if found}


def _spans(day: date, bits: int) -> tuple[Span, ...]:
    return tuple((wall_of(day, first), wall_of(day, first + count)) for first, count in list_runs(bits))
