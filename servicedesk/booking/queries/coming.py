"""Read the coming appointments of everything in a scope."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.booking.models import Appointment
from servicedesk.booking.rules.life import State
from servicedesk.cases.models import Case
from servicedesk.cases.queries.scope import Scope


def list_coming(session: Session, scope: Scope, *, now: datetime) -> dict[UUID, datetime]:
    """Return the start of the booked appointment of each case in scope that has one ahead."""
    query = (
        select(Appointment.case_id, Appointment.starts_at)
        .join(Case, Case.id == Appointment.case_id)
        .where(
            Appointment.office_id == scope.office_id,
            Appointment.state == State.booked,
            Appointment.starts_at >= now,
            scope.cases(),
        )
    )
    return {case_id: starts_at for case_id, starts_at in session.execute(query)}  # noqa: C416 rows are typed as pairs
