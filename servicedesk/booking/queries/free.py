"""Answer from the bit sets which days and times a case may still have."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.booking.queries.facts import get_terms, list_candidate_desks
from servicedesk.booking.queries.statements import LIST_DAYS, LIST_FREED_CELLS
from servicedesk.booking.rules.offers import BookingTerms, DeskDayBits, FreeDay, FreeTime, list_free_days
from servicedesk.booking.rules.ticks import count_seats, read_bits, tick_of, ticks_for
from servicedesk.kernel.clock import local_day


@dataclass(frozen=True, slots=True)
class SlotOffer:
    """Carry what a page of free times shows.

    `earliest` is the first free time at all, also before the days shown. `is_before_end` says whether that time
    comes before the title has ended (the last day counts); where it does not, the page says what holds instead.
    """

    minutes: int
    ends_on: date | None
    earliest: FreeTime | None
    days: tuple[FreeDay, ...]
    has_more: bool

    @property
    def is_before_end(self) -> bool:
        """Tell whether a time is free before the title has ended."""
        if self.earliest is None:
            return False
        return self.ends_on is None or self.earliest.starts_local.date() <= self.ends_on


def find_offer(
    session: Session, case_id: UUID, *, now: datetime, first_on: date | None = None, days_shown: int = 5
) -> SlotOffer:
    """Return the free times of a case: the next `days_shown` days with free times from `first_on` on.

    Times that the case itself holds or has booked count as free. Raises NotFound.
    """
    terms = get_terms(session, case_id)
    desks = list_candidate_desks(session, case_id)
    earliest: FreeTime | None = None
    wanted: list[FreeDay] = []
    for day in _free_days(session, terms, desks, now):
        earliest = earliest or day.times[0]
        if first_on is None or day.day >= first_on:
            wanted.append(day)
        if len(wanted) > days_shown:
            break
    return SlotOffer(
        minutes=terms.minutes,
        ends_on=terms.ends_on,
        earliest=earliest,
        days=tuple(wanted[:days_shown]),
        has_more=len(wanted) > days_shown,
    )


def find_free_days(
    session: Session,
    case_id: UUID,
    *,
    now: datetime,
    first_on: date | None = None,
    last_on: date | None = None,
    desk_ids: Sequence[UUID] | None = None,
) -> tuple[FreeDay, ...]:
    """Return every day with free times for a case, rising; `desk_ids` stands in for the responsible desks.

    Raises NotFound.
    """
    terms = get_terms(session, case_id)
    desks = list_candidate_desks(session, case_id) if desk_ids is None else desk_ids
    return tuple(_free_days(session, terms, desks, now, first_on, last_on))


def list_times(session: Session, case_id: UUID, day: date, *, now: datetime) -> tuple[FreeTime, ...]:
    """Return the free times of one day, rising. Raises NotFound."""
    days = find_free_days(session, case_id, now=now, first_on=day, last_on=day)
    return days[0].times if days else ()


def find_earliest_free(session: Session, case_id: UUID, *, now: datetime) -> FreeTime | None:
    """Return the first free time of a case. Raises NotFound."""
    terms = get_terms(session, case_id)
    day = next(_free_days(session, terms, list_candidate_desks(session, case_id), now), None)
    return day.times[0] if day else None


def suggest_times(
    session: Session, case_id: UUID, *, now: datetime, near: datetime, limit: int = 6
) -> tuple[FreeTime, ...]:
    """Return free times close to a wall-clock time that was just lost, rising: the same day first, then later ones.

    Raises NotFound.
    """
    days = find_free_days(session, case_id, now=now)
    later = (time for day in days if day.day >= near.date() for time in day.times)
    chosen = list(islice(later, limit))
    if len(chosen) < limit:
        earlier = [time for day in days if day.day < near.date() for time in day.times]
        chosen = earlier[len(chosen) - limit :] + chosen
    return tuple(chosen)


def count_free_seats(
    session: Session, desk_ids: Sequence[UUID], *, minutes: int, first_on: date, last_on: date, now: datetime
) -> int:
    """Return how many appointments of this length still fit at some desks, both days included."""
    count = ticks_for(minutes)
    bits = list_bits(session, desk_ids, first_on, last_on, now=now)
    return sum(count_seats(item.opened, item.busy, count) for item in bits)


def list_bits(
    session: Session,
    desk_ids: Sequence[UUID],
    first_on: date,
    last_on: date,
    *,
    now: datetime,
    case_id: UUID | None = None,
) -> Iterator[DeskDayBits]:
    """Yield the days of some desks by day, then in the order of `desk_ids`.

    Cells of expired holds, and of what `case_id` itself holds or has booked, are given as free.
    """
    if not desk_ids:
        return
    free = _list_freed(session, desk_ids, now, case_id)
    place = {desk_id: position for position, desk_id in enumerate(desk_ids)}
    values = {"ids": list(desk_ids), "first": first_on, "last": last_on}
    rows = sorted(session.execute(LIST_DAYS, values), key=lambda row: (row.day, place[row.desk_id]))
    for day, desk_id, opened, busy in rows:
        yield DeskDayBits(desk_id, day, read_bits(opened), read_bits(busy) & ~free.get((desk_id, day), 0))


def _free_days(
    session: Session,
    terms: BookingTerms,
    desk_ids: Sequence[UUID],
    now: datetime,
    first_on: date | None = None,
    last_on: date | None = None,
) -> Iterator[FreeDay]:
    first = local_day(terms.earliest_at(now), terms.zone)
    last = terms.last_on(now)
    first = max(first, first_on) if first_on else first
    last = min(last, last_on) if last_on else last
    if first > last:
        return iter(())
    bits = list_bits(session, desk_ids, first, last, now=now, case_id=terms.case_id)
    return list_free_days(terms, bits, now)


def _list_freed(
    session: Session, desk_ids: Sequence[UUID], now: datetime, case_id: UUID | None
) -> dict[tuple[UUID, date], int]:
    values = {"ids": list(desk_ids), "now": now, "case_id": case_id}
    free: dict[tuple[UUID, date], int] = {}
    for desk_id, starts_local in session.execute(LIST_FREED_CELLS, values):
        key = (desk_id, starts_local.date())
        free[key] = free.get(key, 0) | 1 << (tick_of(starts_local) or 0)
    return free
