"""Printing checklists at the desk."""

import pytest

from servicedesk.db.audit import AccessLog
from servicedesk.kernel.locales import LANGUAGES
from tests.conftest import NOW
from tests.support.client import Browser, make_app
from tests.support.office import FIFTEEN, PASSWORD, load_cast
from tests.support.pdf_reading import page_texts

PRINT = "/staff/checklists/print"


@pytest.fixture
def dmitri(desk):
    return desk.sign_in("dmitri")


def printed(browser) -> str:
    return " ".join("".join(page_texts(browser.answer.data)).split())


def test_three_letters_and_a_language_open_the_list(dmitri):
    browser = dmitri.get(f"{PRINT}?letters=STU&language=en")
    assert browser.answer.mimetype == "application/pdf"
    assert browser.answer.headers["Content-Disposition"] == 'inline; filename="checkliste-stu-en.pdf"'
    words = printed(browser)
    assert "Aufenthaltserlaubnis zum Studium" in words
    assert "/en/p/stu" in words


@pytest.mark.parametrize(
    ("asked", "there", "gone"),
    [
        ("letters=fab", "Gehaltsabrechnungen", "Antragsformular"),
        ("letters=fab&first=y", "Antragsformular", "bisheriger Aufenthaltstitel"),
    ],
)
def test_what_is_ticked_changes_the_list(dmitri, asked, there, gone):
    words = printed(dmitri.get(f"{PRINT}?{asked}&language=de"))
    assert there in words
    assert gone not in words


def test_large_print_is_larger(dmitri):
    small = len(page_texts(dmitri.get(f"{PRINT}?letters=stu&language=de").answer.data))
    large = len(page_texts(dmitri.get(f"{PRINT}?letters=stu&language=de&large=y").answer.data))
    assert large > small


@pytest.mark.parametrize(
    ("asked", "said"), [("", "Tippen Sie die drei Buchstaben"), ("zzz", "„zzz“ gehört zu keinem")]
)
def test_letters_nobody_has_are_answered_at_the_field_and_nothing_typed_is_lost(dmitri, asked, said):
    page = dmitri.get(f"{PRINT}?letters={asked}&language=uk&large=y").page
    assert said in page.words()
    assert page.text.count(said) == 2
    assert 'value="uk" selected' in page.text
    assert 'name="large" value="y" checked' in page.text


def test_a_language_the_office_does_not_offer_falls_back_to_german(dmitri):
    assert (
        "checkliste-stu-de"
        in dmitri.get(f"{PRINT}?letters=stu&language=xx").answer.headers["Content-Disposition"]
    )


def test_the_page_lists_every_concern_with_its_letters(dmitri):
    words = dmitri.get("/staff/checklists").page.words()
    assert "Aufenthaltserlaubnis zum Studium stu" in words
    assert "Einbürgerung ein" in words


def test_the_list_of_a_case_says_what_is_there_and_what_is_missing(desk, boris):
    ref = desk.case("Çelik", "Amina")
    boris.get(f"/staff/cases/{ref}")
    boris.press("abgegeben")
    words = printed(boris.get(f"/staff/cases/{ref}/checklist?language=tr"))
    assert "Für Amina Çelik, Aktenzeichen" in words
    assert "liegt uns vor" in words
    assert "fehlt noch" in words
    with desk.db.reading() as session:
        assert session.query(AccessLog).filter_by(page="checklist").count() == 1


def test_the_list_of_a_foreign_case_is_not_found(desk, boris):
    ref = desk.case("Zeta", "Omar")
    assert boris.get(f"/staff/cases/{ref}/checklist").status == 404


@pytest.mark.parametrize(
    ("typed", "name"),
    [("stu ar", "stu-ar"), ("STU  UK", "stu-uk"), ("stu", "stu-tr"), ("stu tr ", "stu-tr")],
)
def test_the_language_may_stand_behind_the_letters(dmitri, typed, name):
    asked = typed.replace(" ", "+")
    answer = dmitri.get(f"{PRINT}?letters={asked}&language=tr").answer
    assert answer.headers["Content-Disposition"] == f'inline; filename="checkliste-{name}.pdf"'


def test_letters_with_a_language_nobody_offers_are_answered_at_the_field(dmitri):
    page = dmitri.get(f"{PRINT}?letters=stu+xx").page
    assert "„stu xx“ gehört zu keinem" in page.words()
    assert 'value="stu xx"' in page.text


def test_all_fifteen_languages_can_be_chosen_by_their_letters(db, clock, tmp_path, vault):
    with db.unit_of_work() as session:
        load_cast(session, NOW, setup=FIFTEEN)
    browser = Browser(make_app(db, clock, tmp_path, vault))
    browser.get("/staff/sign-in")
    browser.submit(login="dmitri", password=PASSWORD)
    page = browser.get("/staff/checklists").page
    choices = {one.get("value"): page.words(one) for one in page.all("option")}
    assert set(choices) == set(LANGUAGES)
    assert all(words.startswith(f"{tag} · ") for tag, words in choices.items())


def test_the_page_of_a_case_leads_to_its_list(desk, boris):
    ref = desk.case("Çelik", "Amina")
    boris.get(f"/staff/cases/{ref}")
    boris.follow("Liste drucken, mit dem, was noch fehlt")
    assert boris.answer.mimetype == "application/pdf"
    boris.get(f"/staff/cases/{ref}")
    boris.follow("in großer Schrift")
    assert boris.answer.mimetype == "application/pdf"
