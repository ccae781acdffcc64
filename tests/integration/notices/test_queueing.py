"""Messages are queued in the caller's transaction, once, sealed, and can be taken back."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.crypto import CannotOpen
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.notices import cohorts
from servicedesk.notices.codec import UnreadableContext
from servicedesk.notices.contexts import cleaned
from servicedesk.notices.errors import UnsendableNotice
from servicedesk.notices.mails import build_mail
from servicedesk.notices.models import NoticePart, Outbox
from servicedesk.notices.queue import ROWS_PER_JOB, apply_queue_schema
from servicedesk.notices.service import cancel_pending, enqueue_many, open_context, retry_failed
from tests.conftest import NOW
from tests.support.outbox import appointment_confirmation, email, invitation, letter, make_office, queue


@pytest.fixture
def office_id(session):
    return make_office(session)


def _states(session):
    return sorted(session.scalars(select(Outbox.state)))


def test_a_message_lies_sealed_in_the_outbox(session, vault, office_id):
    notice = letter(
        office_id, context=invitation("Ğüneş-Зразкова"), team_id=new_id(), not_after=NOW + timedelta(days=9)
    )
    outbox_id = queue(session, vault, office_id, notice, NOW)
    row = session.get(Outbox, outbox_id)
    assert (row.kind, row.channel, row.state, row.attempts) == ("invitation_letter", "letter", "pending", 0)
    assert (row.subject_kind, row.subject_id) == notice.subject
    assert (row.team_id, row.not_after, row.next_attempt_at) == (notice.team_id, notice.not_after, NOW)
    assert "Ğüneş".encode() not in row.context_sealed
    assert (
        open_context(session, vault, row.id, row.context_sealed).frame.recipient.family_name
        == "Ğüneş-Зразкова"
    )
    with pytest.raises(CannotOpen):
        open_context(session, vault, new_id(), row.context_sealed)


def test_the_same_key_is_the_same_message(session, vault, office_id):
    first = queue(session, vault, office_id, letter(office_id, key="once"), NOW)
    second = queue(session, vault, office_id, letter(office_id, key="once"), NOW)
    assert first == second
    assert session.scalar(select(func.count()).select_from(Outbox)) == 1


def test_a_rolled_back_use_case_leaves_no_message(real_db, vault):
    apply_queue_schema(real_db)
    with real_db.unit_of_work() as session:
        office_id = make_office(session)
    with pytest.raises(ZeroDivisionError), real_db.unit_of_work() as session:
        queue(session, vault, office_id, letter(office_id), NOW)
        raise ZeroDivisionError
    with real_db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Outbox)) == 0
        if real_db.is_postgresql:
            assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0


def test_a_cohort_is_queued_like_single_messages(session, vault, office_id):
    notices = [
        letter(office_id, context=invitation(f"Nr. {number}"), key=f"k{number}") for number in range(50)
    ]
    notices[7] = replace(notices[7], id=new_id(), scope_member_id=new_id())
    ids = enqueue_many(session, vault, now=NOW, office_id=office_id, notices=iter(notices))
    assert len(ids) == 50
    assert ids[7] == notices[7].id
    rows = {row.id: row for row in session.scalars(select(Outbox))}
    for number, outbox_id in enumerate(ids):
        row = rows[outbox_id]
        context = open_context(session, vault, row.id, row.context_sealed)
        assert (row.dedupe_key, context.frame.recipient.family_name) == (f"k{number}", f"Nr. {number}")
        assert (row.state, row.created_at, row.next_attempt_at, row.last_error) == ("pending", NOW, NOW, "")
    assert rows[ids[7]].scope_member_id == notices[7].scope_member_id


def test_a_cohorts_shared_parts_are_kept_sealed_once_and_a_missing_one_is_noticed(session, vault, office_id):
    base = invitation()
    notices = [
        letter(
            office_id,
            context=replace(base, frame=replace(base.frame, file_number=f"F{number}")),
            key=f"k{number}",
        )
        for number in range(40)
    ]
    ids = enqueue_many(session, vault, now=NOW, office_id=office_id, notices=notices[:20])
    ids += enqueue_many(session, vault, now=NOW, office_id=office_id, notices=notices[20:])
    kept = session.scalars(select(NoticePart)).all()
    assert 1 <= len(kept) <= 5
    assert not any(b"Musterstadt" in part.content_sealed for part in kept)
    last = session.get(Outbox, ids[-1])
    assert open_context(session, vault, last.id, last.context_sealed) == cleaned(notices[-1].context)
    session.execute(NoticePart.__table__.delete())
    with pytest.raises(UnreadableContext):
        open_context(session, vault, last.id, last.context_sealed)


def test_a_message_queued_by_somebody_at_this_very_moment_is_not_doubled(real_db, vault, monkeypatch):
    with real_db.unit_of_work() as session:
        office_id = make_office(session)
        queue(session, vault, office_id, letter(office_id, key="k3"), NOW)
    # As if the other's commit came between the question for known keys and the writing.
    monkeypatch.setattr(cohorts, "_without_known", lambda session, batch: list(batch))
    notices = [letter(office_id, key=f"k{number}") for number in range(10)]
    if not real_db.is_postgresql:
        with pytest.raises(IntegrityError), real_db.unit_of_work() as session:
            enqueue_many(session, vault, now=NOW, office_id=office_id, notices=notices)
        return
    with real_db.unit_of_work() as session:
        ids = enqueue_many(session, vault, now=NOW, office_id=office_id, notices=notices)
        assert len(ids) == 9
    with real_db.reading() as session:
        assert sorted(session.scalars(select(Outbox.dedupe_key))) == [f"k{number}" for number in range(10)]


def test_a_cohort_skips_what_is_queued_already(session, vault, office_id):
    queue(session, vault, office_id, letter(office_id, key="k1"), NOW)
    notices = [letter(office_id, key=f"k{number}") for number in (0, 1, 2, 2)]
    ids = enqueue_many(session, vault, now=NOW, office_id=office_id, notices=notices)
    assert len(ids) == 2
    assert enqueue_many(session, vault, now=NOW, office_id=office_id, notices=notices) == []
    assert enqueue_many(session, vault, now=NOW, office_id=office_id, notices=[]) == []
    assert sorted(session.scalars(select(Outbox.dedupe_key))) == ["k0", "k1", "k2"]


def test_names_that_would_break_a_header_are_harmless_before_they_are_queued(session, vault, office_id):
    evil = "Muster\r\nBcc: all@example.org\x00\u202e"
    outbox_id = queue(session, vault, office_id, email(new_id(), appointment_confirmation(name=evil)), NOW)
    row = session.get(Outbox, outbox_id)
    context = open_context(session, vault, row.id, row.context_sealed)
    mail = build_mail(
        context, to="a@example.org", mail_from="b@example.org", message_id="1@example.org", now=NOW
    )
    assert mail["Bcc"] is None
    assert not set(context.frame.salutation_name) & set("\r\x00\u202e")


def test_what_could_never_be_sent_is_refused_before_it_is_queued(session, vault, office_id):
    context = appointment_confirmation()
    naive = replace(context, appointment=replace(context.appointment, starts_at=NOW.replace(tzinfo=None)))
    broken = replace(
        context, frame=replace(context.frame, office=replace(context.frame.office, email="a@b@c\r\nX: y"))
    )
    for wrong in (naive, broken):
        with pytest.raises(UnsendableNotice):
            queue(session, vault, office_id, email(new_id(), wrong), NOW)
    assert _states(session) == []


@pytest.mark.parametrize(
    "wrong", [{"kind": "new_code_letter"}, {"channel": "email"}, {"dedupe_key": "ö"}, {"dedupe_key": ""}]
)
def test_a_caller_that_contradicts_itself_is_told(session, vault, office_id, wrong):
    with pytest.raises(ValueError):
        queue(session, vault, office_id, replace(letter(office_id), **wrong), NOW)


def test_pending_messages_of_a_case_are_taken_back(session, vault, office_id):
    case = ("case", new_id())
    mine = [
        queue(session, vault, office_id, letter(office_id, subject=case, key="a"), NOW),
        queue(session, vault, office_id, email(new_id(), subject=case, key="b"), NOW),
    ]
    other = queue(session, vault, office_id, letter(office_id, key="c"), NOW)
    assert (
        cancel_pending(
            session, now=NOW, subject_id=case[1], kinds=["appointment_confirmation"], reason="moved"
        )
        == 1
    )
    assert cancel_pending(session, now=NOW, subject_id=case[1], reason="renewed") == 1
    assert cancel_pending(session, now=NOW, subject_id=case[1], reason="renewed") == 0
    session.expire_all()
    assert [session.get(Outbox, outbox_id).state for outbox_id in (*mine, other)] == [
        "cancelled",
        "cancelled",
        "pending",
    ]
    assert [session.get(Outbox, outbox_id).last_error for outbox_id in mine] == ["renewed", "moved"]
    audited = session.scalars(select(AuditEvent).where(AuditEvent.action == "cancel_notices")).all()
    assert sorted(row.details["reason"] for row in audited) == ["moved", "renewed"]


def test_failed_messages_can_be_tried_again_by_a_person(session, vault, office_id):
    outbox_id = queue(session, vault, office_id, letter(office_id), NOW)
    session.execute(Outbox.__table__.update().values(state="failed", attempts=6, finished_at=NOW))
    assert retry_failed(session, now=NOW, actor=OPERATOR, office_id=new_id(), outbox_ids=[outbox_id]) == 0
    assert retry_failed(session, now=NOW, actor=OPERATOR, office_id=office_id, outbox_ids=[outbox_id]) == 1
    session.expire_all()
    row = session.get(Outbox, outbox_id)
    assert (row.state, row.attempts, row.finished_at) == ("pending", 0, None)


def test_on_postgresql_the_queue_learns_of_it_in_the_same_transaction(real_db, vault):
    apply_queue_schema(real_db)
    apply_queue_schema(real_db)
    with real_db.unit_of_work() as session:
        office_id = make_office(session)
        one = queue(session, vault, office_id, letter(office_id), NOW)
        many = enqueue_many(
            session,
            vault,
            now=NOW,
            office_id=office_id,
            notices=[letter(office_id) for _ in range(ROWS_PER_JOB * 2 + 1)],
        )
        queue(session, vault, office_id, letter(office_id, key=f"letter:{new_id().hex}"), NOW)
    if not real_db.is_postgresql:
        return
    with real_db.reading() as session:
        jobs = session.execute(
            text("SELECT queue_name, task_name, args FROM procrastinate_jobs ORDER BY id")
        ).all()
    assert {(job.queue_name, job.task_name) for job in jobs} == {("notices", "deliver")}
    assert jobs[0].args == {"outbox_ids": [one.hex]}
    assert [row for job in jobs[1:-1] for row in job.args["outbox_ids"]] == [row.hex for row in many]
    assert len(jobs) == 1 + 3 + 1


def test_a_database_without_the_queue_still_takes_messages(real_db, vault):
    with real_db.unit_of_work() as session:
        office_id = make_office(session)
        queue(session, vault, office_id, letter(office_id), NOW)
        assert (
            len(enqueue_many(session, vault, now=NOW, office_id=office_id, notices=[letter(office_id)])) == 1
        )
    with real_db.reading() as session:
        assert _states(session) == ["pending", "pending"]


def test_what_is_stored_is_json_of_a_known_version(session, vault, office_id):
    outbox_id = queue(session, vault, office_id, letter(office_id), NOW)
    row = session.get(Outbox, outbox_id)
    payload = json.loads(vault.open(row.context_sealed, "outbox", row.id, "context_sealed"))
    assert (payload["kind"], payload["version"]) == ("invitation_letter", 1)
