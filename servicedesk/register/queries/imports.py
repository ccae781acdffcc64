"""Read which expiry lists were imported, by whom, and what came of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from servicedesk.kernel.errors import NotFound
from servicedesk.register.models import ImportRun


@dataclass(frozen=True, slots=True)
class ImportView:
    """Be one import: `accepted + unchanged + rejected == lines` once it is done.

    `state`: running, done, failed. `difference` counts what changed by kind; `started_by` is an actor's reference.
    """

    id: UUID
    file_name: str
    file_sha256: str
    encoding: str
    delimiter: str
    mapping: str
    state: str
    lines: int
    accepted: int
    unchanged: int
    rejected: int
    warnings: int
    difference: Mapping[str, int]
    started_at: datetime
    finished_at: datetime | None
    started_by: str


def list_imports(
    session: Session, office_id: UUID, *, limit: int = 50, offset: int = 0
) -> tuple[ImportView, ...]:
    """Return the imports of an office, the latest first."""
    query = (
        select(ImportRun)
        .where(ImportRun.office_id == office_id)
        .order_by(ImportRun.started_at.desc(), ImportRun.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return tuple(_view(run) for run in session.scalars(query))


def count_imports(session: Session, office_id: UUID) -> int:
    """Count the imports of an office."""
    query = select(func.count()).select_from(ImportRun).where(ImportRun.office_id == office_id)
    return session.scalar(query) or 0


def get_import(session: Session, office_id: UUID, import_id: UUID) -> ImportView:
    """Return one import of an office; raises NotFound."""
    query = select(ImportRun).where(ImportRun.id == import_id, ImportRun.office_id == office_id)
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return _view(found)


def _view(run: ImportRun) -> ImportView:
    known: dict[str, Any] = run.difference
    return ImportView(
        id=run.id,
        file_name=run.file_name,
        file_sha256=run.file_sha256,
        encoding=run.encoding,
        delimiter=run.delimiter,
        mapping=run.mapping,
        state=run.state,
        lines=run.lines,
        accepted=run.accepted,
        unchanged=run.unchanged,
        rejected=run.rejected,
        warnings=run.warnings,
        difference={kind: count for kind, count in known.items() if count},
        started_at=run.started_at,
        finished_at=run.finished_at,
        started_by=run.started_by,
    )
