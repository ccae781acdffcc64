"""Write facts of cases into their history, each with its audit row; find a case locked, as all who decide do."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from servicedesk.cases.errors import CaseClosed
from servicedesk.cases.models import Case, CaseFact
from servicedesk.cases.queries.scope import get_case_for
from servicedesk.cases.steps import FactKind
from servicedesk.db import audit
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor, Permission


def lock_case(session: Session, case_id: UUID) -> Case:
    """Return a case as it is now, locked: a check, a decision and a withdrawal wait for each other."""
    query = select(Case).where(Case.id == case_id).with_for_update(key_share=True)
    return session.execute(query, execution_options={"populate_existing": True}).scalar_one()


def take_case(
    session: Session, actor: Actor, case_id: UUID, permission: Permission = Permission.work_case
) -> Case:
    """Return an open case that the actor may work on, locked; raises CaseNotFound, NotAllowed, CaseClosed."""
    case = lock_case(session, get_case_for(session, actor, case_id, permission).id)
    if case.closed_at is not None:
        raise CaseClosed
    return case


def write_fact(
    session: Session,
    case: Case,
    kind: FactKind,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    value: str = "",
    on_day: date | None = None,
    undoes_id: UUID | None = None,
    details: dict[str, Any] | None = None,
    **columns: object,
) -> UUID:
    """Add one fact to a case's history, let `columns` hold on the case, and note it in the audit trail."""
    fact_id = new_id()
    if columns:
        session.execute(update(Case).where(Case.id == case.id).values(columns))
    session.execute(
        insert(CaseFact).values(
            id=fact_id,
            office_id=case.office_id,
            case_id=case.id,
            kind=kind.value,
            at=now,
            by=actor.ref,
            reason=reason.strip()[:300],
            value=value,
            on_day=on_day,
            undoes_id=undoes_id,
        )
    )
    written: dict[str, Any] = {"fact": fact_id.hex, **(details or {})}
    if reason.strip():
        written["reason"] = reason.strip()[:300]
    if value:
        written["value"] = value
    if on_day is not None:
        written["on_day"] = on_day.isoformat()
    audit.record(
        session,
        now=now,
        actor=actor,
        action=kind.value,
        subject=("case", case.id),
        office_id=case.office_id,
        details=written,
    )
    return fact_id
