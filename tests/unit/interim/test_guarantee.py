"""The promise: covered, at risk, an alarm, or a gap named with its days and its reason."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.interim.law import load_law
from servicedesk.interim.rules.deadlines import ProposalFacts
from servicedesk.interim.rules.guarantee import (
    RISK_ACTS,
    RISK_LABELS,
    STANDING_LABELS,
    Cover,
    GuaranteeFacts,
    Risk,
    Standing,
    decide_deadline,
    judge,
    list_lived_gaps,
    list_uncovered,
)
from servicedesk.interim.rules.values import Code, Doubt, Outcome, OutcomeKind
from servicedesk.kernel.clock import instant_of

BERLIN = ZoneInfo("Europe/Berlin")
LAW = load_law()
SETTINGS = LAW.defaults
ENDS = date(2026, 12, 20)
NEXT = ENDS + timedelta(days=1)


def outcome(code=Code.title_continues, doubts=(), ends_on=ENDS):
    return Outcome(LAW.text_of(code, ENDS), ends_on, LAW.version, doubts)


def wall(day, hour=6, minute=0):
    return instant_of(datetime(day.year, day.month, day.day, hour, minute), BERLIN)


def day(days):
    return ENDS + timedelta(days=days)


APPLIED = wall(day(-30))
COVER = Cover(wall(day(-2)), NEXT, date(2027, 3, 20))
PROPOSAL = ProposalFacts(wall(day(-14)), handed_over_at=wall(day(-7)))
ELIGIBLE = GuaranteeFacts(outcome(), APPLIED)
CONFIRMED = replace(ELIGIBLE, covers=(COVER,))


def at(now, facts=ELIGIBLE, settings=SETTINGS):
    return judge(facts, now=now, zone=BERLIN, settings=settings)


@pytest.mark.parametrize(
    ("ends_on", "known_at", "expected"),
    [
        (ENDS, APPLIED, wall(NEXT, 12)),
        (ENDS, wall(ENDS, 23, 50), wall(NEXT, 12)),
        (ENDS, wall(NEXT, 7, 59), wall(NEXT, 12)),
        (ENDS, wall(NEXT, 9), wall(NEXT, 13)),
        (ENDS, wall(day(5), 9), wall(day(5), 13)),
        # the clock goes forward on the day after, and back on the day after
        (date(2027, 3, 27), APPLIED, datetime(2027, 3, 28, 10, 0, tzinfo=UTC)),
        (date(2026, 10, 24), datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 25, 11, 0, tzinfo=UTC)),
        (date(2028, 2, 28), APPLIED, datetime(2028, 2, 29, 11, 0, tzinfo=UTC)),
    ],
)
def test_by_noon_of_the_day_after_or_four_hours_after_it_was_known(ends_on, known_at, expected):
    assert decide_deadline(ends_on, known_at, BERLIN) == expected


def test_without_a_confirmation_the_day_after_is_a_gap_from_noon_on():
    assert at(wall(NEXT, 12)).standing is Standing.at_risk
    late = at(wall(NEXT, 12, 1))
    assert late.standing is Standing.gap
    assert (late.first_gap_on, late.gap_days, late.deadline_at) == (NEXT, 1, wall(NEXT, 12))
    assert (late.risk, late.reason) == (Risk.no_proposal, RISK_LABELS[Risk.no_proposal])
    assert at(wall(day(4))).gap_days == 4


def test_the_gap_says_what_it_waits_for():
    now = wall(day(3))
    assert at(now, replace(ELIGIBLE, proposal=PROPOSAL)).risk is Risk.unreleased
    assert at(now, replace(ELIGIBLE, proposal=replace(PROPOSAL, is_released=True))).risk is Risk.not_sealed


def test_what_comes_late_to_the_office_has_four_hours():
    recorded = wall(day(5), 9)
    facts = replace(ELIGIBLE, known_at=recorded)
    assert at(recorded + timedelta(hours=4), facts).standing is Standing.planned
    judged = at(recorded + timedelta(hours=4, minutes=1), facts)
    assert (judged.standing, judged.gap_days) == (Standing.gap, 5)


def test_a_confirmation_that_speaks_from_the_day_after_covers():
    for days in (-1, 0, 1, 40, 75):
        assert at(wall(day(days)), CONFIRMED).standing is Standing.confirmed


def test_a_confirmation_that_speaks_from_later_leaves_the_days_before_it_uncovered():
    judged = at(wall(day(6)), replace(ELIGIBLE, covers=(replace(COVER, from_on=day(4)),)))
    assert (judged.standing, judged.first_gap_on, judged.gap_days) == (Standing.gap, NEXT, 3)


def test_after_the_check_again_day_a_new_one_is_missing():
    last = COVER.until_on
    near = [at(wall(last + timedelta(days=days)), CONFIRMED).standing for days in (-15, -14, -13, 0)]
    assert near == [Standing.confirmed, Standing.confirmed, Standing.at_risk, Standing.at_risk]
    after = at(wall(last + timedelta(days=1), 0), CONFIRMED)
    assert (after.standing, after.risk, after.gap_days) == (Standing.gap, Risk.renewal_due, 1)
    renewed = replace(CONFIRMED, covers=(COVER, Cover(wall(last), NEXT, date(2027, 6, 20))))
    assert at(wall(last + timedelta(days=1)), renewed).standing is Standing.confirmed


def test_a_withdrawn_one_covers_to_its_last_day():
    withdrawn = replace(COVER, until_on=day(10))
    judged = at(wall(day(12)), replace(ELIGIBLE, covers=(withdrawn,)))
    assert (judged.standing, judged.first_gap_on, judged.gap_days) == (Standing.gap, day(11), 2)
    again = (withdrawn, Cover(wall(day(12)), NEXT, date(2027, 3, 20)))
    assert at(wall(day(12), 7), replace(ELIGIBLE, covers=again)).standing is Standing.confirmed


@pytest.mark.parametrize(
    ("now", "facts", "settings", "expected"),
    [
        (wall(day(-20)), ELIGIBLE, SETTINGS, None),
        (wall(day(-14)), ELIGIBLE, SETTINGS, None),
        (wall(day(-13)), ELIGIBLE, SETTINGS, Risk.no_proposal),
        (wall(day(-3)), replace(ELIGIBLE, known_at=wall(day(-3), 5)), SETTINGS, None),
        (wall(day(-2)), replace(ELIGIBLE, known_at=wall(day(-3), 5)), SETTINGS, Risk.no_proposal),
        (wall(day(-7)), replace(ELIGIBLE, proposal=PROPOSAL), SETTINGS, None),
        (wall(day(-2)), replace(ELIGIBLE, proposal=PROPOSAL), SETTINGS, None),
        (wall(day(-1)), replace(ELIGIBLE, proposal=PROPOSAL), SETTINGS, Risk.unreleased),
        (
            wall(day(-8)),
            replace(ELIGIBLE, proposal=PROPOSAL),
            replace(SETTINGS, is_automatic=False),
            None,
        ),
        (
            wall(day(-7)),
            replace(ELIGIBLE, proposal=PROPOSAL),
            replace(SETTINGS, is_automatic=False),
            Risk.unreleased,
        ),
        (
            wall(day(-7)),
            GuaranteeFacts(outcome(doubts=(Doubt.list_is_old,)), APPLIED, PROPOSAL),
            SETTINGS,
            Risk.unreleased,
        ),
        (
            wall(day(-10)),
            replace(ELIGIBLE, proposal=replace(PROPOSAL, is_released=True)),
            SETTINGS,
            Risk.not_sealed,
        ),
        (wall(day(0), 23, 55), replace(ELIGIBLE, proposal=ProposalFacts(wall(day(0), 23))), SETTINGS, None),
        (wall(NEXT, 1), replace(ELIGIBLE, proposal=ProposalFacts(wall(NEXT, 0))), SETTINGS, Risk.unreleased),
    ],
)
def test_at_risk_is_what_does_not_go_as_planned(now, facts, settings, expected):
    judged = at(now, facts, settings)
    assert judged.risk is expected
    assert judged.standing is (Standing.planned if expected is None else Standing.at_risk)
    if expected is not None:
        assert (judged.reason, judged.act) == (RISK_LABELS[expected], RISK_ACTS[expected])


@pytest.mark.parametrize("code", list(Code))
def test_each_outcome_has_its_standing(code):
    what = outcome(code)
    judged = at(wall(day(4)), GuaranteeFacts(what, APPLIED))
    if what.ends_confirmation:
        assert judged.standing is Standing.settled
    elif code is Code.not_applied:
        assert judged.standing is Standing.not_applied
    elif what.kind is OutcomeKind.decline:
        assert judged.standing is Standing.declined
    elif what.kind is OutcomeKind.person:
        assert judged.standing is Standing.alarm
    else:
        assert judged.standing is Standing.gap
    if judged.standing is not Standing.settled:
        assert judged.reason
        assert judged.act


def test_what_a_person_must_decide_is_covered_only_by_what_a_person_released():
    left = GuaranteeFacts(outcome(Code.right_to_remain_unclear), APPLIED, PROPOSAL)
    assert at(wall(day(4)), left).standing is Standing.alarm
    assert at(wall(day(4)), replace(left, covers=(COVER,))).standing is Standing.confirmed
    assert (
        at(wall(COVER.until_on + timedelta(days=1)), replace(left, covers=(COVER,))).standing
        is Standing.alarm
    )
    unknown_end = GuaranteeFacts(outcome(Code.end_unknown, ends_on=None), APPLIED)
    assert at(wall(day(4)), unknown_end).standing is Standing.alarm


def test_an_eligible_case_without_an_application_is_a_fault_of_the_caller():
    with pytest.raises(ValueError, match="application"):
        at(wall(NEXT), GuaranteeFacts(outcome()))


def test_every_standing_and_risk_has_its_words():
    assert set(STANDING_LABELS) == set(Standing)
    assert set(RISK_LABELS) == set(RISK_ACTS) == set(Risk) - {Risk.rules_leave_it}


def test_lived_gaps_stay_though_a_late_confirmation_covers_the_days():
    late = Cover(wall(day(4), 10), NEXT, date(2027, 3, 20))

    def lived(covers, known_at=APPLIED, first=ENDS, last=date(2026, 12, 29)):
        return list(list_lived_gaps(covers, ENDS, known_at, first, last, BERLIN))

    assert lived([late]) == [NEXT, day(2), day(3)]
    assert lived([late], first=day(3)) == [day(3)]
    assert lived([COVER]) == []
    assert lived([], last=ENDS) == []
    assert lived([], last=NEXT) == [NEXT]
    assert lived([late], known_at=wall(day(4), 9)) == []


def test_who_holds_one_through_another_case_is_settled_here():
    assert at(wall(day(4)), replace(ELIGIBLE, is_covered_elsewhere=True)).standing is Standing.settled


DAYS = st.integers(min_value=0, max_value=60).map(lambda days: NEXT + timedelta(days=days))
COVERS = st.lists(
    st.builds(
        lambda first, length: Cover(APPLIED, first, first + timedelta(days=length)), DAYS, st.integers(-9, 20)
    ),
    max_size=6,
)


@given(covers=COVERS, last=DAYS)
def test_uncovered_spans_are_exactly_the_days_no_cover_speaks_of(covers, last):
    spans = list_uncovered(covers, NEXT, last)
    every = [NEXT + timedelta(days=number) for number in range((last - NEXT).days + 1)]
    bare = [one for one in every if not any(cover.from_on <= one <= cover.until_on for cover in covers)]
    told = [one for one in every if any(first <= one <= end for first, end in spans)]
    assert told == bare
    assert all(first <= end for first, end in spans)


@given(covers=COVERS, hours=st.integers(min_value=-400, max_value=1500))
def test_covered_is_never_said_of_a_day_nobody_speaks_of(covers, hours):
    now = wall(ENDS) + timedelta(hours=hours)
    today = now.astimezone(BERLIN).date()
    judged = at(now, replace(ELIGIBLE, covers=tuple(covers)))
    every = [NEXT + timedelta(days=number) for number in range(max(0, (today - ENDS).days))]
    bare = [one for one in every if not any(cover.from_on <= one <= cover.until_on for cover in covers)]
    is_gap = bool(bare) and now > judged.deadline_at
    assert (judged.standing is Standing.gap) is is_gap
    if is_gap:
        assert (judged.first_gap_on, judged.gap_days) == (bare[0], len(bare))


@given(
    covers=st.lists(
        st.builds(
            lambda hours, first, length: Cover(
                wall(ENDS) + timedelta(hours=hours), first, first + timedelta(days=length)
            ),
            st.integers(-100, 900),
            DAYS,
            st.integers(0, 30),
        ),
        max_size=4,
    ),
    known=st.integers(min_value=-50, max_value=900),
    first=st.integers(-5, 30),
    last=st.integers(-5, 40),
)
def test_a_lived_gap_is_a_day_at_whose_end_nothing_had_been_issued_though_it_was_due(
    covers, known, first, last
):
    known_at = wall(ENDS) + timedelta(hours=known)
    deadline = decide_deadline(ENDS, known_at, BERLIN)

    def is_lived(one):
        end = wall(one + timedelta(days=1), 0)
        held = any(cover.issued_at < end and cover.from_on <= one <= cover.until_on for cover in covers)
        return one > ENDS and end > deadline and not held

    days = [day(number) for number in range(first, last + 1)]
    found = list(list_lived_gaps(covers, ENDS, known_at, day(first), day(last), BERLIN))
    assert found == [one for one in days if is_lived(one)]
