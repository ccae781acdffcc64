"""Map a language tag to its catalogue, its Babel locale, its `lang` and its direction: the only place that does.

Catalogues are read from their source files and compiled in memory once per process, so that a page, a letter and
an e-mail share one path and no compiled file can be out of date.
"""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

_ROOT = Path(__file__).resolve().parents[2] / "translations"


@dataclass(frozen=True, slots=True)
class Language:
    """Describe one language of the product.

    `catalogue` is the folder below `translations/` (empty for German, whose texts are the message ids), `babel`
    the identifier Babel formats dates with, `lang` the value of the HTML attribute, `endonym` its own name.
    `day_pattern` stands where Babel's own would not read well inside our sentences.
    """

    tag: str
    catalogue: str
    babel: str
    lang: str
    dir: str
    endonym: str
    day_pattern: str = "full"

    @property
    def locale(self) -> Locale:
        """Return the Babel locale."""
        return Locale.parse(self.babel)

    @property
    def is_rtl(self) -> bool:
        """Tell whether text runs from right to left."""
        return self.dir == "rtl"


LANGUAGES: dict[str, Language] = {
    language.tag: language
    for language in (
        Language("de", "", "de_DE", "de", "ltr", "Deutsch"),
        # "simple" is a registered variant (RFC 5646): readers of the attribute that do not know it find German.
        Language("de-simple", "de_simple", "de_DE", "de-simple", "ltr", "Leichte Sprache"),
        Language("en", "en", "en_GB", "en", "ltr", "English"),
        # Western digits: the card, the code and the calendar file show them, and so does this office's post.
        Language("ar", "ar", "ar_EG@numbers=latn", "ar", "rtl", "العربية"),
        Language("tr", "tr", "tr_TR", "tr", "ltr", "Türkçe"),
        # The date in the genitive and the weekday behind it fit after "until" and "on"; no dot meets the sentence's.
        Language("uk", "uk", "uk_UA", "uk", "ltr", "Українська", "d MMMM y 'року' (EEEE)"),
        Language("ru", "ru", "ru_RU", "ru", "ltr", "Русский", "d MMMM y 'года' (EEEE)"),
        Language("fa", "fa", "fa_IR@numbers=latn", "fa", "rtl", "فارسی / دری"),
        Language("fr", "fr", "fr_FR", "fr", "ltr", "Français"),
        Language("sq", "sq", "sq_AL", "sq", "ltr", "Shqip"),
        # Babel has the months in the nominative only, which is wrong in every sentence.
        Language("sr-Latn", "sr_Latn", "sr_Latn_RS", "sr-Latn", "ltr", "Srpski", "dd.MM.y. (EEEE)"),
        # Babel's endings (22ê … 2026an) are right for some numbers only, and names of months differ by country.
        Language("ku", "ku", "ku_TR", "ku", "ltr", "Kurdî (Kurmancî)", "EEEE, dd.MM.y"),
        # The same names of months stand for other days in the Ethiopian calendar.
        Language("ti", "ti", "ti_ER", "ti", "ltr", "ትግርኛ", "EEEE፣ dd.MM.y"),
        Language("vi", "vi", "vi_VN", "vi", "ltr", "Tiếng Việt"),
        Language("es", "es", "es_ES", "es", "ltr", "Español"),
    )
}
"""In the order in which they are offered: German, German in easy words, English, then by readers of the office."""
GERMAN = LANGUAGES["de"]
EASY_GERMAN = LANGUAGES["de-simple"]
_ALIASES = {
    "de-de-simple": "de-simple",
    "de-x-simple": "de-simple",
    "prs": "fa",
    "dari": "fa",
    "kmr": "ku",
    # One language to a reader of our letters; all of them read the Latin script.
    "sr": "sr-Latn",
    "bs": "sr-Latn",
    "hr": "sr-Latn",
    "sh": "sr-Latn",
}
_BY_TAG = {tag.lower(): language for tag, language in LANGUAGES.items()} | {
    alias: LANGUAGES[tag] for alias, tag in _ALIASES.items()
}


class Untranslated(str):
    """Be a German text that the catalogue of another language lacks, so that who prints it can say so."""

    __slots__ = ()


class _InGerman(NullTranslations):
    """Answer for what a catalogue lacks."""

    def gettext(self, message: str) -> str:
        """Return the German text, marked."""
        return Untranslated(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the German text for a number, marked."""
        return Untranslated(msgid1 if n == 1 else msgid2)


STAFF_LANGUAGES = ("de", "en")
"""What the pages of staff can be read in."""


def find_language(tag: str | None) -> Language | None:
    """Return the language of a BCP 47 tag, shortened part by part until one is known, or None.

    `ar-SY` gives Arabic, `sr-Cyrl-RS` Serbian in Latin script; an unknown tag gives None, so that the caller can fall
    back to German knowingly. Babel would drop what it does not know and answer all the same.
    """
    parts = (tag or "").strip().replace("_", "-").lower().split("-")
    for count in range(len(parts), 0, -1):
        if found := _BY_TAG.get("-".join(parts[:count])):
            return found
    return None


def get_language(tag: str | None) -> Language:
    """Return the language of a tag, German where it is unknown."""
    return find_language(tag) or GERMAN


def write_day(day: date, language: Language) -> str:
    """Write a day with its weekday, so that it stands in any sentence: `Freitag, 22. Januar 2027`."""
    written = format_date(day, language.day_pattern, locale=language.locale)
    # French alone counts the first of a month as the first.
    return written.replace(" 1 ", " 1er ") if language.tag == "fr" else written


def catalogue_file(tag: str) -> Path | None:
    """Return the source file of a language's catalogue; None for German, whose texts are the message ids."""
    language = get_language(tag)
    return _ROOT / language.catalogue / "LC_MESSAGES" / "messages.po" if language.catalogue else None


# A law as it is cited: from the sign or the first word to the last letter or digit before the other script.
_CITED = re.compile(r"(?:§{1,2}|Art\.|Artikel)\s?\d(?:(?:[\w\s.,/-](?<![\u0590-\u06ff]))*[A-Za-z0-9])?")


def _isolated(texts: str | Iterable[str]) -> str | tuple[str, ...]:
    """Keep laws together in a text from right to left, where figures would change places with their statute."""
    if isinstance(texts, str):
        return _CITED.sub("\N{LEFT-TO-RIGHT ISOLATE}\\g<0>\N{POP DIRECTIONAL ISOLATE}", texts)
    return tuple(str(_isolated(text)) for text in texts)


@cache
def translations(tag: str) -> NullTranslations:
    """Return the catalogue of a language; what it lacks comes out in German, as Untranslated.

    The object offers `gettext` and `ngettext`. It is shared: do not change it.
    """
    language = get_language(tag)
    source = catalogue_file(language.tag)
    if source is None:
        return NullTranslations()
    if not source.exists():
        return _InGerman()
    with source.open("rb") as file:
        catalogue = read_po(file, locale=language.babel.split("@", 1)[0])
    for message in list(catalogue):
        # Babel would fill an empty plural form in with the German one, and nobody could tell.
        if message.id and message.pluralizable and not all(tuple(message.string or ("",))):
            catalogue.delete(message.id)
        elif language.is_rtl:
            message.string = _isolated(message.string or "")
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    found = Translations(fp=compiled)
    found.add_fallback(_InGerman())
    return found
