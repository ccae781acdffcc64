"""Units of work: whole or nothing, on both engines."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from servicedesk.db import audit
from servicedesk.db.audit import AuditEvent, AuditSeal
from servicedesk.db.jobs import JobRun, begin_run, find_last_run, finish_run
from servicedesk.db.session import FairLock
from servicedesk.kernel.permissions import SYSTEM
from tests.conftest import NOW


def _note(session, action="do_something"):
    audit.record(session, now=NOW, actor=SYSTEM, action=action, subject=("case", None), details={"step": 1})


def _count(session):
    return session.scalar(select(func.count()).select_from(AuditEvent))


def test_a_unit_of_work_that_raises_leaves_nothing(real_db):
    with pytest.raises(RuntimeError), real_db.unit_of_work() as session:
        _note(session)
        raise RuntimeError
    with real_db.reading() as session:
        assert _count(session) == 0


def test_instants_come_back_aware_and_exact(db):
    instant = datetime(2026, 10, 25, 1, 30, 0, 123456, tzinfo=UTC)
    with db.unit_of_work() as session:
        run_id = begin_run(session, "invite", now=instant)
        finish_run(session, run_id, now=instant + timedelta(seconds=3), state="done", result={"due": 0})
    with db.reading() as session:
        run = session.get(JobRun, run_id)
        assert run.started_at == instant
        assert run.started_at.tzinfo is not None
        assert find_last_run(session, "invite").id == run_id


def test_naive_instants_are_refused(db):
    with pytest.raises(Exception, match="naive"), db.unit_of_work() as session:
        begin_run(session, "invite", now=datetime(2026, 1, 1))


def test_a_reader_cannot_write_on_postgresql(real_db):
    if not real_db.is_postgresql:
        return
    with pytest.raises(Exception, match="read-only"), real_db.reading() as session:
        _note(session)
        session.flush()


def test_many_writers_all_get_their_turn(real_db):
    def write():
        for _ in range(20):
            with real_db.unit_of_work() as session:
                _note(session)

    threads = [threading.Thread(target=write) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with real_db.reading() as session:
        assert _count(session) == 240


def test_the_write_lock_serves_in_the_order_of_asking():
    lock, order, ready = FairLock(), [], []

    def take(number):
        ready.append(number)
        with lock:
            order.append(number)

    threads = []
    with lock:
        for number in range(6):
            thread = threading.Thread(target=take, args=(number,))
            thread.start()
            threads.append(thread)
            while len(lock._queue) <= number:
                pass
    for thread in threads:
        thread.join(10)
    assert order == list(range(6))


class TestAudit:
    def test_sealed_rows_verify(self, db):
        with db.unit_of_work() as session:
            for step in range(7):
                _note(session, f"step_{step}")
            assert audit.seal_audit(session, now=NOW, batch=3) == 3
            assert audit.seal_audit(session, now=NOW, batch=100) == 4
            assert audit.seal_audit(session, now=NOW) == 0
            report = audit.verify_audit(session, now=NOW)
        assert (report.checked, report.faults, report.unsealed) == (7, (), 0)

    @pytest.mark.parametrize(
        "tampering",
        [
            "UPDATE audit_event SET action = 'other' WHERE action = 'step_2'",
            "DELETE FROM audit_event WHERE action = 'step_2'",
            "DELETE FROM audit_seal WHERE seq = 2",
        ],
    )
    def test_tampering_is_found(self, db, tampering):
        with db.unit_of_work() as session:
            for step in range(4):
                _note(session, f"step_{step}")
            audit.seal_audit(session, now=NOW)
            session.execute(text(tampering))
            assert audit.verify_audit(session, now=NOW).faults

    def test_rows_that_wait_too_long_for_their_seal_are_counted(self, db):
        with db.unit_of_work() as session:
            _note(session)
            fresh = audit.verify_audit(session, now=NOW)
            late = audit.verify_audit(session, now=NOW + timedelta(minutes=2))
        assert (fresh.unsealed, fresh.overdue) == (1, 0)
        assert (late.unsealed, late.overdue) == (1, 1)

    def test_two_sealers_never_share_a_number(self, real_db):
        with real_db.unit_of_work() as session:
            for _ in range(50):
                _note(session)
        faults = []

        def seal():
            try:
                with real_db.unit_of_work() as session:
                    audit.seal_audit(session, now=NOW)
            except Exception as fault:
                faults.append(fault)

        threads = [threading.Thread(target=seal) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        with real_db.reading() as session:
            assert session.scalar(select(func.count()).select_from(AuditSeal)) == 50
            assert audit.verify_audit(session, now=NOW).faults == ()


class TestConnections:
    """PostgreSQL only: SQLite's connections end with the process."""

    def test_statements_stay_prepared_from_one_reading_to_the_next(self, real_db):
        if not real_db.is_postgresql:
            return
        for _ in range(12):
            with real_db.reading() as session:
                session.execute(text("SELECT 42 AS answer, CAST(:a AS int)"), {"a": 1}).all()
        with real_db.reading() as session:
            kept = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT 42 AS answer%'"
            assert session.execute(text(kept)).scalar_one() == 1

    def test_a_connection_that_the_server_ended_is_replaced_unseen(self, real_db):
        if not real_db.is_postgresql:
            return
        with real_db.reading() as session:
            before = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        other = create_engine(real_db.engine.url, poolclass=NullPool)
        with other.connect() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": before})
        with real_db.unit_of_work() as session:
            assert session.execute(text("SELECT pg_backend_pid()")).scalar_one() != before

    def test_a_connection_that_lay_idle_is_asked_before_it_is_used(self, real_db, monkeypatch):
        if not real_db.is_postgresql:
            return
        asked = []
        ping = real_db.engine.dialect.do_ping
        monkeypatch.setattr(real_db.engine.dialect, "do_ping", lambda raw: asked.append(1) or ping(raw))
        for _ in range(3):
            with real_db.reading() as session:
                session.execute(text("SELECT 1"))
        assert not asked
        monkeypatch.setattr("servicedesk.db.session._UNASKED_SECONDS", 0)
        with real_db.reading() as session:
            session.execute(text("SELECT 1"))
        assert asked == [1]

    def test_a_reading_that_failed_leaves_the_connection_usable(self, real_db):
        with pytest.raises(DBAPIError), real_db.reading() as session:
            session.execute(text("SELECT * FROM nowhere"))
        with real_db.reading() as session:
            assert session.execute(text("SELECT 1")).scalar_one() == 1
