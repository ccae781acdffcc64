"""Read who waits for a time or a call."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from servicedesk.booking.models import SlotWish
from servicedesk.cases.models import Case
from servicedesk.db.prepared import Prepared, run


@dataclass(frozen=True, slots=True)
class WishView:
    """Be one open wish; `note` is the resident's own words."""

    case_id: UUID
    case_ref: str
    person_id: UUID
    owner_id: UUID | None
    team_id: UUID
    ends_on: date | None
    wants_call: bool
    note: str
    asked_at: datetime


def find_wish(session: Session, case_id: UUID) -> WishView | None:
    """Return the case's open wish."""
    row = run(session, FIND_WISH, case_id=case_id).first
    return WishView(*row) if row is not None else None


def list_wishes(
    session: Session, office_id: UUID, *, owner_id: UUID | None = None, team_id: UUID | None = None
) -> tuple[WishView, ...]:
    """Return open wishes, the title that ends first leading, then by time of asking; narrowed to owner or team."""
    query = _open_wishes().where(SlotWish.office_id == office_id)
    if owner_id is not None:
        query = query.where(Case.owner_id == owner_id)
    if team_id is not None:
        query = query.where(Case.team_id == team_id)
    ordered = query.order_by(Case.ends_on.is_(None), Case.ends_on, SlotWish.asked_at, SlotWish.case_id)
    return tuple(WishView(**row) for row in session.execute(ordered).mappings())


def _open_wishes() -> Select[*tuple[Any, ...]]:
    return (
        select(
            SlotWish.case_id,
            Case.ref.label("case_ref"),
            Case.person_id,
            Case.owner_id,
            Case.team_id,
            Case.ends_on,
            SlotWish.wants_call,
            SlotWish.note,
            SlotWish.asked_at,
        )
        .join(Case, Case.id == SlotWish.case_id)
        .where(SlotWish.settled_at.is_(None))
    )


FIND_WISH = Prepared(_open_wishes().where(SlotWish.case_id == bindparam("case_id")))
