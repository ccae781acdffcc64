"""Decide what becomes of an order of blank lists for the rack."""

from datetime import datetime, timedelta
from enum import StrEnum

GIVEN_UP_AFTER = timedelta(minutes=10)
"""Without a sign of life for so long, the worker that drew is dead, and another one begins anew."""
TOO_OLD_AFTER = timedelta(hours=6)
"""An order that nobody has finished by then has failed; somebody looks, and orders again."""
KEPT = timedelta(days=2)
"""How long a finished file can be downloaded."""


class RackState(StrEnum):
    """Say where an order stands."""

    waiting = "waiting"
    drawing = "drawing"
    done = "done"
    stopped = "stopped"
    failed = "failed"


class RackFault(StrEnum):
    """Say why an order ended without a file."""

    stopped = "stopped"
    no_letters = "no_letters"
    crashed = "crashed"
    too_old = "too_old"


def rack_state(finished_at: datetime | None, alive_at: datetime | None, fault: str) -> RackState:
    """Return where an order stands by its row."""
    if finished_at is None:
        return RackState.waiting if alive_at is None else RackState.drawing
    if not fault:
        return RackState.done
    return RackState.stopped if fault == RackFault.stopped else RackState.failed
