"""Papers that lie ready, and the small questions."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from servicedesk.cases.models import CaseRequirement
from servicedesk.notices.models import Outbox
from servicedesk.notices.service import open_context
from servicedesk.register.models import ContactClaim
from tests.support.client import Browser
from tests.support.portal import enter


def claims(db, letter, kind):
    with db.reading() as session:
        return [
            (claim.state, claim)
            for claim in session.scalars(
                select(ContactClaim)
                .where(ContactClaim.person_id == letter.person_id, ContactClaim.kind == kind)
                .order_by(ContactClaim.claimed_at)
            )
        ]


def mails(db, vault, kind):
    with db.reading() as session:
        rows = session.scalars(select(Outbox).where(Outbox.kind == kind).order_by(Outbox.created_at)).all()
        return [open_context(session, vault, row.id, row.context_sealed) for row in rows]


def test_papers_are_sorted_by_what_everybody_needs(applied):
    applied.get("/de/case/papers")
    headings = [applied.page.words(node) for node in applied.page.all("h2")]
    assert headings[:3] == ["Das brauchen Sie", "Davon genügt eine Unterlage", "Nur wenn es für Sie gilt"]


def test_a_paper_at_hand_is_noted_and_taken_back(applied, db, letter):
    applied.get("/de/case/papers")
    applied.press("Habe ich")
    with db.reading() as session:
        [row] = session.scalars(select(CaseRequirement)).all()
    assert (row.document_id, row.state) == ("passport", "announced")
    applied.press("Doch nicht")
    with db.reading() as session:
        assert session.scalars(select(CaseRequirement.state)).all() == ["missing"]


def test_an_unknown_paper_is_no_fault(applied):
    token = applied.get("/de/case/papers").page.hidden()["csrf_token"]
    for document in ("no_such", "x\x00y", "ß" * 300, ""):
        applied.post("/de/case/papers", {"document": document, "csrf_token": token})
        assert applied.status == 200
        assert applied.page.h1 == "Ihre Unterlagen"


def test_the_german_name_stands_beside_the_translation(applied):
    applied.get("/ar/case/papers")
    passport = next(node for node in applied.page.tree.iter() if node.get("id") == "paper-passport")
    german = [node for node in passport.iter() if node.get("lang") == "de"]
    assert "gültiger Pass" in applied.page.words(german[0])


def test_an_email_address_is_a_claim_until_its_link_is_confirmed(applied, db, vault, letter):
    applied.get("/de/case/details/email")
    applied.submit(email="amina@example.org")
    assert applied.page.h1 == "Bestätigen Sie Ihre E-Mail-Adresse"
    assert [state for state, _ in claims(db, letter, "email")] == ["claimed"]
    [mail] = mails(db, vault, "confirm_email_address")
    path = urlsplit(mail.confirm_url).path
    mailbox = Browser(applied.client.application)
    mailbox.get(path)
    assert [state for state, _ in claims(db, letter, "email")] == ["claimed"], (
        "opening a link changes nothing"
    )
    mailbox.submit()
    assert mailbox.page.h1 == "Ihre E-Mail-Adresse ist bestätigt"
    assert [state for state, _ in claims(db, letter, "email")] == ["confirmed"]
    later = Browser(applied.client.application)
    enter(later, letter)
    words = later.get("/de/case/").page.words()
    assert "E-Mail haben wir" in words
    assert "amina@example.org" not in words, "whoever else holds the letter learns no address"


def test_a_second_address_tells_the_first_one(applied, db, vault, letter, clock):
    for address in ("amina@example.org", "neu@example.org"):
        clock.advance(timedelta(minutes=1))
        applied.get("/de/case/details/email")
        applied.submit(email=address)
        mailbox = Browser(applied.client.application)
        mailbox.get(urlsplit(mails(db, vault, "confirm_email_address")[-1].confirm_url).path)
        mailbox.submit()
    states = claims(db, letter, "email")
    assert [state for state, _ in states] == ["superseded", "confirmed"]
    with db.reading() as session:
        told = session.scalars(select(Outbox).where(Outbox.kind == "channel_changed")).all()
    assert [(row.subject_kind, row.subject_id) for row in told] == [("contact_claim", states[0][1].id)]


def test_a_link_works_once_and_dies_with_a_newer_one_and_with_time(applied, db, vault, clock):
    applied.get("/de/case/details/email")
    applied.submit(email="amina@example.org")
    first = urlsplit(mails(db, vault, "confirm_email_address")[-1].confirm_url).path
    clock.advance(timedelta(minutes=1))
    applied.get("/de/case/details/email")
    applied.submit(email="neu@example.org")
    second = urlsplit(mails(db, vault, "confirm_email_address")[-1].confirm_url).path
    mailbox = Browser(applied.client.application)
    mailbox.get(first)
    mailbox.submit()
    assert (mailbox.status, mailbox.page.h1) == (404, "Dieser Link gilt nicht mehr")
    clock.advance(timedelta(days=8))
    mailbox = Browser(applied.client.application)
    mailbox.get(second)
    mailbox.submit()
    assert mailbox.status == 404


def test_a_language_applies_at_once(applied, db, letter):
    applied.get("/de/case/details/language")
    applied.submit(language="tr")
    assert applied.path == "/tr/case/"
    assert [state for state, _ in claims(db, letter, "language")] == ["confirmed"]


def test_phone_and_address_wait_for_staff(applied, db, letter):
    applied.get("/de/case/details/phone")
    applied.submit(phone="0151 / 234-567 89")
    assert "0151" in applied.page.words()
    applied.get("/de/case/details/address")
    applied.submit(street="Neue Gasse", house_number="3", postcode="12345", town="Musterstadt")
    assert "Neue Gasse 3" in applied.page.words()
    assert [state for state, _ in claims(db, letter, "phone")] == ["claimed"]
    assert [state for state, _ in claims(db, letter, "address")] == ["claimed"]


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("email", {"email": "amina"}),
        ("email", {"email": "a b@example.org"}),
        ("email", {"email": ""}),
        ("email", {"email": "a@b.example\r\nBcc: x@y.example"}),
        ("phone", {"phone": "ruf an"}),
        ("phone", {"phone": ""}),
        ("address", {"street": "", "postcode": "", "town": ""}),
    ],
    ids=["no_at", "space", "no_email", "header", "words", "no_phone", "no_address"],
)
def test_what_cannot_be_one_is_asked_again_with_the_value_kept(applied, db, letter, question, values):
    applied.get(f"/de/case/details/{question}")
    applied.submit(**values)
    assert applied.status == 200
    assert applied.page.title.startswith("Fehler:")
    assert applied.page.errors
    assert claims(db, letter, question) == []


def test_what_was_typed_before_is_filled_in(applied):
    applied.get("/de/case/details/phone")
    applied.submit(phone="0151 23456789")
    applied.get("/de/case/details/phone")
    assert applied.page.form()[1]["phone"] == "0151 23456789"


def test_a_code_does_not_fill_somebody_s_mailbox(applied, db, vault, clock):
    for number in range(7):
        applied.get("/de/case/details/email")
        applied.submit(email=f"nr{number}@example.org")
    assert "schon mehrere E-Mails" in applied.page.errors[0]
    assert len(mails(db, vault, "confirm_email_address")) == 5
    clock.advance(timedelta(hours=3))
    applied.get("/de/case/details/email")
    applied.submit(email="spaeter@example.org")
    assert applied.page.h1 == "Bestätigen Sie Ihre E-Mail-Adresse"
