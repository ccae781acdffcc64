"""Applying: the first thing offered, once, at the instant of arrival."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from servicedesk.cases.models import Application, Case
from tests.conftest import NOW
from tests.support.client import Browser
from tests.support.pdf_reading import page_texts
from tests.support.portal import enter, send_letter


def applications(db, letter):
    with db.reading() as session:
        return session.scalars(select(Application).where(Application.case_id == letter.case_id)).all()


def test_the_explicit_sentence_stands_on_the_first_page_behind_the_code(inside):
    words = inside.page.words()
    assert "Ich beantrage die Verlängerung meines Aufenthaltstitels." in words
    assert "Montag, 15. Februar 2027" in words


def test_the_register_s_address_is_shown_nowhere(applied, db):
    for path in ("", "apply", "receipt", "papers", "times/", "details/address"):
        assert "Lindenweg" not in applied.get(f"/de/case/{path}").page.words(), path


def test_received_is_the_instant_of_arrival(applied, db, letter):
    assert applied.path == "/de/case/receipt"
    assert "23.11.2026, 09:00" in applied.page.words()
    rows = applications(db, letter)
    assert [(row.channel, row.received_at) for row in rows] == [("web", NOW)]
    assert rows[0].statement == "Ich beantrage die Verlängerung meines Aufenthaltstitels."
    assert rows[0].ref in applied.page.words()


def test_a_double_click_applies_once_and_both_get_the_receipt(inside, db, letter):
    action, values = inside.page.form()
    inside.post(action, values)
    inside.post(action, values)
    assert inside.path == "/de/case/receipt"
    assert len(applications(db, letter)) == 1


def test_going_back_after_applying_is_calm(applied, db, letter):
    applied.get("/de/case/apply")
    assert applied.page.h1 == "Das ist schon erledigt: Ihr Antrag ist da"
    assert len(applications(db, letter)) == 1


def test_applying_in_arabic_shows_the_german_sentence_beside(app, letter):
    browser = Browser(app)
    enter(browser, letter, language="ar")
    german = [node for node in browser.page.tree.iter() if node.get("lang") == "de"]
    assert "Ich beantrage die Verlängerung meines Aufenthaltstitels." in [
        browser.page.words(node) for node in german
    ]


def test_switching_the_language_applies_nothing(inside, db, letter):
    action, values = inside.page.form()
    inside.post(action, {**values, "_language": "tr"})
    assert inside.page.all("html")[0].get("lang") == "tr"
    assert applications(db, letter) == []


@pytest.mark.parametrize(
    ("instant", "is_in_time"),
    [
        (datetime(2027, 2, 15, 22, 59, 59, tzinfo=UTC), True),
        (datetime(2027, 2, 15, 23, 0, 1, tzinfo=UTC), False),
    ],
)
def test_the_last_day_ends_at_midnight_in_berlin(app, letter, clock, instant, is_in_time):
    clock.instant = instant
    browser = Browser(app)
    enter(browser, letter)
    browser.press("Antrag stellen")
    assert ("gilt weiter, bis wir entschieden haben" in browser.page.words()) is is_in_time
    assert ("kam nach dem letzten Tag" in browser.page.words()) is not is_in_time


def test_a_title_that_has_ended_finds_other_words_and_can_still_apply(app, letter, clock, db):
    clock.instant = datetime(2027, 2, 20, 9, 0, tzinfo=UTC)
    browser = Browser(app)
    enter(browser, letter)
    words = browser.page.words()
    assert "Der letzte Tag ist schon vorbei" in words
    assert "Stellen Sie den Antrag trotzdem jetzt gleich" in words
    assert "Wenn Sie nichts tun" not in words
    browser.press("Antrag stellen")
    assert len(applications(db, letter)) == 1


def test_the_receipt_says_what_it_is_not(applied):
    assert "kein Aufenthaltstitel, keine Fiktionsbescheinigung" in applied.page.words()


def test_the_receipt_opens_again_a_month_later_behind_the_code(app, letter, clock):
    browser = Browser(app)
    enter(browser, letter)
    browser.press("Antrag stellen")
    clock.advance(timedelta(days=30))
    later = Browser(app)
    assert later.get("/de/case/receipt").path == "/de/code"
    enter(later, letter)
    assert "23.11.2026, 09:00" in later.get("/de/case/receipt").page.words()


def test_the_receipt_as_pdf_names_the_instant_and_no_address(applied):
    answer = applied.client.get("/de/case/receipt.pdf")
    assert answer.mimetype == "application/pdf"
    text = " ".join(" ".join(page_texts(answer.data)).split())
    assert "23. November 2026" in text
    assert "09:00" in text
    assert "Lindenweg" not in text


def test_a_closed_case_says_so(applied, db, letter):
    with db.unit_of_work() as session:
        session.get_one(Case, letter.case_id).closed_at = NOW
    for path in ("", "apply", "papers", "times/", "move/"):
        applied.get(f"/de/case/{path}")
        assert applied.page.h1 == "Diese Sache ist abgeschlossen"


def test_a_tolerated_stay_has_its_own_sentence(app, db, vault, letter):
    with db.unit_of_work() as session:
        other = send_letter(
            session,
            vault,
            NOW,
            cast=letter.cast,
            family_name="Erfunden",
            concern_id="tolerated_stay",
            legal_basis="60a",
            ends_on=date(2026, 12, 20),
        )
    browser = Browser(app)
    enter(browser, other)
    assert "Ich beantrage die Verlängerung meiner Duldung." in browser.page.words()
    browser.press("Antrag stellen")
    assert "gilt weiter, bis wir entschieden haben" not in browser.page.words()
