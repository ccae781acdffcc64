"""From requirements to a sheet: numbers, choices, ages, marks, the short address; and what is kept."""

from datetime import date

import pytest

from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.printing import SheetOrder, _age_text, build_sheet, print_sheet
from servicedesk.checklists.rules import PersonFacts, list_requirements
from servicedesk.kernel.intervals import Lead
from servicedesk.kernel.locales import LANGUAGES
from servicedesk.notices.contexts import OfficeBlock
from servicedesk.notices.contexts.checklists import LineMark

CATALOGUE = load_catalogue()
OFFICE = OfficeBlock("Amt", "Platz 1", "12345", "Musterstadt", "https://amt.example")
DAY = date(2026, 11, 23)


def order(concern_id="permit_study", locale="ar", **more):
    concern = CATALOGUE.get_concern(concern_id)
    requirements = list_requirements(concern, PersonFacts(is_renewal=True, age=30))
    return SheetOrder(concern, requirements, locale, DAY, **more)


def test_lines_are_numbered_through_and_a_choice_shares_one_number():
    sheet = build_sheet(order(), CATALOGUE, OFFICE)
    labels = [[line.number for line in group.lines] for group in sheet.groups]
    choice = next(group for group in sheet.groups if group.heading.de)
    assert choice.heading.de == "Eine dieser Unterlagen genügt"
    assert [line.number for line in choice.lines] == ["9a", "9b", "9c", "9d", "9e", "9f"]
    assert labels[0] == [str(number) for number in range(1, 9)]
    assert labels[-1][0] == "10"


def test_the_address_is_short_and_stands_in_the_code_as_it_is_typed():
    sheet = build_sheet(order(), CATALOGUE, OFFICE)
    assert sheet.typed_url == "amt.example/ar/p/stu"
    assert sheet.url == "https://amt.example/ar/p/stu"


def test_a_line_says_how_old_the_paper_may_be_and_where_to_get_it():
    sheet = build_sheet(order(locale="en"), CATALOGUE, OFFICE)
    lines = {line.name.de: line for group in sheet.groups for line in group.lines}
    notes = [note.de for note in lines["Meldebescheinigung"].notes]
    assert notes[0] == "Höchstens 3 Monate alt."
    assert notes[1] == CATALOGUE.documents["registration_certificate"].where


@pytest.mark.parametrize(
    ("span", "text"),
    [
        ("P1M", "Höchstens 1 Monat alt."),
        ("P12M", "Höchstens 12 Monate alt."),
        ("P4W", "Höchstens 4 Wochen alt."),
        ("P7D", "Höchstens 1 Woche alt."),
        ("P10D", "Höchstens 10 Tage alt."),
        ("P1D", "Höchstens 1 Tag alt."),
    ],
)
def test_spans_are_said_in_the_largest_whole_unit(span, text):

    assert _age_text(Lead.parse(span), LANGUAGES["de"]) == text


def test_the_list_of_a_case_carries_its_marks_and_is_not_kept():
    mine = order(marks={"passport": LineMark.GIVEN}, file_number="AZ-1", name="Amina Muster", locale="de")
    sheet = build_sheet(mine, CATALOGUE, OFFICE)
    assert sheet.groups[0].lines[0].mark is LineMark.GIVEN
    assert {line.mark for line in sheet.groups[0].lines[1:]} == {LineMark.OPEN}
    assert print_sheet(sheet) is not print_sheet(sheet)


def test_a_blank_list_is_drawn_once():
    assert print_sheet(build_sheet(order(locale="de"), CATALOGUE, OFFICE)) is print_sheet(
        build_sheet(order(locale="de"), CATALOGUE, OFFICE)
    )


@pytest.mark.parametrize("concern_id", sorted(CATALOGUE.concerns))
def test_every_concern_gives_a_sheet_in_every_language(concern_id):
    for locale in LANGUAGES:
        sheet = build_sheet(order(concern_id, locale), CATALOGUE, OFFICE)
        assert sheet.locale == locale
        assert all(line.name.de for group in sheet.groups for line in group.lines)
