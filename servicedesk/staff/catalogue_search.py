"""Find entries of the catalogue by what somebody remembers of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from servicedesk.checklists.catalogue import Catalogue
from servicedesk.checklists.catalogue.own import CONCERN, DOCUMENT, KINDS, build_own, find_builtin
from servicedesk.web.locale import say

MOST_FOUND = 40


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """Show one concern or document; `used_by` names the concerns whose lists ask for a document."""

    kind: str
    id: str
    name: str
    letters: str = ""
    used_by: tuple[str, ...] = ()


def find_entries(
    catalogue: Catalogue, wanted: str, own: Mapping[str, Any] | None = None
) -> tuple[FoundEntry, ...]:
    """Return what matches every word, concerns first; of a draft also what cannot be read yet."""
    shown = build_own(own, "") if own else catalogue
    words = wanted.lower().split()
    found = [
        FoundEntry(CONCERN, one.id, one.name, one.letters)
        for one in shown.list_concerns()
        if _matches(words, one.id, one.name, one.name_en, one.letters, one.legal_basis, say(one.name))
    ]
    users: dict[str, dict[str, None]] = {}
    for concern in shown.list_concerns():
        for document in (document for rule in concern.papers for document in rule.documents):
            users.setdefault(document.id, {})[concern.name] = None
    found += [
        FoundEntry(DOCUMENT, one.id, one.name, used_by=tuple(users.get(one.id, ())))
        for one in shown.documents.values()
        if _matches(words, one.id, one.name, one.name_en, say(one.name))
    ]
    known = {(one.kind, one.id) for one in found}
    for kind in KINDS:
        for entry in (own or {}).get(kind, ()):
            name = str(entry.get("name") or (find_builtin(kind, entry["id"]) or {}).get("name", entry["id"]))
            if (kind, entry["id"]) not in known and _matches(words, entry["id"], name):
                found.append(FoundEntry(kind, entry["id"], name))
    return tuple(found[:MOST_FOUND])


def _matches(words: list[str], *texts: str) -> bool:
    everything = " ".join(texts).lower()
    return all(word in everything for word in words)
