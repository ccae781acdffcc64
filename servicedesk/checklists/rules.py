"""Decide which papers a concern needs for one person, and which concern a title's legal basis leads to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from servicedesk.kernel.intervals import Lead, age_on

ADULT_AGE = 18


class Fact(StrEnum):
    """Name one thing about a case that a paper may depend on; the data knows no others."""

    first_issue = "first_issue"
    renewal = "renewal"
    minor = "minor"
    adult = "adult"
    school_age = "school_age"
    """Compulsory schooling, six to seventeen."""
    from_16 = "from_16"


class DocumentForm(StrEnum):
    """Say in which form a paper is wanted."""

    original = "original"
    copy = "copy"
    copy_and_original = "copy_and_original"
    digital = "digital"


class Presence(StrEnum):
    """Say whether the person has to come."""

    person = "person"
    short = "short"
    written = "written"


class TitleForm(StrEnum):
    """Say what ends; letters have legal sentences for each."""

    residence_title = "residence_title"
    unlimited_title_card = "unlimited_title_card"
    eu_residence_card = "eu_residence_card"
    tolerated_stay = "tolerated_stay"
    asylum_permission = "asylum_permission"


@dataclass(frozen=True, slots=True)
class Source:
    """Say where a piece of data comes from and when somebody last looked."""

    valid_from: date
    url: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class Document:
    """Be one kind of paper; `name` and `where` (where to get it) are German message ids."""

    id: str
    name: str
    name_en: str
    form: DocumentForm
    max_age: Lead | None
    where: str
    source: Source


@dataclass(frozen=True, slots=True)
class PaperRule:
    """Ask for one document, or one out of several, when all `when` facts hold.

    `condition` is a German message id for what only the person can judge; empty means: always.
    """

    documents: tuple[Document, ...]
    when: frozenset[Fact]
    condition: str


@dataclass(frozen=True, slots=True)
class Concern:
    """Be one matter a person may have; `name` is a German message id.

    `lead`, `minutes` are defaults an office may change. `has_continuation_effect`: § 81 Abs. 4 Satz 1 AufenthG
    holds for an application in time.
    """

    id: str
    name: str
    name_en: str
    legal_basis: str
    title_form: TitleForm
    lead: Lead
    minutes: int
    presence: Presence
    has_continuation_effect: bool
    is_at_contact_door: bool
    papers: tuple[PaperRule, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class BasisRule:
    """Lead titles whose legal basis begins with `prefix` to a concern.

    `reason` is the code of an exclusion where `is_invited` is false.
    """

    prefix: str
    concern_id: str
    is_invited: bool
    reason: str
    has_continuation_effect: bool | None
    source: Source


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Say what the system knows about the person behind a list; `age` None where the birth date is unknown."""

    is_renewal: bool
    age: int | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """Be one line of a person's list.

    `group` is the same for papers of which one is enough, empty for a paper that stands alone. A requirement
    without a condition and without a group is needed by everybody.
    """

    document: Document
    condition: str = ""
    group: str = ""

    @property
    def is_mandatory(self) -> bool:
        """Tell whether the paper is needed whatever the person's circumstances."""
        return not self.condition and not self.group


def known_facts(facts: PersonFacts) -> frozenset[Fact]:
    """Return the facts that hold; an unknown age counts as grown up."""
    age = ADULT_AGE if facts.age is None else facts.age
    held = {Fact.renewal if facts.is_renewal else Fact.first_issue}
    held.add(Fact.adult if age >= ADULT_AGE else Fact.minor)
    if 6 <= age < ADULT_AGE:
        held.add(Fact.school_age)
    if age >= 16:
        held.add(Fact.from_16)
    return frozenset(held)


def list_requirements(concern: Concern, facts: PersonFacts) -> tuple[Requirement, ...]:
    """Return the papers for one person in the catalogue's order, each document once.

    Where a document is asked for twice, the stricter line (without a condition) wins.
    """
    held = known_facts(facts)
    lines: dict[str, Requirement] = {}
    for requirement in _asked(concern, held):
        earlier = lines.get(requirement.document.id)
        if earlier is None or (requirement.is_mandatory and not earlier.is_mandatory):
            lines[requirement.document.id] = requirement
    return tuple(lines.values())


def _asked(concern: Concern, held: frozenset[Fact]) -> Iterator[Requirement]:
    for number, rule in enumerate(concern.papers):
        if rule.when <= held:
            group = f"one_of_{number}" if len(rule.documents) > 1 else ""
            for document in rule.documents:
                yield Requirement(document, rule.condition, group)


def find_basis(rules: Mapping[str, BasisRule], legal_basis: str) -> BasisRule | None:
    """Return the rule with the longest prefix of a legal basis; prefixes end at a point or a space."""
    text = legal_basis.strip()
    while text:
        if text in rules:
            return rules[text]
        cut = max(text.rfind("."), text.rfind(" "))
        text = text[:cut].rstrip(". ") if cut > 0 else ""
    return None


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
