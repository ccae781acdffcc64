"""Papers first (A30): no time while the case cannot be decided; ready opens, withdrawn ready closes and deletes nothing."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from servicedesk.booking.errors import NotReady, ReasonNeeded
from servicedesk.booking.models import Appointment
from servicedesk.booking.queries import find_appointment
from servicedesk.booking.service import book_appointment, cancel_appointment, hold_slot, move_appointment
from servicedesk.cases.models import Case
from servicedesk.offices.models import OfficeConcern
from tests.conftest import NOW
from tests.support.booking import make_world

EIGHT = datetime(2026, 12, 1, 8, 0)
NINE = datetime(2026, 12, 1, 9, 0)


@pytest.fixture
def world(session):
    made = make_world(session, now=NOW, cases=1)
    session.execute(update(OfficeConcern).values(mode="decision_ready"))
    return made


def set_ready(session, world, at):
    session.execute(update(Case).where(Case.id == world.cases[0]).values(ready_at=at))


def asked(world, actor, starts=EIGHT):
    return {
        "case_id": world.cases[0],
        "desk_id": world.desks[0],
        "starts_local": starts,
        "now": NOW,
        "actor": actor,
    }


def test_a30_the_booking_link_is_refused_until_ready_and_again_after(session, vault, world):
    resident = world.resident()
    for attempt in (
        lambda: hold_slot(session, **asked(world, resident)),
        lambda: book_appointment(session, **asked(world, resident), vault=vault),
    ):
        with pytest.raises(NotReady):
            attempt()
    set_ready(session, world, NOW - timedelta(hours=1))
    hold_slot(session, **asked(world, resident))
    booked = book_appointment(session, **asked(world, resident), vault=vault)
    set_ready(session, world, None)
    with pytest.raises(NotReady):
        move_appointment(session, ref=booked.ref, **asked(world, resident, NINE), vault=vault)
    assert find_appointment(session, world.cases[0]).ref == booked.ref
    cancel_appointment(session, case_id=world.cases[0], ref=booked.ref, now=NOW, actor=resident, vault=vault)


def test_a_hold_made_while_ready_is_not_confirmed_after_ready_is_gone(session, vault, world):
    set_ready(session, world, NOW)
    hold_slot(session, **asked(world, world.resident()))
    set_ready(session, world, None)
    with pytest.raises(NotReady):
        book_appointment(session, **asked(world, world.resident()), vault=vault)


def test_staff_book_past_the_papers_with_a_reason_that_is_kept(session, vault, world):
    clerk = world.clerk()
    with pytest.raises(ReasonNeeded):
        book_appointment(session, **asked(world, clerk), vault=vault)
    book_appointment(session, **asked(world, clerk), vault=vault, reason="Pass ist abgelaufen")
    assert session.scalars(select(Appointment.reason)).all() == ["Pass ist abgelaufen"]
