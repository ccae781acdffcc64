"""Clear what ran out: holds nobody confirmed, appointments whose day has gone by."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from servicedesk.booking.queries.facts import lock_expired_holds, lock_past_bookings
from servicedesk.booking.rules.life import State
from servicedesk.booking.service.guards import Ending, carry_out
from servicedesk.booking.service.trail import note_endings
from servicedesk.kernel.permissions import SYSTEM

PASSED_AFTER = timedelta(hours=24)
"""How long after its start an appointment nobody spoke about counts as passed."""


def sweep_holds(session: Session, *, now: datetime, limit: int = 200) -> int:
    """Free the times of up to `limit` holds that have run out; return how many there were."""
    rows = lock_expired_holds(session, now, limit)
    endings = [Ending(row, State.expired, row.sequence) for row in rows]
    carry_out(session, now, endings=endings)
    note_endings(session, endings, now=now, actor=SYSTEM)
    return len(endings)


def pass_appointments(session: Session, *, now: datetime, limit: int = 200) -> int:
    """Mark up to `limit` appointments as passed whose time went by with no word whether the person came.

    Their cells stay: the desk was taken at that time. Return how many there were.
    """
    rows = lock_past_bookings(session, now - PASSED_AFTER, limit)
    endings = [Ending(row, State.passed, row.sequence) for row in rows]
    carry_out(session, now, endings=endings)
    note_endings(session, endings, now=now, actor=SYSTEM)
    return len(endings)
