"""The longest lists on paper: two pages in every language, black on white, and readable when printed large."""

from collections import Counter
from datetime import date
from io import BytesIO

import pikepdf
import pytest

from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.printing import SheetOrder, build_sheet
from servicedesk.checklists.rules import PersonFacts, list_requirements
from servicedesk.kernel.locales import LANGUAGES
from servicedesk.notices.contexts import OfficeBlock
from servicedesk.notices.contexts.checklists import LineMark
from servicedesk.notices.letters.checklists import render_checklists
from tests.support.languages import some_languages

CATALOGUE = load_catalogue()
OFFICE = OfficeBlock("Ausländerbehörde Musterstadt", "Platz 1", "12345", "Musterstadt", "https://amt.example")
MOST_PAGES = 2


def length(facts):
    """Return how much a concern's list has to say, as a way to find the longest."""

    def of(concern):
        lines = list_requirements(concern, facts)
        return sum(
            len(one.document.name) + len(one.document.where) + sum(map(len, one.notes)) for one in lines
        )

    return of


def draw(concern, facts, tag, **more):
    order = SheetOrder(concern, list_requirements(concern, facts), tag, date(2026, 11, 23), **more)
    return render_checklists((build_sheet(order, CATALOGUE, OFFICE),))


@pytest.mark.parametrize("is_renewal", [True, False])
@pytest.mark.parametrize("tag", some_languages(always=("de", "ru", "ti")))
def test_the_longest_list_fits_on_two_pages(tag, is_renewal):
    facts = PersonFacts(is_renewal=is_renewal)
    longest = max(CATALOGUE.list_concerns(), key=length(facts))
    assert draw(longest, facts, tag).page_count <= MOST_PAGES


def test_with_everything_missing_it_still_does():
    facts = PersonFacts(is_renewal=True)
    longest = max(CATALOGUE.list_concerns(), key=length(facts))
    ids = [line.document.id for line in list_requirements(longest, facts)]
    letter = draw(
        longest,
        facts,
        "de",
        marks=dict.fromkeys(ids, LineMark.MISSING),
        file_number="33.26.01-0000001",
        name="Amina Çelik",
    )
    assert letter.page_count <= MOST_PAGES


@pytest.mark.prove
@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_list_fits_on_two_pages(tag):
    long = [
        (concern.id, is_renewal)
        for concern in CATALOGUE.list_concerns()
        for is_renewal in (True, False)
        if concern.papers and draw(concern, PersonFacts(is_renewal=is_renewal), tag).page_count > MOST_PAGES
    ]
    assert long == []


@pytest.mark.parametrize("is_large", [False, True])
def test_a_printer_without_colours_shows_the_same(is_large):
    concern = CATALOGUE.get_concern("permit_study")
    ids = [line.document.id for line in list_requirements(concern, PersonFacts(is_renewal=True))]
    letter = draw(
        concern,
        PersonFacts(is_renewal=True),
        "ar",
        is_large=is_large,
        marks={ids[0]: LineMark.MISSING, ids[1]: LineMark.GIVEN},
        file_number="1",
    )
    found = colours(letter.pdf)
    assert found
    assert {one for one in found if len(set(one)) > 1} == set(), "no colour carries a meaning"
    assert max(max(one) for one in found if one != (1.0, 1.0, 1.0)) <= 0.5, "nothing is too pale for paper"


def colours(pdf):
    """Return every colour that a page draws with, as red, green and blue."""
    found = set()
    with pikepdf.open(BytesIO(pdf)) as opened:
        for page in opened.pages:
            for operands, operator in pikepdf.parse_content_stream(page):
                values = tuple(
                    float(one) for one in operands if isinstance(one, (int, float)) or _is_number(one)
                )
                if str(operator) in {"rg", "RG", "scn", "SCN"} and len(values) == 3:
                    found.add(values)
                elif str(operator) in {"g", "G", "scn", "SCN"} and len(values) == 1:
                    found.add(values * 3)
    return found


def _is_number(one):
    try:
        float(one)
    except (TypeError, ValueError):
        return False
    return True


def test_large_print_is_twice_as_large():
    concern, facts = CATALOGUE.get_concern("permit_study"), PersonFacts(is_renewal=True)
    normal, large = draw(concern, facts, "uk"), draw(concern, facts, "uk", is_large=True)
    assert usual(sizes(large.pdf)) == 2 * usual(sizes(normal.pdf))
    assert min(sizes(normal.pdf)) >= 8
    assert large.page_count > normal.page_count


def usual(found):
    """Return the size in which most is written."""
    return found.most_common(1)[0][0]


def sizes(pdf):
    """Return how often each size of letters is set, in points."""
    found = Counter()
    with pikepdf.open(BytesIO(pdf)) as opened:
        for page in opened.pages:
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tf":
                    found[round(float(operands[1]) * 0.75, 1)] += 1
    return found
