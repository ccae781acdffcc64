"""Look into files that wait, raise the alarm when they wait too long, and forget those of cases long closed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from servicedesk.cases.models import Case
from servicedesk.cases.service.tasks import NewTask, open_tasks
from servicedesk.cases.service.upload_rows import postpone_file
from servicedesk.cases.service.uploads import settle_file
from servicedesk.cases.upload_models import FilePage, PaperIntake, StoredFile, Upload
from servicedesk.db.session import Database
from servicedesk.files.desk import FileDesk
from servicedesk.files.values import FileState, Reason, unreadable
from servicedesk.kernel.clock import Clock, local_day
from servicedesk.kernel.crypto import CannotOpen, Vault
from servicedesk.offices.models import Office
from servicedesk.offices.queries import get_office_by_id, list_teams

log = structlog.get_logger("servicedesk.cases")

WAIT_LIMIT = timedelta(hours=1)
"""How long a file may wait before people are told."""

BATCH = 50
TASK = "files_waiting"
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(minutes=15)


def has_waiting_files(session: Session, *, now: datetime) -> bool:
    """Tell whether a file is to be looked into now, or has waited so long that people are to be told."""
    return session.scalar(select(StoredFile.id).where(_is_due(now)).limit(1)) is not None


def look_into_files(
    database: Database, vault: Vault, desk: FileDesk, clock: Clock, *, should_stop: Callable[[], bool]
) -> dict[str, Any]:
    """Look into the files that wait, oldest first; what still cannot be judged is tried again later.

    Twice is harmless: the result is written only where the file still waits.
    """
    counts = {"readable": 0, "unreadable": 0, "waiting": 0}
    with database.reading() as session:
        due = select(StoredFile.id).where(_is_due(clock.now())).order_by(StoredFile.next_try_at).limit(BATCH)
        ids = list(session.scalars(due))
    for file_id in ids:
        if should_stop():
            break
        state = _look_into(database, vault, desk, clock, file_id)
        if state is not None:
            counts[state.value] += 1
    return counts | {"late": _raise_alarm(database, clock.now())}


def forget_files(session: Session, *, now: datetime) -> int:
    """Delete files, pictures and records of cases closed longer ago than the office keeps them; return how many files."""
    deleted = 0
    for office_id in session.scalars(select(Office.id)):
        keep = timedelta(days=get_office_by_id(session, office_id).details.uploads.keep_days)
        closed = select(Case.id).where(Case.office_id == office_id, Case.closed_at < now - keep)
        files = select(StoredFile.id).where(StoredFile.case_id.in_(closed))
        session.execute(delete(FilePage).where(FilePage.file_id.in_(files)))
        session.execute(delete(Upload).where(Upload.case_id.in_(closed)))
        session.execute(delete(PaperIntake).where(PaperIntake.case_id.in_(closed)))
        result: Any = session.execute(delete(StoredFile).where(StoredFile.case_id.in_(closed)))
        deleted += int(result.rowcount)
    return deleted


def _is_due(now: datetime) -> Any:
    return (StoredFile.state == FileState.waiting.value) & (StoredFile.next_try_at <= now)


def _look_into(
    database: Database, vault: Vault, desk: FileDesk, clock: Clock, file_id: UUID
) -> FileState | None:
    with database.reading() as session:
        found = session.execute(
            select(
                StoredFile.original_sealed, StoredFile.office_id, StoredFile.attempts, StoredFile.media_type
            ).where(StoredFile.id == file_id, StoredFile.state == FileState.waiting.value)
        ).first()
        if found is None or found.original_sealed is None:
            return None
        name = session.scalar(select(Upload.name).where(Upload.file_id == file_id).limit(1)) or ""
        limits = get_office_by_id(session, found.office_id).details.uploads
    try:
        content = vault.open(found.original_sealed, StoredFile.__tablename__, file_id, "original")
    except CannotOpen:
        outcome = unreadable(Reason.broken, found.media_type)
    else:
        # Its size was judged when it came; a limit lowered since does not count against it.
        outcome = desk.look(content, name, max_bytes=len(content), max_pages=limits.max_pages)
    with database.unit_of_work() as session:
        if outcome.state is not FileState.waiting:
            is_ours = settle_file(session, vault, file_id=file_id, outcome=outcome, now=clock.now())
            return outcome.state if is_ours else None
        pause = min(_FIRST_PAUSE * 2 ** min(found.attempts, 10), _LONGEST_PAUSE)
        postpone_file(session, file_id=file_id, reason=outcome.reason, next_try_at=clock.now() + pause)
    return FileState.waiting


def _raise_alarm(database: Database, now: datetime) -> int:
    """Log how many files have waited too long, and ask every team once a day to tell the technicians."""
    late = (
        select(StoredFile.office_id, func.count())
        .where(StoredFile.state == FileState.waiting.value, StoredFile.added_at < now - WAIT_LIMIT)
        .group_by(StoredFile.office_id)
    )
    with database.reading() as session:
        numbers = [(office_id, number) for office_id, number in session.execute(late)]
    for office_id, number in numbers:
        with database.unit_of_work() as session:
            office = get_office_by_id(session, office_id)
            today = local_day(now, office.zone)
            log.error("files_waiting", office=office.ref, number=number)
            open_tasks(
                session,
                office_id=office_id,
                tasks=[
                    NewTask(TASK, f"{TASK}:{team.id.hex}:{today.isoformat()}", team_id=team.id, due_on=today)
                    for team in list_teams(session, office_id)
                ],
                now=now,
            )
    return sum(number for _, number in numbers)
