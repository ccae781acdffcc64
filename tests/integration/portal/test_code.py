"""The door with the code: one question a page, one answer for every failure."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from servicedesk.accounts.codes import revoke_codes
from servicedesk.accounts.models import WebSession
from tests.conftest import NOW
from tests.support.client import Browser
from tests.support.portal import BORN, enter, send_letter

OTHER_DAY = {"birth_date-day": "18", "birth_date-month": "5", "birth_date-year": "1990"}


def test_code_and_birth_date_open_the_case(browser, letter):
    enter(browser, letter)
    assert browser.path == "/de/case/apply"
    assert browser.page.h1 == "Ihre Verlängerung"


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code.lower(),
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", " ") + "\u200f",
        lambda code: f"  ({code}) ",
        lambda code: code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    ],
    ids=["lower", "unbroken", "spaced", "bracketed", "arabic"],
)
def test_a_code_may_be_typed_as_it_comes(browser, letter, typed):
    browser.get("/de/code")
    browser.submit(code=typed(letter.code))
    assert browser.path == "/de/code/birth-date"


def test_birth_date_in_arabic_digits_and_with_a_month_name(browser, letter):
    enter(
        browser,
        letter,
        **{"birth_date-day": "١٧", "birth_date-month": "Mai", "birth_date-year": "١٩٩٠"},
    )
    assert browser.path == "/de/case/apply"


def test_a_typing_slip_is_told_before_the_birth_date_is_asked(browser, letter):
    browser.get("/de/code")
    wrong = letter.code[:-1] + ("0" if letter.code[-1] != "0" else "1")
    browser.submit(code=wrong)
    assert browser.path == "/de/code"
    assert browser.page.title.startswith("Fehler:")
    assert browser.page.errors == ["Der Code hat 16 Zeichen. Vergleichen Sie jedes Zeichen mit Ihrem Brief."]
    assert browser.page.form()[1]["code"] == wrong


def test_wrong_birth_date_dead_code_and_expired_code_look_the_same(app, db, vault, clock, letter):
    with db.unit_of_work() as session:
        dead = send_letter(session, vault, NOW, cast=letter.cast, family_name="Erfunden")
        revoke_codes(session, subject=("case", dead.case_id), now=NOW)
    pages = []
    for typed, born in ((letter, OTHER_DAY), (dead, BORN)):
        browser = Browser(app)
        enter(browser, typed, **born)
        pages.append((browser.status, browser.page.h1, browser.page.errors))
    clock.advance(timedelta(days=301))
    browser = Browser(app)
    enter(browser, letter)
    pages.append((browser.status, browser.page.h1, browser.page.errors))
    assert len(set(map(str, pages))) == 1
    assert pages[0][0] == 200
    assert "passen nicht zusammen" in pages[0][2][0]


def test_a_source_that_keeps_failing_is_told_to_wait(browser, letter):
    enter(browser, letter, **OTHER_DAY)
    for _ in range(6):
        browser.submit(**OTHER_DAY)
    assert browser.status == 429
    assert "Warten Sie" in browser.page.errors[0]


def test_the_birth_date_page_without_a_code_leads_back(browser):
    assert browser.get("/de/code/birth-date").path == "/de/code"


def test_the_token_is_new_after_the_code_and_the_code_is_not_kept(app, letter):
    browser = Browser(app)
    browser.get("/de/code")
    browser.submit(code=letter.code)
    before = browser.client.get_cookie("sd").value
    browser.submit(**BORN)
    assert browser.client.get_cookie("sd_resident") is not None
    after = browser.client.get_cookie("sd")
    assert after is None or after.value != before


def test_signing_out_ends_the_session_in_the_database(inside, db):
    inside.press("abmelden")
    assert inside.page.h1 == "Sie sind abgemeldet"
    with db.reading() as session:
        assert session.scalars(select(WebSession).where(WebSession.kind == "resident")).all() == []
    assert inside.get("/de/case/").path == "/de/code"
    assert "geschlossen" in inside.page.words()


def test_somebody_elses_letter_opens_only_their_case(app, db, vault, letter):
    with db.unit_of_work() as session:
        other = send_letter(
            session, vault, NOW, cast=letter.cast, family_name="Öztürk", file_number="33.26.0000002"
        )
    mine, theirs = Browser(app), Browser(app)
    enter(mine, letter)
    enter(theirs, other)
    assert "33.26.0000002" in theirs.page.words()
    assert "33.26.0000002" not in mine.page.words()


def test_nothing_of_a_case_opens_without_its_code(browser, app):
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/<lang>/case")]
    assert len(rules) > 12
    values = {"way": "times", "day": "2026-12-01", "lang": "de"}
    for rule in rules:
        with app.test_request_context():
            # Whatever else an address names is never looked at before the code.
            _, path = rule.build({name: values.get(name, "1") for name in rule.arguments})
        if "GET" in rule.methods:
            assert browser.get(path).path == "/de/code", path
        if "POST" in rule.methods:
            token = browser.get("/de/code").page.hidden()["csrf_token"]
            assert browser.post(path, {"csrf_token": token}).path == "/de/code", path


def test_a_new_code_signs_out_whoever_came_in_with_the_old_one(browser, letter, db):
    enter(browser, letter)
    assert browser.path.startswith("/de/case/")
    with db.unit_of_work() as session:
        revoke_codes(session, subject=("case", letter.case_id), now=NOW)
    browser.get("/de/case/")
    assert browser.path == "/de/code"
