"""Printing lists at the desk and reviewing texts, in Chromium and by keyboard; axe on every page."""

from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from servicedesk.jobs import racks
from servicedesk.jobs.racks import draw_racks
from servicedesk.notices.letters import RenderedLetter
from servicedesk.offices.queries.reviews import list_reviewed_digests
from tests.journeys.test_staff import WIDE, Keys
from tests.journeys.test_staff import browser as browser
from tests.journeys.test_staff import place as place
from tests.journeys.test_staff import pytestmark as of_staff
from tests.support.desk import small_pdf
from tests.support.live import find_faults, overflow, watched_page
from tests.support.pdf_reading import page_texts

pytestmark = [
    *of_staff,
    pytest.mark.parametrize(
        "real_db", ["sqlite", pytest.param("postgresql", marks=pytest.mark.prove)], indirect=True
    ),
]
MOST_PAGES = 2


def opened_pdf(page, act, path):
    """Do something and return the document that the browser was given for it."""
    # A browser without a window saves what it would show; the address is asked for once more to read it.
    with page.expect_response(lambda answer: path in answer.url) as waited:
        act()
    answer = waited.value
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("inline")
    return answer.url, page_texts(page.request.get(answer.url).body())


@contextmanager
def page_at_the_desk(browser, address):
    """Give a page on which documents open: the browser's viewer loads parts of its own, which are not ours to judge."""
    context = browser.new_context(**WIDE)
    page = context.new_page()
    missing = []
    page.on("response", lambda answer: missing.append(answer.url) if answer.status >= 400 else None)
    yield page
    context.close()
    assert [url for url in missing if url.startswith(address)] == []


def words(pages):
    return " ".join("".join(pages).split())


def test_three_letters_the_language_and_enter(browser, place):
    with page_at_the_desk(browser, place.address) as page:
        keys = Keys(page)
        keys.sign_in(place.address, "dmitri")
        keys.go_to("Checklisten")
        keys.press("Enter", "**/staff/checklists")
        assert page.evaluate("document.activeElement.id") == "letters"
        assert find_faults(page) == []
        page.keyboard.type("stu ar")
        url, pages = opened_pdf(page, lambda: page.keyboard.press("Enter"), "/checklists/print")
        assert "letters=stu+ar" in url
        assert len(pages) <= MOST_PAGES
        assert "/ar/p/stu" in words(pages)

        page.goto(f"{place.address}/staff/checklists")
        page.keyboard.type("stu")
        keys.go_to("language")
        page.keyboard.type("uk")
        keys.go_to("large")
        page.keyboard.press("Space")
        url, large = opened_pdf(page, lambda: page.keyboard.press("Enter"), "/checklists/print")
        assert "language=uk" in url
        assert "large=y" in url
        assert len(large) > len(pages)
        assert "/uk/p/stu" in words(large)

        page.goto(f"{place.address}/staff/checklists")
        page.keyboard.type("zzz")
        keys.press("Enter", "**/checklists/print?**")
        expect(page.locator("main")).to_contain_text("„zzz“ gehört zu keinem Anliegen")
        assert find_faults(page) == []


def test_the_list_of_a_case_opens_with_one_key_and_says_what_is_missing(browser, place):
    with page_at_the_desk(browser, place.address) as page:
        keys = Keys(page)
        keys.sign_in(place.address)
        page.goto(f"{place.address}/staff/cases/{place.ref}")
        _, pages = opened_pdf(page, lambda: page.keyboard.press("l"), "/checklist")
        assert "Für Özlem Çelik, Aktenzeichen" in words(pages)
        assert "fehlt noch" in words(pages)
        assert len(pages) <= MOST_PAGES


def test_the_page_of_the_desk_reads_at_200_percent(browser, place):
    with watched_page(browser, viewport={"width": 640, "height": 400}, device_scale_factor=2) as page:
        keys = Keys(page)
        keys.sign_in(place.address, "dmitri")
        for path in ("/staff/checklists", "/staff/checklists/rack", "/staff/texts", "/staff/texts/ar"):
            page.goto(f"{place.address}{path}")
            assert overflow(page) == 0, path
            assert find_faults(page) == [], path


def test_the_rack_is_ordered_and_followed_without_reloading(browser, place, monkeypatch):
    monkeypatch.setattr(
        racks,
        "render_checklists",
        lambda sheets: RenderedLetter(pdf=small_pdf(1), page_count=1, title=sheets[0].concern.de),
    )
    with watched_page(browser, **WIDE) as page:
        keys = Keys(page)
        keys.sign_in(place.address, "dmitri")
        page.goto(f"{place.address}/staff/checklists")
        keys.go_to("Alle Listen für die Auslage")
        keys.press("Enter", "**/staff/checklists/rack")
        keys.go_to("Alle Listen zeichnen lassen")
        keys.press("Enter", "**/staff/checklists/rack#stand")
        expect(page.locator("#orders")).to_contain_text("wartet auf den Hintergrunddienst")
        assert find_faults(page) == []
        desk = place.desk
        assert draw_racks(desk.db, now=desk.clock.now, public_url=None, should_stop=lambda: False) == {
            "files": 1
        }
        expect(page.locator("#orders")).to_contain_text("fertig", timeout=10_000)
        assert find_faults(page) == []
        with page.expect_download() as waited:
            page.get_by_role("link", name="PDF laden").press("Enter")
        assert waited.value.suggested_filename == "checklisten-auslage.pdf"


def test_texts_are_reviewed_one_by_one_and_by_the_page(browser, place):
    with watched_page(browser, **WIDE) as page:
        keys = Keys(page)
        keys.sign_in(place.address)
        page.goto(f"{place.address}/staff/texts")
        assert find_faults(page) == []
        page.keyboard.press("j")
        keys.press("Enter", "**/staff/texts/*")
        page.goto(f"{place.address}/staff/texts/ar")
        assert find_faults(page) == []
        page.keyboard.press("j")
        with page.expect_navigation():
            page.keyboard.press("a")
        assert reviewed(place) == 1
        with page.expect_navigation():
            page.keyboard.press("s")
        assert reviewed(place) == 26
        page.goto(f"{place.address}/staff/texts/ar?state=done")
        expect(page.locator("main")).to_contain_text("zurücknehmen")
        assert find_faults(page) == []
        page.keyboard.press("j")
        with page.expect_navigation():
            page.keyboard.press("a")
        assert reviewed(place) == 25


def reviewed(place):
    with place.desk.db.reading() as session:
        return len(list_reviewed_digests(session).get("ar", ()))


@pytest.mark.parametrize("width", [320, 1280])
def test_texts_are_reviewed_without_scripts(browser, place, width):
    with watched_page(browser, viewport={"width": width, "height": 700}, java_script_enabled=True) as page:
        Keys(page).sign_in(place.address)
        page.goto(f"{place.address}/staff/texts/ar?state=all&q=Termin")
        assert overflow(page) == 0
        cookies = page.context.cookies()
    with watched_page(browser, viewport={"width": width, "height": 700}, java_script_enabled=False) as page:
        page.context.add_cookies(cookies)
        page.goto(f"{place.address}/staff/texts/ar?q=Termin")
        with page.expect_navigation():
            page.get_by_role("button", name="stimmt, geprüft").first.click()
        assert "q=Termin" in page.url
        assert reviewed(place) == 1
