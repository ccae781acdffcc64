"""Read which files belong to a case, and open the pictures of their pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.cases.errors import CaseNotFound
from servicedesk.cases.models import Case
from servicedesk.cases.queries.scope import Scope
from servicedesk.cases.upload_models import FilePage, StoredFile, Upload
from servicedesk.kernel.crypto import Vault

WAITING, READABLE, UNREADABLE = "waiting", "readable", "unreadable"


@dataclass(frozen=True, slots=True)
class UploadView:
    """Be one file given for one paper.

    `state`: waiting, readable, unreadable. `reason` is a code of `files.Reason`: why it waits or cannot be read,
    or what people should know about a readable one; empty otherwise. `pages` counts its pictures.
    """

    id: UUID
    document_id: str | None
    name: str
    media_type: str
    pages: int
    state: str
    received_at: datetime
    channel: str
    reason: str
    file_id: UUID
    size_bytes: int
    session_id: UUID | None


@dataclass(frozen=True, slots=True)
class PagePicture:
    """Be the picture of one page, and whose file it belongs to."""

    content: bytes
    media_type: str
    case_id: UUID
    person_id: UUID


def list_uploads(session: Session, office_id: UUID, case_id: UUID) -> tuple[UploadView, ...]:
    """Return every file of a case by paper and arrival; the caller has checked who may see the case."""
    query = _views().where(Upload.office_id == office_id, Upload.case_id == case_id)
    rows = session.execute(query.order_by(Upload.document_id, Upload.received_at, Upload.id))
    return tuple(UploadView(*row) for row in rows)


def find_upload(session: Session, case_id: UUID, upload_id: UUID) -> UploadView | None:
    """Return one file of a case."""
    row = session.execute(_views().where(Upload.id == upload_id, Upload.case_id == case_id)).first()
    return UploadView(*row) if row else None


def get_page_picture(
    session: Session, vault: Vault, scope: Scope, upload_id: UUID, number: int
) -> PagePicture:
    """Return the picture of one page, counted from 1, for staff who may see the case; raises CaseNotFound."""
    row = session.execute(
        select(FilePage.file_id, FilePage.picture_sealed, FilePage.media_type, Case.id, Case.person_id)
        .join(Upload, Upload.file_id == FilePage.file_id)
        .join(Case, Case.id == Upload.case_id)
        .where(Upload.id == upload_id, FilePage.number == number, scope.cases())
    ).first()
    if row is None:
        raise CaseNotFound
    file_id, sealed, media_type, case_id, person_id = row
    content = vault.open(sealed, FilePage.__tablename__, file_id, page_column(number))
    return PagePicture(content, media_type, case_id, person_id)


def find_thumbnail(
    session: Session, vault: Vault, case_id: UUID, upload_id: UUID, session_id: UUID
) -> bytes | None:
    """Return the small picture of a file that was given in this very sign-in, None for every other one."""
    row = session.execute(
        select(StoredFile.id, StoredFile.thumbnail_sealed)
        .join(Upload, Upload.file_id == StoredFile.id)
        .where(Upload.id == upload_id, Upload.case_id == case_id, Upload.session_id == session_id)
    ).first()
    if row is None or row.thumbnail_sealed is None:
        return None
    return vault.open(row.thumbnail_sealed, StoredFile.__tablename__, row.id, "thumbnail")


def page_column(number: int) -> str:
    """Return the place under which the picture of a page is sealed."""
    return f"picture:{number}"


def _views() -> Any:
    return select(
        Upload.id,
        Upload.document_id,
        Upload.name,
        StoredFile.media_type,
        StoredFile.page_count,
        StoredFile.state,
        Upload.received_at,
        Upload.channel,
        StoredFile.reason,
        StoredFile.id,
        StoredFile.size_bytes,
        Upload.session_id,
    ).join(StoredFile, StoredFile.id == Upload.file_id)
