"""The edge: hosts, languages, headers, errors, health, closure, origins."""

import base64
from datetime import timedelta

import pytest
from flask import render_template

from servicedesk.kernel.locales import LANGUAGES
from servicedesk.web.access import find_rule
from servicedesk.web.edge import csrf
from tests.conftest import NOW
from tests.support.client import Browser, make_app
from tests.support.office import FIFTEEN, load_cast


def test_the_start_page_answers_in_every_language_of_the_office(browser):
    for tag, direction in (("de", "ltr"), ("en", "ltr"), ("ar", "rtl"), ("tr", "ltr"), ("uk", "ltr")):
        page = browser.get(f"/{tag}/").page
        html = page.all("html")[0]
        assert (html.get("lang"), html.get("dir")) == (tag, direction)
        assert browser.answer.headers["Content-Language"] == tag


@pytest.mark.parametrize(
    ("accept", "tag"), [("ar-SY,en;q=0.5", "ar"), ("zz", "de"), ("fr, tr;q=0.8", "tr"), ("", "de")]
)
def test_the_root_follows_the_browser_once(app, accept, tag):
    browser = Browser(app, accept)
    browser.get("/")
    assert browser.path == f"/{tag}/"
    browser.get("/uk/")
    browser.get("/")
    assert browser.path == "/uk/"


@pytest.mark.parametrize(
    ("accept", "tag"),
    [("sr-RS, en;q=0.5", "sr-Latn"), ("hr", "sr-Latn"), ("prs-AF", "fa"), ("kmr", "ku"), ("ti-ET, en", "ti")],
)
def test_an_office_may_offer_all_fifteen(db, clock, tmp_path, vault, accept, tag):
    with db.unit_of_work() as session:
        load_cast(session, NOW, setup=FIFTEEN)
    browser = Browser(make_app(db, clock, tmp_path, vault), accept)
    assert browser.get("/").path == f"/{tag}/"
    for language in LANGUAGES.values():
        html = browser.get(f"/{language.tag}/").page.all("html")[0]
        assert (html.get("lang"), html.get("dir")) == (language.lang, language.dir)
        assert browser.answer.headers["Content-Language"] == language.lang
    links = [item for item in browser.page.all("li") if item.get("lang")]
    assert [browser.page.words(item) for item in links] == [one.endonym for one in LANGUAGES.values()]


def test_an_unknown_language_is_not_found(browser):
    assert browser.get("/xx/").status == 404
    assert browser.get("/DE/").status == 404


def test_every_answer_carries_the_headers(browser):
    browser.get("/de/")
    headers = browser.answer.headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    browser.get("/static/app.css")
    assert "max-age" in browser.answer.headers["Cache-Control"]


def test_errors_speak_the_readers_language_and_say_what_to_do(browser):
    page = browser.get("/de/nowhere").page
    assert browser.status == 404
    assert page.h1 == "Diese Seite gibt es nicht"
    assert browser.get("/ar/nowhere").page.all("html")[0].get("dir") == "rtl"


def test_a_crash_shows_a_number_and_no_detail(app, browser, monkeypatch):
    def explode(*_):
        raise RuntimeError("Geheimnis")

    app.view_functions["portal.start"].__globals__["render_template"] = explode
    try:
        browser.get("/de/")
    finally:
        app.view_functions["portal.start"].__globals__["render_template"] = render_template
    assert browser.status == 500
    assert "Geheimnis" not in browser.answer.text
    assert "Nummer" in browser.page.words()


def test_health_needs_no_office(app):
    client = app.test_client()
    assert client.get("/healthz", headers={"Host": "unknown.example"}).json == {"status": "ok"}
    assert client.get("/readyz").status_code == 200


def test_a_foreign_host_is_not_found_once_there_are_two_offices(db, app):
    with db.unit_of_work() as session:
        load_cast(session, NOW, ref="nachbarort", host="nachbar.example", town="Nachbarort")
    client = app.test_client()
    assert "Nachbarort" in client.get("/de/", headers={"Host": "nachbar.example"}).text
    assert client.get("/de/", headers={"Host": "fremd.example"}).status_code == 404


def test_a_planned_closure_says_when_it_ends(db, cast, clock, tmp_path, vault):
    until = NOW + timedelta(hours=2)
    app = make_app(db, clock, tmp_path, vault, SERVICEDESK_MAINTENANCE_UNTIL=until.isoformat())
    browser = Browser(app)
    browser.get("/de/")
    assert browser.status == 503
    assert browser.answer.headers["Retry-After"] == "7200"
    assert "11:00" in browser.page.words()
    assert app.test_client().get("/healthz").status_code == 200
    clock.advance(timedelta(hours=3))
    assert browser.get("/de/").status == 200


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_a_form_from_elsewhere_is_refused(app, headers):
    assert app.test_client().post("/staff/sign-in", headers=headers).status_code == 403


def test_a_form_without_its_token_is_refused_kindly(app, browser):
    answer = app.test_client().post("/staff/sign-in", data={"login": "boris"})
    assert answer.status_code == 400
    assert "Das hat so nicht geklappt" in answer.text


def test_every_endpoint_declares_who_may_use_it(app):
    assert all(find_rule(app, endpoint) for endpoint in app.view_functions)


def test_in_production_every_cookie_is_secure(db, cast, clock, tmp_path, vault):
    secrets = {f"SERVICEDESK_{name}": "x" * 43 for name in ("SECRET_KEY", "PEPPER")}
    key = base64.b64encode(bytes(range(32))).decode()
    app = make_app(
        db, clock, tmp_path, vault, SERVICEDESK_ENVIRONMENT="production", SERVICEDESK_DATA_KEY=key, **secrets
    )
    client = app.test_client()
    for path in ("/de/", "/de/code", "/staff/sign-in"):
        for cookie in client.get(path, headers={"Host": "localhost"}).headers.getlist("Set-Cookie"):
            assert "Secure" in cookie, cookie
            assert "SameSite" in cookie, cookie


def test_every_form_but_the_open_question_is_held_to_its_token(app):
    # Forms do not check the token themselves (web.forms): whoever takes a view out takes its only check away.
    assert csrf._exempt_views == {"servicedesk.interim.views_public.status"}
    assert not csrf._exempt_blueprints
