"""Read the lines of a list as papers with groups of conditions, as people edit them, and write them as lines again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from servicedesk.checklists.rules.facts import BASIC_FACTS, Fact, FactInfo, FactModel

N_ = str
"""Mark a German text for the catalogues of translations."""


class Value(StrEnum):
    """Say what has to be known of a fact."""

    holds = "holds"
    fails = "fails"
    lifts = "lifts"
    """The paper is not needed after all where the fact holds."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Be one fact and what has to be known of it."""

    fact: Fact
    value: Value


@dataclass(frozen=True, slots=True)
class Group:
    """Hold conditions that all count together; `sentence` and `exception` say them to people where several are open."""

    conditions: tuple[Condition, ...] = ()
    sentence: str = ""
    exception: str = ""

    def open_facts(self, *values: Value) -> tuple[Condition, ...]:
        """Return the conditions of these kinds that may be unknown of somebody."""
        return tuple(one for one in self.conditions if one.value in values and one.fact not in BASIC_FACTS)


@dataclass(frozen=True, slots=True)
class Demand:
    """Ask for one paper, or for one out of several, where any of the groups holds."""

    documents: tuple[str, ...]
    groups: tuple[Group, ...] = (Group(),)

    @property
    def is_for_everybody(self) -> bool:
        """Tell whether nothing decides about it."""
        return any(not group.conditions and not group.sentence for group in self.groups)


def read_demands(lines: Iterable[Mapping[str, Any]]) -> tuple[Demand, ...]:
    """Return the lines of a concern as papers; neighbours that ask for the same papers become one with an “or”."""
    return tuple(
        Demand(documents, tuple(_group(line) for line in same))
        for documents, same in groupby(lines, key=lambda line: tuple(line.get("documents", ())))
    )


def write_demands(demands: Iterable[Demand]) -> list[dict[str, Any]]:
    """Return papers as lines; `read_demands` gives back the same."""
    return [_line(demand.documents, group) for demand in demands for group in demand.groups]


def _group(line: Mapping[str, Any]) -> Group:
    words = [(word.removeprefix("not "), word.startswith("not ")) for word in line.get("when", ())]
    conditions = [Condition(Fact(name), Value.fails if is_not else Value.holds) for name, is_not in words]
    conditions += [Condition(Fact(name), Value.lifts) for name in line.get("unless", ())]
    return Group(tuple(conditions), line.get("condition", ""), line.get("exception", ""))


def _line(documents: tuple[str, ...], group: Group) -> dict[str, Any]:
    line: dict[str, Any] = {"documents": list(documents)}
    when = [
        f"not {one.fact.value}" if one.value is Value.fails else one.fact.value
        for one in group.conditions
        if one.value is not Value.lifts
    ]
    unless = [one.fact.value for one in group.conditions if one.value is Value.lifts]
    more = {
        "when": when,
        "unless": unless,
        "one_of": len(documents) > 1,
        "condition": group.sentence,
        "exception": group.exception,
    }
    return line | {key: value for key, value in more.items() if value}


def tidy(group: Group, model: FactModel) -> Group:
    """Return a group with its conditions once each, and the sentences it needs and may have.

    Where several facts may be open at once and nobody wrote a sentence, one is made of their own words.
    """
    conditions = dict.fromkeys(sorted(group.conditions, key=lambda one: one.value is Value.lifts))
    kept = Group(tuple(conditions), group.sentence, group.exception)
    asked, lifting = kept.open_facts(Value.holds, Value.fails), kept.open_facts(Value.lifts)
    sentence, exception = kept.sentence, kept.exception
    if len(asked) == 1:
        sentence = ""
    elif len(asked) > 1 and not sentence:
        sentence = " und ".join(filter(None, (words_for(one, model[one.fact]) for one in asked)))
    if len(lifting) < 2:
        exception = ""
    elif not exception:
        first, *others = (words_for(one, model[one.fact]) for one in lifting)
        exception = " oder ".join([first, *(text.removeprefix("nicht nötig, ") for text in others)])
    return Group(kept.conditions, sentence, exception)


def words_for(condition: Condition, info: FactInfo) -> str:
    """Return what a list says while this condition is open; empty where the fact has no words for it."""
    if condition.value is Value.holds:
        return info.if_true
    return info.if_false if condition.value is Value.fails else info.unless_true


def list_values(info: FactInfo) -> tuple[Value, ...]:
    """Return what a condition may ask of a fact: what always is known, and what there are words for."""
    if info.fact in BASIC_FACTS:
        return (Value.holds, Value.fails)
    return tuple(value for value in Value if words_for(Condition(info.fact, value), info))


def list_condition_faults(group: Group, model: FactModel) -> tuple[str, ...]:
    """Return what is wrong with a group by itself, as German message ids."""
    faults: list[str] = []
    if any(one.value not in list_values(model[one.fact]) for one in group.conditions):
        faults.append(
            N_("Für eine dieser Bedingungen gibt es keine Worte auf der Liste. Wählen Sie eine andere.")
        )
    facts = [one.fact for one in group.conditions]
    if len(facts) != len(set(facts)):
        faults.append(N_("Dieselbe Angabe steht zweimal mit verschiedenen Werten. Streichen Sie eine."))
    needed = {one.fact for one in group.conditions if one.value is Value.holds}
    if any(model[fact].excludes & needed for fact in needed):
        faults.append(N_("Zwei dieser Bedingungen können nie zugleich zutreffen. Streichen Sie eine."))
    return tuple(faults)
