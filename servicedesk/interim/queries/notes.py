"""Read what case workers noted about a case and no register says."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.cases.queries.case_page import actor_names
from servicedesk.interim.models import InterimNote
from servicedesk.interim.rules.values import Note


@dataclass(frozen=True, slots=True)
class NoteLine:
    """Be one note; `noted_by` and `taken_back_by` are names, or the kind of actor."""

    id: UUID
    kind: Note
    since_on: date | None
    text: str
    noted_at: datetime
    noted_by: str
    taken_back_at: datetime | None
    taken_back_by: str

    @property
    def is_in_force(self) -> bool:
        """Tell whether it still counts."""
        return self.taken_back_at is None


def list_notes(session: Session, case_id: UUID) -> tuple[NoteLine, ...]:
    """Return the notes of a case, those in force first, then the latest; the caller has checked the scope."""
    query = (
        select(InterimNote)
        .where(InterimNote.case_id == case_id)
        .order_by(InterimNote.taken_back_at.is_not(None), InterimNote.noted_at.desc(), InterimNote.id)
    )
    rows = list(session.scalars(query))
    names = actor_names(session, {row.noted_by for row in rows} | {row.taken_back_by for row in rows} - {""})
    return tuple(
        NoteLine(
            id=row.id,
            kind=Note(row.kind),
            since_on=row.since_on,
            text=row.note,
            noted_at=row.noted_at,
            noted_by=names.get(row.noted_by, row.noted_by),
            taken_back_at=row.taken_back_at,
            taken_back_by=names.get(row.taken_back_by, row.taken_back_by),
        )
        for row in rows
    )
