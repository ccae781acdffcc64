"""Read who owns which letters."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.offices.models import LetterInterval, LetterRange, StaffMember
from servicedesk.offices.queries.office import get_staff
from servicedesk.offices.queries.values import KeyRange, OfficeView, Responsible, StaffView
from servicedesk.offices.rules.pieces import parse_pieces
from servicedesk.offices.rules.ranges import Holder, PublishedRange


def list_published_ranges(session: Session, office: OfficeView, team_id: UUID) -> tuple[PublishedRange, ...]:
    """Return a team's letter ranges as the office published them; owners are references."""
    query = (
        select(LetterRange.pieces, StaffMember.ref)
        .outerjoin(StaffMember, StaffMember.id == LetterRange.member_id)
        .where(LetterRange.office_id == office.id, LetterRange.team_id == team_id)
        .order_by(LetterRange.position)
    )
    return tuple(
        PublishedRange(owner, tuple(p for text in pieces for p in parse_pieces(text, office.umlauts)))
        for pieces, owner in session.execute(query)
    )


def find_responsible(session: Session, office_id: UUID, team_id: UUID, surname_key: str) -> Responsible:
    """Return who answers for a surname key in a team; the compiled interval decides."""
    row = session.scalar(
        select(LetterInterval)
        .where(
            LetterInterval.office_id == office_id,
            LetterInterval.team_id == team_id,
            LetterInterval.lo <= surname_key,
        )
        .order_by(LetterInterval.lo.desc())
        .limit(1)
    )
    if row is None:
        return Responsible(team_id, Holder.gap, None, "")
    return Responsible(team_id, Holder(row.kind), row.member_id, row.piece)


def find_owner(session: Session, office_id: UUID, team_id: UUID, surname_key: str) -> StaffView | None:
    """Return the case worker who owns a surname key in a team, None for the team's inbox."""
    member_id = find_responsible(session, office_id, team_id, surname_key).member_id
    return get_staff(session, office_id, member_id) if member_id else None


def list_key_ranges(session: Session, office_id: UUID, member_id: UUID) -> tuple[KeyRange, ...]:
    """Return the stretches of surname keys a case worker owns, by team and letters."""
    query = (
        select(LetterInterval.team_id, LetterInterval.lo, LetterInterval.member_id)
        .where(LetterInterval.office_id == office_id)
        .order_by(LetterInterval.team_id, LetterInterval.lo)
    )
    rows: Sequence[tuple[UUID, str, UUID | None]] = session.execute(query).all()
    stretches: list[KeyRange] = []
    is_open = False
    for team_id, lo, owner in rows:
        if is_open and team_id == stretches[-1].team_id:
            if owner == member_id:
                continue
            stretches[-1] = KeyRange(team_id, stretches[-1].lo, lo)
        is_open = owner == member_id
        if is_open:
            stretches.append(KeyRange(team_id, lo, None))
    return tuple(stretches)
