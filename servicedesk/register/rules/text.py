"""Judge the texts of a line: names above all, then the values that are left out when they are unusable."""

import re
import unicodedata

from servicedesk.kernel.names import FoldingRule, fold_surname

NAME_LIMIT = 200

_DIGIT = re.compile(r"\d")
_NO_NAME_SIGN = re.compile(r"[=<>@{}|\\^~_#$%\[\]]")
_MOJIBAKE_LEAD = re.compile(r"[\u00c2-\u00c5\u00d0\u00d1\u00d7-\u00db][^\x00-\x7f]")
_MISSING_PART = frozenset({"-", "--", "---", "XXX", "xxx", ".", "N.N."})
_FILE_NUMBER = re.compile(r"[./\-: ()_]*[^\W_][\w./\-: ()]*")
_EMAIL = re.compile(r"[^@\s<>()\[\],;:\"\\]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_PHONE = re.compile(r"\+?[\d ()/.\-]{5,40}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_BETWEEN_KEYS = re.compile(r"[,;/\s]+")
_NATIONALITY = re.compile(r"\d{3}")

# Bidirectional controls, zero-width space, word joiner, byte order mark, soft hyphen. The joiners U+200C and
# U+200D stay: they belong to the spelling of some scripts.
_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF])  # fmt: skip
_SEXES = {
    "m": "m", "männlich": "m", "male": "m", "w": "w", "f": "w", "weiblich": "w", "female": "w",
    "d": "d", "divers": "d", "x": "x", "": "x",
}  # fmt: skip
_NATIONALITY_WORDS = {"staatenlos": "997", "ungeklärt": "998", "ohne angabe": "999", "unbekannt": "999"}


class TextFault(Exception):
    """Carry the code of the reason why a text is rejected."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def clean_text(text: str, *, may_break: bool = False) -> tuple[str, bool]:
    """Return the text without edge blanks and invisible characters, and whether any of those were removed.

    `may_break` allows line breaks and tabs (the employment condition). Raises TextFault for bytes without a
    character, control characters and line breaks.
    """
    if text.isprintable() and "\ufffd" not in text:
        return text.strip(), False
    seen = text.translate(_INVISIBLE)
    for character in seen:
        if character.isprintable() and character != "\ufffd":
            continue
        kind = unicodedata.category(character)
        if kind == "Cs" or character == "\ufffd":
            raise TextFault("undecodable")
        if character in "\n\t\r\u2028\u2029":
            if not may_break:
                raise TextFault("line_break" if character != "\t" else "control_character")
        elif kind == "Cc":
            raise TextFault("control_character")
    if not may_break:
        # Unusual spaces compare and sort differently from the one on a keyboard.
        seen = "".join(" " if unicodedata.category(character) == "Zs" else character for character in seen)
    return seen.strip(), len(seen) != len(text)


def check_name(name: str) -> tuple[str, ...]:
    """Return the warnings of a name that is kept exactly as it stands; raises TextFault if it can be none."""
    if len(name) > NAME_LIMIT:
        raise TextFault("too_long")
    if _DIGIT.search(name):
        raise TextFault("name_digit")
    if _NO_NAME_SIGN.search(name):
        raise TextFault("name_sign")
    warnings: tuple[str, ...] = ()
    if "?" in name:
        warnings = ("name_question_mark",)
    if not name.isascii() and is_mojibake(name):
        warnings = (*warnings, "name_mojibake")
    return warnings


def is_mojibake(text: str) -> bool:
    """Tell whether the text is UTF-8 that somebody read as a western code page (`MÃ¼ller`)."""
    if not _MOJIBAKE_LEAD.search(text):
        return False
    for codec in ("cp1252", "latin-1"):
        try:
            return text.encode(codec).decode("utf-8") != text
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
    return False


def is_missing_part(name: str) -> bool:
    """Tell whether registers write this for a name somebody does not have (`---`, `XXX`)."""
    return not name or name in _MISSING_PART


def surname_key(surname: str, given_names: str, rule: FoldingRule) -> str:
    """Return the key by which letter ranges own the name; who has one name only is filed under that."""
    # Folding may lengthen a name (Ä becomes AE); beyond the limit no letter range looks.
    return fold_surname(given_names if is_missing_part(surname) else surname, rule)[:NAME_LIMIT]


def is_file_number(text: str) -> bool:
    """Tell whether the text can be a file number."""
    return _FILE_NUMBER.fullmatch(text) is not None


def read_sex(text: str) -> str | None:
    """Return m, w, d or x, or None for an unknown entry."""
    return _SEXES.get(text.strip().casefold())


def read_nationalities(text: str) -> tuple[str, bool]:
    """Return the three-digit keys joined by commas and whether all were keys; unknown words stay as they are."""
    words = [_NATIONALITY_WORDS.get(word.casefold(), word) for word in _BETWEEN_KEYS.split(text) if word]
    whole = _NATIONALITY_WORDS.get(" ".join(words).casefold())
    keys = [whole] if whole else words
    return ",".join(keys), all(_NATIONALITY.fullmatch(key) for key in keys)


def read_language(text: str) -> str | None:
    """Return a BCP 47 tag with hyphens, or None if the text is none."""
    tag = text.strip()
    return tag.replace("_", "-") if len(tag) <= 20 and _LANGUAGE.fullmatch(tag) else None


def is_email(text: str) -> bool:
    """Tell whether mail could be sent there; the mailbox itself is proven by the confirmation link."""
    return len(text) <= 254 and _EMAIL.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """Tell whether the text can be a phone number."""
    return _PHONE.fullmatch(text) is not None
