"""What happens next with a confirmation, on which day, and in whose hands it lies."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.interim.law import load_law
from servicedesk.interim.rules.deadlines import (
    ProposalFacts,
    Step,
    StepKind,
    days_before,
    decide_assignee,
    decide_check_again,
    decide_step,
    valid_from_on,
)
from servicedesk.interim.rules.values import Code, Doubt, Outcome
from servicedesk.kernel.clock import instant_of
from servicedesk.kernel.intervals import Lead

BERLIN = ZoneInfo("Europe/Berlin")
LAW = load_law()
SETTINGS = LAW.defaults
ENDS = date(2026, 12, 20)
BY_HAND = replace(SETTINGS, is_automatic=False)


def outcome(code=Code.title_continues, doubts=(), ends_on=ENDS):
    return Outcome(LAW.text_of(code, ENDS), ends_on, LAW.version, doubts)


def at(day, hour=6):
    return instant_of(datetime(day.year, day.month, day.day, hour), BERLIN)


def before(days):
    return ENDS - timedelta(days=days)


def step(today, what=None, proposal=None, check_again=None, settings=SETTINGS):
    return decide_step(
        what or outcome(), proposal, check_again, now=at(today), zone=BERLIN, settings=settings
    )


def proposed(days, **more):
    return ProposalFacts(at(before(days)), **more)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (60, Step(StepKind.wait, before(14))),
        (15, Step(StepKind.wait, before(14))),
        (14, Step(StepKind.propose, before(14))),
        (3, Step(StepKind.propose, before(14))),
        (0, Step(StepKind.propose, before(14))),
        (-5, Step(StepKind.propose, before(14))),
    ],
)
def test_a_proposal_from_the_fourteenth_day_before_the_end(days, expected):
    assert step(before(days)) == expected


@pytest.mark.parametrize(
    ("days", "proposal", "expected"),
    [
        (14, proposed(14), Step(StepKind.wait, before(7))),
        (8, proposed(14), Step(StepKind.wait, before(7))),
        (7, proposed(14), Step(StepKind.hand_over, before(7))),
        (3, proposed(14), Step(StepKind.hand_over, before(7))),
        (3, proposed(14, handed_over_at=at(before(7))), Step(StepKind.wait, before(2))),
        (2, proposed(14, handed_over_at=at(before(7))), Step(StepKind.release, before(2))),
        (2, proposed(14), Step(StepKind.release, before(2))),
        (-3, proposed(-3), Step(StepKind.release, before(2))),
        # who gets it late has the rest of that day
        (5, proposed(5), Step(StepKind.wait, before(4))),
        (4, proposed(5), Step(StepKind.hand_over, before(4))),
        (9, proposed(9, is_released=True), Step(StepKind.issue, before(9))),
    ],
)
def test_unreleased_it_moves_on_and_at_last_the_clock_releases(days, proposal, expected):
    assert step(before(days), proposal=proposal) == expected


@pytest.mark.parametrize(
    ("what", "settings"),
    [
        (outcome(doubts=(Doubt.list_is_old,)), SETTINGS),
        (outcome(Code.right_to_remain_unclear), SETTINGS),
        (outcome(), BY_HAND),
    ],
    ids=["in doubt", "left to a person", "by the office's choice"],
)
def test_what_the_night_may_not_release_is_handed_over_and_then_asked_for(what, settings):
    def kind(days, proposal):
        return step(before(days), what, proposal, settings=settings).kind

    assert kind(14, None) is StepKind.propose
    assert kind(7, proposed(14)) is StepKind.hand_over
    assert kind(2, proposed(14)) is StepKind.hand_over
    assert kind(2, proposed(2)) is StepKind.hand_over
    assert kind(3, proposed(14, handed_over_at=at(before(7)))) is StepKind.wait
    assert kind(2, proposed(14, handed_over_at=at(before(7)))) is StepKind.ask
    assert kind(-4, proposed(14, handed_over_at=at(before(7)))) is StepKind.ask


def test_a_renewal_counts_from_the_check_again_day():
    check_again = date(2027, 3, 20)
    assert step(date(2027, 3, 5), check_again=check_again) == Step(StepKind.wait, date(2027, 3, 6))
    assert step(date(2027, 3, 6), check_again=check_again) == Step(StepKind.propose, date(2027, 3, 6))
    old = ProposalFacts(at(date(2027, 3, 6)))
    assert step(date(2027, 3, 13), proposal=old, check_again=check_again).kind is StepKind.hand_over
    assert step(date(2027, 3, 18), proposal=old, check_again=check_again) == Step(
        StepKind.release, date(2027, 3, 18)
    )


@pytest.mark.parametrize("code", list(Code))
def test_each_outcome_ends_or_lapses_or_asks_or_goes_on(code):
    what = outcome(code)
    nothing, with_proposal, with_issued = (
        step(ENDS, what),
        step(ENDS, what, proposed(9, handed_over_at=at(before(7)))),
        step(ENDS, what, check_again=date(2027, 3, 20)),
    )
    if what.ends_confirmation:
        assert (nothing.kind, with_proposal.kind, with_issued.kind) == (
            StepKind.none,
            StepKind.end,
            StepKind.end,
        )
    elif not what.may_be_proposed:
        assert (nothing.kind, with_proposal.kind, with_issued.kind) == (
            StepKind.none,
            StepKind.lapse,
            StepKind.ask,
        )
    else:
        expected = StepKind.ask if code is Code.declined_by_person else StepKind.propose
        assert nothing.kind is expected
        assert with_proposal.kind is (StepKind.release if code is Code.title_continues else StepKind.ask)
        assert with_issued.kind is StepKind.wait


def test_a_decision_ends_the_confirmation_and_the_renewal_on_its_way():
    assert step(ENDS, outcome(Code.granted), proposed(3), date(2027, 3, 20)).kind is StepKind.end


def test_the_office_chooses_its_days():
    early = replace(SETTINGS, propose_days=21, hand_over_days=10, release_days=5)
    assert step(before(21), settings=early).kind is StepKind.propose
    assert step(before(10), proposal=proposed(21), settings=early).kind is StepKind.hand_over
    assert step(before(5), proposal=proposed(21), settings=early).kind is StepKind.release


@pytest.mark.parametrize("night", [date(2027, 3, 28), date(2026, 10, 25), date(2028, 2, 29)])
def test_days_are_counted_in_the_offices_calendar(night):
    """An application in the last minutes of a day when the clock changes is released in the next run."""
    minutes_before_midnight = instant_of(datetime(night.year, night.month, night.day, 23, 50), BERLIN)
    what = outcome(ends_on=night)
    fresh = ProposalFacts(minutes_before_midnight)

    def kind(proposal, now):
        return decide_step(what, proposal, None, now=now, zone=BERLIN, settings=SETTINGS).kind

    assert kind(None, minutes_before_midnight) is StepKind.propose
    assert kind(fresh, minutes_before_midnight) is StepKind.release
    assert kind(fresh, minutes_before_midnight + timedelta(minutes=10)) is StepKind.release


@given(
    ends_on=st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)),
    applied=st.integers(min_value=-100, max_value=0),
    doubtful=st.booleans(),
)
def test_followed_every_day_a_case_is_released_or_asked_for_before_it_ends(ends_on, applied, doubtful):
    """Play the days from the application on: nobody acts, and still nothing is forgotten."""
    what = outcome(doubts=(Doubt.list_is_old,) if doubtful else (), ends_on=ends_on)
    proposal, seen = None, []
    for day in range(applied, 1):
        now = at(ends_on + timedelta(days=day), 23)
        for _ in range(3):
            found = decide_step(what, proposal, None, now=now, zone=BERLIN, settings=SETTINGS)
            match found.kind:
                case StepKind.propose:
                    proposal = ProposalFacts(now)
                case StepKind.hand_over:
                    proposal = replace(proposal, handed_over_at=now)
                case _:
                    break
            seen.append((found.kind, day))
        if found.kind is StepKind.release:
            seen.append((found.kind, day))
            break
    kinds = [kind for kind, _ in seen]
    assert kinds[0] is StepKind.propose
    assert seen[0][1] == max(applied, -14)
    if doubtful:
        assert kinds == [StepKind.propose, StepKind.hand_over]
        assert found.kind is StepKind.ask
    else:
        assert seen[-1] == (StepKind.release, max(applied, -2))


KW = [UUID(int=number) for number in range(1, 6)]


@pytest.mark.parametrize(
    ("owner", "away", "overdue", "expected"),
    [
        (KW[0], {}, False, KW[0]),
        (KW[0], {KW[0]: KW[1]}, False, KW[1]),
        (KW[0], {KW[0]: None}, False, None),
        (KW[0], {KW[0]: KW[1], KW[1]: KW[2]}, False, KW[2]),
        (KW[0], {KW[0]: KW[1], KW[1]: None}, False, None),
        (KW[0], {KW[0]: KW[1], KW[1]: KW[0]}, False, None),
        (KW[0], {KW[0]: KW[0]}, False, None),
        (KW[0], {KW[2]: KW[3]}, False, KW[0]),
        (None, {KW[0]: KW[1]}, False, None),
        (KW[0], {}, True, None),
        (KW[0], {KW[0]: KW[1]}, True, KW[1]),
        (KW[0], {KW[2]: KW[0]}, True, None),
        (None, {}, True, None),
    ],
)
def test_it_lies_in_the_hands_of_somebody_who_is_there(owner, away, overdue, expected):
    assert decide_assignee(owner, away, is_overdue=overdue) == expected


@pytest.mark.parametrize(
    ("ends_on", "issued_on", "span", "expected"),
    [
        (ENDS, before(14), Lead(months=3), date(2027, 3, 20)),
        (ENDS, ENDS + timedelta(days=2), Lead(months=3), date(2027, 3, 22)),
        (date(2026, 11, 30), date(2026, 11, 20), Lead(months=3), date(2027, 2, 28)),
        (date(2027, 11, 30), date(2027, 11, 20), Lead(months=3), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2028, 2, 20), Lead(months=12), date(2029, 2, 28)),
        (ENDS, ENDS, Lead(days=42), date(2027, 1, 31)),
        (date(9999, 12, 1), ENDS, Lead(months=3), date.max),
    ],
)
def test_readers_are_asked_to_check_again_a_span_after_the_end_or_the_issue(
    ends_on, issued_on, span, expected
):
    settings = replace(SETTINGS, check_again=span)
    assert decide_check_again(ends_on, issued_on, settings) == expected


def test_a_confirmation_speaks_from_the_day_after():
    assert valid_from_on(date(2028, 2, 28)) == date(2028, 2, 29)
    assert valid_from_on(date(2026, 12, 31)) == date(2027, 1, 1)


def test_days_before_the_calendars_first_day_are_its_first_day():
    assert days_before(date(1, 1, 5), 14) == date.min
    assert days_before(ENDS, 2) == date(2026, 12, 18)
