"""Forms on the pages of staff: read what was sent, print it in German, print blank and prefilled ones."""

import pytest

from servicedesk.cases.models import Case, CaseRequirement
from tests.conftest import NOW
from tests.support.acting import resident
from tests.support.forms import send
from tests.support.pdf_reading import page_texts


@pytest.fixture
def ref(desk):
    return desk.case()


@pytest.fixture
def sent(desk, ref):
    with desk.db.unit_of_work() as session:
        case = session.query(Case).filter_by(ref=ref).one()
        me = resident(case.office_id, case.id)
        send(session, desk.vault, case, "title_application", actor=me, now=NOW)
    return ref


@pytest.fixture
def boris(desk):
    return desk.sign_in()


def printed(browser) -> str:
    assert browser.answer.mimetype == "application/pdf", browser.page and browser.page.words()
    return " ".join("".join(page_texts(browser.answer.data)).split())


def test_what_was_sent_stands_on_the_case_and_is_read_with_german_labels(boris, sent):
    boris.get(f"/staff/cases/{sent}")
    assert "Formulare" in boris.page.words()
    boris.follow("Antrag auf Erteilung oder Verlängerung")
    words = boris.page.words()
    assert "Welcher Staat hat den Pass ausgestellt? محمد 12 (B)" in words
    assert "Çelik aus dem Register" in words
    assert "ausgefüllt auf Arabisch" in words


def test_the_german_pdf_has_the_labels_in_german_and_the_answers_as_typed(boris, sent):
    boris.get(f"/staff/cases/{sent}")
    words = printed(boris.follow("deutsches PDF"))
    assert "Über das Internet eingegangen am" in words
    assert "Welcher Staat hat den Pass ausgestellt?" in words
    assert "Çelik" in words
    assert "(B)" in words


def test_a_prefilled_form_has_what_the_register_knows_beside_the_language_of_the_person(boris, ref):
    boris.get(f"/staff/cases/{ref}")
    words = printed(boris.follow("vorausgefüllt drucken"))
    assert "Çelik" in words
    assert "17.05.1990" in words
    assert "Ort, Datum, Unterschrift" in words
    english = printed(boris.get(f"/staff/cases/{ref}/forms/title_application/print?language=en"))
    assert "Family name" in english


def test_before_it_is_sent_staff_see_no_answer(boris, ref):
    boris.get(f"/staff/cases/{ref}/forms/title_application")
    assert "Noch nicht abgeschickt." in boris.page.words()


def test_accepting_goes_the_way_of_every_paper(desk, boris):
    ref = desk.case("Arslan")
    with desk.db.unit_of_work() as session:
        case = session.query(Case).filter_by(ref=ref).one()
        case.concern_id = "naturalisation"
        session.flush()
        me = resident(case.office_id, case.id)
        send(session, desk.vault, case, "naturalisation_application", actor=me, now=NOW)
    boris.get(f"/staff/cases/{ref}/forms/naturalisation_application")
    boris.press("in Ordnung")
    assert desk.row(CaseRequirement, document_id="application_form").state == "accepted"


def test_every_blank_form_can_be_printed_at_the_desk(desk):
    dmitri = desk.sign_in("dmitri")
    dmitri.get("/staff/checklists?language=uk")
    assert "Formulare der Behörde (9)" in dmitri.page.words()
    words = printed(dmitri.follow("Vollmacht zur Abholung der Karte"))
    assert "Ich bevollmächtige die genannte Person" in words
    assert "Vorgang" not in words
    assert dmitri.get("/staff/forms/nothing/print").status == 404


def test_a_form_outside_the_case_is_not_found(boris, ref):
    assert boris.get(f"/staff/cases/{ref}/forms/guest_data").status == 404
    assert boris.get(f"/staff/cases/{ref}/forms/title_application/print?number=7").status == 404
