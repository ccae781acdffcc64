"""Map a language tag to its catalogue, its Babel locale, its `lang` and its direction: the only place that does.

Catalogues are read from their source files and compiled in memory once per process, so that a page, a letter and
an e-mail share one path and no compiled file can be out of date.
"""

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

_ROOT = Path(__file__).resolve().parents[2] / "translations"


@dataclass(frozen=True, slots=True)
class Language:
    """Describe one language of the product.

    `catalogue` is the folder below `translations/` (empty for German, whose texts are the message ids), `babel`
    the identifier Babel formats dates with, `lang` the value of the HTML attribute, `endonym` its own name.
    """

    tag: str
    catalogue: str
    babel: str
    lang: str
    dir: str
    endonym: str

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
        Language("en", "en", "en_GB", "en", "ltr", "English"),
        # Western digits: the card, the code and the calendar file show them, and so does this office's post.
        Language("ar", "ar", "ar_EG@numbers=latn", "ar", "rtl", "العربية"),
        Language("tr", "tr", "tr_TR", "tr", "ltr", "Türkçe"),
        Language("uk", "uk", "uk_UA", "uk", "ltr", "Українська"),
    )
}
GERMAN = LANGUAGES["de"]


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
    """Return the language of a BCP 47 tag, by its whole or else by its first part, or None.

    `ar-SY` gives Arabic; an unknown tag gives None, so that the caller can fall back to German knowingly.
    """
    if not tag:
        return None
    wanted = tag.strip().replace("_", "-").lower()
    return LANGUAGES.get(wanted) or LANGUAGES.get(wanted.split("-", 1)[0])


def get_language(tag: str | None) -> Language:
    """Return the language of a tag, German where it is unknown."""
    return find_language(tag) or GERMAN


def catalogue_file(tag: str) -> Path | None:
    """Return the source file of a language's catalogue; None for German, whose texts are the message ids."""
    language = get_language(tag)
    return _ROOT / language.catalogue / "LC_MESSAGES" / "messages.po" if language.catalogue else None


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
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    found = Translations(fp=compiled)
    found.add_fallback(_InGerman())
    return found
