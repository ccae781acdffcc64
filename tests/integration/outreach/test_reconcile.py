"""What a changed register means for cases: same case recalculated, closed, taken up again, proposed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from servicedesk.accounts.codes import issue_code
from servicedesk.accounts.models import AccessCode
from servicedesk.cases.models import Case, Task
from servicedesk.cases.rules import Channel
from servicedesk.cases.service import STATEMENT, Evidence, record_application
from servicedesk.db.audit import AuditEvent
from servicedesk.notices.models import Outbox
from servicedesk.outreach.models import DueOutcome, Invitation
from servicedesk.register.models import ChangeCursor, Person, Title
from tests.conftest import NOW

END = date(2027, 2, 15)


def apply(night, case):
    with night.db.unit_of_work() as session:
        record_application(
            session,
            night.vault,
            case_id=case.id,
            channel=Channel.counter,
            received_at=NOW,
            statement=STATEMENT,
            actor=night.actor("boris"),
            now=NOW,
            evidence=Evidence.note("am Schalter"),
        )


def printed(night):
    night.set(Outbox, night.one(select(Outbox.id)), state="done")


def test_a_corrected_end_keeps_the_case_and_writes_the_waiting_invitation_anew(night):
    title = night.add(END)
    night.run()
    first = night.case_of(title)
    night.set(Title, title, effective_ends_on=date(2027, 1, 31))
    night.change("end_corrected", title)
    assert night.reconcile() == {"birthdays": 0, "end_corrected": 1}
    case = night.case_of(title)
    assert case.id == first.id
    assert (case.ends_on, case.due_on, case.invited_at) == (date(2027, 1, 31), date(2026, 10, 31), None)
    assert night.run()[0] == {"due": 1, "invited": 1, "excluded": 0, "failed": 0}
    assert night.case_of(title).invited_at == NOW
    old, new = night.read(select(Outbox).order_by(Outbox.created_at, Outbox.id))
    assert (old.state, new.state) == ("cancelled", "pending")
    assert night.one(select(Invitation)).outbox_id == new.id
    audit = night.one(select(AuditEvent).where(AuditEvent.action == "correct_case_end"))
    assert (audit.details["was"], audit.details["is"]) == ("2027-02-15", "2027-01-31")
    assert night.run()[0]["due"] == 0


def test_an_end_moved_far_away_waits_and_is_invited_when_it_is_due_again(night):
    title = night.add(END)
    night.run()
    night.set(Title, title, effective_ends_on=date(2027, 3, 15))
    night.change("end_corrected", title)
    night.reconcile()
    assert night.run()[0]["due"] == 0
    assert night.run(NOW + timedelta(days=22))[0] == {"due": 1, "invited": 1, "excluded": 0, "failed": 0}
    assert len(night.read(select(Case))) == 1


def test_a_corrected_end_after_the_letter_left_asks_the_case_worker(night):
    title = night.add(END)
    night.run()
    printed(night)
    night.set(Title, title, effective_ends_on=date(2027, 1, 31))
    night.change("end_corrected", title)
    night.reconcile()
    case = night.case_of(title)
    assert (case.ends_on, case.invited_at) == (date(2027, 1, 31), NOW)
    assert night.one(select(Task)).kind == "end_corrected"
    answer, reasons = night.run()
    assert (answer["excluded"], reasons) == (1, {"case_exists": 1})


def test_a_renewed_title_closes_its_case_and_cancels_what_was_pending(night):
    title = night.add(END)
    night.run()
    night.set(Title, title, is_superseded=True)
    night.change("renewed", title)
    assert night.reconcile()["renewed"] == 1
    case = night.case_of(title)
    assert (case.closed_at, case.closed_reason) == (NOW, "renewed")
    assert night.one(select(Outbox)).state == "cancelled"
    assert night.read(select(Task)) == []


def test_a_renewed_title_with_an_application_leaves_a_task(night):
    title = night.add(END)
    night.run()
    apply(night, night.case_of(title))
    night.change("renewed", title)
    night.reconcile()
    assert night.one(select(Task).where(Task.done_at.is_(None))).kind == "renewed"


def test_who_moved_away_is_closed_and_the_code_dies(night):
    title = night.add(END)
    night.run()
    case = night.case_of(title)
    with night.db.unit_of_work() as session:
        issue_code(
            session,
            night.vault,
            office_id=night.office.id,
            subject=("case", case.id),
            now=NOW,
            expires_at=NOW + timedelta(days=90),
        )
    night.set(Person, case.person_id, moved_away_on=date(2026, 11, 1))
    night.change("moved_away", person_id=case.person_id)
    night.reconcile()
    assert night.case_of(title).closed_reason == "moved_away"
    assert night.one(select(AccessCode.revoked_at)) == NOW
    assert night.one(select(Outbox)).state == "cancelled"
    assert night.run()[0]["due"] == 0


def test_who_moved_back_is_invited_again_with_the_same_case(night):
    title = night.add(END)
    night.run()
    person = night.person_of(title)
    night.change("moved_away", person_id=person)
    night.reconcile()
    night.change("moved_back", person_id=person)
    assert night.reconcile()["moved_back"] == 1
    assert night.case_of(title).closed_at is None
    assert night.run()[0]["invited"] == 1
    assert night.read(select(Outbox.state).order_by(Outbox.created_at, Outbox.id)) == ["cancelled", "pending"]


def test_who_had_moved_before_being_due_is_invited_after_coming_back(night):
    title = night.add(END, moved_away_on=date(2026, 10, 1))
    assert night.run()[1] == {"moved_away": 1}
    night.set(Person, night.person_of(title), moved_away_on=None)
    night.change("moved_back", person_id=night.person_of(title))
    night.reconcile()
    assert night.run()[0]["invited"] == 1


def test_a_vanished_line_keeps_its_case_and_asks(night):
    title = night.add(END)
    night.run()
    night.change("vanished", title)
    night.reconcile()
    assert night.case_of(title).closed_at is None
    assert night.one(select(Task)).kind == "vanished"


def test_a_line_that_reappears_is_decided_anew(night):
    title = night.add(END, vanished_on=date(2026, 11, 20))
    assert night.run()[1] == {"vanished": 1}
    night.set(Title, title, vanished_on=None)
    night.change("reappeared", title)
    night.reconcile()
    assert night.run()[0]["invited"] == 1


def test_a_changed_name_proposes_the_move_and_moves_nothing(night):
    title = night.add(END, family_name="Çelik")
    night.run()
    person = night.person_of(title)
    night.set(Person, person, family_name="Zorn", surname_key="ZORN")
    night.change("name_changed", person_id=person)
    night.reconcile()
    assert night.case_of(title).owner_id == night.cast.members["boris"]
    task = night.one(select(Task))
    assert (task.kind, task.owner_id) == ("propose_move", night.cast.members["boris"])


def test_a_name_that_stays_in_the_range_proposes_nothing(night):
    title = night.add(END, family_name="Çelik")
    night.run()
    night.set(Person, night.person_of(title), family_name="Demir", surname_key="DEMIR")
    night.change("name_changed", person_id=night.person_of(title))
    assert night.reconcile() == {"birthdays": 0, "without_effect": 1}
    assert night.read(select(Task)) == []


def test_each_change_is_followed_once_and_the_neighbours_are_not(night):
    title = night.add(END)
    night.run()
    night.change("vanished", title)
    night.reconcile()
    assert night.reconcile() == {"birthdays": 0}
    assert len(night.read(select(Task))) == 1
    assert night.read(select(ChangeCursor.office_id)) == [night.office.id]


@pytest.mark.parametrize(
    ("birthday", "noted"), [((2008, 11, 24), 1), ((2008, 11, 25), 0), ((2008, 11, 23), 0), ((2008, 12, 0), 0)]
)
def test_on_the_eighteenth_birthday_the_code_dies_and_a_letter_goes_to_the_person(night, birthday, noted):
    title = night.add(END, born=birthday, legal_basis="32")
    night.run()
    case = night.case_of(title)
    tomorrow = NOW + timedelta(days=1)
    assert night.reconcile(tomorrow)["birthdays"] == noted
    assert night.reconcile(tomorrow)["birthdays"] == 0
    letters = night.read(select(Outbox).where(Outbox.kind == "new_code_letter"))
    assert len(letters) == noted
    assert all(letter.subject_id == case.id for letter in letters)


def test_a_failed_title_stays_countable_by_its_outcome(night):
    title = night.add(END)
    night.set(Person, night.person_of(title), street="")
    night.run()
    assert night.one(select(DueOutcome.outcome)) == "failed"
