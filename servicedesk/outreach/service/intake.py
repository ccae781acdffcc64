"""Write a cohort's rows set-wise: one staging table, one INSERT … SELECT per table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import (
    Column,
    Date,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
    bindparam,
    exists,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.cases.models import Case
from servicedesk.db.audit import AuditEvent
from servicedesk.db.types import Json, UtcDateTime
from servicedesk.outreach.models import DueOutcome, Invitation
from servicedesk.outreach.rules import Outcome

INTAKE = Table(
    "invite_intake",
    MetaData(),
    Column("title_id", Uuid),
    Column("ends_on", Date),
    Column("due_on", Date),
    Column("outcome", String(10)),
    Column("reason", String(60)),
    Column("case_id", Uuid),
    Column("is_new_case", Integer),
    Column("ref", String(24)),
    Column("person_id", Uuid),
    Column("concern_id", String(60)),
    Column("team_id", Uuid),
    Column("owner_id", Uuid),
    Column("audit_id", Uuid),
    Column("outbox_id", Uuid),
    prefixes=["TEMPORARY"],
)
_NULL = "\\N"
_COLUMNS = tuple(column.name for column in INTAKE.columns)


@dataclass(frozen=True, slots=True)
class IntakeRow:
    """Be one decided title; the last fields only where a case is opened."""

    title_id: UUID
    ends_on: date
    due_on: date
    outcome: str
    reason: str
    case_id: UUID | None = None
    is_new_case: int = 0
    ref: str | None = None
    person_id: UUID | None = None
    concern_id: str | None = None
    team_id: UUID | None = None
    owner_id: UUID | None = None
    audit_id: UUID | None = None
    outbox_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Hold what every row of a run shares."""

    office_id: UUID
    run_id: UUID
    now: datetime
    opened_by: str
    catalogue_version: str


def stage(session: Session, rows: Sequence[IntakeRow]) -> None:
    """Fill the staging table of this transaction; COPY on PostgreSQL."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    session.execute(text(_create_statement(is_postgresql=is_postgresql)))
    session.execute(INTAKE.delete())
    if is_postgresql:
        _copy(session, rows)
    elif rows:
        values = [{name: getattr(row, name) for name in _COLUMNS} for row in rows]
        session.execute(insert(INTAKE), values)


def insert_cases(session: Session, run: RunFacts) -> set[UUID]:
    """Open the staged cases; return those that could not be opened because somebody else was quicker."""
    source = select(
        INTAKE.c.case_id,
        literal(run.office_id, Uuid),
        INTAKE.c.ref,
        INTAKE.c.person_id,
        INTAKE.c.title_id,
        INTAKE.c.ends_on,
        INTAKE.c.ends_on,
        INTAKE.c.concern_id,
        literal(run.catalogue_version),
        INTAKE.c.team_id,
        INTAKE.c.owner_id,
        literal(run.now, UtcDateTime),
        literal(run.opened_by),
        literal("due"),
        INTAKE.c.due_on,
        literal(run.now, UtcDateTime),
        literal(""),
    ).where(INTAKE.c.is_new_case == 1)
    names = (
        "id office_id ref person_id title_id first_ends_on ends_on concern_id catalogue_version team_id owner_id "
        "opened_at opened_by origin due_on invited_at ready_by"
    ).split()
    result: Any = session.execute(_upsert(session, Case).from_select(names, source).on_conflict_do_nothing())
    staged = session.scalar(select(func.count()).select_from(INTAKE).where(INTAKE.c.is_new_case == 1)) or 0
    if result.rowcount == staged:
        return set()
    lost = select(INTAKE.c.case_id).where(
        INTAKE.c.is_new_case == 1, ~exists().where(Case.id == INTAKE.c.case_id)
    )
    return {case_id for case_id in session.scalars(lost) if case_id is not None}


def drop_lost(session: Session, lost: set[UUID]) -> None:
    """Leave out titles whose case somebody else has just opened; the next run finds that case."""
    session.execute(INTAKE.delete().where(INTAKE.c.case_id.in_(lost)))


def insert_outcomes(session: Session, run: RunFacts) -> None:
    """Settle the staged titles; what failed before is settled anew."""
    source = select(
        INTAKE.c.title_id,
        INTAKE.c.ends_on,
        literal(run.office_id, Uuid),
        INTAKE.c.due_on,
        INTAKE.c.outcome,
        INTAKE.c.reason,
        INTAKE.c.case_id,
        literal(run.run_id, Uuid),
        literal(run.now, UtcDateTime),
    ).where(literal(1) == 1)
    names = "title_id ends_on office_id due_on outcome reason case_id run_id at".split()
    inserting = _upsert(session, DueOutcome).from_select(names, source)
    changed = {name: inserting.excluded[name] for name in ("outcome", "reason", "case_id", "run_id", "at")}
    session.execute(
        inserting.on_conflict_do_update(
            index_elements=["title_id", "ends_on"],
            set_=changed,
            where=DueOutcome.outcome == Outcome.failed.value,
        )
    )


def insert_audit(session: Session, run: RunFacts) -> None:
    """Write one audit row per invited case."""
    source = select(
        INTAKE.c.audit_id,
        literal(run.office_id, Uuid),
        literal(run.now, UtcDateTime),
        literal(run.opened_by),
        literal("invite"),
        literal("case"),
        INTAKE.c.case_id,
        literal(run.run_id, Uuid),
        bindparam("details", {}, Json),
    ).where(INTAKE.c.outcome == Outcome.invited.value)
    names = "id office_id at actor action subject_kind subject_id run_id details".split()
    session.execute(insert(AuditEvent).from_select(names, source))


def insert_invitations(session: Session, run: RunFacts) -> None:
    """Note the first step of writing to each invited person; a case invited again points to the newer letter."""
    source = select(
        INTAKE.c.case_id,
        literal(1),
        literal(run.office_id, Uuid),
        INTAKE.c.outbox_id,
        literal(run.now, UtcDateTime),
    ).where(INTAKE.c.outcome == Outcome.invited.value)
    names = "case_id step office_id outbox_id created_at".split()
    inserting = _upsert(session, Invitation).from_select(names, source)
    session.execute(
        inserting.on_conflict_do_update(
            index_elements=["case_id", "step"],
            set_={"outbox_id": inserting.excluded.outbox_id, "created_at": inserting.excluded.created_at},
        )
    )


def _create_statement(*, is_postgresql: bool) -> str:
    # SQLAlchemy writes no ON COMMIT DROP together with IF NOT EXISTS.
    uuid, tail = ("UUID", " ON COMMIT DROP") if is_postgresql else ("CHAR(32)", "")
    kinds = {Uuid: uuid, Date: "DATE", Integer: "INTEGER", String: "VARCHAR"}
    columns = ", ".join(f"{column.name} {kinds[type(column.type)]}" for column in INTAKE.columns)
    return f"CREATE TEMPORARY TABLE IF NOT EXISTS invite_intake ({columns}){tail}"


def _copy(session: Session, rows: Sequence[IntakeRow]) -> None:
    raw = session.connection().connection.driver_connection
    if not isinstance(raw, psycopg.Connection):
        raise TypeError("COPY needs a psycopg connection")
    with (
        raw.cursor() as cursor,
        cursor.copy(f"COPY invite_intake ({', '.join(_COLUMNS)}) FROM STDIN") as copy,
    ):
        copy.write("".join([_line(row) for row in rows]).encode())


def _line(row: IntakeRow) -> str:
    """Return one line of COPY text; only ids, days and codes of ours, so nothing needs escaping."""
    case = row.case_id.hex if row.case_id else _NULL
    head = f"{row.title_id.hex}\t{row.ends_on}\t{row.due_on}\t{row.outcome}\t{row.reason}\t{case}\t{row.is_new_case}"
    ids = (row.person_id, row.team_id, row.owner_id, row.audit_id, row.outbox_id)
    person, team, owner, audit, outbox = (value.hex if value else _NULL for value in ids)
    tail = f"{row.ref or _NULL}\t{person}\t{row.concern_id or _NULL}\t{team}\t{owner}\t{audit}\t{outbox}"
    return f"{head}\t{tail}\n"


def _upsert(session: Session, table: Any) -> Any:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)
