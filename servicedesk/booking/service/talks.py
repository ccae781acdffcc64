"""Write where an arrangement stands; its times are rows of `appointment` and change in the same transaction."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from servicedesk.booking.queries.statements import ARRANGEMENT
from servicedesk.booking.rules.arrangements import OPEN, Origin, Talk, decide_lapse
from servicedesk.booking.service.ground import Ground
from servicedesk.db.audit import record
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor

_ACTIONS = {
    Talk.asked: "ask_for_time",
    Talk.offered: "offer_times",
    Talk.accepted: "accept_time",
    Talk.declined: "decline_times",
    Talk.refused: "refuse_request",
    Talk.withdrawn: "withdraw_request",
    Talk.overtaken: "overtake_arrangement",
    Talk.lapsed: "lapse_arrangement",
}


def open_talk(
    session: Session,
    ground: Ground,
    state: Talk,
    starts: Iterable[datetime],
    *,
    now: datetime,
    actor: Actor,
) -> None:
    """Begin an arrangement, or let the open one go on in another state."""
    lapses_at = decide_lapse(state, starts, now)
    if ground.terms.talk is None:
        session.execute(
            insert(ARRANGEMENT).values(
                id=new_id(),
                office_id=ground.terms.office_id,
                case_id=ground.terms.case_id,
                origin=Origin.request if state is Talk.asked else Origin.office,
                state=state,
                reason="",
                note="",
                opened_at=now,
                opened_by=actor.ref,
                lapses_at=lapses_at,
                changed_at=now,
                changed_by=actor.ref,
            )
        )
    else:
        opened = {"opened_at": now, "opened_by": actor.ref} if state is Talk.asked else {}
        _update(session, ground.terms.case_id, state, now=now, actor=actor, lapses_at=lapses_at, **opened)
    _note(session, ground, state, now=now, actor=actor)


def close_talk(
    session: Session,
    ground: Ground,
    state: Talk,
    *,
    now: datetime,
    actor: Actor,
    reason: str = "",
    note: str = "",
) -> None:
    """End the case's open arrangement."""
    _update(session, ground.terms.case_id, state, now=now, actor=actor, reason=reason, note=note)
    _note(session, ground, state, now=now, actor=actor, reason=reason)


def overtake(session: Session, ground: Ground, *, now: datetime, actor: Actor) -> None:
    """End the open arrangement because another act settled the matter; does nothing without one."""
    if ground.terms.talk is not None:
        close_talk(session, ground, Talk.overtaken, now=now, actor=actor)


def _update(
    session: Session, case_id: UUID, state: Talk, *, now: datetime, actor: Actor, **values: object
) -> None:
    session.execute(
        update(ARRANGEMENT)
        .where(ARRANGEMENT.c.case_id == case_id, ARRANGEMENT.c.state.in_(sorted(OPEN)))
        .values(state=state, changed_at=now, changed_by=actor.ref, **values)
    )


def _note(
    session: Session, ground: Ground, state: Talk, *, now: datetime, actor: Actor, reason: str = ""
) -> None:
    record(
        session,
        now=now,
        actor=actor,
        action=_ACTIONS[state],
        subject=("case", ground.terms.case_id),
        office_id=ground.terms.office_id,
        details={"reason": reason} if reason else {},
    )
