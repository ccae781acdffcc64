"""The pages that need no code."""

import pytest

from tests.support.client import Browser

PAGES = [
    "",
    "code",
    "contact/",
    "contact/name",
    "papers",
    "papers/permit_study",
    "papers/permit_study?first=1&child=1",
    "responsible",
    "responsible?surname=Çelik",
    "imprint",
    "privacy",
    "accessibility",
]


@pytest.mark.parametrize("language", ["de", "en", "ar", "tr", "uk"])
def test_every_public_page_opens_in_every_language(browser, language):
    for page in PAGES:
        browser.get(f"/{language}/{page}")
        assert browser.status == 200, page
        html = browser.page.all("html")[0]
        assert (html.get("lang"), html.get("dir")) == (language, "rtl" if language == "ar" else "ltr")


def test_an_unknown_address_is_a_kind_404(browser):
    for path in ("/xx/", "/de/papers/no_such", "/de/contact/nowhere", "/de-DE/", "/de/nowhere"):
        assert browser.get(path).status == 404
        assert browser.page.h1 == "Diese Seite gibt es nicht"


def test_the_root_leads_to_the_language_of_the_browser_and_then_to_the_one_last_read(app):
    browser = Browser(app, language="tr,en;q=0.5")
    assert browser.get("/").path == "/tr/"
    browser.get("/uk/")
    assert browser.get("/").path == "/uk/"


def test_the_start_page_offers_a_way_for_people_without_a_letter(browser):
    browser.get("/de/")
    assert browser.follow("Ich habe keinen Brief").page.h1 == "Ich habe keinen Brief"


def test_the_responsible_person_is_named_with_room_and_telephone(browser):
    browser.get("/de/responsible?surname=Çelik")
    assert "Beispiel, B." in browser.page.words()
    assert "201" in browser.page.words()
    browser.get("/de/responsible?surname=Öztürk")
    assert "Muster, C." in browser.page.words()


def test_no_surname_is_asked_for_again(browser):
    browser.get("/de/responsible?surname=+")
    assert browser.page.title.startswith("Fehler:")
    assert browser.page.errors


def test_papers_differ_for_a_child(browser):
    adult = browser.get("/de/papers/permit_family_foreigner").page.all("li")
    child = browser.get("/de/papers/permit_family_foreigner?child=1").page.all("li")
    assert len(adult) != len(child)


def test_public_pages_send_the_policy_and_are_not_stored(browser):
    browser.get("/de/")
    policy = browser.answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert browser.answer.headers["Cache-Control"] == "no-store"
    assert browser.answer.headers["Referrer-Policy"] == "no-referrer"
