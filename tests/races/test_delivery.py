"""Many workers and many windows at the same instant: one letter per message, one living code per case."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from servicedesk.accounts.codes import CodeAccepted, check_code, draw_code, issue_code
from servicedesk.accounts.models import AccessCode, Throttle
from servicedesk.accounts.rules import BirthDate
from servicedesk.kernel.clock import FixedClock
from servicedesk.kernel.ids import new_id
from servicedesk.notices.delivery import Outcome, deliver
from servicedesk.notices.models import Letter, Outbox
from servicedesk.notices.service import cancel_pending
from tests.conftest import NOW
from tests.support.outbox import letter, make_office, make_tools, queue

WORKERS = 8
BORN = BirthDate(1990, 5, 17)


@pytest.fixture
def office_id(real_db):
    with real_db.unit_of_work() as session:
        return make_office(session)


def at_once(work, calls):
    """Run every call in a thread of its own, all released together; return the results in order."""
    gate = threading.Barrier(len(calls))

    def run(call):
        gate.wait()
        return work(call)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_eight_workers_on_the_same_rows(real_db, vault, office_id, tmp_path):
    with real_db.unit_of_work() as session:
        ids = [queue(session, vault, office_id, letter(office_id), NOW) for _ in range(20)]
    tools = make_tools(real_db, vault, FixedClock(NOW), tmp_path)
    outcomes = at_once(lambda _: [deliver(tools, outbox_id) for outbox_id in ids], range(WORKERS))
    for place in range(len(ids)):
        assert Counter(outcome[place] for outcome in outcomes) == {
            Outcome.done: 1,
            Outcome.not_mine: WORKERS - 1,
        }
    with real_db.reading() as session:
        assert sorted(session.scalars(select(Letter.outbox_id))) == sorted(ids)
        assert len(session.scalars(select(AccessCode.id)).all()) == len(ids)


def test_a_case_closed_while_its_letters_are_made(real_db, vault, office_id, tmp_path):
    case = ("case", new_id())
    with real_db.unit_of_work() as session:
        ids = [
            queue(session, vault, office_id, letter(office_id, subject=case, key=f"k{n}"), NOW)
            for n in range(12)
        ]
    tools = make_tools(real_db, vault, FixedClock(NOW), tmp_path)

    def act(outbox_id):
        if outbox_id is not None:
            return deliver(tools, outbox_id)
        with real_db.unit_of_work() as session:
            return cancel_pending(session, now=NOW, subject_id=case[1], reason="renewed")

    outcomes = at_once(act, [*ids[:6], None, *ids[6:]])
    with real_db.reading() as session:
        states = Counter(session.scalars(select(Outbox.state)))
        letters = session.scalars(select(Letter.outbox_id)).all()
        withdrawn = session.scalars(select(Letter.id).where(Letter.withdrawn_at.is_not(None))).all()
        living = session.scalars(select(AccessCode.id).where(AccessCode.revoked_at.is_(None))).all()
        retried = session.scalars(select(Outbox.id).where(Outbox.state == "pending")).all()
    made = [*outcomes[:6], *outcomes[7:]]
    # A letter rendered before the case was closed is withdrawn; its message stays done.
    assert outcomes[6] == states["cancelled"] + len(withdrawn)
    assert states["done"] == len(letters) == made.count(Outcome.done)
    # Who met another new code at the same instant tries again, unless the case was closed after that.
    assert set(retried) <= {
        outbox_id for outbox_id, outcome in zip(ids, made, strict=True) if outcome is Outcome.retry
    }
    assert states.total() == 12
    assert len(living) <= 1


def test_eight_desks_issue_a_code_for_one_case(real_db, vault, office_id):
    case = ("case", new_id())

    def issue(_):
        try:
            with real_db.unit_of_work() as session:
                return issue_code(
                    session,
                    vault,
                    office_id=office_id,
                    subject=case,
                    now=NOW,
                    expires_at=NOW + timedelta(days=1),
                )
        except IntegrityError:
            return None

    issued = [code for code in at_once(issue, range(WORKERS)) if code]
    assert issued
    with real_db.reading() as session:
        living = session.scalars(select(AccessCode).where(AccessCode.revoked_at.is_(None))).all()
    assert len(living) == 1
    assert living[0].id in {code.id for code in issued}


def test_guesses_from_many_phones_are_all_counted(real_db, vault, office_id):
    case = ("case", new_id())
    with real_db.unit_of_work() as session:
        issued = issue_code(
            session, vault, office_id=office_id, subject=case, now=NOW, expires_at=NOW + timedelta(days=1)
        )

    def knock(call):
        code, born, source = call
        with real_db.unit_of_work() as session:
            return check_code(
                session,
                vault,
                now=NOW,
                office_id=office_id,
                typed_code=code,
                birth_date=born,
                source=source,
                find_birth_date=lambda *_: BORN,
            )

    wrong = BirthDate(1991, 5, 17)
    at_once(knock, [(issued.code, wrong, f"10.{n}.0.1") for n in range(5)])
    at_once(knock, [(draw_code().code, BORN, "192.0.2.1") for _ in range(10)])
    assert not isinstance(knock((issued.code, BORN, "10.99.0.1")), CodeAccepted)
    with real_db.reading() as session:
        code = session.get(AccessCode, issued.id)
        counts = {
            row.bucket: row.failures for row in session.execute(select(Throttle.bucket, Throttle.failures))
        }
    assert (code.wrong_birth_dates, code.locked_at) == (5, NOW)
    assert counts["code-total"] == 16
    assert 10 in [number for bucket, number in counts.items() if bucket.startswith("code-source:")]
