"""Surnames as keys of A–Z letters, by which letter ranges are resolved.

The key is what the register stores and what published range bounds are folded to, so both sides always meet
under the same rule. A key may be empty (no letter in the name); such people belong to the team's inbox.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from anyascii import anyascii

_UMLAUT_BASES = frozenset("AOU")
_DIAERESIS = "\u0308"
MAX_KEY_LENGTH = 200
"""What the columns hold; no letter range is cut that deep."""

_CACHED_BELOW = 0x2000
"""Code points folded once and kept: every alphabet in use for names; rarer ones are folded each time."""

_OWN_RULE = {
    "ß": "SS",
    "ẞ": "SS",
    "İ": "I",
    "ı": "I",
    "Ø": "O",
    "ø": "O",
    "Đ": "D",
    "đ": "D",
    "Ð": "D",
    "ð": "D",
    "Ł": "L",
    "ł": "L",
    "Ħ": "H",
    "ħ": "H",
    "Ŋ": "N",
    "ŋ": "N",
    "Æ": "AE",
    "æ": "AE",
    "Œ": "OE",
    "œ": "OE",
    "Þ": "TH",
    "þ": "TH",
}
"""Letters that neither decompose to a base letter nor transliterate as German name lists file them."""


class UmlautRule(StrEnum):
    """How an office files Ä, Ö and Ü."""

    DIN_5007_2 = "din-5007-2"
    """Name lists, passports: Ä as AE, Ö as OE, Ü as UE."""
    DIN_5007_1 = "din-5007-1"
    """Dictionaries: Ä as A, Ö as O, Ü as U."""


@dataclass(frozen=True, slots=True)
class FoldingRule:
    """An office's rule for turning surnames into keys.

    `dropped_particles` are leading words that do not count ("von", "van der", "al"); none by default, because
    published ranges such as "A – Al G" count the article as part of the name.
    """

    umlauts: UmlautRule = UmlautRule.DIN_5007_2
    dropped_particles: tuple[str, ...] = ()


class _FoldingTable(dict[int, str]):
    """Code point → its A–Z letters, worked out on first use."""

    def __init__(self, umlauts: UmlautRule) -> None:
        super().__init__()
        self._umlauts = umlauts

    def __missing__(self, code_point: int) -> str:
        folded = _fold_character(chr(code_point), self._umlauts)
        if code_point < _CACHED_BELOW:
            self[code_point] = folded
        return folded


def _fold_character(character: str, umlauts: UmlautRule) -> str:
    if not character.isalpha():
        return ""
    if character in _OWN_RULE:
        return _OWN_RULE[character]
    decomposed = unicodedata.normalize("NFD", character)
    base, marks = decomposed[0], decomposed[1:]
    if base.isascii():
        letter = base.upper()
        is_umlaut = letter in _UMLAUT_BASES and marks.startswith(_DIAERESIS)
        return letter + "E" if is_umlaut and umlauts is UmlautRule.DIN_5007_2 else letter
    return "".join(letter for letter in anyascii(character) if letter.isalpha()).upper()


_TABLES = {umlauts: _FoldingTable(umlauts) for umlauts in UmlautRule}
_BETWEEN_WORDS = re.compile(r"[\s\-‐-―−'’‘ʼ´`.]+")


def fold_surname(surname: str, rule: FoldingRule) -> str:
    """Return the key of a surname: A–Z only, possibly empty; any text is accepted.

    Spaces, hyphens, apostrophes, digits and the "?" of lossy exports are left out.
    """
    if rule.dropped_particles:
        surname = _without_leading_particles(surname, rule)
    return fold_letters(surname, rule.umlauts)


def fold_letters(text: str, umlauts: UmlautRule) -> str:
    """Return the A–Z letters of a text, every word counted: for the bounds of ranges."""
    if text.isascii():
        key = text.upper() if text.isalpha() else text.translate(_TABLES[umlauts])
    else:
        key = unicodedata.normalize("NFC", text).translate(_TABLES[umlauts])
    return key[:MAX_KEY_LENGTH]


@cache
def _particles_of(rule: FoldingRule) -> tuple[frozenset[tuple[str, ...]], int]:
    particles = frozenset(_words(particle, rule.umlauts) for particle in rule.dropped_particles)
    return particles, max(map(len, particles))


def _without_leading_particles(surname: str, rule: FoldingRule) -> str:
    words = _words(surname, rule.umlauts)
    if len(words) < 2:
        return surname
    particles, longest = _particles_of(rule)
    start = 0
    while True:
        # The last word always stays: a person called only "Von" keeps a key.
        lengths = range(min(longest, len(words) - start - 1), 0, -1)
        matched = next((n for n in lengths if words[start : start + n] in particles), 0)
        if not matched:
            return "".join(words[start:])
        start += matched


def _words(text: str, umlauts: UmlautRule) -> tuple[str, ...]:
    folded = (fold_letters(word, umlauts) for word in _BETWEEN_WORDS.split(text))
    return tuple(word for word in folded if word)
