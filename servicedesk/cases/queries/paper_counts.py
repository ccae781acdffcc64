"""Count the papers that are missing, for a page full of cases."""

from collections.abc import Collection
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.cases.models import Case
from servicedesk.cases.queries.case_papers import load_case_papers
from servicedesk.register.models import Person, Title


def count_missing_papers(
    session: Session, office_id: UUID, case_ids: Collection[UUID], *, today: date, zone: ZoneInfo
) -> dict[UUID, int]:
    """Return how many papers are certainly missing, per case."""
    if not case_ids:
        return {}
    found = session.execute(
        select(Case, Person, Title)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(Title, Title.id == Case.title_id)
        .where(Case.office_id == office_id, Case.id.in_(case_ids))
    ).all()
    papers = load_case_papers(session, office_id, [case for case, _, _ in found], today=today, zone=zone)
    return {case.id: papers.judge(case, person, title)[1] for case, person, title in found}
