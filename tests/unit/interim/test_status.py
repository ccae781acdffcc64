"""One word for a status code, and proof of having waited for it."""

from datetime import date, timedelta

import pytest

from servicedesk.interim.rules.status import Status, decide_status, parse_status_code
from servicedesk.interim.waiting import LASTS, time_left, write_waiting
from tests.conftest import NOW

TODAY = date(2026, 11, 23)
CODE, OTHER = "7K3MQ2XA9B", "7K3MQ2XA9C"
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("state", "check_again_on", "word"),
    [
        ("issued", date(2026, 11, 24), Status.valid),
        ("issued", TODAY, Status.valid),
        ("issued", date(2026, 11, 22), Status.ask_again),
        ("superseded", date(2026, 11, 22), Status.superseded),
        ("withdrawn", date(2026, 11, 24), Status.withdrawn),
        ("ended", date(2026, 11, 24), Status.withdrawn),
        ("proposed", date(2026, 11, 24), Status.unknown),
        ("released", date(2026, 11, 24), Status.unknown),
        ("declined", date(2026, 11, 24), Status.unknown),
        ("lapsed", date(2026, 11, 24), Status.unknown),
        (None, None, Status.unknown),
    ],
)
def test_the_word_of_a_state(state, check_again_on, word):
    assert decide_status(state, check_again_on, TODAY) is word


@pytest.mark.parametrize(
    "typed", ["7K3MQ2XA9B", "7K3MQ-2XA9B", " 7k3mq 2xa9b ", "7K3MQ–2XA9B", "７Ｋ３ＭＱ２ＸＡ９Ｂ"]
)
def test_however_it_is_typed_it_is_the_same_code(typed):
    assert parse_status_code(typed) == CODE


def test_letters_that_look_like_digits_are_digits():
    assert parse_status_code("oilOI-L0112") == "0110110112"


@pytest.mark.parametrize("typed", ["", "7K3MQ2XA9", "7K3MQ2XA9BB", "7K3MQ2XA9U", "SD1:1Y0MM4", "A" * 100_000])
def test_what_cannot_be_a_code_is_told_at_once(typed):
    assert parse_status_code(typed) is None


def test_whoever_waited_passes_for_this_code_only(vault):
    proof = write_waiting(vault, code=CODE, until=NOW + MINUTE)
    assert timedelta(0) < time_left(vault, proof, code=CODE, now=NOW) <= MINUTE + timedelta(seconds=1)
    in_time = NOW + MINUTE + timedelta(seconds=1)
    assert time_left(vault, proof, code=CODE, now=in_time) == timedelta(0)
    assert time_left(vault, proof, code=OTHER, now=in_time) is None
    assert time_left(vault, proof, code=CODE, now=in_time + LASTS) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda proof: "",
        lambda proof: proof[:-1] + ("0" if proof[-1] != "0" else "1"),
        lambda proof: "1" + proof,
        lambda proof: str(int(proof.split(".")[0]) - 60) + "." + proof.split(".")[1],
        lambda proof: "٣" + proof[1:],
        lambda proof: "9" * 500,
        lambda proof: proof.split(".")[0] + ".ä",
    ],
    ids=["nothing", "mark", "instant in front", "earlier", "other digits", "long", "beyond ASCII"],
)
def test_a_proof_that_was_changed_proves_nothing(vault, change):
    proof = write_waiting(vault, code=CODE, until=NOW + MINUTE)
    assert time_left(vault, change(proof), code=CODE, now=NOW) is None
