from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from servicedesk.booking.errors import (
    NotBookable,
    NotReady,
    OutsideHours,
    ReasonNeeded,
    SlotTaken,
    TooLate,
    TooSoon,
)
from servicedesk.booking.rules.access import Pick
from servicedesk.booking.rules.offers import (
    BookingTerms,
    DeskDayBits,
    list_free_days,
    refuse_cells,
    refuse_time,
    refuse_unexplained,
    refuse_unpickable,
    wanted_ticks,
)
from servicedesk.booking.rules.ticks import span
from servicedesk.offices.rules.setup import AppointmentMode

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # Monday, 9 o'clock in Berlin
A, B = uuid4(), uuid4()
TERMS = BookingTerms(
    case_id=uuid4(),
    office_id=uuid4(),
    zone=BERLIN,
    mode=AppointmentMode.direct,
    minutes=15,
    notice_hours=24,
    horizon_days=10,
    ends_on=None,
    is_closed=False,
)
MORNING = span(96, 48)


def times(bits, now=NOW, terms=TERMS):
    return {
        day.day: [f"{t.starts_local:%H:%M}" for t in day.times] for day in list_free_days(terms, bits, now)
    }


def test_the_first_minute_after_the_notice_is_offered_and_bookable():
    tuesday = date(2026, 11, 24)
    offered = times([DeskDayBits(A, tuesday, MORNING, 0)])
    assert offered[tuesday][0] == "09:00"
    refuse_time(TERMS, datetime(2026, 11, 24, 9, 0), NOW)
    with pytest.raises(TooSoon):
        refuse_time(TERMS, datetime(2026, 11, 24, 8, 55), NOW)
    assert times([DeskDayBits(A, tuesday, MORNING, 0)], NOW + timedelta(seconds=1))[tuesday][0] == "09:15"


def test_without_notice_today_is_offered_from_the_next_start_on():
    terms = replace(TERMS, notice_hours=0)
    today = date(2026, 11, 23)
    assert times([DeskDayBits(A, today, MORNING, 0)], terms=terms)[today][0] == "09:15"
    with pytest.raises(TooSoon):
        refuse_time(terms, datetime(2026, 11, 23, 9, 0), NOW)
    refuse_time(terms, datetime(2026, 11, 23, 9, 5), NOW)


def test_the_last_day_of_the_horizon_is_included():
    last = date(2026, 12, 3)
    bits = [DeskDayBits(A, last, MORNING, 0), DeskDayBits(A, last + timedelta(days=1), MORNING, 0)]
    assert list(times(bits)) == [last]
    refuse_time(TERMS, datetime(2026, 12, 3, 11, 45), NOW)
    with pytest.raises(TooLate) as refused:
        refuse_time(TERMS, datetime(2026, 12, 4, 8, 0), NOW)
    assert refused.value.params["last_on"] == last


@pytest.mark.parametrize(
    ("now", "first", "last"),
    [
        # 23:59 and 00:01 in Berlin: today is the office's day, not Greenwich's.
        (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), date(2026, 11, 25), date(2026, 12, 3)),
        (datetime(2026, 11, 23, 23, 1, tzinfo=UTC), date(2026, 11, 25), date(2026, 12, 4)),
    ],
)
def test_days_turn_at_the_offices_midnight(now, first, last):
    bits = [DeskDayBits(A, date(2026, 11, 20) + timedelta(days=n), MORNING, 0) for n in range(20)]
    days = list(times(bits, now))
    assert (days[0], days[-1]) == (first, last)


def test_notice_counts_real_hours_over_the_clock_change():
    # Saturday 27 March 2027, 10:00 in Berlin; 24 real hours later it is 11:00 there.
    now = datetime(2027, 3, 27, 9, 0, tzinfo=UTC)
    sunday = date(2027, 3, 28)
    assert times([DeskDayBits(A, sunday, MORNING, 0)], now)[sunday][0] == "11:00"


def test_notice_that_ends_inside_the_repeated_hour():
    # 02:30 for the second time; 02:45 means its first occurrence, which has gone by.
    now = datetime(2026, 10, 24, 1, 30, tzinfo=UTC)
    sunday = date(2026, 10, 25)
    night = span(24, 24)
    offered = times([DeskDayBits(A, sunday, night, 0)], now)[sunday]
    assert offered[0] == "03:00"
    for text in offered:
        refuse_time(TERMS, datetime.fromisoformat(f"2026-10-25T{text}"), now)


def test_several_desks_offer_each_time_once_and_the_first_desk_first():
    day = date(2026, 11, 25)
    bits = [DeskDayBits(A, day, MORNING, span(96, 45)), DeskDayBits(B, day, MORNING, span(102, 42))]
    found = next(list_free_days(TERMS, bits, NOW))
    assert [(f"{t.starts_local:%H:%M}", t.desk_id) for t in found.times] == [
        ("08:00", B),
        ("08:15", B),
        ("11:45", A),
    ]
    both = next(
        list_free_days(TERMS, [DeskDayBits(A, day, MORNING, 0), DeskDayBits(B, day, MORNING, 0)], NOW)
    )
    assert {time.desk_id for time in both.times} == {A}


def test_full_days_are_left_out():
    bits = [
        DeskDayBits(A, date(2026, 11, 25), MORNING, MORNING),
        DeskDayBits(A, date(2026, 11, 26), 0, 0),
        DeskDayBits(A, date(2026, 11, 27), MORNING, MORNING & ~span(100, 3)),
    ]
    assert times(bits) == {date(2026, 11, 27): ["08:20"]}


def test_cells():
    wanted = wanted_ticks(datetime(2026, 11, 25, 11, 45), 15)
    refuse_cells(wanted, MORNING, 0)
    with pytest.raises(OutsideHours):
        refuse_cells(wanted_ticks(datetime(2026, 11, 25, 11, 50), 15), MORNING, 0)
    with pytest.raises(SlotTaken):
        refuse_cells(wanted, MORNING, span(143, 1))
    with pytest.raises(OutsideHours):
        wanted_ticks(datetime(2026, 11, 25, 11, 47), 15)
    with pytest.raises(OutsideHours):
        wanted_ticks(datetime(2026, 11, 25, 23, 50), 15)
    with pytest.raises(OutsideHours):
        refuse_time(TERMS, datetime(2026, 11, 25, 9, 0, 30), NOW)


def test_closed_cases_and_other_modes_are_refused():
    books = frozenset({Pick.book})
    refuse_unpickable(TERMS, books, has_appointment=False)
    asked = replace(TERMS, mode=AppointmentMode.request)
    for terms in (replace(TERMS, is_closed=True), asked):
        with pytest.raises(NotBookable):
            refuse_unpickable(terms, books, has_appointment=False)
    refuse_unpickable(asked, frozenset(Pick), has_appointment=False)


def test_papers_first_stops_residents_and_makes_staff_say_why():
    gated = replace(TERMS, mode=AppointmentMode.decision_ready)
    with pytest.raises(NotReady):
        refuse_unpickable(gated, frozenset(Pick), has_appointment=True)
    refuse_unpickable(replace(gated, is_ready=True), frozenset({Pick.book}), has_appointment=False)
    with pytest.raises(ReasonNeeded):
        refuse_unexplained(gated, "  ")
    refuse_unexplained(gated, "Pass ist abgelaufen")
    refuse_unexplained(replace(gated, is_ready=True), "")
    with pytest.raises(NotBookable):
        refuse_unexplained(replace(TERMS, is_closed=True), "x")
