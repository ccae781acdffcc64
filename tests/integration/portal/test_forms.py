"""Forms behind the code: one question a page, kept at every step, sent once, corrected by a new one."""

from datetime import date

import pytest
from sqlalchemy import select

from servicedesk.cases.models import Case, CaseRequirement, FormDraft, SubmittedForm
from servicedesk.cases.queries.forms import find_sent
from servicedesk.cases.rules import CloseReason
from servicedesk.cases.service import close_case
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.register.models import Person
from tests.conftest import NOW
from tests.support.catalogues import release
from tests.support.pdf_reading import page_texts

FORM = "/de/case/forms/title_application"
ANSWERS = {
    "changes": {"value": ""},
    "present_title": {"value": ""},
    "title_ends_on": {},
    "has_passport": {"value": "yes"},
    "passport_number": {"value": "C01X00T47"},
    "passport_state": {"value": "Marokko"},
    "passport_ends_on": {"value-day": "1", "value-month": "Mai", "value-year": "2031"},
    "entered_on": {"value-day": "3", "value-month": "9", "value-year": "2019"},
    "entry_way": {"value": "visa"},
    "long_absence": {"value": "no"},
    "absence_dates": {"value": ""},
    "married": {"value": "yes"},
    "spouse_name": {"value": "سلمى Haddad"},
    "spouse_birth": {"value-day": "0", "value-month": "0", "value-year": "1991"},
    "married_on": {"value-day": "2", "value-month": "2", "value-year": "2016"},
    "lives_together": {"value": "yes"},
    "children": {"name": "Lina", "born_on": "4. März 2018", "lives": "bei mir"},
    "employed": {"value": "yes"},
    "employer": {"value": "Bäckerei Korn\nMarkt 3"},
    "employed_since": {"value-day": "1", "value-month": "2", "value-year": "2022"},
    "net_income": {"value": "١٤٥٠"},
    "self_employed": {"value": "no"},
    "benefits": {"value": "no"},
    "private_insurance": {"value": "no"},
    "insurer": {"value": "AOK"},
    "rents_home": {"value": "yes"},
    "living_space": {"value": "48"},
    "people_at_home": {"value": "3"},
    "warm_rent": {"value": "612,50"},
    "remarks": {"value": ""},
}


def place(browser):
    """Return which question the browser stands at."""
    return browser.path.rsplit("/", 1)[-1]


def answer_until(browser, stop="check", **changed):
    """Answer every question that comes up until the page `stop`; returns the questions met."""
    met = []
    while place(browser) != stop:
        name = place(browser)
        assert name in ANSWERS, f"{browser.path}: {browser.page.words()[:300]}"
        assert name not in met, f"asked twice: {name}"
        met.append(name)
        browser.submit(**changed.get(name, ANSWERS[name]))
        assert browser.status == 200
        assert place(browser) != name, browser.page.words()[:500]
    return met


@pytest.fixture
def begun(applied):
    applied.get(FORM)
    return applied.press("Anfangen")


@pytest.fixture
def case_of(db, letter):
    def read(kind, *conditions):
        with db.reading() as session:
            return session.scalars(select(kind).where(kind.case_id == letter.case_id, *conditions)).all()

    return read


def test_a_form_is_asked_page_by_page_sent_once_and_reaches_the_office(begun, case_of, db, vault, letter):
    met = answer_until(begun)
    assert "family_name" not in met
    assert "home_address" not in met
    assert "parents" not in met
    assert "سلمى Haddad" in begun.page.words()
    assert "04.03.2018" in begun.page.words()
    begun.press("Formular abschicken")
    assert "Ihr Formular ist da" in begun.page.words()
    (row,) = case_of(SubmittedForm)
    assert (row.number, row.locale, row.received_at, row.is_withdrawn) == (1, "de", NOW, False)
    assert row.ref in begun.page.words()
    assert b"Korn" not in row.content_sealed
    assert case_of(FormDraft) == []
    assert case_of(CaseRequirement) == []  # the list of a renewal does not ask for the form
    with db.reading() as session:
        sent = find_sent(session, vault, session.get_one(Case, letter.case_id), "title_application")
    assert sent.filling.values["net_income"] == "1450"
    assert sent.filling.values["spouse_birth"] == "1991-00-00"
    assert sent.filling.known["family_name"]
    assert sent.filling.known["home_address"]


def test_what_the_register_knows_is_named_and_never_shown(begun, db, letter):
    begun.get(FORM)
    assert "Diese Angaben haben wir schon" in begun.page.words()
    with db.reading() as session:
        street = session.get_one(Person, letter.person_id).street
    assert street
    assert street not in begun.page.words()
    answer_until(begun.press("Weitermachen"))
    assert "Diese Angaben haben wir schon: Familienname" in begun.page.words()
    assert street not in begun.page.words()


def test_answers_survive_leaving_and_another_language(begun):
    answer_until(begun, stop="passport_state")
    begun.get("/ar/case/forms/title_application")
    begun.submit()
    assert begun.path == "/ar/case/forms/title_application/q/passport_state"
    begun.submit(value="المغرب", _language="tr")
    assert begun.page.form("page-form")[1]["value"] == "المغرب"
    assert begun.page.all("html")[0].get("lang") == "tr"
    begun.get(f"{FORM}/q/passport_number")
    assert begun.page.form("page-form")[1]["value"] == "C01X00T47"


def test_a_date_that_cannot_be_true_is_refused_and_the_register_stays_silent(begun):
    answer_until(begun, stop="married_on")
    begun.submit(**{"value-day": "1", "value-month": "1", "value-year": "1980"})
    assert "Dieses Datum kann nicht stimmen" in begun.page.words()
    assert "17.05.1990" not in begun.page.words()


def test_contradicting_answers_are_refused_with_words_and_the_first_stays(begun):
    answer_until(begun, stop="owns_home", rents_home={"value": "no"}, warm_rent={"value": "1"})
    begun.submit(value="yes")
    begun.get(f"{FORM}/q/rents_home")
    begun.submit(value="yes")
    assert "Diese Antwort passt nicht zu dem, was wir schon wissen" in begun.page.words()
    begun.get(f"{FORM}/q/rents_home")
    assert begun.page.form("page-form")[1]["value"] == "no"


def test_a_withdrawn_concern_keeps_what_was_typed_and_the_office_gets_the_form(begun, db, case_of, letter):
    answer_until(begun, stop="married")
    gone = {"concern": [{"id": "permit_study", "valid_until": "2026-11-22"}]}
    letter.cast.accounts |= {"frida": new_id(), "eva": new_id()}
    with db.unit_of_work() as session:
        release(session, letter.cast, gone, now=NOW, effective_from=date(2026, 11, 23))
    begun.get(f"{FORM}/q/married")
    assert "Dieses Anliegen gibt es nicht mehr" in begun.page.words()
    assert "ist gespeichert" in begun.page.words()
    answer_until(begun)
    assert "C01X00T47" in begun.page.words()
    begun.press("Formular abschicken")
    (row,) = case_of(SubmittedForm)
    assert row.is_withdrawn
    assert row.catalogue_version == load_catalogue().version


def test_a_correction_is_a_new_form_and_the_first_stays(begun, case_of):
    answer_until(begun)
    begun.press("Formular abschicken")
    first = case_of(SubmittedForm)[0]
    begun.press("Angaben berichtigen")
    assert place(begun) == "check"
    assert "Manches haben Sie schon bei Ihren Unterlagen beantwortet." in begun.page.words()
    begun.get(f"{FORM}/q/insurer")
    begun.submit(value="TK")
    assert place(begun) == "check"
    begun.press("Formular abschicken")
    rows = sorted(case_of(SubmittedForm), key=lambda one: one.number)
    assert [one.number for one in rows] == [1, 2]
    assert rows[0].content_sealed == first.content_sealed


def test_a_second_tab_sends_nothing_twice(begun, case_of):
    answer_until(begun)
    page, path = begun.page, begun.path
    begun.press("Formular abschicken")
    action, values = page.form("page-form")
    begun.post(action or path, {**values, "_idempotency_key": "another"})
    assert begun.status == 200
    assert len(case_of(SubmittedForm)) == 1


def test_an_answer_that_comes_after_sending_is_not_taken_in_silence(begun, case_of):
    answer_until(begun)
    begun.get(f"{FORM}/q/insurer")
    _, values = begun.page.form("page-form")
    begun.get(f"{FORM}/check")
    begun.press("Formular abschicken")
    assert "schon abgeschickt" not in begun.page.words()
    begun.post(f"{FORM}/q/insurer", {**values, "value": "Barmer", "_idempotency_key": "another"})
    assert begun.page.h1 == "Ihr Formular ist da"
    assert "Dieses Formular haben Sie schon abgeschickt" in begun.page.words()
    assert begun.page.words().count("Haben Sie sich geirrt?") == 1
    assert len(case_of(SubmittedForm)) == 1
    assert case_of(FormDraft) == []


def test_signs_that_turn_a_text_around_are_left_out(begun):
    answer_until(begun, stop="children")
    begun.submit(name="\u202eLina\u2066", born_on="4.3.2018", lives="bei mir")
    answer_until(begun)
    assert "Lina, 04.03.2018" in begun.page.words()


def test_a_row_that_cannot_be_is_not_taken_off(begun):
    answer_until(begun, stop="children")
    begun.submit(name="Lina", born_on="4.3.2018", lives="", add="y")
    _, values = begun.page.form("page-form")
    assert begun.post(begun.path, {**values, "remove": "9" * 5000}).status == 200
    assert "Lina" in begun.get(f"{FORM}/q/children").page.words()


def test_a_year_that_cannot_be_is_not_told_to_have_four_digits(begun):
    answer_until(begun, stop="passport_ends_on")
    begun.submit(**{"value-day": "1", "value-month": "1", "value-year": "2203"})
    assert "Dieses Datum kann nicht stimmen." in begun.page.words()
    assert "vier Ziffern" not in begun.page.words()
    begun.submit(**{"value-day": "1", "value-month": "1", "value-year": "30"})
    assert "Schreiben Sie das Jahr mit vier Ziffern." in begun.page.words()


def test_faults_are_said_at_the_field_and_nothing_is_lost(begun):
    answer_until(begun, stop="passport_ends_on")
    begun.submit(**{"value-day": "40", "value-month": "1", "value-year": "2030"})
    assert "Schreiben Sie den Tag als Zahl von 1 bis 31." in begun.page.words()
    assert begun.page.form("page-form")[1]["value-year"] == "2030"
    begun.submit(**ANSWERS["passport_ends_on"])
    answer_until(begun, stop="children")
    begun.submit(name="", born_on="gestern", lives="")
    assert "Schreiben Sie eine Antwort." in begun.page.words()
    begun.submit(name="Lina", born_on="gestern", lives="")
    assert "Schreiben Sie das Datum mit Tag, Monat und Jahr" in begun.page.words()


def test_closing_the_case_takes_drafts_with_it(begun, db, letter, case_of):
    begun.submit(value="")
    assert len(case_of(FormDraft)) == 1
    with db.unit_of_work() as session:
        close_case(session, case_id=letter.case_id, reason=CloseReason.moved_away, actor=SYSTEM, now=NOW)
    assert case_of(FormDraft) == []


def test_a_form_of_another_concern_or_none_leads_to_the_list(applied):
    applied.get("/de/case/forms/naturalisation_application")
    assert applied.path == "/de/case/forms/"
    assert "Ihre Formulare" in applied.page.words()
    applied.get("/de/case/forms/nothing/q/else")
    assert applied.path == "/de/case/forms/"


def test_the_own_copy_has_what_was_typed_and_not_what_only_the_register_knows(begun):
    answer_until(begun)
    begun.get(f"{FORM}/pdf")
    assert begun.answer.mimetype == "application/pdf"
    text = " ".join(page_texts(begun.answer.data))
    assert "C01X00T47" in text
    assert "liegt der Ausländerbehörde vor" in text
    assert "17.05.1990" not in text


def test_what_is_stored_of_a_draft_is_sealed(begun, case_of):
    answer_until(begun, stop="passport_state")
    (draft,) = case_of(FormDraft)
    assert b"C01X00T47" not in draft.content_sealed
