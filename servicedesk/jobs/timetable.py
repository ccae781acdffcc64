"""Decide when a job is due; pure, so that any clock can be tried."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from servicedesk.kernel.clock import instant_of, local_day

RETRY_AFTER = timedelta(minutes=15)
"""The pause before a daily job that failed, or never came to its end, is tried again."""


@dataclass(frozen=True, slots=True)
class Every:
    """Run again when `interval` has passed since the last start."""

    interval: timedelta

    def __str__(self) -> str:
        """Return words for the list of jobs."""
        seconds = int(self.interval.total_seconds())
        return f"every {seconds} s" if seconds < 60 else f"every {seconds // 60} min"


@dataclass(frozen=True, slots=True)
class Daily:
    """Run once a day at `at` of the office's wall clock; a missed day is made up for as soon as possible.

    On the night that skips the hour, the job runs at the first instant after it; on the night that repeats it, once.
    """

    at: time

    def __str__(self) -> str:
        """Return words for the list of jobs."""
        return f"daily at {self.at:%H:%M}"

    def latest(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Return the last instant, not after `now`, for which the job was planned."""
        today = local_day(now, zone)
        planned = instant_of(datetime.combine(today, self.at), zone)
        if planned > now:
            planned = instant_of(datetime.combine(today - timedelta(days=1), self.at), zone)
        return planned


Schedule = Every | Daily


def is_due(
    schedule: Schedule,
    *,
    now: datetime,
    zone: ZoneInfo,
    last_started_at: datetime | None,
    last_done_at: datetime | None,
) -> bool:
    """Tell whether a job is to run now. `last_done_at` is the start of the last run that came to a good end.

    A start in the future (the clock was set back) counts as none, else nothing would run until the clock caught up.
    """
    started = last_started_at if last_started_at is not None and last_started_at <= now else None
    done = last_done_at if last_done_at is not None and last_done_at <= now else None
    match schedule:
        case Every(interval):
            return started is None or now - started >= interval
        case Daily():
            planned = schedule.latest(now, zone)
            if done is not None and done >= planned:
                return False
            return started is None or started < planned or now - started >= RETRY_AFTER
