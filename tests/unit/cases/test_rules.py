"""The state word, the next step, and whether an application came in time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from servicedesk.cases.rules import (
    ACTION_LABELS,
    CHANNEL_LABELS,
    CLOSE_LABELS,
    OUR_STEPS,
    PAPER_LABELS,
    STATE_LABELS,
    STEP_LABELS,
    CaseFacts,
    Channel,
    CloseReason,
    Decision,
    NextStep,
    PaperState,
    Receipt,
    StateWord,
    Timeliness,
    days_left,
    decide_last_step,
    decide_next_step,
    decide_state,
    decide_timeliness,
    list_in_force,
)
from servicedesk.cases.steps import CardState

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ENDS = date(2027, 2, 15)
BEFORE = NOW - timedelta(days=1)
CASE = CaseFacts(is_case=True, ends_on=ENDS, due_on=date(2026, 11, 15), opened_at=BEFORE)


@pytest.mark.parametrize(
    ("received", "ends_on", "expected"),
    [
        (datetime(2026, 11, 30, 22, 59, tzinfo=UTC), date(2026, 11, 30), Timeliness.in_time),
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), date(2026, 11, 30), Timeliness.in_time),
        (datetime(2026, 11, 30, 23, 1, tzinfo=UTC), date(2026, 11, 30), Timeliness.late),
        (datetime(2026, 6, 30, 21, 59, tzinfo=UTC), date(2026, 6, 30), Timeliness.in_time),
        (datetime(2026, 6, 30, 22, 1, tzinfo=UTC), date(2026, 6, 30), Timeliness.late),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25), Timeliness.in_time),
        (datetime(2026, 10, 25, 23, 1, tzinfo=UTC), date(2026, 10, 25), Timeliness.late),
        (datetime(2027, 3, 28, 21, 59, tzinfo=UTC), date(2027, 3, 28), Timeliness.in_time),
        (datetime(2027, 3, 28, 22, 1, tzinfo=UTC), date(2027, 3, 28), Timeliness.late),
        (datetime(2030, 1, 1, tzinfo=UTC), None, Timeliness.without_end),
    ],
)
def test_the_last_day_counts_to_midnight_in_the_offices_zone(received, ends_on, expected):
    assert decide_timeliness(received, ends_on, BERLIN) is expected


@pytest.mark.parametrize(
    ("facts", "state", "step"),
    [
        (
            CaseFacts(is_case=False, ends_on=ENDS, due_on=date(2026, 11, 24)),
            StateWord.not_due,
            NextStep.wait_until_due,
        ),
        (
            CaseFacts(is_case=False, ends_on=ENDS, due_on=date(2026, 11, 23)),
            StateWord.not_due,
            NextStep.invite,
        ),
        (
            CaseFacts(is_case=False, ends_on=date(2026, 11, 22)),
            StateWord.ended_without_application,
            NextStep.call,
        ),
        (CASE, StateWord.opened, NextStep.wait_for_person),
        (replace(CASE, invited_at=BEFORE), StateWord.invited, NextStep.wait_for_person),
        (replace(CASE, invited_at=BEFORE, ends_on=date(2026, 12, 21)), StateWord.invited, NextStep.call),
        (
            replace(CASE, invited_at=BEFORE, ends_on=date(2026, 12, 22)),
            StateWord.invited,
            NextStep.wait_for_person,
        ),
        (replace(CASE, ends_on=date(2026, 11, 23)), StateWord.opened, NextStep.call),
        (replace(CASE, ends_on=date(2026, 11, 22)), StateWord.ended_without_application, NextStep.call),
        (replace(CASE, ends_on=None), StateWord.opened, NextStep.wait_for_person),
        (replace(CASE, applied_at=BEFORE), StateWord.applied, NextStep.offer_appointment),
        (replace(CASE, applied_at=BEFORE, papers_missing=2), StateWord.applied, NextStep.wait_for_papers),
        (
            replace(CASE, applied_at=BEFORE, papers_to_check=1),
            StateWord.papers_to_check,
            NextStep.check_papers,
        ),
        (replace(CASE, papers_to_check=1, invited_at=BEFORE), StateWord.invited, NextStep.wait_for_person),
        (
            replace(CASE, applied_at=BEFORE, ends_on=date(2026, 11, 20)),
            StateWord.applied_late,
            NextStep.decide_late,
        ),
        (replace(CASE, applied_at=BEFORE, ready_at=BEFORE), StateWord.ready, NextStep.offer_appointment),
        (
            replace(CASE, applied_at=BEFORE, appointment_at=NOW),
            StateWord.appointment,
            NextStep.keep_appointment,
        ),
        (
            replace(CASE, applied_at=BEFORE, appointment_at=BEFORE),
            StateWord.applied,
            NextStep.offer_appointment,
        ),
        (replace(CASE, appointment_at=NOW, decision=Decision.granted), StateWord.granted, NextStep.close),
        (replace(CASE, decision=Decision.refused, closed_at=NOW), StateWord.refused, NextStep.none),
        (replace(CASE, decision=Decision.withdrawn), StateWord.withdrawn, NextStep.close),
        (replace(CASE, closed_at=NOW, closed_reason=CloseReason.renewed), StateWord.closed, NextStep.none),
        (replace(CASE, applied_at=BEFORE, waiting_for="ba"), StateWord.waiting, NextStep.wait_for_authority),
        (
            replace(CASE, applied_at=BEFORE, waiting_for="ba", follow_up_on=date(2026, 11, 24)),
            StateWord.waiting,
            NextStep.wait_for_authority,
        ),
        (
            replace(CASE, applied_at=BEFORE, waiting_for="ba", follow_up_on=date(2026, 11, 23)),
            StateWord.waiting,
            NextStep.ask_authority,
        ),
        (
            replace(CASE, applied_at=BEFORE, waiting_for="ba", papers_to_check=1),
            StateWord.papers_to_check,
            NextStep.check_papers,
        ),
        *(
            (
                replace(CASE, applied_at=BEFORE, decision=Decision.granted, card=card, waiting_for="ba"),
                StateWord(f"card_{card.value}"),
                step,
            )
            for card, step in (
                (CardState.ordered, NextStep.wait_for_card),
                (CardState.ready, NextStep.wait_for_pick_up),
                (CardState.handed_over, NextStep.close),
            )
        ),
    ],
)
def test_each_state_follows_from_the_facts(facts, state, step):
    assert decide_state(facts, NOW, BERLIN) is state
    assert decide_next_step(facts, NOW, BERLIN) is step


def test_every_word_has_a_german_label_of_its_own():
    for labels, kind in (
        (STATE_LABELS, StateWord),
        (STEP_LABELS, NextStep),
        (CHANNEL_LABELS, Channel),
        (PAPER_LABELS, PaperState),
        (CLOSE_LABELS, CloseReason),
    ):
        assert set(labels) == set(kind)
        assert len(set(labels.values())) == len(labels)
        assert all(labels.values())
    assert set(NextStep) > OUR_STEPS
    assert all(ACTION_LABELS.values())


def receipt(number, day, supersedes=None):
    old = UUID(int=supersedes) if supersedes else None
    return Receipt(UUID(int=number), datetime(2026, 11, day, tzinfo=UTC), old)


def test_corrections_take_the_place_of_what_they_correct_and_the_earliest_counts():
    receipts = [receipt(1, 20), receipt(2, 10), receipt(3, 15, supersedes=2)]
    assert [found.id.int for found in list_in_force(receipts)] == [3, 1]
    chain = [*receipts, receipt(4, 5, supersedes=3)]
    assert [found.id.int for found in list_in_force(chain)] == [4, 1]
    assert list_in_force([]) == ()


def test_the_last_step_is_the_latest_thing_that_happened():
    assert decide_last_step(CaseFacts(is_case=False, ends_on=ENDS)) is None
    facts = replace(CASE, invited_at=NOW, applied_at=NOW + timedelta(hours=1))
    assert decide_last_step(facts) == ("Antrag eingegangen", NOW + timedelta(hours=1))


def test_of_what_happened_in_one_instant_the_further_step_is_the_last():
    opened_and_invited = CaseFacts(is_case=True, ends_on=ENDS, opened_at=NOW, invited_at=NOW)
    assert decide_last_step(opened_and_invited) == ("eingeladen", NOW)
    all_at_once = replace(opened_and_invited, applied_at=NOW, ready_at=NOW, decided_at=NOW, closed_at=NOW)
    assert decide_last_step(all_at_once) == ("abgeschlossen", NOW)
    assert decide_last_step(replace(opened_and_invited, invited_at=BEFORE)) == ("eröffnet", NOW)


@pytest.mark.parametrize(
    ("ends_on", "left"), [(None, None), (date(2026, 11, 23), 0), (date(2026, 11, 22), -1)]
)
def test_days_left_are_negative_after_the_end(ends_on, left):
    assert days_left(ends_on, date(2026, 11, 23)) == left
