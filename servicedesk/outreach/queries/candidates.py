"""Find titles that are due and have no outcome yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Date, ScalarSelect, and_, exists, or_, select, tuple_
from sqlalchemy.orm import Session

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


def list_candidates(
    session: Session,
    terms: OfficeTerms,
    today: date,
    *,
    limit: int,
    after: tuple[date, UUID] | None = None,
    only: ColumnElement[bool] | None = None,
) -> list[Candidate]:
    """Return due titles without a settled outcome by end date, those behind `after` in that order.

    `only` narrows them (a scope, one title). A failed outcome is no settled one: it is tried again.
    """
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
            Person.language,
            Person.moved_away_on,
            InvitationHold.reason,
            _case_of_title(),
        )
        .join(Person, Person.id == Title.person_id)
        .outerjoin(
            InvitationHold,
            and_(InvitationHold.title_id == Title.id, InvitationHold.ends_on == Title.effective_ends_on),
        )
        .where(Title.office_id == terms.office.id, *_is_due(terms, today), ~_is_settled())
        .order_by(Title.effective_ends_on, Title.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(Title.effective_ends_on, Title.id) > after)
    if only is not None:
        query = query.where(only)
    return [Candidate._make(row) for row in session.execute(query)]


def iter_candidates(
    session: Session, terms: OfficeTerms, today: date, *, size: int
) -> Iterator[list[Candidate]]:
    """Yield due titles in parts of `size`; between two parts the caller may write and commit."""
    after: tuple[date, UUID] | None = None
    while part := list_candidates(session, terms, today, limit=size, after=after):
        yield part
        after = (part[-1].ends_on, part[-1].title_id)


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
    candidate: Candidate, terms: OfficeTerms, loose: Loose
) -> tuple[DueFacts, ConcernTerms, UUID | None]:
    """Return what decides about a candidate, how its concern is handled, and the case it has already."""
    handled = terms.concern_of(candidate.legal_basis, is_unlimited=candidate.is_unlimited)
    case_id = candidate.case_id
    if case_id is None and loose.cases:
        case_id = loose.cases.get((candidate.person_id, handled.concern.id))
    person = candidate.addressee
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


def _is_due(terms: OfficeTerms, today: date) -> list[ColumnElement[bool]]:
    """Return the conditions: ends by the last day due for any concern, and by the one of its own concern."""
    ends = {concern_id: terms.last_end_due(concern_id, today) for concern_id in terms.concerns}
    conditions: list[ColumnElement[bool]] = [Title.effective_ends_on <= max(ends.values(), default=date.min)]
    if len(set(ends.values())) > 1:
        own = by_concern(
            terms.catalogue, Title.legal_basis, Title.is_unlimited, lambda found: ends[found], Date()
        )
        conditions.append(Title.effective_ends_on <= own)
    return conditions


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
