"""What an office may choose about checking papers, and what is refused with its place."""

import pytest

from servicedesk.offices.rules.details import CheckingChoices, OfficeDetails
from servicedesk.offices.rules.setup import parse_setup
from tests.support.office import SETUP

OFFICE = SETUP.format(ref="musterstadt", host="localhost", town="Musterstadt")


def read(text):
    return parse_setup(f"{OFFICE}\n{text}".encode()).details


def test_nothing_chosen_leaves_the_defaults():
    assert read("").checking == CheckingChoices()


def test_choices_are_kept_and_survive_their_way_through_json():
    found = read(
        "[checking]\nundo_minutes = 10\nbring_days = 21\n[[checking.wait]]\nconcern = 'settlement_permit'\ndays = 120"
    )
    assert found.checking == CheckingChoices(undo_minutes=10, bring_days=21, waits={"settlement_permit": 120})
    assert OfficeDetails.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[checking]\nbring_days = 2", "bring_days"),
        ("[checking]\nclarification_minutes = 7", "multiple of five"),
        ("[checking]\nunod_minutes = 7", "unod_minutes"),
        ("[[checking.wait]]\nconcern = 'a'", "days"),
        ("[[checking.wait]]\nconcern = 'a'\ndays = 9\n[[checking.wait]]\nconcern = 'a'\ndays = 10", "twice"),
    ],
)
def test_what_cannot_be_is_refused(text, words):
    with pytest.raises(Exception) as fault:
        read(text)
    assert words in f"{fault.value} {getattr(fault.value, 'problems', '')}"
