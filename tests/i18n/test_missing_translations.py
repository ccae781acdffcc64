"""A text whose translation is deleted stands there in German and says so: on pages and in letters."""

import shutil
from datetime import date

import pytest
from babel.messages.pofile import read_po, write_po

from servicedesk.kernel import locales
from servicedesk.kernel.locales import Untranslated, translations
from servicedesk.notices import wording
from servicedesk.notices.letters import render_letter
from servicedesk.notices.letters.pages import build_html
from servicedesk.notices.letters.samples import SAMPLE_SECRETS, build_sample
from tests.integration.conftest import app as app
from tests.integration.conftest import browser as browser
from tests.integration.conftest import cast as cast
from tests.support.pdf_reading import read_structure

DAY = date(2026, 11, 23)
HEADING = "Ihr Zugangscode"
COUNTED = "Dauer: etwa %(num)s Minute"
IN_LETTER = "Was Sie tun müssen"


def _forget():
    for kept in (
        translations,
        wording.get_wording,
        wording.get_html_environment,
        wording.get_text_environment,
    ):
        kept.cache_clear()


@pytest.fixture
def without(tmp_path, monkeypatch):
    """Delete translations from a copy of the catalogues; the next reader finds them gone."""

    def delete(tag, *messages):
        folder = tmp_path / "translations"
        shutil.copytree(locales._ROOT, folder)
        file = folder / tag / "LC_MESSAGES" / "messages.po"
        with file.open("rb") as opened:
            catalogue = read_po(opened)
        for message in messages:
            entry = catalogue.get(message)
            assert entry is not None, message
            assert entry.string, f"{message} has no translation to delete"
            entry.string = ("",) * len(entry.string) if isinstance(entry.string, tuple) else ""
        with file.open("wb") as opened:
            write_po(opened, catalogue)
        monkeypatch.setattr(locales, "_ROOT", folder)
        _forget()

    yield delete
    monkeypatch.undo()
    _forget()


def spans(page):
    """Return the texts of a page that say they are German."""
    return [page.words(node) for node in page.all("span", lang="de", dir="ltr")]


def test_a_heading_without_translation_is_named_as_german(browser, without):
    # Titles of pages and headings share this text: both say so.
    page = browser.get("/ar/code").page
    assert spans(page) == []
    translated = page.h1
    without("ar", translated_id(browser))
    page = browser.get("/ar/code").page
    assert page.h1 != translated
    assert page.h1 in spans(page)
    assert (page.all("html")[0].get("lang"), page.all("html")[0].get("dir")) == ("ar", "rtl")
    german = browser.get("/de/code").page
    assert german.h1 == page.h1
    assert spans(german) == []


def translated_id(browser):
    return browser.get("/de/code").page.h1


def test_nothing_of_the_marks_leaves_the_server(browser, without):
    without("ar", translated_id(browser))
    for path in ("/ar/", "/ar/code", "/ar/contact/name", "/ar/nowhere"):
        browser.get(path)
        assert not {"\ufdd0", "\ufdd1"} & set(browser.answer.text), path


def test_a_language_without_any_catalogue_is_german_throughout(browser, tmp_path, monkeypatch):
    monkeypatch.setattr(locales, "_ROOT", tmp_path)
    _forget()
    try:
        page = browser.get("/uk/code").page
        assert page.h1 in spans(page)
        assert len(spans(page)) > 5
    finally:
        monkeypatch.undo()
        _forget()


def test_the_catalogue_tells_what_it_lacks(without):
    without("tr", IN_LETTER, COUNTED)
    for tag, is_lacking in (("tr", True), ("ar", False), ("de", False)):
        found = translations(tag).gettext(IN_LETTER)
        assert isinstance(found, Untranslated) is is_lacking, tag
        for count, german in ((1, COUNTED), (2, "Dauer: etwa %(num)s Minuten")):
            counted = translations(tag).ngettext(COUNTED, "Dauer: etwa %(num)s Minuten", count)
            assert isinstance(counted, Untranslated) is is_lacking, tag
            assert (counted == german) is (is_lacking or tag == "de")


@pytest.mark.parametrize("tag", ["ar", "uk"])
def test_a_letter_marks_what_stands_in_german_on_the_translated_sheet(without, tag):
    letter = build_sample("expired_letter", tag, DAY)
    mark = f'<span lang="de" dir="ltr">{IN_LETTER}</span>'
    assert mark not in build_html(letter, None)[0]
    without(tag, IN_LETTER)
    html = build_html(letter, None)[0]
    assert html.count(mark) == 1
    german_sheet, translated_sheet = html.split(mark)
    assert f"<h2>{IN_LETTER}</h2>" in german_sheet
    assert IN_LETTER not in translated_sheet


def test_the_finished_letter_tells_a_screen_reader(without):
    def german_spans():
        pdf = render_letter(build_sample("expired_letter", "ar", DAY), SAMPLE_SECRETS).pdf
        return sum(kind == "/Span" and language == "de" for _, kind, language, _ in read_structure(pdf))

    before = german_spans()
    without("ar", IN_LETTER)
    assert german_spans() == before + 1
