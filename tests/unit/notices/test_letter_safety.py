"""Markup that tries to reach a file or a server is never rendered, and nothing is reached."""

import gc
import socket
import threading

import pytest

from servicedesk.notices.letters import ForbiddenFetch
from servicedesk.notices.letters.renderer import render_pdf
from tests.support.pdf_reading import find_text


class _Listener:
    """Count connections on loopback."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.port = self._socket.getsockname()[1]
        self.connections = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(2)
        self._socket.close()


@pytest.fixture
def listener():
    running = _Listener()
    yield running
    running.close()


HOSTILE = (
    '<img src="{url}" alt="x">',
    '<img src="//127.0.0.1:{port}/x" alt="x">',
    '<link rel="attachment" href="{url}">',
    '<a rel="attachment" href="{url}">x</a>',
    '<link rel="stylesheet" href="{url}">',
    "<style>@import url({url});</style>",
    "<style>@font-face {{ font-family: X; src: url({url}) }} p {{ font-family: X }}</style><p>x</p>",
    '<p style="background: url({url})">x</p>',
    '<p style="list-style-image: url({url}); display: list-item">x</p>',
    "<style>p::before {{ content: url({url}) }}</style><p>x</p>",
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{url}" width="9" height="9"/></svg>',
    '<object data="{url}" type="image/png">x</object>',
    '<embed src="{url}" type="image/png">',
    '<base href="http://127.0.0.1:{port}/"><img src="x.png" alt="x">',
    "<style>@page {{ background: url({url}) }}</style><p>x</p>",
)


@pytest.mark.parametrize("markup", HOSTILE)
def test_no_server_is_asked(markup, listener):
    url = f"http://127.0.0.1:{listener.port}/x.png"
    body = markup.format(url=url, port=listener.port)
    with pytest.raises(ForbiddenFetch):
        render_pdf(f'<html lang="de"><title>x</title><body>{body}</body></html>')
    assert listener.connections == 0


@pytest.mark.parametrize("markup", [m for m in HOSTILE if "{port}" not in m])
def test_no_file_is_read(markup, tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"not yours")
    body = markup.format(url=secret.as_uri())
    with pytest.raises(ForbiddenFetch):
        render_pdf(f'<html lang="de"><title>x</title><body>{body}</body></html>')


@pytest.mark.parametrize(
    "url",
    ["data:image/png;base64,AAAA", "ftp://127.0.0.1/x", "asset:../../../etc/passwd", "asset:nothing.ttf"],
)
def test_no_other_scheme_and_no_other_asset(url):
    with pytest.raises(ForbiddenFetch):
        render_pdf(f'<html lang="de"><title>x</title><img src="{url}" alt="x"></html>')


def test_the_listener_would_have_noticed(listener):
    socket.create_connection(("127.0.0.1", listener.port)).close()
    for _ in range(50):
        if listener.connections:
            break
        threading.Event().wait(0.05)
    assert listener.connections == 1


def test_after_a_refusal_letters_still_work():
    with pytest.raises(ForbiddenFetch):
        render_pdf('<html lang="de"><title>x</title><img src="file:///etc/passwd" alt="x"></html>')
    assert gc.isenabled()
    pdf, pages = render_pdf('<html lang="de"><title>x</title><p>x</p></html>')
    assert gc.isenabled()
    assert pages == 1
    assert pdf.startswith(b"%PDF-1.7")


def test_presentational_attributes_have_no_effect():
    pdf, _ = render_pdf('<html lang="de"><title>x</title><p align="right">wort</p></html>')
    assert find_text(pdf, 1, "wort").left < 40
