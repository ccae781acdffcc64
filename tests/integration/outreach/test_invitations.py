"""Nightly invitations on both engines: who is invited, who not and why, and that nobody is asked twice."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from servicedesk.cases.models import Case, Task
from servicedesk.cases.service import open_case_by_hand
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.ids import new_id
from servicedesk.notices.contexts import AddressedAs
from servicedesk.notices.models import Outbox
from servicedesk.outreach.jobs import run_invitations
from servicedesk.outreach.models import DueOutcome, Invitation, InvitationHold
from servicedesk.register.models import Person
from tests.conftest import NOW
from tests.support.acting import staff

TODAY = date(2026, 11, 23)


def sums(due, invited=0, excluded=0, failed=0):
    return {"due": due, "invited": invited, "excluded": excluded, "failed": failed}


def test_who_is_due_becomes_a_case_of_the_owner_of_the_surname(night):
    celik = night.add(family_name="Çelik")
    oezdemir = night.add(family_name="Özdemir", language="tr")
    night.add(date(2027, 2, 24), family_name="Zu Früh")
    assert night.run() == (sums(2, invited=2), {"due": 2})
    first, second = night.case_of(celik), night.case_of(oezdemir)
    assert first.owner_id == night.cast.members["boris"]
    assert second.owner_id == night.cast.members["clara"]
    assert (first.concern_id, first.ends_on, first.due_on) == (
        "permit_study",
        date(2027, 2, 15),
        date(2026, 11, 15),
    )
    assert first.invited_at == NOW
    assert first.origin == "due"
    letter, outbox = night.letter_of(oezdemir)
    assert outbox.locale == letter.frame.locale == "tr"
    assert outbox.subject_id == second.id
    assert outbox.subject_kind == "case"
    assert letter.ends_on == date(2027, 2, 15)
    assert letter.apply_by_on == TODAY + timedelta(days=28)
    assert letter.has_continuation_effect
    assert letter.frame.sender.name == "Muster, C."
    assert [p.name.de for p in letter.papers][:1] == [
        "gültiger Pass oder Passersatz (Seite mit den Daten und alle Seiten mit Stempeln)"
    ]


def test_each_invited_case_has_outcome_invitation_outbox_and_audit_row(night):
    title = night.add()
    night.run()
    case = night.case_of(title)
    outcome = night.one(select(DueOutcome).where(DueOutcome.title_id == title))
    invitation = night.one(select(Invitation).where(Invitation.case_id == case.id))
    audit = night.one(select(AuditEvent).where(AuditEvent.subject_id == case.id))
    run = night.one(select(AuditEvent).where(AuditEvent.action == "run_invitations"))
    assert (outcome.outcome, outcome.reason, outcome.case_id) == ("invited", "due", case.id)
    assert invitation.step == 1
    assert night.one(select(Outbox.id)) == invitation.outbox_id
    assert (audit.action, audit.actor, audit.run_id) == ("invite", "system", outcome.run_id)
    assert run.details == {"due": 1, "invited": 1, "excluded": 0, "failed": 0, "reason_due": 1}


def test_a_second_run_does_nothing(night):
    night.add()
    night.add(date(2026, 11, 1), family_name="Vorbei")
    night.add(family_name="Fort", moved_away_on=date(2026, 10, 1))
    assert night.run()[0] == sums(3, invited=1, excluded=2)
    before = night.read(select(func.count()).select_from(AuditEvent))
    assert night.run()[0] == sums(0)
    assert night.run(NOW + timedelta(hours=3))[0] == sums(0)
    assert night.read(select(func.count()).select_from(AuditEvent)) == before
    assert len(night.read(select(Outbox.id))) == 2


def test_nights_that_were_missed_are_caught_up_exactly_once(night):
    first = night.add(date(2027, 2, 23), family_name="Abend")
    missed = [night.add(date(2027, 2, 24) + timedelta(days=n), family_name=f"B{'abcd'[n]}") for n in range(4)]
    later = night.add(date(2027, 2, 28), family_name="Cetin")
    assert night.run()[0] == sums(1, invited=1)
    assert night.case_of(first).due_on == TODAY
    assert night.run(NOW + timedelta(days=4))[0] == sums(4, invited=4)
    assert {night.case_of(title).due_on for title in missed} == {
        TODAY + timedelta(days=n) for n in range(1, 5)
    }
    assert night.read(select(Case).where(Case.title_id == later)) == []
    assert night.run(NOW + timedelta(days=4))[0] == sums(0)


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ({"ends_on": date(2026, 11, 22)}, "expired"),
        ({"family_name": "Fort", "moved_away_on": date(2026, 11, 1)}, "moved_away"),
        ({"is_superseded": True}, "superseded"),
        ({"vanished_on": date(2026, 11, 20)}, "vanished"),
        ({"legal_basis": "81"}, "ends_with_decision"),
        ({"legal_basis": "§ 6 AufenthG"}, "visa"),
    ],
)
def test_who_is_not_invited_is_excluded_with_the_reason(night, title, reason):
    title_id = night.add(**title)
    assert night.run() == (sums(1, excluded=1), {reason: 1})
    assert night.one(select(DueOutcome).where(DueOutcome.title_id == title_id)).reason == reason
    assert night.read(select(Case)) == []


def test_the_last_day_still_invites_and_the_day_after_does_not(night):
    last = night.add(TODAY, family_name="Letzter")
    night.add(TODAY - timedelta(days=1), family_name="Zuspaet")
    _answer, reasons = night.run()
    assert reasons == {"due": 1, "expired": 1}
    assert night.case_of(last).ends_on == TODAY
    letter, _ = night.letter_of(last)
    assert letter.apply_by_on == TODAY


def test_who_was_seen_too_late_gets_an_own_letter_and_the_case_worker_a_task(night):
    title = night.add(date(2026, 10, 1), family_name="Malik", language="ar")
    night.run()
    letter, outbox = night.letter_of(title)
    assert outbox.kind == "expired_letter"
    assert (outbox.subject_kind, outbox.subject_id) == ("title", title)
    assert letter.ended_on == date(2026, 10, 1)
    task = night.one(select(Task))
    assert (task.kind, task.owner_id) == ("expired_title", night.cast.members["clara"])


def test_certificates_are_due_three_weeks_before(night):
    duldung = night.add(date(2026, 12, 14), family_name="Duldung", legal_basis="60a")
    night.add(date(2026, 12, 15), family_name="Morgen", legal_basis="60a")
    gestattung = night.add(date(2026, 12, 14), family_name="Gestattung", legal_basis="AsylG 55")
    assert night.run()[0] == sums(2, invited=2)
    assert night.case_of(duldung).concern_id == "tolerated_stay"
    assert night.case_of(gestattung).concern_id == "asylum_permission"
    letter, _ = night.letter_of(duldung)
    assert not letter.has_continuation_effect
    assert letter.apply_by_on == TODAY + timedelta(days=7)


def test_unlimited_titles_are_invited_for_a_new_card(night):
    card = night.add(date(2027, 1, 10), legal_basis="9", is_unlimited=True)
    night.add(None, family_name="Ewig", legal_basis="9", is_unlimited=True)
    assert night.run()[0] == sums(1, invited=1)
    assert night.case_of(card).concern_id == "card_reissue"


def test_unknown_bases_are_invited_under_the_general_concern(night):
    title = night.add(legal_basis="§ 99z")
    assert night.run()[0] == sums(1, invited=1)
    assert night.case_of(title).concern_id == "permit_other"
    letter, _ = night.letter_of(title)
    assert not letter.has_continuation_effect


def test_letters_for_children_go_to_the_parents(night):
    child = night.add(family_name="Kind", born=(2015, 3, 1), legal_basis="32")
    night.run()
    letter, _ = night.letter_of(child)
    assert letter.frame.recipient.addressed_as is AddressedAs.PARENTS


def test_a_language_the_office_does_not_offer_becomes_german(night):
    title = night.add(language="ti")
    night.run()
    assert night.letter_of(title)[0].frame.locale == "de"


def test_names_without_letters_go_to_the_inbox_and_the_team_signs(night):
    title = night.add(family_name="李")
    with night.db.unit_of_work() as session:
        session.execute(Person.__table__.update().where(Person.family_name == "李").values(surname_key=""))
    night.run()
    assert night.case_of(title).owner_id is None
    assert night.letter_of(title)[0].frame.sender.name == ""


def test_without_an_address_the_invitation_fails_alone_and_is_tried_again(night):
    broken = night.add(family_name="Ohne")
    fine = night.add(family_name="Mit")
    with night.db.unit_of_work() as session:
        session.execute(Person.__table__.update().where(Person.family_name == "Ohne").values(street=""))
    assert night.run() == (sums(2, invited=1, failed=1), {"due": 1, "no_address": 1})
    assert night.case_of(fine)
    assert night.run(NOW + timedelta(days=1))[0] == sums(0)
    with night.db.unit_of_work() as session:
        session.execute(
            Person.__table__.update().where(Person.family_name == "Ohne").values(street="Lindenweg")
        )
    assert night.run(NOW + timedelta(days=2))[0] == sums(1, invited=1)
    assert night.one(select(DueOutcome).where(DueOutcome.title_id == broken)).outcome == "invited"


def test_a_row_nobody_can_read_fails_alone(night):
    titles = [night.add(family_name=f"Name{letter}") for letter in "abcdefg"]
    with night.db.unit_of_work() as session:
        session.execute(Person.__table__.update().where(Person.family_name == "Named").values(birth_month=13))
    answer, reasons = night.run()
    assert answer == sums(7, invited=6, failed=1)
    assert reasons == {"due": 6, "unreadable": 1}
    assert night.one(select(DueOutcome).where(DueOutcome.title_id == titles[3])).outcome == "failed"


def test_held_titles_are_excluded_and_stay_listed(night):
    title = night.add()
    with night.db.unit_of_work() as session:
        session.add(
            InvitationHold(
                title_id=title,
                ends_on=date(2027, 2, 15),
                office_id=night.office.id,
                reason="wartet auf BAMF",
                held_at=NOW,
                held_by="staff",
                review_on=None,
            )
        )
    assert night.run() == (sums(1, excluded=1), {"held": 1})


def test_a_case_opened_by_hand_before_is_not_opened_twice(night):
    title = night.add()
    with night.db.unit_of_work() as session:
        person_id = session.scalars(select(Person.id).where(Person.office_id == night.office.id)).one()
        opened = open_case_by_hand(
            session,
            person_id=person_id,
            concern_id="permit_study",
            actor=staff(session, night.cast, "boris"),
            now=NOW,
        )
    assert night.run() == (sums(1, excluded=1), {"case_exists": 1})
    assert night.case_of(title).id == opened.id
    assert night.one(select(DueOutcome).where(DueOutcome.title_id == title)).case_id == opened.id


def test_the_neighbour_office_is_left_alone_and_invited_by_its_own_run(night):
    night.add()
    night.run()
    assert {case.office_id for case in night.read(select(Case))} == {night.office.id}
    answer = run_invitations(night.db, night.vault, now=NOW)
    assert answer["invited"] == 1
    assert {case.office_id for case in night.read(select(Case))} == {night.office.id, night.noise.office.id}


def test_parts_add_up_to_the_whole(night):
    for n in range(11):
        night.add(date(2027, 1, 1) + timedelta(days=n // 3), family_name=f"Teil{'abcdefghijk'[n]}")
    assert night.run(part=3)[0] == sums(11, invited=11)
    assert night.run(part=3)[0] == sums(0)
    assert len({case.ref for case in night.read(select(Case))}) == 11


def test_local_midnight_decides_what_today_is(night):
    night.add(date(2027, 2, 24))
    assert night.run(datetime(2026, 11, 23, 22, 59, tzinfo=UTC))[0] == sums(0)
    assert night.run(datetime(2026, 11, 23, 23, 1, tzinfo=UTC))[0] == sums(1, invited=1)


def test_an_outcome_names_its_run(night):
    title, run_id = night.add(), new_id()
    night.run(run_id=run_id)
    assert night.one(select(DueOutcome).where(DueOutcome.title_id == title)).run_id == run_id
