"""E-mails: to confirmed addresses only, at least once, patient with servers and never late."""

import socket
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.ids import new_id
from servicedesk.notices.delivery import Outcome, deliver, deliver_due, emails, sweep
from servicedesk.notices.models import Outbox
from servicedesk.notices.queries import count_outbox
from servicedesk.notices.service import cancel_pending
from servicedesk.register.models import ContactClaim
from tests.conftest import NOW
from tests.support.outbox import (
    appointment_confirmation,
    channel_changed,
    confirm_address,
    contact_received,
    email,
    make_claim,
    make_office,
    make_person,
    make_tools,
    queue,
)
from tests.support.smtp import Postbox

MINE = "samira@example.org"
SENDER = {"mail_from": "amt@musterstadt.example"}


class House:
    def __init__(self, database, vault, clock, tmp_path):
        self.database, self.vault, self.clock, self.tmp_path = database, vault, clock, tmp_path
        with database.unit_of_work() as session:
            self.office_id = make_office(session)
            self.person_id = make_person(session, self.office_id)

    def tools(self, url=None):
        more = SENDER | ({"smtp_url": url} if url else {})
        return make_tools(self.database, self.vault, self.clock, self.tmp_path, **more)

    def claim(self, address=MINE, state="confirmed", **more):
        with self.database.unit_of_work() as session:
            return make_claim(session, self.vault, self.office_id, self.person_id, address, state, **more)

    def queue(self, context=None, *, person_id=None, **more):
        notice = email(person_id or self.person_id, context, **more)
        with self.database.unit_of_work() as session:
            return queue(session, self.vault, self.office_id, notice, self.clock.now())

    def row(self, outbox_id):
        with self.database.reading() as session:
            return session.get(Outbox, outbox_id)

    def actions(self):
        with self.database.reading() as session:
            return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


@pytest.fixture
def house(db, vault, clock, tmp_path):
    return House(db, vault, clock, tmp_path)


def test_a_confirmation_reaches_the_confirmed_address(house):
    house.claim()
    outbox_id = house.queue()
    with Postbox() as postbox:
        assert deliver(house.tools(postbox.url), outbox_id) is Outcome.done
    [mail] = postbox.mails
    assert postbox.envelopes == [("amt@musterstadt.example", [MINE])]
    assert mail["Message-ID"] == f"<{outbox_id.hex}@musterstadt.example>"
    assert {part.get_content_type() for part in mail.walk()} >= {"text/plain", "text/html", "text/calendar"}
    assert house.row(outbox_id).state == "done"
    assert house.actions() == ["send_email"]


@pytest.mark.parametrize("state", ["claimed", "superseded", "rejected"])
def test_nothing_goes_to_an_address_that_is_not_confirmed(house, state):
    house.claim(state=state)
    outbox_id = house.queue()
    with Postbox() as postbox:
        assert deliver(house.tools(postbox.url), outbox_id) is Outcome.cancelled
    assert postbox.mails == []
    row = house.row(outbox_id)
    assert (row.state, row.last_error) == ("cancelled", "no confirmed address")
    assert house.actions() == ["drop_notice"]


def test_the_address_is_the_one_confirmed_when_it_is_sent(house):
    old = house.claim("old@example.org")
    outbox_id = house.queue()
    with house.database.unit_of_work() as session:
        session.execute(update(ContactClaim).where(ContactClaim.id == old).values(state="superseded"))
    house.claim("new@example.org")
    with Postbox() as postbox:
        deliver(house.tools(postbox.url), outbox_id)
    assert postbox.envelopes[0][1] == ["new@example.org"]


def test_a_neighbour_with_the_same_person_id_gets_nothing(house):
    house.claim()
    with house.database.unit_of_work() as session:
        other = make_office(session)
        outbox_id = queue(session, house.vault, other, email(house.person_id), NOW)
    with Postbox() as postbox:
        assert deliver(house.tools(postbox.url), outbox_id) is Outcome.cancelled
    assert postbox.mails == []


def test_the_request_to_confirm_goes_to_the_address_asked_about_while_it_is(house):
    asked = house.claim("fresh@example.org", "claimed", expires_at=NOW + timedelta(hours=24))
    confirmed = house.claim("sure@example.org", "confirmed", expires_at=NOW + timedelta(hours=24))
    context = confirm_address(NOW + timedelta(hours=24))
    mine = house.queue(context, subject=("contact_claim", asked))
    late = house.queue(context, subject=("contact_claim", asked), key="late")
    other = house.queue(context, subject=("contact_claim", confirmed))
    with Postbox() as postbox:
        tools = house.tools(postbox.url)
        assert deliver(tools, mine) is Outcome.done
        assert deliver(tools, other) is Outcome.cancelled
        house.clock.advance(timedelta(hours=24))
        assert deliver(tools, late) is Outcome.cancelled
    assert [envelope[1] for envelope in postbox.envelopes] == [["fresh@example.org"]]


def test_the_news_of_a_change_goes_to_the_address_confirmed_before(house):
    old = house.claim("old@example.org", "superseded", decided_at=NOW)
    never = house.claim("never@example.org", "superseded")
    house.claim("new@example.org")
    with Postbox() as postbox:
        tools = house.tools(postbox.url)
        assert (
            deliver(tools, house.queue(channel_changed(NOW), subject=("contact_claim", old))) is Outcome.done
        )
        assert (
            deliver(tools, house.queue(channel_changed(NOW), subject=("contact_claim", never)))
            is Outcome.cancelled
        )
    assert [envelope[1] for envelope in postbox.envelopes] == [["old@example.org"]]


def test_a_message_to_nobody_known_is_dropped(house):
    with house.database.unit_of_work() as session:
        outbox_id = queue(session, house.vault, house.office_id, email(None, contact_received(NOW)), NOW)
    with Postbox() as postbox:
        assert deliver(house.tools(postbox.url), outbox_id) is Outcome.cancelled


def test_without_a_mail_server_mails_wait_and_are_counted(house):
    house.claim()
    outbox_id = house.queue()
    result = deliver_due(house.tools())
    assert (result["pending_emails"], result["failed"]) == (1, 0)
    assert "SERVICEDESK_SMTP_URL" in result["alarms"][0]
    row = house.row(outbox_id)
    assert (row.state, row.attempts) == ("pending", 0)
    with house.database.reading() as session:
        assert count_outbox(session, now=NOW + timedelta(hours=2)).overdue == {"email": 1}
    with Postbox() as postbox:
        assert deliver_due(house.tools(postbox.url))["done"] == 1


def test_greylisting_is_waited_out(house):
    house.claim()
    outbox_id = house.queue()
    with Postbox(
        rcpt=["451 4.7.1 Greylisted, samira@example.org come back"], data=["452 4.3.1 Full"]
    ) as postbox:
        tools = house.tools(postbox.url)
        assert deliver(tools, outbox_id) is Outcome.retry
        assert house.row(outbox_id).last_error == "mail server answered 451 4.7.1"
        assert deliver(tools, outbox_id) is Outcome.not_mine
        house.clock.advance(timedelta(minutes=1))
        assert deliver(tools, outbox_id) is Outcome.retry
        house.clock.advance(timedelta(minutes=5))
        assert deliver(tools, outbox_id) is Outcome.done
    assert len(postbox.mails) == 1


@pytest.mark.parametrize("where", ["rcpt", "data"])
def test_a_refusal_for_good_fails_with_its_reason_and_without_the_address(house, where):
    house.claim()
    bad, good = house.queue(), house.queue()
    with Postbox(**{where: [f"550 5.1.1 <{MINE}>: no such user"]}) as postbox:
        result = deliver_due(house.tools(postbox.url))
    assert (result["failed"], result["done"]) == (1, 1)
    row = house.row(bad)
    assert (row.state, row.last_error) == ("failed", "mail server answered 550 5.1.1")
    assert house.row(good).state == "done"
    assert sorted(house.actions()) == ["fail_notice", "send_email"]


def test_a_server_that_is_down_for_two_days_loses_nothing_and_is_not_hammered(house):
    house.claim()
    ids = [house.queue() for _ in range(3)]
    late = house.queue(appointment_confirmation(), not_after=NOW + timedelta(hours=30))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = f"smtp://127.0.0.1:{probe.getsockname()[1]}"
    tries = 0
    for _ in range(48):
        result = deliver_due(house.tools(closed))
        assert result["unreachable"] <= 1, "one try shows that the server is away"
        tries += result["unreachable"]
        house.clock.advance(timedelta(hours=1))
    assert tries >= 12
    assert {house.row(outbox_id).state for outbox_id in ids} == {"pending"}
    assert "ConnectionRefusedError" in {
        house.row(outbox_id).last_error.rpartition(" ")[2] for outbox_id in ids
    }
    with Postbox() as postbox:
        for _ in range(5):
            deliver_due(house.tools(postbox.url))
            house.clock.advance(timedelta(hours=1))
    assert sorted(mail["Message-ID"] for mail in postbox.mails) == sorted(
        f"<{outbox_id.hex}@musterstadt.example>" for outbox_id in ids
    )
    assert house.row(late).state == "stale", "not sent late"


def test_a_server_that_never_answers_does_not_hold_the_worker(house, monkeypatch):
    monkeypatch.setattr(emails, "_TIMEOUT_SECONDS", 0.3)
    house.claim()
    outbox_id = house.queue()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert deliver(house.tools(f"smtp://127.0.0.1:{port}"), outbox_id) is Outcome.unreachable
    assert house.row(outbox_id).last_error == "the mail server hung up, or answered too late"


def test_a_server_that_hangs_up_in_the_middle_is_tried_again(house):
    house.claim()
    outbox_id = house.queue()
    with socket.create_server(("127.0.0.1", 0)) as rude:

        def hang_up():
            connection, _ = rude.accept()
            connection.sendall(b"220 hello\r\n")
            connection.recv(100)
            connection.close()

        answering = threading.Thread(target=hang_up)
        answering.start()
        outcome = deliver(house.tools(f"smtp://127.0.0.1:{rude.getsockname()[1]}"), outbox_id)
        answering.join()
    assert outcome is Outcome.unreachable
    assert house.row(outbox_id).state == "pending"


def test_mail_never_leaves_unencrypted_for_another_machine(house):
    house.claim()
    outbox_id = house.queue()
    with Postbox() as postbox:
        server = emails.read_server(postbox.url)
        strict = emails.MailServer(server.host, server.port, "", "", is_implicit_tls=False, needs_tls=True)
        signed_in = emails.MailServer(
            server.host, server.port, "u", "p", is_implicit_tls=False, needs_tls=False
        )
        for refused in (strict, signed_in):
            with pytest.raises(emails.ServerUnreachable, match="no encryption"):
                emails.send(refused, None, sender="a@example.org", recipient=MINE)
    assert postbox.mails == []
    assert house.row(outbox_id).state == "pending"


def test_an_email_taken_back_while_it_leaves_is_never_tried_again(house):
    house.claim()
    case = ("case", new_id())
    outbox_id = house.queue(subject=case)
    with house.database.unit_of_work() as session:
        session.execute(
            update(Outbox)
            .where(Outbox.id == outbox_id)
            .values(state="working", claimed_at=NOW, claim_token=new_id())
        )
        assert cancel_pending(session, now=NOW, subject_id=case[1], reason="moved") == 0
    house.clock.advance(timedelta(minutes=6))
    with Postbox() as postbox:
        result = sweep(house.tools(postbox.url), waiting_for=timedelta(0))
    assert (result["reclaimed"], result["stale"]) == (1, 1)
    assert postbox.mails == []
