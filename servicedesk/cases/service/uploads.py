"""Take files of a case in, give them to another paper, and take them away again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from servicedesk.cases.errors import CaseClosed, UnknownDocument
from servicedesk.cases.models import Case
from servicedesk.cases.queries.checklist import load_checklist
from servicedesk.cases.queries.facts import zone_of
from servicedesk.cases.queries.papers import list_paper_rows
from servicedesk.cases.queries.scope import get_case_for
from servicedesk.cases.rules import PaperState
from servicedesk.cases.service.papers import change_paper
from servicedesk.cases.service.upload_rows import (
    Incoming,
    drop_unused,
    forget_failures,
    give_file,
    has_paper,
    keep_file,
    write_outcome,
)
from servicedesk.cases.upload_errors import PaperSettled, UploadNotFound
from servicedesk.cases.upload_models import StoredFile, Upload
from servicedesk.db import audit
from servicedesk.files.values import FileState, Outcome, Reason
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.permissions import SYSTEM, Actor, Permission
from servicedesk.register.models import Person

_SETTLED = frozenset({PaperState.accepted, PaperState.waived})
_STAYS = frozenset({PaperState.accepted, PaperState.rejected, PaperState.waived, PaperState.stale})


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
    forget_failures(session, case.id, document_id, before=now)
    file, is_known = keep_file(session, vault, case, incoming, max_case_bytes, now)
    upload_id = give_file(
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
    given = give_file(
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
    drop_unused(session, case.id)
    _note(session, case, "remove_file", upload.id, document_id or "", actor, now)
    is_received = stored is not None and stored.state is PaperState.received
    if document_id is not None and is_received and not has_paper(session, case.id, document_id):
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
    write_outcome(session, vault, file, outcome, now)
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
