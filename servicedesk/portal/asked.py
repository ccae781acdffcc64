"""Say on the pages of a case that questions wait or were answered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from servicedesk.cases.queries.questions import OwnQuestion, list_own_questions
from servicedesk.portal.journey import own_case
from servicedesk.web.runtime import now, runtime


@dataclass(frozen=True, slots=True)
class Asked:
    """Tell how many questions wait, and when the latest answer came that may still be read."""

    waiting: int
    answered_at: datetime | None


def load_questions(session: Session) -> tuple[OwnQuestion, ...]:
    """Return the questions of the present person's case, newest first."""
    return list_own_questions(session, runtime().vault, own_case(), now=now())


def sum_up(session: Session) -> Asked:
    """Return what the case's home says about questions."""
    found = load_questions(session)
    answers = [one.answered_at for one in found if one.is_shown and one.answered_at is not None]
    return Asked(sum(one.answered_at is None for one in found), max(answers, default=None))
