"""Read a catalogue file of another office: its faults by line or place, and nothing that the editor could not show."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from servicedesk.checklists.catalogue.content import CONCERN_KEYS, EXPORT_FORMAT, Content
from servicedesk.checklists.catalogue.faults import Fault
from servicedesk.checklists.catalogue.own import CONCERN, DOCUMENT, KINDS, find_builtin
from servicedesk.checklists.rules import Fact, ValidityKind
from servicedesk.kernel.locales import GERMAN, LANGUAGES

N_ = str
"""Mark a German text for the catalogues of translations."""

MOST_BYTES = 2 * 1024 * 1024
_MOST_ENTRIES = 500
_ID = re.compile(r"[a-z][a-z0-9_]{1,59}")
_TEXT_KEYS = frozenset(
    "id name name_en form max_age where why note instead_of valid_from valid_until source_url checked_on "
    "letters legal_basis title_form lead presence fees biometrics replaced_by".split()
)
_LIST_KEYS = frozenset("max_age_range include known".split())
_NEW_CONCERN = CONCERN_KEYS | frozenset(
    "letters name name_en legal_basis title_form lead minutes presence has_continuation_effect is_at_contact_door "
    "known biometrics".split()
)
_DOCUMENT_KEYS = frozenset(
    "id name name_en form max_age max_age_range where why note instead_of valid_from valid_until source_url checked_on".split()
)
_CARRIED = ("form", "form_part")
"""Go with a file as they are; no page edits them."""
_LINE_KEYS = frozenset("documents when unless one_of condition exception".split())
_VALIDITY_KEYS = frozenset("kind text span until when".split())


def read_file(file: bytes) -> tuple[Content, str, tuple[Fault, ...]]:
    """Return own entries and name of a file, or the faults that keep it from being read.

    What can be shown is taken, faulty or not: the editor names those faults at their fields.
    """
    if len(file) > MOST_BYTES:
        return {}, "", (_fault("", N_("Die Datei ist größer als 2 MB. So groß ist kein Katalog.")),)
    try:
        value = json.loads(file.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        message = N_(
            "Die Datei ist nicht in UTF-8 geschrieben (Byte %(place)s). Speichern Sie sie noch einmal als UTF-8."
        )
        return {}, "", (_fault("", message, place=fault.start + 1),)
    except json.JSONDecodeError as fault:
        message = N_("In Zeile %(line)s, Spalte %(column)s ist die Datei nicht lesbar. Ist sie vollständig?")
        return {}, "", (_fault("", message, line=fault.lineno, column=fault.colno),)
    except (RecursionError, ValueError):
        return {}, "", (_fault("", N_("Die Datei ist nicht lesbar: Sie ist zu tief verschachtelt.")),)
    if (
        not isinstance(value, dict)
        or value.get("format") != EXPORT_FORMAT
        or not isinstance(value.get("own"), dict)
    ):
        message = N_("Das ist keine Katalogdatei der Form „%(format)s“.")
        return {}, "", (_fault("", message, format=EXPORT_FORMAT),)
    faults = tuple(_check(value["own"]))
    name = value.get("name")
    return ({} if faults else value["own"]), name[:200] if isinstance(name, str) else "", faults


def _fault(entry_id: str, message: str, /, **params: object) -> Fault:
    return Fault("", entry_id, "", message, params)


def _check(own: Mapping[str, Any]) -> Iterator[Fault]:
    for key in sorted(set(own) - {*KINDS, *_CARRIED, "texts"}):
        yield _fault(key, N_("%(place)s: Das kann eine Behörde nicht ändern."), place=key)
    for key in _CARRIED:
        rows = own.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("id") for row in rows):
            yield _fault(key, N_("%(place)s: Hier wird eine Liste erwartet."), place=key)
    for kind in KINDS:
        entries = own.get(kind, [])
        if not isinstance(entries, list) or len(entries) > _MOST_ENTRIES:
            yield _fault(kind, N_("%(place)s: Hier wird eine Liste erwartet."), place=kind)
            continue
        seen: set[object] = set()
        for number, entry in enumerate(entries, 1):
            place = f"{kind} {number}"
            if not isinstance(entry, dict) or not _ID.fullmatch(str(entry.get("id", ""))):
                yield _fault(place, N_("%(place)s: Der Eintrag hat keine Kennung."), place=place)
                continue
            place = f"{place} ({entry['id']})"
            if entry["id"] in seen:
                yield _fault(place, N_("%(place)s: Der Eintrag steht zweimal da."), place=place)
            seen.add(entry["id"])
            yield from _check_entry(kind, entry, place)
    yield from _check_texts(own.get("texts", {}))


def _check_entry(kind: str, entry: Mapping[str, Any], place: str) -> Iterator[Fault]:
    is_new = find_builtin(kind, str(entry["id"])) is None
    allowed = _DOCUMENT_KEYS if kind == DOCUMENT else _NEW_CONCERN if is_new else CONCERN_KEYS
    unknown = sorted(set(entry) - allowed)
    if unknown:
        message = N_("%(place)s: Diese Angaben kann eine Behörde nicht ändern: %(keys)s")
        yield _fault(place, message, place=place, keys=", ".join(unknown))
    for key, value in entry.items():
        if key in _TEXT_KEYS and not isinstance(value, str):
            yield _fault(place, N_("%(place)s: „%(key)s“ ist kein Text."), place=place, key=key)
        if key in _LIST_KEYS and not _is_texts(value):
            yield _fault(place, N_("%(place)s: „%(key)s“ ist keine Liste von Texten."), place=place, key=key)
    if kind == CONCERN:
        yield from _check_rows(entry.get("papers", []), _is_line, f"{place}, papers")
        yield from _check_rows(entry.get("validity", []), _is_validity, f"{place}, validity")


def _check_rows(rows: object, is_good: Any, place: str) -> Iterator[Fault]:
    if not isinstance(rows, list):
        yield _fault(place, N_("%(place)s: Hier wird eine Liste erwartet."), place=place)
        return
    for number, row in enumerate(rows, 1):
        if not is_good(row):
            where = f"{place} {number}"
            yield _fault(where, N_("%(place)s: Die Zeile ist nicht lesbar."), place=where)


def _is_line(row: object) -> bool:
    if not isinstance(row, dict) or set(row) - _LINE_KEYS or not _is_texts(row.get("documents")):
        return False
    texts = [row.get("condition", ""), row.get("exception", "")]
    facts = [row.get("when", []), row.get("unless", [])]
    if not all(isinstance(one, str) for one in texts) or not all(_is_texts(one) for one in facts):
        return False
    names = [word.removeprefix("not ") for word in facts[0]] + list(facts[1])
    return isinstance(row.get("one_of", False), bool) and all(name in set(Fact) for name in names)


def _is_validity(row: object) -> bool:
    if not isinstance(row, dict) or set(row) - _VALIDITY_KEYS or row.get("kind") not in set(ValidityKind):
        return False
    return all(isinstance(row.get(key, ""), str) for key in ("text", "span", "until")) and _is_texts(
        row.get("when", [])
    )


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _check_texts(texts: object) -> Iterator[Fault]:
    if not isinstance(texts, dict):
        yield _fault(
            "texts", N_("%(place)s: Hier wird je Sprache eine Liste von Texten erwartet."), place="texts"
        )
        return
    for tag, words in texts.items():
        place = f"texts, {tag}"
        if tag not in LANGUAGES or tag == GERMAN.tag:
            yield _fault(place, N_("%(place)s: Diese Sprache kennen wir nicht."), place=place)
        elif not isinstance(words, dict) or not _is_texts(list(words.values())):
            yield _fault(
                place, N_("%(place)s: Hier wird je Sprache eine Liste von Texten erwartet."), place=place
            )
