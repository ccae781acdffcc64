"""Check translation catalogues: what is missing, what is doubtful, what would break a page."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from servicedesk.kernel.easy_german import list_faults
from servicedesk.kernel.glossary import Term, list_deviations, read_glossary
from servicedesk.kernel.locales import EASY_GERMAN, LANGUAGES, STAFF_LANGUAGES, catalogue_file

_STAFF_ONLY = (
    "servicedesk/staff/",
    "servicedesk/accounts/",
    "servicedesk/offices/",
    "servicedesk/exports/",
    "servicedesk/outreach/",
    "servicedesk/cases/rules.py",
    "servicedesk/cases/queries/tasks.py",
    "servicedesk/cases/answering.py",
    "servicedesk/cases/steps.py",
    "servicedesk/cases/urgency.py",
    "servicedesk/checklists/catalogue/",
    "servicedesk/checklists/rules/conditions.py",
    "servicedesk/booking/feed_errors.py",
    "servicedesk/portal/views_preview.py",
    "servicedesk/interim/errors.py",
    "servicedesk/interim/rules/",
    "servicedesk/web/templates/base_staff.html",
    "servicedesk/web/templates/macros/staff.html",
)
"""Texts that stand nowhere else are read by staff, in German and English."""
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
_STRAY_PERCENT = re.compile(r"%(?!\(\w+\)[sd])")
_MARKUP = re.compile(r"<[a-zA-Z/]")


@dataclass(frozen=True, slots=True)
class CatalogueReport:
    """Count a catalogue's messages and name its faults; `machine` is what no signed-in person has reviewed."""

    messages: int
    untranslated: int
    fuzzy: int
    machine: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Be one text of the program beside its translation.

    `german` and `translated` hold one sentence, or one per number; `translated` is empty where nobody has translated.
    `digest` changes with either: what was reviewed is exactly this German in exactly these words. `places` are the
    files it stands in. `is_for_staff` says that no resident reads it.
    """

    digest: str
    german: tuple[str, ...]
    translated: tuple[str, ...]
    places: tuple[str, ...]
    is_for_staff: bool


def digest_text(german: tuple[str, ...], translated: tuple[str, ...]) -> str:
    """Return what names a text in these words."""
    return sha256("\x1e".join(("\x1f".join(german), "\x1f".join(translated))).encode()).hexdigest()


@cache
def list_texts(tag: str) -> tuple[Text, ...]:
    """Return every text a language has to have, in the order of files; read once per process."""
    file = catalogue_file(tag)
    if file is None:
        return ()
    known: dict[str, Message] = {}
    if file.exists():
        known = {_key(message): message for message in _read(tag, file) if message.id}
    with template_file().open("rb") as opened:
        wanted = list_wanted(tag, read_po(opened))
    return tuple(_text(message, known.get(_key(message))) for message in wanted)


@cache
def digest_for_residents(tag: str) -> str:
    """Return what names all texts of residents in these words; empty where one is not translated, or in German."""
    texts = [text for text in list_texts(tag) if not text.is_for_staff]
    if not texts or not all(text.translated for text in texts):
        return ""
    return sha256("".join(sorted(text.digest for text in texts)).encode()).hexdigest()


def list_reviewed(digests: Mapping[str, str]) -> tuple[str, ...]:
    """Return the languages whose digest (tag → what `digest_for_residents` said when all was reviewed) still holds."""
    return tuple(
        sorted(tag for tag, digest in digests.items() if digest and digest == digest_for_residents(tag))
    )


def _read(tag: str, file: Path) -> Catalog:
    with file.open("rb") as opened:
        return read_po(opened, locale=LANGUAGES[tag].babel.split("@", 1)[0], abort_invalid=True)


def _text(message: Message, found: Message | None) -> Text:
    german = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    is_there = found is not None and not found.fuzzy and _is_translated(found)
    translated = _strings(found) if found is not None and is_there else ()
    return Text(
        digest=digest_text(german, translated),
        german=german,
        translated=translated,
        places=tuple(path for path, _ in message.locations),
        is_for_staff=_is_for_staff(message),
    )


def template_file() -> Path:
    """Return where the extracted texts stand."""
    return Path(__file__).resolve().parents[2] / "translations" / "messages.pot"


def list_wanted(tag: str, template: Catalog) -> list[Message]:
    """Return the texts a language has to have, in the template's order: what only staff read is for their languages."""
    return [
        message
        for message in template
        if message.id and (tag in STAFF_LANGUAGES or not _is_for_staff(message))
    ]


def check_catalogue(tag: str, reviewed: Collection[str] = frozenset()) -> CatalogueReport:
    """Read a language's catalogue and report on it; a missing file is one fault.

    A text of the program that the catalogue does not know at all counts as untranslated. `reviewed` are the digests
    of texts that a person has read.
    """
    file = catalogue_file(tag)
    if file is None or not file.exists():
        return CatalogueReport(0, 0, 0, 0, (f"no catalogue for {tag}",))
    catalogue = _read(tag, file)
    with template_file().open("rb") as opened:
        wanted = {_key(message) for message in list_wanted(tag, read_po(opened))}
    messages = [message for message in catalogue if message.id]
    unknown = wanted - {_key(message) for message in messages}
    glossary = read_glossary(tag)
    faults = [
        f"{_head(m)}: {fault}"
        for m in messages
        if not m.fuzzy and _is_translated(m)
        for fault in (*_faults(m), *_wording_faults(tag, glossary, m))
    ]
    translated = sum(_is_translated(message) and not message.fuzzy for message in messages)
    fuzzy = sum(message.fuzzy for message in messages)
    return CatalogueReport(
        messages=len(messages) + len(unknown),
        untranslated=len(messages) - translated - fuzzy + len(unknown),
        fuzzy=fuzzy,
        machine=sum(not _is_reviewed(m, reviewed) for m in messages if not m.fuzzy and _is_translated(m)),
        faults=(*_plural_faults(catalogue, messages), *faults),
    )


def _is_reviewed(message: Message, reviewed: Collection[str]) -> bool:
    german = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    return bool(reviewed) and digest_text(german, _strings(message)) in reviewed


def _is_for_staff(message: Message) -> bool:
    return bool(message.locations) and all(path.startswith(_STAFF_ONLY) for path, _ in message.locations)


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _head(message: Message) -> str:
    text = _key(message)
    return text if len(text) <= 60 else text[:57] + "…"


def _strings(message: Message) -> tuple[str, ...]:
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(string)


def _is_translated(message: Message) -> bool:
    return all(text.strip() for text in _strings(message)) and bool(_strings(message))


def _plural_faults(catalogue: Catalog, messages: list[Message]) -> list[str]:
    wanted = catalogue.num_plurals
    return [
        f"{_head(message)}: {len(_strings(message))} plural forms, the language has {wanted}"
        for message in messages
        if isinstance(message.id, (list, tuple)) and len(_strings(message)) != wanted
    ]


def _wording_faults(tag: str, glossary: tuple[Term, ...], message: Message) -> list[str]:
    faults = list_deviations(glossary, _key(message), _strings(message))
    if tag == EASY_GERMAN.tag:
        faults += [fault for text in _strings(message) for fault in list_faults(text)]
    return faults


def _faults(message: Message) -> list[str]:
    singular = message.id if isinstance(message.id, str) else message.id[-1]
    wanted = set(_PLACEHOLDER.findall(singular))
    faults = []
    for text in _strings(message):
        found = set(_PLACEHOLDER.findall(text))
        # A plural form may spell its number out: Arabic's dual says it in one word.
        missing = wanted - found - ({"num"} if isinstance(message.id, (list, tuple)) else set())
        if missing or found - wanted:
            faults.append(f"placeholders {sorted(found)} instead of {sorted(wanted)}")
        if wanted and _STRAY_PERCENT.search(text.replace("%%", "")):
            faults.append("a percent sign that is no placeholder")
        if _MARKUP.search(text) and not _MARKUP.search(singular):
            faults.append("markup in a translation")
        if text[:1].isspace() != singular[:1].isspace() or text[-1:].isspace() != singular[-1:].isspace():
            faults.append("space at an end where the German has none, or the other way round")
    return faults
