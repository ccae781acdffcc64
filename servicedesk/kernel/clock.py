"""Read the wall clock: the only module that may."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tell the present instant; handed to every edge and never read below one."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """Follow the machine's clock."""

    def now(self) -> datetime:
        """Return the machine's instant in UTC."""
        return datetime.now(UTC)


@dataclass(slots=True)
class OffsetClock:
    """Start at a given instant and run on at the machine's pace.

    Serves `SERVICEDESK_CLOCK`, `--now` and the demo: a fixed start, while sessions and holds still age.
    """

    start: datetime
    _began: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """Return the start plus the time that has passed since this clock was made."""
        return self.start.astimezone(UTC) + timedelta(seconds=time.monotonic() - self._began)


@dataclass(slots=True)
class FixedClock:
    """Stand still until told otherwise; for tests and simulations."""

    instant: datetime

    def now(self) -> datetime:
        """Return the instant last set."""
        return self.instant

    def advance(self, step: timedelta) -> None:
        """Move the clock by `step` of real time."""
        self.instant = self.instant + step


Monotonic = Callable[[], float]


def monotonic() -> float:
    """Return seconds that never run backwards, for measuring how long something took."""
    return time.monotonic()


def pause(seconds: float) -> None:
    """Sleep; kept here so that nothing else needs the time module."""
    time.sleep(seconds)


def local_day(now: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day of `now` in the office's zone."""
    return now.astimezone(zone).date()


def local_wall(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the naive wall-clock time of `now` in the office's zone."""
    return now.astimezone(zone).replace(tzinfo=None)


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of a naive wall-clock time.

    A time that the spring change skips is taken with the offset before the change, a time that the autumn
    change repeats as its first occurrence (fold 0, PEP 495).
    """
    return wall.replace(tzinfo=zone).astimezone(UTC)


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which the local `day` ends, that is 24:00 (§ 188 Abs. 1 BGB)."""
    following = datetime(day.year, day.month, day.day) + timedelta(days=1)
    return instant_of(following, zone)
