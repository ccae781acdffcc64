"""Tell the workers on PostgreSQL that there is something to deliver.

The outbox row is the truth, a queued job only a hint: where the queue's tables are missing, or on SQLite, nothing is
queued and the sweep finds the rows.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import procrastinate
import psycopg
from procrastinate.schema import SchemaManager
from sqlalchemy import text
from sqlalchemy.orm import Session

from servicedesk.db.session import Database

QUEUE = "notices"
TASK = "deliver"
ROWS_PER_JOB = 50
"""How many rows of a nightly cohort one job carries: few enough that several workers share, many enough to queue fast."""

_DEFER_COHORT = """
    SELECT procrastinate_defer_jobs_v1(array_agg(
        ROW(%(queue)s, %(task)s, 0, NULL, NULL, jsonb_build_object('outbox_ids', part.ids), NULL)
        ::procrastinate_job_to_defer_v1 ORDER BY part.number))
    FROM (
        SELECT (n - 1) / %(size)s AS number, jsonb_agg(replace(id::text, '-', '') ORDER BY n) AS ids
        FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS queued (id, n)
        GROUP BY 1
    ) AS part
"""
_KNOWN_TO_EXIST = "servicedesk_queue_exists"

# Never opened: it only builds the statement, which runs on the caller's own connection.
_deferrer = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


def apply_queue_schema(database: Database) -> None:
    """Create the queue's tables where they are missing; does nothing on SQLite and nothing twice."""
    if not database.is_postgresql:
        return
    with database.unit_of_work() as session:
        # Two upgrades at once: the second waits and then finds the tables.
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('servicedesk.queue_schema'))"))
        if not _exists(session):
            _raw(session).execute(SchemaManager.get_schema())


def defer_delivery(session: Session, outbox_ids: Sequence[UUID]) -> int:
    """Queue these rows inside the caller's transaction; return the number of jobs, 0 where there is no queue."""
    if not outbox_ids or not has_queue(session):
        return 0
    if len(outbox_ids) > ROWS_PER_JOB:
        # The same function that the client library calls, fed by the server itself: thousands of jobs at once.
        ids = list(outbox_ids)
        _raw(session).execute(_DEFER_COHORT, {"queue": QUEUE, "task": TASK, "ids": ids, "size": ROWS_PER_JOB})
        return -(-len(ids) // ROWS_PER_JOB)
    jobs: list[dict[str, Any]] = [{"outbox_ids": [outbox_id.hex]} for outbox_id in outbox_ids]
    _deferrer.configure_task(TASK, queue=QUEUE, connection=_raw(session)).batch_defer(*jobs)
    return len(jobs)


def has_queue(session: Session) -> bool:
    """Tell whether there is a queue to tell: on PostgreSQL, where its tables are."""
    if session.get_bind().dialect.name != "postgresql":
        return False
    known = session.connection().info
    if not known.get(_KNOWN_TO_EXIST):
        known[_KNOWN_TO_EXIST] = _exists(session)
    return bool(known[_KNOWN_TO_EXIST])


def _exists(session: Session) -> bool:
    return session.scalar(text("SELECT to_regproc('procrastinate_defer_jobs_v1') IS NOT NULL")) is True


def _raw(session: Session) -> psycopg.Connection[Any]:
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, psycopg.Connection):
        raise TypeError("the queue needs a psycopg connection")
    return connection
