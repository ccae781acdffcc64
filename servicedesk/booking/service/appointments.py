"""Book, move and cancel appointments; every one may be repeated and happens once."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.booking.errors import AlreadyBooked
from servicedesk.booking.rules.life import (
    Slot,
    State,
    decide_change,
    find_booked,
    find_held,
)
from servicedesk.booking.service.claims import claim_slot, end_arranged
from servicedesk.booking.service.ground import (
    BOOKS,
    Ground,
    end_run_out,
    prepare,
    refuse_mode,
)
from servicedesk.booking.service.guards import Ending, carry_out
from servicedesk.booking.service.messages import tell_booked, tell_cancelled, tell_moved
from servicedesk.booking.service.talks import overtake
from servicedesk.booking.service.trail import note_endings, note_row
from servicedesk.booking.service.values import Booked
from servicedesk.booking.service.wishes import settle_wish
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.permissions import Actor, ActorKind


def book_appointment(
    session: Session,
    *,
    case_id: UUID,
    desk_id: UUID,
    starts_local: datetime,
    now: datetime,
    actor: Actor,
    vault: Vault,
    public_url: str | None = None,
    minutes: int | None = None,
    reason: str = "",
) -> Booked:
    """Make a time the case's appointment: from its hold, or at once where it is free.

    Asked again for the same time it returns the same appointment. Raises AlreadyBooked where the case has
    another one, SlotTaken, OutsideHours, TooSoon, TooLate, NotReady, NotBookable, NotFound; all roll back. Staff book
    in every mode; past papers that nobody has found complete only with a `reason` (ReasonNeeded).
    """
    ground = prepare(
        session,
        case_id=case_id,
        now=now,
        actor=actor,
        desk_id=desk_id,
        starts_local=starts_local,
        minutes=minutes,
    )
    slot = Slot(desk_id, starts_local, ground.terms.minutes)
    booked = find_booked(ground.own)
    endings = end_run_out(ground)
    if booked is not None:
        if booked.slot == slot:
            return Booked.of(booked, is_new=False)
        if booked.ends_at > now:
            raise AlreadyBooked(ref=booked.ref)
        endings.append(Ending(booked, State.passed, booked.sequence))
    refuse_mode(ground, actor, BOOKS, reason)
    endings += end_arranged(ground)
    claim = replace(claim_slot(ground, slot, now, actor, endings), reason=reason)
    carry_out(session, now, claim=claim, endings=endings, known=ground.facts.day)
    note_endings(session, endings, now=now, actor=actor)
    note_row(session, "book_appointment", claim.row, now=now, actor=actor, reason=reason)
    overtake(session, ground, now=now, actor=actor)
    settle_wish(session, ground.facts, now=now, actor=actor)
    tell_booked(session, vault, ground.facts, claim.row, now=now, public_url=public_url)
    return Booked.of(claim.row, is_new=True)


def move_appointment(
    session: Session,
    *,
    case_id: UUID,
    ref: str,
    desk_id: UUID,
    starts_local: datetime,
    now: datetime,
    actor: Actor,
    vault: Vault,
    public_url: str | None = None,
    minutes: int | None = None,
    reason: str = "",
) -> Booked:
    """Give the appointment `ref` another time: the new one is secured before the old one is freed.

    The calendar identity (uid) stays and its sequence rises; the old row becomes `moved`. Asked again for the
    same time it returns what already holds. Raises AppointmentPast, NotBooked, AppointmentChanged, and what
    book_appointment raises; all roll back and leave the old time as it was.
    """
    ground = prepare(
        session,
        case_id=case_id,
        now=now,
        actor=actor,
        desk_id=desk_id,
        starts_local=starts_local,
        minutes=minutes,
    )
    slot = Slot(desk_id, starts_local, ground.terms.minutes)
    current = find_booked(ground.own)
    if current is not None and current.slot == slot and _is_known(ground, ref):
        return Booked.of(current, is_new=False)
    old = decide_change(ground.own, ref, now)
    endings = [*end_run_out(ground), Ending(old, State.moved, old.sequence, reason)]
    refuse_mode(ground, actor, BOOKS, reason)
    endings += end_arranged(ground)
    claim = claim_slot(ground, slot, now, actor, endings, replaces=old)
    carry_out(session, now, claim=claim, endings=endings, known=ground.facts.day)
    note_endings(session, endings, now=now, actor=actor)
    note_row(session, "move_appointment", claim.row, now=now, actor=actor, earlier=old.ref)
    overtake(session, ground, now=now, actor=actor)
    tell_moved(session, vault, ground.facts, claim.row, old, now=now, public_url=public_url)
    return Booked.of(claim.row, is_new=True)


def cancel_appointment(
    session: Session,
    *,
    case_id: UUID,
    ref: str,
    now: datetime,
    actor: Actor,
    vault: Vault,
    public_url: str | None = None,
    reason: str = "",
) -> Booked:
    """Call the appointment `ref` off and free its time at once; the row stays as `cancelled`.

    Asked again it returns the cancelled appointment. Possible up to the start. Raises AppointmentPast, NotBooked,
    AppointmentChanged, NotFound.
    """
    ground = prepare(session, case_id=case_id, now=now, actor=actor)
    done = next((row for row in ground.own if row.ref == ref and row.state is State.cancelled), None)
    if done is not None:
        return Booked.of(done, is_new=False)
    old = decide_change(ground.own, ref, now)
    endings = [Ending(old, State.cancelled, old.sequence + 1, reason)]
    held = find_held(ground.own)
    if held is not None:
        endings.append(Ending(held, State.expired, held.sequence))
    endings += end_arranged(ground)
    carry_out(session, now, endings=endings)
    overtake(session, ground, now=now, actor=actor)
    cancelled = replace(old, state=State.cancelled, sequence=old.sequence + 1, changed_at=now)
    note_endings(session, endings, now=now, actor=actor)
    is_by_office = actor.kind is not ActorKind.resident
    tell_cancelled(
        session, vault, ground.facts, cancelled, now=now, public_url=public_url, is_by_office=is_by_office
    )
    return Booked.of(cancelled, is_new=True)


def _is_known(ground: Ground, ref: str) -> bool:
    """Tell whether `ref` names the case's appointment, now or before it was moved."""
    return any(row.ref == ref and row.state in {State.booked, State.moved} for row in ground.own)
