"""Questions: how many may wait, what an answer is, how long it is shown."""

from datetime import UTC, date, datetime, timedelta

import pytest

from servicedesk.cases.answering import (
    LONGEST_QUESTION,
    MOST_A_DAY,
    MOST_WAITING,
    SHOWN_FOR,
    Answer,
    answer_due,
    build_answer,
    check_question,
    is_shown,
    load_blocks,
)
from servicedesk.cases.question_errors import AnswerEmpty, QuestionEmpty, QuestionsToday, QuestionsWaiting

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_a_question_is_kept_as_typed_without_its_edges():
    assert check_question("  Що ще\nпотрібно?  ", waiting=0, within_a_day=0) == "Що ще\nпотрібно?"


@pytest.mark.parametrize("text", ["", "   ", "\n\n"])
def test_nothing_typed_is_refused(text):
    with pytest.raises(QuestionEmpty):
        check_question(text, waiting=0, within_a_day=0)


def test_a_question_beyond_the_limit_is_cut_not_refused():
    # The form refuses it kindly before; what comes here some other way must not fill the table.
    assert len(check_question("x" * 5000, waiting=0, within_a_day=0)) == LONGEST_QUESTION


@pytest.mark.parametrize(
    ("waiting", "within_a_day", "refusal"),
    [
        (MOST_WAITING - 1, MOST_A_DAY - 1, None),
        (MOST_WAITING, 0, QuestionsWaiting),
        (0, MOST_A_DAY, QuestionsToday),
        (MOST_WAITING, MOST_A_DAY, QuestionsWaiting),
    ],
)
def test_a_flood_is_slowed(waiting, within_a_day, refusal):
    if refusal is None:
        assert check_question("Was fehlt?", waiting=waiting, within_a_day=within_a_day) == "Was fehlt?"
        return
    with pytest.raises(refusal) as fault:
        check_question("Was fehlt?", waiting=waiting, within_a_day=within_a_day)
    assert "gespeichert" in str(fault.value), "the person learns that nothing is lost"


def test_an_answer_keeps_the_sentences_as_they_were_worded():
    answer = build_answer(("paper_arrived", "is_with_us", "unknown"), " Danke. ", "de")
    blocks = load_blocks()
    assert answer.sentences == (blocks["is_with_us"].text, blocks["paper_arrived"].text)
    assert answer.text == "Danke."
    assert Answer.from_bytes(answer.to_bytes()) == answer


def test_an_answer_may_be_ready_sentences_or_own_words_alone_but_not_nothing():
    assert build_answer(("in_work",), "", "de").text == ""
    assert build_answer((), "Ja.", "xx").locale == "de"
    with pytest.raises(AnswerEmpty):
        build_answer(("unknown",), "  ", "de")


def test_an_answer_leaves_the_page_after_thirty_days_or_when_put_away():
    assert is_shown(None, None, NOW)
    assert is_shown(NOW - SHOWN_FOR + timedelta(seconds=1), None, NOW)
    assert not is_shown(NOW - SHOWN_FOR, None, NOW)
    assert not is_shown(NOW, NOW, NOW)


def test_the_limit_counts_days_of_the_office():
    assert answer_due(date(2026, 12, 28), 7) == date(2027, 1, 4)


def test_no_ready_sentence_tells_a_purpose_of_stay_or_foretells_a_decision():
    told = " ".join(block.text + block.title for block in load_blocks().values()).lower()
    for word in (
        "studi",
        "asyl",
        "flucht",
        "blaue karte",
        "beschäftigung",
        "genehmigt",
        "abgelehnt",
        "familie",
    ):
        assert word not in told
