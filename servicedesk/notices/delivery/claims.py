"""Take a message on, finish it, give it back: conditional updates, so that twice is harmless.

A claim is a token drawn for one attempt. Whoever finishes must still hold it; after a crash the sweep takes the claim
away, and the late finisher changes nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from servicedesk.db import audit
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.notices.models import Outbox
from servicedesk.notices.rules import CLAIM_AGE_LIMIT, is_given_up, next_delay

_ERROR_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Claimed:
    """Hold a message somebody has taken on."""

    id: UUID
    token: UUID
    office_id: UUID
    kind: str
    channel: str
    person_id: UUID | None
    subject: tuple[str, UUID]
    context_sealed: bytes
    context_parts: str | None
    attempts: int
    created_at: datetime
    not_after: datetime | None


def claim(session: Session, outbox_id: UUID, *, now: datetime, channels: Collection[str]) -> Claimed | None:
    """Take a pending, due message on; None when somebody else has it or its channel is not open here."""
    token = new_id()
    row = session.execute(
        update(Outbox)
        .where(
            Outbox.id == outbox_id,
            Outbox.state == "pending",
            Outbox.next_attempt_at <= now,
            Outbox.channel.in_(list(channels)),
        )
        .values(state="working", claim_token=token, claimed_at=now, attempts=Outbox.attempts + 1)
        .returning(
            Outbox.office_id,
            Outbox.kind,
            Outbox.channel,
            Outbox.person_id,
            Outbox.subject_kind,
            Outbox.subject_id,
            Outbox.context_sealed,
            Outbox.context_parts,
            Outbox.attempts,
            Outbox.created_at,
            Outbox.not_after,
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return None
    return Claimed(
        id=outbox_id,
        token=token,
        office_id=row.office_id,
        kind=row.kind,
        channel=row.channel,
        person_id=row.person_id,
        subject=(row.subject_kind, row.subject_id),
        context_sealed=row.context_sealed,
        context_parts=row.context_parts,
        attempts=row.attempts,
        created_at=row.created_at,
        not_after=row.not_after,
    )


def finish(
    session: Session,
    claimed: Claimed,
    *,
    now: datetime,
    state: str,
    error: str = "",
    context_sealed: bytes | None = None,
) -> bool:
    """End a message in `state` if the claim still holds; False leaves everything as it is.

    `context_sealed` is what the row keeps of a letter's person from now on, where it did not yet.
    """
    values: dict[str, Any] = {"state": state, "finished_at": now, "last_error": error[:_ERROR_LIMIT]}
    if context_sealed is not None:
        values["context_sealed"] = context_sealed
    return _change(session, claimed, values | {"claim_token": None, "claimed_at": None})


def give_back(session: Session, claimed: Claimed, *, now: datetime, error: str) -> str:
    """Put a message back for a later attempt, or end it as failed; return its state, `lost` without the claim."""
    if is_given_up(claimed.channel, attempts=claimed.attempts, created_at=claimed.created_at, now=now):
        return fail(session, claimed, now=now, error=error)
    values = {
        "state": "pending",
        "next_attempt_at": now + next_delay(claimed.attempts),
        "claim_token": None,
        "claimed_at": None,
        "last_error": error[:_ERROR_LIMIT],
    }
    return "pending" if _change(session, claimed, values) else "lost"


def fail(session: Session, claimed: Claimed, *, now: datetime, error: str) -> str:
    """End a message as failed: a person must look; return its state, `lost` without the claim."""
    if not finish(session, claimed, now=now, state="failed", error=error):
        return "lost"
    _record(
        session,
        claimed.office_id,
        claimed.id,
        "fail_notice",
        now=now,
        details={"error": error[:_ERROR_LIMIT]},
    )
    return "failed"


def reclaim(session: Session, *, now: datetime) -> tuple[int, int]:
    """Take claims away whose holders must have died; return how many went back and how many failed for good."""
    rows = session.execute(
        select(
            Outbox.id,
            Outbox.office_id,
            Outbox.channel,
            Outbox.attempts,
            Outbox.created_at,
            Outbox.claim_token,
        )
        .where(Outbox.state == "working", Outbox.claimed_at < now - CLAIM_AGE_LIMIT)
        .order_by(Outbox.claimed_at)
    ).all()
    back = failed = 0
    for row in rows:
        is_over = is_given_up(row.channel, attempts=row.attempts, created_at=row.created_at, now=now)
        result: Any = session.execute(
            update(Outbox)
            .where(Outbox.id == row.id, Outbox.state == "working", Outbox.claim_token == row.claim_token)
            .values(
                state="failed" if is_over else "pending",
                next_attempt_at=now,
                finished_at=now if is_over else None,
                claim_token=None,
                claimed_at=None,
                last_error="the worker ended in the middle of it",
            )
        )
        if not result.rowcount:
            continue
        failed, back = (failed + 1, back) if is_over else (failed, back + 1)
        action = "fail_notice" if is_over else "reclaim_notice"
        _record(session, row.office_id, row.id, action, now=now, details={"attempts": row.attempts})
    return back, failed


def drop_stale(session: Session, *, now: datetime) -> int:
    """End pending messages whose time has passed; return how many."""
    dropped = session.execute(
        update(Outbox)
        .where(Outbox.state == "pending", Outbox.not_after <= now)
        .values(state="stale", finished_at=now)
        .returning(Outbox.id, Outbox.office_id)
        .execution_options(synchronize_session=False)
    ).all()
    for row in dropped:
        _record(session, row.office_id, row.id, "drop_stale_notice", now=now, details={})
    return len(dropped)


def record_end(session: Session, claimed: Claimed, action: str, *, now: datetime, **details: object) -> None:
    """Add the audit row of a message that left, or was dropped, by the holder of its claim."""
    _record(session, claimed.office_id, claimed.id, action, now=now, details={"kind": claimed.kind} | details)


def _change(session: Session, claimed: Claimed, values: dict[str, Any]) -> bool:
    result: Any = session.execute(
        update(Outbox)
        .where(Outbox.id == claimed.id, Outbox.state == "working", Outbox.claim_token == claimed.token)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)


def _record(
    session: Session, office_id: UUID, outbox_id: UUID, action: str, *, now: datetime, details: dict[str, Any]
) -> None:
    audit.record(
        session,
        now=now,
        actor=SYSTEM,
        action=action,
        subject=("outbox", outbox_id),
        office_id=office_id,
        details=details,
    )
