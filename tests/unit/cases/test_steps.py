"""Which facts may be entered when, in every state a case can be in; and which may be taken back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from servicedesk.cases.errors import FactNotFound, StepNotPossible, UndoTooLate
from servicedesk.cases.rules import ACTION_LABELS
from servicedesk.cases.steps import (
    CARD_LABELS,
    FACT_LABELS,
    UNDOABLE,
    CardState,
    Fact,
    FactKind,
    Standing,
    check_step,
    check_undo,
    find_last,
    group_of,
    list_possible,
    list_standing,
    list_undoable,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
APPLIED = Standing(has_applied=True)
EVERY = [
    Standing(*values)
    for values in product(
        (False, True),
        (False, True),
        (None, "granted", "refused", "withdrawn"),
        (False, True),
        (False, True),
        (False, True),
        (False, True),
        (None, *CardState),
        (0, 2),
    )
]


def fact(number, kind, minutes_ago=10, **more):
    return Fact(UUID(int=number), FactKind(kind), NOW - timedelta(minutes=minutes_ago), "staff:x", **more)


def test_in_every_state_what_is_possible_follows_from_what_holds():
    assert len(EVERY) == 2 * 2 * 4 * 16 * 4 * 2
    for one in EVERY:
        possible = list_possible(one)
        undecided = one.has_applied and not one.is_closed and one.decision is None
        assert (FactKind.decide_case in possible) is undecided
        assert (FactKind.await_authority in possible) is undecided
        assert (FactKind.mark_ready in possible) is (undecided and not one.is_ready and not one.open_papers)
        assert (FactKind.withdraw_ready in possible) is (undecided and one.is_ready)
        assert (FactKind.end_waiting in possible) is (undecided and one.is_waiting)
        assert (FactKind.doubt_case in possible) is (undecided and not one.is_doubted)
        assert (FactKind.end_doubt in possible) is (undecided and one.is_doubted)
        assert (FactKind.open_clarification in possible) is (
            undecided and not one.is_ready and not one.is_clarifying
        )
        assert (FactKind.end_clarification in possible) is (undecided and one.is_clarifying)
        assert (FactKind.ask_papers in possible) is (undecided and one.open_papers > 0)
        cards = possible & {FactKind.order_card, FactKind.card_ready, FactKind.hand_over_card}
        is_granted = one.has_applied and not one.is_closed and one.decision == "granted"
        left = 3 - (0 if one.card is None else list(CardState).index(one.card) + 1)
        assert len(cards) == (left if is_granted else 0)
        assert FactKind.undo_fact not in possible


def test_a_step_that_is_not_possible_is_refused():
    check_step(FactKind.mark_ready, APPLIED)
    with pytest.raises(StepNotPossible):
        check_step(FactKind.mark_ready, replace(APPLIED, open_papers=1))
    with pytest.raises(StepNotPossible):
        check_step(FactKind.order_card, replace(APPLIED, decision="refused"))


def test_every_fact_has_words_a_group_and_stands_in_the_history():
    assert set(FACT_LABELS) == set(FactKind)
    assert set(CARD_LABELS) == set(CardState)
    for kind in FactKind:
        assert ACTION_LABELS[kind] == FACT_LABELS[kind]
        if kind is not FactKind.undo_fact:
            assert kind in group_of(kind)


def test_the_last_fact_of_a_group_holds_and_one_taken_back_does_not():
    facts = [
        fact(1, "await_authority", 30, value="ba", on_day=date(2026, 12, 1)),
        fact(2, "await_authority", 20, value="bamf", on_day=date(2026, 12, 5)),
        fact(3, "doubt_case", 15),
    ]
    assert find_last(facts, FactKind.end_waiting).value == "bamf"
    undone = [*facts, fact(4, "undo_fact", 5, undoes_id=UUID(int=2))]
    assert find_last(undone, FactKind.end_waiting).value == "ba"
    assert [one.id.int for one in list_standing(undone)] == [1, 3]


@pytest.mark.parametrize("kind", sorted(UNDOABLE))
def test_what_is_harmless_may_be_taken_back_within_the_minutes(kind):
    one = fact(1, kind, 30)
    assert list_undoable([one], NOW, 30) == (one,)
    assert check_undo([one], one.id, NOW, 30) == one
    with pytest.raises(UndoTooLate):
        check_undo([one], one.id, NOW + timedelta(seconds=1), 30)


@pytest.mark.parametrize("kind", ["mark_ready", "withdraw_ready", "ask_papers"])
def test_what_has_another_way_back_or_has_left_is_not_taken_back(kind):
    with pytest.raises(UndoTooLate):
        check_undo([fact(1, kind, 1)], UUID(int=1), NOW, 30)


def test_only_what_holds_is_taken_back_and_only_once():
    facts = [fact(1, "order_card", 9), fact(2, "card_ready", 5)]
    assert [one.id.int for one in list_undoable(facts, NOW, 30)] == [2]
    with pytest.raises(UndoTooLate):
        check_undo(facts, UUID(int=1), NOW, 30)
    undone = [*facts, fact(3, "undo_fact", 1, undoes_id=UUID(int=2))]
    assert [one.id.int for one in list_undoable(undone, NOW, 30)] == [1]
    with pytest.raises(FactNotFound):
        check_undo(undone, UUID(int=2), NOW, 30)


def test_a_decision_with_a_card_behind_it_stays_until_the_card_is_taken_back():
    facts = [fact(1, "decide_case", 9, value="granted"), fact(2, "order_card", 5)]
    assert [one.id.int for one in list_undoable(facts, NOW, 30)] == [2]
