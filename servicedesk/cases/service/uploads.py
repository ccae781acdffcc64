"""Take files of a case in, give them to another paper, and take them away again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from servicedesk.cases.errors import CaseClosed, UnknownDocument
from servicedesk.cases.models import Case
from servicedesk.cases.queries.checklist import load_checklist
from servicedesk.cases.queries.facts import zone_of
from servicedesk.cases.queries.papers import list_paper_rows
from servicedesk.cases.queries.scope import get_case_for
from servicedesk.cases.queries.uploads import page_column
from servicedesk.cases.rules import PaperState
from servicedesk.cases.service.papers import change_paper
from servicedesk.cases.upload_errors import PaperSettled, TooManyFiles, UploadNotFound
from servicedesk.cases.upload_models import FilePage, PaperIntake, StoredFile, Upload
from servicedesk.db import audit
from servicedesk.files.values import FileState, Outcome, Reason, unreadable
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import SYSTEM, Actor, Permission
from servicedesk.register.models import Person

MOST_FILES = 200
"""Of one case, those that cannot be read counted too."""

_SETTLED = frozenset({PaperState.accepted, PaperState.waived})
_STAYS = frozenset({PaperState.accepted, PaperState.rejected, PaperState.waived, PaperState.stale})
_DIGEST = "stored_file"


@dataclass(frozen=True, slots=True)
class Incoming:
    """Be one file as it came: what the sender calls it, its bytes, and what came of looking into it."""

    name: str
    content: bytes
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Received:
    """Say what became of a file; `is_known`: the case had it already."""

    upload_id: UUID
    state: FileState
    reason: Reason
    is_known: bool


def receive_file(
    session: Session,
    vault: Vault,
    *,
    case_id: UUID,
    document_id: str | None,
    incoming: Incoming,
    max_case_bytes: int,
    channel: str,
    actor: Actor,
    now: datetime,
    received_at: datetime | None = None,
    session_id: UUID | None = None,
) -> Received:
    """Keep a file for a paper of a case; a readable one makes the paper received.

    The same bytes are kept once per case. A file that cannot be read is noted with its reason and not kept. Raises
    CaseNotFound, CaseClosed, UnknownDocument, PaperSettled, TooManyFiles.
    """
    case = _open_case(session, actor, case_id)
    _check_paper(session, case, document_id, now)
    _forget_failures(session, case.id, document_id)
    file, is_known = _keep(session, vault, case, incoming, max_case_bytes, now)
    upload_id = _give(
        session, case, document_id, file, incoming.name, channel, actor, now, received_at, session_id
    )
    if document_id is not None and file.state == FileState.readable:
        _mark_received(session, case.id, document_id, actor, now, received_at)
    audit.record(
        session,
        now=now,
        actor=actor,
        action="receive_file",
        subject=("case", case.id),
        office_id=case.office_id,
        details={
            "upload": upload_id.hex,
            "document": document_id or "",
            "state": file.state,
            "reason": file.reason,
            "channel": channel,
        },
    )
    return Received(upload_id, FileState(file.state), Reason(file.reason), is_known)


def reuse_file(
    session: Session, *, case_id: UUID, upload_id: UUID, document_id: str, actor: Actor, now: datetime
) -> UUID:
    """Let a file that was given for one paper count for another, too.

    Raises CaseNotFound, CaseClosed, UnknownDocument, UploadNotFound, PaperSettled.
    """
    case = _open_case(session, actor, case_id)
    _check_paper(session, case, document_id, now)
    source = _get(session, case.id, upload_id)
    file = session.get_one(StoredFile, source.file_id)
    if file.state == FileState.unreadable:
        raise UploadNotFound
    given = _give(
        session,
        case,
        document_id,
        file,
        source.name,
        source.channel,
        actor,
        now,
        source.received_at,
        source.session_id,
    )
    if file.state == FileState.readable:
        _mark_received(session, case.id, document_id, actor, now, None)
    _note(session, case, "reuse_file", given, document_id, actor, now)
    return given


def remove_upload(session: Session, *, case_id: UUID, upload_id: UUID, actor: Actor, now: datetime) -> None:
    """Take a file away from a paper that nobody has checked yet; what cannot be read may always go.

    With its last file the paper is missing again, unless it came on paper, too. Raises CaseNotFound, CaseClosed,
    UploadNotFound, PaperSettled.
    """
    case = _open_case(session, actor, case_id)
    upload = _get(session, case.id, upload_id)
    state = session.scalar(select(StoredFile.state).where(StoredFile.id == upload.file_id))
    document_id = upload.document_id
    stored = list_paper_rows(session, [case.id]).get(case.id, {}).get(document_id or "")
    if state != FileState.unreadable and stored is not None and stored.state in _STAYS:
        raise PaperSettled
    session.execute(delete(Upload).where(Upload.id == upload.id))
    _drop_unused(session, case.id)
    _note(session, case, "remove_file", upload.id, document_id or "", actor, now)
    is_received = stored is not None and stored.state is PaperState.received
    if document_id is not None and is_received and not _has_paper(session, case.id, document_id):
        change_paper(
            session,
            case_id=case.id,
            document_id=document_id,
            state=PaperState.missing,
            actor=actor,
            now=now,
        )


def settle_file(session: Session, vault: Vault, *, file_id: UUID, outcome: Outcome, now: datetime) -> bool:
    """Write what came of a file that waited, and mark its papers received; False when somebody was quicker.

    Papers of a case that was closed meanwhile stay as they are.
    """
    file = session.get(StoredFile, file_id, with_for_update=True, populate_existing=True)
    if file is None or file.state != FileState.waiting:
        return False
    _write_outcome(session, vault, file, outcome, now)
    session.flush()
    case = session.get_one(Case, file.case_id)
    if file.state == FileState.readable and case.closed_at is None:
        given = select(Upload.document_id, Upload.received_at).where(Upload.file_id == file.id)
        for document_id, received_at in session.execute(given).all():
            if document_id is not None:
                _mark_received(session, case.id, document_id, SYSTEM, now, received_at)
    audit.record(
        session,
        now=now,
        actor=SYSTEM,
        action="settle_file",
        subject=("case", case.id),
        office_id=case.office_id,
        details={"file": file.id.hex, "state": file.state, "reason": file.reason},
    )
    return True


def _open_case(session: Session, actor: Actor, case_id: UUID) -> Case:
    case = get_case_for(session, actor, case_id, Permission.record_application)
    if case.closed_at is not None:
        raise CaseClosed
    # Limits are counted before a row is added: two uploads of one case come one after the other.
    session.execute(select(Case.id).where(Case.id == case.id).with_for_update(key_share=True))
    return case


def _check_paper(session: Session, case: Case, document_id: str | None, now: datetime) -> None:
    if document_id is None:
        return
    rows = list_paper_rows(session, [case.id]).get(case.id, {})
    if document_id in rows:
        if rows[document_id].state in _SETTLED:
            raise PaperSettled
        return
    today = local_day(now, zone_of(session, case.office_id))
    checklist = load_checklist(session, case, session.get_one(Person, case.person_id), today=today)
    if all(line.document.id != document_id for line in checklist.requirements):
        raise UnknownDocument


def _keep(
    session: Session, vault: Vault, case: Case, incoming: Incoming, max_case_bytes: int, now: datetime
) -> tuple[StoredFile, bool]:
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
    _write_outcome(session, vault, file, outcome, now)
    session.flush()
    return file, False


def _write_outcome(session: Session, vault: Vault, file: StoredFile, outcome: Outcome, now: datetime) -> None:
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


def _give(
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
    same = Upload.document_id == document_id if document_id is not None else Upload.document_id.is_(None)
    found = session.scalar(
        select(Upload.id).where(Upload.case_id == case.id, Upload.file_id == file.id, same).limit(1)
    )
    if found is not None:
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


def _mark_received(
    session: Session,
    case_id: UUID,
    document_id: str,
    actor: Actor,
    now: datetime,
    received_at: datetime | None,
) -> None:
    stored = list_paper_rows(session, [case_id]).get(case_id, {}).get(document_id)
    if stored is not None and stored.state in _SETTLED:
        return
    change_paper(
        session,
        case_id=case_id,
        document_id=document_id,
        state=PaperState.received,
        actor=actor,
        now=now,
        received_at=received_at,
    )


def _forget_failures(session: Session, case_id: UUID, document_id: str | None) -> None:
    """Drop what could not be read for this paper before: whoever sends another file has seen why."""
    failed = select(StoredFile.id).where(
        StoredFile.case_id == case_id, StoredFile.state == FileState.unreadable.value
    )
    same = Upload.document_id == document_id if document_id is not None else Upload.document_id.is_(None)
    session.execute(delete(Upload).where(Upload.case_id == case_id, same, Upload.file_id.in_(failed)))
    _drop_unused(session, case_id)


def _drop_unused(session: Session, case_id: UUID) -> None:
    """Delete files of a case that no paper has any more, with their pictures."""
    used = select(Upload.file_id).where(Upload.case_id == case_id)
    unused = select(StoredFile.id).where(StoredFile.case_id == case_id, StoredFile.id.not_in(used))
    ids = list(session.scalars(unused))
    if ids:
        session.execute(delete(FilePage).where(FilePage.file_id.in_(ids)))
        session.execute(delete(StoredFile).where(StoredFile.id.in_(ids)))


def _has_paper(session: Session, case_id: UUID, document_id: str) -> bool:
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


def _get(session: Session, case_id: UUID, upload_id: UUID) -> Upload:
    upload = session.scalar(select(Upload).where(Upload.id == upload_id, Upload.case_id == case_id))
    if upload is None:
        raise UploadNotFound
    return upload


def _note(
    session: Session, case: Case, action: str, upload_id: UUID, document_id: str, actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        now=now,
        actor=actor,
        action=action,
        subject=("case", case.id),
        office_id=case.office_id,
        details={"upload": upload_id.hex, "document": document_id},
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
