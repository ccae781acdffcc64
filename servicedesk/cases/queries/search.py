"""Find people and cases by name or number, and what waits today; all within one scope."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from servicedesk.cases.models import Case
from servicedesk.cases.queries.contact import ContactRow, list_contact_requests
from servicedesk.cases.queries.range_list import (
    RangeFilter,
    RangeRow,
    RangeView,
    list_range_rows,
    name_condition,
)
from servicedesk.cases.queries.scope import Scope
from servicedesk.cases.queries.tasks import TaskRow, list_tasks
from servicedesk.offices.queries import get_office_by_id
from servicedesk.register.models import Person, Title


@dataclass(frozen=True, slots=True)
class FoundCase:
    """Name a case of a person found."""

    id: UUID
    ref: str
    concern_id: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Show one person found, with the cases one may see."""

    person_id: UUID
    file_number: str
    family_name: str
    given_names: str
    birth: tuple[int, int, int]
    ends_on: date | None
    cases: tuple[FoundCase, ...]


@dataclass(frozen=True, slots=True)
class TodayWork:
    """Hold what waits for somebody today; appointments come from the booking room."""

    contacts: tuple[ContactRow, ...]
    tasks: tuple[TaskRow, ...]
    to_check: tuple[RangeRow, ...]
    at_risk: tuple[RangeRow, ...]


def find_people(session: Session, scope: Scope, text: str, limit: int = 20) -> tuple[FoundPerson, ...]:
    """Return people in scope whose surname or file number begins with `text`, or whose case has this reference.

    Ordered by surname, given names, file number. An empty text finds nobody.
    """
    typed = text.strip()
    if not typed:
        return ()
    folding = get_office_by_id(session, scope.office_id).folding
    by_case = select(Case.person_id).where(Case.ref == typed.upper(), scope.cases())
    query = (
        select(Person)
        .where(scope.people(), or_(name_condition(typed, folding), Person.id.in_(by_case)))
        .order_by(Person.surname_key, Person.given_names, Person.file_number)
        .limit(limit)
    )
    people = list(session.scalars(query))
    ids = [person.id for person in people]
    cases: dict[UUID, list[FoundCase]] = {person_id: [] for person_id in ids}
    found = select(Case).where(Case.person_id.in_(ids), scope.cases()).order_by(Case.opened_at.desc())
    for case in session.scalars(found):
        cases[case.person_id].append(FoundCase(case.id, case.ref, case.concern_id, case.closed_at is None))
    ends: dict[UUID, date] = {}
    titles = select(Title.person_id, Title.effective_ends_on).where(
        Title.person_id.in_(ids), Title.is_superseded.is_(False), Title.effective_ends_on.is_not(None)
    )
    for person_id, ends_on in session.execute(titles):
        if ends_on is not None:
            ends[person_id] = max(ends_on, ends.get(person_id, ends_on))
    return tuple(
        FoundPerson(
            person_id=person.id,
            file_number=person.file_number,
            family_name=person.family_name,
            given_names=person.given_names,
            birth=(person.birth_year, person.birth_month, person.birth_day),
            ends_on=ends.get(person.id),
            cases=tuple(cases[person.id]),
        )
        for person in people
    )


def list_today_work(session: Session, scope: Scope, *, now: datetime, limit: int = 50) -> TodayWork:
    """Return messages, tasks, cases to check and people at risk, each in its own order."""
    return TodayWork(
        contacts=list_contact_requests(session, scope, limit=limit),
        tasks=list_tasks(session, scope, limit=limit),
        to_check=list_range_rows(session, scope, RangeFilter(RangeView.to_check), now=now, limit=limit).rows,
        at_risk=list_range_rows(session, scope, RangeFilter(RangeView.at_risk), now=now, limit=limit).rows,
    )
