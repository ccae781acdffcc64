"""Deliver one message, or all that are due; each isolated from the others."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from servicedesk.kernel.crypto import CannotOpen
from servicedesk.notices.codec import UnreadableContext
from servicedesk.notices.delivery.claims import (
    Claimed,
    claim,
    drop_stale,
    fail,
    finish,
    give_back,
    reclaim,
    record_end,
)
from servicedesk.notices.delivery.emails import MailDelayed, MailRefused, ServerUnreachable, deliver_email
from servicedesk.notices.delivery.letters import deliver_letter
from servicedesk.notices.delivery.tools import DeliveryTools, Outcome
from servicedesk.notices.errors import UnsendableNotice
from servicedesk.notices.models import Outbox

_AT_ONCE = 100
_FOR_GOOD = (UnreadableContext, UnsendableNotice, MailRefused)
_SAFE_TO_SHOW = (UnreadableContext, UnsendableNotice, MailRefused, MailDelayed, ServerUnreachable, CannotOpen)

Progress = Callable[[int, int], None]
"""Be told how many messages are done, of how many."""


def deliver(tools: DeliveryTools, outbox_id: UUID) -> Outcome:
    """Deliver one message if it is pending and due; calling it twice, or from two workers, is harmless.

    Only faults of the database are raised; all others are noted at the row, which waits, or fails for good.
    """
    channels = tools.open_channels()
    with tools.database.unit_of_work() as session:
        now = tools.clock.now()
        claimed = claim(session, outbox_id, now=now, channels=channels)
        if claimed is None:
            return Outcome.not_mine
        if claimed.not_after is not None and claimed.not_after <= now:
            finish(session, claimed, now=now, state="stale")
            record_end(session, claimed, "drop_stale_notice", now=now)
            return Outcome.stale
    tools.crash("deliver.after_claim")
    try:
        return (
            deliver_letter(tools, claimed) if claimed.channel == "letter" else deliver_email(tools, claimed)
        )
    except _FOR_GOOD as fault:
        return _end(tools, claimed, fault, is_final=True)
    except IntegrityError as fault:
        return _end(tools, claimed, fault, is_final=False)
    except (DBAPIError, PoolTimeout):
        # The row keeps its claim; when the database is back the sweep takes it away.
        raise
    except Exception as fault:  # noqa: BLE001 one bad row must not stop the others, whatever is wrong with it
        return _end(tools, claimed, fault, is_final=False)


def _end(tools: DeliveryTools, claimed: Claimed, fault: Exception, *, is_final: bool) -> Outcome:
    # Any other exception's text may hold a name or an address.
    error = str(fault) if isinstance(fault, _SAFE_TO_SHOW) else type(fault).__name__
    with tools.database.unit_of_work() as session:
        now = tools.clock.now()
        if is_final:
            state = fail(session, claimed, now=now, error=error)
        else:
            state = give_back(session, claimed, now=now, error=error)
    if state == "pending":
        return Outcome.unreachable if isinstance(fault, ServerUnreachable) else Outcome.retry
    return Outcome.failed if state == "failed" else Outcome.lost


def deliver_due(
    tools: DeliveryTools,
    *,
    waiting_for: timedelta = timedelta(0),
    until: datetime | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Deliver everything that is due; return counts per outcome, and what stays because a channel is closed.

    `waiting_for` leaves rows that became due more recently to the queue's workers. Work ends early at `until` or when
    `should_stop` says so; what is left stays due.
    """
    counts: Counter[str] = Counter()
    channels = set(tools.open_channels())
    with tools.database.reading() as session:
        total = _count_due(session, now=tools.clock.now(), waiting_for=waiting_for, channels=channels)
    while channels and (ids := _next(tools, waiting_for, channels)):
        for outbox_id in ids:
            if should_stop() or (until is not None and tools.clock.now() >= until):
                return _result(tools, counts)
            outcome = deliver(tools, outbox_id)
            counts[outcome.value] += 1
            if progress is not None:
                progress(counts.total(), max(total, counts.total()))
            if outcome is Outcome.unreachable:
                channels.discard("email")
                break
    return _result(tools, counts)


def sweep(
    tools: DeliveryTools,
    *,
    waiting_for: timedelta,
    until: datetime | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Take claims of the dead away, drop what has become pointless, deliver what the queue forgot."""
    with tools.database.unit_of_work() as session:
        now = tools.clock.now()
        reclaimed, given_up = reclaim(session, now=now)
        stale = drop_stale(session, now=now)
    delivered = deliver_due(tools, waiting_for=waiting_for, until=until, should_stop=should_stop)
    return delivered | {
        "reclaimed": reclaimed,
        "stale": delivered["stale"] + stale,
        "failed": delivered["failed"] + given_up,
    }


def _next(tools: DeliveryTools, waiting_for: timedelta, channels: set[str]) -> list[UUID]:
    with tools.database.reading() as session:
        due = _due(tools.clock.now(), waiting_for, channels)
        rows = select(Outbox.id).where(*due).order_by(Outbox.next_attempt_at, Outbox.id).limit(_AT_ONCE)
        return list(session.scalars(rows))


def _count_due(session: Session, *, now: datetime, waiting_for: timedelta, channels: set[str]) -> int:
    return (
        session.scalar(select(func.count()).select_from(Outbox).where(*_due(now, waiting_for, channels))) or 0
    )


def _due(now: datetime, waiting_for: timedelta, channels: set[str]) -> tuple[Any, ...]:
    return (
        Outbox.state == "pending",
        Outbox.next_attempt_at <= now - waiting_for,
        Outbox.channel.in_(sorted(channels)),
    )


def _result(tools: DeliveryTools, counts: Counter[str]) -> dict[str, Any]:
    shown = (
        Outcome.done,
        Outcome.retry,
        Outcome.unreachable,
        Outcome.failed,
        Outcome.stale,
        Outcome.cancelled,
    )
    pending = select(Outbox.channel, func.count()).where(Outbox.state == "pending").group_by(Outbox.channel)
    with tools.database.reading() as session:
        left: dict[str, int] = {row[0]: row[1] for row in session.execute(pending)}
    return {
        **{outcome.value: counts[outcome.value] for outcome in shown},
        "pending_letters": left.get("letter", 0),
        "pending_emails": left.get("email", 0),
        "alarms": [why for why in (_why_letters(tools, left), _why_emails(tools, left)) if why],
    }


def _why_letters(tools: DeliveryTools, left: dict[str, int]) -> str:
    return tools.why_letters_wait() if left.get("letter") else ""


def _why_emails(tools: DeliveryTools, left: dict[str, int]) -> str:
    return tools.why_emails_wait() if left.get("email") else ""
