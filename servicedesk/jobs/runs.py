"""Run a job and keep what became of it: a run without an end is one that died."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from servicedesk.db.jobs import JobRun, begin_run, finish_run
from servicedesk.jobs.housekeeping import DEAD_AFTER
from servicedesk.jobs.registry import JOBS, Job, JobContext
from servicedesk.jobs.timetable import is_due
from servicedesk.kernel.errors import Refusal
from servicedesk.offices.models import Office

_DEFAULT_ZONE = "Europe/Berlin"


class JobFailed(Exception):
    """Report that a job ended in a fault; its cause is chained, its run recorded."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"{name}: {reason}")


def run_job(context: JobContext, name: str) -> dict[str, Any]:
    """Run one job now, whatever the timetable says, and record the run; raises JobFailed and KeyError."""
    job = JOBS[name]
    with context.database.unit_of_work() as session:
        run_id = begin_run(session, name, now=context.now())
    try:
        result = job.work(replace(context, run_id=run_id))
    except Exception as fault:
        # Other texts may hold names; a refusal's sentence never does.
        reason = str(fault) if isinstance(fault, Refusal) else type(fault).__name__
        _finish(context, run_id, "failed", {"error": reason})
        raise JobFailed(name, reason) from fault
    _finish(context, run_id, "done", result)
    return result


def _finish(context: JobContext, run_id: Any, state: str, result: dict[str, Any]) -> None:
    with context.database.unit_of_work() as session:
        finish_run(session, run_id, now=context.now(), state=state, result=result)


def is_job_due(context: JobContext, job: Job) -> bool:
    """Tell whether the timetable wants `job` now and there is something for it to do."""
    with context.database.reading() as session:
        started, done = _last_starts(session, job.name)
        zone = timetable_zone(session)
    due = is_due(job.schedule, now=context.now(), zone=zone, last_started_at=started, last_done_at=done)
    return due and (job.has_work is None or job.has_work(context))


def timetable_zone(session: Session) -> ZoneInfo:
    """Return the zone of the first office; all offices of one database share the nightly hours."""
    name = session.scalar(select(Office.time_zone).order_by(Office.ref).limit(1))
    return ZoneInfo(name or _DEFAULT_ZONE)


def _last_starts(session: Session, name: str) -> tuple[datetime | None, datetime | None]:
    newest = select(func.max(JobRun.started_at)).where(JobRun.name == name)
    return session.scalar(newest), session.scalar(newest.where(JobRun.state == "done"))


@dataclass(frozen=True, slots=True)
class JobLine:
    """Describe a job for the operator. `state` is that of its last run: done, failed, running, dead, or never."""

    name: str
    summary: str
    schedule: str
    state: str
    started_at: datetime | None
    finished_at: datetime | None
    result: dict[str, Any]


def list_job_lines(session: Session, *, now: datetime) -> list[JobLine]:
    """List every job with its last run, in the timetable's order."""
    lines = []
    for job in JOBS.values():
        newest = select(JobRun).where(JobRun.name == job.name).order_by(JobRun.started_at.desc()).limit(1)
        run = session.scalars(newest).first()
        state = "never" if run is None else run.state
        if run is not None and run.state == "running" and run.started_at < now - DEAD_AFTER:
            state = "dead"
        lines.append(
            JobLine(
                name=job.name,
                summary=job.summary,
                schedule=str(job.schedule),
                state=state,
                started_at=run.started_at if run else None,
                finished_at=run.finished_at if run else None,
                result=run.result if run else {},
            )
        )
    return lines
