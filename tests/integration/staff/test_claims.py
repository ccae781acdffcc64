"""New contact data on the staff pages: on today, beside what is known, confirmed or refused, recorded."""

from datetime import timedelta

import pytest

from servicedesk.cases.models import Case
from servicedesk.db.audit import AccessLog
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.notices.models import Outbox
from servicedesk.register.models import ContactClaim, Person
from servicedesk.register.rules.contacts import Address
from servicedesk.register.service import claim_address, claim_email, claim_phone
from tests.conftest import NOW
from tests.support.desk import TODAY, table_names


@pytest.fixture
def ref(desk):
    return desk.case("Çelik", "Özlem", TODAY + timedelta(days=40))


@pytest.fixture
def give(desk, ref):
    """Let the person of the case give something new; return the claim's id."""

    def act(use, **value):
        with desk.db.unit_of_work() as session:
            person_id = session.query(Case).filter_by(ref=ref).one().person_id
            claim = use(session, desk.vault, person_id=person_id, **value, now=NOW, actor=OPERATOR)
        return getattr(claim, "claim_id", claim)

    return act


def address(give):
    return give(claim_address, address=Address("Neue Gasse", "3", "54321", "Neustadt"))


def test_nothing_waits(boris):
    assert "Neue Kontaktdaten" not in boris.page.words()
    words = boris.get("/staff/claims").page.words()
    assert "Keine Angabe wartet." in words
    assert "Fragen Sie nach, bevor Sie sie bestätigen." in words


def test_a_new_address_is_found_on_today_and_confirmed(desk, boris, ref, give):
    claim = address(give)
    assert "Neue Kontaktdaten (1)" in boris.get("/staff/").page.words()
    boris.follow("prüfen")
    assert boris.path == f"/staff/claims/{claim.hex}"
    words = boris.page.words()
    assert "Bisher Lindenweg 7 b 12345 Musterstadt" in words
    assert "Neu Neue Gasse 3 54321 Neustadt" in words
    assert desk.row(AccessLog).page == "claim"
    boris.submit(identity_check="")
    assert boris.page.errors == ["Schreiben Sie, was Sie gesehen oder gefragt haben."]
    boris.submit(identity_check="Meldebescheinigung vorgelegt", tell_old="y")
    assert boris.path == "/staff/claims"
    assert table_names(boris) == []
    words = boris.get(f"/staff/cases/{ref}").page.words()
    assert "Post geht an Neue Gasse 3 54321 Neustadt" in words
    assert "Kontaktdaten bestätigt: Meldebescheinigung vorgelegt – Boris" in words
    assert "neue Kontaktdaten genannt – der Betrieb" in words
    assert desk.row(Outbox, kind="contact_changed_letter").channel == "letter"
    assert "Neue Gasse 3, 54321 Neustadt" in boris.get(f"/staff/cases/{ref}/code").page.words()


def test_the_letter_to_the_old_address_can_be_left_out(desk, boris, give):
    boris.get(f"/staff/claims/{address(give).hex}")
    assert boris.page.all("input", name="tell_old")[0].get("checked") is not None
    boris.submit(identity_check="Pass vorgelegt", tell_old=None)
    assert desk.rows(Outbox, kind="contact_changed_letter") == []
    assert desk.row(Person).post_address["street"] == "Neue Gasse"


def test_a_number_and_a_mailbox_show_beside_what_is_known(boris, give):
    number = give(claim_phone, number="+49 30 1234567")
    words = boris.get(f"/staff/claims/{number.hex}").page.words()
    assert "Bisher nicht bekannt" in words
    assert "Neu +49 30 1234567" in words
    assert boris.page.all("input", name="tell_old") == []
    mailbox = give(claim_email, address="oezlem@post.example")
    words = boris.get(f"/staff/claims/{mailbox.hex}").page.words()
    assert "Neu oezlem@post.example" in words
    assert "Die Person kann die Adresse selbst bestätigen" in words


def test_a_claim_is_refused_with_a_reason_that_stays(desk, boris, ref, give):
    claim = address(give)
    boris.get(f"/staff/cases/{ref}")
    boris.follow("prüfen und bestätigen")
    boris.follow("nicht bestätigen")
    boris.submit(reason="")
    assert boris.page.errors == ["Nennen Sie den Grund."]
    boris.submit(reason="Person weiß nichts davon")
    assert desk.row(ContactClaim, id=claim).state == "rejected"
    words = boris.get(f"/staff/cases/{ref}").page.words()
    assert "Kontaktdaten nicht bestätigt: Person weiß nichts davon – Boris" in words
    assert "prüfen und bestätigen" not in words


def test_what_somebody_else_decided_is_said_kindly(desk, boris, give):
    claim = address(give)
    boris.get(f"/staff/claims/{claim.hex}")
    desk.sign_in("eva").get(f"/staff/claims/{claim.hex}").submit(identity_check="Pass")
    boris.submit(identity_check="Pass")
    assert boris.status == 409
    assert "Über diese Angabe ist schon entschieden" in boris.page.words()
    assert boris.get(f"/staff/claims/{claim.hex}").status == 409


def test_a_claim_of_another_range_looks_like_none(desk, give):
    claim = address(give)
    clara = desk.sign_in("clara")
    assert "Neue Kontaktdaten" not in clara.page.words()
    assert table_names(clara.get("/staff/claims")) == []
    for wanted in (claim.hex, "no-id"):
        assert clara.get(f"/staff/claims/{wanted}").status == 404
        assert clara.get(f"/staff/claims/{wanted}/refuse").status == 404
    assert desk.rows(AccessLog) == []


def test_the_front_desk_confirms_for_whoever_stands_before_it(desk, give):
    claim = address(give)
    dmitri = desk.sign_in("dmitri")
    assert "Neue Kontaktdaten (1)" in dmitri.page.words()
    dmitri.get(f"/staff/claims/{claim.hex}")
    dmitri.submit(identity_check="Pass und Meldebescheinigung")
    assert desk.row(ContactClaim, id=claim).state == "confirmed"


def test_many_claims_lead_to_the_whole_list(desk, boris):
    for number in range(9):
        person_id = desk.person("Berg", f"Ole{number}")
        with desk.db.unit_of_work() as session:
            claim_phone(
                session,
                desk.vault,
                person_id=person_id,
                number=f"+49 30 123456{number}",
                now=NOW + timedelta(minutes=number),
                actor=OPERATOR,
            )
    boris.get("/staff/")
    assert "Neue Kontaktdaten (8+)" in boris.page.words()
    boris.follow("Alle neuen Kontaktdaten")
    assert table_names(boris) == [f"Berg, Ole{number}" for number in range(9)]
