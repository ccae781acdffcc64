"""What the office file may choose about interim confirmations."""

import pytest

from servicedesk.offices.errors import FaultyOfficeFile
from servicedesk.offices.rules.details import InterimChoices, OfficeDetails
from servicedesk.offices.rules.setup import parse_setup
from tests.unit.offices.files import MINIMAL


def choose(lines):
    return parse_setup(f"{MINIMAL}\n[interim]\n{lines}\n".encode()).details.interim


def test_without_the_table_nothing_is_chosen():
    assert parse_setup(MINIMAL.encode()).details.interim == InterimChoices()


def test_an_office_may_choose_everything():
    chosen = choose(
        "propose_days = 21\nhand_over_days = 10\nrelease_days = 3\nautomatic = false\nfour_eyes = true\n"
        'check_again = "P6W"\nlist_age_days = 14'
    )
    assert chosen == InterimChoices(21, 10, 3, False, True, "P42D", 14)
    details = OfficeDetails(interim=chosen)
    assert OfficeDetails.from_json(details.to_json()) == details


def test_details_written_before_there_were_choices_are_read():
    stored = OfficeDetails().to_json()
    del stored["interim"]
    assert OfficeDetails.from_json(stored) == OfficeDetails()


@pytest.mark.parametrize(
    ("lines", "path", "says"),
    [
        ("propose_days = 60", "interim.propose_days", "between 1 and 27"),
        ("propose_days = 7\nhand_over_days = 9", "interim.hand_over_days", "is more than propose_days"),
        ("propose_days = 7\nrelease_days = 9", "interim.release_days", "is more than propose_days"),
        ("hand_over_days = 2\nrelease_days = 3", "interim.release_days", "is more than hand_over_days"),
        ('automatic = "no"', "interim.automatic", "true or false"),
        ('check_again = "3 months"', "interim.check_again", "is no span"),
        ('check_again = "P2W"', "interim.check_again", "four weeks at least"),
        ('check_again = "P2M400D"', "interim.check_again", "a year at most"),
        ("list_age_days = 0", "interim.list_age_days", "between 1 and 366"),
        ("proposals = 14", "interim.proposals", "is not a key"),
    ],
)
def test_a_slip_of_the_hand_is_one_problem_with_its_place(lines, path, says):
    with pytest.raises(FaultyOfficeFile) as refused:
        choose(lines)
    (problem,) = refused.value.problems
    assert f": {path}: " in problem
    assert says in problem
