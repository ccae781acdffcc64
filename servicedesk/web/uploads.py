"""Take large bodies where a page asks for files: within a limit, within a time, and never with every thread at once.

A slow telephone holds a thread for as long as its body takes. Behind a proxy that buffers, bodies arrive at once; for
everybody else half of the threads stay free for other pages.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, TypeVar

from flask import Flask, current_app, g, request
from werkzeug.exceptions import RequestTimeout, ServiceUnavailable
from werkzeug.wrappers import Response

from servicedesk.kernel.clock import monotonic
from servicedesk.kernel.locales import get_language
from servicedesk.web import access

F = TypeVar("F", bound=Callable[..., object])
Limit = Callable[[], int]

BODY_SECONDS = 300.0
"""How long one body may take; a telephone with 0.5 Mbit/s sends 18 MB in that time."""

SILENCE_SECONDS = 30.0
DRAINED_BYTES = 64 * 1024 * 1024
"""How much of a body that is too large is still read away: a browser that is cut off shows no answer at all."""

_ATTRIBUTE = "__body_limit__"
_KEY = "servicedesk.upload_slots"
_CHUNK = 64 * 1024


def takes_files(limit: Limit) -> Callable[[F], F]:
    """Mark a view whose POST may be as large as `limit` says; nearest to the function, below the access rule."""

    def mark(view: F) -> F:
        setattr(view, _ATTRIBUTE, limit)
        return view

    return mark


def install(app: Flask, threads: int) -> None:
    """Give an application room for uploads in half of its threads."""
    app.extensions[_KEY] = threading.BoundedSemaphore(max(1, threads // 2))
    app.teardown_request(_leave)


def open_for_files() -> Response | None:
    """Widen the limits of a request that brings files. Runs once office and identity are known, before the body is read."""
    limit = _limit_of_view()
    if limit is None:
        return None
    identity = g.get("identity")
    tag = (request.view_args or {}).get("lang") or (identity.language if identity else None)
    g.language = get_language(tag if tag in g.office.languages else "de")
    if identity is None:
        _cut()
        return access.check_access()  # nobody's body is read for a page that would turn them away
    if not current_app.extensions[_KEY].acquire(blocking=False):
        _cut()
        raise ServiceUnavailable
    g.upload_slot = current_app.extensions[_KEY]
    request.max_content_length = limit()
    request.environ["wsgi.input"] = _Watched(request.environ["wsgi.input"], _socket())
    return None


def drain() -> None:
    """Read away the rest of the files of a request that was refused, so that the browser shows why."""
    if "upload_slot" not in g:
        return
    stream = request.environ["wsgi.input"]
    left = min(request.content_length or DRAINED_BYTES, DRAINED_BYTES)
    try:
        while left > 0 and (piece := stream.read(min(_CHUNK, left))):
            left -= len(piece)
    except (OSError, RequestTimeout):
        _cut()
    else:
        if request.content_length is None or request.content_length > DRAINED_BYTES:
            _cut()


class _Watched:
    """Be a body that has to arrive within a time."""

    def __init__(self, stream: IO[bytes], connection: Any) -> None:
        self._stream = stream
        self._until = monotonic() + BODY_SECONDS
        if connection is not None:
            connection.settimeout(SILENCE_SECONDS)

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes; raises RequestTimeout."""
        if monotonic() > self._until:
            raise RequestTimeout
        try:
            return self._stream.read(size)
        except TimeoutError as fault:
            raise RequestTimeout from fault


def _limit_of_view() -> Limit | None:
    if request.method != "POST" or request.endpoint is None:
        return None
    limit: Limit | None = getattr(current_app.view_functions[request.endpoint], _ATTRIBUTE, None)
    return limit


def _socket() -> Any:
    return request.environ.get("gunicorn.socket")


def _cut() -> None:
    """Hear no more of this connection: the server would wait for the rest of the body before it lets the thread go."""
    connection = _socket()
    if connection is not None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RD)


def _leave(_: BaseException | None) -> None:
    slot = g.pop("upload_slot", None)
    if slot is not None:
        slot.release()
        connection = _socket()
        if connection is not None:
            connection.settimeout(None)
