"""Read the stretch of the audit trail that an export covers, and the files that came in with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from servicedesk.cases.models import Case
from servicedesk.cases.queries.uploads import READABLE
from servicedesk.cases.upload_models import StoredFile, Upload
from servicedesk.db.audit import AuditEvent, AuditSeal
from servicedesk.exports.errors import ExportNotFound
from servicedesk.exports.models import ExportRun
from servicedesk.exports.rules import KINDS, MOST_CHANGES, Change, build_change
from servicedesk.kernel.crypto import Vault
from servicedesk.offices.models import Desk
from servicedesk.register.models import Person

_BATCH = 1000
_BROUGHT_FILES = {"receive_file", "settle_file"}
_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/heic": "heic"}


@dataclass(frozen=True, slots=True)
class RunView:
    """Be one export as lists show it."""

    id: UUID
    since: int
    until: int
    changes: int
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class PaperFile:
    """Be one file, by the line since which it can be read; `uploads` are the `ref` of the lines that brought it.

    `content` is None where the house has it no more.
    """

    name: str
    seq: int
    media_type: str
    uploads: tuple[str, ...]
    content: bytes | None


def list_runs(session: Session, office_id: UUID, *, limit: int = 100) -> tuple[RunView, ...]:
    """Return the exports of an office, the latest first."""
    query = _runs().where(ExportRun.office_id == office_id).order_by(ExportRun.since.desc()).limit(limit)
    return tuple(RunView(*row) for row in session.execute(query))


def get_run(session: Session, office_id: UUID, run_id: UUID) -> RunView:
    """Return one export; raises ExportNotFound."""
    row = session.execute(_runs().where(ExportRun.office_id == office_id, ExportRun.id == run_id)).first()
    if row is None:
        raise ExportNotFound
    return RunView(*row)


def find_run(session: Session, office_id: UUID, since: int) -> RunView | None:
    """Return the export that a cursor led to before."""
    row = session.execute(_runs().where(ExportRun.office_id == office_id, ExportRun.since == since)).first()
    return RunView(*row) if row else None


def find_latest_cursor(session: Session, office_id: UUID) -> int:
    """Return where the next export begins."""
    query = select(func.max(ExportRun.until)).where(ExportRun.office_id == office_id)
    return session.scalar(query) or 0


def is_known_cursor(session: Session, office_id: UUID, since: int) -> bool:
    """Tell whether a cursor is the beginning, or the end of an export of this office."""
    known = select(ExportRun.id).where(ExportRun.office_id == office_id, ExportRun.until == since)
    return since == 0 or session.scalar(known) is not None


def find_stretch(session: Session, office_id: UUID, since: int) -> tuple[int, int]:
    """Return the last number of the next stretch, and how many lines it has; (since, 0) where nothing is new."""
    seqs = session.scalars(
        _events(office_id, since).with_only_columns(AuditSeal.seq).limit(MOST_CHANGES)
    ).all()
    return (seqs[-1], len(seqs)) if seqs else (since, 0)


def iter_changes(session: Session, office_id: UUID, since: int, until: int) -> Iterator[Change]:
    """Yield the lines of a stretch in their order."""
    desks = {
        desk_id.hex: ref
        for desk_id, ref in session.execute(select(Desk.id, Desk.ref).where(Desk.office_id == office_id))
    }
    for rows in _batches(session, office_id, since, until):
        cases = _case_refs(session, {case_id for row in rows if (case_id := _case_of(row))})
        for row in rows:
            case_id = _case_of(row)
            known = cases.get(case_id, ("", "")) if case_id else ("", "")
            yield build_change(row.seq, row.at, row.action, row.actor, row.details, known, desks)


def iter_files(
    session: Session, vault: Vault, office_id: UUID, since: int, until: int
) -> Iterator[PaperFile]:
    """Yield the files that became readable within a stretch, as they came, in its order."""
    for rows in _batches(session, office_id, since, until):
        for row in rows:
            if row.details.get("state") == READABLE and row.action in _BROUGHT_FILES:
                yield _open_file(session, vault, office_id, row)
                # A file may be large; none is held longer than it is looked at.
                session.expunge_all()


def _open_file(session: Session, vault: Vault, office_id: UUID, row: Any) -> PaperFile:
    if row.action == "receive_file":
        wanted = Upload.id == UUID(hex=row.details["upload"])
    else:
        wanted = Upload.file_id == UUID(hex=row.details["file"])
    found = session.execute(
        select(StoredFile, Case.ref, Upload.id)
        .join(Upload, Upload.file_id == StoredFile.id)
        .join(Case, Case.id == Upload.case_id)
        .where(wanted, Upload.office_id == office_id)
        .order_by(Upload.id)
    ).all()
    if not found:
        return PaperFile("", row.seq, "", (), None)
    file, ref, _ = found[0]
    sealed = file.original_sealed
    return PaperFile(
        name=f"{row.seq:012d}-{ref}.{_ENDINGS.get(file.media_type, 'bin')}",
        seq=row.seq,
        media_type=file.media_type,
        uploads=tuple(upload_id.hex for _, _, upload_id in found),
        content=vault.open(sealed, StoredFile.__tablename__, file.id, "original") if sealed else None,
    )


def _runs() -> Select[UUID, int, int, int, datetime, str]:
    return select(
        ExportRun.id,
        ExportRun.since,
        ExportRun.until,
        ExportRun.changes,
        ExportRun.created_at,
        ExportRun.created_by,
    )


def _events(office_id: UUID, since: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            AuditSeal.seq,
            AuditEvent.at,
            AuditEvent.action,
            AuditEvent.actor,
            AuditEvent.subject_kind,
            AuditEvent.subject_id,
            AuditEvent.details,
        )
        .join(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .where(AuditEvent.office_id == office_id, AuditSeal.seq > since, AuditEvent.action.in_(sorted(KINDS)))
        .order_by(AuditSeal.seq)
    )


def _batches(session: Session, office_id: UUID, since: int, until: int) -> Iterator[list[Any]]:
    while since < until:
        query = _events(office_id, since).where(AuditSeal.seq <= until).limit(_BATCH)
        rows = list(session.execute(query))
        if not rows:
            return
        yield rows
        since = rows[-1].seq


def _case_of(row: Any) -> UUID | None:
    if row.subject_kind == "case":
        found: UUID | None = row.subject_id
        return found
    named = row.details.get("case", "")
    return UUID(hex=named) if named else None


def _case_refs(session: Session, case_ids: set[UUID]) -> dict[UUID, tuple[str, str]]:
    query = (
        select(Case.id, Case.ref, Person.file_number)
        .join(Person, Person.id == Case.person_id)
        .where(Case.id.in_(case_ids))
    )
    return {case_id: (ref, number) for case_id, ref, number in session.execute(query)}
