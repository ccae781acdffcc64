"""Weeks across New Year, also in a year that has 53 of them (A10)."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from servicedesk.kernel.weeks import Parity, WeekPattern

MONDAYS_2026 = [date(2026, 12, 21) + timedelta(weeks=n) for n in range(5)]
"""The weeks 52, 53, 1, 2 and 3: 2026 has 53 weeks."""

days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
spans = st.integers(2, 8)


def test_a10_odd_weeks_go_by_number_so_53_and_1_follow_each_other():
    assert [day.isocalendar().week for day in MONDAYS_2026] == [52, 53, 1, 2, 3]
    assert [WeekPattern(Parity.odd).holds_on(day) for day in MONDAYS_2026] == [False, True, True, False, True]
    assert [WeekPattern(Parity.even).holds_on(day) for day in MONDAYS_2026] == [
        True,
        False,
        False,
        True,
        False,
    ]


def test_a10_every_second_week_counts_on_across_new_year():
    every = WeekPattern(every=2, since=date(2026, 12, 23))
    assert [every.holds_on(day) for day in MONDAYS_2026] == [True, False, True, False, True]
    assert every.holds_on(date(2026, 12, 27))  # the Sunday of the first week
    assert not every.holds_on(date(2026, 12, 28))


@given(day=days)
def test_every_day_is_in_an_odd_or_an_even_week_and_never_in_both(day):
    assert WeekPattern(Parity.odd).holds_on(day) is not WeekPattern(Parity.even).holds_on(day)
    assert WeekPattern().holds_on(day)


@given(since=days, day=days, every=spans)
def test_a_pattern_holds_once_in_its_span(since, day, every):
    pattern = WeekPattern(every=every, since=since)
    assert sum(pattern.holds_on(day + timedelta(weeks=n)) for n in range(every)) == 1


@given(since=days, other=days, day=days, every=spans)
def test_what_never_meets_never_holds_together(since, other, day, every):
    one, two = WeekPattern(every=every, since=since), WeekPattern(every=every, since=other)
    assert one.meets(two) is two.meets(one)
    if not one.meets(two):
        assert not (one.holds_on(day) and two.holds_on(day))
