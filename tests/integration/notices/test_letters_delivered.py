"""Letters: rendered once, with one living code, whatever happens in between."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.exc import OperationalError

from servicedesk.accounts.codes import check_code, issue_code
from servicedesk.accounts.models import AccessCode
from servicedesk.accounts.rules import BirthDate
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.crypto import sha256_hex
from servicedesk.kernel.ids import new_id
from servicedesk.notices.contexts import AddressedAs
from servicedesk.notices.delivery import Outcome, deliver, deliver_due, sweep
from servicedesk.notices.letters import LettersUnavailable
from servicedesk.notices.letters.samples import build_sample
from servicedesk.notices.models import Letter, Outbox
from servicedesk.notices.queries import LetterScope, count_outbox, list_failed_notices, list_notices_about
from servicedesk.notices.rules import CLAIM_AGE_LIMIT
from servicedesk.notices.service import cancel_pending
from tests.conftest import NOW
from tests.support.outbox import (
    DAY,
    Printer,
    invitation,
    letter,
    make_office,
    make_person,
    make_tools,
    markers,
    queue,
)

SWEEP_NOW = timedelta(0)


class House:
    def __init__(self, database, vault, clock, tmp_path, **more):
        self.database, self.vault, self.clock = database, vault, clock
        self.printer = Printer()
        self.tools = make_tools(database, vault, clock, tmp_path, render=self.printer, **more)
        with database.unit_of_work() as session:
            self.office_id = make_office(session)

    def queue(self, notice=None, **more):
        with self.database.unit_of_work() as session:
            return queue(
                session,
                self.vault,
                self.office_id,
                notice or letter(self.office_id, **more),
                self.clock.now(),
            )

    def row(self, outbox_id):
        with self.database.reading() as session:
            return session.get(Outbox, outbox_id)

    def all(self, model):
        with self.database.reading() as session:
            return session.scalars(select(model).order_by(model.id)).all()

    def actions(self):
        return [event.action for event in self.all(AuditEvent)]


@pytest.fixture
def house(db, vault, clock, tmp_path):
    return House(db, vault, clock, tmp_path)


def test_a_letter_is_rendered_with_a_code_that_opens_its_case(house):
    case = ("case", new_id())
    outbox_id = house.queue(subject=case)
    assert deliver(house.tools, outbox_id) is Outcome.done
    [kept], [code] = house.all(Letter), house.all(AccessCode)
    pdf = house.vault.open(kept.pdf_sealed, "letter", kept.id, "pdf_sealed")
    assert (kept.outbox_id, kept.pages, kept.sha256, kept.code_id) == (outbox_id, 2, sha256_hex(pdf), code.id)
    printed_code = markers(pdf)[0].partition("/")[0]
    with house.database.unit_of_work() as session:
        answer = check_code(
            session,
            house.vault,
            now=NOW,
            office_id=house.office_id,
            typed_code=printed_code,
            birth_date=BirthDate(1990, 5, 17),
            source="192.0.2.1",
            find_birth_date=lambda *_: BirthDate(1990, 5, 17),
        )
    assert answer.subject == case
    row = house.row(outbox_id)
    assert (row.state, row.attempts, row.claim_token, row.finished_at) == ("done", 1, None, NOW)
    assert house.actions() == ["render_letter"]
    [event] = house.all(AuditEvent)
    assert (event.subject_id, event.office_id, event.actor) == (outbox_id, house.office_id, "system")
    assert printed_code not in str(event.details)


def test_delivering_twice_makes_one_letter(house):
    outbox_id = house.queue()
    assert [deliver(house.tools, outbox_id) for _ in range(3)] == [
        Outcome.done,
        Outcome.not_mine,
        Outcome.not_mine,
    ]
    assert len(house.all(Letter)) == len(house.all(AccessCode)) == 1
    assert deliver(house.tools, new_id()) is Outcome.not_mine


def test_a_letter_without_a_code_draws_none(house):
    context = build_sample("application_receipt", "de", DAY)
    assert deliver(house.tools, house.queue(context=context)) is Outcome.done
    assert house.all(AccessCode) == []
    assert house.all(Letter)[0].code_id is None


def test_a_new_letter_about_a_case_kills_its_older_code(house):
    case = ("case", new_id())
    for key in ("first", "second"):
        deliver(house.tools, house.queue(subject=case, key=key))
    codes = house.all(AccessCode)
    assert [code.revoked_at is None for code in codes] == [False, True]


def test_codes_end_after_a_year_at_the_end_of_the_local_day(house):
    deliver(house.tools, house.queue())
    assert house.all(AccessCode)[0].expires_at == datetime(2027, 11, 23, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("born", "ends"),
    [
        ((2009, 3, 2), datetime(2027, 3, 1, 23, 0, tzinfo=UTC)),
        ((2009, 0, 0), datetime(2026, 12, 31, 23, 0, tzinfo=UTC)),
        ((2015, 3, 2), datetime(2027, 11, 23, 23, 0, tzinfo=UTC)),
        ((2008, 1, 1), NOW),
    ],
)
def test_a_code_sent_to_parents_dies_on_the_eighteenth_birthday(house, born, ends):
    with house.database.unit_of_work() as session:
        person_id = make_person(session, house.office_id, born)
    context = invitation(addressed_as=AddressedAs.PARENTS)
    deliver(house.tools, house.queue(context=context, person_id=person_id))
    assert house.all(AccessCode)[0].expires_at == ends


def test_a_fault_waits_longer_each_time_and_then_needs_a_person(house):
    house.printer.faults = [MemoryError("Muster")] * 9
    outbox_id = house.queue()
    waits = []
    for _ in range(6):
        outcome = deliver(house.tools, outbox_id)
        row = house.row(outbox_id)
        if outcome is Outcome.retry:
            waits.append(row.next_attempt_at - house.clock.now())
            assert deliver(house.tools, outbox_id) is Outcome.not_mine, "not before its time"
            house.clock.advance(waits[-1])
    assert outcome is Outcome.failed
    assert waits == sorted(waits)
    assert len(waits) == 5
    assert (row.state, row.attempts, row.last_error) == ("failed", 6, "MemoryError")
    assert house.all(Letter) == house.all(AccessCode) == []
    assert house.actions() == ["fail_notice"]
    with house.database.reading() as session:
        assert count_outbox(session, now=house.clock.now()).failed == 1
        listed = list_failed_notices(
            session, office_id=house.office_id, scope=LetterScope(is_whole_office=True)
        )
    assert [line.id for line in listed] == [outbox_id]


def test_one_poisoned_row_does_not_stop_the_others(house):
    good = [house.queue() for _ in range(3)]
    unreadable, foreign = house.queue(), house.queue()
    with house.database.unit_of_work() as session:
        sealed = house.vault.seal(b'{"kind": "from the future"}', "outbox", unreadable, "context_sealed")
        session.execute(update(Outbox).where(Outbox.id == unreadable).values(context_sealed=sealed))
        session.execute(update(Outbox).where(Outbox.id == foreign).values(context_sealed=b"\x01" + bytes(40)))
    result = deliver_due(house.tools)
    assert (result["done"], result["failed"], result["retry"]) == (3, 1, 1)
    assert {house.row(outbox_id).state for outbox_id in good} == {"done"}
    assert house.row(unreadable).state == "failed"
    assert "does not open" in house.row(foreign).last_error


def test_a_letter_taken_back_while_it_is_rendered_is_never_stored(house):
    case = ("case", new_id())
    outbox_id = house.queue(subject=case)

    def take_back():
        with house.database.unit_of_work() as session:
            assert cancel_pending(session, now=NOW, subject_id=case[1], reason="renewed") == 1

    house.printer.before = take_back
    assert deliver(house.tools, outbox_id) is Outcome.lost
    assert house.all(Letter) == house.all(AccessCode) == []
    assert house.row(outbox_id).state == "cancelled"


def test_who_resumes_after_being_taken_for_dead_changes_nothing(house):
    outbox_id = house.queue()
    inner = []

    def sleep_too_long():
        house.printer.before = lambda: None
        house.clock.advance(CLAIM_AGE_LIMIT + timedelta(seconds=1))
        inner.append(sweep(house.tools, waiting_for=SWEEP_NOW))

    house.printer.before = sleep_too_long
    assert deliver(house.tools, outbox_id) is Outcome.lost
    assert (inner[0]["reclaimed"], inner[0]["done"]) == (1, 1)
    assert len(house.all(Letter)) == 1
    [code] = house.all(AccessCode)
    assert house.all(Letter)[0].code_id == code.id
    assert house.actions() == ["reclaim_notice", "render_letter"]


def test_a_claim_is_left_alone_until_its_age_limit(house):
    outbox_id = house.queue()

    def look():
        house.clock.advance(CLAIM_AGE_LIMIT - timedelta(seconds=1))
        assert sweep(house.tools, waiting_for=SWEEP_NOW)["reclaimed"] == 0

    house.printer.before = look
    assert deliver(house.tools, outbox_id) is Outcome.done


def test_a_letter_that_kills_every_worker_ends_as_failed(house):
    class Killed(BaseException):
        pass

    outbox_id = house.queue()
    house.printer.faults = [Killed()] * 10
    for _ in range(10):
        if house.row(outbox_id).state == "failed":
            break
        with pytest.raises(Killed):
            deliver(house.tools, outbox_id)
        with house.database.reading() as session:
            assert count_outbox(session, now=house.clock.now() + timedelta(minutes=6)).stuck == 1
        house.clock.advance(CLAIM_AGE_LIMIT + timedelta(minutes=1))
        house.printer.faults, waiting = [], house.printer.faults
        tools_without_letters = make_closed(house.tools)
        sweep(tools_without_letters, waiting_for=SWEEP_NOW)
        house.printer.faults = waiting
    assert (house.row(outbox_id).state, house.row(outbox_id).attempts) == ("failed", 6)
    assert house.actions().count("fail_notice") == 1


def make_closed(tools):
    def missing():
        raise LettersUnavailable("no pango")

    return replace(tools, check_letters=missing)


def test_without_pango_letters_wait_with_a_clear_alarm(house):
    outbox_id = house.queue()
    closed = make_closed(house.tools)
    assert deliver(closed, outbox_id) is Outcome.not_mine
    result = deliver_due(closed)
    assert result["pending_letters"] == 1
    assert "libpango" in result["alarms"][0]
    assert (house.row(outbox_id).state, house.row(outbox_id).attempts) == ("pending", 0)
    assert deliver_due(house.tools)["done"] == 1


def test_what_has_become_pointless_is_dropped_not_sent_late(house):
    late = house.queue(not_after=NOW + timedelta(hours=1))
    later = house.queue(not_after=NOW + timedelta(hours=2))
    fresh = house.queue(not_after=NOW + timedelta(hours=3))
    house.clock.advance(timedelta(hours=2))
    assert deliver(house.tools, late) is Outcome.stale
    assert sweep(house.tools, waiting_for=SWEEP_NOW)["stale"] == 1
    assert [house.row(outbox_id).state for outbox_id in (late, later, fresh)] == ["stale", "stale", "done"]
    assert sorted(house.actions()) == ["drop_stale_notice", "drop_stale_notice", "render_letter"]


def test_the_sweep_leaves_fresh_rows_to_the_queue(house):
    old = house.queue()
    house.clock.advance(timedelta(minutes=3))
    new = house.queue()
    sweep(house.tools, waiting_for=timedelta(minutes=2))
    assert [house.row(outbox_id).state for outbox_id in (old, new)] == ["done", "pending"]


def test_a_long_run_can_be_left_and_tells_how_far_it_is(house):
    for _ in range(5):
        house.queue()
    seen = []
    result = deliver_due(
        house.tools, should_stop=lambda: len(seen) == 2, progress=lambda done, all_: seen.append((done, all_))
    )
    assert seen == [(1, 5), (2, 5)]
    assert (result["done"], result["pending_letters"]) == (2, 3)
    house.printer.before = lambda: house.clock.advance(timedelta(seconds=10))
    assert deliver_due(house.tools, until=house.clock.now() + timedelta(seconds=15))["done"] == 2


def test_two_codes_at_the_same_instant_cannot_both_live(house):
    case = ("case", new_id())
    outbox_id = house.queue(subject=case)

    def reissue_at_the_desk():
        with house.database.unit_of_work() as session:
            issue_code(
                session,
                house.vault,
                office_id=house.office_id,
                subject=case,
                now=NOW,
                expires_at=NOW + timedelta(days=1),
            )

    house.printer.before = reissue_at_the_desk
    assert deliver(house.tools, outbox_id) is Outcome.done
    living = [code for code in house.all(AccessCode) if code.revoked_at is None]
    assert len(living) == 1


def test_the_history_of_a_case_lists_its_messages(house):
    case = ("case", new_id())
    outbox_id = house.queue(subject=case)
    deliver(house.tools, outbox_id)
    with house.database.reading() as session:
        [line] = list_notices_about(session, office_id=house.office_id, subject_id=case[1])
        assert list_notices_about(session, office_id=new_id(), subject_id=case[1]) == []
    assert (line.kind, line.state, line.letter_id, line.printed_at) == (
        "invitation_letter",
        "done",
        house.all(Letter)[0].id,
        None,
    )


def test_a_connection_cut_while_rendering_loses_and_doubles_nothing(real_db, vault, clock, tmp_path):
    house = House(real_db, vault, clock, tmp_path)
    outbox_id = house.queue()
    if not real_db.is_postgresql:
        house.printer.faults = [OperationalError("select", {}, Exception("disk I/O error"))]
        with pytest.raises(OperationalError):
            deliver(house.tools, outbox_id)
    else:
        cut = Cut(real_db)
        cut_tools = make_tools(real_db, vault, clock, tmp_path, render=house.printer, crash=cut)
        with pytest.raises(OperationalError):
            deliver(cut_tools, outbox_id)
        assert cut.happened
    assert house.row(outbox_id).state == "working"
    assert house.all(Letter) == house.all(AccessCode) == []
    clock.advance(CLAIM_AGE_LIMIT + timedelta(seconds=1))
    assert sweep(house.tools, waiting_for=SWEEP_NOW)["done"] == 1
    assert len(house.all(Letter)) == len(house.all(AccessCode)) == 1


class Cut:
    """End every other connection of the database just before the commit."""

    def __init__(self, database):
        self.database, self.happened = database, False

    def __call__(self, point):
        if point != "letter.before_commit":
            return
        other = create_engine(self.database.engine.url)
        with other.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        other.dispose()
        self.happened = True
