"""Write the rows of files: kept once per case, given to papers, dropped when no paper has them any more."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from servicedesk.cases.models import Case
from servicedesk.cases.queries.uploads import page_column
from servicedesk.cases.upload_errors import TooManyFiles
from servicedesk.cases.upload_models import FilePage, PaperIntake, StoredFile, Upload
from servicedesk.files.values import FileState, Outcome, Reason, unreadable
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor

MOST_FILES = 200
"""Of one case, those that cannot be read counted too."""

_DIGEST = "stored_file"


@dataclass(frozen=True, slots=True)
class Incoming:
    """Be one file as it came: what the sender calls it, its bytes, and what came of looking into it."""

    name: str
    content: bytes
    outcome: Outcome


def keep_file(
    session: Session, vault: Vault, case: Case, incoming: Incoming, max_case_bytes: int, now: datetime
) -> tuple[StoredFile, bool]:
    """Keep a file of a case where it is new; return it, and whether the case had it. Raises TooManyFiles."""
    if (session.scalar(select(func.count()).where(Upload.case_id == case.id)) or 0) >= MOST_FILES:
        raise TooManyFiles(number=MOST_FILES)
    digest = vault.digest(_DIGEST, incoming.content)
    found = select(StoredFile).where(StoredFile.case_id == case.id, StoredFile.digest == digest)
    file = session.scalars(found).one_or_none()
    if file is not None and file.state == FileState.readable:
        return file, True
    outcome = incoming.outcome
    size = len(incoming.content)
    if file is None:
        if (
            outcome.state is not FileState.unreadable
            and _kept_bytes(session, case.id) + size > max_case_bytes
        ):
            outcome = unreadable(Reason.case_full, outcome.media_type)
        file = StoredFile(
            id=new_id(),
            office_id=case.office_id,
            case_id=case.id,
            digest=digest,
            size_bytes=size,
            media_type=outcome.media_type,
            state=FileState.waiting.value,
            added_at=now,
            attempts=0,
        )
        session.add(file)
    if outcome.state is not FileState.unreadable:
        file.original_sealed = vault.seal(incoming.content, StoredFile.__tablename__, file.id, "original")
    session.flush()
    write_outcome(session, vault, file, outcome, now)
    session.flush()
    return file, False


def write_outcome(session: Session, vault: Vault, file: StoredFile, outcome: Outcome, now: datetime) -> None:
    """Write what came of looking into a file; what cannot be read is dropped."""
    file.state, file.reason = outcome.state.value, outcome.reason.value
    file.media_type = outcome.media_type
    if outcome.state is FileState.waiting:
        file.next_try_at = now
        return
    file.settled_at, file.next_try_at = now, None
    if outcome.state is FileState.unreadable:
        file.original_sealed = None
        return
    file.page_count = len(outcome.pages)
    file.thumbnail_sealed = vault.seal(outcome.thumbnail, StoredFile.__tablename__, file.id, "thumbnail")
    session.add_all(
        FilePage(
            file_id=file.id,
            number=number,
            media_type="image/jpeg",
            picture_sealed=vault.seal(picture, FilePage.__tablename__, file.id, page_column(number)),
        )
        for number, picture in enumerate(outcome.pages, 1)
    )


def give_file(
    session: Session,
    case: Case,
    document_id: str | None,
    file: StoredFile,
    name: str,
    channel: str,
    actor: Actor,
    now: datetime,
    received_at: datetime | None,
    session_id: UUID | None,
) -> UUID:
    """Say that a file belongs to a paper, once; return that row's id."""
    same = Upload.document_id == document_id if document_id is not None else Upload.document_id.is_(None)
    found = session.scalar(
        select(Upload.id).where(Upload.case_id == case.id, Upload.file_id == file.id, same).limit(1)
    )
    if found is not None:
        if session_id is not None:  # who gives the same file again has it in hand, and may see it
            session.execute(update(Upload).where(Upload.id == found).values(session_id=session_id))
        return found
    upload = Upload(
        id=new_id(),
        office_id=case.office_id,
        case_id=case.id,
        document_id=document_id,
        file_id=file.id,
        name=name,
        channel=channel,
        received_at=received_at or now,
        recorded_at=now,
        recorded_by=actor.ref,
        session_id=session_id,
    )
    session.add(upload)
    session.flush()
    return upload.id


def forget_failures(session: Session, case_id: UUID, document_id: str | None, before: datetime) -> None:
    """Drop what could not be read for this paper before: whoever sends another file has seen why."""
    failed = select(StoredFile.id).where(
        StoredFile.case_id == case_id,
        StoredFile.state == FileState.unreadable.value,
        StoredFile.added_at < before,
    )
    same = Upload.document_id == document_id if document_id is not None else Upload.document_id.is_(None)
    session.execute(delete(Upload).where(Upload.case_id == case_id, same, Upload.file_id.in_(failed)))
    drop_unused(session, case_id)


def drop_unused(session: Session, case_id: UUID) -> None:
    """Delete files of a case that no paper has any more, with their pictures."""
    used = select(Upload.file_id).where(Upload.case_id == case_id)
    unused = select(StoredFile.id).where(StoredFile.case_id == case_id, StoredFile.id.not_in(used))
    ids = list(session.scalars(unused))
    if ids:
        session.execute(delete(FilePage).where(FilePage.file_id.in_(ids)))
        session.execute(delete(StoredFile).where(StoredFile.id.in_(ids)))


def has_paper(session: Session, case_id: UUID, document_id: str) -> bool:
    """Tell whether the office still has this paper: as a readable file, or on paper."""
    readable = session.scalar(
        select(Upload.id)
        .join(StoredFile, StoredFile.id == Upload.file_id)
        .where(
            Upload.case_id == case_id,
            Upload.document_id == document_id,
            StoredFile.state == FileState.readable.value,
        )
        .limit(1)
    )
    intakes = session.scalars(select(PaperIntake.document_ids).where(PaperIntake.case_id == case_id))
    return readable is not None or any(document_id in named for named in intakes)


def _kept_bytes(session: Session, case_id: UUID) -> int:
    kept = StoredFile.state != FileState.unreadable.value
    return (
        session.scalar(select(func.sum(StoredFile.size_bytes)).where(StoredFile.case_id == case_id, kept))
        or 0
    )


def postpone_file(session: Session, *, file_id: UUID, reason: Reason, next_try_at: datetime) -> None:
    """Note that a file still waits, why, and when to look again."""
    values: dict[str, Any] = {
        "reason": reason.value,
        "attempts": StoredFile.attempts + 1,
        "next_try_at": next_try_at,
    }
    session.execute(
        update(StoredFile)
        .where(StoredFile.id == file_id, StoredFile.state == FileState.waiting.value)
        .values(values)
    )
