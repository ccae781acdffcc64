"""64 residents want one desk's one day at the same time, over HTTP, on both engines: every seat once, no 5xx."""

import random
import threading
from collections import Counter
from datetime import timedelta

from sqlalchemy import func, select

from servicedesk.accounts.codes import issue_code
from servicedesk.booking.models import Appointment, AppointmentCell
from servicedesk.cases.rules import Channel
from servicedesk.cases.service import STATEMENT, record_application
from servicedesk.kernel.permissions import Actor, ActorKind
from tests.conftest import NOW
from tests.support.booking import make_world
from tests.support.server import Visitor, running_server

CLIENTS = 64
SEATS = 16
_BORN = {"birth_date-day": "17", "birth_date-month": "5", "birth_date-year": "1990"}


def _prepare(database, vault):
    with database.unit_of_work() as session:
        # Notice and horizon leave exactly tomorrow from eight to twelve: sixteen quarters of an hour.
        world = make_world(session, now=NOW, cases=CLIENTS, notice_hours=20, horizon_days=1)
        codes = []
        for case_id in world.cases:
            expires_at = NOW + timedelta(days=100)
            subject = ("case", case_id)
            codes.append(
                issue_code(
                    session, vault, office_id=world.office_id, subject=subject, now=NOW, expires_at=expires_at
                ).code
            )
            resident = Actor(kind=ActorKind.resident, office_id=world.office_id, case_id=case_id)
            record_application(
                session,
                vault,
                case_id=case_id,
                channel=Channel.web,
                received_at=NOW,
                statement=STATEMENT,
                actor=resident,
                now=NOW,
            )
    return codes


def _try_to_book(base, code, number, start, visitors):
    chance = random.Random(number)
    visitor = Visitor(base)
    visitors.append(visitor)
    visitor.get("/de/code")
    visitor.send("/de/code", code=code)
    visitor.send("/de/code/birth-date", **_BORN)
    start.wait(60)
    for _ in range(40):
        visitor.get("/de/case/times/")
        offered = visitor.slots()
        if not offered:
            return
        visitor.send("/de/case/times/", slot=chance.choice(offered))
        if visitor.path.endswith("/check"):
            visitor.send("/de/case/times/check")
        if visitor.path.endswith("/case/appointment/") or visitor.path.endswith("/booked"):
            return


def test_every_seat_is_sold_once_and_nobody_sees_a_fault(real_db, vault, tmp_path):
    codes = _prepare(real_db, vault)
    visitors, start = [], threading.Barrier(CLIENTS)
    with running_server(real_db, vault, tmp_path, threads=8) as base:
        threads = [
            threading.Thread(target=_try_to_book, args=(base, code, number, start, visitors))
            for number, code in enumerate(codes)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(240)
    statuses = Counter(status for visitor in visitors for status in visitor.statuses)
    assert not [status for status in statuses if status >= 500], statuses
    assert not [status for status in statuses if status in {400, 403, 404}], statuses
    with real_db.reading() as session:
        booked = select(func.count()).select_from(Appointment).where(Appointment.state == "booked")
        assert session.scalar(booked) == SEATS
        assert session.scalar(select(func.count()).select_from(AppointmentCell)) == SEATS * 3
        people = select(func.count(Appointment.case_id.distinct())).where(Appointment.state == "booked")
        assert session.scalar(people) == SEATS
    lost = [visitor for visitor in visitors if not visitor.path.rstrip("/").endswith("appointment")]
    assert len(lost) == CLIENTS - SEATS
    assert all("Kein" in visitor.text or "warte" in visitor.text for visitor in lost)
