"""File people anew after an office has changed how it folds surnames."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from servicedesk.offices.queries import get_office_by_id
from servicedesk.register.models import Person
from servicedesk.register.rules.text import surname_key

_BATCH = 5000


def refold_surnames(session: Session, office_id: UUID) -> int:
    """File everyone of the office under the key of its present rule; return how many keys changed."""
    rule = get_office_by_id(session, office_id).folding
    columns = select(Person.id, Person.family_name, Person.given_names, Person.surname_key)
    of_office = columns.where(Person.office_id == office_id).order_by(Person.id).limit(_BATCH)
    refolded = 0
    rows = session.execute(of_office).all()
    while rows:
        folded = [
            (row.id, surname_key(row.family_name, row.given_names, rule), row.surname_key) for row in rows
        ]
        changed = [
            {"id": person_id, "surname_key": key} for person_id, key, present in folded if key != present
        ]
        if changed:
            session.execute(update(Person), changed)
        refolded += len(changed)
        rows = session.execute(of_office.where(Person.id > rows[-1].id)).all()
    return refolded
