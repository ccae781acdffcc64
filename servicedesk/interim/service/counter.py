"""Hand an issued confirmation out at the counter: the same paper as the letter's, at once."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from servicedesk.db import audit
from servicedesk.interim.errors import ConfirmationChanged
from servicedesk.interim.models import InterimConfirmation
from servicedesk.interim.queries.gathering import gather_cases
from servicedesk.interim.queries.printed import open_facts
from servicedesk.interim.queries.scope import get_confirmation_for, is_renewal
from servicedesk.interim.service.desk import InterimDesk
from servicedesk.interim.service.printing import confirmation_letter, frame_of
from servicedesk.kernel.permissions import Actor, Permission
from servicedesk.notices.contexts import InterimConfirmationLetter


def build_counter_copy(
    session: Session, desk: InterimDesk, *, confirmation_id: UUID, actor: Actor
) -> InterimConfirmationLetter:
    """Return the letter of an issued confirmation from what was sealed, word for word.

    The letter in the post is not touched: whoever has both holds the same paper twice. Raises
    ConfirmationNotFound, NotAllowed, ConfirmationChanged for one that does not hold.
    """
    row = get_confirmation_for(session, actor, confirmation_id, Permission.print_confirmation)
    if row.state != "issued" or row.facts_sealed is None:
        raise ConfirmationChanged
    case = gather_cases(session, desk.office, [row.case_id], now=desk.now)[row.case_id]
    if case.outcome.ends_confirmation:
        raise ConfirmationChanged
    facts = open_facts(desk.vault, row.id, row.facts_sealed)
    return confirmation_letter(
        frame_of(session, desk, case), desk, facts, row.token, is_renewal=is_renewal(session, row.id)
    )


def note_counter_copy(session: Session, desk: InterimDesk, *, confirmation_id: UUID, actor: Actor) -> None:
    """Record that the paper was handed out; raises what `build_counter_copy` does, and if it ended meanwhile."""
    row = get_confirmation_for(session, actor, confirmation_id, Permission.print_confirmation)
    if row.state != "issued":
        raise ConfirmationChanged
    # Whoever holds the paper has to be told when it ends, also if the letter in the post is stopped.
    session.execute(
        update(InterimConfirmation)
        .where(InterimConfirmation.id == row.id, InterimConfirmation.handed_out_at.is_(None))
        .values(handed_out_at=desk.now)
    )
    audit.record(
        session,
        now=desk.now,
        actor=actor,
        action="print_interim",
        subject=("case", row.case_id),
        office_id=row.office_id,
        details={"confirmation": row.ref},
    )
