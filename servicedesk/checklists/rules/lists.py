"""Decide which papers one person needs, what is still to be asked, and what a new catalogue changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from servicedesk.checklists.rules.facts import (
    NOTHING_KNOWN,
    Fact,
    FactInfo,
    FactModel,
    FactSheet,
    PersonFacts,
    read_sheet,
    settle_answers,
)
from servicedesk.checklists.rules.values import Concern, PaperRule, Requirement


def gather_facts(
    concern: Concern,
    model: FactModel,
    *,
    is_renewal: bool,
    age: int | None,
    register: FactSheet = NOTHING_KNOWN,
    answers: FactSheet = NOTHING_KNOWN,
) -> PersonFacts:
    """Return everything that follows from the case, the register, the concern and stored answers, settled.

    The register outweighs what the concern says of everybody, both outweigh answers.
    """
    certain = read_sheet(PersonFacts(is_renewal=is_renewal, age=age, sheet=register))
    certain = certain.join(concern.known.keep_to(certain))
    return PersonFacts(is_renewal=is_renewal, age=age, sheet=settle_answers(model, certain, answers))


def list_requirements(concern: Concern, facts: PersonFacts) -> tuple[Requirement, ...]:
    """Return the papers for one person in the catalogue's order, each document once.

    An unknown fact makes a conditional line, never a guess. Where a document is asked for twice, the stricter line
    (without a condition) wins; of two conditional ones either condition is enough.
    """
    sheet = _sheet_of(concern, facts)
    lines: dict[str, Requirement] = {}
    for requirement in _asked(concern, sheet):
        name = requirement.document.id
        lines[name] = _merge(lines[name], requirement) if name in lines else requirement
    return tuple(lines.values())


def list_questions(
    concern: Concern, facts: PersonFacts, model: FactModel, *, skipped: frozenset[Fact] = frozenset()
) -> tuple[FactInfo, ...]:
    """Return what is still to be asked for this person's list, in the order of the model.

    Only what would change the list, what a person can answer, and what was not skipped before.
    """
    sheet = _sheet_of(concern, facts)
    wanted = {
        fact for rule in concern.papers if _is_possible(rule, sheet) for fact in _unknown(rule, sheet)
    } - skipped
    return tuple(info for fact, info in model.items() if fact in wanted and info.is_askable)


def _sheet_of(concern: Concern, facts: PersonFacts) -> FactSheet:
    known = read_sheet(facts)
    return known.join(concern.known.keep_to(known))


def _is_possible(rule: PaperRule, sheet: FactSheet) -> bool:
    return not (rule.when & sheet.false or (rule.unless | rule.denied) & sheet.true)


def _unknown(rule: PaperRule, sheet: FactSheet) -> frozenset[Fact]:
    return rule.facts - sheet.true - sheet.false


def _asked(concern: Concern, sheet: FactSheet) -> Iterator[Requirement]:
    for rule in concern.papers:
        if not _is_possible(rule, sheet):
            continue
        unknown = _unknown(rule, sheet)
        condition = _words(rule.phrases, unknown, rule.condition)
        exception = _words(rule.exceptions, unknown, rule.exception)
        group = f"one_of_{rule.documents[0].id}" if len(rule.documents) > 1 else ""
        for document in rule.documents:
            yield Requirement(document, condition, group, (), exception, unknown)


def _words(phrases: tuple[tuple[Fact, str], ...], unknown: frozenset[Fact], together: str) -> str:
    """Return the words for what is not known: of one fact its own, of several those for all of them."""
    if not phrases:
        return together
    wanted = [text for fact, text in phrases if fact in unknown]
    if not wanted:
        return ""
    return wanted[0] if len(wanted) == 1 else together


def _merge(one: Requirement, other: Requirement) -> Requirement:
    if one.is_mandatory or other.is_mandatory:
        kept = one if one.is_mandatory and (not other.is_mandatory or not one.exception) else other
        return kept
    if one.group or other.group or not one.condition:
        return one
    also = tuple(dict.fromkeys((*one.also, *other.conditions)))
    return Requirement(
        one.document,
        one.condition,
        one.group,
        tuple(text for text in also if text != one.condition),
        one.exception if one.exception == other.exception else "",
        one.unknown | other.unknown,
    )


class Changed(StrEnum):
    """Name what changed in a line of a list."""

    demand = "demand"
    """Needed by everybody now, or no longer, or under another condition."""
    name = "name"
    form = "form"
    max_age = "max_age"
    where = "where"


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """Hold one line that both lists have, with what differs."""

    before: Requirement
    after: Requirement
    what: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class ListDifference:
    """Say what a new catalogue changes in one person's list."""

    added: tuple[Requirement, ...] = ()
    removed: tuple[Requirement, ...] = ()
    changed: tuple[ChangedLine, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing changes for this person."""
        return not (self.added or self.removed or self.changed)


def diff_requirements(before: tuple[Requirement, ...], after: tuple[Requirement, ...]) -> ListDifference:
    """Return what is added, removed and changed from one list to another; the order alone is no change."""
    old = {line.document.id: line for line in before}
    new = {line.document.id: line for line in after}
    both = ((old[name], line) for name, line in new.items() if name in old)
    changes = ((one, other, _differences(one, other)) for one, other in both)
    return ListDifference(
        added=tuple(line for name, line in new.items() if name not in old),
        removed=tuple(line for name, line in old.items() if name not in new),
        changed=tuple(ChangedLine(one, other, what) for one, other, what in changes if what),
    )


def _differences(one: Requirement, other: Requirement) -> tuple[Changed, ...]:
    before, after = one.document, other.document
    differs = {
        Changed.demand: (one.notes, bool(one.group)) != (other.notes, bool(other.group)),
        Changed.name: before.name != after.name,
        Changed.form: before.form is not after.form,
        Changed.max_age: before.max_age != after.max_age,
        Changed.where: before.where != after.where,
    }
    return tuple(kind for kind, does in differs.items() if does)
