"""Files that wait are taken up again, are told about, and go when they have served their time."""

from datetime import timedelta

import pytest

from servicedesk.cases.models import Case, CaseRequirement, Task
from servicedesk.cases.rules import CloseReason
from servicedesk.cases.service import close_case
from servicedesk.cases.service.upload_rows import Incoming
from servicedesk.cases.service.uploads import receive_file
from servicedesk.cases.upload_jobs import WAIT_LIMIT, forget_files, has_waiting_files, look_into_files
from servicedesk.cases.upload_models import FilePage, PaperIntake, StoredFile, Upload
from servicedesk.files.clamav import Scanner
from servicedesk.files.desk import FileDesk
from servicedesk.files.values import Reason, waiting
from servicedesk.jobs import JOBS
from servicedesk.kernel.clock import FixedClock
from servicedesk.kernel.permissions import SYSTEM
from tests.conftest import NOW
from tests.support.desk import Desk
from tests.support.papers import drawn, photograph
from tests.support.scanner import answering

GONE = Scanner("tcp://127.0.0.1:9", seconds=1)


@pytest.fixture
def desk(db, app, cast, vault, clock):
    return Desk(db, app, cast, vault, clock)


@pytest.fixture
def case(desk):
    return desk.row(Case, ref=desk.case())


def receive(db, vault, case, content, outcome, document="passport"):
    with db.unit_of_work() as session:
        receive_file(
            session,
            vault,
            case_id=case.id,
            document_id=document,
            incoming=Incoming("pass.jpg", content, outcome),
            max_case_bytes=10**8,
            channel="web",
            actor=SYSTEM,
            now=NOW,
        )


def run(db, vault, scanner, after=timedelta(0)):
    return look_into_files(
        db, vault, FileDesk(scanner=scanner), FixedClock(NOW + after), should_stop=lambda: False
    )


def test_a_file_waits_for_the_scanner_and_never_passes_without(db, vault, case, desk):
    receive(db, vault, case, photograph(), waiting(Reason.not_scanned, "image/jpeg"))
    assert run(db, vault, GONE) == {"readable": 0, "unreadable": 0, "waiting": 1, "late": 0}
    file = desk.row(StoredFile)
    assert (file.state, file.attempts) == ("waiting", 1)
    assert file.next_try_at > NOW
    assert run(db, vault, GONE)["waiting"] == 0, "it was tried again before its time"
    with answering(b"stream: OK\0") as (address, _):
        assert run(db, vault, Scanner(address), timedelta(minutes=5))["readable"] == 1
    assert desk.row(CaseRequirement, document_id="passport").received_at == NOW
    with db.reading() as session:
        assert not has_waiting_files(session, now=NOW + timedelta(days=1))


def test_what_the_scanner_finds_later_is_dropped(db, vault, case, desk):
    receive(db, vault, case, photograph(), waiting(Reason.not_scanned, "image/jpeg"))
    with answering(b"stream: Test.Eicar FOUND\0") as (address, _):
        assert run(db, vault, Scanner(address))["unreadable"] == 1
    with db.reading() as session:
        file = session.query(StoredFile).one()
        assert (file.reason, file.original_sealed) == ("infected", None)


def test_people_are_told_once_a_day_when_files_wait_too_long(db, vault, case, desk):
    receive(db, vault, case, photograph(), waiting(Reason.not_scanned, "image/jpeg"))
    for minutes in (0, 20):
        result = run(db, vault, GONE, WAIT_LIMIT + timedelta(minutes=1 + minutes))
        assert result["late"] == 1
    assert len(desk.rows(Task, kind="files_waiting")) == 1


def test_a_damaged_file_ends_as_unreadable(db, vault, case, desk):
    receive(db, vault, case, photograph(), waiting(Reason.busy, "image/jpeg"))
    with db.unit_of_work() as session:
        session.query(StoredFile).one().original_sealed = b"\x01" + bytes(60)
    assert run(db, vault, None)["unreadable"] == 1
    assert desk.row(StoredFile).reason == "broken"


def test_files_go_when_their_case_was_closed_long_enough_ago(db, vault, case, desk):
    receive(db, vault, case, b"one", drawn(2))
    with db.unit_of_work() as session:
        close_case(session, case_id=case.id, reason=CloseReason.moved_away, actor=SYSTEM, now=NOW)
    for days, left in ((89, 1), (91, 0)):
        with db.unit_of_work() as session:
            assert forget_files(session, now=NOW + timedelta(days=days)) == 1 - left
        assert len(desk.rows(StoredFile)) == left
    for table in (FilePage, Upload, PaperIntake):
        assert desk.rows(table) == []


def test_the_job_is_on_the_timetable():
    assert JOBS["files"].has_work is not None
