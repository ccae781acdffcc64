"""The order of the checking round: what runs out first, and everything ages."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.cases.choices import (
    cooperation,
    find_reason,
    load_authorities,
    load_reasons,
    load_times,
    times_of,
)
from servicedesk.cases.service.asking import choose_day
from servicedesk.cases.urgency import PRESSURE_LABELS, Pressure, Waiting, next_after, place, put_in_order
from servicedesk.kernel.errors import ConfigurationError
from servicedesk.offices.rules.details import CheckingChoices

DAY = date(2026, 11, 23)


def waiting(number, applied=DAY, ends=None, appointment=None, wait=90):
    return Waiting(UUID(int=number), applied, ends, appointment, wait)


@pytest.mark.parametrize(
    ("one", "runs_out_on", "pressure"),
    [
        (waiting(1, ends=date(2026, 12, 1)), date(2026, 12, 1), Pressure.title_ends),
        (waiting(1), DAY + timedelta(days=90), Pressure.wait),
        (waiting(1, ends=date(2028, 1, 1)), DAY + timedelta(days=90), Pressure.wait),
        (waiting(1, ends=date(2026, 12, 1), appointment=DAY), DAY, Pressure.appointment),
        (waiting(1, wait=7), DAY + timedelta(days=7), Pressure.wait),
    ],
)
def test_what_runs_out_first_decides(one, runs_out_on, pressure):
    found = place(one)
    assert (found.runs_out_on, found.pressure) == (runs_out_on, pressure)
    assert set(PRESSURE_LABELS) == set(Pressure)


def test_a_settlement_permit_that_waits_comes_before_a_title_with_time():
    old = waiting(1, applied=DAY - timedelta(days=80))
    fresh = waiting(2, ends=DAY + timedelta(days=20))
    assert [one.case_id.int for one in put_in_order([fresh, old])] == [1, 2]


@given(
    st.lists(
        st.builds(
            waiting,
            st.integers(1, 40),
            st.dates(date(2026, 1, 1), date(2026, 12, 1)),
            st.none() | st.dates(date(2026, 1, 1), date(2028, 12, 1)),
            st.none() | st.dates(date(2026, 1, 1), date(2028, 12, 1)),
        ),
        unique_by=lambda one: one.case_id,
    )
)
def test_a_round_meets_every_case_once_and_nobody_waits_longer_than_the_limit(cases):
    places = put_in_order(cases)
    met, current = [], None
    while (current := next_after(places, current)) is not None:
        met.append(current.case_id)
    assert met == [one.case_id for one in places]
    assert len(met) == len(cases)
    for one in cases:
        found = next(at for at in places if at.case_id == one.case_id)
        assert found.runs_out_on <= one.applied_on + timedelta(days=90)


def test_the_office_chooses_over_the_defaults():
    times = times_of(CheckingChoices(undo_minutes=5, waits={"settlement_permit": 120}))
    assert (times.undo_minutes, times.bring_days) == (5, load_times().bring_days)
    assert (times.max_wait_of("settlement_permit"), times.max_wait_of("permit_study")) == (120, 90)


def test_the_day_to_bring_papers_by_helps():
    times = load_times()
    assert choose_day(times, DAY, None) == DAY + timedelta(days=28)
    assert choose_day(times, DAY, DAY + timedelta(days=12)) == DAY + timedelta(days=12)
    assert choose_day(times, DAY, DAY + timedelta(days=2)) == DAY + timedelta(days=7)
    assert choose_day(times, DAY, DAY - timedelta(days=2)) == DAY + timedelta(days=28)


def test_the_data_is_there_and_a_broken_file_says_so(tmp_path):
    assert "ba" in load_authorities()
    assert len(load_reasons()) == 10
    assert find_reason("dropped_long_ago") is None
    assert cooperation(DAY).norm == "§ 82 Abs. 1 AufenthG"
    broken = tmp_path / "checking.toml"
    broken.write_text("[defaults]\nundo_minutes = 3\n")
    with pytest.raises(ConfigurationError, match=r"checking\.toml"):
        load_times(broken)
