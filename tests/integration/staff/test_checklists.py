"""Printing checklists at the desk."""

import pytest

from servicedesk.db.audit import AccessLog
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
