"""Build the open ticks of a desk's day from weekly hours, closures and public holidays."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from servicedesk.booking.rules.ticks import TICK_MINUTES, TICKS, span, wall_of
from servicedesk.kernel.weeks import EVERY_WEEK, WeekPattern


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Open one desk on one weekday (Monday is 0); 00:00 as an end is midnight at the end of that day."""

    desk_id: UUID
    weekday: int
    starts_local: time
    ends_local: time
    valid_from: date | None = None
    valid_until: date | None = None
    weeks: WeekPattern = EVERY_WEEK

    def holds_on(self, day: date) -> bool:
        """Tell whether these hours apply on `day`; both ends of the validity are included."""
        return (
            day.weekday() == self.weekday
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
            and self.weeks.holds_on(day)
        )


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """Close the office (`desk_id` None) or one desk; first and last day included."""

    desk_id: UUID | None
    first_on: date
    last_on: date

    def covers(self, desk_id: UUID, day: date) -> bool:
        """Tell whether the desk is closed on `day`."""
        return self.desk_id in {None, desk_id} and self.first_on <= day <= self.last_on


def build_open_ticks(
    desk_id: UUID,
    day: date,
    *,
    hours: Iterable[WeeklyHours],
    closures: Iterable[ClosedDays],
    holidays: AbstractSet[date],
    zone: ZoneInfo,
) -> int:
    """Return the ticks at which a desk is open on `day`.

    A public holiday and a closure beat every opening. Hours that do not lie on the grid shrink to it. Ticks that
    the spring change skips are never open; an hour that the autumn change repeats counts once, as its first
    occurrence, because a printed time can mean only one of the two.
    """
    if day in holidays or any(closure.covers(desk_id, day) for closure in closures):
        return 0
    opened = 0
    for line in hours:
        if line.desk_id == desk_id and line.holds_on(day):
            first = -(-_minute_of_day(line.starts_local) // TICK_MINUTES)
            end = _minute_of_day(line.ends_local) // TICK_MINUTES if line.ends_local != time.min else TICKS
            opened |= span(first, end - first)
    return opened & ~find_skipped_ticks(day, zone) if opened else 0


@lru_cache(maxsize=2048)
def find_skipped_ticks(day: date, zone: ZoneInfo) -> int:
    """Return the ticks that do not exist on `day`: the hour that the spring change leaves out."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    if midnight.utcoffset() == (midnight + timedelta(days=1)).utcoffset():
        return 0
    skipped = 0
    for tick in range(TICKS):
        wall = wall_of(day, tick)
        there_and_back = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
        if there_and_back != wall:
            skipped |= 1 << tick
    return skipped


def _minute_of_day(wall: time) -> int:
    return wall.hour * 60 + wall.minute
