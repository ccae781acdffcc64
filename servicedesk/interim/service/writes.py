"""Collect what a batch of cases writes, and write it in few statements, in an order the constraints allow."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from servicedesk.cases.service import NewTask, open_tasks
from servicedesk.cases.service.tasks import settle_tasks
from servicedesk.db.audit import NewEvent, record_many
from servicedesk.interim.models import InterimConfirmation, InterimRequest
from servicedesk.interim.service.desk import InterimDesk
from servicedesk.kernel.permissions import Actor
from servicedesk.notices.service import NewNotice, enqueue_many

TASK_KINDS = ("interim_decide", "interim_overdue", "interim_unissued", "interim_review")
"""What is settled as soon as a case has its confirmation, or needs none."""

REQUEST_KINDS = ("interim_request", "interim_request_overdue")
"""What is settled as soon as the front desk has its answer."""


@dataclass(slots=True)
class Writes:
    """Hold rows to be written; `run_id` names the run of a job in the audit."""

    actor: Actor
    run_id: UUID | None = None
    counts: Counter[str] = field(default_factory=Counter)
    _new: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    _ended: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    _changed: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    _notices: list[NewNotice] = field(default_factory=list)
    _tasks: list[NewTask] = field(default_factory=list)
    _events: list[NewEvent] = field(default_factory=list)
    _settled: set[UUID] = field(default_factory=set)
    _answered: set[UUID] = field(default_factory=set)

    def add(self, row: Mapping[str, Any]) -> None:
        """Write a new confirmation."""
        self._new[row["id"]] = dict(row)

    def change(self, row_id: UUID, **values: Any) -> None:
        """Change a confirmation, also one that is added here."""
        target = self._new.get(row_id)
        if target is None:
            target = self._changed.setdefault(row_id, {"id": row_id})
        target.update(values)

    def end(self, row_id: UUID, **values: Any) -> None:
        """End a confirmation; ends are written first, so that the next one finds its place free."""
        if row_id in self._new:
            self._new[row_id].update(values)
        else:
            self._ended.setdefault(row_id, {"id": row_id}).update(values)

    def note(self, action: str, case_id: UUID, ref: str, **details: Any) -> None:
        """Record an act in the case's history."""
        self.counts[action] += 1
        self._events.append(NewEvent(action, ("case", case_id), {"confirmation": ref, **details}))

    def ask(self, task: NewTask) -> None:
        """Ask somebody for an act, once."""
        self._tasks.append(task)

    def settle(self, case_id: UUID, *, is_served: bool = False) -> None:
        """Settle what was asked about a case; `is_served`: the front desk's request for it is answered, too."""
        self._settled.add(case_id)
        if is_served:
            self._answered.add(case_id)

    def send(self, notices: Iterable[NewNotice]) -> None:
        """Queue messages."""
        self._notices.extend(notices)

    def flush(self, session: Session, desk: InterimDesk) -> None:
        """Write everything."""
        if self._ended:
            session.execute(update(InterimConfirmation), list(self._ended.values()))
        if self._new:
            session.execute(insert(InterimConfirmation), list(self._new.values()))
        if self._changed:
            session.execute(update(InterimConfirmation), list(self._changed.values()))
        if self._settled:
            settle_tasks(session, self._settled, TASK_KINDS, actor=self.actor, now=desk.now)
        self._answer(session, desk.now)
        open_tasks(session, office_id=desk.office.id, tasks=self._tasks, now=desk.now)
        if self._notices:
            enqueue_many(session, desk.vault, now=desk.now, office_id=desk.office.id, notices=self._notices)
        record_many(
            session,
            self._events,
            now=desk.now,
            actor=self.actor,
            office_id=desk.office.id,
            run_id=self.run_id,
        )

    def _answer(self, session: Session, now: datetime) -> None:
        if not self._answered:
            return
        session.execute(
            update(InterimRequest)
            .where(InterimRequest.case_id.in_(self._answered), InterimRequest.answered_at.is_(None))
            .values(answered_at=now, answered_by=self.actor.ref, answer="issued")
            .execution_options(synchronize_session=False)
        )
        settle_tasks(session, self._answered, REQUEST_KINDS, actor=self.actor, now=now)
