"""Build the claim to a time out of what a case has already: its hold, or nothing."""

from dataclasses import replace
from datetime import datetime

from servicedesk.booking.errors import AppointmentPast, OutsideHours
from servicedesk.booking.rules.life import AppointmentRow, Slot, State, find_held, list_arranged
from servicedesk.booking.rules.offers import refuse_cells, wanted_ticks
from servicedesk.booking.service.ground import Ground, new_claim, refuse_choice
from servicedesk.booking.service.guards import Claim, Ending
from servicedesk.kernel.permissions import Actor


def claim_slot(
    ground: Ground,
    slot: Slot,
    now: datetime,
    actor: Actor,
    endings: list[Ending],
    *,
    state: State = State.booked,
    replaces: AppointmentRow | None = None,
) -> Claim:
    """Return the claim to a row in `state`: the case's hold of this time, or a new row; other holds end.

    A hold that still runs is honoured even where the shortest notice has passed meanwhile.
    """
    held = find_held(ground.own)
    claim = new_claim(ground, slot, now, actor, state=state, replaces=replaces)
    if held is None or held.slot != slot:
        refuse_choice(ground, slot, now, actor)
        if held is not None:
            endings.append(Ending(held, State.expired, held.sequence))
        return claim
    if held.is_live_hold(now):
        if held.starts_at <= now:
            raise AppointmentPast
    else:
        refuse_choice(ground, slot, now, actor)
    # The office may have closed the day since the time was held.
    day = ground.facts.day
    if day is None:
        raise OutsideHours
    refuse_cells(wanted_ticks(slot.starts_local, slot.minutes), day.opened, 0)
    row = replace(claim.row, id=held.id, ref=held.ref, starts_at=held.starts_at, created_at=held.created_at)
    if replaces is None:
        row = replace(row, uid=held.uid)
    return Claim(row, actor.ref, is_new=False)


def end_arranged(ground: Ground) -> list[Ending]:
    """Return how the times that wait for an answer end when they come to nothing."""
    return [Ending(row, State.released, row.sequence) for row in list_arranged(ground.own)]
