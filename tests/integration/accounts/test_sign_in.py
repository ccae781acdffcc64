"""Staff sign in: sessions are rows, failures are slow and say nothing, signing out ends it."""

from datetime import timedelta

import pytest
from itsdangerous import TimestampSigner
from sqlalchemy import select

from servicedesk.accounts.models import WebSession
from servicedesk.accounts.staff import disable_account
from servicedesk.kernel.permissions import OPERATOR
from tests.conftest import NOW
from tests.support.client import Browser
from tests.support.office import PASSWORD


def _sign_in(browser, login="boris", password=PASSWORD):
    browser.get("/staff/sign-in")
    return browser.submit(login=login, password=password, follow=False)


def test_the_right_password_opens_a_session_that_the_server_can_end(browser, db):
    _sign_in(browser)
    assert browser.answer.headers["Location"] == "/staff/"
    cookie = browser.answer.headers.getlist("Set-Cookie")[0]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert browser.client.get("/staff/sign-in").status_code == 200
    with db.unit_of_work() as session:
        row = session.scalars(select(WebSession)).one()
        assert row.token_hash not in cookie.encode()
        session.delete(row)
    answer = browser.client.get("/staff/sign-out")
    assert answer.status_code in {303, 405}


@pytest.mark.parametrize(("login", "password"), [("boris", "falsch-falsch"), ("niemand", PASSWORD), ("", "")])
def test_wrong_ones_are_refused_in_the_same_words(browser, login, password):
    page = _sign_in(browser, login, password).page
    assert page.errors
    assert page.title.startswith("Fehler:")
    if login:
        assert browser.status == 403
        assert page.errors == [
            "Name oder Passwort stimmen nicht. Prüfen Sie beides und versuchen Sie es noch einmal."
        ]


def test_failures_slow_down_and_pass(browser, clock):
    for _ in range(5):
        _sign_in(browser, password="falsch-falsch")
    assert browser.status == 403
    assert _sign_in(browser).status == 429
    clock.advance(timedelta(minutes=6))
    assert _sign_in(browser).status == 303


def test_a_session_ends_after_an_hour_of_silence_and_after_ten_hours(browser, clock, db):
    _sign_in(browser)
    clock.advance(timedelta(hours=10, minutes=1))
    answer = browser.client.post("/staff/sign-out")
    assert answer.status_code in {303, 400}
    assert "/staff/sign-in" in answer.headers.get("Location", "/staff/sign-in")


def test_a_disabled_account_loses_its_sessions_at_once(browser, db, cast):
    _sign_in(browser)
    with db.unit_of_work() as session:
        disable_account(session, office_id=cast.office.id, login="boris", now=NOW, actor=OPERATOR)
        assert not session.scalars(select(WebSession)).all()
    assert _sign_in(browser).status == 403


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/staff", "//evil.example", "/de/", "/staff\\evil", "/staff/\nX: y"]
)
def test_signing_in_never_leads_elsewhere(app, wanted):
    browser = Browser(app)
    browser.get("/staff/sign-in?next=/staff/")
    browser.submit(login="boris", password=PASSWORD, next=wanted, follow=False)
    assert browser.answer.headers["Location"] == "/staff/"


def test_the_cookie_of_a_session_is_renewed_once_a_minute(browser, monkeypatch):
    def renews():
        cookies = browser.get("/staff/").answer.headers.getlist("Set-Cookie")
        return any(cookie.startswith("sd_staff=") for cookie in cookies)

    _sign_in(browser)
    assert not renews()
    stamp = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: stamp(self) + 61)
    assert renews()
    assert not renews()
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: stamp(self) + 61 + 3601)
    browser.get("/staff/", follow=False)
    assert browser.answer.headers["Location"].startswith("/staff/sign-in")
