from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from servicedesk.booking.errors import AlreadyBooked, SlotTaken
from servicedesk.booking.models import Appointment, AppointmentCell
from servicedesk.booking.queries import find_appointment, find_hold, find_offer, list_guard_faults
from servicedesk.booking.service import book_appointment, cancel_appointment, hold_slot, move_appointment
from servicedesk.notices.models import Outbox
from tests.conftest import NOW
from tests.support.booking import confirm_email, make_world

TUESDAY = datetime(2026, 12, 1, 8, 0)


def test_hold_book_move_cancel(session, vault):
    world = make_world(session, now=NOW, cases=2)
    confirm_email(session, world, 0, vault, now=NOW)
    desk, case_id = world.desks[0], world.cases[0]
    amina = world.resident()
    offer = find_offer(session, case_id, now=NOW)
    assert [day.day.isoformat() for day in offer.days][:2] == ["2026-11-24", "2026-11-25"]
    assert offer.is_before_end

    hold = hold_slot(session, case_id=case_id, desk_id=desk, starts_local=TUESDAY, now=NOW, actor=amina)
    assert hold.expires_at == NOW + timedelta(minutes=10)
    assert find_hold(session, case_id, now=NOW).starts_local == TUESDAY
    with pytest.raises(SlotTaken):
        hold_slot(
            session,
            case_id=world.cases[1],
            desk_id=desk,
            starts_local=TUESDAY,
            now=NOW,
            actor=world.resident(1),
        )

    booked = book_appointment(
        session, case_id=case_id, desk_id=desk, starts_local=TUESDAY, now=NOW, actor=amina, vault=vault
    )
    assert booked.is_new
    assert booked.sequence == 0
    again = book_appointment(
        session, case_id=case_id, desk_id=desk, starts_local=TUESDAY, now=NOW, actor=amina, vault=vault
    )
    assert not again.is_new
    assert again.ref == booked.ref
    later = TUESDAY + timedelta(minutes=5)
    with pytest.raises(AlreadyBooked):
        book_appointment(
            session, case_id=case_id, desk_id=desk, starts_local=later, now=NOW, actor=amina, vault=vault
        )

    hold_slot(session, case_id=case_id, desk_id=desk, starts_local=later, now=NOW, actor=amina, is_move=True)
    moved = move_appointment(
        session,
        case_id=case_id,
        ref=booked.ref,
        desk_id=desk,
        starts_local=later,
        now=NOW,
        actor=amina,
        vault=vault,
    )
    assert (moved.uid, moved.sequence, moved.starts_local) == (booked.uid, 1, later)
    assert find_appointment(session, case_id).ref == moved.ref
    assert len(session.execute(select(AppointmentCell)).all()) == 3

    cancelled = cancel_appointment(session, case_id=case_id, ref=moved.ref, now=NOW, actor=amina, vault=vault)
    assert (cancelled.state, cancelled.sequence, cancelled.uid) == ("cancelled", 2, booked.uid)
    assert find_appointment(session, case_id) is None
    assert session.execute(select(AppointmentCell)).all() == []
    assert list(list_guard_faults(session, world.office_id)) == []
    kinds = session.execute(select(Outbox.kind, Outbox.state).order_by(Outbox.created_at, Outbox.id)).all()
    assert kinds == [
        ("appointment_confirmation", "cancelled"),
        ("appointment_moved", "cancelled"),
        ("appointment_cancelled", "pending"),
    ]
    states = set(session.scalars(select(Appointment.state)))
    assert states == {"moved", "cancelled"}
