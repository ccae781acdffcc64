"""The office changes an age and a text in Chromium; a second person releases it; everybody sees it."""

from playwright.sync_api import expect

from tests.journeys.test_staff import WIDE, Keys, browser, place, pytestmark
from tests.support.live import find_faults, overflow, watched_page
from tests.support.pdf_reading import page_texts

__all__ = ["browser", "place", "pytestmark"]

NARROW = {"viewport": {"width": 320, "height": 640}}
INSURER = "Bescheinigung Ihrer Krankenkasse"
ARABIC = "شهادة من التأمين الصحي"


def look(page):
    """Hold a page to axe and to its width."""
    assert find_faults(page) == []
    assert overflow(page) <= 0, page.url


def write_draft(page, catalogue):
    """Change an age, a German name and its Arabic text; return the draft's address."""
    page.goto(catalogue)
    look(page)
    page.get_by_role("button", name="Entwurf beginnen").click()
    draft = page.url
    page.get_by_label("Anliegen oder Unterlage").fill("Krankenkasse")
    page.get_by_role("button", name="Suchen").click()
    look(page)
    page.get_by_role("link", name="Mitgliedsbescheinigung").first.click()
    page.get_by_label("Bezeichnung auf Deutsch").fill(INSURER)
    page.get_by_label("Wie alt darf sie höchstens sein?").fill("28")
    page.get_by_label("Einheit").select_option("days")
    page.get_by_role("button", name="Im Entwurf speichern").click()
    expect(page.locator("main")).to_contain_text("Im Entwurf gespeichert")
    look(page)
    page.goto(f"{draft}/texts/ar")
    page.locator("#text-0").fill(ARABIC)
    page.get_by_role("button", name="Im Entwurf speichern").click()
    expect(page.locator("main")).to_contain_text("Es fehlt kein Text.")
    look(page)
    return draft


def look_at_draft(page, draft):
    """See the page and the sheet as they would be, then every page of the draft."""
    page.goto(f"{draft}/preview/permit_study?language=ar")
    expect(page.locator("main")).to_contain_text("Entwurf – gilt noch nicht")
    expect(page.locator("main")).to_contain_text(ARABIC)
    look(page)
    sheet = page.request.get(f"{draft}/sheets/permit_study?language=ar").body()
    assert all("ENTWURF" in text for text in page_texts(sheet))
    page.goto(f"{draft}/concerns/permit_study")
    look(page)
    page.goto(f"{draft}/concerns/permit_study/lines/4")
    look(page)
    page.goto(draft)
    look(page)
    page.get_by_role("button", name="Einer zweiten Person vorschlagen").click()
    expect(page.locator("main")).to_contain_text("Wartet auf eine zweite Person")


def test_an_age_and_an_arabic_text_go_from_draft_to_page_and_paper(browser, place):
    with watched_page(browser, **WIDE) as page:
        Keys(page).sign_in(place.address, "frida")
        draft = write_draft(page, f"{place.address}/staff/catalogue")
        look_at_draft(page, draft)
    with watched_page(browser, **WIDE) as page:
        Keys(page).sign_in(place.address, "eva")
        page.goto(draft)
        look(page)
        page.get_by_role("link", name="Freigeben").click()
        look(page)
        page.get_by_role("button", name="Freigeben").click()
        expect(page.locator("main")).to_contain_text("gilt ab")
        page.goto(f"{place.address}/ar/papers/permit_study")
        expect(page.locator("main")).to_contain_text(ARABIC)
        expect(page.locator("main")).to_contain_text(INSURER)
        look(page)
        printed = page.request.get(f"{place.address}/staff/checklists/print?letters=stu&language=ar").body()
        words = " ".join("".join(page_texts(printed)).split())
        assert INSURER in words
        assert "Höchstens 4 Wochen alt." in words
        assert "ENTWURF" not in words


def test_every_page_of_the_editor_holds_on_a_phone_and_by_keyboard_without_scripts(browser, place):
    with watched_page(browser, **NARROW) as page:
        Keys(page).sign_in(place.address, "frida")
        page.goto(f"{place.address}/staff/catalogue")
        page.get_by_role("button", name="Entwurf beginnen").click()
        draft = page.url
        for path in (
            "",
            "/documents/new",
            "/documents/health_insurance",
            "/concerns/new",
            "/concerns/permit_study",
            "/concerns/permit_study/lines/new",
            "/texts/ar",
            "/preview/permit_study",
        ):
            page.goto(draft + path)
            look(page)
        page.goto(f"{place.address}/staff/catalogue/import")
        look(page)
        keys = Keys(page)
        page.goto(f"{draft}/documents/health_insurance")
        keys.type_into("note", "mit der Tastatur")
        keys.press("Enter", "**/documents/health_insurance?saved=1")
        expect(page.locator("main")).to_contain_text("Im Entwurf gespeichert")
