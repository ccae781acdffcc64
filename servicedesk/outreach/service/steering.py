"""Let case workers see tomorrow's invitations, send one now, or hold one back."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.cases.queries import build_scope, require
from servicedesk.db import audit
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor, Permission
from servicedesk.offices.queries import get_office_by_id
from servicedesk.outreach.errors import AlreadyInvited, HoldReasonMissing, NotHeld, NotInvitable
from servicedesk.outreach.models import DueOutcome, InvitationHold
from servicedesk.outreach.queries.candidates import due_part, judge, list_candidates, load_loose
from servicedesk.outreach.queries.preview import get_title_in_scope
from servicedesk.outreach.rules import REASON_LABELS, Outcome, Reason
from servicedesk.outreach.service.invitations import lock_office, open_run, record_run, settle
from servicedesk.register.models import Title


def hold_invitation(
    session: Session, *, title_id: UUID, reason: str, review_on: date | None, actor: Actor, now: datetime
) -> None:
    """Keep a title from being invited until somebody releases it; it stays on the list of held ones.

    Raises PersonNotFound outside the actor's scope, NotAllowed, HoldReasonMissing, AlreadyInvited.
    """
    require(actor, Permission.steer_invitations)
    title = get_title_in_scope(session, build_scope(session, actor), title_id)
    if not reason.strip():
        raise HoldReasonMissing
    lock_office(session, title.office_id)
    _refuse_invited(session, title)
    row = {
        "title_id": title.id,
        "ends_on": title.effective_ends_on,
        "office_id": title.office_id,
        "reason": reason.strip()[:300],
        "held_at": now,
        "held_by": actor.ref,
        "review_on": review_on,
    }
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    inserting: Any = postgresql.insert(InvitationHold) if is_postgresql else sqlite.insert(InvitationHold)
    changed = {name: row[name] for name in ("reason", "held_at", "held_by", "review_on")}
    session.execute(
        inserting.values(row).on_conflict_do_update(index_elements=["title_id", "ends_on"], set_=changed)
    )
    _note(
        session,
        "hold_invitation",
        title,
        actor,
        now,
        {"review_on": review_on.isoformat() if review_on else None},
    )


def release_invitation(session: Session, *, title_id: UUID, actor: Actor, now: datetime) -> None:
    """Let a held title be invited again: by the next night, if it is due.

    Raises PersonNotFound outside the actor's scope, NotAllowed, NotHeld.
    """
    require(actor, Permission.steer_invitations)
    title = get_title_in_scope(session, build_scope(session, actor), title_id)
    lock_office(session, title.office_id)
    released = session.execute(
        delete(InvitationHold).where(InvitationHold.title_id == title_id).returning(InvitationHold.title_id)
    ).scalar()
    if released is None:
        raise NotHeld
    _reopen_held(session, title)
    _note(session, "release_invitation", title, actor, now, {})


def send_now(
    session: Session,
    vault: Vault,
    *,
    title_id: UUID,
    actor: Actor,
    now: datetime,
    public_url: str | None = None,
) -> UUID:
    """Invite one person at once, due or not, and return the case; a hold is released by it.

    Raises PersonNotFound outside the actor's scope, NotAllowed, AlreadyInvited, NotInvitable.
    """
    require(actor, Permission.steer_invitations)
    title = get_title_in_scope(session, build_scope(session, actor), title_id)
    if title.effective_ends_on is None:
        raise NotInvitable(reason=REASON_LABELS[Reason.not_offered])
    lock_office(session, title.office_id)
    _refuse_invited(session, title)
    session.execute(delete(InvitationHold).where(InvitationHold.title_id == title_id))
    _reopen_held(session, title)
    office = get_office_by_id(session, title.office_id)
    run = open_run(session, vault, office, now=now, run_id=new_id(), public_url=public_url, actor=actor)
    found = list_candidates(session, run.terms, [(title.id, title.effective_ends_on)], run.today)
    if not found:
        raise AlreadyInvited
    _, verdict, reason = judge(found[0], run.terms, load_loose(session, office.id), run.today)
    if verdict is not Outcome.invited:
        raise NotInvitable(reason=REASON_LABELS[reason])
    sums = settle(session, run, due_part(title.id, title.effective_ends_on))
    outcome = session.get_one(DueOutcome, {"title_id": title.id, "ends_on": title.effective_ends_on})
    if outcome.outcome != Outcome.invited.value or outcome.case_id is None:
        raise NotInvitable(reason=REASON_LABELS[Reason(outcome.reason)])
    record_run(session, run, sums, now=now)
    return outcome.case_id


def _refuse_invited(session: Session, title: Title) -> None:
    settled = select(DueOutcome.outcome).where(
        DueOutcome.title_id == title.id, DueOutcome.ends_on == title.effective_ends_on
    )
    if session.scalar(settled) == Outcome.invited.value:
        raise AlreadyInvited


def _reopen_held(session: Session, title: Title) -> None:
    session.execute(
        delete(DueOutcome).where(
            DueOutcome.office_id == title.office_id,
            DueOutcome.outcome == Outcome.excluded.value,
            DueOutcome.title_id == title.id,
            DueOutcome.reason == Reason.held.value,
        )
    )


def _note(
    session: Session, action: str, title: Title, actor: Actor, now: datetime, details: dict[str, Any]
) -> None:
    ends_on = title.effective_ends_on.isoformat() if title.effective_ends_on else None
    audit.record(
        session,
        now=now,
        actor=actor,
        action=action,
        subject=("title", title.id),
        office_id=title.office_id,
        details=details
        | {
            "ends_on": ends_on,
            "on": local_day(now, get_office_by_id(session, title.office_id).zone).isoformat(),
        },
    )
