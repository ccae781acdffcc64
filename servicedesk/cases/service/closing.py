"""Close cases; what was still to leave the house is taken back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from servicedesk.accounts.codes import revoke_codes
from servicedesk.cases.errors import CaseClosed, ReasonMissing
from servicedesk.cases.models import Case
from servicedesk.cases.queries.scope import get_case_for
from servicedesk.cases.rules import CloseReason
from servicedesk.cases.service.forms import drop_drafts
from servicedesk.cases.service.tasks import settle_case_tasks
from servicedesk.db import audit
from servicedesk.kernel.permissions import Actor, Permission
from servicedesk.notices.service import cancel_pending

_CODE_DIES = frozenset({CloseReason.moved_away, CloseReason.opened_in_error, CloseReason.end_moved})


def close_case(
    session: Session, *, case_id: UUID, reason: CloseReason, actor: Actor, now: datetime, note: str = ""
) -> None:
    """Close a case: pending notices are cancelled, its tasks settled; a code that would only confuse dies.

    Closing as decided needs a decision. Raises CaseNotFound, NotAllowed, CaseClosed, ReasonMissing.
    """
    case = get_case_for(session, actor, case_id, Permission.work_case)
    if case.closed_at is not None:
        raise CaseClosed
    if reason is CloseReason.decided and case.decision is None:
        raise ReasonMissing
    end_case(session, case, reason=reason, actor=actor, now=now, note=note)


def end_case(
    session: Session, case: Case, *, reason: CloseReason, actor: Actor, now: datetime, note: str = ""
) -> None:
    """Close an open case for a reason already decided; see `close_case`."""
    session.execute(update(Case).where(Case.id == case.id).values(closed_at=now, closed_reason=reason.value))
    settle_case_tasks(session, case.id, actor=actor, now=now)
    drop_drafts(session, case.id)
    cancelled = cancel_pending(
        session, now=now, subject_id=case.id, reason=f"case closed: {reason.value}", actor=actor
    )
    if reason in _CODE_DIES:
        revoke_codes(session, subject=("case", case.id), now=now)
    audit.record(
        session,
        now=now,
        actor=actor,
        action="close_case",
        subject=("case", case.id),
        office_id=case.office_id,
        details={"reason": reason.value, "cancelled_notices": cancelled, "note": note[:300]},
    )
