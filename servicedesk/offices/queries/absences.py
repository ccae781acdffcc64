"""Read who is away, and who is there in their place."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.offices.models import StaffAbsence, StaffMember
from servicedesk.offices.rules.absences import Absence, resolve_deputy


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """Be one absence in a list, by identities; names come from `list_staff`.

    `present_id` is who is there in the end, today or on the first day: the deputy, whoever stands in for the
    deputy, or None where that is nobody and the team has to do it.
    """

    id: UUID
    member_id: UUID
    deputy_id: UUID
    present_id: UUID | None
    first_on: date
    last_on: date


def find_deputy(session: Session, member_id: UUID, on: date) -> UUID | None:
    """Return the member who is present in somebody's place on a local day, following chains of deputies.

    None for somebody who is not away, and where nobody is there in the end: then it is the team's.
    """
    office_id = session.scalar(select(StaffMember.office_id).where(StaffMember.id == member_id))
    return None if office_id is None else list_deputies(session, office_id, on).get(member_id)


def list_deputies(session: Session, office_id: UUID, on: date) -> Mapping[UUID, UUID | None]:
    """Return everybody who is away on a local day with the member present in their place, set-wise."""
    query = select(StaffAbsence.member_id, StaffAbsence.deputy_id).where(
        StaffAbsence.office_id == office_id,
        StaffAbsence.cancelled_at.is_(None),
        StaffAbsence.first_on <= on,
        StaffAbsence.last_on >= on,
    )
    away = {row.member_id: row.deputy_id for row in session.execute(query)}
    active = list_active_ids(session, office_id) if away else frozenset()
    return {member_id: resolve_deputy(member_id, away, active) for member_id in sorted(away)}


def list_deputised(session: Session, office_id: UUID, deputy_id: UUID, on: date) -> frozenset[UUID]:
    """Return the members for whom `deputy_id` is there on a local day; nobody while they are away themselves."""
    return frozenset(
        member_id
        for member_id, present_id in list_deputies(session, office_id, on).items()
        if present_id == deputy_id
    )


def list_absences(
    session: Session, office_id: UUID, *, since: date, today: date, member_ids: Collection[UUID] | None = None
) -> tuple[AbsenceLine, ...]:
    """Return the absences that end on `since` or later, by first day; of some members, or of the office."""
    query = (
        select(StaffAbsence)
        .where(
            StaffAbsence.office_id == office_id,
            StaffAbsence.cancelled_at.is_(None),
            StaffAbsence.last_on >= since,
        )
        .order_by(StaffAbsence.first_on, StaffAbsence.last_on, StaffAbsence.id)
    )
    rows = list(session.scalars(query))
    active = list_active_ids(session, office_id) if rows else frozenset()
    lines = []
    for row in rows:
        if member_ids is not None and row.member_id not in member_ids:
            continue
        asked_on = min(max(row.first_on, today), row.last_on)
        away = {one.member_id: one.deputy_id for one in rows if one.first_on <= asked_on <= one.last_on}
        lines.append(
            AbsenceLine(
                id=row.id,
                member_id=row.member_id,
                deputy_id=row.deputy_id,
                present_id=resolve_deputy(row.member_id, away, active),
                first_on=row.first_on,
                last_on=row.last_on,
            )
        )
    return tuple(lines)


def list_standing(session: Session, office_id: UUID, since: date) -> dict[UUID, Absence[UUID]]:
    """Return the absences of the office that hold on `since` or later, by identity."""
    query = select(StaffAbsence).where(
        StaffAbsence.office_id == office_id,
        StaffAbsence.cancelled_at.is_(None),
        StaffAbsence.last_on >= since,
    )
    return {
        row.id: Absence(row.member_id, row.deputy_id, row.first_on, row.last_on)
        for row in session.scalars(query)
    }


def list_active_ids(session: Session, office_id: UUID) -> frozenset[UUID]:
    """Return the members who work in the office."""
    query = select(StaffMember.id).where(StaffMember.office_id == office_id, StaffMember.is_active)
    return frozenset(session.scalars(query))
