"""Statements of the hot path: the same answers on both engines, alone and together, and faults as usual."""

import threading
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import BigInteger, Float, Table, bindparam, event, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from servicedesk.db.audit import AuditEvent, record
from servicedesk.db.prepared import Prepared, constant, run, run_later, run_together
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import SYSTEM
from tests.conftest import NOW

EVENT: Table = AuditEvent.__table__
READ = Prepared(
    select(EVENT.c.id, EVENT.c.at, EVENT.c.action.label("verb"), EVENT.c.details, EVENT.c.run_id)
    .where(EVENT.c.subject_id == bindparam("subject_id"), EVENT.c.subject_kind == "case")
    .order_by(EVENT.c.id)
)
RENAME = Prepared(
    update(EVENT).where(EVENT.c.subject_id == bindparam("about")).values(action=bindparam("verb"))
)
TOTAL = Prepared(select(func.count().label("all")).select_from(EVENT))


ADD = Prepared(insert(EVENT).values({column.name: bindparam(column.name) for column in EVENT.c}))


def _event(subject_id, action="do_something", now=NOW):
    return ADD, {
        "id": new_id(),
        "office_id": None,
        "at": now,
        "actor": "system",
        "action": action,
        "subject_kind": "case",
        "subject_id": subject_id,
        "run_id": None,
        "details": {"ß": [1, None]},
    }


def test_rows_come_back_named_and_converted(session):
    about = new_id()
    berlin = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    run_together(session, _event(about, now=berlin))
    row = run(session, READ, subject_id=about).first
    assert row.at == berlin
    assert row.at.tzinfo is UTC
    assert (row.verb, row.details, row.run_id) == ("do_something", {"ß": [1, None]}, None)
    assert run(session, READ, subject_id=new_id()).first is None


def test_several_answer_in_their_order_and_each_sees_those_before_it(session):
    first, second = new_id(), new_id()
    answers = run_together(
        session,
        _event(first),
        (TOTAL, {}),
        _event(second),
        (RENAME, {"about": first, "verb": "renamed"}),
        (TOTAL, {}),
        (READ, {"subject_id": first}),
    )
    assert [answer.rows[0].all for answer in (answers[1], answers[4])] == [1, 2]
    assert answers[3].touched == 1
    assert answers[5].first.verb == "renamed"
    assert run(session, RENAME, about=new_id(), verb="nobody").touched == 0


def test_a_fault_is_the_usual_one_and_nothing_of_the_unit_of_work_stays(real_db):
    event_, about = _event(new_id()), new_id()
    with pytest.raises(IntegrityError), real_db.unit_of_work() as session:
        run_together(session, _event(about), event_, event_, _event(about))
    with real_db.reading() as session:
        assert run(session, TOTAL).first.all == 0
    with real_db.unit_of_work() as session:
        run_together(session, event_, (TOTAL, {}))
    with real_db.reading() as session:
        assert run(session, TOTAL).first.all == 1


def test_the_text_of_a_fault_names_no_values(real_db):
    event_ = _event(new_id(), action="secret_act")
    with pytest.raises(IntegrityError) as caught, real_db.unit_of_work() as session:
        run_together(session, event_, event_)
    if real_db.is_postgresql:
        assert "secret_act" not in str(caught.value)


def test_a_deadlock_is_tried_again_as_a_whole(real_db):
    left, right = new_id(), new_id()
    with real_db.unit_of_work() as session:
        run_together(session, _event(left), _event(right))
    meeting = threading.Barrier(2)
    done = []

    def cross(mine, other):
        met = []

        def work(session):
            run(session, RENAME, about=mine, verb=f"by {mine}")
            if (
                not met and real_db.is_postgresql
            ):  # SQLite lets one writer in, so nobody could come to the meeting
                met.append(True)
                meeting.wait(20)
            run_together(session, (RENAME, {"about": other, "verb": f"by {mine}"}), (TOTAL, {}))
            return mine

        done.append(real_db.run(work))

    threads = [threading.Thread(target=cross, args=pair) for pair in ((left, right), (right, left))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == sorted([left, right])


def test_whoever_listens_to_the_engine_hears_these_statements(db):
    heard = []

    def note(connection, cursor, statement, *_):
        heard.append(statement.split()[0])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        with db.unit_of_work() as session:
            run_together(session, _event(new_id()), (TOTAL, {}))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert [verb for verb in heard if verb in {"INSERT", "SELECT"}] == ["INSERT", "SELECT"]


def test_a_missing_value_is_an_error_and_not_null(session):
    with pytest.raises(Exception, match=r"about|required"):
        run(session, RENAME, verb="x")


def test_what_was_changed_in_python_is_seen(session):
    about = new_id()
    session.add(
        AuditEvent(
            id=new_id(), at=NOW, actor="system", action="by hand", subject_kind="case", subject_id=about
        )
    )
    assert run(session, READ, subject_id=about).first.verb == "by hand"


def test_only_words_of_the_code_become_constants():
    for word in ("it's", "a b", "", "ü", "x; DROP"):
        with pytest.raises(ValueError, match="words of the code"):
            constant(word)


def test_a_statement_whose_parameters_change_in_number_is_refused():
    listed = Prepared(select(EVENT.c.id).where(EVENT.c.action.in_(["one", "two"])))
    with pytest.raises(ValueError, match="number of parameters"):
        assert listed.plan


def test_one_statement_needs_no_transaction(real_db):
    with real_db.unit_of_work() as session:
        run_together(session, _event(new_id()))
    with real_db.looking_up() as connection:
        assert run(connection, TOTAL).first.all == 1
        if real_db.is_postgresql:
            assert connection.connection.driver_connection.info.transaction_status == 0


def test_inserting_by_prepared_and_by_hand_write_the_same(session):
    ready, values = _event(new_id())
    run(session, ready, **values)
    plain = {**values, "id": new_id()}
    session.execute(insert(EVENT), plain)
    first, second = session.execute(select(EVENT).order_by(EVENT.c.id)).mappings()
    assert {**first, "id": None} == {**second, "id": None}


class TestLater:
    def test_it_is_seen_by_whatever_comes_next(self, session):
        about = new_id()
        run_later(session, _event(about))
        assert run(session, READ, subject_id=about).first.verb == "do_something"
        run_later(session, (RENAME, {"about": about, "verb": "renamed"}))
        assert session.scalars(select(EVENT.c.action).where(EVENT.c.subject_id == about)).one() == "renamed"

    def test_it_is_committed_with_the_rest_and_only_then(self, real_db):
        with pytest.raises(RuntimeError), real_db.unit_of_work() as session:
            run_later(session, _event(new_id()))
            raise RuntimeError
        with real_db.unit_of_work() as session:
            run_later(session, _event(new_id()))
        with real_db.reading() as session:
            assert run(session, TOTAL).first.all == 1

    def test_a_fault_of_the_last_statement_undoes_the_unit_of_work(self, real_db):
        event_ = _event(new_id())
        with pytest.raises(IntegrityError), real_db.unit_of_work() as session:
            run_together(session, event_)
            run_later(session, _event(new_id()))
            run_later(session, event_)
        with real_db.reading() as session:
            assert run(session, TOTAL).first.all == 0

    @pytest.mark.parametrize("follows", ["another", "ordinary", "commit"])
    def test_a_check_speaks_before_anything_is_committed(self, real_db, follows):
        class Refused(Exception):
            pass

        def refuse(answer):
            raise Refused(answer.touched)

        def work(session):
            run_later(session, _event(new_id()), refuse)
            if follows == "another":
                run(session, TOTAL)
            elif follows == "ordinary":
                session.execute(select(func.count()).select_from(EVENT))

        with pytest.raises(Refused):
            real_db.run(work)
        with real_db.reading() as session:
            assert run(session, TOTAL).first.all == 0

    def test_the_audit_row_of_an_act_needs_no_turn_of_its_own(self, real_db):
        with real_db.unit_of_work() as session:
            record(session, now=NOW, actor=SYSTEM, action="x", subject=("case", None))
            if real_db.is_postgresql:
                assert session.connection().connection.driver_connection.info.transaction_status == 0
        with real_db.reading() as session:
            assert run(session, TOTAL).first.all == 1


class TestWire:
    """PostgreSQL only: what the connection does when something is not as usual."""

    @pytest.fixture
    def wire(self, real_db):
        if not real_db.is_postgresql:
            yield None
            return
        with real_db.engine.connect() as connection:
            yield connection

    def test_what_the_driver_made_the_server_forget_is_told_again(self, wire):
        if wire is None:
            return
        for spoil in ("ROLLBACK TO SAVEPOINT here", "DROP TABLE passing", "DEALLOCATE ALL"):
            for _ in range(8):  # so often that the driver has prepared something, too
                wire.execute(text("SELECT CAST(:a AS int)"), {"a": 1})
            before = run(wire, TOTAL).first.all
            wire.execute(text("CREATE TEMPORARY TABLE IF NOT EXISTS passing (a int)"))
            wire.execute(text("SAVEPOINT here"))
            wire.execute(text(spoil))
            assert run(wire, TOTAL).first.all == before
        wire.rollback()
        assert run(wire, TOTAL).first.all == before

    def test_a_statement_that_vanished_unseen_fails_once(self, wire):
        if wire is None:
            return
        run(wire, TOTAL)
        wire.connection.driver_connection.pgconn.exec_(b"DEALLOCATE ALL")
        with pytest.raises(DBAPIError):
            run(wire, TOTAL)
        wire.rollback()
        assert run(wire, TOTAL).first.all == 0

    def test_nothing_piles_up_on_the_server_when_transactions_fail(self, wire):
        if wire is None:
            return
        for _ in range(20):
            run_together(wire, (TOTAL, {}), (READ, {"subject_id": new_id()}))
            wire.rollback()
        run(wire, TOTAL)
        assert wire.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one() < 5

    def test_more_than_the_buffers_hold_goes_out_and_comes_back(self, wire):
        if wire is None:
            return
        large = "x" * 200_000
        events = []
        for _ in range(60):
            add, values = _event(new_id())
            events.append((add, {**values, "details": {"text": large}}))
        reads = [(READ, {"subject_id": values["subject_id"]}) for _, values in events]
        answers = run_together(wire, *[one for pair in zip(events, reads, strict=True) for one in pair])
        assert all(answer.first.details == {"text": large} for answer in answers[1::2])

    def test_a_server_that_goes_away_ends_the_connection_and_not_the_process(self, real_db, wire):
        if wire is None:
            return
        pid = wire.execute(text("SELECT pg_backend_pid()")).scalar_one()
        slow = Prepared(select(func.pg_sleep(bindparam("seconds", type_=Float)).label("slept")))

        def end():
            with real_db.engine.connect() as other:
                time.sleep(0.3)
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

        ending = threading.Thread(target=end)
        ending.start()
        with pytest.raises(OperationalError) as caught:
            run_together(wire, (TOTAL, {}), (slow, {"seconds": 20.0}), (TOTAL, {}))
        ending.join()
        assert caught.value.connection_invalidated
        with real_db.reading() as session:
            assert run(session, TOTAL).first.all == 0

    def test_a_number_may_grow_after_it_was_first_sent(self, wire):
        if wire is None:
            return
        echo = Prepared(select((bindparam("n", type_=BigInteger) + 0).label("n")))
        assert [run(wire, echo, n=n).first.n for n in (1, 70_000, 2**40)] == [1, 70_000, 2**40]
