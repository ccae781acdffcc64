"""Read the open tasks of one case."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.cases.models import Task
from servicedesk.cases.queries.scope import Scope
from servicedesk.cases.queries.tasks import TASK_LABELS, task_condition


def list_tasks_of_case(session: Session, scope: Scope, case_id: UUID) -> tuple[tuple[UUID, str], ...]:
    """Return identity and German label of each open task of a case in scope, the oldest first."""
    query = (
        select(Task.id, Task.kind)
        .where(task_condition(scope), Task.case_id == case_id, Task.done_at.is_(None))
        .order_by(Task.created_at, Task.id)
    )
    return tuple((task_id, TASK_LABELS.get(kind, kind)) for task_id, kind in session.execute(query))
