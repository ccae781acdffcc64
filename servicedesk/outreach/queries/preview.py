"""Show what the next night will do in a range, what is held, and what the last nights could not invite."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from servicedesk.cases.errors import PersonNotFound
from servicedesk.cases.models import Case
from servicedesk.cases.queries import Scope
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.kernel.clock import local_day
from servicedesk.offices.queries import get_office_by_id
from servicedesk.outreach.models import DueOutcome, InvitationHold
from servicedesk.outreach.queries.candidates import judge, list_candidates, list_due_keys, load_loose
from servicedesk.outreach.queries.terms import load_terms
from servicedesk.outreach.rules import REASON_LABELS, Outcome, Reason
from servicedesk.register.models import Person, Title


@dataclass(frozen=True, slots=True)
class PlannedInvitation:
    """Show one title of the next night; `outcome` is what would become of it, `label` a German message id."""

    title_id: UUID
    person_id: UUID
    file_number: str
    family_name: str
    given_names: str
    concern_id: str
    concern_name: str
    ends_on: date
    due_on: date
    language: str | None
    outcome: Outcome
    reason: Reason
    label: str
    held_reason: str


@dataclass(frozen=True, slots=True)
class HeldInvitation:
    """Show one invitation that is held back."""

    title_id: UUID
    person_id: UUID
    file_number: str
    family_name: str
    given_names: str
    concern_name: str
    ends_on: date
    reason: str
    held_at: datetime
    held_by: str
    review_on: date | None
    is_review_due: bool


@dataclass(frozen=True, slots=True)
class SettledTitle:
    """Show one due title that was not invited."""

    title_id: UUID
    person_id: UUID
    file_number: str
    family_name: str
    given_names: str
    ends_on: date
    outcome: Outcome
    reason: Reason
    label: str
    at: datetime


def title_condition(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `Title` joined with `Person`: in reach, and no open case of somebody else's."""
    other = aliased(Case)
    foreign = exists().where(other.person_id == Person.id, other.closed_at.is_(None))
    mine = exists().where(Case.person_id == Person.id, Case.closed_at.is_(None), scope.cases())
    return and_(scope.titles(), or_(~foreign, mine))


def get_title_in_scope(session: Session, scope: Scope, title_id: UUID) -> Title:
    """Return a title one may act on; raises PersonNotFound otherwise."""
    query = (
        select(Title)
        .join(Person, Person.id == Title.person_id)
        .where(Title.id == title_id, title_condition(scope))
    )
    title = session.scalar(query)
    if title is None:
        raise PersonNotFound
    return title


def list_tomorrow(
    session: Session, scope: Scope, *, now: datetime, limit: int = 200
) -> tuple[PlannedInvitation, ...]:
    """Return what the next night would settle in scope, by end date."""
    office = get_office_by_id(session, scope.office_id)
    terms = load_terms(session, office)
    tomorrow = local_day(now, office.zone) + timedelta(days=1)
    keys = list_due_keys(session, terms, tomorrow, only=title_condition(scope))[:limit]
    loose = load_loose(session, office.id)
    planned = []
    for candidate in list_candidates(session, terms, keys, tomorrow) if keys else ():
        handled, outcome, reason = judge(candidate, terms, loose, tomorrow)
        planned.append(
            PlannedInvitation(
                title_id=candidate.title_id,
                person_id=candidate.person_id,
                file_number=candidate.file_number,
                family_name=candidate.family_name,
                given_names=candidate.given_names,
                concern_id=handled.concern.id,
                concern_name=handled.concern.name,
                ends_on=candidate.ends_on,
                due_on=handled.lead.before(candidate.ends_on),
                language=candidate.language,
                outcome=outcome,
                reason=reason,
                label=REASON_LABELS[reason],
                held_reason=candidate.held_reason or "",
            )
        )
    return tuple(planned)


def list_held(session: Session, scope: Scope, *, now: datetime) -> tuple[HeldInvitation, ...]:
    """Return held invitations in scope, those to be looked at again first, then by end date."""
    today = local_day(now, get_office_by_id(session, scope.office_id).zone)
    query = (
        select(InvitationHold, Person, Title.legal_basis, Title.is_unlimited)
        .join(Title, Title.id == InvitationHold.title_id)
        .join(Person, Person.id == Title.person_id)
        .where(InvitationHold.office_id == scope.office_id, title_condition(scope))
        .order_by(InvitationHold.review_on.is_(None), InvitationHold.review_on, InvitationHold.ends_on)
    )
    catalogue = load_catalogue()
    return tuple(
        HeldInvitation(
            title_id=hold.title_id,
            person_id=person.id,
            file_number=person.file_number,
            family_name=person.family_name,
            given_names=person.given_names,
            concern_name=catalogue.concern_of_title(basis, is_unlimited=is_unlimited).name,
            ends_on=hold.ends_on,
            reason=hold.reason,
            held_at=hold.held_at,
            held_by=hold.held_by,
            review_on=hold.review_on,
            is_review_due=hold.review_on is not None and hold.review_on <= today,
        )
        for hold, person, basis, is_unlimited in session.execute(query)
    )


def list_not_invited(
    session: Session, scope: Scope, *, outcome: Outcome = Outcome.failed, limit: int = 200
) -> tuple[SettledTitle, ...]:
    """Return due titles in scope that failed (or were excluded), the nearest end first."""
    query = (
        select(DueOutcome, Person)
        .join(Title, Title.id == DueOutcome.title_id)
        .join(Person, Person.id == Title.person_id)
        .where(DueOutcome.office_id == scope.office_id, DueOutcome.outcome == outcome.value, scope.titles())
        .order_by(DueOutcome.ends_on, DueOutcome.title_id)
        .limit(limit)
    )
    return tuple(
        SettledTitle(
            title_id=row.title_id,
            person_id=person.id,
            file_number=person.file_number,
            family_name=person.family_name,
            given_names=person.given_names,
            ends_on=row.ends_on,
            outcome=Outcome(row.outcome),
            reason=Reason(row.reason),
            label=REASON_LABELS[Reason(row.reason)],
            at=row.at,
        )
        for row, person in session.execute(query)
    )


def count_unknown_bases(session: Session, office_id: UUID) -> tuple[tuple[str, int], ...]:
    """Return the legal bases the catalogue does not know among open cases, the most frequent first; for the office."""
    query = (
        select(Title.legal_basis, func.count())
        .join(Case, Case.title_id == Title.id)
        .where(
            Case.office_id == office_id,
            Case.closed_at.is_(None),
            Case.concern_id == load_catalogue().fallback_id,
        )
        .group_by(Title.legal_basis)
        .order_by(func.count().desc(), Title.legal_basis)
    )
    return tuple((basis, count) for basis, count in session.execute(query))
