"""Hold a catalogue as plain data: read from the files, overlaid with an office's own entries, digested, exported.

The shape of a content is that of the data files, all tables in one mapping, dates as ISO texts: a JSON value.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

Content = dict[str, Any]

FILES = {
    "documents.toml": ("document",),
    "concerns.toml": ("set", "concern"),
    "legal_bases.toml": ("basis", "fallback", "unlimited"),
    "facts.toml": ("fact",),
    "fees.toml": ("fee", "fee_group", "exemption"),
    "biometrics.toml": ("biometrics",),
    "forms.toml": ("form", "form_part"),
}
"""Which table stands in which file."""

EXPORT_FORMAT = "servicedesk-catalogue/1"
CONCERN_KEYS = frozenset(
    "id include papers fees validity valid_from valid_until replaced_by source_url checked_on".split()
)
"""What an office may change of a concern; how it is offered (mode, minutes, lead) stands in the office file."""
OWN_CONCERN = "own_"
"""Begins the id of a concern that an office adds. It is a list to read and to print: no case is opened with it."""


def read_content(folder: Path, problems: list[str]) -> Content:
    """Read the data files into one content; faults of files go to `problems`."""
    content: Content = {"version": ""}
    for name, tables in FILES.items():
        file = _read(folder / name, problems)
        content["version"] = max(content["version"], str(file.get("version", "")))
        content.update({table: file.get(table, []) for table in tables})
    return content


def _read(file: Path, problems: list[str]) -> dict[str, Any]:
    try:
        plain = _plain(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as fault:
        problems.append(f"{file.name}: {fault}")
        return {}
    return dict(plain)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a content, whatever the order of its keys."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def version_of(content: Mapping[str, Any]) -> str:
    """Return the name of a built-in version: its date and the beginning of its digest.

    With the digest nobody can change the data and forget to name a new version.
    """
    return f"{content.get('version', '')}.{digest_of(content)[:8]}"


def overlay(content: Mapping[str, Any], own: Mapping[str, Any], problems: list[str]) -> Content:
    """Return a content with an office's own entries on top.

    `own` has `document` (the keys given replace those of the built-in document of this id; a new id is a new
    document), `concern` (CONCERN_KEYS of known concerns, whole ones under OWN_CONCERN) and `texts` (language →
    German → translation). `form` and `form_part` go as `document` does.
    """
    result: Content = deepcopy(dict(content))
    unknown = sorted(set(own) - {"document", "concern", "texts", "form", "form_part"})
    if unknown:
        problems.append(f"an office changes no {', '.join(unknown)}")
    _merge(result["document"], own.get("document", []))
    for table in ("form", "form_part"):
        _merge(result.setdefault(table, []), own.get(table, []))
    known = {entry.get("id") for entry in result["concern"]}
    for entry in own.get("concern", []):
        name = entry.get("id")
        if name not in known and str(name).startswith(OWN_CONCERN):
            _merge(result["concern"], [{**entry, "is_at_contact_door": False}])
        elif name not in known:
            problems.append(f"concern {name}: what an office adds begins with {OWN_CONCERN}")
        elif extra := sorted(set(entry) - CONCERN_KEYS):
            problems.append(f"concern {name}: an office does not change {', '.join(extra)}")
        else:
            _merge(result["concern"], [entry])
    texts = result.setdefault("texts", {})
    for language, words in own.get("texts", {}).items():
        texts[language] = {**texts.get(language, {}), **words}
    return result


def _merge(entries: list[dict[str, Any]], own: list[dict[str, Any]]) -> None:
    places = {entry.get("id"): number for number, entry in enumerate(entries)}
    for entry in own:
        place = places.get(entry.get("id"))
        if place is None:
            places[entry.get("id")] = len(entries)
            entries.append(deepcopy(entry))
        else:
            entries[place] = {**entries[place], **deepcopy(entry)}


def write_export(own: Mapping[str, Any], *, base_version: str, name: str) -> bytes:
    """Return an office's own entries as a file that another office can read."""
    value = {"format": EXPORT_FORMAT, "name": name, "base_version": base_version, "own": own}
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def read_export(file: bytes, problems: list[str]) -> Content:
    """Return the own entries of a file; faults go to `problems`, an unreadable one gives nothing."""
    try:
        value = json.loads(file.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as fault:
        problems.append(f"no catalogue file: {fault}")
        return {}
    if not isinstance(value, dict) or value.get("format") != EXPORT_FORMAT:
        problems.append(f"no catalogue file of the form {EXPORT_FORMAT}")
        return {}
    own = value.get("own")
    if not isinstance(own, dict):
        problems.append("the file has no own entries")
        return {}
    return own
