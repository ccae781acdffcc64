"""Decide how long a paper is young enough, and what is taken from a person of an age; pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from servicedesk.checklists.rules.values import Biometrics
from servicedesk.kernel.intervals import Lead, add_months


def good_until(issued_on: date, max_age: Lead) -> date:
    """Return the last day on which a paper is not too old (§ 188 Abs. 2 BGB); the last day of the calendar at most."""
    try:
        return add_months(issued_on, max_age.months) + timedelta(days=max_age.days)
    except (OverflowError, ValueError):
        return date.max


@dataclass(frozen=True, slots=True)
class Freshness:
    """Say whether a paper is, and on the appointment's day will be, young enough.

    `good_until` None: it never grows too old. `is_certain` False: nobody noted when it was issued, and the day it
    was handed in stands for it; it is no younger than that.
    """

    good_until: date | None
    is_stale: bool = False
    is_stale_at_appointment: bool = False
    is_certain: bool = True


FRESH_FOREVER = Freshness(None)


def decide_freshness(
    *,
    max_age: Lead | None,
    issued_on: date | None,
    received_on: date | None,
    today: date,
    appointment_on: date | None,
) -> Freshness:
    """Return how fresh a paper is; one with no date at all, or no limit, never grows old."""
    dated_on = issued_on or received_on
    if max_age is None or dated_on is None:
        return FRESH_FOREVER
    last = good_until(dated_on, max_age)
    return Freshness(
        good_until=last,
        is_stale=last < today,
        is_stale_at_appointment=appointment_on is not None
        and appointment_on >= today
        and last < appointment_on,
        is_certain=issued_on is not None,
    )


@dataclass(frozen=True, slots=True)
class TakenFrom:
    """Say what is taken from one person; None where the age is unknown and decides."""

    photo: bool | None
    fingerprints: bool | None
    signature: bool | None


def decide_biometrics(rule: Biometrics, age: int | None) -> TakenFrom:
    """Return what is taken from a person of this age."""
    return TakenFrom(
        _from(rule.photo_from, age), _from(rule.fingerprints_from, age), _from(rule.signature_from, age)
    )


def _from(first: int | None, age: int | None) -> bool | None:
    if first is None:
        return False
    if first == 0:
        return True
    return None if age is None else age >= first
