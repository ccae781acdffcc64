"""Fifteen languages in Chromium: axe on every page, the menu, and what the longest translation does to a page."""

import pytest
from playwright.sync_api import expect

from servicedesk.kernel.locales import LANGUAGES
from tests.journeys.test_resident import MAIN_BUTTON, SMALL, look_at_every_page, open_case
from tests.support.languages import some_languages
from tests.support.live import CHROMIUM, chromium, cut_off, overflow, running_site, watched_page
from tests.support.office import FIFTEEN
from tests.support.pseudo import forget_catalogues, stretch, use_catalogues, write_pseudo

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]


@pytest.fixture
def site(tmp_path, vault):
    with running_site(tmp_path, vault, setup=FIFTEEN) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.mark.parametrize("tag", some_languages(count=0, always=("vi",)))
@pytest.mark.parametrize("width", [320, pytest.param(1280, marks=pytest.mark.prove)])
def test_axe_finds_nothing_in_any_language(browser, site, tag, width):
    with watched_page(browser, viewport={"width": width, "height": 640}) as page:
        assert look_at_every_page(page, site, tag) == []


@pytest.fixture
def pseudo(tmp_path, monkeypatch):
    for tag in ("en", "ar"):
        write_pseudo(tmp_path / "pseudo", tag)
    use_catalogues(monkeypatch, tmp_path / "pseudo")
    yield
    monkeypatch.undo()
    forget_catalogues()


def test_the_pseudo_texts_are_three_times_as_long_and_keep_their_values():
    german = "Ihr Termin am %(day)s bei %(name)s. "
    for is_rtl in (False, True):
        text = stretch(german, is_rtl=is_rtl)
        assert text.count("%(day)s") == text.count("%(name)s") == 1
        assert text.endswith(" ")
        assert text % {"day": "1", "name": "2"}
    assert len(stretch("Zum Inhalt springen", is_rtl=False)) >= 3 * len("Zum Inhalt springen")


@pytest.mark.parametrize(
    ("tag", "width"),
    [
        ("ar", 320),
        pytest.param("ar", 1280, marks=pytest.mark.prove),
        pytest.param("en", 320, marks=pytest.mark.prove),
        pytest.param("en", 1280, marks=pytest.mark.prove),
    ],
)
def test_texts_of_three_times_the_length_are_not_cut_off(browser, site, pseudo, tag, width):
    with watched_page(browser, viewport={"width": width, "height": 640}) as page:
        page.goto(f"{site.address}/{tag}/")
        assert page.locator("h1").inner_text().count(" ") > 5, "the pseudo catalogue is not read"
        assert look_at_every_page(page, site, tag) == []


def test_what_is_cut_off_is_seen(browser, site):
    with watched_page(browser, **SMALL) as page:
        page.goto(f"{site.address}/vi/")
        assert cut_off(page) == []
        page.evaluate("document.querySelector('h1').style.cssText = 'block-size: 1px; overflow: hidden'")
        assert len(cut_off(page)) == 1
        page.evaluate(
            "document.querySelector('h1').style.cssText = 'margin-inline-start: 300px; inline-size: 200px'"
        )
        assert any("<h1" in node for node in cut_off(page))


def test_each_language_stands_in_the_menu_by_its_own_name(browser, site):
    with watched_page(browser, java_script_enabled=False, **SMALL) as page:
        page.goto(f"{site.address}/ti/")
        items = page.locator(".sd-languages li")
        assert items.all_inner_texts() == [language.endonym for language in LANGUAGES.values()]
        assert [item.get_attribute("lang") for item in items.all()] == [
            one.lang for one in LANGUAGES.values()
        ]
        assert overflow(page) <= 0
        first = page.locator(".sd-languages").bounding_box()
        assert first is not None
        assert first["y"] < 100, "the languages are at the top"
        for tag in ("de-simple", "sr-Latn", "fa"):
            page.goto(f"{site.address}/ti/")
            page.get_by_role("link", name=LANGUAGES[tag].endonym, exact=True).click()
            page.wait_for_url(f"**/{tag}/")
            page.goto(f"{site.address}/")
            assert page.url.endswith(f"/{tag}/"), "the choice is kept"


def test_a_change_of_language_keeps_what_was_typed(browser, site):
    with watched_page(browser, java_script_enabled=False, **SMALL) as page:
        page.goto(f"{site.address}/de/contact/name")
        page.fill("#family_name", "Nguyễn")
        for tag in ("vi", "fa", "de-simple", "sr-Latn"):
            page.locator(".sd-languages summary").click()
            page.get_by_role("button", name=LANGUAGES[tag].endonym, exact=True).click()
            expect(page.locator("html")).to_have_attribute("lang", LANGUAGES[tag].lang)
            expect(page.locator("#family_name")).to_have_value("Nguyễn")
        page.fill("#given_names", "Linh")
        page.click(MAIN_BUTTON)
        page.wait_for_url("**/sr-Latn/contact/birth-date")


def test_the_way_from_the_letter_to_the_application_in_leichte_sprache(browser, site):
    with watched_page(browser, java_script_enabled=False, **SMALL) as page:
        open_case(page, site, "de-simple")
        assert page.evaluate("getComputedStyle(document.body).hyphens") == "none"
        page.click(MAIN_BUTTON)
        page.wait_for_url("**/de-simple/case/receipt")
