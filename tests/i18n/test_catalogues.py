"""Catalogues: complete, sound, in the office's words; a file that is not is called so."""

import shutil
from io import BytesIO

import pytest
from babel.messages.pofile import read_po, write_po
from click.testing import CliRunner

from servicedesk.cli import main
from servicedesk.kernel import locales
from servicedesk.kernel.catalogues import check_catalogue
from servicedesk.kernel.glossary import read_glossary
from servicedesk.kernel.locales import LANGUAGES

TRANSLATED = [tag for tag, language in LANGUAGES.items() if language.catalogue]


@pytest.mark.parametrize("tag", TRANSLATED)
def test_every_language_is_complete_and_sound(tag):
    report = check_catalogue(tag)
    assert (report.untranslated, report.fuzzy, report.faults) == (0, 0, ())
    assert report.messages > 1000


@pytest.fixture
def changed(tmp_path, monkeypatch):
    """Put a translation of one's own into a copy of a catalogue."""

    def change(tag, german, translated):
        folder = tmp_path / "translations"
        if not folder.exists():
            shutil.copytree(locales._ROOT, folder)
        file = folder / LANGUAGES[tag].catalogue / "LC_MESSAGES" / "messages.po"
        catalogue = read_po(BytesIO(file.read_bytes()), locale=LANGUAGES[tag].babel.split("@")[0])
        catalogue.get(german).string = translated
        with file.open("wb") as opened:
            write_po(opened, catalogue)
        monkeypatch.setattr(locales, "_ROOT", folder)
        read_glossary.cache_clear()

    yield change
    monkeypatch.undo()
    read_glossary.cache_clear()


@pytest.mark.parametrize(
    ("tag", "german", "translated", "fault"),
    [
        ("tr", "Ihr Termin", "Gününüz", "Ihr Termin: glossary: Termin is 'randevu' here"),
        ("ar", "Ihr Termin", " موعدكم", "Ihr Termin: space at an end"),
        ("de-simple", "Ihr Termin", "Der Tag des Termins", "Ihr Termin: genitive: des Termins"),
        (
            "uk",
            "Welche Uhrzeit am %(day)s?",
            "О котрій %(date)s?",
            "placeholders ['date'] instead of ['day']",
        ),
    ],
)
def test_a_bad_translation_is_a_fault(changed, tag, german, translated, fault):
    changed(tag, german, translated)
    assert any(fault in found for found in check_catalogue(tag).faults), check_catalogue(tag).faults


def test_the_check_says_what_is_missing_and_fails(changed):
    changed("vi", "Ihr Termin", "")
    answer = CliRunner().invoke(main, ["i18n", "check"])
    assert answer.exit_code == 1
    assert "vi" in answer.stderr
    assert check_catalogue("vi").untranslated >= 1
