"""A form in Chromium: filled in in Arabic without JavaScript on a small phone; the case worker opens the German PDF."""

import logging
import os
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from servicedesk.cases.models import Case, SubmittedForm
from servicedesk.db.all_models import load_models
from servicedesk.db.session import open_database
from servicedesk.kernel.clock import FixedClock
from tests.conftest import NOW
from tests.integration.portal.test_forms import ANSWERS
from tests.support.client import make_app
from tests.support.live import (
    CHROMIUM,
    chromium,
    cut_off,
    find_faults,
    overflow,
    small_targets,
    watched_page,
)
from tests.support.office import PASSWORD, load_cast
from tests.support.pdf_reading import page_texts
from tests.support.portal import send_letter

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]
SMALL = {"viewport": {"width": 320, "height": 640}}
MAIN_BUTTON = "#page-form .kern-btn--primary"
FORM = "/ar/case/forms/title_application"


@pytest.fixture
def site(tmp_path, vault):
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    database = open_database(f"sqlite:///{tmp_path}/site.db")
    load_models().create_all(database.engine)
    with database.unit_of_work() as session:
        cast = load_cast(session, NOW)
        letter = send_letter(session, vault, NOW, cast=cast, family_name="Çelik")
    server = make_server("127.0.0.1", 0, make_app(database, FixedClock(NOW), tmp_path, vault), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", database, letter
    server.shutdown()
    thread.join()
    server.server_close()
    database.close()


def look(page: Page, name: str) -> None:
    """Hold the page to what every page keeps; with SERVICEDESK_PICTURES also keep a picture of it."""
    assert overflow(page) == 0, page.url
    assert cut_off(page) == [], page.url
    folder = os.environ.get("SERVICEDESK_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def type_answer(page: Page, values: dict[str, str]) -> None:
    for name, value in values.items():
        field = page.locator(f"#page-form [name='{name}']")
        if field.first.get_attribute("type") == "radio":
            page.check(f"#page-form [name='{name}'][value='{value}']")
        else:
            field.fill(value)


def apply(page: Page, address: str, tag: str, letter) -> None:
    """Enter with the code and apply: forms come afterwards."""
    page.goto(f"{address}/{tag}/code")
    page.fill("#code", letter.code)
    page.click(MAIN_BUTTON)
    for part, value in (("day", "17"), ("month", "5"), ("year", "1990")):
        page.fill(f"#birth_date-{part}", value)
    page.click(MAIN_BUTTON)
    page.wait_for_url(f"**/{tag}/case/apply")
    page.click(MAIN_BUTTON)
    page.wait_for_url(f"**/{tag}/case/receipt")


def fill_in(page: Page, until: str) -> list[str]:
    """Answer page by page; returns the headings, of which no two may be the same."""
    headings = []
    while not page.url.endswith(until):
        name = page.url.rsplit("/", 1)[-1]
        headings.append(page.locator("h1").inner_text())
        assert page.locator("h1").count() == 1
        if name in {"has_passport", "passport_ends_on", "children", "employer"}:
            look(page, name)
        type_answer(page, ANSWERS[name])
        with page.expect_navigation():
            page.click(MAIN_BUTTON)
    return headings


def test_an_arabic_phone_without_javascript_and_the_german_form_at_the_desk(browser, site, tmp_path):
    address, database, letter = site
    with watched_page(browser, java_script_enabled=False, locale="ar", **SMALL) as page:
        apply(page, address, "ar", letter)
        page.goto(f"{address}/ar/case/forms/")
        page.locator("main a.kern-btn").first.click()
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        page.click(MAIN_BUTTON)
        headings = fill_in(page, until="/children")
        page.goto(f"{address}/ar/case/")
        page.goto(f"{address}{FORM}")
        page.click(MAIN_BUTTON)
        assert page.url.endswith("/children"), "leaving and coming back goes on where it stopped"
        headings += fill_in(page, until="/check")
        assert len(set(headings)) == len(headings)
        expect(page.locator("main")).to_contain_text("سلمى Haddad")
        look(page, "check")
        page.click(MAIN_BUTTON)
        look(page, "sent")
    with database.reading() as session:
        [row] = session.scalars(select(SubmittedForm)).all()
        ref = session.scalars(select(Case.ref)).one()
    assert row.locale == "ar"
    with watched_page(browser, viewport={"width": 1280, "height": 800}) as page:
        page.goto(f"{address}/staff/sign-in")
        page.fill("#login", "boris")
        page.fill("#password", PASSWORD)
        page.click(MAIN_BUTTON)
        page.goto(f"{address}/staff/cases/{ref}/forms/title_application")
        expect(page.locator("main")).to_contain_text("سلمى Haddad")
        assert find_faults(page) == []
        look(page, "staff")
        link = page.locator("main a.kern-btn--primary").get_attribute("href")
        pdf = page.request.get(f"{address}{link}").body()
        page.goto(f"{address}/staff/cases/{ref}")
        assert find_faults(page) == []
    (tmp_path / "form.pdf").write_bytes(pdf)
    words = " ".join("".join(page_texts(pdf)).split())
    assert "Welcher Staat hat den Pass ausgestellt?" in words
    assert row.ref in words


def test_pages_of_forms_have_no_faults(browser, site):
    address, _, letter = site
    with watched_page(browser, **SMALL) as page:
        apply(page, address, "uk", letter)
        for path in ("forms/", "forms/title_application"):
            page.goto(f"{address}/uk/case/{path}")
            assert find_faults(page) == [], path
            assert small_targets(page) == [], path
        page.click(MAIN_BUTTON)
        while not page.url.endswith("/children"):
            assert find_faults(page) == [], page.url
            assert small_targets(page) == [], page.url
            type_answer(page, ANSWERS[page.url.rsplit("/", 1)[-1]])
            with page.expect_navigation():
                page.click(MAIN_BUTTON)
        type_answer(page, {"name": "", "born_on": "gestern"})
        page.click(MAIN_BUTTON)
        expect(page.locator("[data-error-summary]")).to_be_focused()
        assert find_faults(page) == []
        type_answer(page, ANSWERS["children"])
        page.click("button[name=add]")
        assert find_faults(page) == []
        assert small_targets(page) == []
        look(page, "table")


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened
