"""Look up what a status code stands for; leaves no trace of who asks."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.interim.models import InterimConfirmation
from servicedesk.interim.rules.status import Status, decide_status


def find_status(session: Session, *, office_id: UUID, code: str, today: date) -> Status:
    """Return the status of the confirmation with this code: one statement, whether there is one or not."""
    row = session.execute(
        select(InterimConfirmation.state, InterimConfirmation.check_again_on).where(
            InterimConfirmation.status_code == code, InterimConfirmation.office_id == office_id
        )
    ).first()
    return decide_status(row.state, row.check_again_on, today) if row else decide_status(None, None, today)
