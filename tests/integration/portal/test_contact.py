"""The door without a letter: a question a page, the arrival counts, nobody learns who is known."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from servicedesk.cases.models import ContactRequest
from servicedesk.cases.service import open_content
from servicedesk.portal import views_contact
from tests.conftest import NOW
from tests.support.client import Browser
from tests.support.portal import BORN

FLOOD = replace(views_contact.FLOOD, at_once=3)
REACH = {"email": "amina@example.org", "phone": "", "address": "Neue Gasse 3\r\n12345 Musterstadt"}


@pytest.fixture
def small_flood(monkeypatch):
    """Three applications are a flood already."""
    monkeypatch.setattr(views_contact, "FLOOD", FLOOD)


def fill(browser, language="de", family_name="Çelik", given_names="Amina"):
    browser.get(f"/{language}/contact/")
    browser.get(f"/{language}/contact/name")
    browser.submit(family_name=family_name, given_names=given_names)
    browser.submit(**BORN)
    browser.submit(**{"ends_on-day": "15", "ends_on-month": "02", "ends_on-year": "2027"})
    browser.submit(concern="permit_study")
    return browser.submit(**REACH)


def requests(db):
    with db.reading() as session:
        return session.scalars(select(ContactRequest).order_by(ContactRequest.received_at)).all()


def test_an_application_without_a_letter(browser, db, vault):
    fill(browser)
    words = browser.page.words()
    assert browser.path == "/de/contact/check"
    for expected in ("Çelik", "17.05.1990", "15.02.2027", "amina@example.org", "Neue Gasse 3"):
        assert expected in words
    browser.submit()
    assert browser.page.h1 == "Ihr Antrag ist bei uns"
    [row] = requests(db)
    assert row.ref in browser.page.words()
    assert row.received_at == NOW
    content = open_content(vault, row)
    assert (content.family_name, content.birth_date) == ("Çelik", "17.05.1990")
    assert content.statement == "Ich beantrage die Verlängerung meines Aufenthaltstitels."


def test_the_answer_is_the_same_for_known_and_unknown_people(app, db):
    pages = []
    for name in ("Çelik", "Niemand"):
        browser = Browser(app)
        fill(browser, family_name=name)
        browser.submit()
        known = {row.ref for row in requests(db)}
        words = browser.page.words()
        for ref in known:
            words = words.replace(ref, "K")
        pages.append((browser.status, words))
    assert pages[0] == pages[1]


def test_every_answer_can_be_changed_and_leads_back_to_the_check(browser):
    fill(browser)
    for row in ("Familienname", "Geburtsdatum", "Karte gilt bis", "Anliegen", "E-Mail"):
        browser.follow(f"Ändern : {row}")
        before = browser.page.form()[1]
        browser.submit()
        assert browser.path == "/de/contact/check", (row, before, browser.page.errors)
    assert "Neue Gasse 3" in browser.page.words()


def test_an_answer_may_be_sent_again_after_going_back(browser):
    browser.get("/de/contact/name")
    action, values = browser.page.form()
    browser.post(action, {**values, "family_name": "Celik"})
    browser.post(action, {**values, "family_name": "Çelik"})
    assert browser.page.h1 == "Wann sind Sie geboren?"
    assert browser.get("/de/contact/name").page.form()[1]["family_name"] == "Çelik"


def test_the_end_may_be_unknown(browser, db):
    fill(browser)
    browser.follow("Ändern : Karte gilt bis")
    browser.submit(
        **{"ends_on-day": "", "ends_on-month": "", "ends_on-year": "", "unknown": "y"},
    )
    assert "weiß ich nicht" in browser.page.words()
    browser.submit()
    assert requests(db)[0].ends_on is None


def test_one_way_to_be_reached_is_enough_and_one_is_needed(browser):
    fill(browser)
    browser.get("/de/contact/reach")
    browser.submit(email="", phone="", address="")
    assert browser.page.errors == ["Nennen Sie einen Weg, auf dem wir Sie erreichen. Einer genügt."]
    browser.submit(email="", phone="", address="", comes="y")
    assert browser.path == "/de/contact/check"


def test_a_double_click_sends_once(browser, db):
    fill(browser)
    action, values = browser.page.form()
    for _ in range(2):
        browser.post(action, values)
        assert browser.page.h1 == "Ihr Antrag ist bei uns"
    assert len(requests(db)) == 1


def test_going_back_after_sending_shows_the_receipt(browser, db):
    fill(browser)
    browser.submit()
    for path in ("check", "name", "reach"):
        assert browser.get(f"/de/contact/{path}").page.h1 == "Ihr Antrag ist bei uns"
    assert len(requests(db)) == 1


def test_nothing_is_skipped(browser):
    assert browser.get("/de/contact/check").page.h1 == "Wie heißen Sie?"
    assert browser.get("/de/contact/received").page.h1 == "Ich habe keinen Brief"


def test_the_language_can_change_in_the_middle_and_keeps_what_was_typed(browser):
    browser.get("/de/contact/name")
    action, values = browser.page.form()
    browser.post(action, {**values, "family_name": "Мельник", "_language": "uk"})
    assert browser.page.all("html")[0].get("lang") == "uk"
    action, values = browser.page.form()
    assert values["family_name"] == "Мельник"
    assert action.startswith("/uk/")


def test_a_flood_is_slowed_and_a_real_person_gets_in_with_the_first_arrival(app, db, clock, small_flood):
    for _ in range(FLOOD.at_once):
        browser = Browser(app)
        fill(browser)
        browser.submit()
        assert browser.page.h1 == "Ihr Antrag ist bei uns"
    person = Browser(app)
    fill(person, family_name="Muster")
    person.submit()
    assert person.page.h1 == "Einen Augenblick noch"
    assert len(requests(db)) == FLOOD.at_once
    # The flood goes on; what the person was promised holds.
    for _ in range(5):
        other = Browser(app)
        fill(other)
        other.submit()
    person.submit()
    assert person.page.h1 == "Einen Augenblick noch", "too early"
    clock.advance(FLOOD.step)
    person.submit()
    assert person.page.h1 == "Ihr Antrag ist bei uns"
    last = next(row for row in requests(db) if row.ref in person.page.words())
    assert last.received_at == NOW


def test_nobody_waits_longer_than_said(app, db, clock, small_flood):
    for _ in range(FLOOD.at_once + 18):
        browser = Browser(app)
        fill(browser)
        browser.submit()
    before = len(requests(db))
    clock.advance(FLOOD.longest)
    browser.submit()
    assert len(requests(db)) == before + 1
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(ContactRequest)) == before + 1


def test_another_network_is_not_slowed(app, db, small_flood):
    for _ in range(FLOOD.at_once):
        browser = Browser(app)
        fill(browser)
        browser.submit()
    elsewhere = Browser(app)
    elsewhere.client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    fill(elsewhere)
    elsewhere.submit()
    assert elsewhere.page.h1 == "Ihr Antrag ist bei uns"


def test_a_draft_lives_a_day_and_no_longer(browser, clock):
    browser.get("/de/contact/name")
    browser.submit(family_name="Çelik")
    clock.advance(timedelta(hours=23))
    assert browser.get("/de/contact/name").page.form()[1]["family_name"] == "Çelik"
    clock.advance(timedelta(hours=2))
    assert browser.get("/de/contact/name").page.form()[1]["family_name"] == ""


def test_a_second_person_may_use_the_same_phone(browser, db):
    fill(browser)
    browser.submit()
    browser.press("für eine andere Person")
    assert browser.page.h1 == "Ich habe keinen Brief"
    assert browser.get("/de/contact/name").page.form()[1]["family_name"] == ""
    fill(browser, family_name="Erfunden")
    browser.submit()
    assert len(requests(db)) == 2
