"""Hold a time for a few minutes while a resident checks the answers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.booking.errors import AlreadyBooked, OutsideHours
from servicedesk.booking.queries.facts import list_cells
from servicedesk.booking.rules.life import (
    AppointmentRow,
    Slot,
    State,
    decide_hold_end,
    find_booked,
    find_held,
)
from servicedesk.booking.rules.offers import refuse_cells, wanted_ticks
from servicedesk.booking.rules.ticks import tick_of
from servicedesk.booking.service.ground import (
    PICKS,
    Ground,
    end_run_out,
    new_claim,
    prepare,
    refuse_choice,
    refuse_mode,
)
from servicedesk.booking.service.guards import Ending, carry_out
from servicedesk.booking.service.trail import note_endings, note_row
from servicedesk.booking.service.values import Hold
from servicedesk.kernel.permissions import Actor


def hold_slot(
    session: Session,
    *,
    case_id: UUID,
    desk_id: UUID,
    starts_local: datetime,
    now: datetime,
    actor: Actor,
    is_move: bool = False,
    minutes: int | None = None,
) -> Hold:
    """Reserve a time for a case until it is confirmed; an earlier hold of the case is given up for it.

    Choosing the same time again returns the same hold; choosing another does not lengthen the time (see
    rules.life.decide_hold_end). With `is_move` the case keeps its appointment meanwhile, else AlreadyBooked is
    raised. Raises SlotTaken, OutsideHours, TooSoon, TooLate, NotBookable, NotFound; all roll back.
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
    if booked is not None and booked.ends_at > now and not is_move:
        raise AlreadyBooked(ref=booked.ref)
    held = find_held(ground.own)
    if held is not None and held.slot == slot and held.is_live_hold(now):
        return _hold(held, held.hold_expires_at)
    refuse_mode(ground, actor, PICKS)
    refuse_choice(ground, slot, now, actor)
    endings = end_run_out(ground)
    if held is not None:
        endings.append(Ending(held, State.expired, held.sequence))
    claim = new_claim(
        ground, slot, now, actor, state=State.held, hold_expires_at=decide_hold_end(ground.own, now)
    )
    if claim.row.hold_expires_at is None:
        _refuse_taken(session, ground, slot)
        return _hold(claim.row, None)
    carry_out(session, now, claim=claim, endings=endings, kept=booked, known=ground.facts.day)
    note_endings(session, endings, now=now, actor=actor)
    note_row(session, "hold_slot", claim.row, now=now, actor=actor)
    return _hold(claim.row, claim.row.hold_expires_at)


def release_hold(session: Session, *, case_id: UUID, now: datetime, actor: Actor) -> bool:
    """Give up the case's hold at once, as when the resident leaves the journey; tell whether there was one."""
    ground = prepare(session, case_id=case_id, now=now, actor=actor)
    held = find_held(ground.own)
    if held is None:
        return False
    endings = [Ending(held, State.expired, held.sequence)]
    carry_out(session, now, endings=endings)
    note_endings(session, endings, now=now, actor=actor)
    return True


def _refuse_taken(session: Session, ground: Ground, slot: Slot) -> None:
    """Raise SlotTaken or OutsideHours where the time could not be booked either."""
    facts = ground.facts.day
    if facts is None:
        raise OutsideHours
    mine = [row.id for row in (*ground.own, *ground.run_out) if row.state in {State.held, State.booked}]
    free = 0
    for cells in list_cells(session, mine).values():
        for desk_id, starts_local in cells:
            if (desk_id, starts_local.date()) == (facts.desk_id, facts.day):
                free |= 1 << (tick_of(starts_local) or 0)
    refuse_cells(wanted_ticks(slot.starts_local, slot.minutes), facts.opened, facts.busy & ~free)


def _hold(row: AppointmentRow, expires_at: datetime | None) -> Hold:
    return Hold(row.case_id, row.desk_id, row.starts_local, row.starts_at, row.minutes, expires_at)
