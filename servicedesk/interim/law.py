"""Load the law of interim confirmations from its data files, and refuse data that does not hold together."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from servicedesk.checklists.rules import Source
from servicedesk.interim.rules.settings import choose_settings, read_defaults
from servicedesk.interim.rules.values import (
    Code,
    InterimLaw,
    InterimSettings,
    OutcomeKind,
    OutcomeText,
    SpecialBasis,
    TitleKind,
)
from servicedesk.kernel.errors import ConfigurationError
from servicedesk.offices.rules.details import OfficeDetails
from servicedesk.register.rules.ordinances import normalise_basis

DATA = Path(__file__).parent / "data"
Entry = TypeVar("Entry")
_SOURCE_KEYS = "valid_from source_url checked_on"


@cache
def load_law(folder: Path = DATA) -> InterimLaw:
    """Read the data files; raises ConfigurationError naming every fault."""
    problems: list[str] = []
    outcomes_file, titles_file, defaults_file = (
        _read(folder / name, problems) for name in ("outcomes.toml", "titles.toml", "defaults.toml")
    )
    outcomes = _outcomes(outcomes_file.get("outcome", []), problems)
    bases = dict(_bases(titles_file.get("basis", []), problems))
    defaults = _defaults(defaults_file.get("defaults", {}), problems)
    if problems or defaults is None:
        raise ConfigurationError(problems)
    return InterimLaw(
        version=max(str(file.get("version", "")) for file in (outcomes_file, titles_file, defaults_file)),
        outcomes=outcomes,
        bases=bases,
        title_concerns=frozenset(titles_file.get("applies_for_title", ())),
        defaults=defaults,
    )


def settings_of(details: OfficeDetails) -> InterimSettings:
    """Return what holds for an office: its choices over the product's defaults."""
    return choose_settings(details.interim, load_law().defaults)


def _read(file: Path, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as fault:
        problems.append(f"{file.name}: {fault}")
        return {}


def _outcomes(entries: list[dict[str, Any]], problems: list[str]) -> dict[Code, tuple[OutcomeText, ...]]:
    found: dict[Code, list[OutcomeText]] = {}
    for entry in entries:
        text = _attempt(_outcome, entry, f"outcome {entry.get('code', '?')}", problems)
        if text is None:
            continue
        versions = found.setdefault(text.code, [])
        if versions and versions[-1].source.valid_from >= text.source.valid_from:
            problems.append(f"outcome {text.code}: valid_from does not follow the entry before it")
        versions.append(text)
    problems.extend(f"outcomes.toml: no entry for {code}" for code in Code if code not in found)
    return {code: tuple(versions) for code, versions in found.items()}


def _outcome(entry: Mapping[str, Any]) -> OutcomeText:
    _only(entry, f"code kind norm reason advice act ends releasable {_SOURCE_KEYS}")
    kind, is_releasable = OutcomeKind(entry["kind"]), entry.get("releasable", False)
    if is_releasable and kind is not OutcomeKind.person:
        raise ValueError("releasable belongs to outcomes that a person decides")
    if (kind is OutcomeKind.issue) is ("advice" in entry):
        raise ValueError("advice says what to do instead: everywhere but for issue")
    return OutcomeText(
        code=Code(entry["code"]),
        kind=kind,
        norm=_text(entry, "norm"),
        reason=_text(entry, "reason"),
        advice=_text(entry, "advice") if "advice" in entry else "",
        act=_text(entry, "act"),
        ends_confirmation=entry.get("ends", False),
        is_releasable=is_releasable,
        source=_source(entry),
    )


def _bases(entries: list[dict[str, Any]], problems: list[str]) -> Iterator[tuple[str, SpecialBasis]]:
    seen: set[str] = set()
    for entry in entries:
        name = f"basis {entry.get('prefix', '?')}"
        basis = _attempt(_basis, entry, name, problems)
        if basis is None:
            continue
        if basis.prefix in seen:
            problems.append(f"{name}: stands twice")
        seen.add(basis.prefix)
        yield basis.prefix, basis


def _basis(entry: Mapping[str, Any]) -> SpecialBasis:
    _only(entry, f"prefix kind special {_SOURCE_KEYS}")
    prefix = _text(entry, "prefix")
    if prefix != normalise_basis(prefix):
        raise ValueError("is written as the register's rule writes it, without sign and words")
    special = entry.get("special")
    return SpecialBasis(prefix, TitleKind(entry["kind"]), Code(special) if special else None, _source(entry))


def _defaults(entry: Mapping[str, Any], problems: list[str]) -> InterimSettings | None:
    def read(values: Mapping[str, Any]) -> InterimSettings:
        _source(values)
        return read_defaults({key: value for key, value in values.items() if key not in _SOURCE_KEYS.split()})

    return _attempt(read, entry, "defaults", problems)


def _attempt(
    read: Callable[[Mapping[str, Any]], Entry], entry: Mapping[str, Any], name: str, problems: list[str]
) -> Entry | None:
    try:
        return read(entry)
    except KeyError as fault:
        problems.append(f"{name}: {fault} is missing")
    except (ValueError, TypeError) as fault:
        problems.append(f"{name}: {fault}")
    return None


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
