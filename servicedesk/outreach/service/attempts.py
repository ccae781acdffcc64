"""Note how somebody tried to reach a person who has not applied."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from servicedesk.cases.errors import CaseClosed
from servicedesk.cases.queries import build_scope, require
from servicedesk.cases.queries.scope import get_case_for
from servicedesk.db import audit
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor, Permission
from servicedesk.outreach.models import ReachAttempt
from servicedesk.outreach.queries.preview import get_title_in_scope
from servicedesk.outreach.rules import ReachKind, check_attempt

_LONGEST_NOTE = 2000


def log_attempt(
    session: Session,
    vault: Vault,
    *,
    case_id: UUID,
    kind: ReachKind,
    tried_at: datetime,
    note: str,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Note an attempt about a case, and return it; a note is sealed.

    Raises CaseNotFound outside the actor's scope, NotAllowed, CaseClosed, AttemptInFuture, AttemptNoteMissing.
    """
    case = get_case_for(session, actor, case_id, Permission.work_case)
    if case.closed_at is not None:
        raise CaseClosed
    about = {"office_id": case.office_id, "person_id": case.person_id, "case_id": case.id}
    return _keep(
        session, vault, about, ("case", case.id), kind, tried_at=tried_at, note=note, actor=actor, now=now
    )


def log_attempt_before_case(
    session: Session,
    vault: Vault,
    *,
    title_id: UUID,
    kind: ReachKind,
    tried_at: datetime,
    note: str,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Note an attempt about a title that has no case yet, and return it; a case opened later shows it, too.

    Raises PersonNotFound outside the actor's scope, NotAllowed, AttemptInFuture, AttemptNoteMissing.
    """
    require(actor, Permission.work_case)
    title = get_title_in_scope(session, build_scope(session, actor), title_id)
    about = {"office_id": title.office_id, "person_id": title.person_id, "title_id": title.id}
    return _keep(
        session, vault, about, ("title", title.id), kind, tried_at=tried_at, note=note, actor=actor, now=now
    )


def _keep(
    session: Session,
    vault: Vault,
    about: dict[str, UUID],
    subject: tuple[str, UUID],
    kind: ReachKind,
    *,
    tried_at: datetime,
    note: str,
    actor: Actor,
    now: datetime,
) -> UUID:
    check_attempt(kind, tried_at, note, now)
    attempt_id, kept = new_id(), note.strip()[:_LONGEST_NOTE]
    row: dict[str, Any] = {
        **about,
        "id": attempt_id,
        "kind": kind.value,
        "tried_at": tried_at,
        "recorded_at": now,
        "recorded_by": actor.ref,
        "note_sealed": vault.seal_text(kept, "reach_attempt", attempt_id, "note_sealed") if kept else None,
    }
    session.execute(insert(ReachAttempt).values(row))
    audit.record(
        session,
        now=now,
        actor=actor,
        action="log_attempt",
        subject=subject,
        office_id=about["office_id"],
        details={"kind": kind.value, "tried_at": tried_at.isoformat()},
    )
    return attempt_id
