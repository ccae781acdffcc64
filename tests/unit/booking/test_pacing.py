from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from servicedesk.booking.rules.arrangements import OFFER_LASTS, Talk, decide_lapse
from servicedesk.booking.rules.offers import BookingTerms, FreeDay, FreeTime
from servicedesk.booking.rules.pacing import (
    Window,
    choose_instead,
    decide_clearing_week,
    decide_window,
    list_mondays,
)
from servicedesk.offices.rules.setup import AppointmentMode

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
TERMS = BookingTerms(
    case_id=uuid4(),
    office_id=uuid4(),
    zone=ZoneInfo("Europe/Berlin"),
    mode=AppointmentMode.proposed,
    minutes=15,
    notice_hours=24,
    horizon_days=90,
    ends_on=None,
    is_closed=False,
)


@pytest.mark.parametrize(
    ("ends_on", "window"),
    [
        (None, Window(date(2026, 12, 7), date(2027, 2, 21))),
        (date(2027, 1, 15), Window(date(2026, 12, 7), date(2027, 1, 15))),
        # The last day that leaves time for papers, and the first that does not.
        (date(2026, 12, 7), Window(date(2026, 12, 7), date(2026, 12, 7))),
        (date(2026, 12, 6), Window(date(2026, 11, 24), date(2026, 12, 6))),
        (date(2026, 11, 24), Window(date(2026, 11, 24), date(2026, 11, 24))),
        # Ends today, and the notice is a day: no time is left before, a person has to look.
        (date(2026, 11, 23), Window(date(2026, 11, 24), date(2026, 11, 23))),
        (date(2026, 11, 1), Window(date(2026, 12, 7), date(2027, 2, 21))),
        (date(2028, 1, 1), Window(date(2026, 12, 7), date(2027, 2, 21))),
    ],
)
def test_a_time_is_useful_after_the_papers_and_before_the_end(ends_on, window):
    found = decide_window(replace(TERMS, ends_on=ends_on), NOW)
    assert found == window
    assert found.is_empty is (ends_on == TODAY)


def test_a_backlog_clears_in_the_week_whose_seats_take_the_last():
    weeks = [(date(2026, 11, 23), 3), (date(2026, 11, 30), 0), (date(2026, 12, 7), 4)]
    assert decide_clearing_week(3, weeks) == date(2026, 11, 23)
    assert decide_clearing_week(4, weeks) == date(2026, 12, 7)
    assert decide_clearing_week(8, weeks) is None
    assert decide_clearing_week(1, []) is None


def test_weeks_follow_each_other_across_new_year():
    assert list_mondays(date(2026, 12, 30), date(2027, 1, 5)) == [date(2026, 12, 28), date(2027, 1, 4)]
    assert list_mondays(date(2026, 12, 28), date(2026, 12, 28)) == [date(2026, 12, 28)]


def test_a_request_lapses_with_its_time_and_an_offer_after_a_week():
    soon, late = NOW + timedelta(days=2), NOW + timedelta(days=30)
    assert decide_lapse(Talk.asked, [late], NOW) == late
    assert decide_lapse(Talk.offered, [soon, late], NOW) == NOW + OFFER_LASTS
    assert decide_lapse(Talk.offered, [soon], NOW) == soon


def test_instead_of_a_lost_time_come_the_next_days_at_about_that_hour():
    def day(number, *hours):
        desk = uuid4()
        times = tuple(FreeTime(datetime(2026, 12, number, hour), desk) for hour in hours)
        return FreeDay(date(2026, 12, number), times)

    lost = datetime(2026, 12, 3, 10)
    free = [day(1, 10), day(2, 9), day(4, 8, 11), day(7, 12), day(8, 10)]
    assert [time.starts_local for time in choose_instead(lost, free)] == [
        datetime(2026, 12, 4, 11),
        datetime(2026, 12, 7, 12),
        datetime(2026, 12, 8, 10),
    ]
    # Without three later days the nearest earlier ones fill up.
    assert [time.starts_local.day for time in choose_instead(lost, free[:3])] == [1, 2, 4]
    assert choose_instead(lost, []) == ()
