"""Decide in which days a proposed time is useful, and when a backlog clears."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from servicedesk.booking.rules.arrangements import MOST_OFFERS
from servicedesk.booking.rules.offers import BookingTerms, FreeDay, FreeTime
from servicedesk.kernel.clock import local_day

PAPERS_TAKE = timedelta(days=14)
"""How long people usually need for their papers; an earlier time is proposed only where the title ends before."""


@dataclass(frozen=True, slots=True)
class Window:
    """Span the days in which a time is useful, both included; empty where `first_on` comes after `last_on`."""

    first_on: date
    last_on: date

    @property
    def is_empty(self) -> bool:
        """Tell whether no day is left."""
        return self.first_on > self.last_on


class Stand(StrEnum):
    """Say how somebody stands who waits for a proposal."""

    in_time = "in_time"
    no_room = "no_room"
    """No time is free before the title ends: a person has to look."""


def decide_window(terms: BookingTerms, now: datetime) -> Window:
    """Return the days for a proposal: once papers can be ready, and before the title has ended.

    Whose title ends sooner than papers usually take gets the days that are left; whose title has ended, any day.
    """
    today = local_day(now, terms.zone)
    earliest = local_day(terms.earliest_at(now), terms.zone)
    last = terms.last_on(now)
    if terms.ends_on is None or terms.ends_on < today:
        return Window(max(earliest, today + PAPERS_TAKE), last)
    end = min(terms.ends_on, last)
    first = today + PAPERS_TAKE
    return Window(max(earliest, first if first <= end else earliest), end)


def choose_instead(lost: datetime, days: Sequence[FreeDay]) -> tuple[FreeTime, ...]:
    """Return a time on each of up to three days, closest to the time of day that was lost; days after it first."""
    later = [day for day in days if day.day >= lost.date()]
    earlier = [day for day in reversed(days) if day.day < lost.date()]
    chosen = sorted((*later, *earlier)[:MOST_OFFERS], key=lambda day: day.day)

    def distance(time: FreeTime) -> timedelta:
        return abs(time.starts_local - datetime.combine(time.starts_local.date(), lost.time()))

    return tuple(min(day.times, key=distance) for day in chosen[:MOST_OFFERS])


def decide_clearing_week(waiting: int, seats: Iterable[tuple[date, int]]) -> date | None:
    """Return the Monday of the week in which the last of `waiting` people finds a seat; None: not in these weeks.

    `seats` are (Monday, free seats), rising.
    """
    left = waiting
    for monday, free in seats:
        left -= free
        if left <= 0:
            return monday
    return None


def list_mondays(first_on: date, last_on: date) -> Sequence[date]:
    """Return the Monday of every week that has one of these days."""
    monday = first_on - timedelta(days=first_on.weekday())
    return [monday + timedelta(weeks=n) for n in range((last_on - monday).days // 7 + 1)]
