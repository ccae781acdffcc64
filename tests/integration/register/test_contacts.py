"""Claims about contact change nothing until they are confirmed; links work once and die when replaced."""

from datetime import timedelta

import pytest

from servicedesk.kernel.permissions import OPERATOR
from servicedesk.register.errors import BadContact, UnknownClaim, UnknownPerson
from servicedesk.register.queries import get_contact, list_claims
from servicedesk.register.queries.contacts import find_link
from servicedesk.register.rules.contacts import Address
from servicedesk.register.service import (
    claim_address,
    claim_email,
    claim_language,
    claim_phone,
    confirm_claim,
    confirm_claim_by_staff,
    reject_claim,
)
from tests.conftest import NOW
from tests.support.office import add_person, load_cast


@pytest.fixture
def cast(session):
    return load_cast(session, NOW)


@pytest.fixture
def amina(session, cast):
    return add_person(session, cast.office)


@pytest.fixture
def claim(session, vault, amina):
    return lambda address, now=NOW: claim_email(
        session, vault, person_id=amina, address=address, now=now, actor=OPERATOR
    )


@pytest.fixture
def confirm(session, vault):
    return lambda token, now=NOW: confirm_claim(session, vault, token=token, now=now, actor=OPERATOR)


def test_an_address_counts_once_its_link_was_opened(session, vault, amina, claim, confirm):
    claimed = claim(" a@b.example ")
    contact = get_contact(session, vault, amina, NOW)
    assert (contact.email, contact.claimed_email) == (None, "a@b.example")
    assert find_link(session, vault, token=claimed.token, now=NOW)
    confirmed = confirm(claimed.token)
    assert (confirmed.person_id, confirmed.claim_id, confirmed.replaced_id) == (amina, claimed.claim_id, None)
    assert get_contact(session, vault, amina, NOW).email == "a@b.example"
    with pytest.raises(UnknownClaim):
        confirm(claimed.token)


def test_a_new_address_names_the_one_it_replaces(session, vault, amina, claim, confirm):
    first, second = claim("a@b.example"), None
    confirm(first.token)
    second = claim("c@d.example")
    assert get_contact(session, vault, amina, NOW).email == "a@b.example"
    assert confirm(second.token).replaced_id == first.claim_id
    assert [(c.value, c.is_confirmed) for c in list_claims(session, vault, amina, NOW)] == [
        ("c@d.example", True)
    ]


def test_replaced_late_and_invented_links_all_look_the_same(session, vault, claim, confirm):
    replaced, living = claim("a@b.example"), claim("c@d.example")
    assert living.expires_at == NOW + timedelta(days=7)
    for token, now in ((replaced.token, NOW), (living.token, living.expires_at), ("ü\udc81", NOW), ("", NOW)):
        assert not find_link(session, vault, token=token, now=now)
        with pytest.raises(UnknownClaim):
            confirm(token, now)
    confirm(living.token, living.expires_at - timedelta(seconds=1))


def test_the_token_is_not_stored(session, claim, engine_rows):
    token = claim("a@b.example").token
    assert token.encode() not in engine_rows()


@pytest.fixture
def engine_rows(session):
    def rows() -> bytes:
        found = session.connection().exec_driver_sql("SELECT * FROM contact_claim").all()
        return repr(found).encode()

    return rows


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@b",
        "a b@c.example",
        "a@b.example\r\nBcc: x@y.example",
        "<a@b.example>",
        "a" * 250 + "@b.example",
    ],
)
def test_what_cannot_be_an_address_is_refused(claim, address):
    with pytest.raises(BadContact):
        claim(address)


def test_phones_and_addresses_wait_for_staff(session, vault, cast, amina):
    keys = {"session": session, "vault": vault, "person_id": amina, "now": NOW, "actor": OPERATOR}
    phone = claim_phone(**keys, number=" +49 (0)30  12345 ")
    claim_address(**keys, address=Address("Weg", " 7 b", "12345", "Musterstadt"))
    contact = get_contact(session, vault, amina, NOW + timedelta(days=400))
    assert (contact.phone, contact.claimed_phone) == (None, "+49 (0)30 12345")
    assert contact.claimed_address == Address("Weg", "7 b", "12345", "Musterstadt")
    decided = {"office_id": cast.office.id, "claim_id": phone, "now": NOW, "actor": OPERATOR}
    confirm_claim_by_staff(session, vault, **decided, identity_check="Pass")
    assert get_contact(session, vault, amina, NOW).phone == "+49 (0)30 12345"
    with pytest.raises(UnknownClaim):
        reject_claim(session, **decided, reason="falsch")


def test_a_rejected_claim_is_gone(session, vault, cast, amina, claim, confirm):
    claimed = claim("a@b.example")
    reject_claim(
        session,
        office_id=cast.office.id,
        claim_id=claimed.claim_id,
        reason="falsch",
        now=NOW,
        actor=OPERATOR,
    )
    assert list_claims(session, vault, amina, NOW) == []
    with pytest.raises(UnknownClaim):
        confirm(claimed.token)


def test_another_office_cannot_decide(session, vault, cast, claim):
    neighbour = load_cast(session, NOW, ref="nachbarstadt", host="nachbar.example")
    with pytest.raises(UnknownClaim):
        confirm_claim_by_staff(
            session,
            vault,
            identity_check="Pass",
            office_id=neighbour.office.id,
            claim_id=claim("a@b.example").claim_id,
            now=NOW,
            actor=OPERATOR,
        )


def test_a_language_counts_at_once(session, vault, amina):
    keys = {"session": session, "vault": vault, "person_id": amina, "now": NOW, "actor": OPERATOR}
    claim_language(**keys, tag="ar-SY")
    assert get_contact(session, vault, amina, NOW).language == "ar"
    claim_language(**keys, tag="tr")
    assert get_contact(session, vault, amina, NOW).language == "tr"
    with pytest.raises(BadContact):
        claim_language(**keys, tag="tlh")


@pytest.mark.parametrize("number", ["", "abc", "1", "+49 30 \r\n", "1" * 50, "----------"])
def test_what_cannot_be_a_number_is_refused(session, vault, amina, number):
    with pytest.raises(BadContact):
        claim_phone(session, vault, person_id=amina, number=number, now=NOW, actor=OPERATOR)


def test_nobody_can_claim_for_an_unknown_person(session, vault, cast):
    with pytest.raises(UnknownPerson):
        claim_email(session, vault, person_id=cast.office.id, address="a@b.example", now=NOW, actor=OPERATOR)
