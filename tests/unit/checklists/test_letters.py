"""The three letters by which the front desk names a concern."""

import pytest

from servicedesk.checklists.catalogue import load_catalogue

CATALOGUE = load_catalogue()


def test_every_concern_is_found_by_letters_of_its_own():
    found = [CATALOGUE.find_by_letters(concern.letters) for concern in CATALOGUE.list_concerns()]
    assert found == list(CATALOGUE.list_concerns())


@pytest.mark.parametrize(
    ("typed", "concern_id"), [("stu", "permit_study"), (" STU ", "permit_study"), ("Ein", "naturalisation")]
)
def test_letters_are_read_in_any_case(typed, concern_id):
    concern = CATALOGUE.find_by_letters(typed)
    assert concern is not None
    assert concern.id == concern_id


@pytest.mark.parametrize("typed", ["", "st", "stud", "zzz", "ß"])
def test_other_letters_name_nothing(typed):
    assert CATALOGUE.find_by_letters(typed) is None
