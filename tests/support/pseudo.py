"""Write catalogues in no language: every text three times as long, accented or in Arabic letters.

They show what a page does with the longest translation there may be, and which words never pass a catalogue.
"""

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from servicedesk.kernel import locales
from servicedesk.kernel.catalogues import list_wanted, template_file
from servicedesk.kernel.locales import LANGUAGES, Language, translations
from servicedesk.notices import wording

_PLACEHOLDER = re.compile(r"(%\(\w+\)[sd]|%%)")
_ACCENTED = str.maketrans("aeiouyAEIOUYcnszCNSZ", "áéíóúýÁÉÍÓÚÝçñšžÇÑŠŽ")
_ARABIC = str.maketrans("abcdefghijklmnopqrstuvwxyzäöüß", "ابجدهفغحيخكلمنوصقرستثعوخيزاويس")


def stretch(text: str, *, is_rtl: bool) -> str:
    """Return a text of three times the length that keeps placeholders, once each, and the blanks at its ends."""
    parts = _PLACEHOLDER.split(text)
    body = "".join(part if number % 2 else _strange(part, is_rtl) for number, part in enumerate(parts))
    words = " ".join(_strange("".join(parts[::2]), is_rtl).split())
    end = body[len(body.rstrip()) :]
    return f"{body.rstrip()} {words} {words}{end}" if words else body


def _strange(text: str, is_rtl: bool) -> str:
    return text.lower().translate(_ARABIC) if is_rtl else text.translate(_ACCENTED)


def write_pseudo(folder: Path, tag: str) -> None:
    """Write the catalogue of a language below a folder, in no language."""
    language = LANGUAGES[tag]
    with template_file().open("rb") as opened:
        template = read_po(opened)
    catalogue = Catalog(locale=language.babel.split("@", 1)[0], fuzzy=False)
    for message in list_wanted(tag, template):
        catalogue.add(
            message.id, _translated(message.id, language, catalogue.num_plurals), context=message.context
        )
    file = folder / language.catalogue / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as opened:
        write_po(opened, catalogue)


def _translated(german: object, language: Language, plurals: int) -> str | tuple[str, ...]:
    if isinstance(german, str):
        return stretch(german, is_rtl=language.is_rtl)
    return (stretch(str(german[-1]), is_rtl=language.is_rtl),) * plurals  # type: ignore[index]


def use_catalogues(monkeypatch, folder: Path) -> None:
    """Read catalogues from a folder until the patch is undone; forget_catalogues() has to follow it."""
    monkeypatch.setattr(locales, "_ROOT", folder)
    forget_catalogues()


def forget_catalogues() -> None:
    """Let the next reader of a catalogue open its file."""
    for kept in (
        translations,
        wording.get_wording,
        wording.get_html_environment,
        wording.get_text_environment,
    ):
        kept.cache_clear()
