"""Write outbox rows: one as usual, a night's cohort with COPY on PostgreSQL and in batches on SQLite."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

import psycopg
from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.db.prepared import Prepared, run
from servicedesk.kernel.crypto import Vault
from servicedesk.notices.models import NoticePart, Outbox
from servicedesk.notices.packing import Packer

Row = tuple[Any, ...]
"""The values of one outbox row in the order of COLUMNS."""

COLUMNS = (
    ("id", "uuid"),
    ("office_id", "uuid"),
    ("kind", "varchar"),
    ("channel", "varchar"),
    ("person_id", "uuid"),
    ("subject_kind", "varchar"),
    ("subject_id", "uuid"),
    ("team_id", "uuid"),
    ("scope_member_id", "uuid"),
    ("locale", "varchar"),
    ("context_sealed", "bytea"),
    ("dedupe_key", "varchar"),
    ("state", "varchar"),
    ("attempts", "int4"),
    ("created_at", "timestamptz"),
    ("next_attempt_at", "timestamptz"),
    ("not_after", "timestamptz"),
    ("last_error", "text"),
)
_NAMES = tuple(name for name, _ in COLUMNS)
_TYPES = [kind for _, kind in COLUMNS]
_BATCH = 5000
_ASKED_AT_ONCE = 900

_OUTBOX = cast(Table, Outbox.__table__)
_VALUES: dict[str, Any] = {name: bindparam(name) for name in _NAMES}
_WRITE_ONE = Prepared(
    postgresql.insert(_OUTBOX).values(_VALUES).on_conflict_do_nothing().returning(_OUTBOX.c.id),
    sqlite=sqlite.insert(_OUTBOX).values(_VALUES).on_conflict_do_nothing().returning(_OUTBOX.c.id),
)


class Keyed(Protocol):
    """Be a message with its key."""

    @property
    def dedupe_key(self) -> str:
        """Return what makes the message the same message."""
        ...


K = TypeVar("K", bound=Keyed)


def write_one(session: Session, values: Row) -> UUID | None:
    """Insert one row; return its id, or None where its key is taken."""
    queued = run(session, _WRITE_ONE, **dict(zip(_NAMES, values, strict=True))).first
    return queued.id if queued is not None else None


def write_cohort(
    session: Session, vault: Vault, notices: Iterable[K], values_of: Callable[[Packer, K], Row]
) -> list[UUID]:
    """Insert the rows of many messages, streaming; return the ids that were new, in the order given."""
    parts: dict[UUID, bytes] = {}

    def keep_part(text: str) -> str:
        content = text.encode()
        part_id = UUID(bytes=vault.digest("notice-part", content)[:16])
        if part_id not in parts:
            parts[part_id] = vault.seal(content, "notice_part", part_id, "content_sealed")
        return part_id.hex

    packer = Packer(keep_part)
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    write = _copy if is_postgresql else _insert_each
    rest = iter(notices)
    queued: list[UUID] = []
    while batch := list(islice(rest, _BATCH)):
        fresh = _without_known(session, batch)
        queued.extend(write(session, (values_of(packer, notice) for notice in fresh)))
    if parts:
        rows = [{"id": part_id, "content_sealed": sealed} for part_id, sealed in sorted(parts.items())]
        session.execute(_insert(session, NoticePart).on_conflict_do_nothing(), rows)
    return queued


def read_parts(session: Session, vault: Vault, names: Iterable[str]) -> dict[str, Any]:
    """Return the shared parts of these names that are there."""
    ids = [UUID(name) for name in names]
    rows = session.execute(select(NoticePart.id, NoticePart.content_sealed).where(NoticePart.id.in_(ids)))
    return {
        row[0].hex: json.loads(vault.open(row[1], "notice_part", row[0], "content_sealed")) for row in rows
    }


def _insert(session: Session, table: Any) -> Any:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)


def _without_known(session: Session, batch: Sequence[K]) -> list[K]:
    known: set[str] = set()
    keys = [notice.dedupe_key for notice in batch]
    for start in range(0, len(keys), _ASKED_AT_ONCE):
        part = keys[start : start + _ASKED_AT_ONCE]
        known.update(session.scalars(select(Outbox.dedupe_key).where(Outbox.dedupe_key.in_(part))))
    fresh = []
    for notice in batch:
        if notice.dedupe_key not in known:
            known.add(notice.dedupe_key)
            fresh.append(notice)
    return fresh


def _insert_each(session: Session, rows: Iterator[Row]) -> list[UUID]:
    # Nobody writes between the question for known keys and this: SQLite has one writer, and it is this transaction.
    values = [dict(zip(_NAMES, row, strict=True)) for row in rows]
    if values:
        session.execute(insert(Outbox), values)
    return [row["id"] for row in values]


def _copy(session: Session, rows: Iterator[Row]) -> list[UUID]:
    written: list[Row] = []
    try:
        with session.begin_nested():
            _copy_into(session, "outbox", rows, written)
    except psycopg.errors.UniqueViolation:
        # Somebody queued one of these messages at this very moment: write the others without it.
        return _copy_around(session, written + list(rows))
    return [row[0] for row in written]


def _copy_into(session: Session, table: str, rows: Iterable[Row], written: list[Row]) -> None:
    with _raw(session).cursor() as cursor:
        statement = f"COPY {table} ({', '.join(_NAMES)}) FROM STDIN (FORMAT BINARY)"
        with cursor.copy(statement.encode()) as copy:
            copy.set_types(_TYPES)
            for row in rows:
                copy.write_row(row)
                written.append(row)


def _copy_around(session: Session, rows: list[Row]) -> list[UUID]:
    names = ", ".join(_NAMES)
    raw = _raw(session)
    raw.execute("CREATE TEMPORARY TABLE IF NOT EXISTS outbox_intake (LIKE outbox) ON COMMIT DROP")
    raw.execute("TRUNCATE outbox_intake")
    _copy_into(session, "outbox_intake", rows, [])
    merge = (
        f"INSERT INTO outbox ({names}) SELECT {names} FROM outbox_intake"  # noqa: S608 the names are fixed
        " ON CONFLICT DO NOTHING RETURNING id"
    )
    new = {row[0] for row in raw.execute(merge.encode())}
    return [row[0] for row in rows if row[0] in new]


def _raw(session: Session) -> psycopg.Connection[Any]:
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, psycopg.Connection):
        raise TypeError("COPY needs a psycopg connection")
    return connection
