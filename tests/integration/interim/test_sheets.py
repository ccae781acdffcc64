"""The information sheets, for everyone to print."""

import pytest

from servicedesk.interim import views_sheets
from servicedesk.notices.letters import LettersUnavailable
from tests.conftest import NOW
from tests.support.client import Browser, make_app
from tests.support.office import load_cast
from tests.support.pdf_reading import page_texts


@pytest.fixture
def browser(db, clock, tmp_path, vault):
    with db.unit_of_work() as session:
        load_cast(session, NOW)
    return Browser(make_app(db, clock, tmp_path, vault))


@pytest.mark.parametrize("name", ["arbeitgeber", "jobcenter"])
def test_a_sheet_is_german_and_english_for_a_german_reader(browser, name):
    answer = browser.client.get(f"/de/merkblatt/{name}.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="merkblatt-{name}-de.pdf"'
    first, second = page_texts(answer.data)
    assert "Ausländerbehörde Musterstadt" in first
    assert "localhost/pruefen" in first
    assert "Translation for information" in second


def test_it_comes_in_the_readers_language_and_is_rendered_once(browser, monkeypatch):
    views_sheets._rendered.cache_clear()
    for _ in range(2):
        assert browser.client.get("/ar/merkblatt/arbeitgeber.pdf").status_code == 200
    assert views_sheets._rendered.cache_info().misses == 1


def test_an_unknown_sheet_is_not_found(browser):
    assert browser.client.get("/de/merkblatt/vermieter.pdf").status_code == 404


def test_without_the_means_to_make_one_the_page_is_offered(browser, monkeypatch):
    def refuse(_):
        raise LettersUnavailable("no pango")

    monkeypatch.setattr(views_sheets, "_rendered", refuse)
    browser.get("/de/merkblatt/arbeitgeber.pdf")
    assert "lässt sich gerade nicht drucken" in browser.page.words()
    assert any(link.get("href", "").endswith("/pruefen/employers") for link in browser.page.all("a"))
