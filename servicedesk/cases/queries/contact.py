"""Read messages from the contact door, and whom of the register they may come from."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from servicedesk.cases.models import Case, ContactRequest
from servicedesk.cases.queries.scope import Scope
from servicedesk.kernel.errors import NotFound
from servicedesk.register.models import Person, Title


@dataclass(frozen=True, slots=True)
class ContactRow:
    """List one message; its content stays sealed until somebody opens it."""

    id: UUID
    ref: str
    received_at: datetime
    concern_id: str
    ends_on: date | None
    locale: str
    state: str


@dataclass(frozen=True, slots=True)
class MatchCandidate:
    """Show one person of the register who may have written; staff compare and decide."""

    person_id: UUID
    file_number: str
    family_name: str
    given_names: str
    birth: tuple[int, int, int]
    ends_on: date | None
    is_same_end: bool
    open_case_ref: str | None


def contact_condition(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `ContactRequest`: surnames in reach, by permission all of the team or office."""
    return and_(ContactRequest.office_id == scope.office_id, scope.key_condition(ContactRequest.surname_key))


def list_contact_requests(
    session: Session, scope: Scope, state: str = "open", limit: int = 100
) -> tuple[ContactRow, ...]:
    """Return messages in scope, the nearest end first, then the oldest."""
    query = (
        select(ContactRequest)
        .where(contact_condition(scope), ContactRequest.state == state)
        .order_by(
            ContactRequest.ends_on.is_(None),
            ContactRequest.ends_on,
            ContactRequest.received_at,
            ContactRequest.id,
        )
        .limit(limit)
    )
    return tuple(_row(request) for request in session.scalars(query))


def get_contact_row(session: Session, scope: Scope, request_id: UUID) -> ContactRequest:
    """Return a message in scope; raises NotFound."""
    found = session.scalar(
        select(ContactRequest).where(contact_condition(scope), ContactRequest.id == request_id)
    )
    if found is None:
        raise NotFound
    return found


def find_contact_id(session: Session, scope: Scope, ref: str) -> UUID:
    """Return the id of the message with this reference; raises NotFound outside the scope."""
    query = select(ContactRequest.id).where(
        contact_condition(scope), ContactRequest.ref == ref.strip().upper()
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def list_match_candidates(
    session: Session, scope: Scope, request: ContactRequest, limit: int = 20
) -> tuple[MatchCandidate, ...]:
    """Return people in scope with the surname key typed, those whose title ends on the day typed first."""
    query = (
        select(Person, Title.effective_ends_on, Case.ref)
        .outerjoin(Title, and_(Title.person_id == Person.id, Title.is_superseded.is_(False)))
        .outerjoin(Case, and_(Case.person_id == Person.id, Case.closed_at.is_(None)))
        .where(scope.people(), Person.surname_key == request.surname_key)
        .order_by(Person.given_names, Person.file_number)
        .limit(limit * 3)
    )
    found: dict[UUID, MatchCandidate] = {}
    for person, ends_on, ref in session.execute(query):
        is_same = ends_on is not None and ends_on == request.ends_on
        if person.id in found and not is_same:
            continue
        found[person.id] = MatchCandidate(
            person_id=person.id,
            file_number=person.file_number,
            family_name=person.family_name,
            given_names=person.given_names,
            birth=(person.birth_year, person.birth_month, person.birth_day),
            ends_on=ends_on,
            is_same_end=is_same,
            open_case_ref=ref,
        )
    return tuple(sorted(found.values(), key=lambda candidate: not candidate.is_same_end))[:limit]


def _row(request: ContactRequest) -> ContactRow:
    return ContactRow(
        id=request.id,
        ref=request.ref,
        received_at=request.received_at,
        concern_id=request.concern_id,
        ends_on=request.ends_on,
        locale=request.locale,
        state=request.state,
    )
