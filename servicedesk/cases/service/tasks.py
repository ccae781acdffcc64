"""Ask people for one act, once; and note that it is done."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.cases.models import Case, Task
from servicedesk.cases.queries.scope import build_scope, get_case_in_scope
from servicedesk.cases.queries.tasks import task_condition
from servicedesk.db import audit
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor


@dataclass(frozen=True, slots=True)
class NewTask:
    """Say who is asked for what; `dedupe_key` makes asking twice one task."""

    kind: str
    dedupe_key: str
    person_id: UUID | None = None
    case_id: UUID | None = None
    team_id: UUID | None = None
    owner_id: UUID | None = None
    due_on: date | None = None


def open_tasks(session: Session, *, office_id: UUID, tasks: Iterable[NewTask], now: datetime) -> None:
    """Add tasks; one whose `dedupe_key` is known stays as it is."""
    rows = [
        {
            "id": new_id(),
            "office_id": office_id,
            "kind": task.kind,
            "dedupe_key": task.dedupe_key,
            "person_id": task.person_id,
            "case_id": task.case_id,
            "team_id": task.team_id,
            "owner_id": task.owner_id,
            "created_at": now,
            "due_on": task.due_on,
            "done_by": "",
        }
        for task in tasks
    ]
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    inserting: Any = postgresql.insert(Task) if is_postgresql else sqlite.insert(Task)
    if rows:
        session.execute(inserting.on_conflict_do_nothing(), rows)


def open_case_task(session: Session, case: Case, kind: str, *, key: str = "", now: datetime) -> None:
    """Ask the owner of a case for one act of `kind`; `key` tells two occasions apart."""
    task = NewTask(
        kind=kind,
        dedupe_key=f"{kind}:{case.id.hex}{':' if key else ''}{key}",
        person_id=case.person_id,
        case_id=case.id,
        team_id=case.team_id,
        owner_id=case.owner_id,
    )
    open_tasks(session, office_id=case.office_id, tasks=(task,), now=now)


def complete_task(session: Session, *, task_id: UUID, actor: Actor, now: datetime) -> bool:
    """Note that a task is done; False when somebody was quicker. Raises NotFound outside the actor's scope."""
    scope = build_scope(session, actor)
    task = session.scalar(select(Task).where(Task.id == task_id, task_condition(scope)))
    if task is None:
        raise NotFound
    if task.case_id is not None:
        get_case_in_scope(session, scope, task.case_id)
    result: Any = session.execute(
        update(Task).where(Task.id == task_id, Task.done_at.is_(None)).values(done_at=now, done_by=actor.ref)
    )
    if not result.rowcount:
        return False
    subject = ("case", task.case_id) if task.case_id else ("person", task.person_id)
    audit.record(
        session,
        now=now,
        actor=actor,
        action="complete_task",
        subject=subject,
        office_id=task.office_id,
        details={"kind": task.kind},
    )
    return True


def settle_case_tasks(session: Session, case_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Note every open task of a case as done, as when the case closes."""
    session.execute(
        update(Task)
        .where(Task.case_id == case_id, Task.done_at.is_(None))
        .values(done_at=now, done_by=actor.ref)
    )


def settle_tasks(
    session: Session, case_ids: Collection[UUID], kinds: Collection[str], *, actor: Actor, now: datetime
) -> None:
    """Note the open tasks of some kinds as done, where what they asked for has happened."""
    session.execute(
        update(Task)
        .where(Task.case_id.in_(case_ids), Task.kind.in_(kinds), Task.done_at.is_(None))
        .values(done_at=now, done_by=actor.ref)
        .execution_options(synchronize_session=False)
    )
