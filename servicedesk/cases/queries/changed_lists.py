"""Find open cases whose list the catalogue of today would change, for staff to decide on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, func, literal, select
from sqlalchemy.orm import Session

from servicedesk.cases.models import Case
from servicedesk.cases.queries.case_papers import load_case_papers
from servicedesk.cases.queries.facts import zone_of
from servicedesk.cases.queries.range_list import NEVER
from servicedesk.cases.queries.scope import Scope
from servicedesk.checklists.queries import office_catalogue
from servicedesk.checklists.rules import ListDifference, diff_requirements
from servicedesk.kernel.clock import local_day
from servicedesk.register.models import Person, Title

_PART = 500


@dataclass(frozen=True, slots=True)
class ChangedList:
    """Show one case whose list would change; the concern's name is a German message id."""

    case_id: UUID
    case_ref: str
    file_number: str
    family_name: str
    given_names: str
    concern_name: str
    ends_on: date | None
    difference: ListDifference


def list_changed_lists(
    session: Session, scope: Scope, *, now: datetime, limit: int = 200
) -> tuple[ChangedList, ...]:
    """Return open cases in scope whose list would change, by end date; at most `limit`."""
    found: list[ChangedList] = []
    for line in _changed(session, scope, now):
        found.append(line)
        if len(found) == limit:
            break
    return tuple(found)


def _changed(session: Session, scope: Scope, now: datetime) -> Iterator[ChangedList]:
    zone = zone_of(session, scope.office_id)
    today = local_day(now, zone)
    newer = office_catalogue(session, scope.office_id, today)
    order = (func.coalesce(Case.ends_on, literal(NEVER, Date)), Case.id)
    query = (
        select(Case, Person, Title)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(Title, Title.id == Case.title_id)
        .where(scope.cases(), Case.closed_at.is_(None), Case.catalogue_version != newer.version)
        .order_by(*order)
    )
    start = 0
    while rows := session.execute(query.limit(_PART).offset(start)).all():
        start += _PART
        cases = [case for case, _, _ in rows]
        papers = load_case_papers(session, scope.office_id, cases, today=today, zone=zone)
        for case, person, title in rows:
            matter = papers.matter(case, person, title)
            difference = diff_requirements(papers.lists.of(matter), papers.lists.under(newer, matter))
            if not difference.is_empty:
                concern = newer.find_concern(case.concern_id)
                yield ChangedList(
                    case_id=case.id,
                    case_ref=case.ref,
                    file_number=person.file_number,
                    family_name=person.family_name,
                    given_names=person.given_names,
                    concern_name=concern.name if concern else case.concern_id,
                    ends_on=case.ends_on,
                    difference=difference,
                )
