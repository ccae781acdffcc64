import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.kernel.names import MAX_KEY_LENGTH, FoldingRule, UmlautRule, fold_letters, fold_surname

PASSPORT = FoldingRule(UmlautRule.DIN_5007_2)
DICTIONARY = FoldingRule(UmlautRule.DIN_5007_1)


@pytest.mark.parametrize(
    ("surname", "key"),
    [
        ("Hassan", "HASSAN"),
        ("Al Hassan", "ALHASSAN"),
        ("Al-Hassan", "ALHASSAN"),
        ("al-Hassan", "ALHASSAN"),
        ("O'Neill-Okoro", "ONEILLOKORO"),
        ("O’Neill", "ONEILL"),
        ("von der Tann", "VONDERTANN"),
        ("García López", "GARCIALOPEZ"),
        ("Ñáñez", "NANEZ"),
        ("Çelik", "CELIK"),
        ("Şahin", "SAHIN"),
        ("Doğan", "DOGAN"),
        ("Ångström", "ANGSTROEM"),
        ("Øster", "OSTER"),
        ("Łukasz", "LUKASZ"),
        ("Đorđević", "DORDEVIC"),
        ("Ćosić", "COSIC"),
        ("Đỗ", "DO"),
        ("Nguyễn", "NGUYEN"),
        ("Thaçi", "THACI"),
        ("Əliyev", "ELIYEV"),
        ("Þórsson", "THORSSON"),
        ("Æbelø", "AEBELO"),
        ("Groß", "GROSS"),
        ("GROẞ", "GROSS"),
        ("Щербак", "SHCHERBAK"),
        ("Юрченко", "YURCHENKO"),
        ("?ahin", "AHIN"),
        ("Y?ld?z", "YLDZ"),
        ("---", ""),
        ("", ""),
        (" \t\n", ""),
        ("Smith 2", "SMITH"),
        ("🙂 Ali", "ALI"),
        ("Ａli", "ALI"),
        ("a\x00b\r\nc", "ABC"),
        ("\ud800Ali", "ALI"),
    ],
)
def test_a_surname_becomes_its_letters(surname, key):
    assert fold_surname(surname, PASSPORT) == key


@pytest.mark.parametrize(
    ("surname", "din_5007_2", "din_5007_1"),
    [
        ("Häcker", "HAECKER", "HACKER"),
        ("Özdemir", "OEZDEMIR", "OZDEMIR"),
        ("ÜNAL", "UENAL", "UNAL"),
        ("O\u0308zdemir", "OEZDEMIR", "OZDEMIR"),  # decomposed, as some systems export it
        ("Lǚ", "LUE", "LU"),
        ("Zoë", "ZOE", "ZOE"),
        ("Naïm", "NAIM", "NAIM"),
    ],
)
def test_umlauts_follow_the_office_rule(surname, din_5007_2, din_5007_1):
    assert fold_surname(surname, PASSPORT) == din_5007_2
    assert fold_surname(surname, DICTIONARY) == din_5007_1


@pytest.mark.parametrize("name", ["İnce", "Ince", "ınce", "ince", "INCE", "i̇nce"])
def test_every_turkish_i_is_an_i(name):
    assert fold_surname(name, PASSPORT) == "INCE"


@pytest.mark.parametrize(
    ("surname", "key"),
    [
        ("von Below", "BELOW"),
        ("VAN DER Berg", "BERG"),
        ("van den Berg", "VANDENBERG"),
        ("Al-Hassan", "HASSAN"),
        ("al Hassan", "HASSAN"),
        ("Alhassan", "ALHASSAN"),
        ("Al von Ghazali", "GHAZALI"),
        ("Von", "VON"),
        ("von al", "AL"),
        ("Hassan Al", "HASSANAL"),
        ("-", ""),
    ],
)
def test_an_office_may_leave_leading_particles_out(surname, key):
    rule = FoldingRule(dropped_particles=("von", "van der", "al"))
    assert fold_surname(surname, rule) == key


def test_particles_that_hold_no_letter_drop_nothing():
    assert fold_surname("von Below", FoldingRule(dropped_particles=("?", ""))) == "VONBELOW"


@given(st.text(), st.sampled_from(UmlautRule), st.lists(st.text(max_size=6), max_size=3))
def test_any_text_gives_a_key_of_letters(text, umlauts, particles):
    key = fold_surname(text, FoldingRule(umlauts, tuple(particles)))
    assert set(key) <= set(string.ascii_uppercase)
    assert len(key) <= MAX_KEY_LENGTH


@given(st.text(), st.sampled_from(UmlautRule))
def test_folding_a_key_changes_nothing(text, umlauts):
    key = fold_letters(text, umlauts)
    assert fold_letters(key, umlauts) == key
    assert fold_letters(key.lower(), umlauts) == key


@given(st.text(alphabet="äöüßçğşıİñøabcXYZ -'"), st.sampled_from(UmlautRule))
def test_letter_case_does_not_count(text, umlauts):
    assert fold_letters(text.upper(), umlauts) == fold_letters(text, umlauts)


def test_a_million_lines_do_not_wait_for_folding():
    names = ["Hassan", "Al Ahmad", "Yılmaz", "Nguyễn", "O'Neill-Okoro"] * 4000
    best = min(_seconds(lambda: [fold_surname(name, PASSPORT) for name in names]) for _ in range(5))
    # Ten times the aim of 2 µs: a shared machine must not fail the test, a lost fast path must.
    assert best / len(names) < 20e-6


def _seconds(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
