"""Find titles that are due and have no outcome yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    ScalarSelect,
    Uuid,
    and_,
    any_,
    exists,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from servicedesk.cases.frames import Addressee
from servicedesk.cases.models import Case
from servicedesk.checklists.queries import by_concern
from servicedesk.outreach.models import DueOutcome, InvitationHold
from servicedesk.outreach.queries.terms import ConcernTerms, OfficeTerms
from servicedesk.outreach.rules import DueFacts, Outcome
from servicedesk.register.models import Person, Title


class Candidate(NamedTuple):
    """Be one due title with its person; plain columns, since a first run has hundreds of thousands."""

    title_id: UUID
    ends_on: date
    legal_basis: str
    is_unlimited: bool
    is_superseded: bool
    vanished_on: date | None
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
    language: str | None
    moved_away_on: date | None
    held_reason: str | None
    case_id: UUID | None

    @property
    def addressee(self) -> Addressee:
        """Return what a letter needs of the person."""
        return Addressee(
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


@dataclass(frozen=True, slots=True)
class Loose:
    """Hold what few titles need and one read gathers: open cases without a title, and outcomes that failed."""

    cases: dict[tuple[UUID, str], UUID]
    failed: dict[tuple[UUID, date], str]


Key = tuple[UUID, date]
"""Name a due title: its id and its effective end."""


def list_due_keys(
    session: Session, terms: OfficeTerms, today: date, *, only: ColumnElement[bool] | None = None
) -> list[Key]:
    """Return the due titles without a settled outcome by end date.

    `only` narrows them (a scope, one title). A failed outcome is no settled one: it is tried again.
    """
    ends = {concern_id: terms.last_end_due(concern_id, today) for concern_id in terms.concerns}
    # First everything without an outcome that any lead makes due: an anti-join over two indexes. Only what is left
    # is asked for its own lead, since telling a concern by prefixes costs more than the whole join.
    open_titles = (
        select(Title.id, Title.effective_ends_on, Title.legal_basis, Title.is_unlimited)
        .where(
            Title.office_id == terms.office.id,
            Title.effective_ends_on <= max(ends.values(), default=date.min),
            ~_is_settled(),
        )
        .cte("open_title")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    titles = aliased(Title, open_titles)
    query = select(titles.id, titles.effective_ends_on).order_by(titles.effective_ends_on, titles.id)
    if len(set(ends.values())) > 1:
        own = by_concern(
            terms.catalogue, titles.legal_basis, titles.is_unlimited, lambda found: ends[found], Date()
        )
        query = query.where(titles.effective_ends_on <= own)
    if only is not None:
        query = query.where(
            titles.id.in_(select(Title.id).join(Person, Person.id == Title.person_id).where(only))
        )
    return [(title_id, ends_on) for title_id, ends_on in session.execute(query) if ends_on is not None]


def list_candidates(session: Session, terms: OfficeTerms, keys: Sequence[Key]) -> list[Candidate]:
    """Return those of the keys that are still without a settled outcome, with everything that decides on them."""
    query = (
        select(
            Title.id,
            Title.effective_ends_on,
            Title.legal_basis,
            Title.is_unlimited,
            Title.is_superseded,
            Title.vanished_on,
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
            Person.letter_language.label("language"),
            Person.moved_away_on,
            InvitationHold.reason,
            _case_of_title(),
        )
        .join(Person, Person.id == Title.person_id)
        .outerjoin(
            InvitationHold,
            and_(InvitationHold.title_id == Title.id, InvitationHold.ends_on == Title.effective_ends_on),
        )
        .where(
            Title.office_id == terms.office.id,
            _among(session, [title_id for title_id, _ in keys]),
            ~_is_settled(),
        )
        .order_by(Title.effective_ends_on, Title.id)
    )
    due = dict(keys)
    # A correction may have moved the end since the keys were read: such a title waits for the next run.
    return [Candidate._make(row) for row in session.execute(query) if due[row[0]] == row[1]]


def load_loose(session: Session, office_id: UUID) -> Loose:
    """Read open cases that belong to no title, and what failed in earlier runs."""
    cases = select(Case.person_id, Case.concern_id, Case.id).where(
        Case.office_id == office_id, Case.title_id.is_(None), Case.closed_at.is_(None)
    )
    failed = select(DueOutcome.title_id, DueOutcome.ends_on, DueOutcome.reason).where(
        DueOutcome.office_id == office_id, DueOutcome.outcome == Outcome.failed.value
    )
    return Loose(
        {(person_id, concern): case_id for person_id, concern, case_id in session.execute(cases)},
        {(title_id, ends_on): reason for title_id, ends_on, reason in session.execute(failed)},
    )


def facts_of(
    candidate: Candidate, person: Addressee, terms: OfficeTerms, loose: Loose
) -> tuple[DueFacts, ConcernTerms, UUID | None]:
    """Return what decides about a candidate, how its concern is handled, and the case it has already."""
    handled = terms.concern_of(candidate.legal_basis, is_unlimited=candidate.is_unlimited)
    case_id = candidate.case_id
    if case_id is None and loose.cases:
        case_id = loose.cases.get((candidate.person_id, handled.concern.id))
    facts = DueFacts(
        ends_on=candidate.ends_on,
        is_superseded=candidate.is_superseded,
        moved_away_on=candidate.moved_away_on,
        has_case=case_id is not None,
        has_vanished=candidate.vanished_on is not None,
        refusal=terms.refusal_of(candidate.legal_basis, is_unlimited=candidate.is_unlimited),
        is_held=candidate.held_reason is not None,
        has_name=person.has_name,
        has_address=person.has_address,
    )
    return facts, handled, case_id


def _among(session: Session, ids: Sequence[UUID]) -> ColumnElement[bool]:
    """Return the condition that a title is one of `ids`; one array instead of thousands of parameters."""
    if session.get_bind().dialect.name == "postgresql":
        return Title.id == any_(literal(list(ids), ARRAY(Uuid)))
    return Title.id.in_(ids)


def _is_settled() -> ColumnElement[bool]:
    return exists().where(
        DueOutcome.title_id == Title.id,
        DueOutcome.ends_on == Title.effective_ends_on,
        DueOutcome.outcome != Outcome.failed.value,
    )


def _case_of_title() -> ScalarSelect[UUID]:
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
