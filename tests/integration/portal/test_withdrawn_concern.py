"""A concern that is withdrawn while somebody fills in the form without a letter: kind, and nothing is lost."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from servicedesk.cases.models import ContactRequest
from tests.conftest import NOW
from tests.support.catalogues import release
from tests.support.client import Browser, make_app
from tests.support.office import load_cast

GONE = {"concern": [{"id": "permit_opportunity_card", "valid_until": "2026-11-22"}]}
NAME = {"family_name": "Ahmadi", "given_names": "Nur"}
BORN = {"birth_date-day": "1", "birth_date-month": "2", "birth_date-year": "1990"}
ENDS = {"ends_on-day": "15", "ends_on-month": "2", "ends_on-year": "2027"}


@pytest.fixture
def cast(db):
    with db.unit_of_work() as session:
        return load_cast(session, NOW)


@pytest.fixture
def browser(db, clock, tmp_path, vault, cast):
    browser = Browser(make_app(db, clock, tmp_path, vault))
    for step, values in (
        ("name", NAME),
        ("birth-date", BORN),
        ("ends", ENDS),
        ("concern", {"concern": "permit_opportunity_card"}),
        ("reach", {"phone": "0151 23456789"}),
    ):
        browser.get(f"/de/contact/{step}")
        browser.submit(**values)
    assert browser.path == "/de/contact/check"
    return browser


def withdraw(db, cast):
    with db.unit_of_work() as session:
        release(session, cast, GONE, now=NOW, effective_from=date(2026, 11, 23))


def test_the_moment_of_the_button_counts_and_every_other_answer_stays(browser, db, cast, clock):
    withdraw(db, cast)
    pressed_at = clock.now()
    browser.submit()
    assert browser.status == 410
    assert browser.page.h1 == "Dieses Anliegen gibt es nicht mehr"
    assert "Ihr Antrag zählt trotzdem ab jetzt" in browser.page.words()
    clock.advance(timedelta(hours=2))
    browser.follow("Anliegen wählen")
    assert "Chancenkarte" not in browser.page.words()
    browser.submit(concern="permit_job_search")
    assert browser.path == "/de/contact/check"
    assert "Ahmadi" in browser.page.words()
    browser.submit()
    assert browser.path == "/de/contact/received"
    with db.reading() as session:
        (request,) = session.scalars(select(ContactRequest)).all()
    assert (request.received_at, request.concern_id) == (pressed_at, "permit_job_search")


def test_only_looking_promises_no_moment(browser, db, cast):
    withdraw(db, cast)
    browser.get("/de/contact/check")
    assert browser.status == 410
    assert "zählt trotzdem" not in browser.page.words()
    with db.reading() as session:
        assert session.scalars(select(ContactRequest)).all() == []


def test_what_the_office_still_offers_goes_through(browser, db):
    browser.submit()
    assert browser.path == "/de/contact/received"
