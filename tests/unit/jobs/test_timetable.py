"""When a job is due: nightly by the office's wall clock, made up for when missed, never twice."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.jobs.timetable import RETRY_AFTER, Daily, Every, is_due

BERLIN = ZoneInfo("Europe/Berlin")
TWO = Daily(time(2, 0))
HALF_PAST_TWO = Daily(time(2, 30))


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def due(schedule, now, started=None, done=None):
    return is_due(schedule, now=now, zone=BERLIN, last_started_at=started, last_done_at=done)


def test_two_in_berlin_is_one_in_utc_in_winter_and_midnight_in_summer():
    assert TWO.latest(utc(2026, 11, 23, 12), BERLIN) == utc(2026, 11, 23, 1)
    assert TWO.latest(utc(2026, 11, 23, 0, 59), BERLIN) == utc(2026, 11, 22, 1)
    assert TWO.latest(utc(2026, 7, 1, 12), BERLIN) == utc(2026, 7, 1, 0)


def test_a_night_is_worked_once():
    night = utc(2026, 11, 23, 1)
    assert due(TWO, night)
    assert not due(TWO, night + timedelta(hours=5), night, night)
    assert not due(TWO, night + timedelta(hours=23, minutes=59), night, night)
    assert due(TWO, night + timedelta(hours=24), night, night)


def test_missed_nights_are_made_up_for_at_once_and_only_once():
    last = utc(2026, 11, 18, 1)
    back = utc(2026, 11, 22, 14, 7)
    assert due(TWO, back, last, last)
    assert not due(TWO, back + timedelta(minutes=1), back, back)
    assert due(TWO, utc(2026, 11, 23, 1), back, back)


def test_a_failed_night_is_tried_again_after_a_pause():
    night = utc(2026, 11, 23, 1)
    before = night - timedelta(days=1)
    assert not due(TWO, night + timedelta(minutes=5), night, before)
    assert due(TWO, night + RETRY_AFTER, night, before)


@pytest.mark.parametrize(
    ("now", "planned"),
    [
        (utc(2026, 3, 29, 0, 59), utc(2026, 3, 28, 1, 30)),
        (utc(2026, 3, 29, 1, 30), utc(2026, 3, 29, 1, 30)),  # 02:30 is skipped: 03:30 summer time
        (utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 0, 30)),  # the first of two 02:30
        (utc(2026, 10, 25, 1, 30), utc(2026, 10, 25, 0, 30)),  # the second is the same night
    ],
)
def test_the_nights_of_the_clock_change(now, planned):
    assert HALF_PAST_TWO.latest(now, BERLIN) == planned


@given(st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)), st.integers(1, 240))
def test_over_any_days_a_daily_job_runs_exactly_once_a_local_day(start, hours):
    now, done, runs = start.replace(tzinfo=UTC), None, []
    for _ in range(hours * 2):
        if due(HALF_PAST_TWO, now, done, done):
            done = now
            runs.append(HALF_PAST_TWO.latest(now, BERLIN))
        now += timedelta(minutes=30)
    nights = [planned.astimezone(BERLIN).date() for planned in runs]
    assert nights == sorted(set(nights))
    first, last = nights[0], nights[-1]
    assert len(nights) == (last - first).days + 1


def test_a_frequent_job_runs_when_its_interval_has_passed():
    every = Every(timedelta(minutes=1))
    now = utc(2026, 11, 23, 8)
    assert due(every, now)
    assert not due(every, now, now - timedelta(seconds=59))
    assert due(every, now, now - timedelta(seconds=60))


def test_a_clock_that_was_set_back_stops_nothing():
    now = utc(2026, 11, 23, 8)
    future = now + timedelta(days=300)
    assert due(Every(timedelta(minutes=1)), now, future, future)
    assert due(TWO, now, future, future)


def test_schedules_read_like_words():
    assert [str(s) for s in (Every(timedelta(seconds=10)), Every(timedelta(minutes=5)), TWO)] == [
        "every 10 s",
        "every 5 min",
        "daily at 02:00",
    ]
