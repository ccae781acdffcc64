"""Gather and lock what a booking decides on, and refuse what its actor may not ask."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.booking.queries.facts import CaseFacts, lock_case
from servicedesk.booking.rules.access import Pick
from servicedesk.booking.rules.life import AppointmentRow, Slot, State, find_booked
from servicedesk.booking.rules.offers import BookingTerms, refuse_time, refuse_unexplained, refuse_unpickable
from servicedesk.booking.service.guards import Claim, Ending
from servicedesk.kernel.clock import instant_of
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.ids import new_id, new_ref
from servicedesk.kernel.permissions import Actor, ActorKind


@dataclass(frozen=True, slots=True)
class Ground:
    """Carry the locked facts of one case and, where a time is wanted, of its neighbourhood.

    `own` are the case's rows, `run_out` holds of other cases that have expired and stand in the way.
    """

    facts: CaseFacts
    terms: BookingTerms
    own: tuple[AppointmentRow, ...]
    run_out: tuple[AppointmentRow, ...]
    slot: Slot | None


def prepare(
    session: Session,
    *,
    case_id: UUID,
    now: datetime,
    actor: Actor,
    desk_id: UUID | None = None,
    starts_local: datetime | None = None,
    minutes: int | None = None,
) -> Ground:
    """Lock and return the ground of a use case.

    Residents get the office's terms; staff may name another length and need no notice. Raises NotFound for a
    case outside the actor's reach.
    """
    if actor.kind is ActorKind.visitor or (actor.kind is ActorKind.resident and actor.case_id != case_id):
        raise NotFound
    wanted = (desk_id, starts_local) if desk_id and starts_local else None
    facts, rows = lock_case(session, case_id, now, wanted)
    if actor.office_id not in {None, facts.terms.office_id}:
        raise NotFound
    terms = facts.terms
    if actor.kind is not ActorKind.resident:
        terms = replace(terms, notice_hours=0, minutes=minutes or terms.minutes)
    slot = Slot(desk_id, starts_local, terms.minutes) if desk_id and starts_local else None
    return Ground(
        facts=facts,
        terms=terms,
        own=tuple(row for row in rows if row.case_id == case_id),
        run_out=tuple(
            row for row in rows if row.case_id != case_id and slot is not None and row.overlaps(slot)
        ),
        slot=slot,
    )


BOOKS = frozenset({Pick.book})
PICKS = frozenset(Pick)
"""A time may be held while it is looked at whether it is then booked or asked for."""


def refuse_mode(ground: Ground, actor: Actor, wanted: frozenset[Pick], reason: str = "") -> None:
    """Raise NotReady, NotBookable or ReasonNeeded where the mode of the concern does not allow the act."""
    if actor.kind is ActorKind.resident:
        has_appointment = find_booked(ground.own) is not None
        refuse_unpickable(ground.terms, wanted, has_appointment=has_appointment)
    else:
        refuse_unexplained(ground.terms, reason)


def refuse_choice(ground: Ground, slot: Slot, now: datetime, actor: Actor) -> None:
    """Raise a named refusal for a time or desk that this case cannot have, whoever else wants it."""
    refuse_time(ground.terms, slot.starts_local, now)
    is_resident = actor.kind is ActorKind.resident
    if ground.facts.desk_id is None or (is_resident and not ground.facts.is_responsible):
        raise NotFound


def end_run_out(ground: Ground) -> list[Ending]:
    """Return how expired holds of others end."""
    return [Ending(row, State.expired, row.sequence) for row in ground.run_out]


def new_claim(
    ground: Ground,
    slot: Slot,
    now: datetime,
    actor: Actor,
    *,
    state: State,
    hold_expires_at: datetime | None = None,
    replaces: AppointmentRow | None = None,
) -> Claim:
    """Return a claim for a new row; one that replaces an appointment keeps its uid and counts its sequence on."""
    identity = new_id()
    row = AppointmentRow(
        id=identity,
        office_id=ground.terms.office_id,
        case_id=ground.terms.case_id,
        desk_id=slot.desk_id,
        ref=new_ref("T"),
        uid=replaces.uid if replaces else f"{identity}@servicedesk",
        sequence=replaces.sequence + 1 if replaces else 0,
        starts_local=slot.starts_local,
        starts_at=instant_of(slot.starts_local, ground.terms.zone),
        minutes=slot.minutes,
        state=state,
        hold_expires_at=hold_expires_at,
        created_at=now,
        changed_at=now,
    )
    return Claim(row, actor.ref, is_new=True)
