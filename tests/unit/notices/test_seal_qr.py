"""The seal's square: how dense, how wide, and that it says what it should."""

from dataclasses import replace

import pytest
import segno

from servicedesk.interim.seal import build_token
from servicedesk.notices.letters.qr import SEAL_MODULE_MM, build_seal_qr
from tests.support.seals import CURRENT, FACTS, NAMES, longest_facts


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_usual_letters_get_a_square_that_may_be_stained(name):
    code = build_seal_qr(build_token(replace(FACTS, name=name), CURRENT))
    assert code.error == "Q"
    assert code.size <= 97  # version 20
    assert code.width_mm == code.size * SEAL_MODULE_MM <= 48.5


def test_longest_seal_is_still_a_square_that_cameras_read():
    code = build_seal_qr(build_token(longest_facts(), CURRENT))
    assert (code.error, code.size, code.width_mm) == ("M", 137, 68.5)


def test_modules_are_wide_enough_for_office_printers():
    # Six dots of a printer with 300 dpi; four is the least that the inventors of the code ask for.
    assert SEAL_MODULE_MM / 25.4 * 300 >= 5.9


@pytest.mark.parametrize("text", ["sd1:small letters", "SD1:" + "A" * 2000, "SD1:" + "A" * 5000])
def test_what_is_no_seal_gets_no_square(text):
    with pytest.raises(ValueError, match=r"no seal|longer"):
        build_seal_qr(text)


def test_path_draws_every_dark_module():
    token = build_token(FACTS, CURRENT)
    code = build_seal_qr(token)
    drawn = [[0] * code.size for _ in range(code.size)]
    for stroke in code.path.split("M")[1:]:
        place, width = stroke.split("h")
        x, y = place.split(" ")
        for step in range(int(width)):
            drawn[int(float(y))][int(x) + step] = 1
    assert drawn == [list(row) for row in segno.make(token, error="q", micro=False, boost_error=False).matrix]
