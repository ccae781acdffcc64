"""Queue messages in the caller's transaction, and take them back."""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.db import audit
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import SYSTEM, Actor
from servicedesk.notices.contexts import KINDS, Context, MailContext, from_payload
from servicedesk.notices.errors import UnsendableNotice
from servicedesk.notices.mails import check_mail
from servicedesk.notices.models import Outbox
from servicedesk.notices.packing import Packer
from servicedesk.notices.queue import defer_delivery

DEDUPE_LIMIT = 120
_BATCH = 5000
_COLUMNS = (
    "id",
    "office_id",
    "kind",
    "channel",
    "person_id",
    "subject_kind",
    "subject_id",
    "team_id",
    "scope_member_id",
    "locale",
    "context_sealed",
    "dedupe_key",
    "state",
    "attempts",
    "created_at",
    "next_attempt_at",
    "not_after",
    "last_error",
)


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
    row = _row(vault, Packer(), notice, now=now, office_id=office_id)
    if isinstance(context, MailContext):
        # Built once now, to an address that is nobody's: what fails here would fail for ever in the queue.
        check_mail(context, "check@example.org", now)
    inserting = _insert(session).values(row).on_conflict_do_nothing().returning(Outbox.id)
    queued: UUID | None = session.execute(inserting).scalar()
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
    packer = Packer()
    rest = iter(notices)
    queued: list[UUID] = []
    while batch := list(islice(rest, _BATCH)):
        rows = [_row(vault, packer, notice, now=now, office_id=office_id) for notice in batch]
        new = (
            _copy(session, rows)
            if session.get_bind().dialect.name == "postgresql"
            else _insert_each(session, rows)
        )
        queued.extend(row["id"] for row in rows if row["id"] in new)
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
    """Take back what has not left yet about `subject_id`, all kinds or only `kinds`; return how many rows.

    A letter being rendered right now is taken back, too. An e-mail that is just being handed over may still go, but
    is never tried again.
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


def open_context(vault: Vault, outbox_id: UUID, sealed: bytes) -> Context:
    """Return the message's values; raises CannotOpen or UnreadableContext."""
    return from_payload(json.loads(vault.open(sealed, "outbox", outbox_id, "context_sealed")))


def _row(
    vault: Vault, packer: Packer, notice: NewNotice, *, now: datetime, office_id: UUID
) -> dict[str, Any]:
    context = notice.context
    if notice.kind not in KINDS or type(context) is not KINDS[notice.kind]:
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
    return {
        "id": outbox_id,
        "office_id": office_id,
        "kind": notice.kind,
        "channel": notice.channel,
        "person_id": notice.person_id,
        "subject_kind": notice.subject[0],
        "subject_id": notice.subject[1],
        "team_id": notice.team_id,
        "scope_member_id": notice.scope_member_id,
        "locale": notice.locale,
        "context_sealed": vault.seal(packed, "outbox", outbox_id, "context_sealed"),
        "dedupe_key": notice.dedupe_key,
        "state": "pending",
        "attempts": 0,
        "created_at": now,
        "next_attempt_at": now,
        "not_after": notice.not_after,
        "last_error": "",
    }


def _insert(session: Session) -> Any:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(Outbox) if is_postgresql else sqlite.insert(Outbox)


def _insert_each(session: Session, rows: list[dict[str, Any]]) -> set[UUID]:
    known: set[str] = set()
    for part in _parts([row["dedupe_key"] for row in rows], 900):
        known.update(session.scalars(select(Outbox.dedupe_key).where(Outbox.dedupe_key.in_(part))))
    # Nobody writes between the question and the answer: SQLite has one writer, and it is this transaction.
    new = list({row["dedupe_key"]: row for row in reversed(rows) if row["dedupe_key"] not in known}.values())
    if new:
        session.execute(insert(Outbox), new)
    return {row["id"] for row in new}


def _copy(session: Session, rows: list[dict[str, Any]]) -> set[UUID]:
    raw = session.connection().connection.driver_connection
    if not isinstance(raw, psycopg.Connection):
        raise TypeError("COPY needs a psycopg connection")
    columns = ", ".join(_COLUMNS)
    with raw.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE IF NOT EXISTS outbox_intake (LIKE outbox) ON COMMIT DROP")
        cursor.execute("TRUNCATE outbox_intake")
        with cursor.copy(f"COPY outbox_intake ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([row[column] for column in _COLUMNS])
        cursor.execute(
            f"INSERT INTO outbox ({columns}) SELECT {columns} FROM outbox_intake"  # noqa: S608 fixed names
            " ON CONFLICT DO NOTHING RETURNING id"
        )
        return {row[0] for row in cursor}


def _parts(values: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
