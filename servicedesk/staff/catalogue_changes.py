"""Show what a version changes, each entry beside what came with the software, for whoever writes or releases it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from servicedesk.checklists.catalogue.own import CONCERN, KINDS, build_own, find_builtin, lines_of
from servicedesk.checklists.rules.conditions import read_demands
from servicedesk.staff import catalogue_wording as wording
from servicedesk.web.locale import gettext, say


@dataclass(frozen=True, slots=True)
class Change:
    """Be one changed entry; `pairs` are label, before and after, `shown_in` a concern whose preview shows it."""

    kind: str
    id: str
    name: str
    is_own: bool
    pairs: tuple[tuple[str, str, str], ...]
    shown_in: str

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the names of what differs, each once."""
        return tuple(dict.fromkeys(label for label, _, _ in self.pairs))


def list_changes(own: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return every entry of an office's own."""
    catalogue = build_own(own, "")
    names = {document.id: document.name for document in catalogue.documents.values()}
    users: dict[str, str] = {}
    for concern in catalogue.list_concerns():
        for document in (document for rule in concern.papers for document in rule.documents):
            users.setdefault(document.id, concern.id)
    found = []
    for kind in KINDS:
        for entry in own.get(kind, ()):
            builtin = find_builtin(kind, entry["id"])
            name = str(entry.get("name") or (builtin or {}).get("name") or entry["id"])
            pairs = tuple(_pairs(entry, builtin or {}, names))
            place = entry["id"] if kind == CONCERN else users.get(entry["id"], "")
            shown = place if catalogue.find_concern(place) else ""
            found.append(Change(kind, entry["id"], name, builtin is None, pairs, shown))
    return tuple(found)


def _pairs(
    entry: Mapping[str, Any], builtin: Mapping[str, Any], names: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    found = []
    for key, value in entry.items():
        if key in {"id", "include"} or key not in wording.FIELDS:
            continue
        label = gettext(wording.FIELDS[key])
        if key == "papers":
            before, after = _lines(builtin, names), _lines({**builtin, **entry}, names)
            found += [(label, line, "") for line in before if line not in after]
            found += [(label, "", line) for line in after if line not in before]
        elif key == "validity":
            found.append((label, _spans(builtin.get(key, ())), _spans(value)))
        else:
            found.append((label, _said(key, builtin.get(key, "")), _said(key, value)))
    return found


def _lines(entry: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    return [
        f"{gettext(' oder ').join(say(names.get(one, one)) for one in demand.documents)}: {wording.read_aloud(demand)}"
        for demand in read_demands(lines_of(entry))
    ]


def _spans(rows: Any) -> str:
    return "; ".join(str(row.get("text", "")) for row in rows)


def _said(key: str, value: str) -> str:
    if key == "max_age":
        return wording.span_text(value) if value else gettext("unbegrenzt")
    words = {"form": wording.FORMS, "presence": wording.PRESENCE}.get(key, {})
    return gettext(words[value]) if value in words else value
