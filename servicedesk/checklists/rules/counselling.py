"""Find demands for attendance at counselling: counselling is voluntary, and no office may ask for proof of it."""

import re
from collections.abc import Mapping
from typing import Any

# A tax adviser's papers and legal advice are no counselling of this kind.
_GERMAN = r"(?<!steuer)(?<!rechts)beratung|\bberaten\b|\bberatungs|beratene"
_ENGLISH = (
    r"counsel+ing|counsel+ors?\b|advice (?:session|cent|talk|interview)|advisory (?:session|service|talk)"
)
_TURKISH = r"danışmanlık|danışma (?:merkezi|görüşmesi|hizmeti)"
_UKRAINIAN_RUSSIAN = r"консультац|консультув|консультиров"
_ARABIC_PERSIAN = r"استشار|المشورة|الإرشاد|مشاوره"
_FRENCH_SPANISH = r"consultation sociale|conseil social|asesoramiento|asesoría|\bconseling\b"
_WORDS = re.compile(
    f"{_GERMAN}|{_ENGLISH}|{_TURKISH}|{_UKRAINIAN_RUSSIAN}|{_ARABIC_PERSIAN}|{_FRENCH_SPANISH}",
    re.IGNORECASE,
)
_TEXTS = ("name", "name_en", "where", "why")
_LINE_TEXTS = ("condition", "exception")


def speaks_of_counselling(text: object) -> bool:
    """Tell whether a text speaks of counselling, in whichever of our languages; “_” and “-” part no words."""
    if not isinstance(text, str):
        return False
    return any(_WORDS.search(one) for one in (text, re.sub(r"[_\-\u00ad\u200b-\u200d]", "", text)))


def find_in_document(entry: Mapping[str, Any]) -> str:
    """Return the key of a document's entry that asks for counselling, empty where none does."""
    keys = ("id", *_TEXTS)
    return next((key for key in keys if speaks_of_counselling(entry.get(key))), "")


def find_in_line(line: Mapping[str, Any]) -> str:
    """Return the key of a line that asks for counselling, empty where none does."""
    return next((key for key in _LINE_TEXTS if speaks_of_counselling(line.get(key))), "")
