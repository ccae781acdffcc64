"""Write who did what in the same transaction, and seal what was committed into a chain."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, String, Table, Uuid, bindparam, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from servicedesk.db.base import Base
from servicedesk.db.prepared import Prepared, run_later
from servicedesk.db.types import Json, UtcDateTime
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor

SEAL_AGE_LIMIT = timedelta(seconds=60)
"""How old a committed row may grow before its missing seal is an alarm."""


class AuditEvent(Base):
    """Record one act; never changed, never holding personal data beyond references."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_subject", "subject_id"), Index("ix_audit_event_at", "at"))

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID | None] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID | None] = mapped_column(Uuid)
    run_id: Mapped[UUID | None] = mapped_column(Uuid)
    details: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class AuditSeal(Base):
    """Chain one audit row to the one before it."""

    __tablename__ = "audit_seal"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AccessLog(Base):
    """Record that somebody opened a person's file."""

    __tablename__ = "access_log"
    __table_args__ = (Index("ix_access_log_person_id_at", "person_id", "at"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    office_id: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[UUID | None] = mapped_column(Uuid)
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    case_id: Mapped[UUID | None] = mapped_column(Uuid)
    page: Mapped[str] = mapped_column(String(80))


_EVENT = cast(Table, AuditEvent.__table__)
_ACCESS = cast(Table, AccessLog.__table__)
_INSERT_EVENT = insert(_EVENT)
_RECORD = Prepared(_INSERT_EVENT.values({column.name: bindparam(column.name) for column in _EVENT.c}))
_LOG_ACCESS = Prepared(insert(_ACCESS).values({column.name: bindparam(column.name) for column in _ACCESS.c}))


def record(
    session: Session,
    *,
    now: datetime,
    actor: Actor,
    action: str,
    subject: tuple[str, UUID | None],
    office_id: UUID | None = None,
    details: Mapping[str, Any] | None = None,
    run_id: UUID | None = None,
) -> None:
    """Add one audit row to the running transaction.

    `action` is a verb with its object in lower_snake (`book_appointment`); `subject` is (kind, id). `details`
    carries changed facts by reference: no names, no birth dates, no codes.
    """
    kind, subject_id = subject
    event = {
        "id": new_id(),
        "office_id": office_id or actor.office_id,
        "at": now,
        "actor": actor.ref,
        "action": action,
        "subject_kind": kind,
        "subject_id": subject_id,
        "run_id": run_id,
        "details": dict(details or {}),
    }
    # Nobody waits for it: it leaves with the next statement, at the latest with the commit.
    run_later(session, (_RECORD, event))


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Hold one audit row of a set; the fields mean what the arguments of `record` mean."""

    action: str
    subject: tuple[str, UUID | None]
    details: Mapping[str, Any]


def record_many(
    session: Session,
    events: Iterable[NewEvent],
    *,
    now: datetime,
    actor: Actor,
    office_id: UUID,
    run_id: UUID | None = None,
) -> None:
    """Add the audit rows of a set-wise act in one statement."""
    rows = [
        {
            "id": new_id(),
            "office_id": office_id,
            "at": now,
            "actor": actor.ref,
            "action": event.action,
            "subject_kind": event.subject[0],
            "subject_id": event.subject[1],
            "run_id": run_id,
            "details": dict(event.details),
        }
        for event in events
    ]
    if rows:
        session.execute(_INSERT_EVENT, rows)


def log_access(
    session: Session,
    *,
    now: datetime,
    actor: Actor,
    page: str,
    person_id: UUID | None,
    case_id: UUID | None = None,
) -> None:
    """Add one row saying that `actor` opened a person's file on `page`."""
    if actor.office_id is None:
        return
    access = {
        "id": new_id(),
        "office_id": actor.office_id,
        "at": now,
        "account_id": actor.account_id,
        "person_id": person_id,
        "case_id": case_id,
        "page": page,
    }
    run_later(session, (_LOG_ACCESS, access))


def seal_audit(session: Session, *, now: datetime, batch: int = 5000) -> int:
    """Chain up to `batch` committed rows that no seal covers yet; return how many.

    One job at a time: two would draw the same sequence number, and the primary key refuses the second.
    """
    last = session.execute(
        select(AuditSeal.seq, AuditSeal.hash).order_by(AuditSeal.seq.desc()).limit(1)
    ).first()
    seq, previous = (last.seq, last.hash) if last else (0, b"")
    unsealed = (
        select(AuditEvent)
        .where(~select(AuditSeal.seq).where(AuditSeal.event_id == AuditEvent.id).exists())
        .order_by(AuditEvent.at, AuditEvent.id)
        .limit(batch)
    )
    rows = []
    for event in session.scalars(unsealed):
        seq += 1
        previous = chain_hash(previous, event)
        rows.append({"seq": seq, "event_id": event.id, "hash": previous, "sealed_at": now})
    if rows:
        session.execute(insert(AuditSeal), rows)
    return len(rows)


def chain_hash(previous: bytes, event: AuditEvent) -> bytes:
    """Return SHA-256 over the previous hash and the canonical row (sorted keys, UTC to the microsecond)."""
    row = {
        "id": event.id.hex,
        "office": event.office_id.hex if event.office_id else None,
        "at": event.at.isoformat(timespec="microseconds"),
        "actor": event.actor,
        "action": event.action,
        "subject": [event.subject_kind, event.subject_id.hex if event.subject_id else None],
        "run": event.run_id.hex if event.run_id else None,
        "details": event.details,
    }
    canonical = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return hashlib.sha256(previous + canonical).digest()


@dataclass(frozen=True, slots=True)
class AuditReport:
    """Say what `audit verify` found: rows checked, faults as sentences, rows still unsealed and too old."""

    checked: int
    faults: tuple[str, ...]
    unsealed: int
    overdue: int
    head: str


def verify_audit(session: Session, *, now: datetime) -> AuditReport:
    """Recompute the chain and compare; also count the rows that wait for their seal."""
    faults: list[str] = []
    previous, expected = b"", 0
    pairs: Iterable[Any] = session.execute(
        select(AuditSeal, AuditEvent)
        .outerjoin(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .order_by(AuditSeal.seq)
        .execution_options(yield_per=2000)
    )
    for seal, event in pairs:
        expected += 1
        if seal.seq != expected:
            faults.append(f"seal {expected} is missing before seal {seal.seq}")
            expected = seal.seq
        if event is None:
            faults.append(f"seal {seal.seq}: its audit row is gone")
        elif chain_hash(previous, event) != seal.hash:
            faults.append(f"seal {seal.seq}: audit row {event.id} was changed, or the chain before it")
        previous = seal.hash
    waiting = ~select(AuditSeal.seq).where(AuditSeal.event_id == AuditEvent.id).exists()
    unsealed = session.scalar(select(func.count()).select_from(AuditEvent).where(waiting)) or 0
    old = AuditEvent.at < now - SEAL_AGE_LIMIT
    overdue = session.scalar(select(func.count()).select_from(AuditEvent).where(waiting, old)) or 0
    return AuditReport(expected, tuple(faults), unsealed, overdue, previous.hex())
