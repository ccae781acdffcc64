"""Load concerns, documents and legal bases from their data files, and refuse data that does not hold together."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from servicedesk.checklists.rules import (
    BasisRule,
    Concern,
    Document,
    DocumentForm,
    Fact,
    PaperRule,
    Presence,
    Source,
    TitleForm,
    find_basis,
)
from servicedesk.kernel.errors import ConfigurationError
from servicedesk.kernel.intervals import Lead

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Hold the whole catalogue of one version; read-only.

    `fallback_id` is the concern of unknown legal bases, `unlimited_id` that of titles without an end.
    """

    version: str
    concerns: Mapping[str, Concern]
    documents: Mapping[str, Document]
    bases: Mapping[str, BasisRule]
    fallback_id: str
    unlimited_id: str

    def find_concern(self, concern_id: str) -> Concern | None:
        """Return a concern, or None."""
        return self.concerns.get(concern_id)

    def get_concern(self, concern_id: str) -> Concern:
        """Return a concern; raises KeyError."""
        return self.concerns[concern_id]

    def concern_of_title(self, legal_basis: str, *, is_unlimited: bool) -> Concern:
        """Return the concern a title leads to when it ends; an unknown basis leads to the general one."""
        if is_unlimited:
            return self.concerns[self.unlimited_id]
        rule = find_basis(self.bases, legal_basis)
        return self.concerns[rule.concern_id if rule else self.fallback_id]

    def basis_of(self, legal_basis: str) -> BasisRule | None:
        """Return the rule of a legal basis, None where it is unknown."""
        return find_basis(self.bases, legal_basis)

    def has_continuation_effect(self, legal_basis: str, *, is_unlimited: bool) -> bool:
        """Tell whether § 81 Abs. 4 Satz 1 AufenthG holds for a timely application of this title's holder."""
        rule = None if is_unlimited else find_basis(self.bases, legal_basis)
        if rule is not None and rule.has_continuation_effect is not None:
            return rule.has_continuation_effect
        return self.concern_of_title(legal_basis, is_unlimited=is_unlimited).has_continuation_effect

    def list_concerns(self) -> tuple[Concern, ...]:
        """Return every concern in the catalogue's order."""
        return tuple(self.concerns.values())

    def list_contact_concerns(self) -> tuple[Concern, ...]:
        """Return what somebody without a letter may choose, in the catalogue's order."""
        return tuple(concern for concern in self.concerns.values() if concern.is_at_contact_door)


@cache
def load_catalogue(folder: Path = DATA) -> Catalogue:
    """Read the data files; raises ConfigurationError naming every fault."""
    problems: list[str] = []
    papers_file, concerns_file, bases_file = (
        _read(folder / name, problems) for name in ("documents.toml", "concerns.toml", "legal_bases.toml")
    )
    documents = _collect(papers_file.get("document", []), _document, "document", problems)
    sets = {str(entry.get("id")): entry.get("papers", []) for entry in concerns_file.get("set", [])}
    reader = _ConcernReader(documents, sets)
    concerns = _collect(concerns_file.get("concern", []), reader.read, "concern", problems)
    bases = _bases(bases_file.get("basis", []), concerns, problems)
    fallback, unlimited = str(bases_file.get("fallback")), str(bases_file.get("unlimited"))
    problems.extend(
        f"legal_bases.toml: no concern {name!r}" for name in (fallback, unlimited) if name not in concerns
    )
    used = {
        document.id for concern in concerns.values() for rule in concern.papers for document in rule.documents
    }
    problems.extend(
        f"documents.toml: {name} is asked for by no concern" for name in documents if name not in used
    )
    if problems:
        raise ConfigurationError(problems)
    version = max(str(file.get("version", "")) for file in (papers_file, concerns_file, bases_file))
    return Catalogue(version, concerns, documents, bases, fallback, unlimited)


def _read(file: Path, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as fault:
        problems.append(f"{file.name}: {fault}")
        return {}


def _collect(entries: Iterable[dict[str, Any]], read: Any, kind: str, problems: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in entries:
        name = str(entry.get("id", "?"))
        try:
            if name in found:
                raise ValueError("stands twice")
            found[name] = read(entry)
        except (KeyError, ValueError, TypeError) as fault:
            problems.append(
                f"{kind} {name}: {fault!s}"
                if not isinstance(fault, KeyError)
                else f"{kind} {name}: {fault} is missing"
            )
    return found


def _source(entry: Mapping[str, Any]) -> Source:
    url, valid_from, checked_on = str(entry["source_url"]), entry["valid_from"], entry["checked_on"]
    if not url.startswith("https://"):
        raise ValueError(f"source_url {url!r} is no https address")
    if {type(valid_from), type(checked_on)} != {date}:
        raise ValueError("valid_from and checked_on are dates")
    return Source(valid_from, url, checked_on)


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry[key]
    if not isinstance(value, str) or not value.strip() or value != value.strip():
        raise ValueError(f"{key} is empty or has spaces around it")
    return value


def _only(entry: Mapping[str, Any], allowed: str) -> None:
    unknown = sorted(set(entry) - set(allowed.split()))
    if unknown:
        raise ValueError(f"unknown keys: {', '.join(unknown)}")


def _document(entry: dict[str, Any]) -> Document:
    _only(entry, "id name name_en form max_age where valid_from source_url checked_on")
    return Document(
        id=_text(entry, "id"),
        name=_text(entry, "name"),
        name_en=_text(entry, "name_en"),
        form=DocumentForm(entry["form"]),
        max_age=Lead.parse(entry["max_age"]) if "max_age" in entry else None,
        where=_text(entry, "where"),
        source=_source(entry),
    )


class _ConcernReader:
    def __init__(self, documents: Mapping[str, Document], sets: Mapping[str, list[dict[str, Any]]]) -> None:
        self._documents = documents
        self._sets = sets

    def read(self, entry: dict[str, Any]) -> Concern:
        _only(
            entry,
            "id name name_en legal_basis title_form lead minutes presence has_continuation_effect is_at_contact_door "
            "include papers valid_from source_url checked_on",
        )
        lines = [line for name in entry.get("include", []) for line in self._set(name)]
        minutes = entry["minutes"]
        if not isinstance(minutes, int) or minutes <= 0 or minutes % 5:
            raise ValueError("minutes are whole fives")
        return Concern(
            id=_text(entry, "id"),
            name=_text(entry, "name"),
            name_en=_text(entry, "name_en"),
            legal_basis=_text(entry, "legal_basis"),
            title_form=TitleForm(entry["title_form"]),
            lead=Lead.parse(entry["lead"]),
            minutes=minutes,
            presence=Presence(entry["presence"]),
            has_continuation_effect=bool(entry["has_continuation_effect"]),
            is_at_contact_door=bool(entry["is_at_contact_door"]),
            papers=tuple(self._rule(line) for line in [*lines, *entry["papers"]]),
            source=_source(entry),
        )

    def _set(self, name: str) -> list[dict[str, Any]]:
        if name not in self._sets:
            raise ValueError(f"no set {name!r}")
        return self._sets[name]

    def _rule(self, line: dict[str, Any]) -> PaperRule:
        _only(line, "documents when one_of condition")
        names = line["documents"]
        missing = [name for name in names if name not in self._documents]
        if missing or not names:
            raise ValueError(f"no document {', '.join(missing)}")
        if (len(names) > 1) is not line.get("one_of", False):
            raise ValueError(f"one_of = true belongs to several documents, not to {', '.join(names)}")
        return PaperRule(
            documents=tuple(self._documents[name] for name in names),
            when=frozenset(Fact(name) for name in line.get("when", [])),
            condition=_text(line, "condition") if "condition" in line else "",
        )


def _bases(
    entries: Iterable[dict[str, Any]], concerns: Mapping[str, Concern], problems: list[str]
) -> dict[str, BasisRule]:
    found: dict[str, BasisRule] = {}
    for entry in entries:
        prefixes = entry.get("prefixes") or [entry.get("prefix", "")]
        try:
            _only(
                entry,
                "prefix prefixes spelled concern invite reason has_continuation_effect valid_from source_url checked_on",
            )
            is_invited = bool(entry.get("invite", True))
            if not is_invited and not entry.get("reason"):
                raise ValueError("invite = false needs a reason")
            if entry["concern"] not in concerns:
                raise ValueError(f"no concern {entry['concern']!r}")
            for prefix in (*_spellings(prefixes), *_with_sign(entry.get("spelled", []))):
                if not prefix or prefix in found:
                    raise ValueError("is empty or stands twice")
                found[prefix] = BasisRule(
                    prefix=prefix,
                    concern_id=entry["concern"],
                    is_invited=is_invited,
                    reason=str(entry.get("reason", "")),
                    has_continuation_effect=entry.get("has_continuation_effect"),
                    source=_source(entry),
                )
        except (KeyError, ValueError) as fault:
            problems.append(f"basis {', '.join(map(str, prefixes))}: {fault}")
    return found


def _spellings(prefixes: Iterable[str]) -> Iterator[str]:
    """Write "28.1.1" also as "28 Abs. 1.1", both also with the sign for paragraph."""
    for prefix in prefixes:
        section, point, rest = prefix.partition(".")
        yield from _with_sign((prefix, f"{section} Abs. {rest}") if point else (prefix,))


def _with_sign(prefixes: Iterable[str]) -> Iterator[str]:
    for prefix in prefixes:
        yield prefix
        if prefix[:1].isdigit():
            yield f"§ {prefix}"
