"""Propose a time where the mode says so, only while desks have room; tell people whose papers are complete."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from servicedesk.booking.models import Appointment
from servicedesk.booking.queries.appointments import find_appointment
from servicedesk.booking.queries.facts import get_terms, lock_case
from servicedesk.booking.queries.free import find_free_days
from servicedesk.booking.rules.access import Why
from servicedesk.booking.rules.life import State
from servicedesk.booking.rules.pacing import choose_instead, decide_window
from servicedesk.booking.service.arrangements import offer_times
from servicedesk.booking.service.news import NEWS_KINDS, tell_news
from servicedesk.cases.models import Case
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.permissions import SYSTEM, Actor
from servicedesk.notices.contexts import SlotNews
from servicedesk.notices.models import Outbox
from servicedesk.offices.models import OfficeConcern
from servicedesk.offices.rules.setup import AppointmentMode

_CONFLICT = "hours changed"


def propose_time(
    session: Session, *, case_id: UUID, now: datetime, vault: Vault, public_url: str | None = None
) -> bool:
    """Keep the first useful time at the responsible desks for a case and write to the person.

    False where there is no room, or the office owes this case no proposal any more; then nothing happens. Raises
    SlotTaken where somebody was quicker.
    """
    terms = get_terms(session, case_id)
    if terms.access().why is not Why.office_proposes:
        return False
    window = decide_window(terms, now)
    if window.is_empty:
        return False
    days = find_free_days(session, case_id, now=now, first_on=window.first_on, last_on=window.last_on)
    if not days:
        return False
    first = days[0].times[0]
    offer_times(
        session,
        case_id=case_id,
        slots=[(first.desk_id, first.starts_local)],
        now=now,
        actor=SYSTEM,
        vault=vault,
        public_url=public_url,
    )
    return True


def offer_instead(
    session: Session,
    *,
    case_id: UUID,
    now: datetime,
    actor: Actor,
    vault: Vault,
    public_url: str | None = None,
) -> bool:
    """Offer somebody whose appointment lies outside the hours now up to three times on other days; it stays meanwhile.

    False where times wait for an answer already, or none is free; then a person has to call. Raises SlotTaken.
    """
    terms, booked = get_terms(session, case_id), find_appointment(session, case_id)
    if booked is None or terms.talk is not None or terms.is_closed:
        return False
    days = find_free_days(session, case_id, now=now)
    chosen = choose_instead(booked.starts_local, days)
    if not chosen:
        return False
    offer_times(
        session,
        case_id=case_id,
        slots=[(time.desk_id, time.starts_local) for time in chosen],
        now=now,
        actor=actor,
        vault=vault,
        public_url=public_url,
        reason=_CONFLICT,
        news=SlotNews.INSTEAD,
    )
    return True


def list_untold_ready(session: Session, *, limit: int = 200) -> list[UUID]:
    """Return cases that became ready where papers come first, without a time and without word of it."""
    told = exists().where(
        Outbox.subject_id == Case.id, Outbox.kind.in_(NEWS_KINDS), Outbox.created_at >= Case.ready_at
    )
    query = (
        select(Case.id)
        .join(
            OfficeConcern,
            (OfficeConcern.office_id == Case.office_id) & (OfficeConcern.concern_id == Case.concern_id),
        )
        .where(
            OfficeConcern.mode == AppointmentMode.decision_ready,
            Case.ready_at.is_not(None),
            Case.closed_at.is_(None),
            Case.decision.is_(None),
            ~exists().where(Appointment.case_id == Case.id, Appointment.state == State.booked),
            ~told,
        )
        .order_by(Case.ready_at, Case.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def tell_ready(
    session: Session, *, case_id: UUID, now: datetime, vault: Vault, public_url: str | None = None
) -> None:
    """Write to a person that a time can be chosen now."""
    facts, _ = lock_case(session, case_id, now)
    if facts.terms.is_ready and not facts.terms.is_closed:
        tell_news(
            session,
            vault,
            facts,
            SlotNews.READY,
            [],
            now=now,
            public_url=public_url,
            key=f":{now:%Y%m%d%H%M%S}",
        )
