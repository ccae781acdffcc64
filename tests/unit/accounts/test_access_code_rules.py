"""The form of access codes, birth dates beside them, and the arithmetic of the limits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.accounts.rules import (
    BirthDate,
    Failures,
    TypedCode,
    check_character,
    estimate_failures,
    format_code,
    is_same_birth_date,
    normalise_code,
    parse_code,
    source_prefix,
    wait_until_below,
    window_start,
)
from servicedesk.kernel.ids import CROCKFORD

bodies = st.text(alphabet=CROCKFORD, min_size=15, max_size=15)
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
NOISE = [
    " ",
    "-",
    ".",
    "\u00a0",
    "\u200e",
    "\u200f",
    "\u2066",
    "\u2069",
    "\u061c",
    "–",
    "(",
    ")",
    "\t",
    "\u202b",
]


@st.composite
def decorated(draw):
    body = draw(bodies)
    code = body + check_character(body)
    typed = []
    for character in code:
        shown = character
        if character in "01":
            shown = draw(st.sampled_from({"0": "0Oo", "1": "1IiLl"}[character]))
        if draw(st.booleans()):
            shown = shown.lower()
        shown = shown.translate(draw(st.sampled_from([{}, ARABIC, PERSIAN])))
        typed.append("".join(draw(st.lists(st.sampled_from(NOISE), max_size=2))) + shown)
    return code, "".join(typed)


@given(decorated())
def test_however_a_code_is_typed_it_is_the_same_code(pair):
    code, typed = pair
    assert normalise_code(typed) == code
    assert parse_code(typed) == TypedCode(locator=code[:4], secret=code[4:15])


@given(bodies, st.integers(0, 15), st.sampled_from(CROCKFORD))
def test_one_wrong_character_is_always_found(body, place, other):
    code = body + check_character(body)
    wrong = code[:place] + other + code[place + 1 :]
    assert (parse_code(wrong) is None) == (wrong != code)


@given(bodies, st.integers(0, 15), st.integers(0, 15))
def test_two_swapped_characters_are_always_found(body, left, right):
    code = list(body + check_character(body))
    wrong = code.copy()
    wrong[left], wrong[right] = wrong[right], wrong[left]
    assert (parse_code("".join(wrong)) is None) == (wrong != code)


@given(st.text(max_size=400))
def test_whatever_is_typed_nothing_breaks(typed):
    parsed = parse_code(typed)
    assert parsed is None or len(parsed.locator + parsed.secret) == 15


def test_a_letter_that_no_code_contains_is_not_dropped():
    code = format_code("7K3M", "Q2XA9T4BCDE")
    assert parse_code(code) is not None
    assert parse_code(code + "U") is None
    assert parse_code("ö" + code) is None


def test_the_printed_form_has_four_groups_of_four():
    assert [len(group) for group in format_code("7K3M", "Q2XA9T4BCDE").split("-")] == [4, 4, 4, 4]


@pytest.mark.parametrize(
    ("known", "typed", "same"),
    [
        (BirthDate(1990, 5, 17), BirthDate(1990, 5, 17), True),
        (BirthDate(1990, 5, 17), BirthDate(1990, 5, 18), False),
        (BirthDate(1990, 5, 17), BirthDate(1991, 5, 17), False),
        (BirthDate(1990, 0, 0), BirthDate(1990, 0, 0), True),
        (BirthDate(1990, 0, 0), BirthDate(1990, 1, 1), True),
        (BirthDate(1990, 0, 0), BirthDate(1990, 5, 17), False),
        (BirthDate(1990, 3, 0), BirthDate(1990, 3, 1), True),
        (BirthDate(1990, 3, 0), BirthDate(1990, 4, 0), False),
        (BirthDate(1990, 1, 1), BirthDate(1990, 0, 0), False),
    ],
)
def test_unknown_parts_of_a_birth_date(known, typed, same):
    assert is_same_birth_date(known, typed) is same


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2ff::5", "2001:db8:1:200::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("", "unknown"),
        ("أ", "unknown"),
    ],
)
def test_source_prefix(address, prefix):
    assert source_prefix(address) == prefix


WINDOW = timedelta(minutes=15)
START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def test_the_window_before_fades_out():
    assert window_start(START + timedelta(minutes=14), WINDOW) == START
    failures = Failures(current=2, previous=10)
    assert estimate_failures(failures, now=START, window=WINDOW) == 12
    assert estimate_failures(failures, now=START + WINDOW / 2, window=WINDOW) == 7


@given(st.integers(0, 100), st.integers(0, 100), st.integers(1, 60), st.integers(0, 899))
def test_after_the_wait_a_source_may_try_again(current, previous, limit, second):
    now = START + timedelta(seconds=second)
    failures = Failures(current, previous)
    wait = wait_until_below(failures, limit, now=now, window=WINDOW)
    assert timedelta(0) <= wait <= 2 * WINDOW
    assert (wait == timedelta(0)) == (estimate_failures(failures, now=now, window=WINDOW) < limit)
    after = now + wait + timedelta(seconds=1)
    if after >= START + WINDOW:
        failures = Failures(0, current) if after < START + 2 * WINDOW else Failures()
    assert estimate_failures(failures, now=after, window=WINDOW) < limit
