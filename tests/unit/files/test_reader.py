"""Each bad file by name, read by the real process; what is good comes out as pictures without a past."""

import io
import os
import random
import socket
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from servicedesk.files.child import MOST_PIXELS
from servicedesk.files.desk import FileDesk
from servicedesk.files.reader import Reader
from servicedesk.files.values import FileState, Reason
from tests.support.papers import (
    HEIC,
    archive,
    endless_sheets,
    enormous_picture,
    locked_sheets,
    photograph,
    photograph_with_place,
    sheets,
    two_in_one,
)

MB = 1024 * 1024


@pytest.fixture(scope="module")
def desk():
    return FileDesk()


def look(desk, content, name="blatt.pdf", *, max_bytes=10 * MB, max_pages=40):
    return desk.look(content, name, max_bytes=max_bytes, max_pages=max_pages)


def picture(outcome, number=0):
    return Image.open(io.BytesIO(outcome.pages[number]))


BAD = {
    "0 bytes": (b"", Reason.empty),
    "wrong extension: an archive called pdf": (archive(), Reason.wrong_type),
    "a web page called pdf": (b"<html><script>alert(1)</script></html>", Reason.wrong_type),
    "truncated photograph": (photograph()[:4000], Reason.truncated),
    "truncated screenshot": (photograph(kind="PNG")[:-200], Reason.truncated),
    "truncated PDF": (sheets(3)[:400], Reason.truncated),
    "polyglot: a photograph that is an archive": (two_in_one(), Reason.two_kinds),
    "polyglot: a PDF that is an archive": (sheets() + archive(), Reason.two_kinds),
    "polyglot: a photograph that is a web page": (
        photograph()[:2] + b"\xff\xfe\x00\x20<script>alert(1)</script>     " + photograph()[2:],
        Reason.two_kinds,
    ),
    "password-protected": (locked_sheets(), Reason.password),
    "30,000 × 30,000 pixels": (enormous_picture(), Reason.too_many_pixels),
    "41 pages": (sheets(41), Reason.too_many_pages),
    "broken PDF": (b"%PDF-1.7\n" + b"garbage " * 200 + b"%%EOF", Reason.broken),
    "broken HEIC": (HEIC[:200] + bytes(200), Reason.broken),
}


@pytest.mark.parametrize("name", BAD)
def test_each_bad_file_has_its_own_reason(desk, name):
    content, reason = BAD[name]
    outcome = look(desk, content)
    assert (outcome.state, outcome.reason) == (FileState.unreadable, reason)
    assert outcome.pages == ()


def test_a_file_above_the_limit_is_not_even_opened(desk):
    assert look(desk, photograph(), max_bytes=1000).reason is Reason.too_big


def test_an_endless_file_ends(desk):
    slow = FileDesk(reader=Reader(wall_seconds=4))
    begun = time.monotonic()
    assert look(slow, endless_sheets()).reason is Reason.too_slow
    assert time.monotonic() - begun < 10


def test_a_pdf_with_scripts_is_drawn_and_says_so(desk):
    outcome = look(desk, sheets(2, script=True))
    assert (outcome.state, outcome.reason, len(outcome.pages)) == (
        FileState.readable,
        Reason.active_content,
        2,
    )
    assert b"JavaScript" not in b"".join(outcome.pages)


def test_a_photograph_with_another_ending_is_taken(desk):
    outcome = look(desk, photograph(), "pass.pdf")
    assert (outcome.state, outcome.reason) == (FileState.readable, Reason.other_kind)
    assert look(desk, photograph(), "pass.JPG").reason is Reason.none
    assert look(desk, photograph(), "pass").reason is Reason.none


@pytest.mark.parametrize(
    ("content", "media_type", "size"),
    [
        (photograph(), "image/jpeg", (600, 800)),
        (photograph(kind="PNG"), "image/png", (600, 800)),
        (HEIC, "image/heic", (120, 160)),
    ],
)
def test_pictures_of_each_kind_are_drawn_anew(desk, content, media_type, size):
    outcome = look(desk, content, "bild")
    assert (outcome.state, outcome.media_type) == (FileState.readable, media_type)
    drawn = picture(outcome)
    assert (drawn.format, drawn.size) == ("JPEG", size)
    assert max(Image.open(io.BytesIO(outcome.thumbnail)).size) <= 240


def test_a_picture_is_turned_upright_and_forgets_where_it_was_taken(desk):
    content = photograph_with_place(orientation=6)
    assert b"Telefon GmbH" in content
    outcome = look(desk, content, "foto.jpg")
    drawn = picture(outcome)
    assert drawn.size == (800, 600)
    assert not drawn.getexif()
    assert all(b"Telefon" not in part for part in (*outcome.pages, outcome.thumbnail))


def test_what_is_see_through_stands_on_white(desk):
    made = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(made, "PNG")
    assert picture(look(desk, made.getvalue(), "bild.png")).getpixel((25, 25)) == (255, 255, 255)


def test_sixteen_bits_of_grey_stay_grey(desk):
    made = io.BytesIO()
    Image.new("I;16", (50, 50), 32768).save(made, "PNG")
    assert 100 < picture(look(desk, made.getvalue(), "scan.png")).getpixel((25, 25))[0] < 156


def test_a_pdf_becomes_a_picture_per_page_that_can_be_read(desk):
    outcome = look(desk, sheets(3, text="Mietvertrag"))
    assert len(outcome.pages) == 3
    first = picture(outcome)
    assert max(first.size) >= 2000
    assert first.convert("L").crop((200, 280, 1200, 450)).getextrema()[0] < 60, "the text is not there"


def test_a_large_photograph_becomes_a_page_of_sensible_size(desk):
    assert max(picture(look(desk, photograph((5000, 4000)), "foto.jpg")).size) <= 2200
    assert MOST_PIXELS > 108_000_000, "what telephones make today"


# ------------------------------------------------------------------ the process
def command(code):
    return (sys.executable, "-c", code)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os; os.abort()", Reason.broken),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Reason.broken),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", Reason.broken),
        ("raise SystemExit(3)", Reason.broken),
        ("pass", Reason.broken),
        ("print('no json')", Reason.broken),
        ("""print('{"reason": "what", "note": "", "lengths": [], "confined": []}')""", Reason.broken),
        ("while True: pass", Reason.too_slow),
        ("import time; time.sleep(60)", Reason.too_slow),
    ],
)
def test_a_crash_marks_that_file_and_nothing_else(code, reason):
    reader = Reader(command(code), wall_seconds=2)
    outcome = reader.read(photograph(), "image/jpeg", "foto.jpg", max_pages=5)
    assert (outcome.state, outcome.reason) == (FileState.unreadable, reason)
    good = Reader().read(photograph(), "image/jpeg", "foto.jpg", max_pages=5)
    assert good.state is FileState.readable


def test_memory_and_output_have_an_end():
    script = (
        "import sys; sys.argv[1:] = ['{}']\n"
        "from servicedesk.files.child import _limit\n"
        "_limit(5)\n"
        "try:\n    bytearray(3 * 1024 ** 3)\nexcept MemoryError:\n    pass\nelse:\n    sys.exit(9)\n"
        "import os\n"
        "try:\n    [os.write(1, bytes(1024 ** 2)) for _ in range(200)]\nexcept OSError:\n    sys.exit(7)\n"
    )
    ended = []
    reader = Reader(command(script), wall_seconds=20)
    reader_log = reader._run
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("servicedesk.files.reader._reason_of", lambda code: ended.append(code) or Reason.broken)
        reader_log(b"x", "image/png", "x", 1)
    assert ended == [7]


def test_the_process_has_neither_our_secrets_nor_more_than_it_needs(monkeypatch):
    monkeypatch.setenv("SERVICEDESK_DATA_KEY", "secret")
    script = (
        "import json, os, sys\n"
        "bad = [n for n in os.environ if n.startswith('SERVICEDESK')] or os.listdir('.')\n"
        "print(json.dumps({'reason': 'password' if bad else 'truncated', 'note': '', 'lengths': [], 'confined': []}))"
    )
    assert Reader(command(script)).read(b"x", "image/png", "x", max_pages=1).reason is Reason.truncated


def test_network_and_files_are_gone_where_the_system_allows_it():
    """The same steps as the real process takes, and then a try at what is not allowed any more."""
    script = (
        "import json, socket\n"
        "'x'.encode('idna')  # what connecting loads late\n"
        "from servicedesk.files.child import _confine\n"
        "left = _confine()\n"
        "reached = []\n"
        "try:\n    open('/etc/passwd'); reached.append('files')\nexcept OSError:\n    pass\n"
        "try:\n    socket.create_connection(('127.0.0.1', PORT), 1); reached.append('network')\n"
        "except OSError:\n    pass\n"
        "print(json.dumps({'reason': 'broken' if set(left) & set(reached) else 'truncated', 'note': '', 'lengths': [],"
        " 'confined': left}))"
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        reader = Reader((sys.executable, "-c", script.replace("PORT", str(port))))
        assert reader.read(b"x", "image/png", "x", max_pages=1).reason is Reason.truncated
    if os.geteuid() == 0:
        assert "files" in reader.confined


def test_who_finds_no_free_reader_waits(monkeypatch):
    monkeypatch.setattr("servicedesk.files.reader._TURN_SECONDS", 0.05)
    reader = Reader(at_once=1)
    reader._turns.acquire()
    outcome = reader.read(photograph(), "image/jpeg", "x.jpg", max_pages=1)
    assert (outcome.state, outcome.reason) == (FileState.waiting, Reason.busy)


@pytest.mark.parametrize("kind", ["jpeg", "png", "pdf", "heic"])
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), cut=st.booleans())
def test_no_mutation_of_a_good_file_breaks_anything(desk, kind, seed, cut):
    good = {"jpeg": photograph(), "png": photograph(kind="PNG"), "pdf": sheets(2), "heic": HEIC}[kind]
    draw = random.Random(seed)
    content = bytearray(good)
    for _ in range(draw.randint(1, 30)):
        content[draw.randrange(8, len(content))] = draw.randrange(256)
    outcome = look(desk, bytes(content[: draw.randrange(20, len(content))] if cut else content), f"x.{kind}")
    assert outcome.state in {FileState.readable, FileState.unreadable}
    assert bool(outcome.pages) is (outcome.state is FileState.readable)
    assert outcome.reason is not Reason.busy
