"""Names stay as the register has them; what cannot be a name is rejected, what was lost is warned about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.register.rules import Rejection
from servicedesk.register.rules.text import TextFault, check_name, clean_text


@pytest.mark.parametrize(
    "name",
    [
        "Yıldırım", "İnce", "IŞIK", "O'Hara", "O’Hara", "Al-Hassan", "Al Hassan", "d'Arc-Müller", "Nguyễn Thị",
        "van der Berg (geb. Öz)", "Ng", "Ó", "Đặng", "von und zu Müller-Lüdenscheidt, Freiherr", "Ngọc\u0323", "李",
    ],
)  # fmt: skip
def test_names_are_kept_exactly(judged, name):
    row, warnings = judged(familienname=name)
    assert (row.family_name, warnings) == (name, [])


@pytest.mark.parametrize(
    ("name", "key"), [("Öztürk", "OEZTUERK"), ("Al Ghazali", "ALGHAZALI"), ("İnce", "INCE"), ("李", "LI")]
)
def test_the_key_follows_the_offices_rule(judged, name, key):
    assert judged(familienname=name)[0].surname_key == key


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("M0hammad", "name_digit"),
        ("01.02.1990", "name_digit"),
        ("Ali٣", "name_digit"),
        ("=HYPERLINK(1)", "name_digit"),
        ("=cmd", "name_sign"),
        ("a@b.example", "name_sign"),
        ("<script>", "name_sign"),
        ("A" * 201, "too_long"),
        ("Ali\r\nBcc: x", "line_break"),
        ("Ali\n", "line_break"),
        ("Ali\x07", "control_character"),
        ("A\0li", "control_character"),
        ("A\tli", "control_character"),
        ("A\udc81li", "undecodable"),
    ],
)
def test_what_cannot_be_a_name_is_rejected(judged, name, code):
    result, _ = judged(familienname=name)
    assert isinstance(result, Rejection)
    assert (result.column, result.code) == ("surname", code)


def test_a_replaced_character_is_rejected(judged):
    assert judged(familienname="A\ufffdli")[0].code == "undecodable"


def test_two_hundred_characters_are_a_name(judged):
    assert judged(familienname="A" * 200)[0].family_name == "A" * 200


def test_a_key_is_never_longer_than_a_name_may_be(judged):
    assert judged(familienname="Ä" * 200)[0].surname_key == "AE" * 100


def test_one_name_only(judged):
    row, warnings = judged(vornamen="")
    assert (row.family_name, row.given_names, warnings) == ("Yıldırım", "", [])
    row, warnings = judged(familienname="", vornamen="Suharto")
    assert (row.family_name, row.given_names, row.surname_key) == ("", "Suharto", "SUHARTO")
    assert warnings == ["name_in_wrong_column"]
    assert judged(familienname="---", vornamen="Suharto")[0].surname_key == "SUHARTO"
    assert judged(familienname="Suharto", vornamen="XXX")[0].surname_key == "SUHARTO"


@pytest.mark.parametrize(("family", "given"), [("", ""), ("---", ""), ("  ", "XXX")])
def test_no_name_at_all_is_rejected(judged, family, given):
    result, _ = judged(familienname=family, vornamen=given)
    assert (result.column, result.code) == ("surname", "name_missing")


def test_a_lost_letter_is_accepted_with_a_warning(judged):
    row, warnings = judged(familienname="?zt?rk")
    assert (row.family_name, row.surname_key, warnings) == ("?zt?rk", "ZTRK", ["name_question_mark"])
    row, warnings = judged(familienname="????")
    assert (row.surname_key, warnings) == ("", ["name_question_mark"])


def test_invisible_characters_are_taken_out_and_edges_trimmed(judged):
    row, warnings = judged(familienname="\u200fAl\u00adi\u202c ", vornamen="\u00a0Nur\u00a0Al\u00a0")
    assert (row.family_name, row.given_names) == ("Ali", "Nur Al")
    assert warnings == ["invisible_removed"]


def test_the_joiners_of_a_script_stay():
    assert clean_text("می\u200cخواهم") == ("می\u200cخواهم", False)


@given(st.text(max_size=250))
def test_any_text_is_a_name_or_a_named_fault(text):
    try:
        cleaned, _ = clean_text(text)
        check_name(cleaned)
    except TextFault:
        return
    assert cleaned == cleaned.strip()
    assert not any(character in cleaned for character in "\r\n\0\ufffd")
