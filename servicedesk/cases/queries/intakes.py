"""Read which papers of a case came on paper."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.cases.rules import Channel
from servicedesk.cases.upload_models import PaperIntake


@dataclass(frozen=True, slots=True)
class IntakeView:
    """Be one time at which papers came on paper."""

    ref: str
    channel: Channel
    document_ids: tuple[str, ...]
    received_at: datetime
    recorded_by: str


def list_intakes(session: Session, office_id: UUID, case_id: UUID) -> tuple[IntakeView, ...]:
    """Return them, the newest first; the caller has checked who may see the case."""
    query = select(PaperIntake).where(PaperIntake.office_id == office_id, PaperIntake.case_id == case_id)
    return tuple(
        IntakeView(row.ref, Channel(row.channel), tuple(row.document_ids), row.received_at, row.recorded_by)
        for row in session.scalars(query.order_by(PaperIntake.received_at.desc(), PaperIntake.id.desc()))
    )
