"""Instants, days and spans as German law counts them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.kernel.clock import day_end, instant_of, local_day
from servicedesk.kernel.intervals import Lead, add_months, age_on

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2026, 3, 28), "2026-03-28T23:00:00+00:00"),
        (date(2026, 3, 29), "2026-03-29T22:00:00+00:00"),  # 23 hours long
        (date(2026, 10, 25), "2026-10-25T23:00:00+00:00"),  # 25 hours long
        (date(2026, 12, 31), "2026-12-31T23:00:00+00:00"),
    ],
)
def test_a_day_ends_at_24_local(day, end):
    assert day_end(day, BERLIN).isoformat() == end


def test_one_minute_decides_on_the_day():
    last = datetime(2026, 12, 4, 22, 59, tzinfo=UTC)
    assert local_day(last, BERLIN) == date(2026, 12, 4)
    assert local_day(last + timedelta(minutes=1), BERLIN) == date(2026, 12, 5)


def test_a_repeated_hour_means_its_first_occurrence():
    assert instant_of(datetime(2026, 10, 25, 2, 30), BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "months", "result"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 5, 31), -3, date(2026, 2, 28)),
        (date(2027, 1, 15), -3, date(2026, 10, 15)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
    ],
)
def test_months_end_on_the_same_number_or_the_last_day(day, months, result):
    assert add_months(day, months) == result


def test_months_beyond_the_calendar_are_refused():
    with pytest.raises(ValueError, match="calendar"):
        add_months(date(9999, 12, 31), 1)


@pytest.mark.parametrize(
    ("text", "lead"),
    [("P3M", Lead(3, 0)), ("p21d", Lead(0, 21)), ("P1M2W", Lead(1, 14)), ("P6W", Lead(0, 42))],
)
def test_leads_are_read(text, lead):
    assert Lead.parse(text) == lead
    assert Lead.parse(str(lead)) == lead


@pytest.mark.parametrize("text", ["", "P", "3M", "P3Y", "P-3M", "PT3H", "P3M "[:1] + "x"])
def test_other_texts_are_no_lead(text):
    with pytest.raises(ValueError, match="span"):
        Lead.parse(text)


def test_a_lead_before_the_first_year_stops_there():
    assert Lead(3).before(date(1, 1, 31)) == date.min


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 6), st.integers(0, 40))
def test_the_latest_end_due_is_the_last_day_whose_lead_has_begun(today, months, days):
    lead = Lead(months, days)
    latest = lead.latest_end_due(today)
    assert lead.before(latest) <= today < lead.before(latest + timedelta(days=1))


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 11, 22), date(2026, 11, 22), 18),
        (date(2008, 11, 23), date(2026, 11, 22), 17),
    ],
)
def test_age_counts_completed_years(birth, day, age):
    assert age_on(birth, day) == age
