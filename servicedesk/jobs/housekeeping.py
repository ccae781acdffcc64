"""Seal the audit trail, and delete what has served its time."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from servicedesk.accounts.codes import forget_old_failures
from servicedesk.accounts.models import SignInFailure, WebSession
from servicedesk.db.audit import AuditEvent, AuditSeal, seal_audit
from servicedesk.db.jobs import JobRun
from servicedesk.db.session import Database
from servicedesk.kernel.clock import Clock
from servicedesk.web.models import IdempotencyKey

SEAL_BATCH = 5000
IDEMPOTENCY_KEPT = timedelta(hours=48)
SIGN_IN_FAILURES_KEPT = timedelta(days=2)
FREQUENT_RUNS_KEPT = timedelta(days=2)
RUNS_KEPT = timedelta(days=400)
DEAD_AFTER = timedelta(hours=6)
"""A run without an end that is older than this will not come to one."""


def has_unsealed(session: Session) -> bool:
    """Tell whether any committed audit row waits for its seal."""
    unsealed = ~select(AuditSeal.seq).where(AuditSeal.event_id == AuditEvent.id).exists()
    return session.execute(select(AuditEvent.id).where(unsealed).limit(1)).first() is not None


def seal_all(database: Database, clock: Clock) -> dict[str, Any]:
    """Chain every committed audit row; where another process seals at the same moment, leave it to that one."""
    sealed = 0
    while True:
        try:
            with database.unit_of_work() as session:
                number = seal_audit(session, now=clock.now(), batch=SEAL_BATCH)
        except IntegrityError:
            return {"sealed": sealed, "left_to_another": True}
        sealed += number
        if number < SEAL_BATCH:
            return {"sealed": sealed}


def delete_expired(database: Database, clock: Clock, frequent: frozenset[str]) -> dict[str, Any]:
    """Delete sessions, counts, keys and old notes of runs; mark runs that died. `frequent` names the busy jobs."""
    now = clock.now()
    with database.unit_of_work() as session:
        return {
            "sessions": _delete_before(session, WebSession.expires_at, now),
            "code_failures": forget_old_failures(session, now=now),
            "sign_in_failures": _delete_before(session, SignInFailure.at, now - SIGN_IN_FAILURES_KEPT),
            "idempotency_keys": _delete_before(session, IdempotencyKey.created_at, now - IDEMPOTENCY_KEPT),
            "job_runs": _delete_before(session, JobRun.started_at, now - RUNS_KEPT)
            + _delete_before(
                session, JobRun.started_at, now - FREQUENT_RUNS_KEPT, JobRun.name.in_(sorted(frequent))
            ),
            "dead_runs": _mark_dead(session, now - DEAD_AFTER),
        }


def _delete_before(session: Session, column: InstrumentedAttribute[Any], instant: Any, *more: Any) -> int:
    result: Any = session.execute(
        delete(column.class_).where(column < instant, *more).execution_options(synchronize_session=False)
    )
    return int(result.rowcount)


def _mark_dead(session: Session, instant: Any) -> int:
    result: Any = session.execute(
        update(JobRun)
        .where(JobRun.state == "running", JobRun.started_at < instant)
        .values(state="dead")
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)
