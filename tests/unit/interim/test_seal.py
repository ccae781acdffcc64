"""A seal says what is printed, or nothing."""

import json
import unicodedata
from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicedesk.interim import errors
from servicedesk.interim.errors import FactsTooLong, IssuedOutsideKey, SealRefused
from servicedesk.interim.seal import MOST_PAYLOAD_BYTES, PrintedFacts, build_token, read_token
from tests.support import seals
from tests.support.seals import CURRENT, FACTS, KEYS, NAMES, RETIRED

VECTORS = json.loads(seals.FILE.read_text(encoding="utf-8"))["seals"]
GOOD = build_token(FACTS, CURRENT)
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

letters = st.characters(codec="utf-8", exclude_categories=["Cn"])
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
some_facts = st.builds(
    PrintedFacts,
    **{one.name: days if one.type is date else st.text(letters, max_size=25) for one in fields(PrintedFacts)},
)


def outcome_of(token, keys=KEYS):
    try:
        read_token(token, keys)
    except SealRefused as refusal:
        return refusal.code
    return "genuine"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: f"{one['outcome']}: {one['what']}")
def test_each_fault_has_its_own_refusal(vector):
    assert outcome_of(vector["token"]) == vector["outcome"]


def test_vectors_name_every_refusal():
    refusals = {
        one.code for one in vars(errors).values() if isinstance(one, type) and issubclass(one, SealRefused)
    }
    assert {one["outcome"] for one in VECTORS} == refusals - {SealRefused.code} | {"genuine"}


def test_file_of_vectors_is_the_one_that_the_format_gives():
    assert seals.FILE.read_text(encoding="utf-8") == seals.build_file()


@given(some_facts)
def test_what_is_sealed_is_what_is_read(facts):
    reading = read_token(build_token(facts, CURRENT), KEYS)
    assert reading.facts == facts
    assert reading.key_id == CURRENT.public.id


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_names_in_their_own_script(name):
    facts = replace(FACTS, name=name)
    assert facts.name == name
    assert read_token(build_token(facts, CURRENT), KEYS).facts.name == name


@settings(max_examples=300)
@given(st.integers(0, len(GOOD) - 1), st.sampled_from(SIGNS + "a#\u00e4\n"))
def test_one_sign_changed_anywhere_never_verifies(at, sign):
    changed = GOOD[:at] + sign + GOOD[at + 1 :]
    assert outcome_of(changed) == "genuine" if changed == GOOD else outcome_of(changed) != "genuine"


@given(st.integers(0, len(seals.payload_of(GOOD)) + 63), st.integers(1, 255))
def test_one_byte_changed_anywhere_never_verifies(at, difference):
    payload = seals.payload_of(GOOD)
    content = bytearray(payload + seals.base45.decode(GOOD[-96:]))
    content[at] ^= difference
    assert (
        outcome_of(seals.assemble(bytes(content[: len(payload)]), bytes(content[len(payload) :]))) == "forged"
    )


@given(st.integers(0, len(GOOD)), st.integers(0, len(GOOD)))
def test_no_part_of_a_seal_is_a_seal(start, end):
    part = GOOD[start:end]
    assert outcome_of(part) == ("genuine" if part == GOOD else "broken")


@given(st.text(SIGNS))
def test_no_text_makes_the_reader_stumble(text):
    assert outcome_of(text) == "broken"
    assert outcome_of("SD1:" + CURRENT.public.id + ":" + text) == "broken"


def test_the_same_facts_give_the_same_seal():
    assert build_token(FACTS, CURRENT) == GOOD
    assert build_token(FACTS, RETIRED) != GOOD


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("  Amina \u00a0 Çelik ", "Amina Çelik"),
        ("Ami\u202ena", "Amina"),
        ("Beschäftigung\r\nerlaubt\x00", "Beschäftigung erlaubt"),
        (unicodedata.normalize("NFD", "Nguyễn"), "Nguyễn"),
        ("ali\u200creza", "ali\u200creza"),
        ("half \ud83d", "half ?"),
    ],
)
def test_what_cannot_be_seen_is_not_sealed(typed, printed):
    assert replace(FACTS, name=typed).name == printed


def test_facts_that_make_too_dense_a_square_are_refused_before_anything_is_signed():
    longest = seals.longest_facts()
    assert len(seals.payload_of(build_token(longest, CURRENT))) == MOST_PAYLOAD_BYTES
    with pytest.raises(FactsTooLong) as refusal:
        build_token(replace(longest, name=longest.name + "abc"), CURRENT)
    assert "um 3 Zeichen zu lang" in str(refusal.value)


@pytest.mark.parametrize("days_off", [-2, 2])
def test_a_key_signs_nothing_that_it_would_not_verify(days_off):
    key = CURRENT.public
    edge = key.valid_from if days_off < 0 else key.valid_until
    build_token(replace(FACTS, issued_on=edge.date() + timedelta(days=days_off // 2)), CURRENT)
    with pytest.raises(IssuedOutsideKey):
        build_token(replace(FACTS, issued_on=edge.date() + timedelta(days=days_off)), CURRENT)


def test_a_secret_key_does_not_show():
    assert "private" not in repr(CURRENT)
