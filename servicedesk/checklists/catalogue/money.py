"""Read the fee book of a content."""

from collections.abc import Mapping
from typing import Any

from servicedesk.checklists.catalogue.entries import (
    Entry,
    collect,
    only,
    optional_text,
    read_facts,
    read_source,
    read_text,
)
from servicedesk.checklists.rules import Exemption, Fact, Fee, FeeBook, FeeRule, Tariff

_SOURCE = "valid_from valid_until source_url checked_on"


def read_fee_book(content: Mapping[str, Any], problems: list[str]) -> FeeBook:
    """Read fees, groups and exemptions; faults go to `problems`."""
    fees = collect(content.get("fee", []), _fee, "fee", problems)
    groups = collect(content.get("fee_group", []), lambda one: _group(one, fees), "fee_group", problems)
    exemptions = collect(
        content.get("exemption", []), lambda one: _exemption(one, fees), "exemption", problems
    )
    used = {rule.fee.code for rules in groups.values() for rule in rules}
    used |= {one.use.code for one in exemptions.values() if one.use is not None}
    problems.extend(f"fee {code}: is charged by no group" for code in fees if code not in used)
    return FeeBook(fees, groups, tuple(exemptions.values()))


def _fee(entry: Entry) -> Fee:
    only(entry, f"id name cents minor_cents tariffs legal_basis {_SOURCE}")
    return Fee(
        code=read_text(entry, "id"),
        name=read_text(entry, "name"),
        cents=_cents(entry, "cents"),
        minor_cents=_cents(entry, "minor_cents") if "minor_cents" in entry else None,
        tariffs=tuple(_tariff(one) for one in entry.get("tariffs", [])),
        legal_basis=read_text(entry, "legal_basis"),
        source=read_source(entry),
    )


def _tariff(entry: Entry) -> Tariff:
    only(entry, "cents until_age condition")
    until = entry["until_age"]
    if not isinstance(until, int) or not 0 < until <= 120:
        raise ValueError("until_age is no age")
    return Tariff(_cents(entry, "cents"), until, optional_text(entry, "condition"))


def _cents(entry: Entry, key: str) -> int:
    value = entry[key]
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{key} are whole cents")
    return value


def _group(entry: Entry, fees: Mapping[str, Fee]) -> tuple[FeeRule, ...]:
    only(entry, "id lines")
    return tuple(_rule(line, fees) for line in entry["lines"])


def _rule(line: Entry, fees: Mapping[str, Fee]) -> FeeRule:
    only(line, "fee when condition optional")
    return FeeRule(
        fee=_find(fees, line["fee"]),
        when=read_facts(line.get("when", [])),
        condition=optional_text(line, "condition"),
        is_optional=bool(line.get("optional", False)),
    )


def _exemption(entry: Entry, fees: Mapping[str, Fee]) -> Exemption:
    only(entry, f"id fact codes use is_judged text unless_text legal_basis {_SOURCE}")
    codes = frozenset(_find(fees, code).code for code in entry["codes"])
    if not codes:
        raise ValueError("frees from nothing")
    return Exemption(
        id=read_text(entry, "id"),
        fact=Fact(entry["fact"]),
        codes=codes,
        use=_find(fees, entry["use"]) if "use" in entry else None,
        text=read_text(entry, "text"),
        unless_text=read_text(entry, "unless_text"),
        legal_basis=read_text(entry, "legal_basis"),
        source=read_source(entry),
        is_judged=bool(entry.get("is_judged", False)),
    )


def _find(fees: Mapping[str, Fee], code: str) -> Fee:
    if code not in fees:
        raise ValueError(f"no fee {code!r}")
    return fees[code]
