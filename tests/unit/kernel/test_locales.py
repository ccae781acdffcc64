"""Languages: tags, directions, fallbacks."""

import pytest

from servicedesk.kernel.locales import LANGUAGES, find_language, get_language, translations


@pytest.mark.parametrize(
    ("tag", "found"), [("ar-SY", "ar"), ("TR_tr", "tr"), ("uk", "uk"), ("", None), ("xx", None), (None, None)]
)
def test_tags_are_matched_by_whole_then_by_first_part(tag, found):
    language = find_language(tag)
    assert (language.tag if language else None) == found


def test_unknown_languages_fall_back_to_german():
    assert get_language("zz").tag == "de"


def test_each_language_is_usable():
    for language in LANGUAGES.values():
        assert language.locale.text_direction.startswith(language.dir[:3])
        assert language.endonym


def test_german_texts_are_their_own_translation():
    assert translations("de").gettext("Weiter") == "Weiter"
