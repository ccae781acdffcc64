"""Keep a part of a night in temporary tables, so that the database works on it as a set."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Table, Uuid, insert
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable

from servicedesk.db.types import ascii_key
from servicedesk.outreach.queries.candidates import DuePart

NOBODY = UUID(int=0)

_METADATA = MetaData()


def _table(name: str, *columns: Column[Any]) -> Table:
    return Table(name, _METADATA, *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")


def _kind_of_text() -> tuple[Column[Any], ...]:
    """Return the columns in which people are alike whose letters say the same."""
    return (
        Column("language", ascii_key(20)),
        Column("age", Integer),
        Column("nationalities", ascii_key(80)),
        Column("passport", Integer),
    )


def _kind_of_title() -> tuple[Column[Any], ...]:
    """Return the columns in which titles are alike that are decided alike."""
    return (
        Column("legal_basis", ascii_key(40)),
        Column("is_unlimited", Boolean(create_constraint=False)),
        Column("traits", Integer),
        Column("case_state", Integer),
    )


KEY = _table("invite_key", Column("title_id", Uuid), Column("ends_on", Date))
"""The titles of this part, by their effective ends."""

FACT = _table(
    "invite_fact",
    Column("title_id", Uuid),
    Column("ends_on", Date),
    Column("person_id", Uuid),
    *_kind_of_title(),
    *_kind_of_text(),
    Column("surname_key", ascii_key(60)),
    Column("case_id", Uuid),
    Column("failed_reason", ascii_key(60)),
)
"""What decides about each of them."""

FOUND = _table(
    "invite_found", Column("title_id", Uuid), Column("case_id", Uuid), Column("case_state", Integer)
)
"""The cases some of them have already."""

KIND = _table(
    "invite_kind",
    *_kind_of_title(),
    Column("concern_id", ascii_key(60)),
    Column("team_id", Uuid),
    Column("outcome", ascii_key(10)),
    Column("reason", ascii_key(60)),
    Column("letter", ascii_key(40)),
)
"""What was decided about each kind of title; `letter` is empty where none is written."""

DAY = _table(
    "invite_day",
    Column("concern_id", ascii_key(60)),
    Column("letter", ascii_key(40)),
    Column("ends_on", Date),
    Column("due_on", Date),
    Column("part", ascii_key(32)),
)
"""The days of a concern's letters."""

TEXT = _table(
    "invite_text",
    Column("legal_basis", ascii_key(40)),
    Column("is_unlimited", Boolean(create_constraint=False)),
    Column("letter", ascii_key(40)),
    *_kind_of_text(),
    Column("locale", ascii_key(12)),
    Column("part", ascii_key(32)),
)
"""The text of the letters, by what it depends on."""

SENDER = _table(
    "invite_sender",
    Column("team_id", Uuid),
    Column("owner_id", Uuid),
    Column("part", ascii_key(32)),
)
"""Who signs; NOBODY owns what the team signs for."""

INTAKE = _table(
    "invite_intake",
    Column("title_id", Uuid),
    Column("ends_on", Date),
    Column("due_on", Date),
    Column("outcome", ascii_key(10)),
    Column("reason", ascii_key(60)),
    Column("failed_reason", ascii_key(60)),
    Column("case_id", Uuid),
    Column("is_new_case", Integer),
    Column("ref", ascii_key(24)),
    Column("person_id", Uuid),
    Column("concern_id", ascii_key(60)),
    Column("team_id", Uuid),
    Column("owner_id", Uuid),
    Column("letter", ascii_key(40)),
    Column("locale", ascii_key(12)),
    Column("context_parts", ascii_key(128)),
    Column("audit_id", Uuid),
    Column("outbox_id", Uuid),
)
"""What will be written about each title."""

_TABLES = (KEY, FACT, FOUND, KIND, DAY, TEXT, SENDER, INTAKE)


_CLEAR = tuple(f"DELETE FROM {table.name}" for table in _TABLES)  # noqa: S608 the names are fixed
_written: dict[str, tuple[str, ...]] = {}


def open_stage(session: Session) -> None:
    """Make the temporary tables of this transaction."""
    dialect = session.get_bind().dialect
    if dialect.name not in _written:
        create = "CREATE TEMPORARY TABLE"
        texts = (str(CreateTable(table).compile(dialect=dialect)) for table in _TABLES)
        _written[dialect.name] = tuple(text.replace(create, f"{create} IF NOT EXISTS", 1) for text in texts)
    _run(session, _written[dialect.name])


def clear_stage(session: Session) -> None:
    """Empty the temporary tables, of what an earlier half left and, on SQLite, an earlier transaction."""
    _run(session, _CLEAR)


def fill_keys(session: Session, part: DuePart) -> None:
    """Name the titles of this part to the database, in its own words."""
    raw = _copying(session)
    if raw is not None:
        with raw.cursor() as cursor, cursor.copy("COPY invite_key (title_id, ends_on) FROM STDIN") as copy:
            copy.write(part.lines)
        return
    rows = [tuple(line.split("\t")) for line in part.lines.split("\n")]
    session.connection().exec_driver_sql("INSERT INTO invite_key (title_id, ends_on) VALUES (?, ?)", rows)


def fill(session: Session, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Add rows in the order of the table's columns; COPY on PostgreSQL."""
    names = [column.name for column in table.columns]
    raw = _copying(session)
    if raw is None:
        values = [dict(zip(names, row, strict=True)) for row in rows]
        if values:
            session.execute(insert(table), values)
        return
    statement = f"COPY {table.name} ({', '.join(names)}) FROM STDIN"
    with raw.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)


def _run(session: Session, statements: Iterable[str]) -> None:
    raw = _copying(session)
    if raw is not None:
        raw.execute(";".join(statements).encode())
        return
    for statement in statements:
        session.connection().exec_driver_sql(statement)


def _copying(session: Session) -> psycopg.Connection[Any] | None:
    connection = session.connection().connection.driver_connection
    return connection if isinstance(connection, psycopg.Connection) else None
