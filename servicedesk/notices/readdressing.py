"""Send to another address what has not left yet."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from servicedesk.accounts.codes import revoke_codes_by_id
from servicedesk.db import audit
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.permissions import Actor
from servicedesk.notices.contexts import ContactChangedLetter, LetterContext
from servicedesk.notices.models import Letter, Outbox
from servicedesk.notices.packing import Packer
from servicedesk.notices.queue import defer_delivery
from servicedesk.notices.service import StoredContext, open_stored


def readdress_letters(
    session: Session,
    vault: Vault,
    *,
    person_id: UUID,
    street: str,
    postcode: str,
    town: str,
    now: datetime,
    actor: Actor,
) -> int:
    """Let a person's letters that wait, or lie rendered and unprinted, go to another address; return how many.

    They are rendered anew: the sheet with the old address is gone, and the code on it is dead. A waiting letter of a
    night is not counted: it takes the address from the register when it is made.
    """
    rows = _lock_waiting(session, person_id)
    unprinted = _list_unprinted(session, [row.id for row in rows])
    readdressed: list[Outbox] = []
    for row in rows:
        if row.state == "done" and row.id not in unprinted:
            continue
        if row.context_parts and not row.context_sealed:
            # It asks the register when it is made; only who is making it right now has to begin anew.
            if row.state == "working":
                _queue_again(session, row, b"", now)
                readdressed.append(row)
            continue
        context = open_stored(session, vault, StoredContext.of(row)).context
        if not isinstance(context, LetterContext):
            continue
        recipient = replace(context.frame.recipient, street=street, postcode=postcode, town=town)
        if recipient == context.frame.recipient:
            continue
        if row.state == "done" and not _unmake(session, row.id, now=now):
            continue
        changed = replace(context, frame=replace(context.frame, recipient=recipient))
        # A letter of a night asks the register again.
        whole = vault.seal(Packer().pack(changed), "outbox", row.id, "context_sealed")
        _queue_again(session, row, b"" if row.context_parts else whole, now)
        readdressed.append(row)
    if readdressed:
        defer_delivery(session, [row.id for row in readdressed])
        audit.record(
            session,
            now=now,
            actor=actor,
            action="readdress_letters",
            subject=("person", person_id),
            office_id=readdressed[0].office_id,
            details={"count": len(readdressed)},
        )
    return len(readdressed)


def _lock_waiting(session: Session, person_id: UUID) -> list[Outbox]:
    """Return a person's letters that may not have left, locked.

    Locked first and read then: a worker that finishes one at this moment is waited for, or loses its claim.
    """
    waiting = select(Outbox).where(
        Outbox.person_id == person_id,
        Outbox.channel == "letter",
        # What tells the old address of the change stays with the old address.
        Outbox.kind != ContactChangedLetter.KIND,
        Outbox.state.in_(("pending", "working", "done")),
    )
    locked = waiting.order_by(Outbox.created_at, Outbox.id).with_for_update()
    return list(session.scalars(locked.execution_options(populate_existing=True)))


_UNPRINTED = (Letter.printed_at.is_(None), Letter.withdrawn_at.is_(None))


def _list_unprinted(session: Session, outbox_ids: list[UUID]) -> frozenset[UUID]:
    return frozenset(
        session.scalars(select(Letter.outbox_id).where(Letter.outbox_id.in_(outbox_ids), *_UNPRINTED))
    )


def _unmake(session: Session, outbox_id: UUID, *, now: datetime) -> bool:
    """Forget a rendered letter that nobody has printed; False when somebody was quicker."""
    unmaking = delete(Letter).where(Letter.outbox_id == outbox_id, *_UNPRINTED).returning(Letter.code_id)
    unmade = session.execute(unmaking).all()
    revoke_codes_by_id(session, [row.code_id for row in unmade if row.code_id is not None], now=now)
    return bool(unmade)


def _queue_again(session: Session, row: Outbox, sealed: bytes, now: datetime) -> None:
    session.execute(
        update(Outbox)
        .where(Outbox.id == row.id)
        .values(
            context_sealed=sealed,
            state="pending",
            attempts=0,
            next_attempt_at=now,
            claimed_at=None,
            claim_token=None,
            finished_at=None,
            last_error="",
        )
    )
