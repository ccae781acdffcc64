"""New contact data: nothing counts before staff confirm it, the old channel is told, letters follow."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from servicedesk.cases.errors import ClaimSettled, ReasonMissing
from servicedesk.cases.models import Task
from servicedesk.cases.queries import build_scope
from servicedesk.cases.queries.people import read_reachable
from servicedesk.cases.service import reissue_code
from servicedesk.cases.service.claims import confirm_contact, refuse_contact
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.errors import NotAllowed, NotFound
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.notices.models import Outbox
from servicedesk.notices.service import StoredContext, open_stored
from servicedesk.outreach.queries import list_risk
from servicedesk.register.models import ContactClaim, Person
from servicedesk.register.queries.contacts import list_waiting_claims
from servicedesk.register.rules.contacts import Address, ClaimKind
from servicedesk.register.service import (
    claim_address,
    claim_email,
    claim_phone,
    confirm_claim,
    forget_confirmed_address,
)
from tests.conftest import NOW

NEW = Address("Neue Gasse", "3", "54321", "Neustadt")
END = date(2027, 2, 15)


class Mover:
    """Be one invited person who gives new contact data."""

    def __init__(self, night):
        self.night = night
        self.title = night.add(END, family_name="Çelik", language="ar")
        night.run()
        self.case = night.case_of(self.title)
        self.person_id = self.case.person_id

    def claim(self, what, value, now=NOW):
        ways = {"address": (claim_address, "address"), "phone": (claim_phone, "number")}
        use, name = ways[what]
        with self.night.db.unit_of_work() as session:
            return use(
                session,
                self.night.vault,
                person_id=self.person_id,
                **{name: value},
                now=now,
                actor=OPERATOR,
            )

    def mail(self, address, *, is_confirmed=True):
        with self.night.db.unit_of_work() as session:
            claim = claim_email(
                session,
                self.night.vault,
                person_id=self.person_id,
                address=address,
                now=NOW,
                actor=OPERATOR,
            )
            if is_confirmed:
                confirm_claim(session, self.night.vault, token=claim.token, now=NOW, actor=OPERATOR)
        return claim.claim_id

    def confirm(self, claim_id, login="boris", check="Pass gesehen", now=NOW, **more):
        with self.night.db.unit_of_work() as session:
            confirm_contact(
                session,
                self.night.vault,
                claim_id=claim_id,
                identity_check=check,
                actor=self.night.actor(login),
                now=now,
                **more,
            )

    def refuse(self, claim_id, login="boris", reason="weiß nichts davon"):
        with self.night.db.unit_of_work() as session:
            refuse_contact(session, claim_id=claim_id, reason=reason, actor=self.night.actor(login), now=NOW)

    def waiting(self, login="boris", now=NOW):
        with self.night.db.reading() as session:
            scope = build_scope(session, self.night.actor(login))
            found = list_waiting_claims(session, scope.office_id, scope.people(), now=now)
            return [(one.kind, one.family_name) for one in found]

    def sent(self, kind):
        """Return the messages of a kind as values, with their rows."""
        rows = self.night.read(select(Outbox).where(Outbox.kind == kind).order_by(Outbox.created_at))
        with self.night.db.reading() as session:
            return [
                (row, open_stored(session, self.night.vault, StoredContext.of(row)).context) for row in rows
            ]

    def invitation_address(self):
        ((_, context),) = self.sent("invitation_letter")
        recipient = context.frame.recipient
        return recipient.street, recipient.postcode, recipient.town


@pytest.fixture
def mover(night):
    return Mover(night)


OLD_LINES, NEW_LINES = (
    ("Lindenweg 7 b", "12345", "Musterstadt"),
    ("Neue Gasse 3", "54321", "Neustadt"),
)


def test_a_new_address_changes_nothing_until_it_is_confirmed(mover):
    mover.claim("address", NEW)
    assert mover.invitation_address() == OLD_LINES
    assert mover.night.one(select(Person.post_address).where(Person.id == mover.person_id)) is None


def test_a_confirmed_address_takes_waiting_letters_along_and_the_old_one_is_told(mover):
    mover.confirm(mover.claim("address", NEW))
    assert mover.invitation_address() == NEW_LINES
    ((row, told),) = mover.sent("contact_changed_letter")
    recipient = told.frame.recipient
    assert (recipient.street, recipient.postcode, recipient.town) == OLD_LINES
    assert (told.frame.locale, told.changed.value, told.changed_at) == ("ar", "address", NOW)
    assert "Neue Gasse" not in repr(told)
    assert row.scope_member_id == mover.night.cast.members["boris"]
    assert mover.waiting() == []
    event = mover.night.one(select(AuditEvent).where(AuditEvent.action == "confirm_contact"))
    assert event.subject_id == mover.person_id
    assert event.details["identity_check"] == "Pass gesehen"
    assert "Neue Gasse" not in repr(event.details)


def test_every_later_letter_goes_to_the_confirmed_address(mover):
    mover.confirm(mover.claim("address", NEW))
    with mover.night.db.unit_of_work() as session:
        reissue_code(
            session,
            mover.night.vault,
            case_id=mover.case.id,
            identity_check="Pass",
            actor=mover.night.actor("boris"),
            now=NOW,
        )
    ((_, context),) = mover.sent("new_code_letter")
    assert context.frame.recipient.street == "Neue Gasse 3"
    second = mover.night.add(date(2027, 2, 16), family_name="Demir")
    mover.night.set(Person, mover.night.person_of(second), post_address=NEW_JSON)
    mover.night.run()
    context, _ = mover.night.letter_of(second)
    assert (context.frame.recipient.street, context.frame.recipient.town) == ("Neue Gasse 3", "Neustadt")


NEW_JSON = {"street": "Neue Gasse", "house_number": "3", "postcode": "54321", "town": "Neustadt"}


def test_the_news_may_be_left_out_where_it_would_endanger(mover):
    mover.confirm(mover.claim("address", NEW), tell_old_address=False)
    assert mover.invitation_address() == NEW_LINES
    assert mover.sent("contact_changed_letter") == []


def test_the_registers_next_address_wins_and_somebody_asks_where_it_differs(mover):
    mover.confirm(mover.claim("address", NEW))
    mover.night.set(Person, mover.person_id, street="Dritte Straße", house_number="5")
    mover.night.change("address_changed", person_id=mover.person_id)
    assert mover.night.reconcile()["address_changed"] == 1
    assert mover.invitation_address() == ("Dritte Straße 5", "12345", "Musterstadt")
    task = mover.night.one(select(Task).where(Task.kind == "address_differs"))
    assert task.owner_id == mover.night.cast.members["boris"]
    claim = mover.night.one(select(ContactClaim).where(ContactClaim.kind == "address"))
    assert claim.state == "superseded"
    mover.night.change("address_changed", person_id=mover.person_id)
    assert mover.night.reconcile() == {"birthdays": 0, "without_effect": 1}


def test_the_register_that_follows_asks_nobody(mover):
    mover.confirm(mover.claim("address", NEW))
    mover.night.set(
        Person, mover.person_id, street="Neue Gasse", house_number="3", postcode="54321", town="Neustadt"
    )
    mover.night.change("address_changed", person_id=mover.person_id)
    mover.night.reconcile()
    assert mover.night.read(select(Task).where(Task.kind == "address_differs")) == []
    assert mover.night.one(select(Person.post_address).where(Person.id == mover.person_id)) is None
    assert mover.invitation_address() == NEW_LINES


def test_a_new_address_in_the_register_takes_waiting_letters_along_without_any_claim(mover):
    mover.night.set(Person, mover.person_id, street="Dritte Straße", house_number="5")
    mover.night.change("address_changed", person_id=mover.person_id)
    mover.night.reconcile()
    assert mover.invitation_address() == ("Dritte Straße 5", "12345", "Musterstadt")
    with mover.night.db.unit_of_work() as session:
        assert not forget_confirmed_address(session, person_id=mover.person_id, now=NOW, actor=OPERATOR)


def test_a_new_number_counts_once_confirmed_and_the_confirmed_mailbox_is_told(mover):
    mover.mail("alt@post.example")
    first = mover.claim("phone", "+49 30 1111111")
    mover.confirm(first)
    # Nobody knew a number before, so there is no old channel to tell.
    assert mover.sent("channel_changed") == []
    mover.confirm(mover.claim("phone", "+49 30 2222222"))
    ((row, _),) = mover.sent("channel_changed")
    assert (row.subject_kind, row.subject_id, row.locale) == ("person", mover.person_id, "ar")
    with mover.night.db.reading() as session:
        found = read_reachable(session, mover.night.vault, mover.person_id)
    assert (found.phone, found.email) == ("+49 30 2222222", "alt@post.example")


def test_without_a_mailbox_the_news_of_a_new_number_goes_by_post(mover):
    mover.confirm(mover.claim("phone", "+49 30 1111111"))
    mover.confirm(mover.claim("phone", "+49 30 2222222"))
    ((_, told),) = mover.sent("contact_changed_letter")
    assert (told.changed.value, told.frame.recipient.street) == ("phone", "Lindenweg 7 b")


def test_staff_confirm_a_mailbox_and_the_one_before_it_is_told(mover):
    old = mover.mail("alt@post.example")
    mover.confirm(mover.mail("neu@post.example", is_confirmed=False))
    ((row, _),) = mover.sent("channel_changed")
    assert (row.subject_kind, row.subject_id) == ("contact_claim", old)


def test_a_confirmed_number_shows_on_the_risk_list(mover):
    near = Mover.__new__(Mover)
    near.night, near.title = mover.night, mover.night.add(date(2026, 12, 10), family_name="Ali")
    mover.night.run()
    near.person_id = mover.night.person_of(near.title)

    def ways():
        with mover.night.db.reading() as session:
            scope = build_scope(session, mover.night.actor("boris"))
            (row,) = list_risk(session, scope, vault=mover.night.vault, now=NOW).people
            return row.has_phone, row.has_email

    assert ways() == (False, False)
    near.confirm(near.claim("phone", "+49 30 1111111"))
    near.mail("ali@post.example")
    assert ways() == (True, True)


def test_waiting_claims_are_seen_by_the_responsible_case_worker_only(mover):
    mover.claim("address", NEW)
    mover.claim("phone", "+49 30 1111111", now=NOW + timedelta(minutes=1))
    mail = mover.mail("neu@post.example", is_confirmed=False)
    expected = [(ClaimKind.ADDRESS, "Çelik"), (ClaimKind.EMAIL, "Çelik"), (ClaimKind.PHONE, "Çelik")]
    for login in ("boris", "eva", "dmitri"):
        assert mover.waiting(login) == expected, login
    assert mover.waiting("clara") == mover.waiting("frida") == []
    assert (ClaimKind.EMAIL, "Çelik") not in mover.waiting(now=NOW + timedelta(days=8))
    for login, refusal in (("clara", NotFound), ("frida", NotAllowed)):
        with pytest.raises(refusal):
            mover.confirm(mail, login)
        with pytest.raises(refusal):
            mover.refuse(mail, login)


def test_a_refused_claim_changes_nothing_and_says_why(mover):
    claim = mover.claim("address", NEW)
    with pytest.raises(ReasonMissing):
        mover.refuse(claim, reason=" ")
    mover.refuse(claim)
    assert mover.waiting() == []
    assert mover.invitation_address() == OLD_LINES
    event = mover.night.one(select(AuditEvent).where(AuditEvent.action == "reject_contact"))
    assert event.details == {"claim_id": str(claim), "reason": "weiß nichts davon"}


def test_what_is_decided_or_replaced_is_not_decided_again(mover):
    first = mover.claim("address", NEW)
    second = mover.claim("address", Address("Andere Gasse", "1", "54321", "Neustadt"))
    with pytest.raises(ClaimSettled):
        mover.confirm(first)
    with pytest.raises(ReasonMissing):
        mover.confirm(second, check=" ")
    mover.confirm(second)
    for act in (mover.confirm, mover.refuse):
        with pytest.raises(ClaimSettled):
            act(second)
    with pytest.raises(NotFound):
        mover.confirm(mover.case.id)
