"""Find titles that are due and have no outcome yet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    ScalarSelect,
    String,
    Subquery,
    and_,
    cast,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from servicedesk.cases.frames import Addressee
from servicedesk.cases.models import Case
from servicedesk.checklists.queries import by_concern
from servicedesk.outreach.models import DueOutcome, InvitationHold
from servicedesk.outreach.queries.terms import ConcernTerms, OfficeTerms
from servicedesk.outreach.queries.traits import Trait, due_facts, passport_of, traits_of
from servicedesk.outreach.rules import Outcome, Reason, decide_outcome
from servicedesk.register.models import Person, Title


class Candidate(NamedTuple):
    """Be one due title with its person, to look at or to send alone; a night looks at kinds of titles instead."""

    title_id: UUID
    ends_on: date
    legal_basis: str
    is_unlimited: bool
    traits: int
    person_id: UUID
    file_number: str
    family_name: str
    given_names: str
    surname_key: str
    birth_year: int
    birth_month: int
    birth_day: int
    street: str
    house_number: str
    postcode: str
    town: str
    post_address: dict[str, str] | None
    language: str | None
    held_reason: str | None
    case_id: UUID | None
    nationalities: str
    passport: int

    @property
    def addressee(self) -> Addressee:
        """Return what a letter needs of the person."""
        listed = Addressee(
            person_id=self.person_id,
            file_number=self.file_number,
            family_name=self.family_name,
            given_names=self.given_names,
            birth=(self.birth_year, self.birth_month, self.birth_day),
            street=self.street,
            house_number=self.house_number,
            postcode=self.postcode,
            town=self.town,
            language=self.language,
        )
        # Few people have one, and a first run asks hundreds of thousands.
        post: Any = self.post_address
        return listed if post is None else replace(listed, **post)


Key = tuple[UUID, date]
"""Name a due title: its id and its effective end."""

LooseCases = dict[tuple[UUID, str], UUID]
"""Open cases without a title, by person and concern."""


@dataclass(frozen=True, slots=True)
class DuePart:
    """Name some of the due titles: a line each with id and end as the database writes them, for the database to read.

    A first run has hundreds of thousands of them; none is worth a value of its own on its way from and to the database.
    """

    lines: str
    count: int

    def halves(self) -> tuple["DuePart", "DuePart"]:
        """Return both halves."""
        lines = self.lines.split("\n")
        middle = len(lines) // 2
        parts = (lines[:middle], lines[middle:])
        return DuePart("\n".join(parts[0]), len(parts[0])), DuePart("\n".join(parts[1]), len(parts[1]))


def due_part(title_id: UUID, ends_on: date) -> DuePart:
    """Return the part of one title."""
    return DuePart(f"{title_id.hex}\t{ends_on}", 1)


def list_due_keys(
    session: Session, terms: OfficeTerms, today: date, *, only: ColumnElement[bool] | None = None
) -> list[Key]:
    """Return the due titles without a settled outcome by end date.

    `only` narrows them (a scope, one title). A failed outcome is no settled one: it is tried again.
    """
    due = _due_titles(terms, today)
    query = select(due.c.id, due.c.ends_on).order_by(due.c.ends_on, due.c.id)
    if only is not None:
        query = query.where(
            due.c.id.in_(select(Title.id).join(Person, Person.id == Title.person_id).where(only))
        )
    return [(title_id, ends_on) for title_id, ends_on in session.execute(query) if ends_on is not None]


def list_due_parts(session: Session, terms: OfficeTerms, today: date, size: int) -> list[DuePart]:
    """Return what `list_due_keys` returns in parts of `size` titles, by end date."""
    due = _due_titles(terms, today)
    number = func.row_number().over(order_by=(due.c.ends_on, due.c.id))
    numbered = select(due.c.id, due.c.ends_on, number.label("n")).subquery()
    line = cast(numbered.c.id, String).concat("\t").concat(cast(numbered.c.ends_on, String))
    if session.get_bind().dialect.name == "postgresql":
        joined: ColumnElement[str] = func.string_agg(line, "\n")
    else:
        joined = func.group_concat(line, "\n")
    part = (numbered.c.n - 1) // size
    query = select(joined, func.count()).group_by(part).order_by(part)
    return [DuePart(lines, count) for lines, count in session.execute(query)]


def _due_titles(terms: OfficeTerms, today: date) -> Subquery:
    ends = {concern_id: terms.last_end_due(concern_id, today) for concern_id in terms.concerns}
    # First everything without an outcome that any lead makes due: an anti-join over two indexes. Only what is left
    # is asked for its own lead, since telling a concern by prefixes costs more than the whole join.
    open_titles = (
        select(Title.id, Title.effective_ends_on, Title.legal_basis, Title.is_unlimited)
        .where(
            Title.office_id == terms.office.id,
            Title.effective_ends_on <= max(ends.values(), default=date.min),
            ~is_settled(),
        )
        .cte("open_title")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    titles = aliased(Title, open_titles)
    query = select(titles.id, titles.effective_ends_on.label("ends_on"))
    if len(set(ends.values())) > 1:
        own = by_concern(
            terms.catalogue, titles.legal_basis, titles.is_unlimited, lambda found: ends[found], Date()
        )
        query = query.where(titles.effective_ends_on <= own)
    return query.subquery("due")


def list_candidates(
    session: Session, terms: OfficeTerms, keys: Sequence[Key], today: date
) -> list[Candidate]:
    """Return those of the keys that are still without a settled outcome, with everything that decides on them."""
    query = (
        select(
            Title.id,
            Title.effective_ends_on,
            Title.legal_basis,
            Title.is_unlimited,
            traits_of(today),
            Person.id,
            Person.file_number,
            Person.family_name,
            Person.given_names,
            Person.surname_key,
            Person.birth_year,
            Person.birth_month,
            Person.birth_day,
            Person.street,
            Person.house_number,
            Person.postcode,
            Person.town,
            Person.post_address,
            Person.letter_language.label("language"),
            InvitationHold.reason,
            case_of_title(),
            Person.nationalities,
            passport_of(today),
        )
        .join(Person, Person.id == Title.person_id)
        .outerjoin(
            InvitationHold,
            and_(InvitationHold.title_id == Title.id, InvitationHold.ends_on == Title.effective_ends_on),
        )
        .where(
            Title.office_id == terms.office.id,
            Title.id.in_([title_id for title_id, _ in keys]),
            ~is_settled(),
        )
        .order_by(Title.effective_ends_on, Title.id)
    )
    due = dict(keys)
    # A correction may have moved the end since the keys were read: such a title waits for the next run.
    return [Candidate._make(row) for row in session.execute(query) if due[row[0]] == row[1]]


def load_loose(session: Session, office_id: UUID) -> LooseCases:
    """Read the open cases that belong to no title, by person and concern."""
    cases = select(Case.person_id, Case.concern_id, Case.id).where(
        Case.office_id == office_id, Case.title_id.is_(None), Case.closed_at.is_(None)
    )
    return {(person_id, concern): case_id for person_id, concern, case_id in session.execute(cases)}


def judge(
    candidate: Candidate, terms: OfficeTerms, loose: LooseCases, today: date
) -> tuple[ConcernTerms, Outcome, Reason]:
    """Return how a candidate's concern is handled and what would become of the title."""
    handled = terms.concern_of(candidate.legal_basis, is_unlimited=candidate.is_unlimited)
    facts = due_facts(
        Trait(candidate.traits),
        candidate.ends_on,
        today,
        refusal=terms.refusal_of(candidate.legal_basis, is_unlimited=candidate.is_unlimited),
        has_case=candidate.case_id is not None or (candidate.person_id, handled.concern.id) in loose,
    )
    return handled, *decide_outcome(facts, today)


def is_settled() -> ColumnElement[bool]:
    """Return the condition that a `Title` has an outcome that stands; a failed one is tried again."""
    return exists().where(
        DueOutcome.title_id == Title.id,
        DueOutcome.ends_on == Title.effective_ends_on,
        DueOutcome.outcome != Outcome.failed.value,
    )


def case_of_title() -> ScalarSelect[UUID]:
    """Return the case a title has: an open one, or a closed one for the same end."""
    return (
        select(Case.id)
        .where(
            Case.title_id == Title.id,
            or_(
                Case.closed_at.is_(None),
                Case.ends_on == Title.effective_ends_on,
                Case.first_ends_on == Title.effective_ends_on,
            ),
        )
        .order_by(Case.closed_at.is_not(None), Case.opened_at.desc())
        .limit(1)
        .scalar_subquery()
    )
