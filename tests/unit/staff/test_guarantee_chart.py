"""The picture of the promise: nobody is left out of it, and nothing is drawn outside it."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.outreach.queries.guarantee import Counts, DayCounts
from servicedesk.staff.guarantee_chart import HEIGHT, STACK, WIDTH, build_chart, split_counts

MONDAY = date(2026, 11, 23)
KINDS = ("not_applied", "planned", "confirmed", "at_risk", "alarm", "gap", "declined", "settled")


def counts(**kinds):
    return Counts(ends=sum(kinds.values()), **kinds)


def days(*each):
    return [DayCounts(MONDAY + timedelta(days=n), one) for n, one in enumerate(each)]


@given(
    st.lists(st.fixed_dictionaries({kind: st.integers(0, 400) for kind in KINDS}), min_size=1, max_size=29)
)
def test_every_title_is_drawn_once_and_inside_the_picture(each):
    chart = build_chart(days(*(counts(**one) for one in each)))
    assert [column.total for column in chart.columns] == [sum(one.values()) for one in each]
    for column in chart.columns:
        assert sum(part.count for part in column.parts) == column.total <= chart.most
        for part in column.parts:
            assert part.x >= 0
            assert part.x + part.width <= WIDTH
            assert part.y >= 0
            assert part.y + part.height <= chart.ground + 0.2
        heights = sum(part.height for part in column.parts)
        assert heights == pytest.approx(column.total * (chart.ground - 16) / chart.most, abs=1)


def test_the_parts_are_all_there_is():
    whole = counts(**dict.fromkeys(KINDS, 1))
    assert set(split_counts(whole)) == set(STACK)
    assert sum(split_counts(whole).values()) == whole.ends
    assert split_counts(whole)["risk"] == 3


def test_risk_stands_on_top():
    (column,) = build_chart(days(counts(confirmed=3, gap=1))).columns
    top = min(column.parts, key=lambda part: part.y)
    assert (top.kind, top.y, column.top) == ("risk", column.top, column.top)


def test_weekends_and_mondays_are_marked():
    chart = build_chart(days(*[Counts()] * 29))
    assert [column.day for column in chart.columns if column.is_labelled] == [
        MONDAY + timedelta(days=7 * n) for n in range(5)
    ]
    assert sum(column.is_weekend for column in chart.columns) == 8


@pytest.mark.parametrize(("first", "labels"), [(0, 5), (1, 5), (3, 5), (4, 4), (6, 4)])
def test_two_dates_never_stand_in_each_others_way(first, labels):
    start = MONDAY + timedelta(days=first)
    chart = build_chart([DayCounts(start + timedelta(days=n), Counts()) for n in range(29)])
    shown = [column for column in chart.columns if column.is_labelled]
    assert len(shown) == labels
    assert all(later.middle - one.middle > 60 for one, later in itertools.pairwise(shown))


@pytest.mark.parametrize(
    ("number", "most"), [(0, 4), (3, 4), (5, 6), (20, 20), (21, 30), (101, 150), (401, 450)]
)
def test_the_scale_ends_at_a_round_number(number, most):
    chart = build_chart(days(counts(confirmed=number)))
    assert chart.most == most
    assert [value for _, value in chart.lines] == [0, most // 2, most]
    assert all(0 <= y <= HEIGHT for y, _ in chart.lines)


def test_no_days_make_an_empty_picture():
    assert build_chart([]).columns == ()
