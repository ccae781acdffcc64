"""Search, opening a case by hand, messages without a letter."""

from datetime import date, timedelta

import pytest

from servicedesk.cases.models import Application, Case, ContactRequest
from servicedesk.db.audit import AccessLog, AuditEvent
from tests.conftest import NOW
from tests.support.desk import TODAY, table_names


@pytest.mark.parametrize(
    "text", ["celik", "Çelik", "CEL", "Çelik, Özlem", "Özlem Çelik", " çe lik ", "33.26.0000001", "33.26"]
)
def test_a_person_is_found_in_any_spelling(desk, boris, text):
    desk.person("Çelik", "Özlem", file_number="33.26.0000001")
    desk.person("Zelik", "Oskar", file_number="33.26.0000002")
    assert table_names(boris.get(f"/staff/search?q={text}")) == ["Çelik, Özlem"]


def test_a_case_is_found_by_its_reference(desk, boris):
    ref = desk.case("Çelik", "Özlem")
    boris.get(f"/staff/search?q={ref.lower()}")
    assert table_names(boris) == ["Çelik, Özlem"]
    boris.follow("Çelik, Özlem")
    assert boris.path == f"/staff/cases/{ref}"


@pytest.mark.parametrize("text", ["", "%20", "zorn", "%25", "_", "%00", "'; --", "x" * 500, "%D9%85"])
def test_nobody_is_found_without_a_fault(desk, boris, text):
    desk.person("Zorn", "Clara")
    desk.person("Çelik", "Özlem")
    assert boris.get(f"/staff/search?q={text}").status == 200
    assert table_names(boris) == []
    words = boris.page.words()
    assert "Wen suchen Sie?" in words or "In Ihrem Bereich ist niemand" in words


def test_many_results_ask_for_more_letters(desk, boris):
    for number in range(51):
        desk.person("Berg", f"Ole{number}")
    boris.get("/staff/search?q=berg")
    assert len(table_names(boris)) == 50
    assert "Es gibt noch mehr." in boris.page.words()


def test_a_case_is_opened_by_hand_for_any_concern(desk, boris):
    person = desk.person("Berisha", "Valon", TODAY + timedelta(days=200))
    boris.get("/staff/range")
    boris.follow("Vorgang eröffnen")
    assert boris.path == "/staff/open"
    boris.get("/staff/open?q=berisha")
    boris.follow("Berisha, Valon")
    assert desk.row(AccessLog, person_id=person).page == "person"
    assert boris.page.form()[1]["concern"] == "permit_study"
    boris.submit(concern="")
    assert boris.page.errors == ["Wählen Sie das Anliegen."]
    boris.submit(concern="permit_other")
    case = desk.row(Case, person_id=person)
    assert (case.origin, case.concern_id, case.owner_id) == (
        "hand",
        "permit_other",
        desk.cast.members["boris"],
    )
    assert boris.path == f"/staff/cases/{case.ref}"
    boris.get(f"/staff/open/{person.hex}")
    boris.submit(concern="permit_other")
    assert boris.page.errors == [f"Zu diesem Anliegen gibt es schon den offenen Vorgang {case.ref}."]


def test_a_person_of_another_range_looks_like_none(desk, boris):
    person = desk.person("Zorn", "Clara")
    assert boris.get(f"/staff/open/{person.hex}").status == 404
    assert boris.get("/staff/open/nonsense").status == 404
    hidden = boris.get("/staff/").page.hidden()
    assert boris.post(f"/staff/open/{person.hex}", hidden | {"concern": "permit_other"}).status == 404
    assert desk.rows(Case) == []


def test_a_message_is_matched_after_checking_identity(desk, boris):
    person = desk.person("Çelik", "Amina", date(2027, 2, 15))
    desk.person("Çelik", "Deniz", None, born=(2001, 1, 1))
    ref = desk.contact("Celik", "Amina")
    boris.get("/staff/contact")
    boris.follow(ref)
    words = boris.page.words()
    assert "+49 151 1234567" in words
    assert words.count("✓ gleich") == 2
    boris.submit()
    assert boris.page.errors == [
        "Wählen Sie die Person.",
        "Schreiben Sie, was Sie gesehen oder gefragt haben.",
    ]
    boris.submit(person=person.hex, identity_check="zurückgerufen")
    case = desk.row(Case, person_id=person)
    assert boris.path == f"/staff/cases/{case.ref}"
    assert desk.row(Application, case_id=case.id).received_at == NOW - timedelta(hours=3)
    assert "Identität geprüft: zurückgerufen – Boris" in boris.page.words()
    assert desk.row(ContactRequest).state == "matched"
    boris.get(f"/staff/contact/{ref}")
    assert "Diese Nachricht ist zugeordnet" in boris.page.words()
    assert ref in boris.get("/staff/contact?show=matched").page.links()


def test_another_spelling_is_searched_beside_the_message(desk, boris):
    person = desk.person("Hussein", "Ali")
    ref = desk.contact("Houssain", "Ali", ends_on=None)
    boris.get(f"/staff/contact/{ref}")
    assert "In Ihrem Bereich steht niemand mit diesem Namen." in boris.page.words()
    assert "weiß sie nicht" in boris.page.words()
    boris.get(f"/staff/contact/{ref}?q=hussein")
    boris.submit(person=person.hex, identity_check="Pass gesehen")
    assert desk.row(ContactRequest).person_id == person


def test_a_person_who_was_not_offered_is_refused(desk, boris):
    mine, foreign = desk.person("Çelik", "Amina"), desk.person("Zorn", "Clara")
    ref = desk.contact("Celik", "Amina")
    boris.get(f"/staff/contact/{ref}")
    boris.submit(person=foreign.hex, identity_check="x")
    assert boris.page.errors == ["Wählen Sie die Person."]
    assert desk.row(ContactRequest).state == "open"
    assert mine


def test_a_message_is_laid_aside_with_a_reason(desk, boris):
    ref = desk.contact("Celik", "Amina")
    boris.get(f"/staff/contact/{ref}/reject")
    boris.submit(reason=" ")
    assert boris.page.errors == ["Nennen Sie den Grund."]
    boris.submit(reason="wohnt in Nachbarort")
    assert boris.path == "/staff/contact"
    assert "Niemand wartet." in boris.page.words()
    assert "wohnt in Nachbarort" in boris.get(f"/staff/contact/{ref}").page.words()
    boris.get(f"/staff/contact/{ref}/reject")
    boris.submit(reason="noch einmal")
    assert "Diese Nachricht ist schon bearbeitet." in boris.page.errors[0]


def test_a_message_of_another_range_looks_like_none(desk, boris):
    ref = desk.contact("Zorn", "Clara")
    for address in (f"/staff/contact/{ref}", f"/staff/contact/{ref}/reject", "/staff/contact/K-0000-0000"):
        assert boris.get(address).status == 404
    assert ref not in boris.get("/staff/contact").page.links()
    assert desk.rows(AuditEvent, action="reject_contact") == []


def test_the_front_desk_looks_but_opens_no_case(desk):
    person = desk.person("Berisha", "Valon")
    dmitri = desk.sign_in("dmitri")
    assert "Vorgang eröffnen" not in " ".join(dmitri.get("/staff/range?show=all").page.links())
    dmitri.follow("Berisha, Valon")
    assert dmitri.path == f"/staff/open/{person.hex}"
    assert dmitri.page.all("select") == []
