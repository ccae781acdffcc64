"""Read what the door of a case asks for."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.accounts.rules import BirthDate
from servicedesk.cases.models import Case
from servicedesk.register.models import Person


def find_birth_date(session: Session, subject_kind: str, subject_id: UUID) -> BirthDate | None:
    """Return the birth date beside which the code of a case opens: the person's own, for a minor the child's.

    None for another kind of subject, for no such case and for one that is closed. The same statement runs in
    each of these, so that the time tells nothing.
    """
    query = (
        select(Person.birth_year, Person.birth_month, Person.birth_day)
        .join(Case, Case.person_id == Person.id)
        .where(Case.id == subject_id, Case.closed_at.is_(None))
    )
    row = session.execute(query).first()
    return BirthDate(*row) if row is not None and subject_kind == "case" else None
