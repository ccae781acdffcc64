"""Open a stranger's file in a process of its own, so that whatever happens there happens to that file only."""

import json
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO

import structlog

from servicedesk.files.values import FileState, Outcome, Reason, unreadable, waiting

log = structlog.get_logger("servicedesk.files")

CPU_SECONDS = 20
WALL_SECONDS = 30
_TURN_SECONDS = 15
_AT_ONCE = 2
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}  # above all none of our secrets
_CHILD = "servicedesk.files.child"


class Reader:
    """Read files, two at a time per process; `command` and `wall_seconds` are for tests."""

    def __init__(
        self,
        command: tuple[str, ...] | None = None,
        wall_seconds: float = WALL_SECONDS,
        at_once: int = _AT_ONCE,
    ) -> None:
        self._command = command or (sys.executable, "-I", "-m", _CHILD)
        self._wall_seconds = wall_seconds
        self._turns = threading.BoundedSemaphore(at_once)
        self.confined: frozenset[str] = frozenset()

    def read(self, content: bytes, media_type: str, name: str, *, max_pages: int) -> Outcome:
        """Return the pages of a file as pictures, or why there are none."""
        if not self._turns.acquire(timeout=_TURN_SECONDS):
            return waiting(Reason.busy, media_type)
        try:
            return self._run(content, media_type, name, max_pages)
        finally:
            self._turns.release()

    def _run(self, content: bytes, media_type: str, name: str, max_pages: int) -> Outcome:
        order = json.dumps(
            {"media_type": media_type, "name": name, "max_pages": max_pages, "seconds": CPU_SECONDS}
        )
        with (
            tempfile.TemporaryDirectory(prefix="sd-file-") as folder,
            tempfile.TemporaryFile() as given,
            tempfile.TemporaryFile() as made,
        ):
            given.write(content)
            given.seek(0)
            Path(folder).chmod(0o500)
            try:
                done = subprocess.run(
                    [*self._command, order],
                    stdin=given,
                    stdout=made,
                    stderr=subprocess.DEVNULL,
                    cwd=folder,
                    env=_ENVIRONMENT,
                    timeout=self._wall_seconds,
                    start_new_session=True,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return unreadable(Reason.too_slow, media_type)
            if done.returncode:
                log.warning("file_reader_ended", code=done.returncode, media_type=media_type)
                return unreadable(_reason_of(done.returncode), media_type)
            made.seek(0)
            return self._result(made, media_type)

    def _result(self, made: IO[bytes], media_type: str) -> Outcome:
        try:
            head = json.loads(made.readline())
            reason, note = Reason(head["reason"]), Reason(head["note"])
            parts = [made.read(length) for length in head["lengths"]]
            self.confined = frozenset(head["confined"])
        except (ValueError, KeyError, TypeError):
            return unreadable(Reason.broken, media_type)
        if reason is not Reason.none:
            return unreadable(reason, media_type)
        return Outcome(FileState.readable, media_type, note, tuple(parts[:-1]), parts[-1])


def _reason_of(code: int) -> Reason:
    """Return what an unhappy end means; a parser that crashed says nothing but that."""
    return Reason.too_slow if code == -signal.SIGXCPU else Reason.broken
