"""Note what case workers know and no register says; take it back again. Nothing is edited."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.cases.queries.scope import get_case_for
from servicedesk.db import audit
from servicedesk.interim.errors import AlreadyNoted, ConfirmationNotFound
from servicedesk.interim.models import InterimNote
from servicedesk.interim.rules.values import Note
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor, Permission

_NOTE_LENGTH = 300


def note_fact(
    session: Session,
    *,
    case_id: UUID,
    kind: Note,
    actor: Actor,
    now: datetime,
    since_on: date | None = None,
    text: str = "",
) -> UUID:
    """Note a fact; what it means for the confirmation is decided with the next step. Return the note's id.

    Raises CaseNotFound, NotAllowed, AlreadyNoted.
    """
    case = get_case_for(session, actor, case_id, Permission.work_case)
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    inserting: Any = postgresql.insert(InterimNote) if is_postgresql else sqlite.insert(InterimNote)
    note_id = session.execute(
        inserting.values(
            id=new_id(),
            office_id=case.office_id,
            case_id=case_id,
            kind=kind.value,
            since_on=since_on,
            note=text.strip()[:_NOTE_LENGTH],
            noted_at=now,
            noted_by=actor.ref,
            taken_back_by="",
        )
        .on_conflict_do_nothing()
        .returning(InterimNote.id)
    ).scalar()
    if note_id is None:
        raise AlreadyNoted
    audit.record(
        session,
        now=now,
        actor=actor,
        action="note_interim_fact",
        subject=("case", case_id),
        office_id=case.office_id,
        details={"kind": kind.value, "since_on": since_on.isoformat() if since_on else None},
    )
    return UUID(str(note_id))


def take_back_note(session: Session, *, note_id: UUID, actor: Actor, now: datetime) -> None:
    """Take a note back; it stays readable. Raises ConfirmationNotFound, CaseNotFound, NotAllowed."""
    note = session.scalar(select(InterimNote).where(InterimNote.id == note_id))
    if note is None:
        raise ConfirmationNotFound
    get_case_for(session, actor, note.case_id, Permission.work_case)
    result: Any = session.execute(
        update(InterimNote)
        .where(InterimNote.id == note_id, InterimNote.taken_back_at.is_(None))
        .values(taken_back_at=now, taken_back_by=actor.ref)
    )
    if result.rowcount:
        audit.record(
            session,
            now=now,
            actor=actor,
            action="take_back_interim_fact",
            subject=("case", note.case_id),
            office_id=note.office_id,
            details={"kind": note.kind},
        )
