"""Record in the audit what happened to appointments: references and times, no names."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from servicedesk.booking.rules.life import AppointmentRow, State
from servicedesk.booking.service.guards import Ending
from servicedesk.db.audit import record
from servicedesk.kernel.permissions import SYSTEM, Actor

_VERBS = {
    State.cancelled: "cancel_appointment",
    State.expired: "expire_hold",
    State.passed: "pass_appointment",
}


def note_row(
    session: Session,
    action: str,
    row: AppointmentRow,
    *,
    now: datetime,
    actor: Actor,
    earlier: str = "",
    reason: str = "",
) -> None:
    """Record that a row was held, booked or moved; `earlier` names the appointment it replaces."""
    details = {"ref": row.ref, "case": row.case_id.hex, "desk": row.desk_id.hex}
    details |= {"starts_local": row.starts_local.isoformat(), "minutes": str(row.minutes)}
    if earlier:
        details["earlier"] = earlier
    if reason:
        details["reason"] = "given"
    record(
        session,
        now=now,
        actor=actor,
        action=action,
        subject=("appointment", row.id),
        office_id=row.office_id,
        details=details,
    )


def note_endings(session: Session, endings: Iterable[Ending], *, now: datetime, actor: Actor) -> None:
    """Record how rows ended; an expired hold is the system's act, a move is recorded with the row that replaces it."""
    for ending in endings:
        verb = _VERBS.get(ending.state)
        if verb is None:
            continue
        details = {"ref": ending.row.ref, "case": ending.row.case_id.hex}
        if ending.reason:
            details["reason"] = "given"
        record(
            session,
            now=now,
            actor=actor if ending.state is State.cancelled else SYSTEM,
            action=verb,
            subject=("appointment", ending.row.id),
            office_id=ending.row.office_id,
            details=details,
        )
