"""Show which titles one import no longer had, and whether somebody was asked about them; without any name."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.cases.models import Task
from servicedesk.outreach.rules import CONSUMER
from servicedesk.register.models import ChangeCursor, Person, RegisterChange, Title


class Asked(StrEnum):
    """Say what became of a line that the list no longer had."""

    is_back = "is_back"
    """A later list has it again."""
    waiting = "waiting"
    """The next night looks after it."""
    asked = "asked"
    """A case worker is asked."""
    answered = "answered"
    """The case worker has answered."""
    kept = "kept"
    """No case was open; nobody is invited as long as the line is missing."""


@dataclass(frozen=True, slots=True)
class GoneLine:
    """Show one title that an import no longer had; `owner_id` None: the team's inbox is asked, or nobody."""

    file_number: str
    legal_basis: str
    ends_on: date | None
    asked: Asked
    owner_id: UUID | None


def list_gone_lines(
    session: Session, office_id: UUID, import_id: UUID, *, limit: int = 200
) -> tuple[GoneLine, ...]:
    """Return the titles that vanished with an import, by file number."""
    query = (
        select(RegisterChange.seq, Person.id, Person.file_number, Title)
        .join(Title, Title.id == RegisterChange.title_id)
        .join(Person, Person.id == RegisterChange.person_id)
        .where(
            RegisterChange.office_id == office_id,
            RegisterChange.import_id == import_id,
            RegisterChange.kind == "vanished",
        )
        .order_by(Person.file_number, Title.id)
        .limit(limit)
    )
    rows = list(session.execute(query))
    tasks = _tasks(session, office_id, {person_id for _, person_id, _, _ in rows})
    place = session.get(ChangeCursor, (office_id, CONSUMER))
    reached = place.seq if place else 0
    return tuple(
        GoneLine(
            file_number=file_number,
            legal_basis=title.legal_basis,
            ends_on=title.effective_ends_on,
            asked=_judge(title, tasks.get(seq), is_followed=seq <= reached),
            owner_id=task.owner_id if (task := tasks.get(seq)) else None,
        )
        for seq, _, file_number, title in rows
    )


def _tasks(session: Session, office_id: UUID, person_ids: set[UUID]) -> dict[int, Task]:
    """Return the tasks that ask about vanished lines, by the change each was made for."""
    query = select(Task).where(
        Task.office_id == office_id, Task.kind == "vanished", Task.person_id.in_(person_ids)
    )
    keys = ((task.dedupe_key.rpartition(":")[2], task) for task in session.scalars(query))
    return {int(seq): task for seq, task in keys if seq.isdecimal()}


def _judge(title: Title, task: Task | None, *, is_followed: bool) -> Asked:
    if title.vanished_on is None:
        return Asked.is_back
    if task is not None:
        return Asked.asked if task.done_at is None else Asked.answered
    return Asked.kept if is_followed else Asked.waiting
