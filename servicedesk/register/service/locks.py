"""Let one import per office run; a killed one frees its place at once."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from servicedesk.db.session import Database
from servicedesk.register.errors import ImportRunning

_AREA = 0x5EC1_57E2


@contextmanager
def import_lock(database: Database, office_id: UUID, data_dir: Path) -> Iterator[None]:
    """Hold the office's import lock; raises ImportRunning when another import has it.

    An advisory lock of a connection of its own on PostgreSQL, a lock on a file on SQLite, whose processes all run
    on one machine. Both end with their owner, so that a kill leaves nothing to clean up and no time to wait.
    """
    if database.is_postgresql:
        with _advisory_lock(database, office_id):
            yield
    else:
        with _file_lock(data_dir / "locks" / f"import-{office_id.hex}.lock"):
            yield


@contextmanager
def _advisory_lock(database: Database, office_id: UUID) -> Iterator[None]:
    key = {"area": _AREA, "office": int.from_bytes(office_id.bytes[-4:], signed=True)}
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:area, :office)"), key):
            raise ImportRunning
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:area, :office)"), key)


@contextmanager
def _file_lock(file: Path) -> Iterator[None]:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ImportRunning from None
        yield
    finally:
        os.close(handle)
