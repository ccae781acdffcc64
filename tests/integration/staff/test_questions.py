"""Staff answer questions: list, ready sentences, own words, hand-over; on both engines."""

from datetime import timedelta

import pytest

from servicedesk.cases.answering import Wish
from servicedesk.cases.models import Case
from servicedesk.cases.question_models import CaseQuestion
from servicedesk.cases.service.questions import ask_question
from servicedesk.db.audit import AccessLog
from tests.conftest import NOW
from tests.support import acting
from tests.support.desk import table_names


@pytest.fixture
def asked(desk):
    """Two questions in Boris's range, one in Clara's; the older one first."""
    return [
        ask(desk, "Çelik", "Що ще потрібно?", timedelta(days=9)),
        ask(desk, "Hoang", "Wann ist mein Termin?", timedelta(hours=3)),
        ask(desk, "Nguyen", "Und ich?", timedelta(hours=1)),
    ]


def ask(desk, family_name, text, ago):
    ref = desk.case(family_name, language="uk")
    case = desk.row(Case, ref=ref)
    with desk.db.unit_of_work() as session:
        return ask_question(
            session,
            desk.vault,
            case_id=case.id,
            text=text,
            wish=Wish.page,
            locale="uk",
            actor=acting.resident(case.office_id, case.id),
            now=NOW - ago,
        )


def test_without_questions_the_list_says_what_will_be_there(boris):
    boris.get("/staff/questions")
    assert "Keine Frage wartet." in boris.page.words()
    boris.get("/staff/questions?show=answered")
    assert "Noch keine Frage beantwortet." in boris.page.words()


def test_the_list_shows_the_own_range_oldest_first_with_its_age(boris, asked):
    boris.get("/staff/questions")
    assert table_names(boris) == ["Çelik, Amina", "Hoang, Amina"]
    assert "Eine Frage wartet zu lange" in boris.page.words()
    assert "wartet 9 Tage" in boris.page.words()
    boris.get("/staff/")
    assert "Fragen (2)" in boris.page.words()


def test_others_see_theirs(desk, asked):
    clara = desk.sign_in("clara").get("/staff/questions")
    assert table_names(clara) == ["Nguyen, Amina"]
    eva = desk.sign_in("eva").get("/staff/questions")
    assert table_names(eva) == ["Çelik, Amina", "Hoang, Amina", "Nguyen, Amina"]
    assert clara.get(f"/staff/questions/{asked[0].hex}").status == 404
    assert desk.sign_in("dmitri").get("/staff/questions").status == 403


def test_an_answer_goes_out_and_the_next_question_opens(desk, boris, asked):
    boris.get("/staff/questions")
    boris.follow("Çelik, Amina")
    assert "Що ще потрібно?" in boris.page.words()
    assert "Wer den Brief der Person hat, kann Ihre Antwort lesen" in boris.page.words()
    boris.submit(blocks="paper_arrived", text="Es fehlt die Kopie.", locale="de")
    assert boris.path == f"/staff/questions/{asked[1].hex}"
    assert "Die Antwort ist unterwegs" in boris.page.words()
    boris.submit(blocks="in_work", text="", locale="de")
    assert boris.path == "/staff/questions"
    boris.get("/staff/questions?show=answered")
    assert table_names(boris) == ["Hoang, Amina", "Çelik, Amina"] or table_names(boris) == [
        "Çelik, Amina",
        "Hoang, Amina",
    ]
    boris.get(f"/staff/questions/{asked[0].hex}")
    assert "Es fehlt die Kopie." in boris.page.words()
    assert "nur im Internet" in boris.page.words()


def test_an_empty_answer_is_asked_back(desk, boris, asked):
    boris.get(f"/staff/questions/{asked[0].hex}")
    boris.submit(text="", locale="de")
    assert "Wählen Sie einen Baustein, oder schreiben Sie eine Antwort." in boris.page.words()
    assert desk.row(CaseQuestion, id=asked[0]).answered_at is None


def test_too_long_is_said_and_stays(desk, boris, asked):
    boris.get(f"/staff/questions/{asked[0].hex}")
    boris.submit(blocks="in_work", text="ä" * 3001, locale="de")
    assert "höchstens 3000 Zeichen" in boris.page.words()
    assert "ä" * 3001 in boris.page.words()
    (box,) = boris.page.all("input", value="in_work")
    assert box.get("checked") is not None


def test_who_answers_second_is_told_and_keeps_the_words(desk, boris, asked):
    eva = desk.sign_in("eva")
    eva.get(f"/staff/questions/{asked[0].hex}")
    boris.get(f"/staff/questions/{asked[0].hex}").submit(blocks="in_work", text="", locale="de")
    eva.submit(text="Meine Worte", locale="de")
    assert "schon beantwortet" in eva.page.words()


def test_a_question_is_handed_to_a_colleague_and_leaves_nothing_else(desk, boris, asked):
    boris.get(f"/staff/questions/{asked[0].hex}")
    hidden = boris.page.hidden()
    member = desk.cast.members["clara"].hex
    boris.post(f"/staff/questions/{asked[0].hex}/forward", hidden | {"member": member})
    clara = desk.sign_in("clara").get("/staff/questions")
    assert table_names(clara) == ["Çelik, Amina", "Nguyen, Amina"]
    clara.follow("Çelik, Amina")
    ref = desk.row(Case, id=desk.row(CaseQuestion, id=asked[0]).case_id).ref
    assert ref in clara.page.words()
    assert clara.get(f"/staff/cases/{ref}").status == 404


def test_handing_on_to_nobody_is_asked_back(boris, asked):
    boris.get(f"/staff/questions/{asked[0].hex}")
    boris.post(f"/staff/questions/{asked[0].hex}/forward", boris.page.hidden() | {"member": "x"})
    assert "Wählen Sie jemanden aus dem Team" in boris.page.words()


def test_reading_a_question_is_recorded(desk, boris, asked):
    boris.get(f"/staff/questions/{asked[0].hex}")
    assert [row.page for row in desk.rows(AccessLog)] == ["question"]


def test_the_case_tells_that_a_question_was_asked_and_answered(desk, boris, asked):
    boris.get(f"/staff/questions/{asked[0].hex}").submit(blocks="in_work", text="", locale="de")
    ref = desk.row(Case, id=desk.row(CaseQuestion, id=asked[0]).case_id).ref
    words = boris.get(f"/staff/cases/{ref}").page.words()
    assert "Frage gestellt" in words
    assert "Frage beantwortet" in words
