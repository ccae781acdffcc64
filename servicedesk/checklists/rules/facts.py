"""Hold what is known about one person's matter: a closed set of facts, each true, false or unknown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from servicedesk.checklists.errors import ContradictoryFacts
from servicedesk.kernel.intervals import age_on

ADULT_AGE = 18
_SCHOOL_AGE = 6
_OWN_ACT_AGE = 16


class Fact(StrEnum):
    """Name one thing about a case that a paper or a fee may depend on; the data knows no others.

    What each of them asks and what follows from it stands in `data/facts.toml`. Released catalogues stay readable:
    a fact is never taken away.
    """

    first_issue = "first_issue"
    renewal = "renewal"
    minor = "minor"
    adult = "adult"
    school_age = "school_age"
    """Compulsory schooling, six to seventeen."""
    from_16 = "from_16"
    protection = "protection"
    """Recognised: entitled to asylum, refugee, resettled or under subsidiary protection."""
    german_national = "german_national"
    turkish_national = "turkish_national"
    swiss_national = "swiss_national"
    has_passport = "has_passport"
    passport_ends_before_title = "passport_ends_before_title"
    has_travel_document = "has_travel_document"
    has_family_here = "has_family_here"
    married = "married"
    joins_spouse = "joins_spouse"
    """Lives here as husband, wife or partner."""
    joins_child = "joins_child"
    """Lives here as mother or father of a child with a right to stay."""
    one_parent_abroad = "one_parent_abroad"
    sole_custody = "sole_custody"
    parents_unmarried = "parents_unmarried"
    employed = "employed"
    self_employed = "self_employed"
    student = "student"
    in_training = "in_training"
    retired = "retired"
    benefits = "benefits"
    public_scholarship = "public_scholarship"
    private_insurance = "private_insurance"
    rents_home = "rents_home"
    owns_home = "owns_home"
    regulated_job = "regulated_job"
    job_needs_german = "job_needs_german"
    obliged_to_integration_course = "obliged_to_integration_course"
    illness = "illness"
    foreign_papers = "foreign_papers"
    collected_by_other = "collected_by_other"


BASIC_FACTS = frozenset(
    {Fact.first_issue, Fact.renewal, Fact.minor, Fact.adult, Fact.school_age, Fact.from_16}
)
"""Follow from the case and the birth date alone: always known, never asked."""


@dataclass(frozen=True, slots=True)
class FactSheet:
    """Hold what is known: `true` facts, `false` facts; every other one is unknown."""

    true: frozenset[Fact] = frozenset()
    false: frozenset[Fact] = frozenset()

    @classmethod
    def read(cls, values: Mapping[Fact, bool | None]) -> "FactSheet":
        """Return the sheet of some answers; None is no answer."""
        return cls(
            frozenset(fact for fact, value in values.items() if value is True),
            frozenset(fact for fact, value in values.items() if value is False),
        )

    def of(self, fact: Fact) -> bool | None:
        """Return what is known of a fact, None where nothing is."""
        return True if fact in self.true else False if fact in self.false else None

    def learn(self, fact: Fact, *, value: bool) -> "FactSheet":
        """Return the sheet with one more fact."""
        if value:
            return FactSheet(self.true | {fact}, self.false)
        return FactSheet(self.true, self.false | {fact})

    def join(self, other: "FactSheet") -> "FactSheet":
        """Return everything both know; may contradict itself, see `settle`."""
        return FactSheet(self.true | other.true, self.false | other.false)

    def keep_to(self, stronger: "FactSheet") -> "FactSheet":
        """Return this sheet without what a stronger one knows otherwise."""
        return FactSheet(self.true - stronger.false, self.false - stronger.true)


NOTHING_KNOWN = FactSheet()


@dataclass(frozen=True, slots=True)
class FactInfo:
    """Say how a fact is asked for and what follows from it; all texts are German message ids.

    `if_true`, `if_false` name the condition on a list (“wenn Sie …”), `unless_true` an exception from what everybody
    brings. `question_child` is asked where the matter is a child's. Empty texts: the data never needs them.
    """

    fact: Fact
    question: str = ""
    question_child: str = ""
    help: str = ""
    if_true: str = ""
    if_false: str = ""
    unless_true: str = ""
    implies: frozenset[Fact] = frozenset()
    excludes: frozenset[Fact] = frozenset()

    @property
    def is_askable(self) -> bool:
        """Tell whether a person can be asked."""
        return bool(self.question)

    def question_for(self, *, is_child: bool) -> str:
        """Return the question in the words for the person or for the parents of a child."""
        return self.question_child if is_child and self.question_child else self.question


FactModel = Mapping[Fact, FactInfo]
"""Every fact with its texts and consequences, in the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Say what the system knows about the person behind a list.

    `age` None where the birth date is unknown: the list of a grown-up holds. `sheet` has everything that is not
    basic.
    """

    is_renewal: bool
    age: int | None = None
    sheet: FactSheet = field(default=NOTHING_KNOWN)

    @property
    def is_minor(self) -> bool:
        """Tell whether the person is known to be under 18."""
        return self.age is not None and self.age < ADULT_AGE


def read_sheet(facts: PersonFacts) -> FactSheet:
    """Return everything known of a person, the basic facts included."""
    age = ADULT_AGE if facts.age is None else facts.age
    return FactSheet.read(
        {
            Fact.renewal: facts.is_renewal,
            Fact.first_issue: not facts.is_renewal,
            Fact.adult: age >= ADULT_AGE,
            Fact.minor: age < ADULT_AGE,
            Fact.school_age: _SCHOOL_AGE <= age < ADULT_AGE,
            Fact.from_16: age >= _OWN_ACT_AGE,
        }
    ).join(facts.sheet)


def known_facts(facts: PersonFacts) -> frozenset[Fact]:
    """Return the facts that hold; an unknown age counts as grown up."""
    return read_sheet(facts).true


def settle(model: FactModel, sheet: FactSheet) -> FactSheet:
    """Return a sheet with everything that follows from it; raises ContradictoryFacts.

    A true fact makes those it implies true and those it excludes false; a false one makes false what implies it.
    """
    true, false = set(sheet.true), set(sheet.false)
    size = -1
    while size != len(true) + len(false):
        size = len(true) + len(false)
        for info in model.values():
            if info.fact in true:
                true |= info.implies
                false |= info.excludes
            if info.implies & false or info.excludes & true:
                false.add(info.fact)
    both = sorted(true & false)
    if both:
        raise ContradictoryFacts(tuple(fact.value for fact in both))
    return FactSheet(frozenset(true), frozenset(false))


def settle_answers(model: FactModel, register: FactSheet, answers: FactSheet) -> FactSheet:
    """Return what register and answers know together; an answer that no longer fits gives way.

    For reading what was stored: the register may have changed since the person answered. A new answer goes through
    `settle`, which refuses it.
    """
    try:
        settled = settle(model, register)
    except ContradictoryFacts:
        settled = register
    values = [(fact, True) for fact in answers.true] + [(fact, False) for fact in answers.false]
    for fact, value in sorted(values):
        try:
            settled = settle(model, settled.learn(fact, value=value))
        except ContradictoryFacts:
            continue
    return settled


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """Carry what the register says about a person and the title a matter is about; "" and None are not known."""

    today: date
    nationalities: str = ""
    passport_ends_on: date | None = None
    title_ends_on: date | None = None
    has_household: bool = False


_GERMAN, _TURKISH, _SWISS = "000", "163", "158"


def read_register(facts: RegisterFacts) -> FactSheet:
    """Return what follows from the register.

    A household proves family here; that none is recorded proves nothing, since Germans are in no register of ours.
    A passport that has ended proves nothing either: there may be a new one.
    """
    keys = {key.strip() for key in facts.nationalities.split(",") if key.strip()}
    values: dict[Fact, bool | None] = {
        Fact.german_national: _GERMAN in keys if keys else None,
        Fact.turkish_national: _TURKISH in keys if keys else None,
        Fact.swiss_national: _SWISS in keys if keys else None,
        Fact.has_family_here: True if facts.has_household else None,
    }
    if facts.passport_ends_on is not None:
        values[Fact.has_passport] = True if facts.passport_ends_on >= facts.today else None
        if facts.title_ends_on is not None:
            values[Fact.passport_ends_before_title] = facts.passport_ends_on < facts.title_ends_on
    return FactSheet.read(values)


def person_age(year: int, month: int, day: int, today: date) -> int | None:
    """Return completed years; where day or month is unknown (0), the first day the person may be born counts.

    The same day ends the life of a child's access code: what a grown-up may read does not go to the parents. None
    without a year.
    """
    if year <= 0:
        return None
    return age_on(earliest_birth_date(year, month, day), today)


def earliest_birth_date(year: int, month: int, day: int) -> date:
    """Return the first day a birth date with unknown parts (0) may mean."""
    return date(year, month or 1, day if month and day else 1)
