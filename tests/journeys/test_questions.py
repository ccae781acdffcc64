"""A question in Ukrainian on a phone, answered by keyboard, read again; and the calendar pages, looked at by axe."""

import logging
import threading
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from servicedesk.booking.service import book_appointment
from servicedesk.cases.models import Case
from servicedesk.cases.question_models import CaseQuestion
from servicedesk.db.audit import seal_audit
from servicedesk.kernel.clock import FixedClock
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.offices.queries import list_desks
from tests.conftest import NOW
from tests.support.client import make_app
from tests.support.desk import Desk
from tests.support.live import CHROMIUM, chromium, cut_off, find_faults, overflow, small_targets, watched_page
from tests.support.office import PASSWORD, load_cast
from tests.support.portal import send_letter

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]
PHONE = {"viewport": {"width": 320, "height": 640}}
WIDE = {"viewport": {"width": 1280, "height": 800}, "locale": "de-DE"}
MAIN_BUTTON = "#page-form .kern-btn--primary"


@contextmanager
def running_office(database, folder, vault):
    """Run an office with its staff, one letter underway and a morning full of appointments."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    clock = FixedClock(NOW)
    with database.unit_of_work() as session:
        cast = load_cast(session, NOW)
        letter = send_letter(session, vault, NOW, cast=cast, language="uk")
    app = make_app(database, clock, folder, vault)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", Desk(database, app, cast, vault, clock), letter
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def place(real_db, tmp_path, vault):
    with running_office(real_db, tmp_path, vault) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


def look(page: Page) -> None:
    """Find nothing that a reader could not use."""
    assert find_faults(page) == [], page.url
    assert overflow(page) == 0, page.url


def look_on_phone(page: Page) -> None:
    look(page)
    assert cut_off(page) == [], page.url
    assert small_targets(page) == [], page.url


def open_case(page: Page, address: str, tag: str, letter) -> None:
    page.goto(f"{address}/{tag}/code")
    page.fill("#code", letter.code)
    page.click(MAIN_BUTTON)
    for part, value in (("day", "17"), ("month", "5"), ("year", "1990")):
        page.fill(f"#birth_date-{part}", value)
    page.click(MAIN_BUTTON)
    page.wait_for_url("**/case/**")


def sign_in(page: Page, address: str, login: str) -> None:
    page.goto(f"{address}/staff/sign-in")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/")


def ask(page: Page, address: str) -> None:
    page.goto(f"{address}/uk/case/questions/")
    look_on_phone(page)
    page.click("main .kern-btn--primary")
    page.wait_for_url("**/questions/ask")
    look_on_phone(page)
    page.fill("#text", "Доброго дня!\nЧи достатньо копії паспорта?")
    page.click(MAIN_BUTTON)
    page.wait_for_url("**/questions/how")
    look_on_phone(page)
    page.check("#wish-0")
    page.click(MAIN_BUTTON)
    page.wait_for_url("**/questions/#fragen")
    look_on_phone(page)
    expect(page.locator("main")).to_contain_text("Чи достатньо копії паспорта?")


def answer_by_keyboard(page: Page) -> None:
    """Open the oldest question, tick a ready sentence, write, send: no mouse."""
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    look(page)
    expect(page.locator("main")).to_contain_text("Чи достатньо копії паспорта?")
    page.keyboard.press("3")
    expect(page.locator("#block-3")).to_be_checked()
    page.keyboard.press("t")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("Eine Kopie genügt.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_asked_on_a_phone_in_ukrainian_answered_by_keyboard_and_read(place, browser):
    address, desk, letter = place
    with watched_page(browser, **PHONE) as phone:
        open_case(phone, address, "uk", letter)
        ask(phone, address)
        with watched_page(browser, **WIDE) as staff:
            sign_in(staff, address, "boris")
            staff.goto(f"{address}/staff/questions")
            look(staff)
            answer_by_keyboard(staff)
            expect(staff.locator("h1")).to_contain_text("Fragen")
            look(staff)
        phone.reload()
        main = phone.locator("main")
        expect(main).to_contain_text("Eine Kopie genügt.")
        expect(main).to_contain_text("Deutsch")
        assert phone.locator("div[lang=de]").get_attribute("dir") == "ltr"
        look_on_phone(phone)
    assert desk.row(CaseQuestion).told == "page"


def test_the_calendar_pages_are_readable_empty_and_crowded(place, browser):
    address, desk, _ = place
    with watched_page(browser, **WIDE) as page:
        sign_in(page, address, "boris")
        page.goto(f"{address}/staff/calendar?day=2026-12-01")
        look(page)
        fill_morning(desk)
        page.reload()
        look(page)
        with page.expect_navigation():
            page.keyboard.press("w")
        look(page)
        with page.expect_navigation():
            page.keyboard.press("t")
        with page.expect_navigation():
            page.keyboard.press("b")
        expect(page.locator(".sd-day-sheet li")).to_have_count(12)
        look(page)
        page.set_viewport_size({"width": 320, "height": 640})
        assert overflow(page) == 0
        page.goto(f"{address}/staff/calendar/feeds")
        look(page)
        page.get_by_role("button", name="erstellen").click()
        expect(page.locator("main")).to_contain_text("/calendar/")
        look(page)


def test_the_page_of_exports_is_readable_empty_and_filled(place, browser):
    address, desk, _ = place
    with desk.db.unit_of_work() as session:
        seal_audit(session, now=NOW)
    with watched_page(browser, **WIDE) as page:
        sign_in(page, address, "frida")
        page.goto(f"{address}/staff/exports")
        look(page)
        with page.expect_navigation():
            page.keyboard.press("e")
        expect(page.locator("main table tbody tr")).to_have_count(1)
        look(page)


def fill_morning(desk) -> None:
    """Book twelve people, a quarter of an hour each."""
    starts = datetime(2026, 12, 1, 8)
    for number in range(12):
        ref = desk.case(
            "Bartholomäus-Ćosić" if number == 3 else f"Ba{'rt' * (number % 4)}el", f"Nr. {number}"
        )
        with desk.db.unit_of_work() as session:
            case_id = session.query(Case).filter_by(ref=ref).one().id
            book_appointment(
                session,
                case_id=case_id,
                desk_id=next(
                    one.id
                    for one in list_desks(session, desk.cast.office.id)
                    if desk.cast.members["boris"] in one.member_ids
                ),
                starts_local=starts + number * timedelta(minutes=15),
                now=NOW,
                actor=SYSTEM,
                vault=desk.vault,
            )
