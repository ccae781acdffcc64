"""Work out which papers cases need: the catalogue each was opened with, the register's facts, stored answers.

For one case there is `load_checklist`; for many `Checklists`, where people who are alike share the answer.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, Uuid, and_, bindparam, false, or_, select
from sqlalchemy import case as case_when
from sqlalchemy.orm import Session, aliased

from servicedesk.cases.models import Case, CaseAnswers
from servicedesk.checklists.catalogue import Catalogue, load_catalogue
from servicedesk.checklists.models import CatalogueVersion
from servicedesk.checklists.queries import read_version
from servicedesk.checklists.rules import (
    Concern,
    Fact,
    FactInfo,
    FactSheet,
    ListDifference,
    PersonFacts,
    RegisterFacts,
    Requirement,
    diff_requirements,
    gather_facts,
    list_questions,
    list_requirements,
    person_age,
    read_register,
)
from servicedesk.db.prepared import Prepared, run
from servicedesk.register.models import Person, Title


@dataclass(frozen=True, slots=True)
class Answer:
    """Be one stored answer; `value` None: asked and skipped. `by`: person or office."""

    value: bool | None
    by: str
    at: datetime


Answers = Mapping[Fact, Answer]


@dataclass(frozen=True, slots=True)
class PaperMatter:
    """Hold what decides about the list of one case."""

    case_id: UUID
    concern_id: str
    version: str
    is_renewal: bool
    birth: tuple[int, int, int]
    nationalities: str
    passport_ends_on: date | None
    ends_on: date | None
    has_household: bool

    def register(self, today: date) -> FactSheet:
        """Return what the register knows."""
        return read_register(
            RegisterFacts(
                today=today,
                nationalities=self.nationalities,
                passport_ends_on=self.passport_ends_on,
                title_ends_on=self.ends_on,
                has_household=self.has_household,
            )
        )


@dataclass(frozen=True, slots=True)
class Checklist:
    """Hold the list of one case and what it rests on; `concern` None: the catalogue does not know it.

    `register` is known without asking; `facts` is all of it settled. `questions` are still open, in their order.
    """

    catalogue: Catalogue
    concern: Concern | None
    register: FactSheet
    answers: Answers
    facts: PersonFacts
    requirements: tuple[Requirement, ...]
    questions: tuple[FactInfo, ...]

    @property
    def is_child(self) -> bool:
        """Tell whether questions go to the parents."""
        return self.facts.is_minor


@dataclass(frozen=True, slots=True)
class PendingChange:
    """Say what the catalogue that holds today would change in one case's list."""

    version: str
    difference: ListDifference


def load_checklist(session: Session, case: Case, person: Person, *, today: date) -> Checklist:
    """Return the list of one case, with the catalogue it was opened with; one statement."""
    ground = _read_ground(session, case, today)
    catalogue = _kept_catalogue(session, case, ground)
    return _build(catalogue, _matter(case, person, ground), parse_answers(ground.answers or {}), today)


def find_pending_change(session: Session, case: Case, person: Person, *, today: date) -> PendingChange | None:
    """Return what would change if the case followed the catalogue of today; None where nothing would."""
    return load_with_change(session, case, person, today=today)[1]


def load_with_change(
    session: Session, case: Case, person: Person, *, today: date
) -> tuple[Checklist, PendingChange | None]:
    """Return the list of one case, and what the catalogue of today would change in it; one statement."""
    ground = _read_ground(session, case, today)
    matter, answers = _matter(case, person, ground), parse_answers(ground.answers or {})
    present = _build(_kept_catalogue(session, case, ground), matter, answers, today)
    newer = (
        load_catalogue()
        if ground.newest_id is None
        else read_version(session, ground.newest_id, ground.newest_version, ground.newest_digest)
    )
    if case.closed_at is not None or newer.version == case.catalogue_version:
        return present, None
    difference = diff_requirements(present.requirements, _build(newer, matter, answers, today).requirements)
    return present, None if difference.is_empty else PendingChange(newer.version, difference)


def _read_ground(session: Session, case: Case, today: date) -> Any:
    return run(session, _GROUND, case_id=case.id, today=today).rows[0]


def _kept_catalogue(session: Session, case: Case, ground: Any) -> Catalogue:
    """Return the catalogue the case was opened with; see `catalogue_of` for a version that is not stored."""
    builtin = load_catalogue()
    if ground.kept_id is None or case.catalogue_version == builtin.version:
        return builtin
    return read_version(session, ground.kept_id, case.catalogue_version, ground.kept_digest)


def _matter(case: Case, person: Person, ground: Any) -> PaperMatter:
    return build_matter(case, person, ground.passport_ends_on, has_household=bool(ground.has_household))


def build_matter(
    case: Case, person: Person, passport_ends_on: date | None, *, has_household: bool
) -> PaperMatter:
    """Return what decides about a case's list, from its rows."""
    return PaperMatter(
        case_id=case.id,
        concern_id=case.concern_id,
        version=case.catalogue_version,
        is_renewal=case.title_id is not None,
        birth=(person.birth_year, person.birth_month, person.birth_day),
        nationalities=person.nationalities,
        passport_ends_on=passport_ends_on,
        ends_on=case.ends_on,
        has_household=has_household,
    )


def asks_household(catalogue: Catalogue, concern_id: str) -> bool:
    """Tell whether a household would change the list of a concern."""
    concern = catalogue.find_concern(concern_id)
    return concern is not None and Fact.has_family_here in concern.facts


def list_with_household(session: Session, person_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those people of whose household the register knows others."""
    if not person_ids:
        return frozenset()
    return frozenset(session.scalars(select(Person.id).where(Person.id.in_(person_ids), has_household())))


def has_household() -> ColumnElement[bool]:
    """Return the condition on `Person` that the register knows others of the same household."""
    other = aliased(Person)
    return (
        select(other.id)
        .where(
            other.office_id == Person.office_id,
            other.household_key == Person.household_key,
            other.id != Person.id,
            other.moved_away_on.is_(None),
        )
        .exists()
    )


def _ground() -> Select[Any]:
    """Return the statement that reads what the list of one case rests on, besides its own row and its person's."""
    kept, newest = aliased(CatalogueVersion), aliased(CatalogueVersion)
    released = aliased(CatalogueVersion)
    effective = (
        select(released.id)
        .where(
            released.office_id == Case.office_id,
            released.state == "released",
            released.effective_from <= bindparam("today", type_=Date),
        )
        .order_by(released.effective_from.desc(), released.released_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            CaseAnswers.answers,
            Title.passport_ends_on,
            household_flag().label("has_household"),
            kept.id.label("kept_id"),
            kept.digest.label("kept_digest"),
            newest.id.label("newest_id"),
            newest.version.label("newest_version"),
            newest.digest.label("newest_digest"),
        )
        .select_from(Case)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(Title, Title.id == Case.title_id)
        .outerjoin(CaseAnswers, CaseAnswers.case_id == Case.id)
        .outerjoin(
            kept,
            and_(
                kept.version == Case.catalogue_version,
                kept.state == "released",
                or_(kept.office_id == Case.office_id, kept.office_id.is_(None)),
            ),
        )
        .outerjoin(newest, newest.id == effective)
        .where(Case.id == bindparam("case_id", type_=Uuid))
    )


def household_flag() -> ColumnElement[bool]:
    """Return has_household as a column; people without a household cost no look at others."""
    return case_when((Person.household_key.is_(None), false()), else_=has_household())


_GROUND = Prepared(_ground())


def list_answers(session: Session, case_ids: Collection[UUID]) -> dict[UUID, dict[Fact, Answer]]:
    """Return the stored answers of some cases; those without any are missing."""
    return read_answers(session, CaseAnswers.case_id.in_(case_ids)) if case_ids else {}


def read_answers(session: Session, condition: ColumnElement[bool]) -> dict[UUID, dict[Fact, Answer]]:
    """Return the stored answers of the cases under a condition on `CaseAnswers` and `Case`."""
    query = (
        select(CaseAnswers.case_id, CaseAnswers.answers)
        .join(Case, Case.id == CaseAnswers.case_id)
        .where(condition)
    )
    return {case_id: parse_answers(stored) for case_id, stored in session.execute(query)}


def parse_answers(stored: Mapping[str, Any]) -> dict[Fact, Answer]:
    """Return stored answers as values; a fact this software does not know is left out."""
    known = {fact.value for fact in Fact}
    return {
        Fact(name): Answer(entry["value"], str(entry["by"]), datetime.fromisoformat(entry["at"]))
        for name, entry in stored.items()
        if name in known
    }


def sheet_of(answers: Answers) -> FactSheet:
    """Return answers without those that were skipped."""
    return FactSheet.read({fact: answer.value for fact, answer in answers.items()})


@dataclass(slots=True)
class Checklists:
    """Answer which papers many cases of one office need; `catalogues` by version."""

    today: date
    catalogues: Mapping[str, Catalogue]
    answers: Mapping[UUID, Answers]
    _known: dict[Any, tuple[Requirement, ...]] = field(default_factory=dict)

    def of(self, matter: PaperMatter) -> tuple[Requirement, ...]:
        """Return the papers of one case."""
        return self.under(self.catalogues[matter.version], matter)

    def under(self, catalogue: Catalogue, matter: PaperMatter) -> tuple[Requirement, ...]:
        """Return the papers that one case would need under another catalogue."""
        sheet = sheet_of(self.answers.get(matter.case_id, {}))
        age = person_age(*matter.birth, self.today)
        register = matter.register(self.today)
        key = (catalogue.version, matter.concern_id, matter.is_renewal, age, register, sheet)
        if key not in self._known:
            concern = catalogue.find_concern(matter.concern_id)
            if concern is None:
                self._known[key] = ()
            else:
                facts = gather_facts(
                    concern,
                    catalogue.facts,
                    is_renewal=matter.is_renewal,
                    age=age,
                    register=register,
                    answers=sheet,
                )
                self._known[key] = list_requirements(concern, facts)
        return self._known[key]


def _build(catalogue: Catalogue, matter: PaperMatter, answers: Answers, today: date) -> Checklist:
    concern = catalogue.find_concern(matter.concern_id)
    age = person_age(*matter.birth, today)
    register = matter.register(today)
    if concern is None:
        facts = PersonFacts(is_renewal=matter.is_renewal, age=age, sheet=register)
        return Checklist(catalogue, None, register, answers, facts, (), ())
    facts = gather_facts(
        concern,
        catalogue.facts,
        is_renewal=matter.is_renewal,
        age=age,
        register=register,
        answers=sheet_of(answers),
    )
    skipped = frozenset(fact for fact, answer in answers.items() if answer.value is None)
    return Checklist(
        catalogue=catalogue,
        concern=concern,
        register=register.join(concern.known),
        answers=answers,
        facts=facts,
        requirements=list_requirements(concern, facts),
        questions=list_questions(concern, facts, catalogue.facts, skipped=skipped),
    )
