"""A resident asks on the case page and reads the answer; on both engines."""

from datetime import timedelta

import pytest

from servicedesk.cases.answering import MOST_WAITING
from servicedesk.cases.models import Case
from servicedesk.cases.question_models import CaseQuestion
from servicedesk.cases.service.questions import answer_case_question
from servicedesk.kernel.permissions import Actor, ActorKind, Role
from tests.conftest import NOW
from tests.support.portal import enter


def rows(db):
    with db.reading() as session:
        return session.query(CaseQuestion).order_by(CaseQuestion.asked_at).all()


def ask(browser, text="Welche Kopie fehlt?", wish="page"):
    browser.get("/de/case/questions/ask")
    browser.submit(text=text)
    return browser.submit(wish=wish)


def reply(db, vault, question_id, text="Die Kopie Ihres Passes.", blocks=("paper_arrived",)):
    with db.unit_of_work() as session:
        case = session.get_one(Case, session.get_one(CaseQuestion, question_id).case_id)
        owner = Actor(
            kind=ActorKind.staff,
            office_id=case.office_id,
            account_id=case.owner_id,
            member_id=case.owner_id,
            team_ids=frozenset({case.team_id}),
            roles=frozenset({Role.case_worker}),
        )
        return answer_case_question(
            session,
            vault,
            question_id=question_id,
            block_ids=blocks,
            text=text,
            locale="de",
            actor=owner,
            now=NOW,
            public_url=None,
        )


def test_before_the_first_question_the_page_says_what_one_may_ask(applied):
    applied.get("/de/case/")
    applied.follow("Eine Frage stellen")
    words = applied.page.words()
    for said in ("Das können Sie fragen", "Rechtlich beraten dürfen wir Sie nicht", "in 7 Tagen"):
        assert said in words


def test_a_question_is_asked_in_two_steps_and_waits(applied, db):
    ask(applied)
    assert applied.path.startswith("/de/case/questions/#")
    assert "Welche Kopie fehlt?" in applied.page.words()
    assert "wartet auf unsere Antwort" in applied.page.words()
    (row,) = rows(db)
    assert (row.locale, row.wish, row.answered_at) == ("de", "page", None)
    applied.get("/de/case/")
    assert "wartet auf unsere Antwort" in applied.page.words()


def test_nothing_typed_is_asked_back_kindly(applied, db):
    applied.get("/de/case/questions/ask")
    applied.submit(text="   ")
    assert "Schreiben Sie, was Sie wissen möchten." in applied.page.words()
    applied.submit(text="Wann?")
    applied.submit()
    assert "Wählen Sie, wie Sie die Antwort bekommen möchten." in applied.page.words()
    assert rows(db) == []


def test_too_long_is_said_and_nothing_is_lost(applied, db):
    applied.get("/de/case/questions/ask")
    applied.submit(text="x" * 1001)
    assert "höchstens 1000 Zeichen" in applied.page.words()
    assert "x" * 1001 in applied.page.words()
    assert rows(db) == []


def test_a_second_click_asks_once(applied, db):
    applied.get("/de/case/questions/ask")
    applied.submit(text="Wann?")
    address, form = applied.path, applied.page.hidden() | {"wish": "page"}
    applied.post(address, form)
    applied.post(address, form)
    assert applied.path.startswith("/de/case/questions/#")
    assert len(rows(db)) == 1


def test_a_flood_gets_a_kind_sentence_and_keeps_its_text(applied, db):
    for number in range(MOST_WAITING):
        ask(applied, f"Frage {number}")
    ask(applied, "Und noch eine")
    assert "warten noch auf unsere Antwort" in applied.page.words()
    assert "Und noch eine" in applied.page.words()
    assert len(rows(db)) == MOST_WAITING
    applied.get("/de/case/questions/ask")
    assert "Und noch eine" in applied.page.words()


def test_markup_in_a_question_stays_text(applied):
    ask(applied, "<b>fett</b> & <script>alert(1)</script>")
    assert applied.page.all("script", src=None) == []
    assert "<script>alert(1)</script>" in applied.page.words()


@pytest.mark.parametrize("language", ["uk", "ar"])
def test_the_answer_comes_in_the_readers_frame_and_says_what_is_german(browser, letter, db, vault, language):
    with_code = enter(browser, letter, language)
    with_code.get(f"/{language}/case/questions/ask")
    with_code.submit(text="Що ще потрібно?")
    with_code.submit(wish="page")
    (row,) = rows(db)
    assert row.locale == language
    reply(db, vault, row.id)
    with_code.get(f"/{language}/case/questions/")
    page = with_code.page
    assert "Die Kopie Ihres Passes." in page.words()
    assert "Deutsch" in page.words(), "a line says which language the office wrote in"
    own = [node for node in page.all("div", lang="de") if "Die Kopie Ihres Passes." in page.words(node)]
    assert [node.get("dir") for node in own] == ["ltr"]


def test_an_answer_can_be_put_away(applied, db, vault):
    ask(applied)
    (row,) = rows(db)
    reply(db, vault, row.id)
    applied.get("/de/case/questions/")
    assert "Die Kopie Ihres Passes." in applied.page.words()
    applied.press("Hier nicht mehr zeigen")
    assert "Die Kopie Ihres Passes." not in applied.page.words()
    assert "Welche Kopie fehlt?" not in applied.page.words()
    assert "zeigen wir hier nicht mehr" in applied.page.words()


def test_an_old_answer_is_not_shown_to_who_finds_the_letter(applied, app, db, vault, clock, letter):
    ask(applied)
    (row,) = rows(db)
    reply(db, vault, row.id)
    clock.instant = NOW + timedelta(days=31)
    later = enter(type(applied)(app), letter)
    later.get("/de/case/questions/")
    assert "zeigen wir hier nicht mehr" in later.page.words()
    assert "Kopie" not in later.page.words().split("Das können Sie fragen")[0]


def test_another_persons_question_is_not_there(applied, db):
    ask(applied)
    applied.get("/de/case/questions/")
    hidden = applied.page.hidden()
    assert applied.post("/de/case/questions/01a2059440ee707db9ffdfac607d6b81/hide", hidden).status == 404
    assert applied.post("/de/case/questions/x/hide", hidden).status == 404
    assert applied.post(f"/de/case/questions/{rows(db)[0].id.hex}/hide", hidden).status == 404, (
        "not answered yet"
    )
