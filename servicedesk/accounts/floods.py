"""Slow one source down at a door that everybody may use, and never close the door.

Only the first requests of a window pass at once. Whoever comes later is told an instant; at that instant the request
passes without asking again, so that a flood from the same network cannot keep a real person out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.accounts.models import Throttle
from servicedesk.accounts.rules import source_prefix, window_start
from servicedesk.kernel.crypto import Vault


@dataclass(frozen=True, slots=True)
class FloodLimit:
    """Say how many requests of one network pass at once within `window`; the others wait `step` longer each.

    Nobody waits longer than `longest`.
    """

    door: str
    at_once: int
    window: timedelta
    step: timedelta
    longest: timedelta


def admit(session: Session, vault: Vault, limit: FloodLimit, *, source: str, now: datetime) -> timedelta:
    """Count a request and return how long it has to wait; zero for the first ones of a window.

    Needs a writing transaction that commits. `source` is the address as the trusted proxy reports it; only a keyed
    digest of its network is stored.
    """
    prefix = vault.digest("flood-source", f"{limit.door}|{source_prefix(source)}".encode())
    bucket = f"flood:{prefix.hex()}"
    start = window_start(now, limit.window)
    earlier = session.scalar(
        select(func.sum(Throttle.failures)).where(
            Throttle.bucket == bucket, Throttle.starts_at >= start - limit.window
        )
    )
    values = {"bucket": bucket, "starts_at": start, "failures": 1}
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert(Throttle) if is_postgresql else sqlite.insert(Throttle)
    session.execute(
        insert.values(values).on_conflict_do_update(
            index_elements=[Throttle.bucket, Throttle.starts_at], set_={"failures": Throttle.failures + 1}
        )
    )
    over = int(earlier or 0) + 1 - limit.at_once
    return min(limit.step * over, limit.longest) if over > 0 else timedelta(0)
