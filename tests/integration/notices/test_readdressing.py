"""Letters that have not left go to the new address; what is printed has left."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from servicedesk.accounts.models import AccessCode
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor, ActorKind
from servicedesk.notices.batches import build_print_file
from servicedesk.notices.contexts import ChangedContact, ContactChangedLetter
from servicedesk.notices.delivery import deliver
from servicedesk.notices.letters.samples import build_sample_frame
from servicedesk.notices.models import Letter, Outbox
from servicedesk.notices.queries import LetterScope, list_unprinted_letters
from servicedesk.notices.readdressing import readdress_letters
from servicedesk.notices.service import cancel_pending, open_context
from tests.conftest import NOW
from tests.support.outbox import DAY, Printer, invitation, letter, make_office, make_person, make_tools, queue

ALL = LetterScope(is_whole_office=True)
NEW = {"street": "Neue Gasse 3", "postcode": "54321", "town": "Neustadt"}


class House:
    """Make letters to one person and move that person."""

    def __init__(self, database, vault, clock, tmp_path):
        self.database, self.vault, self.clock = database, vault, clock
        self.printer = Printer()
        self.tools = make_tools(database, vault, clock, tmp_path, render=self.printer)
        self.actor = Actor(kind=ActorKind.staff, account_id=new_id())
        with database.unit_of_work() as session:
            self.office_id = make_office(session)
            self.person_id = make_person(session, self.office_id)
            self.other_id = make_person(session, self.office_id)

    def queue(self, person_id=None, **more):
        notice = letter(self.office_id, person_id=person_id or self.person_id, **more)
        with self.database.unit_of_work() as session:
            return queue(session, self.vault, self.office_id, notice, self.clock.now())

    def make(self, **more):
        outbox_id = self.queue(**more)
        deliver(self.tools, outbox_id)
        return outbox_id

    def print(self):
        with self.database.unit_of_work() as session:
            lines = list_unprinted_letters(session, office_id=self.office_id, scope=ALL)
            build_print_file(
                session,
                self.vault,
                now=self.clock.now(),
                actor=self.actor,
                office_id=self.office_id,
                scope=ALL,
                letter_ids=[line.id for line in lines],
            )

    def move(self, **more):
        with self.database.unit_of_work() as session:
            return readdress_letters(
                session,
                self.vault,
                person_id=self.person_id,
                **{**NEW, **more},
                now=self.clock.now(),
                actor=self.actor,
            )

    def row(self, outbox_id):
        with self.database.reading() as session:
            return session.get_one(Outbox, outbox_id, populate_existing=True)

    def recipient(self, outbox_id):
        with self.database.reading() as session:
            row = session.get_one(Outbox, outbox_id)
            return open_context(session, self.vault, row.id, row.context_sealed).frame.recipient

    def letters(self):
        with self.database.reading() as session:
            return {row.outbox_id: row.id for row in session.scalars(select(Letter))}

    def living_codes(self):
        with self.database.reading() as session:
            query = select(AccessCode.id).where(AccessCode.revoked_at.is_(None))
            return set(session.scalars(query))


@pytest.fixture
def house(db, vault, clock, tmp_path):
    return House(db, vault, clock, tmp_path)


def test_a_waiting_letter_goes_to_the_new_address(house):
    mine, theirs = house.queue(), house.queue(person_id=house.other_id)
    assert house.move() == 1
    found = house.recipient(mine)
    assert (found.street, found.postcode, found.town) == ("Neue Gasse 3", "54321", "Neustadt")
    assert found.family_name == "Muster"
    assert house.recipient(theirs).street != "Neue Gasse 3"
    deliver(house.tools, mine)
    assert house.row(mine).state == "done"
    assert house.move() == 0


def test_a_rendered_letter_is_made_anew_and_its_code_dies(house):
    outbox_id = house.make()
    (first,) = house.living_codes()
    assert house.move() == 1
    assert house.letters() == {}
    assert house.living_codes() == set()
    assert house.row(outbox_id).state == "pending"
    deliver(house.tools, outbox_id)
    (second,) = house.living_codes()
    assert second != first
    assert house.recipient(outbox_id).town == "Neustadt"
    assert set(house.letters()) == {outbox_id}


def test_what_is_printed_or_taken_back_stays_as_it_is(house):
    printed = house.make()
    house.print()
    case = ("case", new_id())
    withdrawn = house.make(subject=case)
    with house.database.unit_of_work() as session:
        cancel_pending(session, now=NOW, subject_id=case[1], reason="case closed")
    letters = house.letters()
    assert house.move() == 0
    assert house.letters() == letters
    assert {house.row(one).state for one in (printed, withdrawn)} == {"done"}


def test_a_worker_that_renders_at_this_moment_loses_its_claim(house):
    outbox_id = house.queue()
    house.printer.before = lambda: house.move() and setattr(house.printer, "before", lambda: None)
    deliver(house.tools, outbox_id)
    assert house.letters() == {}
    assert house.row(outbox_id).state == "pending"
    deliver(house.tools, outbox_id)
    assert set(house.letters()) == {outbox_id}
    assert house.recipient(outbox_id).street == "Neue Gasse 3"


def test_the_news_of_the_change_stays_with_the_old_address(house):
    told = ContactChangedLetter(
        frame=build_sample_frame("ar", DAY),
        changed=ChangedContact.ADDRESS,
        changed_at=datetime(2026, 11, 23, 8, tzinfo=UTC),
    )
    outbox_id = house.queue(context=told)
    assert house.move() == 0
    assert house.recipient(outbox_id).street == told.frame.recipient.street


def test_the_act_is_audited_once_for_all_letters(house):
    house.queue()
    house.queue()
    assert house.move() == 2
    with house.database.reading() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "readdress_letters")).one()
    assert (event.subject_id, event.details) == (house.person_id, {"count": 2})
    assert "Neue Gasse" not in repr(event.details)


def test_a_letter_that_goes_there_already_is_left_alone(house):
    frame = invitation().frame
    here = replace(frame.recipient, street="Neue Gasse 3", postcode="54321", town="Neustadt")
    house.make(context=replace(invitation(), frame=replace(frame, recipient=here)))
    letters = house.letters()
    assert house.move() == 0
    assert house.letters() == letters
