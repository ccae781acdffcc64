"""Warn people of questions that nobody answers."""

from datetime import datetime
from functools import partial

from servicedesk.cases.queries.questions import list_offices_waiting
from servicedesk.cases.service.questions import raise_alarms
from servicedesk.db.session import Database


def run_question_alarms(database: Database, *, now: datetime) -> dict[str, int]:
    """Open tasks for questions older than each office allows; return how many questions."""
    with database.reading() as session:
        office_ids = list_offices_waiting(session, now=now)
    return {
        "late_questions": sum(
            database.run(partial(raise_alarms, office_id=office_id, now=now)) for office_id in office_ids
        )
    }
