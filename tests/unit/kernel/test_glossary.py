"""Glossaries: reading them, and texts that use another word than the office does."""

import json
import tomllib

import pytest

from servicedesk.kernel.glossary import Term, list_deviations, parse_glossary, read_glossary
from servicedesk.kernel.locales import LANGUAGES
from tools.glossaries import format_glossary

PERMIT = Term("Aufenthaltstitel", "oturum izni", ("oturum izn",), ("oturma izn",))
EMPLOYER = Term("Arbeitgeber", "işveren", ("işveren",))


@pytest.mark.parametrize(
    ("german", "translated", "is_fault"),
    [
        ("Ihr Aufenthaltstitel", "Oturum izniniz", False),
        ("Ihr Aufenthaltstitel", "Oturma izniniz", False),
        ("Ihr Aufenthaltstitel", "Kartınız (Aufenthaltstitel)", False),
        ("Ihr Aufenthaltstitel", "Vizeniz", True),
        ("Ihre Aufenthaltstitel", "Vizeleriniz", True),
        ("Der Familienaufenthaltstitel", "Vizeniz", False),
        ("Ihre Karte", "Kartınız", False),
        ("Für Arbeitgeber", "İşverenler için", False),
    ],
)
def test_a_text_shows_the_offices_word_or_the_german_one(german, translated, is_fault):
    assert bool(list_deviations((PERMIT, EMPLOYER), german, (translated,))) is is_fault


def test_one_plural_form_is_enough():
    assert list_deviations((PERMIT,), "%(num)s Aufenthaltstitel", ("bir tane", "%(num)s oturum izni")) == []


def test_a_deviation_names_the_term_and_its_word():
    assert list_deviations((PERMIT,), "Aufenthaltstitel", ("Vize",)) == [
        "glossary: Aufenthaltstitel is 'oturum izni' here"
    ]


def test_json_of_translators_becomes_the_same_glossary():
    source = json.loads(
        '{"Pass": {"use": "جواز «سفر»", "forms": ["جواز", "a\\"b"]}, "Antrag": {"use": "x", "forms": ["x"]}}'
    )
    terms = parse_glossary(source)
    assert parse_glossary(tomllib.loads(format_glossary(terms))) == terms
    assert parse_glossary(tomllib.loads(format_glossary([PERMIT]))) == (PERMIT,)


@pytest.mark.parametrize(
    "entry",
    [{}, {"use": "x"}, {"use": "x", "forms": []}, {"use": " ", "forms": ["x"]}, {"use": "x", "forms": [""]}],
)
def test_a_bad_entry_is_refused(entry):
    with pytest.raises(ValueError, match="Pass"):
        parse_glossary({"Pass": entry})


def test_the_glossaries_of_the_product_name_the_same_terms():
    held = {tag: {term.german for term in read_glossary(tag)} for tag in LANGUAGES}
    assert len(held["en"]) == 30
    assert held["de"] == set()
    for tag, terms in held.items():
        assert terms in (set(), held["en"]), tag
