"""Remember whom no offered time suits, so that somebody calls or a freed time is offered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from servicedesk.booking.queries.facts import CaseFacts
from servicedesk.booking.queries.statements import WISH
from servicedesk.booking.service.ground import prepare
from servicedesk.db.audit import record
from servicedesk.kernel.permissions import Actor

_NOTE_LENGTH = 300


def wish_for_slot(
    session: Session, *, case_id: UUID, wants_call: bool, now: datetime, actor: Actor, note: str = ""
) -> None:
    """Put the case on the waiting list, or ask for a call; asked again it replaces what was said before.

    `note` is the resident's own words (when to call, which days suit); it is cut at 300 characters. The place in
    line is kept while the wish is open. Raises NotFound.
    """
    ground = prepare(session, case_id=case_id, now=now, actor=actor)
    values = {
        "case_id": case_id,
        "office_id": ground.terms.office_id,
        "wants_call": wants_call,
        "note": note.replace("\x00", "")[:_NOTE_LENGTH],
        "asked_at": now,
        "settled_at": None,
    }
    changed = {"wants_call": wants_call, "note": values["note"], "settled_at": None}
    if not ground.facts.has_open_wish:
        changed["asked_at"] = now
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    session.execute(
        insert(WISH).values(values).on_conflict_do_update(index_elements=[WISH.c.case_id], set_=changed)
    )
    record(
        session,
        now=now,
        actor=actor,
        action="wish_for_slot",
        subject=("case", case_id),
        office_id=ground.terms.office_id,
        details={"wants_call": wants_call},
    )


def settle_wish(session: Session, facts: CaseFacts, *, now: datetime, actor: Actor) -> None:
    """Close the case's open wish, as when it has an appointment; does nothing without one."""
    if not facts.has_open_wish:
        return
    session.execute(update(WISH).where(WISH.c.case_id == facts.terms.case_id).values(settled_at=now))
    record(
        session,
        now=now,
        actor=actor,
        action="settle_wish",
        subject=("case", facts.terms.case_id),
        office_id=facts.terms.office_id,
    )


def settle_wish_of(session: Session, *, case_id: UUID, now: datetime, actor: Actor) -> bool:
    """Close a wish after somebody has called; tell whether one was open. Raises NotFound."""
    ground = prepare(session, case_id=case_id, now=now, actor=actor)
    settle_wish(session, ground.facts, now=now, actor=actor)
    return ground.facts.has_open_wish
