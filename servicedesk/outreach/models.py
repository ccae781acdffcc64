"""Tables of reaching people: what became of each due title, invitations, holds."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.db.base import Base
from servicedesk.db.types import UtcDateTime


class DueOutcome(Base):
    """Settle what became of one due (title, end): invited, excluded or failed, each with a reason.

    The primary key makes a second run harmless; a failed row is tried again by the next run. As with cases, what it
    points to are no foreign keys.
    """

    __tablename__ = "due_outcome"
    __table_args__ = (
        # The order of the index over the titles' ends, so that both are merged without opening a row.
        PrimaryKeyConstraint("ends_on", "title_id", postgresql_include=["outcome"]),
        # The invited are by far the most, and are found through their cases.
        Index(
            "ix_due_outcome_office_id_outcome_title_id",
            "office_id",
            "outcome",
            "title_id",
            sqlite_where=text("outcome <> 'invited'"),
            postgresql_where=text("outcome <> 'invited'"),
        ),
    )

    title_id: Mapped[UUID] = mapped_column(Uuid)
    ends_on: Mapped[date]
    office_id: Mapped[UUID] = mapped_column(Uuid)
    due_on: Mapped[date]
    outcome: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(60))
    case_id: Mapped[UUID | None] = mapped_column(Uuid)
    run_id: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Invitation(Base):
    """Record one step of writing to a person about a case; one per (case, step)."""

    __tablename__ = "invitation"

    case_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[UUID] = mapped_column(Uuid)
    outbox_id: Mapped[UUID] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class InvitationHold(Base):
    """Keep a due title from being invited, for a reason, until somebody releases it; it stays in sight."""

    __tablename__ = "invitation_hold"

    title_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    ends_on: Mapped[date] = mapped_column(primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"), index=True)
    reason: Mapped[str] = mapped_column(String(300))
    held_at: Mapped[datetime] = mapped_column(UtcDateTime)
    held_by: Mapped[str] = mapped_column(String(80))
    review_on: Mapped[date | None]


class ReachAttempt(Base):
    """Keep how somebody tried to reach a person before the title ends, and what came of it; never changed.

    About a case, or about a title that has none yet (held, failed, excluded). `kind` is a `ReachKind`. The note is
    sealed: it holds what a person said on the telephone.
    """

    __tablename__ = "reach_attempt"
    __table_args__ = (
        Index("ix_reach_attempt_case_id", "case_id"),
        Index("ix_reach_attempt_title_id", "title_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_case.id"))
    title_id: Mapped[UUID | None] = mapped_column(ForeignKey("title.id"))
    kind: Mapped[str] = mapped_column(String(20))
    tried_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(80))
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
