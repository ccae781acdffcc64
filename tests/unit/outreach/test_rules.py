"""When a title is due, what becomes of it, and by when we ask for the application."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.kernel.intervals import Lead
from servicedesk.outreach.rules import (
    REASON_LABELS,
    DueFacts,
    Outcome,
    Reason,
    decide_apply_by,
    decide_outcome,
    risk_starts_on,
)

TODAY = date(2026, 11, 23)
QUARTER, THREE_WEEKS = Lead(months=3), Lead(days=21)
FACTS = DueFacts(ends_on=date(2027, 2, 15))


@pytest.mark.parametrize(
    ("lead", "ends_on", "due_on"),
    [
        (QUARTER, date(2026, 5, 31), date(2026, 2, 28)),
        (QUARTER, date(2028, 5, 31), date(2028, 2, 29)),
        (QUARTER, date(2028, 5, 29), date(2028, 2, 29)),
        (QUARTER, date(2027, 5, 29), date(2027, 2, 28)),
        (QUARTER, date(2028, 2, 29), date(2027, 11, 29)),
        (QUARTER, date(2027, 2, 28), date(2026, 11, 28)),
        (QUARTER, date(2027, 1, 15), date(2026, 10, 15)),
        (QUARTER, date(2027, 3, 31), date(2026, 12, 31)),
        (QUARTER, date(2027, 3, 1), date(2026, 12, 1)),
        (QUARTER, date(2026, 12, 31), date(2026, 9, 30)),
        (THREE_WEEKS, date(2027, 1, 10), date(2026, 12, 20)),
        (THREE_WEEKS, date(2028, 3, 1), date(2028, 2, 9)),
        (Lead(months=6), date(2026, 8, 31), date(2026, 2, 28)),
    ],
)
def test_leads_count_months_as_the_civil_code_does(lead, ends_on, due_on):
    assert lead.before(ends_on) == due_on


@given(
    st.dates(date(2020, 1, 1), date(2060, 1, 1)),
    st.sampled_from([QUARTER, THREE_WEEKS, Lead(months=6), Lead(1, 5)]),
)
def test_the_last_end_that_is_due_today_splits_due_from_not_due(today, lead):
    last = lead.latest_end_due(today)
    assert lead.before(last) <= today < lead.before(last + timedelta(days=1))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, (Outcome.invited, Reason.due)),
        ({"ends_on": TODAY}, (Outcome.invited, Reason.due)),
        ({"ends_on": TODAY - timedelta(days=1)}, (Outcome.excluded, Reason.expired)),
        ({"is_superseded": True, "moved_away_on": TODAY}, (Outcome.excluded, Reason.superseded)),
        ({"moved_away_on": TODAY, "has_case": True}, (Outcome.excluded, Reason.moved_away)),
        ({"moved_away_on": TODAY + timedelta(days=1)}, (Outcome.invited, Reason.due)),
        ({"has_case": True, "has_vanished": True}, (Outcome.excluded, Reason.case_exists)),
        ({"has_vanished": True, "refusal": "visa"}, (Outcome.excluded, Reason.vanished)),
        ({"refusal": "visa"}, (Outcome.excluded, Reason.visa)),
        ({"refusal": "a_reason_added_to_the_data"}, (Outcome.excluded, Reason.not_offered)),
        ({"is_held": True, "has_address": False}, (Outcome.excluded, Reason.held)),
        ({"is_held": True, "ends_on": TODAY - timedelta(days=1)}, (Outcome.excluded, Reason.expired)),
        ({"has_address": False}, (Outcome.failed, Reason.no_address)),
        ({"has_address": False, "has_name": False}, (Outcome.failed, Reason.no_name)),
    ],
)
def test_the_strongest_reason_decides(changed, expected):
    assert decide_outcome(replace(FACTS, **changed), TODAY) == expected


def test_every_reason_has_a_german_label():
    assert set(REASON_LABELS) == set(Reason)


@pytest.mark.parametrize(
    ("ends_on", "apply_by"),
    [
        (date(2027, 2, 23), date(2026, 12, 21)),
        (date(2027, 1, 4), date(2026, 12, 21)),
        (date(2027, 1, 3), date(2026, 12, 20)),
        (date(2026, 12, 14), date(2026, 11, 30)),
        (date(2026, 12, 1), date(2026, 11, 30)),
        (date(2026, 11, 29), date(2026, 11, 29)),
        (TODAY, TODAY),
    ],
)
def test_we_ask_early_enough_for_the_confirmation_and_late_enough_for_the_person(ends_on, apply_by):
    assert decide_apply_by(ends_on, TODAY) == apply_by


@given(st.integers(0, 400))
def test_we_never_ask_after_the_end_nor_in_the_past(days):
    ends_on = TODAY + timedelta(days=days)
    assert TODAY <= decide_apply_by(ends_on, TODAY) <= ends_on


@pytest.mark.parametrize(
    ("due_on", "first_seen", "starts"),
    [
        (date(2026, 11, 15), date(2026, 1, 1), date(2027, 1, 18)),
        (date(2027, 1, 25), date(2026, 1, 1), date(2027, 1, 25)),
        (date(2026, 11, 15), date(2027, 2, 1), date(2027, 2, 1)),
        (None, date(2026, 1, 1), date(2027, 1, 18)),
    ],
)
def test_risk_starts_four_weeks_before_the_end_or_when_we_could_first_know(due_on, first_seen, starts):
    assert risk_starts_on(date(2027, 2, 15), due_on, first_seen) == starts
