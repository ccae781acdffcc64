"""Find what is wrong with a catalogue that can be read: lines nobody ever sees, and demands an office may not make."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from servicedesk.checklists.errors import ContradictoryFacts
from servicedesk.checklists.rules.counselling import find_in_document
from servicedesk.checklists.rules.facts import (
    BASIC_FACTS,
    FactModel,
    FactSheet,
    PersonFacts,
    read_sheet,
    settle,
)
from servicedesk.checklists.rules.lists import diff_requirements, list_requirements
from servicedesk.checklists.rules.values import Concern, Document, PaperRule

SAMPLE_AGES = (3, 10, 16, 30)
"""One age of every kind that the basic facts tell apart."""


def find_dead_lines(concern: Concern, model: FactModel) -> tuple[int, ...]:
    """Return the places of lines that nobody needs: they contradict themselves, or others say it already."""
    return tuple(
        place
        for place, rule in enumerate(concern.papers)
        if not (_can_hold(concern, rule, model) and _matters(concern, place, rule, model))
    )


def _can_hold(concern: Concern, rule: PaperRule, model: FactModel) -> bool:
    """Tell whether there is anybody of whom everything is known, and for whom the line is certain."""
    sheets = (read_sheet(facts) for facts in sample_people(concern, rule, model))
    return any(
        rule.when <= sheet.true and rule.denied <= sheet.false and rule.unless <= sheet.false
        for sheet in sheets
    )


def _matters(concern: Concern, place: int, rule: PaperRule, model: FactModel) -> bool:
    others = (*concern.papers[:place], *concern.papers[place + 1 :])
    without = replace(concern, papers=others)
    return any(
        not diff_requirements(list_requirements(without, facts), list_requirements(concern, facts)).is_empty
        for facts in sample_people(concern, rule, model)
    )


def sample_people(concern: Concern, rule: PaperRule, model: FactModel) -> Iterator[PersonFacts]:
    """Yield everybody whom the facts of one line tell apart: every age, renewal or not, each fact in all its values."""
    asked = sorted(rule.facts - BASIC_FACTS)
    for is_renewal, age in product((True, False), SAMPLE_AGES):
        for values in product((True, False, None), repeat=len(asked)):
            sheet = FactSheet.read(dict(zip(asked, values, strict=True)))
            certain = read_sheet(PersonFacts(is_renewal=is_renewal, age=age)).join(concern.known)
            try:
                settled = settle(model, certain.join(sheet))
            except ContradictoryFacts:
                continue
            yield PersonFacts(is_renewal=is_renewal, age=age, sheet=settled)


def demands_counselling(document: Document) -> bool:
    """Tell whether a document would prove that somebody went to counselling: counselling is voluntary."""
    return bool(find_in_document({"id": document.id, "name": document.name, "name_en": document.name_en}))
