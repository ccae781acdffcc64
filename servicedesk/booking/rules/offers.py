"""Decide which times a case may have: notice, horizon, opening, what is free."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from uuid import UUID
from zoneinfo import ZoneInfo

from servicedesk.booking.errors import (
    NotBookable,
    NotReady,
    OutsideHours,
    ReasonNeeded,
    SlotTaken,
    TooLate,
    TooSoon,
)
from servicedesk.booking.rules.access import Access, Pick, Standing, Why, decide_access
from servicedesk.booking.rules.arrangements import Talk
from servicedesk.booking.rules.ticks import find_offered_starts, list_ticks, span, tick_of, ticks_for, wall_of
from servicedesk.kernel.clock import instant_of, local_day, local_wall
from servicedesk.offices.rules.setup import AppointmentMode


@dataclass(frozen=True, slots=True)
class BookingTerms:
    """Say how an office books one case.

    `notice_hours`: no time sooner than this from now. `horizon_days`: no day later than this many days from
    today. `ends_on` is the effective end of the title, None where nothing ends. `talk` is where the open arrangement
    stands; `was_offered`: the office has proposed a time before.
    """

    case_id: UUID
    office_id: UUID
    zone: ZoneInfo
    mode: AppointmentMode
    minutes: int
    notice_hours: int
    horizon_days: int
    ends_on: date | None
    is_closed: bool
    is_ready: bool = False
    talk: Talk | None = None
    was_offered: bool = False

    @property
    def ticks(self) -> int:
        """Return the length in ticks."""
        return ticks_for(self.minutes)

    def access(self, *, has_appointment: bool = False) -> Access:
        """Return what the resident may do about a time."""
        standing = Standing(
            is_closed=self.is_closed,
            is_ready=self.is_ready,
            is_asked=self.talk is Talk.asked,
            is_offered=self.talk is Talk.offered,
            was_offered=self.was_offered,
            has_appointment=has_appointment,
        )
        return decide_access(self.mode, standing)

    def earliest_at(self, now: datetime) -> datetime:
        """Return the first instant at which an appointment may begin."""
        return now + timedelta(hours=self.notice_hours)

    def last_on(self, now: datetime) -> date:
        """Return the last day on which an appointment may be; included."""
        return local_day(now, self.zone) + timedelta(days=self.horizon_days)


@dataclass(frozen=True, slots=True)
class DeskPlace:
    """Say how a desk stands to a case."""

    desk_id: UUID
    is_owners: bool
    is_teams: bool
    pool: str | None


@dataclass(frozen=True, slots=True)
class FreeTime:
    """Be one time that can be taken; `desk_id` says where."""

    starts_local: datetime
    desk_id: UUID


@dataclass(frozen=True, slots=True)
class FreeDay:
    """Be a day with at least one free time; one entry per time, whichever of several desks it is."""

    day: date
    times: tuple[FreeTime, ...]


@dataclass(frozen=True, slots=True)
class DeskDayBits:
    """Carry one desk's day: what is open and what is taken, expired holds and the case's own cells left out."""

    desk_id: UUID
    day: date
    opened: int
    busy: int


def choose_desks(places: Sequence[DeskPlace]) -> tuple[UUID, ...]:
    """Return the desks at which residents are offered times, in the order given.

    The responsible case worker's desks; without an owner, or where the owner has none, those of the team's
    members; where there are none either, the office's pool desks.
    """
    for chosen in (
        [place.desk_id for place in places if place.is_owners],
        [place.desk_id for place in places if place.is_teams],
        [place.desk_id for place in places if place.pool is not None],
    ):
        if chosen:
            return tuple(chosen)
    return ()


def refuse_unpickable(terms: BookingTerms, wanted: frozenset[Pick], *, has_appointment: bool) -> None:
    """Raise NotReady or NotBookable where a resident's pick would not do one of what is wanted."""
    access = terms.access(has_appointment=has_appointment)
    if access.why is Why.not_ready:
        raise NotReady
    if access.pick not in wanted:
        raise NotBookable


def refuse_unexplained(terms: BookingTerms, reason: str) -> None:
    """Raise NotBookable for a closed case, ReasonNeeded where staff book past the papers without saying why."""
    if terms.is_closed:
        raise NotBookable
    if terms.mode is AppointmentMode.decision_ready and not terms.is_ready and not reason.strip():
        raise ReasonNeeded


def refuse_time(terms: BookingTerms, starts_local: datetime, now: datetime) -> None:
    """Raise TooSoon, TooLate or OutsideHours for a time that no desk could give; both borders are allowed."""
    if tick_of(starts_local) is None:
        raise OutsideHours
    if not _is_late_enough(terms, starts_local, now):
        raise TooSoon(earliest=local_wall(terms.earliest_at(now), terms.zone))
    last_on = terms.last_on(now)
    if starts_local.date() > last_on:
        raise TooLate(last_on=last_on)


def wanted_ticks(starts_local: datetime, minutes: int) -> int:
    """Return the ticks an appointment from this time occupies; raises OutsideHours off the grid or past midnight."""
    first, count = tick_of(starts_local), ticks_for(minutes)
    wanted = span(first, count) if first is not None else 0
    if wanted.bit_count() != count:
        raise OutsideHours
    return wanted


def refuse_cells(wanted: int, opened: int, busy: int) -> None:
    """Raise OutsideHours or SlotTaken where the wanted ticks are not open or not free."""
    if wanted & ~opened:
        raise OutsideHours
    if wanted & busy:
        raise SlotTaken


def list_free_days(terms: BookingTerms, bits: Iterable[DeskDayBits], now: datetime) -> Iterator[FreeDay]:
    """Yield the days with free times, rising; `bits` come ordered by day.

    Where several desks are free at one time, the one named first in `bits` gets it.
    """
    first, last = local_day(terms.earliest_at(now), terms.zone), terms.last_on(now)
    for day, items in groupby(bits, key=attrgetter("day")):
        if not first <= day <= last:
            continue
        given: dict[int, UUID] = {}
        seen = 0
        for item in items:
            offered = find_offered_starts(item.opened, item.busy, terms.ticks) & ~seen
            seen |= offered
            given.update(dict.fromkeys(list_ticks(offered), item.desk_id))
        times = (FreeTime(wall_of(day, tick), given[tick]) for tick in sorted(given))
        # Only the first day needs instants: the notice may end inside it, even inside a repeated hour.
        free = tuple(time for time in times if day != first or _is_late_enough(terms, time.starts_local, now))
        if free:
            yield FreeDay(day, free)


def _is_late_enough(terms: BookingTerms, starts_local: datetime, now: datetime) -> bool:
    starts_at = instant_of(starts_local, terms.zone)
    return starts_at >= terms.earliest_at(now) and starts_at > now
