"""The resident's whole way in Chromium: Arabic without JavaScript on a phone, German by keyboard, Ukrainian without a letter."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from servicedesk.booking.models import Appointment
from servicedesk.cases.models import Application, ContactRequest
from servicedesk.cases.service import open_content
from tests.conftest import NOW
from tests.support.live import (
    CHROMIUM,
    chromium,
    cut_off,
    find_faults,
    overflow,
    running_site,
    small_targets,
    watched_page,
)
from tests.support.portal import send_letter

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]
SMALL = {"viewport": {"width": 320, "height": 640}}
MAIN_BUTTON = "#page-form .kern-btn--primary"
FIRST_PAGE_BYTES = 100 * 1024


@pytest.fixture
def site(tmp_path, vault):
    with running_site(tmp_path, vault) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


def type_birth_date(page: Page) -> None:
    for part, value in (("day", "17"), ("month", "5"), ("year", "1990")):
        page.fill(f"#birth_date-{part}", value)


def open_case(page: Page, site, tag: str, code: str | None = None) -> None:
    page.goto(f"{site.address}/{tag}/code")
    page.fill("#code", code or site.letter.code)
    page.click(MAIN_BUTTON)
    type_birth_date(page)
    page.click(MAIN_BUTTON)
    page.wait_for_url("**/case/apply")


def booked_rows(site):
    with site.database.reading() as session:
        return session.scalars(select(Appointment).where(Appointment.state == "booked")).all()


def test_arabic_without_javascript_on_a_small_phone(browser, site):
    with watched_page(browser, java_script_enabled=False, locale="ar", **SMALL) as page:
        page.goto(f"{site.address}/")
        assert page.url.endswith("/ar/")
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        page.click(".sd-door--first")
        page.fill("#code", site.letter.code.lower().replace("-", " "))
        page.click(MAIN_BUTTON)
        for part, value in (("day", "١٧"), ("month", "مايو"), ("year", "١٩٩٠")):
            page.fill(f"#birth_date-{part}", value)
        page.click(MAIN_BUTTON)
        page.wait_for_url("**/ar/case/apply")
        german = page.get_by_text("Ich beantrage die Verlängerung meines Aufenthaltstitels.")
        assert german.count() >= 1
        page.click(MAIN_BUTTON)
        page.wait_for_url("**/ar/case/receipt")
        page.click("a.kern-btn--primary")
        page.wait_for_url("**/ar/case/papers")
        page.locator("#paper-passport button").click()
        page.wait_for_url("**/ar/case/papers#paper-passport")
        page.locator("main a.kern-btn--primary").click()
        page.wait_for_url("**/ar/case/times/")
        page.locator(".sd-time").nth(2).click()
        page.wait_for_url("**/ar/case/times/check")
        page.click(MAIN_BUTTON)
        page.wait_for_url("**/ar/case/appointment/")
        [row] = booked_rows(site)
        expect(page.locator("main")).to_contain_text(row.ref)
        with page.expect_download() as calendar:
            page.locator("main a.kern-btn--primary").click()
        assert b"BEGIN:VEVENT" in calendar.value.path().read_bytes()
        with page.expect_download() as sheet:
            page.locator("a[href$='termin.pdf']").click()
        assert sheet.value.path().read_bytes().startswith(b"%PDF")
        page.goto(f"{site.address}/ar/case/")
        expect(page.locator(".sd-todo")).to_be_visible()
        page.locator("main .sd-link-button").last.click()
        page.wait_for_url("**/ar/signed-out")
    with site.database.reading() as session:
        [applied] = session.scalars(select(Application)).all()
    assert applied.statement == "Ich beantrage die Verlängerung meines Aufenthaltstitels."


class Keys:
    """Use a page by keyboard only."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def focused(self) -> str:
        text: str = self.page.evaluate(
            "() => { const it = document.activeElement; return it.id + '|' + it.name + '|' + (it.textContent || '').trim() }"
        )
        return text

    def go_to(self, wanted: str) -> None:
        """Press Tab until an element whose id, name or text holds `wanted` has the focus."""
        for _ in range(120):
            self.page.keyboard.press("Tab")
            if wanted in self.focused():
                assert self.page.evaluate("document.activeElement.matches(':focus-visible')")
                return
        raise AssertionError(f"{wanted!r} cannot be reached by Tab on {self.page.url}")

    def type_into(self, field: str, text: str) -> None:
        self.go_to(field)
        self.page.keyboard.type(text)

    def press(self, wanted: str, ends_at: str) -> None:
        self.go_to(wanted)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(ends_at)


def test_german_by_keyboard_only(browser, site):
    with watched_page(browser, viewport={"width": 1280, "height": 800}) as page:
        keys = Keys(page)
        page.goto(f"{site.address}/de/")
        keys.press("Ich habe einen Brief mit einem Code", "**/de/code")
        # The code from the letter's QR stands behind "#": it fills the field and leaves the address.
        page.goto(f"{site.address}/de/#")
        page.goto(f"{site.address}/de/code#{site.letter.code.replace('-', '')}")
        expect(page.locator("#code")).to_have_value(site.letter.code.replace("-", " "))
        assert "#" not in page.url
        keys.press("Weiter", "**/de/code/birth-date")
        keys.type_into("birth_date-day", "18")
        keys.type_into("birth_date-month", "Mai")
        keys.type_into("birth_date-year", "1990")
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-error-summary]")
        assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
        assert page.title().startswith("Fehler:")
        page.goto(f"{site.address}/de/code/birth-date")
        keys.type_into("birth_date-day", "17")
        keys.type_into("birth_date-month", "5")
        keys.type_into("birth_date-year", "1990")
        page.keyboard.press("Enter")
        page.wait_for_url("**/de/case/apply")
        keys.press("Antrag stellen", "**/de/case/receipt")
        keys.press("Weiter zu den Unterlagen", "**/de/case/papers")
        keys.press("Habe ich", "**/de/case/papers#paper-passport")
        keys.press("Weiter: Termin wählen", "**/de/case/times/")
        keys.press("Alle 16 Zeiten", "**/times/on/**")
        keys.press("10:15", "**/times/check")
        keys.press("Diesen Termin buchen", "**/case/appointment/")
        page.go_back()
        expect(page.locator("h1")).to_contain_text("Das ist schon erledigt")
        assert len(booked_rows(site)) == 1
        keys.press("Termin ansehen", "**/case/appointment/")
        keys.press("Termin verschieben", "**/case/move/")
        keys.press("slot", "**/case/move/check")
        keys.press("Termin auf diese Zeit verschieben", "**/case/appointment/")
        keys.press("Termin absagen", "**/appointment/cancel")
        keys.type_into("reason", "krank")
        page.keyboard.press("Enter")
        page.wait_for_url("**/appointment/cancelled")
        assert booked_rows(site) == []
        keys.press("Fertig – abmelden", "**/de/signed-out")


def test_ukrainian_without_a_letter(browser, site, vault):
    with watched_page(browser, locale="uk", **SMALL) as page:
        page.goto(f"{site.address}/")
        assert page.url.endswith("/uk/")
        page.locator(".sd-door").nth(1).click()
        page.click("main a.kern-btn--primary")
        page.fill("#family_name", "Мельник")
        page.fill("#given_names", "Оксана")
        page.click(MAIN_BUTTON)
        type_birth_date(page)
        page.click(MAIN_BUTTON)
        for part, value in (("day", "4"), ("month", "3"), ("year", "2027")):
            page.fill(f"#ends_on-{part}", value)
        page.click(MAIN_BUTTON)
        page.locator("input[name=concern]").first.check()
        page.click(MAIN_BUTTON)
        page.fill("#phone", "+49 151 2345678")
        page.click(MAIN_BUTTON)
        page.wait_for_url("**/uk/contact/check")
        assert find_faults(page) == []
        expect(page.locator("main")).to_contain_text("Мельник")
        page.dblclick(MAIN_BUTTON)
        page.wait_for_url("**/uk/contact/received")
        [row] = stored_requests(site)
        expect(page.locator("main")).to_contain_text(row.ref)
        assert row.locale == "uk"
        assert open_content(vault, row).family_name == "Мельник"


def stored_requests(site):
    with site.database.reading() as session:
        return session.scalars(select(ContactRequest)).all()


def test_somebody_is_quicker_while_the_answers_are_checked(browser, site, vault):
    with site.database.unit_of_work() as session:
        rival = send_letter(session, vault, NOW, cast=site.letter.cast, family_name="Andere")
    with watched_page(browser) as page, watched_page(browser) as other:
        open_case(page, site, "de")
        page.click(MAIN_BUTTON)
        page.goto(f"{site.address}/de/case/times/on/2026-12-01")
        page.get_by_role("button", name="08:00").click()
        expect(page.locator("main")).to_contain_text("reserviert")
        site.advance(timedelta(minutes=11))
        open_case(other, site, "de", code=rival.code)
        other.click(MAIN_BUTTON)
        other.goto(f"{site.address}/de/case/times/on/2026-12-01")
        other.get_by_role("button", name="08:00").click()
        other.click(MAIN_BUTTON)
        other.wait_for_url("**/case/appointment/")
        page.click(MAIN_BUTTON)
        expect(page.locator("h1")).to_contain_text("gerade vergeben")
        page.locator(".sd-time").first.click()
        page.click(MAIN_BUTTON)
        expect(page.locator("h1")).to_contain_text("gebucht")
    assert len({row.starts_local for row in booked_rows(site)}) == 2


PUBLIC = [
    "",
    "code",
    "contact/",
    "contact/name",
    "contact/birth-date",
    "contact/ends",
    "contact/concern",
    "contact/reach",
    "papers",
    "papers/permit_study",
    "papers/permit_family_foreigner?first=1&for=child",
    "papers/permit_study/questions",
    "papers/permit_study/questions?first=0&for=adult&sent=passport_ends_before_title",
    "responsible",
    "responsible?surname=Ak",
    "imprint",
    "privacy",
    "accessibility",
    "signed-out",
    "email/some-token",
]
BEFORE = ["case/apply"]
APPLIED = [
    "case/",
    "case/receipt",
    "case/apply",
    "case/papers",
    "case/papers/questions/rents_home",
    "case/papers/answers",
    "case/times/",
    "case/times/on/2026-12-01",
    "case/times/none",
    "case/times/taken",
    "case/details/address",
    "case/details/language",
    "case/details/email",
    "case/details/phone",
]
BOOKED = [
    "case/",
    "case/appointment/",
    "case/appointment/already",
    "case/appointment/cancel",
    "case/move/",
    "case/papers",
]


@pytest.mark.parametrize(("tag", "width"), [("de", 1280), ("ar", 320)])
def test_axe_finds_nothing_and_nothing_is_cut_off_on_any_page(browser, site, tag, width):
    with watched_page(browser, viewport={"width": width, "height": 640}) as page:
        problems = look_at_every_page(page, site, tag)
    assert problems == []


def look_at_every_page(page: Page, site, tag: str) -> list[str]:
    problems: list[str] = []

    def look(path: str) -> None:
        page.goto(f"{site.address}/{tag}/{path}")
        problems.extend(f"{path}: {fault}" for fault in find_faults(page))
        problems.extend(f"{path}: small {target}" for target in small_targets(page))
        problems.extend(f"{path}: cut off {node}" for node in cut_off(page))
        if overflow(page) > 0:
            problems.append(f"{path}: {overflow(page)} px too wide")

    for path in PUBLIC:
        look(path)
    open_case(page, site, tag)
    for path in BEFORE:
        look(path)
    page.click(MAIN_BUTTON)
    for path in APPLIED:
        look(path)
    page.goto(f"{site.address}/{tag}/case/details/email")
    page.click(MAIN_BUTTON)
    problems.extend(f"error page: {fault}" for fault in find_faults(page))
    page.goto(f"{site.address}/{tag}/case/times/on/2026-12-01")
    page.locator(".sd-time").first.click()
    page.wait_for_url("**/check")
    look("case/times/check")
    page.click(MAIN_BUTTON)
    for path in BOOKED:
        look(path)
    return problems


@pytest.mark.parametrize("percent", [125, 150])
def test_long_words_break_with_a_larger_type(browser, site, percent):
    """A machine's fonts may be wider than those of this one; larger type stands for all of them."""
    problems = []
    with watched_page(browser, **SMALL) as page:
        open_case(page, site, "ar")
        page.click(MAIN_BUTTON)
        for path in ("case/", "case/papers", "case/times/", "papers/permit_study", "responsible?surname=Ak"):
            page.goto(f"{site.address}/ar/{path}")
            page.evaluate(f"document.documentElement.style.fontSize = '{percent}%'")
            if overflow(page) > 0:
                problems.append(f"{path}: {overflow(page)} px too wide at {percent} %")
    assert problems == []


def test_an_error_page_is_as_good_as_any(browser, site):
    context = browser.new_context(**SMALL)
    page = context.new_page()
    page.goto(f"{site.address}/ar/nowhere")
    assert find_faults(page) == []
    assert overflow(page) == 0
    context.close()


def test_the_first_page_is_light(browser, site):
    with watched_page(browser, **SMALL) as page:
        sizes: list[int] = []
        page.on("response", lambda answer: sizes.append(len(answer.body()) + 300))
        page.goto(f"{site.address}/de/", wait_until="networkidle")
        assert 1 < len(sizes) < 10
        assert sum(sizes) <= FIRST_PAGE_BYTES, sizes


def test_the_language_can_change_on_a_page_with_typed_text(browser, site):
    with watched_page(browser, java_script_enabled=False, **SMALL) as page:
        page.goto(f"{site.address}/de/contact/name")
        page.fill("#family_name", "محمد 12 (B)")
        page.locator("button[name=_language][value=ar]").click()
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        expect(page.locator("#family_name")).to_have_value("محمد 12 (B)")
        page.click(MAIN_BUTTON)
        page.wait_for_url("**/ar/contact/birth-date")
