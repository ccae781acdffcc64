"""Keep what background jobs did, so that a missed night is seen and made up for."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, Uuid, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from servicedesk.db.base import Base
from servicedesk.db.types import Json, UtcDateTime
from servicedesk.kernel.ids import new_id


class JobRun(Base):
    """Record one run of a job: a run without an end is one that died."""

    __tablename__ = "job_run"
    __table_args__ = (Index("ix_job_run_name_started_at", "name", "started_at"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(20), default="running")
    result: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


def begin_run(session: Session, name: str, *, now: datetime) -> UUID:
    """Note that job `name` starts; return the run's id."""
    run_id = new_id()
    session.execute(insert(JobRun).values(id=run_id, name=name, started_at=now, state="running", result={}))
    return run_id


def finish_run(session: Session, run_id: UUID, *, now: datetime, state: str, result: dict[str, Any]) -> None:
    """Note how a run ended: `done` or `failed`."""
    session.execute(
        update(JobRun).where(JobRun.id == run_id).values(finished_at=now, state=state, result=result)
    )


def find_last_run(session: Session, name: str, state: str = "done") -> JobRun | None:
    """Return the newest run of job `name` in that state."""
    newest = (
        select(JobRun)
        .where(JobRun.name == name, JobRun.state == state)
        .order_by(JobRun.started_at.desc())
        .limit(1)
    )
    return session.scalars(newest).first()
