"""Tags, languages, fonts of finished letters."""

import dataclasses
from datetime import date
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


@pytest.mark.parametrize("locale", LANGUAGES)
def test_only_our_fonts_and_all_of_them_embedded(locale, sample_letter):
    fonts = list_fonts(sample_letter("invitation_letter", locale).pdf)
    assert fonts
    assert all(fonts.values())
    assert {name.removesuffix("-Bold") for name in fonts} <= {
        "Letter-Latin",
        "Letter-Arabic",
        "Letter-Ethiopic",
    }


def _covered() -> dict[str, set[int]]:
    folder = files("servicedesk.notices") / "fonts"
    covered: dict[str, set[int]] = {}
    for weight in ("Regular", "Bold"):
        points: set[int] = set()
        for family in ("NotoSans", "NotoSansArabic", "NotoSansEthiopic"):
            font = TTFont(BytesIO((folder / f"{family}-{weight}.ttf").read_bytes()))
            points |= set(font.getBestCmap())
        covered[weight] = points
    return covered


def _uncovered(text: str) -> dict[str, set[str]]:
    ignorable = set("\n\u200c\u200d\u2066\u2068\u2069\u200e\u200f")
    return {
        weight: {c for c in text if c not in ignorable and ord(c) not in points}
        for weight, points in _covered().items()
    }


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_fonts_cover_every_character_of_every_text(locale):
    catalogue = translations(locale)
    texts = [text for text in getattr(catalogue, "_catalog", {}).values() if isinstance(text, str)]
    texts += [Wording(LANGUAGES[locale]).day(date(2027, month, 3)) for month in range(1, 13)]
    texts += NAMES
    for kind in SAMPLE_KINDS:
        texts += page_texts(render_letter(build_sample(kind, locale, ISSUED_ON), SAMPLE_SECRETS).pdf)
    missing = _uncovered("".join(texts))
    assert missing == {"Regular": set(), "Bold": set()}


def test_the_coverage_check_notices_a_missing_character():
    assert _uncovered("a漢") == {"Regular": {"漢"}, "Bold": {"漢"}}


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
