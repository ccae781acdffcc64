"""How much an office lets people send."""

import pytest

from servicedesk.offices.errors import FaultyOfficeFile
from servicedesk.offices.rules.details import OfficeDetails, UploadChoices
from servicedesk.offices.rules.setup import parse_setup
from tests.support.office import SETUP

PLAIN = SETUP.format(ref="musterstadt", host="localhost", town="Musterstadt")


def read(*lines):
    table = "\n".join(["[office.uploads]", *lines, ""])
    return parse_setup(PLAIN.replace("[[case_worker]]", f"{table}\n[[case_worker]]", 1).encode()).details


def test_without_a_word_the_defaults_hold():
    assert parse_setup(PLAIN.encode()).details.uploads == UploadChoices(10, 100, 40, 90)


def test_the_numbers_of_berlin():
    details = read("max_file_mb = 7", "max_case_mb = 100")
    assert details.uploads.max_file_bytes == 7 * 1024 * 1024
    assert OfficeDetails.from_json(details.to_json()) == details


@pytest.mark.parametrize(
    "lines",
    [["max_file_mb = 0"], ["max_file_mb = 20", "max_case_mb = 10"], ["max_size = 3"], ["max_pages = 'ten'"]],
)
def test_nonsense_is_refused(lines):
    with pytest.raises(FaultyOfficeFile):
        read(*lines)
