"""Read single entries of a content into frozen values; every fault is a ValueError or KeyError naming its key."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

from servicedesk.checklists.rules import (
    BASIC_FACTS,
    BasisRule,
    Biometrics,
    Concern,
    Document,
    DocumentForm,
    Fact,
    FactInfo,
    FactModel,
    FactSheet,
    PaperRule,
    Presence,
    Source,
    TitleForm,
    Validity,
    ValidityKind,
)
from servicedesk.kernel.intervals import Lead

T = TypeVar("T")
Entry = Mapping[str, Any]
_SOURCE = "valid_from valid_until source_url checked_on"


def collect(
    entries: Iterable[Entry], read: Callable[[Entry], T], kind: str, problems: list[str]
) -> dict[str, T]:
    """Return entries by id in their order; one that cannot be read becomes a problem naming its place."""
    found: dict[str, T] = {}
    for entry in entries:
        name = str(entry.get("id", "?"))
        try:
            if name in found:
                raise ValueError("stands twice")
            found[name] = read(entry)
        except (KeyError, ValueError, TypeError) as fault:
            missing = " is missing" if isinstance(fault, KeyError) else ""
            problems.append(f"{kind} {name}: {fault!s}{missing}")
    return found


def read_source(entry: Entry) -> Source:
    """Read where an entry comes from."""
    url = str(entry["source_url"])
    if not url.startswith("https://"):
        raise ValueError(f"source_url {url!r} is no https address")
    until = read_day(entry, "valid_until") if entry.get("valid_until") else None
    source = Source(read_day(entry, "valid_from"), url, read_day(entry, "checked_on"), until)
    if until is not None and until < source.valid_from:
        raise ValueError("valid_until lies before valid_from")
    return source


def read_day(entry: Entry, key: str) -> date:
    """Read an ISO date."""
    try:
        return date.fromisoformat(entry[key])
    except (TypeError, ValueError) as fault:
        raise ValueError(f"{key} is no date") from fault


def read_text(entry: Entry, key: str) -> str:
    """Read a text that is there and has no spaces around it."""
    value = entry[key]
    if not isinstance(value, str) or not value.strip() or value != value.strip():
        raise ValueError(f"{key} is empty or has spaces around it")
    return value


def optional_text(entry: Entry, key: str) -> str:
    """Read a text that may be absent."""
    return read_text(entry, key) if key in entry else ""


def only(entry: Entry, allowed: str) -> None:
    """Refuse keys nobody reads: most of them are typing slips."""
    unknown = sorted(set(entry) - set(allowed.split()))
    if unknown:
        raise ValueError(f"unknown keys: {', '.join(unknown)}")


def read_facts(names: Iterable[str]) -> frozenset[Fact]:
    """Read names of facts."""
    return frozenset(Fact(name) for name in names)


def read_fact(entry: Entry) -> FactInfo:
    """Read how a fact is asked for and what follows from it."""
    only(entry, "id question question_child help if_true if_false unless_true implies excludes")
    return FactInfo(
        fact=Fact(entry["id"]),
        question=optional_text(entry, "question"),
        question_child=optional_text(entry, "question_child"),
        help=optional_text(entry, "help"),
        if_true=optional_text(entry, "if_true"),
        if_false=optional_text(entry, "if_false"),
        unless_true=optional_text(entry, "unless_true"),
        implies=read_facts(entry.get("implies", [])),
        excludes=read_facts(entry.get("excludes", [])),
    )


def read_document(entry: Entry) -> Document:
    """Read one kind of paper."""
    only(entry, f"id name name_en form max_age max_age_range where why instead_of note {_SOURCE}")
    # An empty one takes a limit away that the built-in entry has.
    max_age = Lead.parse(entry["max_age"]) if entry.get("max_age") else None
    span = tuple(Lead.parse(text) for text in entry.get("max_age_range", ()))
    if span and len(span) != 2:
        raise ValueError("max_age_range is the shortest and the longest span known")
    return Document(
        id=read_text(entry, "id"),
        name=read_text(entry, "name"),
        name_en=read_text(entry, "name_en"),
        form=DocumentForm(entry["form"]),
        max_age=max_age,
        where=read_text(entry, "where"),
        source=read_source(entry),
        why=read_text(entry, "why"),
        max_age_range=(span[0], span[1]) if span else None,
        instead_of=str(entry.get("instead_of", "")),
    )


def read_biometrics(entry: Entry) -> Biometrics:
    """Read what is taken from people for a kind of document."""
    only(entry, f"id name photo_from fingerprints_from signature_from legal_basis {_SOURCE}")
    return Biometrics(
        id=read_text(entry, "id"),
        name=read_text(entry, "name"),
        photo_from=_age(entry, "photo_from"),
        fingerprints_from=_age(entry, "fingerprints_from"),
        signature_from=_age(entry, "signature_from"),
        legal_basis=read_text(entry, "legal_basis"),
        source=read_source(entry),
    )


def _letters(entry: Entry) -> str:
    text = read_text(entry, "letters")
    if len(text) != 3 or not text.isascii() or not text.islower() or not text.isalpha():
        raise ValueError(f"letters {text!r} are not three small letters a to z")
    return text


def _age(entry: Entry, key: str) -> int | None:
    value = entry.get(key)
    if value is not None and (not isinstance(value, int) or not 0 <= value <= 120):
        raise ValueError(f"{key} is no age")
    return value


class ConcernReader:
    """Read concerns against the documents, sets and facts of the same content."""

    def __init__(
        self, documents: Mapping[str, Document], sets: Mapping[str, list[Entry]], model: FactModel
    ) -> None:
        self._documents = documents
        self._sets = sets
        self._model = model

    def read(self, entry: Entry) -> Concern:
        """Read one concern; papers of its sets come first."""
        only(
            entry,
            "id letters name name_en legal_basis title_form lead minutes presence has_continuation_effect is_at_contact_door "
            f"include papers known validity fees biometrics replaced_by {_SOURCE}",
        )
        lines = [line for name in entry.get("include", []) for line in self._set(name)]
        minutes = entry["minutes"]
        if not isinstance(minutes, int) or minutes <= 0 or minutes % 5:
            raise ValueError("minutes are whole fives")
        return Concern(
            id=read_text(entry, "id"),
            name=read_text(entry, "name"),
            name_en=read_text(entry, "name_en"),
            legal_basis=read_text(entry, "legal_basis"),
            title_form=TitleForm(entry["title_form"]),
            lead=Lead.parse(entry["lead"]),
            minutes=minutes,
            presence=Presence(entry["presence"]),
            has_continuation_effect=bool(entry["has_continuation_effect"]),
            is_at_contact_door=bool(entry["is_at_contact_door"]),
            papers=tuple(self._rule(line) for line in [*lines, *entry["papers"]]),
            source=read_source(entry),
            known=_sheet(entry.get("known", [])),
            validity=tuple(_validity(one) for one in entry["validity"]),
            fees=str(entry.get("fees", "")),
            biometrics=str(entry.get("biometrics", "")),
            replaced_by=str(entry.get("replaced_by", "")),
            letters=_letters(entry),
        )

    def _set(self, name: str) -> list[Entry]:
        if name not in self._sets:
            raise ValueError(f"no set {name!r}")
        return self._sets[name]

    def _rule(self, line: Entry) -> PaperRule:
        only(line, "documents when unless one_of condition exception")
        names = line["documents"]
        missing = [name for name in names if name not in self._documents]
        if missing or not names:
            raise ValueError(f"no document {', '.join(missing)}")
        if (len(names) > 1) is not line.get("one_of", False):
            raise ValueError(f"one_of = true belongs to several documents, not to {', '.join(names)}")
        sheet, unless = _sheet(line.get("when", [])), read_facts(line.get("unless", []))
        phrases = [(fact, self._words(fact, "if_true")) for fact in sorted(sheet.true - BASIC_FACTS)]
        phrases += [(fact, self._words(fact, "if_false")) for fact in sorted(sheet.false - BASIC_FACTS)]
        exceptions = [(fact, self._words(fact, "unless_true")) for fact in sorted(unless - BASIC_FACTS)]
        condition, exception = optional_text(line, "condition"), optional_text(line, "exception")
        if (len(phrases) > 1 and not condition) or (len(exceptions) > 1 and not exception):
            raise ValueError(f"{names[0]}: several facts may be unknown at once, so say it in one sentence")
        if (len(phrases) == 1 and condition) or (len(exceptions) < 2 and exception):
            raise ValueError(f"{names[0]}: the fact has words of its own")
        return PaperRule(
            documents=tuple(self._documents[name] for name in names),
            when=sheet.true,
            condition=condition,
            unless=unless,
            exception=exception,
            phrases=tuple(phrases),
            exceptions=tuple(exceptions),
            denied=sheet.false,
        )

    def _words(self, fact: Fact, key: str) -> str:
        text: str = getattr(self._model[fact], key)
        if not text:
            raise ValueError(f"fact {fact.value} has no {key}")
        return text


def _sheet(names: Iterable[str]) -> FactSheet:
    """Read facts that have to hold, and with “not ” before them those that have to be false."""
    words = list(names)
    return FactSheet(
        frozenset(Fact(word) for word in words if not word.startswith("not ")),
        frozenset(Fact(word.removeprefix("not ")) for word in words if word.startswith("not ")),
    )


def _validity(entry: Entry) -> Validity:
    only(entry, "kind text span until when")
    kind = ValidityKind(entry["kind"])
    span = Lead.parse(entry["span"]) if "span" in entry else None
    needs_span = kind in {
        ValidityKind.fixed,
        ValidityKind.at_most,
        ValidityKind.at_least,
        ValidityKind.usual,
    }
    if needs_span and span is None:
        raise ValueError(f"validity {kind.value} needs a span")
    if kind is ValidityKind.by_law and "until" not in entry:
        raise ValueError("validity by_law needs until")
    return Validity(
        kind=kind,
        text=read_text(entry, "text"),
        span=span,
        until=read_day(entry, "until") if "until" in entry else None,
        when=read_facts(entry.get("when", [])),
    )


def read_bases(
    entries: Iterable[Entry], concerns: Mapping[str, Concern], problems: list[str]
) -> dict[str, BasisRule]:
    """Return the rules of legal bases under every spelling."""
    found: dict[str, BasisRule] = {}
    for entry in entries:
        prefixes = entry.get("prefixes") or [entry.get("prefix", "")]
        try:
            only(entry, f"prefix prefixes spelled concern invite reason has_continuation_effect {_SOURCE}")
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
                    source=read_source(entry),
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
