"""Change an office's own entries: put, take away, compare with the built-in ones, list their texts; pure."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from servicedesk.checklists.catalogue import Catalogue, build_catalogue, builtin_content
from servicedesk.checklists.catalogue.content import Content, overlay
from servicedesk.checklists.catalogue.entries import Entry
from servicedesk.kernel.locales import GERMAN, Untranslated, get_language, translations

DOCUMENT, CONCERN = "document", "concern"
KINDS = (DOCUMENT, CONCERN)
_TEXT_KEYS = ("name", "where", "why")


def find_builtin(kind: str, name: str) -> Entry | None:
    """Return a built-in entry, or None."""
    return next((entry for entry in builtin_content()[kind] if entry.get("id") == name), None)


def find_own(own: Mapping[str, Any], kind: str, name: str) -> Entry | None:
    """Return what an office has of its own for an entry, or None."""
    return next((entry for entry in own.get(kind, ()) if entry.get("id") == name), None)


def merged(own: Mapping[str, Any], kind: str, name: str) -> Content | None:
    """Return an entry as it would hold: the built-in one with the office's keys on top; None for neither."""
    builtin, mine = find_builtin(kind, name), find_own(own, kind, name)
    return None if builtin is None and mine is None else deepcopy({**(builtin or {}), **(mine or {})})


def put_entry(own: Mapping[str, Any], kind: str, entry: Entry) -> Content:
    """Return own entries with one more or another; what says the same as the built-in one is left out."""
    name = str(entry["id"])
    builtin = find_builtin(kind, name)
    kept = {key: value for key, value in entry.items() if builtin is None or builtin.get(key) != value}
    if builtin is not None and not set(kept) - {"id"}:
        return drop_entry(own, kind, name)
    changed = {"id": name, **{key: value for key, value in kept.items() if key != "id"}}
    result = deepcopy(dict(own))
    entries = result.setdefault(kind, [])
    for place, one in enumerate(entries):
        if one.get("id") == name:
            entries[place] = changed
            return result
    entries.append(changed)
    return result


def drop_entry(own: Mapping[str, Any], kind: str, name: str) -> Content:
    """Return own entries without one: back to the built-in text, or gone where the office had added it."""
    result = deepcopy(dict(own))
    left = [entry for entry in result.pop(kind, []) if entry.get("id") != name]
    return {**result, kind: left} if left else result


def put_texts(own: Mapping[str, Any], tag: str, words: Mapping[str, str]) -> Content:
    """Return own entries with some translations (German → text) of one language; an empty one goes."""
    result = deepcopy(dict(own))
    texts = result.pop("texts", {})
    kept = {**texts.get(tag, {}), **words}
    texts[tag] = {german: text for german, text in kept.items() if text}
    texts = {one: words_of for one, words_of in texts.items() if words_of}
    return {**result, "texts": texts} if texts else result


def lines_of(entry: Entry) -> list[Content]:
    """Return every line of a concern, those of its sets first: what an office edits as one list."""
    sets = {one["id"]: one["papers"] for one in builtin_content()["set"]}
    lines = [line for name in entry.get("include", ()) for line in sets.get(name, ())]
    return deepcopy([*lines, *entry.get("papers", ())])


def put_lines(entry: Entry, lines: list[Content]) -> Content:
    """Return a concern with another list; the sets it took whole are written out with it."""
    return {**entry, "include": [], "papers": lines}


@dataclass(frozen=True, slots=True)
class OwnText:
    """Be a German text an office has written, and the entry it first stands in."""

    german: str
    kind: str
    entry_id: str


def list_own_texts(own: Mapping[str, Any]) -> tuple[OwnText, ...]:
    """Return the German texts an office has changed or added, each once, in the order of its entries."""
    found: dict[str, OwnText] = {}
    entries = [(kind, entry) for kind in KINDS for entry in own.get(kind, ())]
    for kind, entry in entries:
        builtin = find_builtin(kind, str(entry.get("id")))
        known = set(_texts(builtin)) if builtin else set()
        if builtin and kind == CONCERN:
            known |= {text for line in lines_of(builtin) for text in _line_texts(line)}
        for text in _texts(entry):
            if text not in known:
                found.setdefault(text, OwnText(text, kind, str(entry["id"])))
    return tuple(found.values())


def _texts(entry: Entry) -> Iterator[str]:
    yield from (entry[key] for key in _TEXT_KEYS if entry.get(key))
    for line in entry.get("papers", ()):
        yield from _line_texts(line)
    yield from (one["text"] for one in entry.get("validity", ()) if one.get("text"))


def _line_texts(line: Entry) -> Iterator[str]:
    yield from (line[key] for key in ("condition", "exception") if line.get(key))


def own_translation(own: Mapping[str, Any], tag: str, german: str) -> str:
    """Return an office's translation of a text, empty where it has none."""
    return str(own.get("texts", {}).get(tag, {}).get(german, ""))


def builtin_translation(tag: str, german: str) -> str:
    """Return the translation that came with the software, empty where there is none."""
    text = translations(tag).gettext(german)
    return "" if isinstance(text, Untranslated) or get_language(tag) == GERMAN else str(text)


def list_missing(own: Mapping[str, Any], tag: str) -> tuple[OwnText, ...]:
    """Return the office's German texts that readers of a language would meet in German."""
    return tuple(
        one
        for one in list_own_texts(own)
        if not own_translation(own, tag, one.german) and not builtin_translation(tag, one.german)
    )


def build_own(own: Mapping[str, Any], version: str) -> Catalogue:
    """Return the catalogue that a draft would make; an entry that cannot be read is left out."""
    ignored: list[str] = []
    return build_catalogue(overlay(builtin_content(), own, ignored), version=version, problems=ignored)
