"""Jobs are recorded, run when due, isolated from each other, and keep the house clean."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from servicedesk import worker
from servicedesk.accounts.models import SignInFailure, Throttle, WebSession
from servicedesk.db.audit import AuditEvent, AuditSeal, record, verify_audit
from servicedesk.db.jobs import JobRun
from servicedesk.jobs import (
    JOBS,
    Every,
    JobFailed,
    housekeeping,
    is_job_due,
    list_job_lines,
    list_jobs,
    run_job,
)
from servicedesk.jobs import registry as registry_module
from servicedesk.kernel.errors import NotAllowed
from servicedesk.kernel.ids import new_bytes, new_id
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.notices.models import Letter, Outbox
from servicedesk.notices.queue import apply_queue_schema
from servicedesk.web.models import IdempotencyKey
from servicedesk.worker import TimetableLock, build_context, crash_hook, run_once
from tests.conftest import NOW
from tests.support.outbox import Printer, letter, make_office, make_settings, queue


def make_context(database, vault, clock, tmp_path):
    context = build_context(database, make_settings(tmp_path), clock)
    tools = replace(context.tools, vault=vault, render=Printer(), check_letters=lambda: None)
    return replace(context, vault=vault, tools=tools)


@pytest.fixture
def context(db, vault, clock, tmp_path):
    return make_context(db, vault, clock, tmp_path)


@pytest.fixture
def replaced(monkeypatch):
    """Put other work under the name of a job."""

    def put(name, work):
        jobs = dict(JOBS) | {name: replace(JOBS[name], work=work, has_work=None)}
        for module in (registry_module, worker):
            monkeypatch.setattr(module, "JOBS", jobs)
        monkeypatch.setattr("servicedesk.jobs.runs.JOBS", jobs)

    return put


def runs(context):
    with context.database.reading() as session:
        return session.scalars(select(JobRun).order_by(JobRun.id)).all()


def test_a_run_is_recorded_with_its_result(context):
    result = run_job(context, "sweep")
    [run] = runs(context)
    assert (run.name, run.state, run.started_at, run.finished_at) == ("sweep", "done", NOW, NOW)
    assert run.result == result
    assert result["reclaimed"] == result["holds"] == 0


def test_a_fault_is_recorded_without_anybodys_values(context, replaced):
    def fail(_):
        raise ValueError("Samira Muster, born 1990")

    replaced("sweep", fail)
    with pytest.raises(JobFailed) as failed:
        run_job(context, "sweep")
    assert failed.value.reason == "ValueError"
    [run] = runs(context)
    assert (run.state, run.result) == ("failed", {"error": "ValueError"})

    def refuse(_):
        raise NotAllowed

    replaced("sweep", refuse)
    with pytest.raises(JobFailed, match="Berechtigung"):
        run_job(context, "sweep")


def test_a_run_without_an_end_is_seen_as_dead(context, replaced):
    class Killed(BaseException):
        pass

    def die(_):
        raise Killed

    replaced("invite", die)
    with pytest.raises(Killed):
        run_job(context, "invite")
    state = {line.name: line.state for line in _lines(context)}
    assert (state["invite"], state["sweep"]) == ("running", "never")
    context.clock.advance(timedelta(hours=7))
    assert {line.name: line.state for line in _lines(context)}["invite"] == "dead"
    assert run_job(context, "retention")["dead_runs"] == 1
    assert {line.name: line.state for line in _lines(context)}["invite"] == "dead"


def _lines(context):
    with context.database.reading() as session:
        return list_job_lines(session, now=context.now())


def test_the_timetable_follows_recorded_runs(context):
    job = JOBS["retention"]
    assert is_job_due(context, job)
    run_job(context, "retention")
    assert not is_job_due(context, job)
    context.clock.advance(timedelta(days=1))
    assert is_job_due(context, job)


def test_who_has_nothing_to_do_is_not_run(context):
    assert not is_job_due(context, JOBS["deliver"])
    assert not is_job_due(context, JOBS["seal-audit"])
    with context.database.unit_of_work() as session:
        office_id = make_office(session)
        queue(session, context.vault, office_id, letter(office_id), NOW)
        record(session, now=NOW, actor=SYSTEM, action="test", subject=("test", None))
    assert is_job_due(context, JOBS["deliver"])
    assert is_job_due(context, JOBS["seal-audit"])


def test_the_queue_replaces_the_delivery_job_on_postgresql():
    assert [job.name for job in JOBS.values()] == [job.name for job in list_jobs(is_postgresql=False)]
    assert set(JOBS) - {job.name for job in list_jobs(is_postgresql=True)} == {"deliver"}


def test_once_does_what_is_due_and_empties_the_queue(real_db, vault, clock, tmp_path):
    apply_queue_schema(real_db)
    context = make_context(real_db, vault, clock, tmp_path)
    with real_db.unit_of_work() as session:
        office_id = make_office(session)
        for _ in range(5):
            queue(session, vault, office_id, letter(office_id), NOW)
    results = run_once(context)
    assert {"calendar", "reconcile", "invite", "retention", "sweep", "seal-audit"} <= set(results)
    assert not [result for result in results.values() if "error" in result]
    with real_db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Letter)) == 5
        assert set(session.scalars(select(Outbox.state))) == {"done"}
        report = verify_audit(session, now=NOW)
        assert (report.faults, report.unsealed) == ((), 0)
        if real_db.is_postgresql:
            assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0
    again = run_once(context)
    assert set(again) <= {"sweep"}, "nothing else is due a moment later"


def test_once_goes_on_after_a_job_that_fails(real_db, vault, clock, tmp_path, replaced):
    context = make_context(real_db, vault, clock, tmp_path)

    def fail(_):
        raise ZeroDivisionError

    replaced("invite", fail)
    results = run_once(context)
    assert results["invite"] == {"error": "ZeroDivisionError"}
    assert "error" not in results["retention"]


def test_four_missed_nights_are_one_run(real_db, vault, clock, tmp_path):
    context = make_context(real_db, vault, clock, tmp_path)
    run_once(context)
    clock.advance(timedelta(days=4))
    run_once(context)
    assert [run.name for run in runs(context)].count("invite") == 2


def test_one_process_at_a_time_holds_the_timetable(real_db, vault, clock, tmp_path):
    first, second = TimetableLock(real_db), TimetableLock(real_db)
    assert first.is_held()
    assert first.is_held()
    assert second.is_held() is not real_db.is_postgresql
    if real_db.is_postgresql:
        results = run_once(make_context(real_db, vault, clock, tmp_path))
        assert results == {}, "the queue is emptied, the timetable is another's"
    first.release()
    assert second.is_held()
    second.release()


def test_a_cut_connection_gives_the_timetable_to_somebody_else(real_db):
    if not real_db.is_postgresql:
        assert TimetableLock(real_db).is_held()
        return
    first, second = TimetableLock(real_db), TimetableLock(real_db)
    assert first.is_held()
    with real_db.unit_of_work() as session:
        # The time-out makes the server wait until the other connection is really gone.
        session.execute(
            text(
                "SELECT pg_terminate_backend(l.pid, 5000) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                " WHERE l.locktype = 'advisory' AND a.datname = current_database() AND l.pid <> pg_backend_pid()"
            )
        )
    assert second.is_held()
    assert not first.is_held()
    second.release()
    assert first.is_held()
    first.release()


def test_sealing_covers_every_row_and_shows_tampering(context):
    with context.database.unit_of_work() as session:
        for number in range(7):
            record(session, now=NOW, actor=SYSTEM, action=f"act_{number}", subject=("test", None))
    assert run_job(context, "seal-audit") == {"sealed": 7}
    with context.database.unit_of_work() as session:
        assert verify_audit(session, now=NOW).faults == ()
        session.execute(update(AuditEvent).where(AuditEvent.action == "act_3").values(actor="staff:somebody"))
        assert len(verify_audit(session, now=NOW).faults) >= 1


def test_two_sealers_at_once_leave_one_chain(context, monkeypatch):
    with context.database.unit_of_work() as session:
        record(session, now=NOW, actor=SYSTEM, action="act", subject=("test", None))
    seal = housekeeping.seal_audit

    def overtaken(session, *, now, batch):
        number = seal(session, now=now, batch=batch)
        event_id = session.scalar(select(AuditSeal.event_id))
        session.execute(
            AuditSeal.__table__.insert().values(seq=1, event_id=event_id, hash=bytes(32), sealed_at=now)
        )
        return number

    monkeypatch.setattr(housekeeping, "seal_audit", overtaken)
    assert run_job(context, "seal-audit") == {"sealed": 0, "left_to_another": True}


def test_what_has_served_its_time_is_deleted_and_nothing_else(context):
    old, fresh = NOW - timedelta(days=3), NOW - timedelta(minutes=5)
    with context.database.unit_of_work() as session:
        office_id = make_office(session)
        for at, ends in ((old, old), (fresh, NOW + timedelta(minutes=5))):
            session.add(_session(office_id, at, ends))
            session.add(
                IdempotencyKey(
                    key=new_id().hex,
                    scope="s",
                    request_digest=bytes(32),
                    status=303,
                    location="/",
                    created_at=at,
                )
            )
            session.add(Throttle(bucket=new_id().hex, starts_at=at, failures=1))
            session.add(SignInFailure(id=new_id(), office_id=office_id, login="x", at=at))
            session.add(
                JobRun(id=new_id(), name="sweep", started_at=at, finished_at=at, state="done", result={})
            )
            session.add(
                JobRun(id=new_id(), name="invite", started_at=at, finished_at=at, state="done", result={})
            )
    result = run_job(context, "retention")
    assert {key: number for key, number in result.items() if number} == {
        "sessions": 1,
        "code_failures": 1,
        "sign_in_failures": 1,
        "idempotency_keys": 1,
        "job_runs": 1,
    }
    with context.database.reading() as session:
        for model in (WebSession, IdempotencyKey, Throttle, SignInFailure):
            assert session.scalar(select(func.count()).select_from(model)) == 1
        assert sorted(session.scalars(select(JobRun.name))) == ["invite", "invite", "retention", "sweep"]


def _session(office_id, at, ends):
    return WebSession(
        id=new_id(),
        token_hash=new_bytes(32),
        office_id=office_id,
        kind="staff",
        subject_id=new_id(),
        created_at=at,
        seen_at=at,
        expires_at=ends,
    )


def test_every_job_is_planned_described_and_named_like_a_command():
    for name, job in JOBS.items():
        assert name == job.name
        assert job.summary
        assert name.replace("-", "").isalpha()
        assert not isinstance(job.schedule, Every) or job.schedule.interval >= timedelta(seconds=1)


def test_crash_points_are_for_fault_tests_only():
    crash_hook(None, is_production=True)("letter.after_render")
    for point, is_production in (("letter.after_render", True), ("nowhere", False)):
        with pytest.raises(Exception, match="SERVICEDESK_CRASH_POINT"):
            crash_hook(point, is_production=is_production)
