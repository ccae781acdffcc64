"""Let some of the demo's residents act: apply, mark papers, book, write without a letter; the same ones each time."""

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.booking.queries import find_offer, get_terms
from servicedesk.booking.rules.access import Pick
from servicedesk.booking.service import ask_for_time, book_appointment
from servicedesk.cases.models import Application, Case, ContactRequest
from servicedesk.cases.rules import Channel
from servicedesk.cases.service import (
    STATEMENT,
    ContactContent,
    announce_document,
    receive_contact_request,
    record_application,
)
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.db.session import Database
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.permissions import Actor, ActorKind
from servicedesk.offices.queries import OfficeView

_APPLIED = 0.45
_APPLIED_AT_LAST = 0.85
_LAST_DAYS = timedelta(days=20)
_BOOKED = 0.6
_WITHOUT_LETTER = (
    ("Sağlam", "Nazlı", "14.02.1988", "permit_study", 12),
    ("Mansour", "Hala", "03.07.1994", "permit_refugee_renewal", 20),
    ("Tymoshchuk", "", "00.00.1979", "permit_other", 41),
)


def live(database: Database, vault: Vault, office: OfficeView, *, now: datetime) -> int:
    """Let residents act once; return how many did. A second call finds applications and does nothing."""
    draw = random.Random(7)
    with database.reading() as session:
        if session.scalar(select(Application.id).limit(1)) is not None:
            return 0
        cases = session.execute(
            select(Case.id, Case.concern_id, Case.ends_on)
            .where(Case.office_id == office.id, Case.closed_at.is_(None))
            .order_by(Case.ref)
        ).all()
    last_on = local_day(now, office.zone) + _LAST_DAYS
    acting = [
        case
        for case in cases
        if draw.random() < (_APPLIED_AT_LAST if case.ends_on and case.ends_on <= last_on else _APPLIED)
    ]
    for case_id, concern_id, _ in acting:
        resident = Actor(kind=ActorKind.resident, office_id=office.id, case_id=case_id)
        with database.unit_of_work() as session:
            record_application(
                session,
                vault,
                case_id=case_id,
                channel=Channel.web,
                received_at=now - timedelta(minutes=draw.randint(1, 600)),
                statement=STATEMENT,
                actor=resident,
                now=now,
            )
            paper = load_catalogue().get_concern(concern_id).papers[0].documents[0]
            announce_document(
                session, case_id=case_id, document_id=paper.id, is_at_hand=True, actor=resident, now=now
            )
            if draw.random() < _BOOKED:
                _book(session, vault, resident, draw, now)
    with database.unit_of_work() as session:
        _write_without_letter(session, vault, office, now)
    return len(acting)


def _book(session: Session, vault: Vault, resident: Actor, draw: random.Random, now: datetime) -> None:
    if resident.case_id is None:
        return
    pick = get_terms(session, resident.case_id).access().pick
    if pick is None:
        return
    offer = find_offer(session, resident.case_id, now=now, days_shown=8)
    times = [time for day in offer.days for time in day.times]
    if times:
        chosen = draw.choice(times)
        wanted: dict[str, Any] = {
            "case_id": resident.case_id,
            "desk_id": chosen.desk_id,
            "starts_local": chosen.starts_local,
            "now": now,
            "actor": resident,
        }
        if pick is Pick.ask:
            ask_for_time(session, **wanted)
        else:
            book_appointment(session, **wanted, vault=vault)


def _write_without_letter(session: Session, vault: Vault, office: OfficeView, now: datetime) -> None:
    if session.scalar(select(ContactRequest.id).limit(1)) is not None:
        return
    for number, (family_name, given_names, born, concern_id, days) in enumerate(_WITHOUT_LETTER):
        receive_contact_request(
            session,
            vault,
            office=office,
            received_at=now - timedelta(hours=number * 7 + 1),
            locale="de",
            concern_id=concern_id,
            ends_on=(now + timedelta(days=days)).date(),
            content=ContactContent(
                family_name=family_name,
                given_names=given_names,
                birth_date=born,
                email=f"ohne-brief-{number}@example.org",
                phone="+49 30 5550 1234",
            ),
            now=now,
        )
