"""Clients that send files byte by byte: they hold their own place and nobody else's."""

import re
import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from tests.conftest import NOW
from tests.support.portal import send_letter
from tests.support.server import Visitor, running_server

THREADS = 4
SLOW = 8


@pytest.fixture
def letter(real_db, vault):
    with real_db.unit_of_work() as session:
        return send_letter(session, vault, NOW)


def come_in(base, letter):
    visitor = Visitor(base)
    visitor.get("/de/code")
    visitor.send("/de/code", code=letter.code)
    visitor.send(
        "/de/code/birth-date", **{"birth_date-day": "17", "birth_date-month": "5", "birth_date-year": "1990"}
    )
    visitor.send("/de/case/apply")
    assert visitor.path == "/de/case/receipt", (visitor.path, visitor.statuses)
    return visitor


def cookies_of(visitor):
    (processor,) = [one for one in visitor._opener.handlers if hasattr(one, "cookiejar")]
    return "; ".join(f"{one.name}={one.value}" for one in processor.cookiejar)


def begin_slowly(base, cookies):
    """Open a connection, announce a body of five megabytes and send its first bytes."""
    parts = urlsplit(base)
    connection = socket.create_connection((parts.hostname, parts.port))
    head = (
        "POST /de/case/papers/passport/files HTTP/1.1\r\n"
        f"Host: {parts.netloc}\r\nCookie: {cookies}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5000000\r\n\r\n--x\r\n"
    )
    connection.sendall(head.encode())
    return connection


@pytest.mark.parametrize("real_db", ["postgresql"], indirect=True)
def test_slow_clients_do_not_stop_the_site(real_db, vault, letter, tmp_path):
    with running_server(real_db, vault, tmp_path, threads=THREADS, workers=1) as base, ExitStack() as opened:
        visitor = come_in(base, letter)
        slow = [opened.enter_context(begin_slowly(base, cookies_of(visitor))) for _ in range(SLOW)]
        time.sleep(0.5)
        for _ in range(5):
            begun = time.monotonic()
            visitor.get("/de/case/papers")
            assert visitor.statuses[-1] == 200
            assert time.monotonic() - begun < 5
        answered = []
        for connection in slow:
            connection.settimeout(0.2)
            try:
                answered.append(connection.recv(200))
            except TimeoutError:
                continue
        refused = [one for one in answered if re.match(rb"HTTP/1.1 503", one)]
        assert len(refused) == SLOW - THREADS // 2, "half of the threads are for files, not more"
