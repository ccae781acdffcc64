"""Ask ClamAV's daemon about a file: INSTREAM over its socket, as its manual describes."""

import socket
import struct
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

import structlog

log = structlog.get_logger("servicedesk.files")

_SECONDS = 30.0
_CHUNK = 128 * 1024
_MOST_ANSWER = 4096


class Verdict(Enum):
    """Be what the scanner says; `unknown`: it could not be asked, or did not look at the file."""

    clean = "clean"
    infected = "infected"
    unknown = "unknown"


@dataclass(frozen=True, slots=True)
class Scanner:
    """Speak to clamd at an address: `unix:/run/clamav/clamd.ctl` or `tcp://127.0.0.1:3310`."""

    address: str
    seconds: float = _SECONDS

    def scan(self, content: bytes) -> Verdict:
        """Return the verdict; every fault on the way is `unknown`, never `clean`."""
        try:
            answer = self._ask(content)
        except OSError as fault:
            log.error("scanner_unreachable", fault=type(fault).__name__)  # noqa: TRY400 its kind is all there is to know
            return Verdict.unknown
        if answer == b"stream: OK":
            return Verdict.clean
        if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
            return Verdict.infected
        # Above StreamMaxLength, out of memory, still loading its signatures: it did not look at the file.
        log.error("scanner_refused", answer=answer[:80].decode("ascii", "replace"))
        return Verdict.unknown

    def _ask(self, content: bytes) -> bytes:
        with self._connect() as connection:
            connection.settimeout(self.seconds)
            connection.sendall(b"zINSTREAM\0")
            try:
                for start in range(0, len(content), _CHUNK):
                    chunk = content[start : start + _CHUNK]
                    connection.sendall(struct.pack("!I", len(chunk)) + chunk)
                connection.sendall(struct.pack("!I", 0))
            except (BrokenPipeError, ConnectionResetError):
                pass  # it has heard enough and says why
            answer = b""
            while len(answer) < _MOST_ANSWER and not answer.endswith(b"\0"):
                more = connection.recv(_MOST_ANSWER)
                if not more:
                    break
                answer += more
            return answer.rstrip(b"\0").strip()

    def _connect(self) -> socket.socket:
        parts = urlsplit(self.address)
        if parts.scheme == "unix":
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(self.seconds)
            try:
                connection.connect(parts.path)
            except OSError:
                connection.close()
                raise
            return connection
        return socket.create_connection((parts.hostname or "", parts.port or 3310), self.seconds)
