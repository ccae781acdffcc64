"""Name what is wrong with an office's own entries: in German, at the entry and the field, for whoever edits them."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from servicedesk.checklists.catalogue import builtin_content
from servicedesk.checklists.catalogue.content import OWN_CONCERN
from servicedesk.checklists.catalogue.entries import Entry
from servicedesk.checklists.catalogue.own import (
    CONCERN,
    DOCUMENT,
    build_own,
    find_builtin,
    merged,
)
from servicedesk.checklists.rules import DocumentForm, find_dead_lines
from servicedesk.checklists.rules.conditions import list_condition_faults, read_demands
from servicedesk.checklists.rules.counselling import find_in_document, find_in_line, speaks_of_counselling
from servicedesk.kernel.intervals import Lead

N_ = str
"""Mark a German text for the catalogues of translations."""

VOLUNTARY = N_(
    "Beratung ist freiwillig. Kein Eintrag darf verlangen, dass jemand eine Beratung besucht oder nachweist."
)
_EMPTY = N_("Hier fehlt ein Text.")
_LONG = N_("Kürzen Sie den Text auf höchstens %(limit)s Zeichen.")
_NO_DAY = N_("Hier fehlt ein Datum, oder es gibt diesen Tag nicht.")
_NO_SPAN = N_("Die Spanne ist nicht lesbar. Schreiben Sie eine Zahl und wählen Sie Tage, Wochen oder Monate.")
_NO_ADDRESS = N_("Die Quelle braucht eine Adresse, die mit https:// beginnt.")
_TURNED = N_("Das Ende liegt vor dem Anfang.")
LONGEST_TEXT = 500
_NOTHING: Mapping[str, object] = MappingProxyType({})
_ALL_TEXTS = {DOCUMENT: ("name", "name_en", "where", "why"), CONCERN: ("name", "name_en", "legal_basis")}


@dataclass(frozen=True, slots=True)
class Fault:
    """Be one thing to be mended. `kind` "" is a fault of the whole; `line` is the place in a concern's list.

    `message` is a German message id, filled with `params`.
    """

    kind: str
    entry_id: str
    field: str
    message: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)
    line: int | None = None

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


def find_faults(own: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Return everything that keeps own entries from being proposed; empty means they hold together."""
    found = [*_documents(own), *_concerns(own), *_texts(own)]
    broken = {one.entry_id for one in found}
    for entry in own.get(CONCERN, ()):
        if entry["id"] not in broken:
            found.extend(_dead_lines(own, str(entry["id"])))
    return tuple(found)


def _documents(own: Mapping[str, Any]) -> Iterator[Fault]:
    for mine in own.get(DOCUMENT, ()):
        name = str(mine["id"])
        entry = merged(own, DOCUMENT, name) or {}

        def fault(key: str, message: str, params: Mapping[str, object] = _NOTHING, name: str = name) -> Fault:
            return Fault(DOCUMENT, name, key, message, params)

        if key := find_in_document(mine):
            yield fault("name" if key == "id" else key, VOLUNTARY)
        for key, message, params in _common(DOCUMENT, name, entry):
            yield fault(key, message, params)
        if entry.get("form") not in set(DocumentForm):
            yield fault("form", N_("Wählen Sie, in welcher Form die Unterlage gebraucht wird."))
        if entry.get("max_age") and not is_span(entry["max_age"]):
            yield fault("max_age", _NO_SPAN)
        if not all(is_span(one) for one in entry.get("max_age_range", ())):
            yield fault("max_age", _NO_SPAN)


def _common(kind: str, name: str, entry: Entry) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Yield what documents and concerns can both have wrong: key, message, parameters."""
    for key in _ALL_TEXTS[kind]:
        text = entry.get(key)
        if not isinstance(text, str) or not text.strip() or text != text.strip():
            yield key, _EMPTY, {}
        elif len(text) > LONGEST_TEXT:
            yield key, _LONG, {"limit": LONGEST_TEXT}
    if find_builtin(kind, name) is None and not name.startswith(OWN_CONCERN) and kind == CONCERN:
        yield "name", N_("Dieses Anliegen kennt der Katalog nicht."), {}
    if not str(entry.get("source_url", "")).startswith("https://"):
        yield "source_url", _NO_ADDRESS, {}
    for key in ("valid_from", "checked_on"):
        if _day(entry.get(key)) is None:
            yield key, _NO_DAY, {}
    if entry.get("valid_until"):
        first, last = _day(entry.get("valid_from")), _day(entry["valid_until"])
        if last is None:
            yield "valid_until", _NO_DAY, {}
        elif first is not None and last < first:
            yield "valid_until", _TURNED, {}


def _concerns(own: Mapping[str, Any]) -> Iterator[Fault]:
    content = builtin_content()
    documents = {one["id"] for one in content[DOCUMENT]} | {one["id"] for one in own.get(DOCUMENT, ())}
    concerns = {one["id"] for one in content[CONCERN]} | {one["id"] for one in own.get(CONCERN, ())}
    groups = {one["id"] for one in content["fee_group"]}
    needed = {content["fallback"], content["unlimited"]}
    for mine in own.get(CONCERN, ()):
        name = str(mine["id"])
        entry = merged(own, CONCERN, name) or {}

        def fault(key: str, message: str, params: Mapping[str, object] = _NOTHING, name: str = name) -> Fault:
            return Fault(CONCERN, name, key, message, params)

        if any(speaks_of_counselling(mine.get(key)) for key in ("id", "name", "name_en")):
            yield fault("name", VOLUNTARY)
        for key, message, params in _common(CONCERN, name, entry):
            yield fault(key, message, params)
        if name in needed and entry.get("valid_until"):
            yield fault(
                "valid_until", N_("Dieses Anliegen fängt alle anderen auf und lässt sich nicht zurückziehen.")
            )
        if entry.get("replaced_by") and entry["replaced_by"] not in concerns - {name}:
            yield fault("replaced_by", N_("Das Anliegen, das an die Stelle treten soll, gibt es nicht."))
        if entry.get("fees") and entry["fees"] not in groups:
            yield fault("fees", N_("Diese Gebührengruppe gibt es nicht."))
        yield from _letters(own, name, entry)
        for place, one in enumerate(entry.get("validity", ())):
            if speaks_of_counselling(one.get("text")):
                yield fault(f"validity-{place}", VOLUNTARY)
            elif not str(one.get("text", "")).strip():
                yield fault(f"validity-{place}", _EMPTY)
        yield from _lines(name, mine, documents)


def _letters(own: Mapping[str, Any], name: str, entry: Entry) -> Iterator[Fault]:
    letters = entry.get("letters")
    if not isinstance(letters, str) or len(letters) != 3 or not letters.isascii() or not letters.islower():
        yield Fault(CONCERN, name, "letters", N_("Wählen Sie drei kleine Buchstaben von a bis z."))
        return
    others = [*builtin_content()[CONCERN], *own.get(CONCERN, ())]
    if any(one.get("letters") == letters and one["id"] != name for one in others):
        yield Fault(CONCERN, name, "letters", N_("Diese drei Buchstaben hat schon ein anderes Anliegen."))


def _lines(name: str, mine: Entry, documents: set[str]) -> Iterator[Fault]:
    model = build_own({}, "").facts
    for place, demand in enumerate(read_demands(mine.get("papers", ()))):

        def fault(key: str, message: str, place: int = place, **params: object) -> Fault:
            return Fault(CONCERN, name, key, message, params, place)

        missing = [one for one in demand.documents if one not in documents]
        if missing or not demand.documents:
            message = N_("Diese Zeile nennt eine Unterlage, die es nicht gibt: %(name)s")
            yield fault("documents", message, name=", ".join(missing) or "–")
        for group in demand.groups:
            for message in list_condition_faults(group, model):
                yield fault("groups", message)
            if any(find_in_line({"condition": one}) for one in (group.sentence, group.exception)):
                yield fault("groups", VOLUNTARY)


def _texts(own: Mapping[str, Any]) -> Iterator[Fault]:
    for tag, words in own.get("texts", {}).items():
        for german, text in words.items():
            if speaks_of_counselling(german) or speaks_of_counselling(text):
                yield Fault("texts", tag, german, VOLUNTARY)
            elif len(text) > LONGEST_TEXT:
                yield Fault("texts", tag, german, _LONG, {"limit": LONGEST_TEXT})


def _dead_lines(own: Mapping[str, Any], name: str) -> Iterator[Fault]:
    catalogue = build_own(own, "")
    concern = catalogue.find_concern(name)
    if concern is None:
        yield Fault(
            CONCERN, name, "name", N_("Dieser Eintrag lässt sich nicht lesen. Prüfen Sie seine Zeilen.")
        )
        return
    for place in find_dead_lines(concern, catalogue.facts):
        papers = ", ".join(document.name for document in concern.papers[place].documents)
        message = N_(
            "Diese Zeile sieht niemand: Ihre Bedingungen treffen nie zu, oder eine andere sagt dasselbe. (%(papers)s)"
        )
        yield Fault(CONCERN, name, "papers", message, {"papers": papers})


def is_span(text: object) -> bool:
    """Tell whether a text is a span of months, weeks or days that is longer than nothing."""
    try:
        span = Lead.parse(str(text))
    except ValueError:
        return False
    return bool(span.months or span.days)


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
