"""Read a public checklist out of an address: answers without any personal data, so that the link can be shared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from servicedesk.checklists.catalogue import Catalogue
from servicedesk.checklists.errors import ContradictoryFacts
from servicedesk.checklists.rules import (
    Biometrics,
    Concern,
    Fact,
    FactInfo,
    FactSheet,
    FeeLine,
    PersonFacts,
    Requirement,
    TakenFrom,
    Validity,
    decide_biometrics,
    gather_facts,
    list_questions,
    list_requirements,
    quote_fees,
    read_sheet,
    settle,
)

N_ = str
"""Mark a German text for the catalogues of translations."""

YES, NO, SKIP = "yes", "no", "skip"
FIRST, WHO = "first", "for"
AGES: Mapping[str, int] = {"adult": 30, "youth": 16, "child": 10, "small": 3}
"""One age of every kind that lists tell apart."""
FIRST_LABELS = {"0": N_("Verlängerung"), "1": N_("zum ersten Mal")}
WHO_LABELS = {
    "adult": N_("Erwachsene ab 18"),
    "youth": N_("Jugendliche von 16 und 17"),
    "child": N_("Kinder von 6 bis 15"),
    "small": N_("Kinder unter 6"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """Be one question about a list: `name` is the parameter of the address, texts are German message ids."""

    name: str
    text: str
    help: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """Be one answer in the address."""

    question: Question
    value: str

    @property
    def label(self) -> str:
        """Return the chosen answer as a German message id."""
        return dict(self.question.choices)[self.value]


@dataclass(frozen=True, slots=True)
class PublicList:
    """Hold one list and everything around it; `asked` are the answers in the address, `questions` still open.

    `has_conflict`: two answers cannot both be true, the later ones were left out.
    """

    concern: Concern
    facts: PersonFacts
    asked: tuple[Answered, ...]
    questions: tuple[Question, ...]
    requirements: tuple[Requirement, ...]
    fees: tuple[FeeLine, ...]
    validity: tuple[Validity, ...]
    biometrics: Biometrics | None
    taken: TakenFrom | None
    has_conflict: bool

    @property
    def always(self) -> tuple[Requirement, ...]:
        """Return what everybody brings."""
        return tuple(line for line in self.requirements if line.is_mandatory)

    @property
    def groups(self) -> tuple[tuple[Requirement, ...], ...]:
        """Return papers of which one is enough."""
        names = dict.fromkeys(line.group for line in self.requirements if line.group)
        return tuple(tuple(line for line in self.requirements if line.group == name) for name in names)

    @property
    def sometimes(self) -> tuple[Requirement, ...]:
        """Return what only some bring."""
        return tuple(line for line in self.requirements if line.condition and not line.group)

    @property
    def parameters(self) -> dict[str, str]:
        """Return the answers as parameters of an address, in one order: the same list has one link."""
        return {one.question.name: one.value for one in self.asked}

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the texts of the catalogue that stand on the list, in German."""
        lines = self.requirements
        return tuple(
            text
            for line in lines
            for text in (line.document.name, line.document.where, line.document.why, *line.notes)
        )

    @property
    def fee_notes(self) -> tuple[str, ...]:
        """Return who pays less, each reason once."""
        return tuple(dict.fromkeys(note for line in self.fees for note in line.notes))


def read_list(catalogue: Catalogue, concern: Concern, address: Mapping[str, str]) -> PublicList:
    """Return the list for the answers of an address; what is unknown or misspelt there counts as not answered."""
    first = address.get(FIRST) if address.get(FIRST) in FIRST_LABELS else None
    who = address.get(WHO) if address.get(WHO) in AGES else ("child" if address.get("child") == "1" else None)
    # Without an answer the list is the most frequent one, and the page says whose it is.
    basic = PersonFacts(is_renewal=first != "1", age=AGES[who or "adult"])
    given = _read_facts(catalogue, concern, address)
    sheet = FactSheet.read({fact: value == YES for fact, value in given.items() if value != SKIP})
    facts = gather_facts(concern, catalogue.facts, is_renewal=basic.is_renewal, age=basic.age, answers=sheet)
    skipped = frozenset(fact for fact, value in given.items() if value == SKIP)
    open_facts = list_questions(concern, facts, catalogue.facts, skipped=skipped)
    asked = [Answered(question, value) for question, value in ((_first(), first), (_who(), who)) if value]
    asked += [Answered(_about(catalogue.facts[fact], facts), value) for fact, value in given.items()]
    basics = [question for question, value in ((_first(), first), (_who(), who)) if value is None]
    biometrics = catalogue.biometrics.get(concern.biometrics)
    return PublicList(
        concern=concern,
        facts=facts,
        asked=tuple(asked),
        questions=(*basics, *(_about(info, facts) for info in open_facts)),
        requirements=list_requirements(concern, facts),
        fees=quote_fees(concern, facts, catalogue.fees),
        validity=tuple(
            one for one in concern.validity if one.when <= facts.sheet.true | read_sheet(facts).true
        ),
        biometrics=biometrics,
        taken=decide_biometrics(biometrics, facts.age) if biometrics else None,
        has_conflict=_has_conflict(catalogue, concern, basic, sheet),
    )


def find_question(catalogue: Catalogue, found: PublicList, name: str) -> Question | None:
    """Return a question of a list by its name, answered or not; None for every other name."""
    if name == FIRST:
        return _first()
    if name == WHO:
        return _who()
    askable = {fact.value: fact for fact in found.concern.facts if catalogue.facts[fact].is_askable}
    return _about(catalogue.facts[askable[name]], found.facts) if name in askable else None


def _read_facts(catalogue: Catalogue, concern: Concern, address: Mapping[str, str]) -> dict[Fact, str]:
    wanted = concern.facts
    return {
        fact: address[fact.value]
        for fact, info in catalogue.facts.items()
        if fact in wanted and info.is_askable and address.get(fact.value) in {YES, NO, SKIP}
    }


def _has_conflict(catalogue: Catalogue, concern: Concern, basic: PersonFacts, sheet: FactSheet) -> bool:
    certain = read_sheet(basic)
    try:
        settle(catalogue.facts, certain.join(concern.known.keep_to(certain)).join(sheet))
    except ContradictoryFacts:
        return True
    return False


def _first() -> Question:
    return Question(FIRST, N_("Geht es um eine Verlängerung?"), "", _pairs(FIRST_LABELS.items()))


def _who() -> Question:
    return Question(WHO, N_("Für wen ist die Liste?"), "", _pairs(WHO_LABELS.items()))


def _about(info: FactInfo, facts: PersonFacts) -> Question:
    choices = ((YES, N_("Ja")), (NO, N_("Nein")), (SKIP, N_("Weiß ich nicht")))
    return Question(info.fact.value, info.question_for(is_child=facts.is_minor), info.help, choices)


def _pairs(items: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(items)
