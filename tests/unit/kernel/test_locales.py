"""Languages: tags, directions, fallbacks."""

from datetime import date

import pytest

from servicedesk.kernel.locales import (
    LANGUAGES,
    _isolated,
    find_language,
    get_language,
    translations,
    write_day,
)


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("ar-SY", "ar"),
        ("TR_tr", "tr"),
        ("uk", "uk"),
        ("de-CH", "de"),
        ("de-simple", "de-simple"),
        ("DE_Simple", "de-simple"),
        ("de-simple-language", "de-simple"),
        ("de-x-simple", "de-simple"),
        ("de-DE-simple", "de-simple"),
        ("sr", "sr-Latn"),
        ("sr-latn", "sr-Latn"),
        ("sr-Latn-RS", "sr-Latn"),
        ("sr-Cyrl-RS", "sr-Latn"),
        ("bs-BA", "sr-Latn"),
        ("hr", "sr-Latn"),
        ("prs", "fa"),
        ("prs-AF", "fa"),
        ("Dari", "fa"),
        ("fa-IR", "fa"),
        ("kmr", "ku"),
        ("ku-TR", "ku"),
        ("ckb", None),
        ("ti-ET", "ti"),
        ("", None),
        ("-", None),
        ("xx", None),
        (None, None),
    ],
)
def test_tags_are_shortened_part_by_part_until_one_is_known(tag, found):
    language = find_language(tag)
    assert (language.tag if language else None) == found


def test_unknown_languages_fall_back_to_german():
    assert get_language("zz").tag == "de"


def test_each_language_is_usable():
    for language in LANGUAGES.values():
        assert language.locale.text_direction.startswith(language.dir[:3])
        assert language.endonym


@pytest.mark.parametrize("tag", ["ar", "en"])
def test_laws_stay_together_in_a_text_from_right_to_left(tag):
    cited = [text for text in translations(tag)._catalog.values() if isinstance(text, str) and "§" in text]
    assert len(cited) > 10
    assert any("\u2066§" in text and "\u2069" in text for text in cited) is (tag == "ar")


@pytest.mark.parametrize(
    ("text", "isolated"),
    [
        ("حسب § 86 AufenthG.", "حسب \u2066§ 86 AufenthG\u2069."),
        ("حسب § 9 أو", "حسب \u2066§ 9\u2069 أو"),
        ("و Art. 9 Abs. 2 Buchst. g.", "و \u2066Art. 9 Abs. 2 Buchst. g\u2069."),
        ("§§ 67 و 68", "\u2066§§ 67\u2069 و 68"),
        ("رمز QR: 12", "رمز QR: 12"),
    ],
)
def test_a_cited_law_is_isolated_up_to_its_last_letter(text, isolated):
    assert _isolated(text) == isolated
    assert _isolated((text, text)) == (isolated, isolated)


def test_german_texts_are_their_own_translation():
    assert translations("de").gettext("Weiter") == "Weiter"


def test_fifteen_languages_in_the_order_in_which_they_are_offered():
    assert " ".join(LANGUAGES) == "de de-simple en ar tr uk ru fa fr sq sr-Latn ku ti vi es"
    assert [tag for tag, language in LANGUAGES.items() if language.is_rtl] == ["ar", "fa"]
    assert len({language.endonym for language in LANGUAGES.values()}) == 15


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("de-simple", "Sonntag, 22. November 2026"),
        ("ru", "22 ноября 2026 года (воскресенье)"),
        ("fa", "یکشنبه 22 نوامبر 2026"),
        ("fr", "dimanche 22 novembre 2026"),
        ("sq", "e diel, 22 nëntor 2026"),
        ("sr-Latn", "22.11.2026. (nedelja)"),
        ("ku", "yekşem, 22.11.2026"),
        ("ti", "ሰንበት፣ 22.11.2026"),
        ("vi", "Chủ Nhật, 22 tháng 11, 2026"),
        ("es", "domingo, 22 de noviembre de 2026"),
    ],
)
def test_a_day_reads_well_inside_a_sentence(tag, said):
    assert write_day(date(2026, 11, 22), LANGUAGES[tag]) == said


def test_the_first_of_a_month_is_the_first_in_french_only():
    assert write_day(date(2027, 1, 1), LANGUAGES["fr"]) == "vendredi 1er janvier 2027"
    assert write_day(date(2027, 1, 11), LANGUAGES["fr"]) == "lundi 11 janvier 2027"
    assert write_day(date(2027, 1, 1), LANGUAGES["es"]) == "viernes, 1 de enero de 2027"


def test_no_two_languages_give_one_name_to_different_months():
    """The forms read a month's name in any of our languages."""
    numbers: dict[str, set[int]] = {}
    for language in LANGUAGES.values():
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in language.locale.months[context][width].items():
                    numbers.setdefault(name.casefold(), set()).add(number)
    assert {name: months for name, months in numbers.items() if len(months) > 1} == {}
