"""Files of a case: kept once, given to papers, taken away, forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from servicedesk.cases.errors import CaseClosed, CaseNotFound, UnknownDocument
from servicedesk.cases.models import Case, CaseRequirement
from servicedesk.cases.queries.scope import build_scope
from servicedesk.cases.queries.uploads import get_page_picture, list_uploads
from servicedesk.cases.rules import CloseReason, PaperState
from servicedesk.cases.service import change_paper, close_case
from servicedesk.cases.service.upload_rows import MOST_FILES, Incoming
from servicedesk.cases.service.uploads import (
    receive_file,
    remove_upload,
    reuse_file,
    settle_file,
)
from servicedesk.cases.upload_errors import PaperSettled, TooManyFiles, UploadNotFound
from servicedesk.cases.upload_models import FilePage, StoredFile, Upload
from servicedesk.db.audit import AuditEvent
from servicedesk.files.values import FileState, Reason, unreadable, waiting
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import SYSTEM, Actor, ActorKind, Role
from servicedesk.offices.models import StaffMember
from tests.conftest import NOW
from tests.support.desk import Desk
from tests.support.papers import drawn

MB = 1024 * 1024


@pytest.fixture
def desk(db, app, cast, vault, clock):
    return Desk(db, app, cast, vault, clock)


@pytest.fixture
def case(desk):
    return desk.row(Case, ref=desk.case())


@pytest.fixture
def amina(case):
    return Actor(kind=ActorKind.resident, office_id=case.office_id, case_id=case.id)


@pytest.fixture
def give(db, vault, case, amina):
    """Give one file the way the resident's page does."""

    def give(content=b"one", document="passport", name="pass.jpg", outcome=None, actor=None, **options):
        with db.unit_of_work() as session:
            return receive_file(
                session,
                vault,
                case_id=case.id,
                document_id=document,
                incoming=Incoming(name, content, outcome or drawn()),
                max_case_bytes=options.pop("max_case_bytes", 100 * MB),
                channel="web",
                actor=actor or amina,
                now=options.pop("now", NOW),
                **options,
            )

    return give


def given(db, case):
    with db.reading() as session:
        return list_uploads(session, case.office_id, case.id)


def paper(db, case, document="passport"):
    with db.reading() as session:
        return session.get(CaseRequirement, (case.id, document))


def count(db, model):
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_a_readable_file_makes_its_paper_received(db, case, give):
    session_id = new_id()
    give(outcome=drawn(pages=3), session_id=session_id)
    (one,) = given(db, case)
    assert (one.document_id, one.name, one.pages, one.state) == ("passport", "pass.jpg", 3, "readable")
    assert (one.channel, one.received_at, one.session_id) == ("web", NOW, session_id)
    assert paper(db, case).state == "received"


def test_original_and_pictures_are_sealed(db, case, give, vault):
    give(content=b"this is the original", outcome=drawn(pages=2))
    with db.reading() as session:
        file = session.query(StoredFile).one()
        assert b"original" not in file.original_sealed
        assert vault.open(file.original_sealed, "stored_file", file.id, "original") == b"this is the original"
        page = session.query(FilePage).filter_by(number=2).one()
        assert not page.picture_sealed.startswith(b"\xff\xd8")
        assert file.digest == vault.digest("stored_file", b"this is the original")


def test_staff_in_scope_see_the_pictures_and_nobody_else(db, case, give, vault, desk):
    upload_id = give(outcome=drawn(pages=2)).upload_id
    boris, clara = (_staff(desk, login) for login in ("boris", "clara"))
    with db.reading() as session:
        page = get_page_picture(session, vault, build_scope(session, boris), upload_id, 2)
        assert page.content.startswith(b"\xff\xd8")
        assert (page.case_id, page.person_id) == (case.id, case.person_id)
        for scope, number in ((build_scope(session, clara), 1), (build_scope(session, boris), 3)):
            with pytest.raises(CaseNotFound):
                get_page_picture(session, vault, scope, upload_id, number)


def test_the_same_file_is_kept_once(db, case, give):
    first = give(b"same", "passport")
    again = give(b"same", "passport", name="noch einmal.jpg")
    other = give(b"same", "enrolment")
    assert (first.is_known, again.is_known, other.is_known) == (False, True, True)
    assert again.upload_id == first.upload_id != other.upload_id
    assert (count(db, StoredFile), count(db, Upload)) == (1, 2)
    assert paper(db, case, "enrolment").state == "received"


def test_a_file_is_reused_for_another_paper(db, case, give, amina):
    source = give(b"both", "passport").upload_id
    with db.unit_of_work() as session:
        reuse_file(session, case_id=case.id, upload_id=source, document_id="enrolment", actor=amina, now=NOW)
    assert {one.document_id for one in given(db, case)} == {"passport", "enrolment"}
    assert count(db, StoredFile) == 1
    assert paper(db, case, "enrolment").state == "received"


def test_a_file_of_another_case_is_not_found(db, case, give, desk, amina):
    foreign = desk.row(Case, ref=desk.case("Demir", "Cem"))
    upload_id = give().upload_id
    other = Actor(kind=ActorKind.resident, office_id=foreign.office_id, case_id=foreign.id)
    with db.unit_of_work() as session, pytest.raises(UploadNotFound):
        reuse_file(
            session, case_id=foreign.id, upload_id=upload_id, document_id="enrolment", actor=other, now=NOW
        )
    with db.unit_of_work() as session, pytest.raises(UploadNotFound):
        remove_upload(session, case_id=foreign.id, upload_id=upload_id, actor=other, now=NOW)
    with db.unit_of_work() as session, pytest.raises(CaseNotFound):
        remove_upload(session, case_id=case.id, upload_id=upload_id, actor=other, now=NOW)


def test_an_unreadable_file_is_noted_and_not_kept(db, case, give):
    result = give(b"locked", outcome=unreadable(Reason.password, "application/pdf"))
    assert (result.state, result.reason) == (FileState.unreadable, Reason.password)
    with db.reading() as session:
        assert session.query(StoredFile).one().original_sealed is None
    assert paper(db, case) is None, "an unreadable file is no paper"


def test_the_next_file_takes_away_what_could_not_be_read(db, case, give):
    give(b"locked", outcome=unreadable(Reason.password))
    give(b"torn", "enrolment", outcome=unreadable(Reason.truncated))
    give(b"good", now=NOW + timedelta(minutes=1))
    assert [(one.document_id, one.state) for one in given(db, case)] == [
        ("enrolment", "unreadable"),
        ("passport", "readable"),
    ]


def test_what_comes_together_is_judged_one_by_one(db, case, give):
    """Files of one sending share an instant: the good one does not hide why the other was refused."""
    give(b"locked", outcome=unreadable(Reason.password))
    give(b"good")
    assert sorted(one.state for one in given(db, case)) == ["readable", "unreadable"]


def test_a_file_that_could_not_be_read_may_be_tried_again(db, case, give):
    give(b"same", outcome=unreadable(Reason.too_slow))
    assert give(b"same", now=NOW + timedelta(minutes=1)).state is FileState.readable
    assert count(db, StoredFile) == 1


def test_what_is_too_much_together_is_refused_and_the_rest_stays(db, case, give):
    give(b"a" * 600, max_case_bytes=1000)
    result = give(b"b" * 600, "enrolment", max_case_bytes=1000)
    assert (result.state, result.reason) == (FileState.unreadable, Reason.case_full)
    assert [one.state for one in given(db, case) if one.document_id == "passport"] == ["readable"]
    assert give(b"c" * 300, "enrolment", max_case_bytes=1000).state is FileState.readable


def test_a_case_has_a_largest_number_of_files(db, case, give, monkeypatch):
    monkeypatch.setattr("servicedesk.cases.service.upload_rows.MOST_FILES", 2)
    give(b"1")
    give(b"2")
    with pytest.raises(TooManyFiles):
        give(b"3")
    assert MOST_FILES >= 100


def test_a_paper_off_the_list_takes_no_file(give):
    with pytest.raises(UnknownDocument):
        give(document="no_such_paper")


def test_a_checked_paper_keeps_its_files(db, case, give, amina):
    upload_id = give().upload_id
    with db.unit_of_work() as session:
        change_paper(
            session,
            case_id=case.id,
            document_id="passport",
            state=PaperState.accepted,
            actor=SYSTEM,
            now=NOW,
        )
    with db.unit_of_work() as session, pytest.raises(PaperSettled):
        remove_upload(session, case_id=case.id, upload_id=upload_id, actor=amina, now=NOW)
    with pytest.raises(PaperSettled):
        give(b"another")


def test_a_rejected_paper_comes_back_with_a_new_file(db, case, give, amina):
    upload_id = give().upload_id
    with db.unit_of_work() as session:
        change_paper(
            session,
            case_id=case.id,
            document_id="passport",
            state=PaperState.rejected,
            reason="unscharf",
            actor=SYSTEM,
            now=NOW,
        )
    with db.unit_of_work() as session, pytest.raises(PaperSettled):
        remove_upload(session, case_id=case.id, upload_id=upload_id, actor=amina, now=NOW)
    give(b"sharper")
    assert paper(db, case).state == "received"


def test_taking_the_last_file_away_makes_the_paper_missing(db, case, give, amina):
    first, second = give(b"one").upload_id, give(b"two").upload_id
    for upload_id, left in ((first, "received"), (second, "missing")):
        with db.unit_of_work() as session:
            remove_upload(session, case_id=case.id, upload_id=upload_id, actor=amina, now=NOW)
        assert paper(db, case).state == left
    assert (count(db, StoredFile), count(db, FilePage), count(db, Upload)) == (0, 0, 0)


def test_a_file_given_twice_stays_for_the_other_paper(db, case, give, amina):
    upload_id = give(b"same", "passport").upload_id
    give(b"same", "enrolment")
    with db.unit_of_work() as session:
        remove_upload(session, case_id=case.id, upload_id=upload_id, actor=amina, now=NOW)
    assert count(db, StoredFile) == 1
    assert [one.document_id for one in given(db, case)] == ["enrolment"]


def test_a_closed_case_takes_nothing(db, case, give):
    with db.unit_of_work() as session:
        close_case(session, case_id=case.id, reason=CloseReason.moved_away, actor=SYSTEM, now=NOW)
    with pytest.raises(CaseClosed):
        give()


def test_a_waiting_file_is_settled_once_and_counts_from_its_arrival(db, case, give, vault):
    result = give(b"late", outcome=waiting(Reason.not_scanned, "image/jpeg"))
    assert result.state is FileState.waiting
    assert paper(db, case) is None
    (one,) = given(db, case)
    later = NOW + timedelta(hours=2)
    for expected in (True, False):
        with db.unit_of_work() as session:
            assert settle_file(session, vault, file_id=one.file_id, outcome=drawn(2), now=later) is expected
    (one,) = given(db, case)
    assert (one.state, one.pages) == ("readable", 2)
    assert paper(db, case).received_at == NOW


def test_an_infected_file_that_waited_is_dropped(db, case, give, vault):
    give(b"bad", outcome=waiting(Reason.not_scanned, "image/jpeg"))
    with db.unit_of_work() as session:
        file = session.query(StoredFile).one()
        settle_file(session, vault, file_id=file.id, outcome=unreadable(Reason.infected), now=NOW)
    with db.reading() as session:
        file = session.query(StoredFile).one()
        assert (file.state, file.reason, file.original_sealed) == ("unreadable", "infected", None)


def test_everything_leaves_a_trail_without_names_of_files(db, case, give, amina):
    upload_id = give(name="Scheidungsurteil.pdf").upload_id
    with db.unit_of_work() as session:
        remove_upload(session, case_id=case.id, upload_id=upload_id, actor=amina, now=NOW)
    with db.reading() as session:
        rows = session.query(AuditEvent).filter_by(subject_id=case.id).all()
    assert {"receive_file", "remove_file"} <= {row.action for row in rows}
    assert all("Scheidung" not in str(row.details) for row in rows)


def _staff(desk, login):
    member = desk.cast.members[login]
    with desk.db.reading() as session:
        team = session.get_one(StaffMember, member).team_id
    return Actor(
        kind=ActorKind.staff,
        office_id=desk.cast.office.id,
        member_id=member,
        team_ids=frozenset({team}),
        roles=frozenset({Role.case_worker}),
    )
