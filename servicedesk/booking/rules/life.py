"""Decide how long a hold lasts and what may still happen to an appointment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from servicedesk.booking.errors import AppointmentChanged, AppointmentPast, NotBooked

HOLD_TIME = timedelta(minutes=10)
"""How long a chosen time waits for its confirmation (SEC-34)."""

HOLD_BUDGET = timedelta(minutes=60)
"""How long one case may hold times in HOLD_WINDOW, all holds together."""

HOLD_WINDOW = timedelta(hours=24)


class State(StrEnum):
    """Name where a row of `appointment` stands.

    `requested` waits for the office's answer, `offered` for the person's; `released` is one of those that came to
    nothing. `moved` is the former time of an appointment that lives on in another row; `passed` is one whose time went by
    without anybody recording whether the person came.
    """

    held = "held"
    booked = "booked"
    cancelled = "cancelled"
    moved = "moved"
    expired = "expired"
    kept = "kept"
    no_show = "no_show"
    passed = "passed"
    requested = "requested"
    offered = "offered"
    released = "released"


@dataclass(frozen=True, slots=True)
class Slot:
    """Name a time at a desk, as it is asked for."""

    desk_id: UUID
    starts_local: datetime
    minutes: int

    @property
    def ends_local(self) -> datetime:
        """Return the wall-clock time at which it ends."""
        return self.starts_local + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class AppointmentRow:
    """Carry one row of `appointment` into a decision."""

    id: UUID
    office_id: UUID
    case_id: UUID
    desk_id: UUID
    ref: str
    uid: str
    sequence: int
    starts_local: datetime
    starts_at: datetime
    minutes: int
    state: State
    hold_expires_at: datetime | None
    created_at: datetime
    changed_at: datetime

    @property
    def ends_at(self) -> datetime:
        """Return the instant at which it ends."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def slot(self) -> Slot:
        """Return where and when it is."""
        return Slot(self.desk_id, self.starts_local, self.minutes)

    def overlaps(self, slot: Slot) -> bool:
        """Tell whether both need the desk at the same time."""
        return (
            self.desk_id == slot.desk_id
            and self.starts_local < slot.ends_local
            and slot.starts_local < self.slot.ends_local
        )

    def is_live_hold(self, now: datetime) -> bool:
        """Tell whether this hold still reserves its time."""
        return self.state == State.held and self.hold_expires_at is not None and now < self.hold_expires_at


def decide_hold_end(rows: Iterable[AppointmentRow], now: datetime) -> datetime | None:
    """Return until when a hold made now lasts, None where the case has used up its time.

    Choosing again never lengthens a running hold: the new one ends when the old one would have. After a hold
    has run out a new one may begin, within HOLD_BUDGET per HOLD_WINDOW; without a hold a free time can still
    be booked at once, so nobody is stopped, only nobody can keep times from others for hours.
    """
    used = timedelta(0)
    for row in rows:
        if row.is_live_hold(now):
            return row.hold_expires_at
        if row.hold_expires_at is not None and row.state in {State.held, State.expired}:
            ended = row.hold_expires_at
            if row.state == State.expired:
                ended = min(ended, row.changed_at)
            if ended > now - HOLD_WINDOW:
                used += max(ended - row.created_at, timedelta(0))
    left = min(HOLD_TIME, HOLD_BUDGET - used)
    return now + left if left > timedelta(0) else None


def decide_change(rows: Iterable[AppointmentRow], ref: str, now: datetime) -> AppointmentRow:
    """Return the appointment `ref` that may still be moved or cancelled.

    Raises NotBooked where it was cancelled or never was, AppointmentChanged where it was moved meanwhile,
    AppointmentPast once it has begun.
    """
    rows = tuple(rows)
    named = next((row for row in rows if row.ref == ref), None)
    if named is None or named.state not in {
        State.booked,
        State.moved,
        State.kept,
        State.no_show,
        State.passed,
    }:
        raise NotBooked
    if named.state == State.moved:
        current = find_booked(rows)
        if current is None:
            raise NotBooked
        raise AppointmentChanged(ref=current.ref)
    if named.state != State.booked or named.starts_at <= now:
        raise AppointmentPast
    return named


def find_booked(rows: Iterable[AppointmentRow]) -> AppointmentRow | None:
    """Return the booked row of a case; the database admits one."""
    return next((row for row in rows if row.state == State.booked), None)


def list_arranged(rows: Iterable[AppointmentRow]) -> list[AppointmentRow]:
    """Return the rows of a case that wait for an answer, the office's or the person's, by time."""
    waiting = [row for row in rows if row.state in {State.requested, State.offered}]
    return sorted(waiting, key=lambda row: (row.starts_local, row.id))


def find_held(rows: Iterable[AppointmentRow]) -> AppointmentRow | None:
    """Return the held row of a case, run out or not; the database admits one."""
    return next((row for row in rows if row.state == State.held), None)
