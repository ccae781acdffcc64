"""Applications, papers, contact requests, codes, tasks, decisions: what is written and what is refused."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from servicedesk.accounts.codes import issue_code
from servicedesk.accounts.models import AccessCode
from servicedesk.cases.errors import (
    ApplicationSuperseded,
    CaseClosed,
    CaseNotFound,
    ContactSettled,
    EvidenceMissing,
    NotWithoutApplication,
    PapersOpen,
    PersonNotFound,
    ReasonMissing,
    ReceivedInFuture,
    UnknownConcern,
    UnknownDocument,
)
from servicedesk.cases.models import Application, Case, CaseRequirement, ContactRequest, Task
from servicedesk.cases.queries import (
    build_scope,
    get_contact_row,
    get_resident_case,
    list_applications,
    list_contact_requests,
    list_match_candidates,
    list_tasks,
    list_today_work,
)
from servicedesk.cases.rules import Channel, CloseReason, Decision, PaperState, StateWord, Timeliness
from servicedesk.cases.service import (
    STATEMENT,
    ContactContent,
    Evidence,
    announce_document,
    change_paper,
    close_case,
    complete_task,
    correct_application,
    decide_case,
    mark_ready,
    match_contact_request,
    open_content,
    open_evidence,
    receive_contact_request,
    record_application,
    reissue_code,
    reject_contact_request,
)
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.errors import NotAllowed, NotFound
from servicedesk.notices.models import Outbox
from servicedesk.register.models import Person
from tests.conftest import NOW
from tests.support.acting import resident

END = date(2026, 11, 30)
LATER = NOW + timedelta(days=30)


@pytest.fixture
def case(night):
    title = night.add(END, family_name="Çelik", file_number="33.1")
    night.run()
    return night.case_of(title)


def do(night, work, actor="boris", now=NOW, **more):
    actor = night.actor(actor) if isinstance(actor, str) else actor
    with night.db.unit_of_work() as session:
        return work(session, actor=actor, now=now, **more)


def apply(night, case, channel=Channel.counter, received_at=NOW, actor="boris", now=None, evidence=True):
    return do(
        night,
        record_application,
        actor,
        now=now or max(NOW, received_at),
        vault=night.vault,
        case_id=case.id,
        channel=channel,
        received_at=received_at,
        statement=STATEMENT,
        evidence=Evidence.note("Vermerk") if evidence else None,
    )


def amina(night, case):
    return resident(night.office.id, case.id)


def view(night, case, now=NOW):
    with night.db.reading() as session:
        return get_resident_case(session, case.id, now=now)


def history(night, case):
    return night.read(
        select(AuditEvent.action).where(AuditEvent.subject_id == case.id).order_by(AuditEvent.id)
    )


def test_the_web_records_the_instant_of_arrival_and_a_second_click_finds_it(night, case):
    arrived = NOW - timedelta(seconds=7)
    first = apply(night, case, Channel.web, arrived, amina(night, case), evidence=False)
    again = apply(night, case, Channel.web, NOW, amina(night, case), evidence=False)
    assert first.is_new
    assert (again.is_new, again.ref, again.received_at) == (False, first.ref, arrived)
    row = night.one(select(Application))
    assert (row.received_at, row.recorded_at, row.statement) == (arrived, NOW, STATEMENT)
    assert history(night, case) == ["invite", "record_application"]


@pytest.mark.parametrize(
    ("received_at", "timeliness", "tasks"),
    [
        (datetime(2026, 11, 30, 22, 59, tzinfo=UTC), Timeliness.in_time, []),
        (datetime(2026, 11, 30, 23, 1, tzinfo=UTC), Timeliness.late, ["late_application"]),
    ],
)
def test_one_minute_before_and_after_the_end(night, case, received_at, timeliness, tasks):
    assert apply(night, case, received_at=received_at).timeliness is timeliness
    assert night.read(select(Task.kind)) == tasks
    late = timeliness is Timeliness.late
    assert view(night, case, LATER).state is (StateWord.applied_late if late else StateWord.applied)


def test_staff_record_with_evidence_that_is_sealed(night, case):
    with pytest.raises(EvidenceMissing):
        apply(night, case, evidence=False)
    recorded = apply(night, case)
    row = night.one(select(Application))
    assert b"Vermerk" not in row.evidence
    with night.db.reading() as session:
        found = open_evidence(session, night.vault, application_id=recorded.id, actor=night.actor("boris"))
        assert (found.content, found.media_type) == (b"Vermerk", "text/plain")
        with pytest.raises(CaseNotFound):
            open_evidence(session, night.vault, application_id=recorded.id, actor=night.actor("clara"))


def test_who_may_record(night, case):
    apply(night, case, actor="dmitri")
    with pytest.raises(CaseNotFound):
        apply(night, case, actor="clara")
    with pytest.raises(CaseNotFound):
        apply(night, case, actor="frida")
    assert len(night.read(select(Application))) == 1


def test_what_was_not_received_yet_is_refused(night, case):
    with pytest.raises(ReceivedInFuture):
        apply(night, case, received_at=NOW + timedelta(minutes=1), now=NOW)


def test_a_correction_supersedes_and_nothing_is_edited(night, case):
    wrong = apply(night, case, received_at=NOW)
    correct = {
        "application_id": wrong.id,
        "channel": Channel.post,
        "received_at": NOW - timedelta(days=3),
        "reason": "Stempel vom 20.11.",
    }
    with pytest.raises(ReasonMissing):
        do(night, correct_application, vault=night.vault, **{**correct, "reason": " "})
    right = do(night, correct_application, vault=night.vault, **correct)
    with pytest.raises(ApplicationSuperseded):
        do(night, correct_application, vault=night.vault, **correct)
    with night.db.reading() as session:
        lines = list_applications(session, session.get(Case, case.id))
    assert [(line.id, line.is_in_force) for line in lines] == [(right.id, True), (wrong.id, False)]
    assert view(night, case).applied_at == NOW - timedelta(days=3)
    assert night.one(select(Application).where(Application.id == wrong.id)).received_at == NOW
    audit = night.one(select(AuditEvent).where(AuditEvent.action == "correct_application"))
    assert audit.details["corrects"] == wrong.ref


def test_a_closed_case_takes_nothing_more(night, case):
    do(night, close_case, case_id=case.id, reason=CloseReason.opened_in_error)
    for work in (
        lambda: apply(night, case),
        lambda: do(night, change_paper, case_id=case.id, document_id="passport", state=PaperState.received),
        lambda: do(night, close_case, case_id=case.id, reason=CloseReason.moved_away),
        lambda: do(night, reissue_code, vault=night.vault, case_id=case.id, identity_check="Pass"),
        lambda: do(night, mark_ready, case_id=case.id),
    ):
        with pytest.raises(CaseClosed):
            work()
    assert night.one(select(Outbox)).state == "cancelled"


def test_papers_pass_from_the_person_to_the_office(night, case):
    def announce(**more):
        return do(
            night, announce_document, amina(night, case), case_id=case.id, document_id="enrolment", **more
        )

    def change(state, actor="boris", **more):
        return do(night, change_paper, actor, case_id=case.id, document_id="enrolment", state=state, **more)

    assert announce() is PaperState.announced
    assert announce() is PaperState.announced
    assert announce(is_at_hand=False) is PaperState.missing
    assert change(PaperState.received, "dmitri") is PaperState.received
    assert announce() is PaperState.received
    with pytest.raises(NotAllowed):
        change(PaperState.accepted, "dmitri")
    with pytest.raises(ReasonMissing):
        change(PaperState.rejected)
    assert change(PaperState.rejected, reason="unleserlich") is PaperState.rejected
    paper = next(line for line in view(night, case).papers if line.document_id == "enrolment")
    assert (paper.state, paper.reason) == (PaperState.rejected, "unleserlich")
    assert announce() is PaperState.announced
    assert history(night, case).count("change_paper") == 5
    with pytest.raises(UnknownDocument):
        do(night, announce_document, amina(night, case), case_id=case.id, document_id="pension_record")
    with pytest.raises(CaseNotFound):
        do(
            night,
            announce_document,
            resident(night.office.id, None),
            case_id=case.id,
            document_id="enrolment",
        )
    assert len(night.read(select(CaseRequirement))) == 1


def test_what_the_resident_sees_is_little(night, case):
    seen = view(night, case)
    assert (seen.family_name, seen.concern_name, seen.state) == (
        "Çelik",
        "Aufenthaltserlaubnis zum Studium",
        StateWord.invited,
    )
    assert seen.has_continuation_effect
    assert not hasattr(seen, "history")
    assert not hasattr(seen, "nationalities")
    assert {line.group for line in seen.papers} == {"", "one_of_blocked_account"}


def test_a_case_is_decided_after_an_application_and_closed_after_a_decision(night, case):
    with pytest.raises(NotWithoutApplication):
        do(night, decide_case, case_id=case.id, decision=Decision.granted)
    apply(night, case)
    with pytest.raises(ReasonMissing):
        do(night, close_case, case_id=case.id, reason=CloseReason.decided)
    with pytest.raises(PapersOpen):
        do(night, mark_ready, case_id=case.id)
    for line in view(night, case).papers:
        waived = {"state": PaperState.waived, "reason": "liegt schon vor"}
        do(night, change_paper, case_id=case.id, document_id=line.document_id, **waived)
    do(night, mark_ready, case_id=case.id)
    assert view(night, case).state is StateWord.ready
    do(night, decide_case, case_id=case.id, decision=Decision.granted)
    with pytest.raises(CaseClosed):
        do(night, decide_case, case_id=case.id, decision=Decision.refused)
    do(night, close_case, case_id=case.id, reason=CloseReason.decided)
    assert view(night, case).state is StateWord.granted
    assert [act for act in history(night, case)[1:] if act != "change_paper"] == [
        "record_application",
        "mark_ready",
        "decide_case",
        "cancel_notices",
        "close_case",
    ]


def test_a_new_code_kills_the_old_one_at_once(night, case):
    with night.db.unit_of_work() as session:
        issue_code(
            session,
            night.vault,
            office_id=night.office.id,
            subject=("case", case.id),
            now=NOW,
            expires_at=LATER,
        )
    with pytest.raises(ReasonMissing):
        do(night, reissue_code, vault=night.vault, case_id=case.id, identity_check=" ")
    outbox_id = do(
        night, reissue_code, "dmitri", vault=night.vault, case_id=case.id, identity_check="Pass gesehen"
    )
    assert night.one(select(AccessCode.revoked_at)) == NOW
    again = do(night, reissue_code, vault=night.vault, case_id=case.id, identity_check="Pass gesehen")
    letters = night.read(select(Outbox).where(Outbox.kind == "new_code_letter").order_by(Outbox.id))
    assert [(letter.id, letter.state) for letter in letters] == [(outbox_id, "cancelled"), (again, "pending")]
    with pytest.raises(CaseNotFound):
        do(night, reissue_code, "clara", vault=night.vault, case_id=case.id, identity_check="Pass gesehen")


def contact(night, name="Çelik", ends_on=END, concern="permit_study", received_at=NOW, now=NOW):
    with night.db.unit_of_work() as session:
        return receive_contact_request(
            session,
            night.vault,
            office=night.office,
            received_at=received_at,
            locale="ar",
            concern_id=concern,
            ends_on=ends_on,
            content=ContactContent(name, "Amina", "17.05.1990", email="a@example.org"),
            now=now,
        )


def request_id(night, ref):
    return night.one(select(ContactRequest.id).where(ContactRequest.ref == ref))


def test_known_and_unknown_people_get_the_same_answer_and_nothing_is_readable(night):
    night.add(END)
    known, unknown = contact(night), contact(night, "Unbekannt")
    assert known[:2] == unknown[:2] == "K-"
    rows = night.read(select(ContactRequest))
    assert {row.state for row in rows} == {"open"}
    assert all(b"Amina" not in row.content_sealed for row in rows)
    assert night.read(select(Case)) == []
    with pytest.raises(UnknownConcern):
        contact(night, concern="world_peace")


def test_matching_records_the_application_with_the_instant_of_arrival(night):
    title = night.add(END)
    person = night.person_of(title)
    arrived = datetime(2026, 11, 30, 22, 50, tzinfo=UTC)
    ref = contact(night, received_at=arrived, now=arrived)
    match = {"vault": night.vault, "request_id": request_id(night, ref), "person_id": person}
    for login in ("clara", "frida"):
        with pytest.raises((NotFound, NotAllowed)):
            do(night, match_contact_request, login, now=LATER, **match)
    recorded = do(night, match_contact_request, "dmitri", now=LATER, **match)
    assert (recorded.received_at, recorded.timeliness) == (arrived, Timeliness.in_time)
    case = night.case_of(title)
    assert (case.origin, case.id, case.invited_at) == ("contact", recorded.case_id, None)
    with pytest.raises(ContactSettled):
        do(night, match_contact_request, now=LATER, **match)
    assert night.one(select(Application)).recorded_at == LATER
    assert night.one(select(ContactRequest.case_id)) == case.id
    assert night.one(select(Task)).kind == "contact_matched"
    assert night.run()[1] == {"case_exists": 1}


def test_matching_uses_the_case_that_is_open(night, case):
    ref = contact(night)
    recorded = do(
        night,
        match_contact_request,
        vault=night.vault,
        request_id=request_id(night, ref),
        person_id=case.person_id,
    )
    assert recorded.case_id == case.id
    assert len(night.read(select(Case))) == 1


def test_a_stranger_of_another_office_cannot_be_matched(night):
    stranger = night.one(select(Person).where(Person.office_id == night.noise.office.id))
    ref = contact(night)
    with pytest.raises(PersonNotFound):
        do(
            night,
            match_contact_request,
            "dmitri",
            vault=night.vault,
            request_id=request_id(night, ref),
            person_id=stranger.id,
        )
    assert night.one(select(ContactRequest.state)) == "open"


def test_messages_are_listed_in_reach_with_who_may_have_written(night):
    night.add(END, file_number="33.1")
    night.add(date(2027, 6, 1), file_number="33.2", given_names="Berna")
    ref = contact(night)
    contact(night, "Özdemir")
    with night.db.reading() as session:
        scope = build_scope(session, night.actor("boris"))
        assert [row.ref for row in list_contact_requests(session, scope)] == [ref]
        assert len(list_contact_requests(session, build_scope(session, night.actor("dmitri")))) == 2
        row = get_contact_row(session, scope, request_id(night, ref))
        assert open_content(night.vault, row).birth_date == "17.05.1990"
        found = list_match_candidates(session, scope, row)
    assert [(one.file_number, one.is_same_end) for one in found] == [("33.1", True), ("33.2", False)]


def test_a_message_is_laid_aside_with_a_reason(night):
    ref = contact(night)
    with pytest.raises(ReasonMissing):
        do(night, reject_contact_request, request_id=request_id(night, ref), reason="")
    do(
        night,
        reject_contact_request,
        request_id=request_id(night, ref),
        reason="wohnt in einer anderen Stadt",
    )
    with pytest.raises(ContactSettled):
        do(night, reject_contact_request, request_id=request_id(night, ref), reason="noch einmal")
    assert night.one(select(ContactRequest)).decision_note == "wohnt in einer anderen Stadt"


def test_tasks_are_asked_once_and_done_once_by_those_they_concern(night):
    night.add(date(2026, 10, 1), family_name="Malik")
    night.run()
    task = night.one(select(Task))
    with night.db.reading() as session:
        assert list_tasks(session, build_scope(session, night.actor("boris"))) == ()
        (listed,) = list_tasks(session, build_scope(session, night.actor("clara")))
    assert (listed.id, listed.family_name, listed.is_mine) == (task.id, "Malik", True)
    with pytest.raises(NotFound):
        do(night, complete_task, task_id=task.id)
    assert do(night, complete_task, "clara", task_id=task.id) is True
    assert do(night, complete_task, "clara", task_id=task.id) is False
    assert len(night.read(select(AuditEvent).where(AuditEvent.action == "complete_task"))) == 1


def test_today_gathers_what_waits(night, case):
    contact(night)
    apply(night, case)
    do(night, change_paper, case_id=case.id, document_id="passport", state=PaperState.received)
    with night.db.reading() as session:
        work = list_today_work(session, build_scope(session, night.actor("boris")), now=NOW)
    assert len(work.contacts) == 1
    assert [row.case_id for row in work.to_check] == [case.id]
    assert work.at_risk == ()
