"""Ask for a time, propose others, accept, decline, refuse: what office and resident arrange, one at a time per case."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.booking.errors import (
    AppointmentPast,
    NoLongerOffered,
    NotBookable,
    OutsideHours,
    SlotTaken,
    TooManyOffers,
)
from servicedesk.booking.queries.facts import read_day
from servicedesk.booking.queries.statements import LIST_LAPSED
from servicedesk.booking.rules.access import Pick
from servicedesk.booking.rules.arrangements import MOST_OFFERS, Refused, Talk
from servicedesk.booking.rules.life import (
    AppointmentRow,
    Slot,
    State,
    find_booked,
    find_held,
    list_arranged,
)
from servicedesk.booking.rules.offers import refuse_cells, wanted_ticks
from servicedesk.booking.service.claims import claim_slot, end_arranged
from servicedesk.booking.service.ground import (
    BOOKS,
    Ground,
    end_run_out,
    new_claim,
    prepare,
    refuse_choice,
    refuse_mode,
)
from servicedesk.booking.service.guards import Claim, Ending, carry_out
from servicedesk.booking.service.messages import tell_booked, tell_moved
from servicedesk.booking.service.news import tell_news
from servicedesk.booking.service.talks import close_talk, open_talk
from servicedesk.booking.service.trail import note_endings, note_row
from servicedesk.booking.service.values import Booked
from servicedesk.booking.service.wishes import settle_wish
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.permissions import SYSTEM, Actor, ActorKind
from servicedesk.notices.contexts import SlotNews

_ASKS = frozenset({Pick.ask})


def ask_for_time(
    session: Session, *, case_id: UUID, desk_id: UUID, starts_local: datetime, now: datetime, actor: Actor
) -> Booked:
    """Ask the office for a time, which stays kept for the case until it is answered or has come.

    Asked again for the same time nothing changes; another is possible once the first is withdrawn or answered, and
    gives up what the office proposed. With an appointment it asks to move that. Raises SlotTaken, OutsideHours, TooSoon, TooLate, NotBookable, NotFound; all roll back.
    """
    ground = prepare(
        session, case_id=case_id, now=now, actor=actor, desk_id=desk_id, starts_local=starts_local
    )
    slot = Slot(desk_id, starts_local, ground.terms.minutes)
    same = next((row for row in list_arranged(ground.own) if row.slot == slot), None)
    if same is not None and same.state is State.requested:
        return Booked.of(same, is_new=False)
    refuse_mode(ground, actor, _ASKS)
    endings = [*end_run_out(ground), *end_arranged(ground)]
    claim = claim_slot(ground, slot, now, actor, endings, state=State.requested)
    kept = find_booked(ground.own)
    carry_out(session, now, claim=claim, endings=endings, kept=kept, known=ground.facts.day)
    note_endings(session, endings, now=now, actor=actor)
    note_row(session, "request_slot", claim.row, now=now, actor=actor)
    open_talk(session, ground, Talk.asked, [claim.row.starts_at], now=now, actor=actor)
    settle_wish(session, ground.facts, now=now, actor=actor)
    return Booked.of(claim.row, is_new=True)


def offer_times(
    session: Session,
    *,
    case_id: UUID,
    slots: Sequence[tuple[UUID, datetime]],
    now: datetime,
    actor: Actor,
    vault: Vault,
    public_url: str | None = None,
    reason: str = "",
    news: SlotNews | None = None,
) -> tuple[Booked, ...]:
    """Keep up to three times for a case and ask the person to choose one; earlier ones are given up.

    `news` is what the message says, by itself that others are proposed, or a first one.

    Raises TooManyOffers, ReasonNeeded, SlotTaken, OutsideHours, TooLate, NotFound; all roll back.
    """
    if not 0 < len(set(slots)) == len(slots) <= MOST_OFFERS:
        raise TooManyOffers(most=MOST_OFFERS)
    offered: list[AppointmentRow] = []
    first: Ground | None = None
    for desk_id, starts_local in sorted(slots, key=lambda slot: (slot[1].date(), slot[0], slot[1])):
        ground = prepare(
            session, case_id=case_id, now=now, actor=actor, desk_id=desk_id, starts_local=starts_local
        )
        refuse_mode(ground, actor, BOOKS, reason)
        slot = Slot(desk_id, starts_local, ground.terms.minutes)
        refuse_choice(ground, slot, now, actor)
        if any(row.overlaps(slot) for row in offered):
            # Two of them may share the cells of the case's own appointment, which the guards let pass.
            raise SlotTaken
        endings = end_run_out(ground)
        if first is None:
            first = ground
            endings += end_arranged(ground)
        claim = new_claim(ground, slot, now, actor, state=State.offered)
        carry_out(session, now, claim=claim, endings=endings, kept=find_booked(ground.own))
        note_endings(session, endings, now=now, actor=actor)
        note_row(session, "offer_slot", claim.row, now=now, actor=actor)
        offered.append(claim.row)
    if first is None:
        raise TooManyOffers(most=MOST_OFFERS)
    offered.sort(key=lambda row: row.starts_at)
    said = news or (SlotNews.PROPOSED if first.terms.talk is None else SlotNews.OFFERED)
    open_talk(session, first, Talk.offered, [row.starts_at for row in offered], now=now, actor=actor)
    tell_news(session, vault, first.facts, said, offered, now=now, public_url=public_url)
    return tuple(Booked.of(row, is_new=True) for row in offered)


def accept_time(
    session: Session,
    *,
    case_id: UUID,
    ref: str,
    now: datetime,
    actor: Actor,
    vault: Vault,
    public_url: str | None = None,
) -> Booked:
    """Make a time that was asked for (staff) or proposed (the person, or staff for them) the appointment.

    The other times of the arrangement are free at once; an appointment the case has moves. Accepted again it returns
    the same appointment. Raises NoLongerOffered, AppointmentPast, OutsideHours, NotBookable, NotFound.
    """
    ground = prepare(session, case_id=case_id, now=now, actor=actor)
    done = next((row for row in ground.own if row.ref == ref and row.state is State.booked), None)
    if done is not None:
        return Booked.of(done, is_new=False)
    row = _find_waiting(ground, ref, actor)
    if ground.terms.is_closed:
        raise NotBookable
    if row.starts_at <= now:
        raise AppointmentPast
    _refuse_closed_day(session, row)
    booked = find_booked(ground.own)
    old = booked if booked is not None and booked.starts_at > now else None
    endings = [ending for ending in end_arranged(ground) if ending.row.id != row.id]
    held = find_held(ground.own)
    if held is not None:
        endings.append(Ending(held, State.expired, held.sequence))
    if booked is not None:
        endings.append(Ending(booked, State.moved if old else State.passed, booked.sequence))
    taken = replace(row, state=State.booked, changed_at=now)
    if old is not None:
        taken = replace(taken, uid=old.uid, sequence=old.sequence + 1)
    carry_out(session, now, claim=Claim(taken, actor.ref, is_new=False), endings=endings)
    note_endings(session, endings, now=now, actor=actor)
    action = "book_appointment" if old is None else "move_appointment"
    note_row(session, action, taken, now=now, actor=actor, earlier=old.ref if old else "")
    close_talk(session, ground, Talk.accepted, now=now, actor=actor)
    settle_wish(session, ground.facts, now=now, actor=actor)
    _tell_accepted(session, vault, ground, taken, old, now=now, actor=actor, public_url=public_url)
    return Booked.of(taken, is_new=True)


def decline_times(session: Session, *, case_id: UUID, now: datetime, actor: Actor) -> bool:
    """Give up what is being arranged: a request is withdrawn, proposals are declined; the times are free at once.

    Tells whether there was anything. Raises NotFound.
    """
    ground = prepare(session, case_id=case_id, now=now, actor=actor)
    if ground.terms.talk is None:
        return False
    state = Talk.withdrawn if ground.terms.talk is Talk.asked else Talk.declined
    _end(session, ground, state, now=now, actor=actor)
    return True


def refuse_request(
    session: Session,
    *,
    case_id: UUID,
    reason: Refused,
    now: datetime,
    actor: Actor,
    vault: Vault,
    public_url: str | None = None,
    note: str = "",
) -> None:
    """Refuse what the person asked for, with a reason they read; it stays on the team lead's list.

    `note` is for the office. Raises NoLongerOffered where no request waits, NotFound.
    """
    ground = prepare(session, case_id=case_id, now=now, actor=actor)
    if ground.terms.talk is not Talk.asked:
        raise NoLongerOffered
    rows = _end(session, ground, Talk.refused, now=now, actor=actor, reason=reason, note=note[:300])
    tell_news(
        session, vault, ground.facts, SlotNews.REFUSED, rows, now=now, public_url=public_url, refused=reason
    )


def list_lapsed(session: Session, *, now: datetime, limit: int = 200) -> list[UUID]:
    """Return cases whose arrangement has lapsed, or that are decided or closed; each wants a transaction of its own."""
    return list(session.scalars(LIST_LAPSED, {"now": now, "most": limit}))


def lapse_arrangement(
    session: Session, *, case_id: UUID, now: datetime, vault: Vault, public_url: str | None = None
) -> bool:
    """End what `list_lapsed` named, free its times and tell the person; tell whether it was still open."""
    ground = prepare(session, case_id=case_id, now=now, actor=SYSTEM)
    was = ground.terms.talk
    if was is None:
        return False
    rows = _end(session, ground, Talk.lapsed, now=now, actor=SYSTEM)
    if not ground.terms.is_closed:
        news = SlotNews.UNANSWERED if was is Talk.asked else SlotNews.LAPSED
        tell_news(session, vault, ground.facts, news, rows, now=now, public_url=public_url)
    return True


def _end(
    session: Session,
    ground: Ground,
    state: Talk,
    *,
    now: datetime,
    actor: Actor,
    reason: str = "",
    note: str = "",
) -> list[AppointmentRow]:
    endings = end_arranged(ground)
    carry_out(session, now, endings=endings)
    close_talk(session, ground, state, now=now, actor=actor, reason=reason, note=note)
    return [ending.row for ending in endings]


def _find_waiting(ground: Ground, ref: str, actor: Actor) -> AppointmentRow:
    row = next((one for one in list_arranged(ground.own) if one.ref == ref), None)
    is_own_request = actor.kind is ActorKind.resident and row is not None and row.state is State.requested
    if row is None or is_own_request:
        raise NoLongerOffered
    return row


def _refuse_closed_day(session: Session, row: AppointmentRow) -> None:
    """Raise OutsideHours where the office has closed the day since the time was kept."""
    day = read_day(session, row.desk_id, row.starts_local.date())
    if day is None:
        raise OutsideHours
    refuse_cells(wanted_ticks(row.starts_local, row.minutes), day.opened, 0)


def _tell_accepted(
    session: Session,
    vault: Vault,
    ground: Ground,
    taken: AppointmentRow,
    old: AppointmentRow | None,
    *,
    now: datetime,
    actor: Actor,
    public_url: str | None,
) -> None:
    """Send the calendar file to whoever has a mailbox; a letter to the others, unless they accepted themselves."""
    if old is not None:
        tell_moved(session, vault, ground.facts, taken, old, now=now, public_url=public_url)
    elif ground.facts.has_email:
        tell_booked(session, vault, ground.facts, taken, now=now, public_url=public_url)
    if not ground.facts.has_email and actor.kind is not ActorKind.resident:
        tell_news(session, vault, ground.facts, SlotNews.ACCEPTED, [taken], now=now, public_url=public_url)
