"""Decide what a concern costs one person: tariffs by age, exemptions and reductions by facts; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from servicedesk.checklists.rules.facts import ADULT_AGE, Fact, FactSheet, PersonFacts, read_sheet
from servicedesk.checklists.rules.values import Concern, Source


@dataclass(frozen=True, slots=True)
class Tariff:
    """Charge people younger than `until_age` another amount; `condition` (a German message id) narrows it further."""

    cents: int
    until_age: int
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Fee:
    """Be one fee; `name` is a German message id. `minor_cents` None: minors pay the same."""

    code: str
    name: str
    cents: int
    minor_cents: int | None
    tariffs: tuple[Tariff, ...]
    legal_basis: str
    source: Source


@dataclass(frozen=True, slots=True)
class FeeRule:
    """Charge a fee with a concern when all `when` facts hold; `is_optional`: only who asks for it pays.

    `condition` is a German message id for what only the office or the person can judge.
    """

    fee: Fee
    when: frozenset[Fact]
    condition: str = ""
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Exemption:
    """Free people from some fees, or charge them the tariff of another one.

    Holds when `fact` holds. `text` says so to the person, `unless_text` while the fact is unknown; German message
    ids. `use` None: free of charge. `is_judged`: the fact alone does not decide, so the amount stays.
    """

    id: str
    fact: Fact
    codes: frozenset[str]
    use: Fee | None
    text: str
    unless_text: str
    legal_basis: str
    source: Source
    is_judged: bool = False


@dataclass(frozen=True, slots=True)
class FeeBook:
    """Hold the fees of one version: by code, by group of a concern, and who pays less."""

    fees: Mapping[str, Fee]
    groups: Mapping[str, tuple[FeeRule, ...]]
    exemptions: tuple[Exemption, ...]


@dataclass(frozen=True, slots=True)
class FeeLine:
    """Be one line of what a person pays; texts are German message ids.

    `notes` say when the amount is another one after all: a condition, or an exemption nobody knows to hold.
    `reason` says why it is free or less. `least_cents` is what it may come down to where the age is unknown or a tariff
    has a condition.
    """

    code: str
    name: str
    cents: int
    least_cents: int
    condition: str = ""
    reason: str = ""
    notes: tuple[str, ...] = ()
    is_optional: bool = False

    @property
    def is_free(self) -> bool:
        """Tell whether nothing is charged."""
        return self.cents == 0


def quote_fees(concern: Concern, facts: PersonFacts, book: FeeBook) -> tuple[FeeLine, ...]:
    """Return what the concern costs this person, in the order of the group; empty where nothing is charged."""
    known = read_sheet(facts)
    sheet = known.join(concern.known.keep_to(known))
    return tuple(
        _line(rule, facts.age, sheet, book)
        for rule in book.groups.get(concern.fees, ())
        if not rule.when & sheet.false
    )


def _line(rule: FeeRule, age: int | None, sheet: FactSheet, book: FeeBook) -> FeeLine:
    fee, reason = rule.fee, ""
    notes: list[str] = []
    for exemption in book.exemptions:
        holds = sheet.of(exemption.fact)
        if rule.fee.code not in exemption.codes or holds is False:
            continue
        if holds is None or exemption.is_judged:
            notes.append(exemption.text if holds else exemption.unless_text)
        elif exemption.use is None:
            free = (rule.condition, exemption.text, (), rule.is_optional)
            return FeeLine(rule.fee.code, rule.fee.name, 0, 0, *free)
        elif not reason:
            fee, reason = exemption.use, exemption.text
    cents, tariff_notes = _amount(fee, age)
    return FeeLine(
        code=rule.fee.code,
        name=rule.fee.name,
        cents=cents,
        least_cents=min([cents, *_lower(fee, age)]),
        condition=rule.condition,
        reason=reason,
        notes=(*tariff_notes, *notes),
        is_optional=rule.is_optional,
    )


def _amount(fee: Fee, age: int | None) -> tuple[int, tuple[str, ...]]:
    """Return the amount at an age, and the conditions of tariffs that might lower it further."""
    own = [tariff for tariff in fee.tariffs if age is not None and age < tariff.until_age]
    plain = [tariff.cents for tariff in own if not tariff.condition]
    cents = min(plain) if plain else fee.cents
    if age is not None and age < ADULT_AGE and fee.minor_cents is not None:
        cents = min(cents, fee.minor_cents)
    return cents, tuple(tariff.condition for tariff in own if tariff.condition and tariff.cents != cents)


def _lower(fee: Fee, age: int | None) -> list[int]:
    """Return the amounts that may hold instead: tariffs with a condition, and any tariff where the age is unknown."""
    tariffs = [
        tariff.cents
        for tariff in fee.tariffs
        if (age is None) or (tariff.condition and age < tariff.until_age)
    ]
    minor = [fee.minor_cents] if age is None and fee.minor_cents is not None else []
    return tariffs + minor
