"""Tags, languages, fonts of finished letters."""

import dataclasses
import unicodedata
from datetime import date
from functools import cache
from importlib.resources import files
from io import BytesIO

import pikepdf
import pytest
from fontTools.ttLib import TTFont

from servicedesk.kernel.locales import LANGUAGES, translations
from servicedesk.notices.contexts import Recipient
from servicedesk.notices.letters import render_letter
from servicedesk.notices.letters.glyphs import build_glyph_texts
from servicedesk.notices.letters.renderer import render_pdf
from servicedesk.notices.letters.samples import SAMPLE_KINDS, SAMPLE_SECRETS, build_sample
from servicedesk.notices.wording import Wording, is_rtl_text
from tests.support.languages import some_languages, some_pairs
from tests.support.pdf_reading import list_fonts, page_texts, read_structure

ISSUED_ON = date(2026, 11, 23)
NAMES = (
    "İpek Şule Örnekoğlu",
    "Đorđević",
    "Nguyễn Thị Ánh",
    "Krāsniqi Çollaku",
    "محمد الأحمد",
    "O'Neill-Okoro",
)


def test_title_language_and_marks_are_set(sample_letter):
    with pikepdf.open(BytesIO(sample_letter("invitation_letter", "ar").pdf)) as opened:
        assert str(opened.Root.Lang) == "de"
        assert bool(opened.Root.MarkInfo.Marked)
        assert bool(opened.Root.ViewerPreferences.DisplayDocTitle)
        assert str(opened.docinfo["/Title"]) == "Einladung zum Antrag auf Verlängerung"
        assert str(opened.docinfo["/Author"]) == "Ausländerbehörde Musterstadt"


def test_each_part_is_tagged_with_its_language(sample_letter):
    tags = read_structure(sample_letter("invitation_letter", "ar").pdf)
    articles = [(index, language) for index, (_, tag, language, _) in enumerate(tags) if tag == "/Art"]
    languages = [language for _, language in articles]
    assert languages == ["de", "de", "ar", "ar", "de"]
    begin, end = articles[2][0], articles[4][0]
    inside_arabic = [tag for _, tag, language, _ in tags[begin:end] if language == "de"]
    assert "/Span" in inside_arabic, "German names of papers inside the Arabic sheet carry their language"


def test_structure_has_headings_lists_and_a_described_qr_code(sample_letter):
    tags = read_structure(sample_letter("invitation_letter", "de").pdf)
    kinds = {tag for _, tag, _, _ in tags}
    assert {"/H1", "/H2", "/L", "/LI", "/LBody", "/P", "/Figure"} <= kinds
    assert "/Table" not in kinds
    assert [alt for _, tag, _, alt in tags if tag == "/Figure"] == [
        "QR-Code: öffnet die Internetseite mit Ihrem Zugangscode"
    ]


@pytest.mark.parametrize("locale", some_languages())
def test_only_our_fonts_and_all_of_them_embedded(locale, sample_letter):
    fonts = list_fonts(sample_letter("invitation_letter", locale).pdf)
    assert fonts
    assert all(fonts.values())
    assert {name.removesuffix("-Bold") for name in fonts} <= {
        "Letter-Latin",
        "Letter-Arabic",
        "Letter-Ethiopic",
    }


@cache
def _points(family: str, weight: str) -> frozenset[int]:
    font = TTFont(
        BytesIO((files("servicedesk.notices") / "fonts" / f"{family}-{weight}.ttf").read_bytes()), lazy=True
    )
    return frozenset(font.getBestCmap())


SCRIPTS = {"ar": "NotoSansArabic", "fa": "NotoSansArabic", "ti": "NotoSansEthiopic"}
"""The font that letter.css puts first in a language; the others have Noto Sans alone before the rest."""


def _uncovered(text: str, *families: str) -> dict[str, set[str]]:
    ignorable = set("\n\u200c\u200d\u2066\u2068\u2069\u200e\u200f")
    return {
        weight: {
            c
            for c in text
            if c not in ignorable and not any(ord(c) in _points(family, weight) for family in families)
        }
        for weight in ("Regular", "Bold")
    }


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_fonts_of_a_language_cover_its_catalogue_and_its_dates(locale):
    catalogue = translations(locale)
    texts = [text for text in getattr(catalogue, "_catalog", {}).values() if isinstance(text, str)]
    texts += [Wording(LANGUAGES[locale]).day(date(2027, month, month)) for month in range(1, 13)]
    missing = _uncovered("".join(texts), SCRIPTS.get(locale, "NotoSans"), "NotoSans")
    assert missing == {"Regular": set(), "Bold": set()}


def test_persian_letters_joiners_and_every_ethiopic_syllable_of_tigrinya_are_there():
    persian = "".join(map(chr, (0x067E, 0x0686, 0x0698, 0x06A9, 0x06AF, 0x06CC, 0x06C0, 0x0654)))
    assert _uncovered(persian, "NotoSansArabic") == {"Regular": set(), "Bold": set()}
    assert 0x200C in _points("NotoSansArabic", "Regular")
    ethiopic = "".join(
        chr(point) for point in range(0x1200, 0x1380) if unicodedata.category(chr(point)) != "Cn"
    )
    assert _uncovered(ethiopic, "NotoSansEthiopic") == {"Regular": set(), "Bold": set()}


@pytest.mark.parametrize(("kind", "locale"), some_pairs(SAMPLE_KINDS))
def test_the_fonts_cover_every_character_of_a_letter(kind, locale):
    texts = page_texts(render_letter(build_sample(kind, locale, ISSUED_ON), SAMPLE_SECRETS).pdf)
    missing = _uncovered("".join([*texts, *NAMES]), "NotoSans", "NotoSansArabic", "NotoSansEthiopic")
    assert missing == {"Regular": set(), "Bold": set()}


def test_the_coverage_check_notices_a_missing_character():
    assert _uncovered("a漢", "NotoSans") == {"Regular": {"漢"}, "Bold": {"漢"}}
    assert _uncovered("ሰ", "NotoSans")["Regular"] == {"ሰ"}


def test_no_letter_breaks_words_at_the_end_of_a_line():
    """Easy German must not be hyphenated; the other languages have no dictionaries here."""
    folder = files("servicedesk.notices") / "templates" / "notices" / "letters"
    for name in ("letter.css", "checklist.css"):
        assert "hyphens" not in (folder / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_names_come_back_as_they_stand_in_the_register(name):
    context = build_sample("new_code_letter", "de", ISSUED_ON)
    recipient = Recipient(name, "", "Lindenweg 4", "12345", "Musterstadt")
    context = dataclasses.replace(context, frame=dataclasses.replace(context.frame, recipient=recipient))
    pdf = render_letter(context, SAMPLE_SECRETS).pdf
    text = page_texts(pdf)[0]
    if not is_rtl_text(name):
        assert name in text
    else:
        # Readers give right-to-left lines in either order; every letter has to be there.
        assert set(name) <= set(text)


def test_vowel_marks_do_not_swallow_their_letters():
    pdf, _ = render_pdf('<html lang="ar" dir="rtl"><title>x</title><p>أُعدّت مُ مُ أ</p></html>')
    with pikepdf.open(BytesIO(pdf)) as opened:
        tables = [
            item.ToUnicode.read_bytes()
            for item in opened.objects
            if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item
        ]
    assert all(b"<>" not in table for table in tables)
    assert any(b"<064f>" in table for table in tables), "damma stands for itself alone"
    assert any(b"<0623>" in table for table in tables)


def test_contextual_forms_give_their_letters():
    body = (files("servicedesk.notices") / "fonts" / "NotoSansArabic-Regular.ttf").read_bytes()
    texts = set(build_glyph_texts(body).values())
    assert "ل" in texts
    assert "\ufedd" not in texts
    assert "لا" in texts
