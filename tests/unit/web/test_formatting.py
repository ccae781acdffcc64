"""Amounts as readers of a language expect them."""

import pytest

from servicedesk.kernel.locales import LANGUAGES
from servicedesk.web.formatting import money


@pytest.mark.parametrize(
    ("tag", "cents", "text"),
    [
        ("de", 9300, "93\u00a0€"),
        ("de", 2760, "27,60\u00a0€"),
        ("de", 0, "0\u00a0€"),
        ("de", 123456, "1.234,56\u00a0€"),
        ("en", 9300, "€93"),
        ("en", 2760, "€27.60"),
    ],
)
def test_an_amount_has_cents_only_where_there_are_some(tag, cents, text):
    assert money(cents, LANGUAGES[tag]) == text


def test_every_language_writes_western_digits_as_cards_and_bills_do():
    for language in LANGUAGES.values():
        assert "93" in money(9300, language), language.tag
