"""Read what happened to the appointments of one case."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.booking.models import Appointment
from servicedesk.booking.rules.life import State
from servicedesk.cases.queries.case_page import actor_names
from servicedesk.cases.queries.values import HistoryLine
from servicedesk.cases.rules import ACTION_LABELS
from servicedesk.db.audit import AuditEvent

_SHOWN = ("book_appointment", "move_appointment", "cancel_appointment")


def list_appointment_history(session: Session, case_id: UUID) -> tuple[HistoryLine, ...]:
    """Return bookings, moves and cancellations, the latest first; holds leave no line."""
    own = select(Appointment.id).where(Appointment.case_id == case_id, Appointment.state != State.held)
    events = list(
        session.scalars(
            select(AuditEvent)
            .where(AuditEvent.subject_id.in_(own), AuditEvent.action.in_(_SHOWN))
            .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        )
    )
    names = actor_names(session, {event.actor for event in events})
    return tuple(
        HistoryLine(
            at=event.at,
            label=ACTION_LABELS.get(event.action, event.action),
            action=event.action,
            actor=names.get(event.actor, event.actor.partition(":")[0]),
            details=event.details,
        )
        for event in events
    )
