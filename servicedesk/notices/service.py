"""Queue messages in the caller's transaction, and take them back."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from servicedesk.accounts.codes import revoke_codes_by_id
from servicedesk.db import audit
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import SYSTEM, Actor
from servicedesk.notices.codec import UnreadableContext
from servicedesk.notices.cohorts import Row, read_parts, write_cohort, write_one
from servicedesk.notices.composing import ask_register, put_together, split_names
from servicedesk.notices.contexts import KINDS, Context, MailContext, from_payload
from servicedesk.notices.errors import UnsendableNotice
from servicedesk.notices.mails import check_mail
from servicedesk.notices.models import Letter, Outbox
from servicedesk.notices.packing import Packer, find_parts, put_parts
from servicedesk.notices.queue import defer_delivery

DEDUPE_LIMIT = 120


@dataclass(frozen=True, slots=True)
class NewNotice:
    """Hold one message of a cohort for `enqueue_many`; the fields mean what the arguments of `enqueue` mean.

    `id` may be drawn by the caller, who then knows the row before it is written (`kernel.ids.new_id`).
    """

    kind: str
    channel: str
    person_id: UUID | None
    subject: tuple[str, UUID]
    locale: str
    context: Context
    dedupe_key: str
    team_id: UUID | None = None
    scope_member_id: UUID | None = None
    not_after: datetime | None = None
    id: UUID | None = None


def enqueue(
    session: Session,
    vault: Vault,
    *,
    now: datetime,
    office_id: UUID,
    kind: str,
    channel: str,
    person_id: UUID | None,
    subject: tuple[str, UUID],
    locale: str,
    context: Context,
    dedupe_key: str,
    team_id: UUID | None = None,
    scope_member_id: UUID | None = None,
    not_after: datetime | None = None,
) -> UUID:
    """Queue one message and return its outbox id; the same `dedupe_key` again returns the row that is there.

    `subject` is what the message is about, (kind, id); an access code in the letter opens it. `not_after` is the
    instant from which the message would only confuse. Raises UnsendableNotice for what could never be delivered.
    """
    notice = NewNotice(
        kind=kind,
        channel=channel,
        person_id=person_id,
        subject=subject,
        locale=locale,
        context=context,
        dedupe_key=dedupe_key,
        team_id=team_id,
        scope_member_id=scope_member_id,
        not_after=not_after,
    )
    values = _values(vault, Packer(), notice, now=now, office_id=office_id)
    if isinstance(context, MailContext):
        # Built once now, to an address that is nobody's: what fails here would fail for ever in the queue.
        check_mail(context, "check@example.org", now)
    queued = write_one(session, values)
    if queued is None:
        return session.execute(select(Outbox.id).where(Outbox.dedupe_key == dedupe_key)).scalar_one()
    defer_delivery(session, [queued])
    return queued


def enqueue_many(
    session: Session, vault: Vault, *, now: datetime, office_id: UUID, notices: Iterable[NewNotice]
) -> list[UUID]:
    """Queue a cohort and return the ids that were new, in the order given.

    Streams: `notices` may be a generator, its rows are written in batches. The caller's transaction holds them all.
    """
    queued = write_cohort(session, vault, notices, partial(_values, vault, now=now, office_id=office_id))
    defer_delivery(session, queued)
    return queued


def cancel_pending(
    session: Session,
    *,
    now: datetime,
    subject_id: UUID,
    kinds: Collection[str] | None = None,
    reason: str,
    actor: Actor = SYSTEM,
) -> int:
    """Take back what has not left yet about `subject_id`, all kinds or only `kinds`; return how many messages.

    A letter being rendered right now is taken back, too, and so is one that is rendered and not printed: its code
    dies. An e-mail that is just being handed over may still go, but is never tried again.
    """
    about = [Outbox.subject_id == subject_id]
    if kinds is not None:
        about.append(Outbox.kind.in_(list(kinds)))
    is_leaving = (Outbox.state == "working") & (Outbox.channel == "email")
    session.execute(update(Outbox).where(*about, is_leaving).values(not_after=now))
    result: Any = session.execute(
        update(Outbox)
        .where(
            *about,
            or_(Outbox.state == "pending", (Outbox.state == "working") & (Outbox.channel == "letter")),
        )
        .values(state="cancelled", claim_token=None, claimed_at=None, finished_at=now, last_error=reason)
        .returning(Outbox.office_id)
    )
    offices = [row.office_id for row in result]
    offices += _withdraw_unprinted(session, select(Outbox.id).where(*about), now=now)
    if offices:
        audit.record(
            session,
            now=now,
            actor=actor,
            action="cancel_notices",
            subject=("outbox_subject", subject_id),
            office_id=offices[0],
            details={"count": len(offices), "reason": reason},
        )
    return len(offices)


def _withdraw_unprinted(session: Session, outbox_ids: Select[UUID], *, now: datetime) -> list[UUID]:
    """Take rendered letters back that nobody has printed; return the office of each.

    The letter's row is the referee: whoever prints it at the same moment finds it withdrawn, or is found to have
    been first.
    """
    withdrawn = session.execute(
        update(Letter)
        .where(Letter.outbox_id.in_(outbox_ids), Letter.printed_at.is_(None), Letter.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
        .returning(Letter.office_id, Letter.code_id)
    ).all()
    revoke_codes_by_id(session, [row.code_id for row in withdrawn if row.code_id is not None], now=now)
    return [row.office_id for row in withdrawn]


def retry_failed(
    session: Session, *, now: datetime, actor: Actor, office_id: UUID, outbox_ids: Collection[UUID]
) -> int:
    """Put failed messages back into the queue after somebody looked at them; return how many."""
    result: Any = session.execute(
        update(Outbox)
        .where(Outbox.id.in_(list(outbox_ids)), Outbox.office_id == office_id, Outbox.state == "failed")
        .values(state="pending", attempts=0, next_attempt_at=now, finished_at=None)
        .returning(Outbox.id)
    )
    ids = [row.id for row in result]
    defer_delivery(session, ids)
    for outbox_id in ids:
        audit.record(
            session,
            now=now,
            actor=actor,
            action="retry_notice",
            subject=("outbox", outbox_id),
            office_id=office_id,
        )
    return len(ids)


@dataclass(frozen=True, slots=True)
class StoredContext:
    """Say where the values of a message lie; of an outbox row its columns."""

    outbox_id: UUID
    sealed: bytes
    part_names: str | None = None
    person_id: UUID | None = None

    @classmethod
    def of(cls, row: Outbox) -> "StoredContext":
        """Return where the values of a row lie."""
        return cls(row.id, row.context_sealed, row.context_parts, row.person_id)


@dataclass(frozen=True, slots=True)
class OpenedContext:
    """Hold a message's values; `to_seal` is what its row must keep once the message is made, None when it does."""

    context: Context
    to_seal: bytes | None = None


def open_stored(session: Session, vault: Vault, stored: StoredContext) -> OpenedContext:
    """Return a message's values, with the person's own part from the register while nothing was made of it.

    Raises CannotOpen, UnreadableContext, UnsendableNotice.
    """
    if not stored.part_names:
        return OpenedContext(open_context(session, vault, stored.outbox_id, stored.sealed))
    names = split_names(stored.part_names)
    parts = read_parts(session, vault, names)
    if len(parts) < len(set(names)):
        raise UnreadableContext("a shared part of this message is missing")
    to_seal = None
    if stored.sealed:
        own = json.loads(vault.open(stored.sealed, "outbox", stored.outbox_id, "context_sealed"))
    else:
        own = ask_register(session, stored.person_id)
        to_seal = json.dumps(own, ensure_ascii=False).encode()
    return OpenedContext(from_payload(put_together([*(parts[name] for name in names), own])), to_seal)


def open_context(session: Session, vault: Vault, outbox_id: UUID, sealed: bytes) -> Context:
    """Return the values of a message that has them sealed in its row; raises CannotOpen or UnreadableContext."""
    payload = json.loads(vault.open(sealed, "outbox", outbox_id, "context_sealed"))
    parts: dict[str, Any] = {}
    missing = find_parts(payload)
    while missing:
        found = read_parts(session, vault, missing)
        parts |= found
        if missing - set(found):
            raise UnreadableContext("a shared part of this message is missing")
        missing = set().union(*(find_parts(part) for part in found.values())) - set(parts)
    return from_payload(put_parts(payload, parts) if parts else payload)


def _values(vault: Vault, packer: Packer, notice: NewNotice, *, now: datetime, office_id: UUID) -> Row:
    context = notice.context
    if type(context) is not KINDS.get(notice.kind):
        raise ValueError(f"{notice.kind} is not the kind of {type(context).__name__}")
    if notice.channel != context.MEDIUM.value:
        raise ValueError(f"{notice.kind} leaves as {context.MEDIUM.value}, not as {notice.channel}")
    if not 0 < len(notice.dedupe_key) <= DEDUPE_LIMIT or not notice.dedupe_key.isascii():
        raise ValueError("a dedupe key has 1 to 120 ASCII characters")
    try:
        packed = packer.pack(context)
    except (ValueError, TypeError) as fault:
        raise UnsendableNotice(reason=str(fault)) from fault
    outbox_id = notice.id or new_id()
    return (
        outbox_id,
        office_id,
        notice.kind,
        notice.channel,
        notice.person_id,
        notice.subject[0],
        notice.subject[1],
        notice.team_id,
        notice.scope_member_id,
        notice.locale,
        vault.seal(packed, "outbox", outbox_id, "context_sealed"),
        notice.dedupe_key,
        "pending",
        0,
        now,
        now,
        notice.not_after,
        "",
    )
