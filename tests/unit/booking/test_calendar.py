from datetime import date, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from servicedesk.booking.rules.calendar import ClosedDays, WeeklyHours, build_open_ticks, find_skipped_ticks
from servicedesk.booking.rules.public_holidays import HolidayRules, list_holidays
from servicedesk.booking.rules.ticks import TICKS, list_runs, list_ticks, span, wall_of
from servicedesk.kernel.weeks import Parity, WeekPattern

BERLIN = ZoneInfo("Europe/Berlin")
DESK, OTHER = uuid4(), uuid4()
SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)


def opened(day, *, hours, closures=(), holidays=frozenset(), zone=BERLIN):
    return build_open_ticks(DESK, day, hours=hours, closures=closures, holidays=holidays, zone=zone)


def hours(day, starts="08:00", ends="12:00", **validity):
    return WeeklyHours(DESK, day.weekday(), time.fromisoformat(starts), time.fromisoformat(ends), **validity)


def test_hours_of_the_right_weekday_and_desk():
    monday = date(2026, 11, 23)
    assert opened(monday, hours=[hours(monday)]) == span(96, 48)
    assert opened(monday + timedelta(days=1), hours=[hours(monday)]) == 0
    assert opened(monday, hours=[WeeklyHours(OTHER, 0, time(8), time(12))]) == 0


def test_a10_hours_of_odd_weeks_across_new_year_in_a_year_with_week_53():
    odd = hours(date(2026, 12, 21), weeks=WeekPattern(Parity.odd))
    mondays = [date(2026, 12, 21) + timedelta(weeks=n) for n in range(4)]  # weeks 52, 53, 1, 2
    assert [opened(day, hours=[odd]) != 0 for day in mondays] == [False, True, True, False]


def test_two_openings_join_and_midnight_is_an_end():
    day = date(2026, 11, 23)
    assert list(list_runs(opened(day, hours=[hours(day), hours(day, "12:00", "16:00")]))) == [(96, 96)]
    assert list(list_runs(opened(day, hours=[hours(day, "23:00", "00:00")]))) == [(276, 12)]


def test_hours_off_the_grid_shrink_to_it():
    day = date(2026, 11, 23)
    assert list(list_runs(opened(day, hours=[hours(day, "08:03", "08:22")]))) == [(97, 3)]


@pytest.mark.parametrize(("offset", "is_open"), [(-1, False), (0, True), (7, True), (8, False)])
def test_validity_includes_both_ends(offset, is_open):
    first, last = date(2026, 11, 23), date(2026, 11, 30)
    day = first + timedelta(days=offset)
    assert bool(opened(day, hours=[hours(day, valid_from=first, valid_until=last)])) is is_open


@pytest.mark.parametrize(("offset", "is_open"), [(-1, True), (0, False), (2, False), (4, False), (5, True)])
def test_a_closure_of_several_days_closes_each_of_them(offset, is_open):
    first = date(2026, 11, 23)
    day = first + timedelta(days=offset)
    closure = ClosedDays(None, first, first + timedelta(days=4))
    assert bool(opened(day, hours=[hours(day)], closures=[closure])) is is_open


def test_a_closed_desk_leaves_the_others_open():
    day = date(2026, 11, 23)
    assert opened(day, hours=[hours(day)], closures=[ClosedDays(OTHER, day, day)]) == span(96, 48)
    assert opened(day, hours=[hours(day)], closures=[ClosedDays(DESK, day, day)]) == 0


@pytest.mark.parametrize(
    ("state", "town", "is_catholic", "day", "is_holiday"),
    [
        ("NW", "", False, date(2026, 11, 1), True),
        ("BE", "", False, date(2026, 11, 1), False),
        ("BE", "", False, date(2027, 3, 8), True),
        ("SN", "", False, date(2026, 11, 18), True),
        ("BB", "", False, date(2026, 10, 31), True),
        ("HE", "", False, date(2026, 10, 31), False),
        ("TH", "", False, date(2026, 9, 20), True),
        ("BY", "München", True, date(2026, 8, 15), True),
        ("BY", "Nürnberg", False, date(2026, 8, 15), False),
        ("BY", " augsburg ", False, date(2026, 8, 8), True),
        ("BY", "München", True, date(2026, 8, 8), False),
        ("TH", "Heilbad Heiligenstadt", True, date(2026, 6, 4), True),
        ("TH", "Erfurt", False, date(2026, 6, 4), False),
        ("NW", "", True, date(2026, 8, 15), False),
        ("NW", "", False, date(2026, 12, 25), True),
        ("NW", "", False, date(2026, 12, 24), False),
    ],
)
def test_holidays_of_land_and_municipality(state, town, is_catholic, day, is_holiday):
    days = list_holidays(HolidayRules(state, town, is_catholic), [day.year])
    assert (day in days) is is_holiday
    weekly = hours(day)
    assert bool(opened(day, hours=[weekly], holidays=days)) is not is_holiday


@pytest.mark.parametrize("day", [SPRING, AUTUMN, date(2026, 3, 29)])
def test_office_hours_on_the_days_of_clock_change_are_those_of_any_day(day):
    assert opened(day, hours=[hours(day)]) == span(96, 48)


def test_the_hour_that_spring_leaves_out_is_never_open():
    whole = opened(SPRING, hours=[hours(SPRING, "00:00", "00:00")])
    missing = [wall_of(SPRING, tick).time() for tick in list_ticks(span(0, TICKS) & ~whole)]
    assert missing[0] == time(2, 0)
    assert missing[-1] == time(2, 55)
    assert len(missing) == 12


def test_the_hour_that_autumn_repeats_is_open_once():
    assert find_skipped_ticks(AUTUMN, BERLIN) == 0
    assert opened(AUTUMN, hours=[hours(AUTUMN, "00:00", "00:00")]) == span(0, TICKS)


def test_a_zone_that_skips_half_an_hour_at_midnight():
    # Lord Howe moves by thirty minutes; Beirut changes at midnight itself.
    assert find_skipped_ticks(date(2026, 10, 4), ZoneInfo("Australia/Lord_Howe")).bit_count() == 6
    assert list(list_runs(find_skipped_ticks(date(2026, 3, 29), ZoneInfo("Asia/Beirut")))) == [(0, 12)]
