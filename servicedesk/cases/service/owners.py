"""Hand a case over to another case worker; nothing moves by itself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from servicedesk.cases.errors import CaseClosed
from servicedesk.cases.models import Case, Task
from servicedesk.cases.queries.scope import get_case_for
from servicedesk.db import audit
from servicedesk.kernel.permissions import Actor, Permission
from servicedesk.offices.queries import get_staff


def change_owner(
    session: Session, *, case_id: UUID, owner_id: UUID | None, actor: Actor, now: datetime
) -> None:
    """Give a case and its open tasks to another case worker of the office, or to the team's inbox (None).

    Letters that left keep their signer. Raises CaseNotFound, NotAllowed, CaseClosed, OfficeNotFound.
    """
    case = get_case_for(session, actor, case_id, Permission.work_case)
    if case.closed_at is not None:
        raise CaseClosed
    if case.owner_id == owner_id:
        return
    was, team_id = case.owner_id, case.team_id
    if owner_id is not None:
        team_id = get_staff(session, case.office_id, owner_id).team_id
    session.execute(update(Case).where(Case.id == case_id).values(owner_id=owner_id, team_id=team_id))
    session.execute(
        update(Task)
        .where(Task.case_id == case_id, Task.done_at.is_(None))
        .values(owner_id=owner_id, team_id=team_id)
    )
    audit.record(
        session,
        now=now,
        actor=actor,
        action="change_owner",
        subject=("case", case_id),
        office_id=case.office_id,
        details={"was": str(was) if was else None, "is": str(owner_id) if owner_id else None},
    )
