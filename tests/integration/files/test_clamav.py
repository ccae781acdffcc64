"""Ask a real clamd; and whatever goes wrong on the way, nothing passes unseen."""

import pytest

from servicedesk.files.clamav import Scanner, Verdict
from servicedesk.files.desk import FileDesk
from servicedesk.files.values import FileState, Reason
from tests.support.papers import photograph, sheets
from tests.support.scanner import EICAR, answering, running_clamd

MB = 1024 * 1024


@pytest.fixture(scope="module")
def clamd():
    with running_clamd() as address:
        yield Scanner(address)


def look(scanner, content):
    return FileDesk(scanner=scanner).look(content, "blatt.jpg", max_bytes=20 * MB, max_pages=40)


def test_clamd_finds_what_it_knows(clamd):
    outcome = look(clamd, photograph() + EICAR)
    assert (outcome.state, outcome.reason) == (FileState.unreadable, Reason.infected)
    assert clamd.scan(sheets() + EICAR) is Verdict.infected


def test_clamd_lets_a_clean_file_through(clamd):
    assert look(clamd, photograph()).state is FileState.readable
    assert clamd.scan(bytes(5 * MB)) is Verdict.clean


def test_a_file_that_clamd_will_not_take_waits():
    with running_clamd("StreamMaxLength 1M") as address:
        assert Scanner(address).scan(bytes(3 * MB)) is Verdict.unknown
        assert look(Scanner(address), photograph() + bytes(3 * MB)).reason is Reason.not_scanned


def test_the_protocol_in_pieces():
    content = bytes(range(256)) * 2000
    with answering(b"stream: OK\0") as (address, got):
        assert Scanner(address).scan(content) is Verdict.clean
    assert got == [(b"zINSTREAM\0", content)]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"stream: ",
        b"OK",
        b"stream: OK FOUND OK\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: Can't allocate memory ERROR\0",
        b"\xff\xfe\0",
    ],
)
def test_only_a_clear_word_counts(answer):
    with answering(answer) as (address, _):
        assert Scanner(address, seconds=2).scan(b"x") is Verdict.unknown


def test_nobody_there_means_wait(tmp_path):
    for address in (f"unix:{tmp_path}/none.ctl", "tcp://127.0.0.1:9"):
        outcome = look(Scanner(address, seconds=1), photograph())
        assert (outcome.state, outcome.reason, outcome.pages) == (FileState.waiting, Reason.not_scanned, ())
