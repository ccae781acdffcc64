"""Noting how people were tried to be reached: kept with its author, shown on the risk list, within scope only."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from servicedesk.cases.errors import CaseClosed, CaseNotFound, PersonNotFound
from servicedesk.cases.models import Case
from servicedesk.cases.queries import build_scope
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.errors import NotAllowed
from servicedesk.outreach.errors import AttemptInFuture, AttemptNoteMissing
from servicedesk.outreach.models import ReachAttempt
from servicedesk.outreach.queries import list_risk
from servicedesk.outreach.queries.attempts import list_noted_attempts
from servicedesk.outreach.rules import ReachKind
from servicedesk.outreach.service import log_attempt, log_attempt_before_case, send_now
from servicedesk.register.models import Person
from tests.conftest import NOW

SOON = date(2026, 12, 10)


def risk(night, login="boris", now=NOW):
    with night.db.reading() as session:
        return list_risk(session, build_scope(session, night.actor(login)), vault=night.vault, now=now).people


def note(night, case, login="boris", now=NOW, kind=ReachKind.not_reached, text="", tried_at=None):
    with night.db.unit_of_work() as session:
        return log_attempt(
            session,
            night.vault,
            case_id=case.id,
            kind=kind,
            tried_at=tried_at or now,
            note=text,
            actor=night.actor(login),
            now=now,
        )


def note_before(night, title, login="boris", now=NOW, kind=ReachKind.wrote, text=""):
    with night.db.unit_of_work() as session:
        return log_attempt_before_case(
            session,
            night.vault,
            title_id=title,
            kind=kind,
            tried_at=now,
            note=text,
            actor=night.actor(login),
            now=now,
        )


def test_the_risk_list_shows_what_was_tried_by_whom_in_order(night):
    title = night.add(SOON)
    night.run()
    case = night.case_of(title)
    later = NOW + timedelta(hours=5)
    note(night, case, now=later, text="Mailbox besprochen", tried_at=NOW + timedelta(hours=1))
    note(night, case, "eva", now=later, kind=ReachKind.will_apply, tried_at=NOW + timedelta(hours=4))
    (row,) = risk(night, now=later)
    assert [(one.label, one.at, one.by, one.note) for one in row.tried] == [
        ("Einladung in Auftrag gegeben", NOW, "system", ""),
        ("angerufen, nicht erreicht", NOW + timedelta(hours=1), "Boris", "Mailbox besprochen"),
        ("angerufen, stellt den Antrag", NOW + timedelta(hours=4), "Eva", ""),
    ]


def test_who_sent_an_invitation_at_once_is_named(night):
    title = night.add(SOON)
    with night.db.unit_of_work() as session:
        send_now(session, night.vault, title_id=title, actor=night.actor("boris"), now=NOW)
    (row,) = risk(night)
    assert [(one.label, one.by) for one in row.tried] == [("Einladung in Auftrag gegeben", "Boris")]


def test_what_was_noted_before_the_case_goes_on_counting(night):
    title = night.add(SOON, family_name="Ali")
    night.set(Person, night.person_of(title), street="")
    night.run()
    note_before(night, title, text="an die Unterkunft geschrieben")
    (row,) = risk(night)
    assert row.case_id is None
    assert [one.label for one in row.tried] == ["keine vollständige Anschrift", "geschrieben"]
    night.set(Person, night.person_of(title), street="Lindenweg")
    tomorrow = NOW + timedelta(days=1)
    night.run(tomorrow)
    (row,) = risk(night, now=tomorrow)
    assert row.case_id is not None
    assert [(one.label, one.note) for one in row.tried] == [
        ("geschrieben", "an die Unterkunft geschrieben"),
        ("Einladung in Auftrag gegeben", ""),
    ]
    with night.db.reading() as session:
        noted = list_noted_attempts(session, night.vault, row.case_id, title)
    assert [one.label for one in noted] == ["geschrieben"]


def test_attempts_of_one_person_are_nobody_elses(night):
    first, second = night.add(SOON), night.add(SOON, family_name="Demir")
    night.run()
    note(night, night.case_of(first))
    assert {row.title_id: len(row.tried) for row in risk(night)} == {first: 2, second: 1}


def test_the_note_is_sealed_and_the_audit_names_the_act_only(night):
    title = night.add(SOON)
    night.run()
    case = night.case_of(title)
    attempt_id = note(night, case, text="Mutter: liegt im Krankenhaus")
    row = night.one(select(ReachAttempt))
    assert (row.id, row.case_id, row.person_id) == (attempt_id, case.id, case.person_id)
    assert b"Krankenhaus" not in row.note_sealed
    event = night.one(select(AuditEvent).where(AuditEvent.action == "log_attempt"))
    assert (event.subject_id, event.actor) == (case.id, night.actor("boris").ref)
    assert event.details == {"kind": "not_reached", "tried_at": NOW.isoformat()}


def test_outside_the_scope_there_is_nothing_to_note(night):
    title, open_title = night.add(SOON), night.add(date(2027, 3, 10), family_name="Demir")
    night.run()
    case = night.case_of(title)
    with pytest.raises(CaseNotFound):
        note(night, case, "clara")
    with pytest.raises(NotAllowed):
        note(night, case, "dmitri")
    with pytest.raises(PersonNotFound):
        note_before(night, open_title, "clara")
    with pytest.raises(NotAllowed):
        note_before(night, open_title, "dmitri")
    assert night.read(select(ReachAttempt)) == []


def test_what_cannot_have_happened_is_refused(night):
    title = night.add(SOON)
    night.run()
    case = night.case_of(title)
    with pytest.raises(AttemptInFuture):
        note(night, case, tried_at=NOW + timedelta(minutes=1))
    with pytest.raises(AttemptNoteMissing):
        note(night, case, kind=ReachKind.other)
    night.set(Case, case.id, closed_at=NOW)
    with pytest.raises(CaseClosed):
        note(night, case)
    assert night.read(select(ReachAttempt)) == []
