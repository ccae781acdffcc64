"""A request keeps its time, one per case; the office accepts, proposes others or refuses; nothing is ever lost silently."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from servicedesk.booking.errors import (
    AppointmentPast,
    NoLongerOffered,
    NotBookable,
    OutsideHours,
    SlotTaken,
    TooManyOffers,
)
from servicedesk.booking.models import Appointment, Arrangement, DeskDay
from servicedesk.booking.queries import find_appointment, find_arrangement, list_guard_faults
from servicedesk.booking.rules.arrangements import Refused, Talk
from servicedesk.booking.service import (
    cancel_appointment,
    hold_slot,
)
from servicedesk.invariants.checks import check_invariants
from servicedesk.kernel.ids import new_id
from servicedesk.notices.contexts import SlotNews
from servicedesk.offices.models import OfficeConcern
from tests.conftest import NOW
from tests.support.arranging import EIGHT, NINE, TEN, Asker, cells, notices
from tests.support.booking import confirm_email, make_world


@pytest.fixture
def world(session):
    made = make_world(session, now=NOW, cases=2)
    session.execute(update(OfficeConcern).values(mode="request"))
    return made


@pytest.fixture
def amina(session, vault, world):
    return Asker(session, vault, world)


@pytest.fixture
def neighbour(session, vault, world):
    return Asker(session, vault, world, 1)


@pytest.fixture(autouse=True)
def _whole(session, world):
    yield
    assert list(list_guard_faults(session, world.office_id)) == []
    names = {one.check for one in check_invariants(session, now=NOW, keys={}).violations}
    assert not {name for name in names if "appointment" in name or "arrangement" in name}


def test_a_request_keeps_its_time_for_days_and_nobody_else_gets_it(amina, neighbour):
    asked = amina.asks()
    assert amina.asks().ref == asked.ref
    for attempt in (neighbour.asks, lambda: neighbour.asks(now=NOW + timedelta(days=5))):
        with pytest.raises(SlotTaken):
            attempt()
    with pytest.raises(SlotTaken):
        neighbour.books(actor=neighbour.clerk)
    assert amina.state is Talk.asked


def test_a_second_request_waits_for_the_first_to_end_and_a_new_one_gives_up_what_was_offered(
    amina, neighbour, session
):
    amina.asks(EIGHT)
    with pytest.raises(NotBookable):
        amina.asks(TEN)
    amina.is_offered(EIGHT, TEN)
    amina.asks(NINE)
    assert cells(session) == 3
    assert neighbour.asks(EIGHT).is_new


def test_a_resident_can_neither_book_nor_accept_the_own_request(amina):
    with pytest.raises(NotBookable):
        amina.books()
    asked = amina.asks()
    with pytest.raises(NoLongerOffered):
        amina.accepts(asked.ref)


def test_the_constraint_admits_one_open_arrangement_per_case(amina, session):
    amina.asks()
    values = {
        name: getattr(session.scalars(select(Arrangement)).one(), name)
        for name in Arrangement.__table__.columns.keys()  # noqa: SIM118 a collection of columns
    }
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Arrangement).values({**values, "id": new_id(), "state": "offered"}))


def test_accepted_it_is_the_appointment_and_whoever_has_no_mailbox_gets_a_letter(amina, session, vault):
    asked = amina.asks()
    booked = amina.accepts(asked.ref, amina.clerk)
    assert (booked.state, booked.ref) == ("booked", asked.ref)
    assert not amina.accepts(asked.ref, amina.clerk).is_new
    assert amina.state is Talk.accepted
    [letter] = notices(session, vault)
    assert (letter.KIND, letter.news) == ("slot_news_letter", SlotNews.ACCEPTED)


def test_accepted_with_a_mailbox_it_comes_with_the_calendar_file(amina, session, vault, world):
    confirm_email(session, world, 0, vault, now=NOW)
    amina.accepts(amina.asks().ref, amina.clerk)
    assert [one.KIND for one in notices(session, vault)] == ["appointment_confirmation"]


def test_three_others_are_kept_and_the_first_is_free_and_accepting_one_frees_the_rest(
    amina, neighbour, session, vault
):
    amina.asks(EIGHT)
    offered = amina.is_offered(NINE, TEN, datetime(2026, 12, 3, 8, 0))
    assert cells(session) == 9
    assert neighbour.asks(EIGHT).is_new
    neighbour.declines()
    with pytest.raises(SlotTaken):
        neighbour.asks(TEN)
    [letter] = notices(session, vault)
    assert (letter.news, len(letter.times)) == (SlotNews.OFFERED, 3)
    assert amina.accepts(offered[1].ref).starts_local == TEN
    assert cells(session) == 3
    assert amina.state is Talk.accepted
    with pytest.raises(NoLongerOffered):
        amina.accepts(offered[0].ref)


def test_a60_declining_frees_at_once_and_nobody_has_two_offers(amina, neighbour, session):
    amina.is_offered(EIGHT)
    amina.is_offered(NINE, TEN)
    assert cells(session) == 6
    assert amina.declines()
    assert not amina.declines()
    assert (cells(session), amina.state) == (0, Talk.declined)
    assert neighbour.is_offered(NINE)


@pytest.mark.parametrize("starts", [(), (EIGHT, EIGHT), (EIGHT, NINE, TEN, datetime(2026, 12, 2, 8, 0))])
def test_a04_no_time_twice_the_same_or_more_than_three_are_refused(amina, starts):
    with pytest.raises(TooManyOffers):
        amina.is_offered(*starts)


def test_an_offer_that_cannot_be_kept_changes_nothing(amina, neighbour, session):
    neighbour.asks(TEN)
    asked = amina.asks(EIGHT)
    with session.begin_nested() as savepoint:
        session.connection()  # the savepoint begins with it
        with pytest.raises(SlotTaken):
            amina.is_offered(NINE, TEN)
        savepoint.rollback()
    assert amina.state is Talk.asked
    assert amina.accepts(asked.ref, amina.clerk).starts_local == EIGHT


def test_refused_with_a_reason_it_is_told_and_stays_listed(amina, session, vault):
    amina.asks()
    amina.is_refused()
    found = find_arrangement(session, amina.case_id)
    assert (found.state, found.reason, found.times) == (Talk.refused, Refused.by_post, ())
    assert cells(session) == 0
    [letter] = notices(session, vault)
    assert (letter.news, letter.reason[:16]) == (SlotNews.REFUSED, "Für Ihr Anliegen")
    with pytest.raises(NoLongerOffered):
        amina.is_refused()
    assert amina.asks(NINE).is_new


def test_with_an_appointment_a_request_asks_to_move_it(amina, session):
    first = amina.books(actor=amina.clerk)
    asked = amina.asks(EIGHT + timedelta(minutes=5))
    assert find_appointment(session, amina.case_id).ref == first.ref
    moved = amina.accepts(asked.ref, amina.clerk)
    assert (moved.uid, moved.sequence) == (first.uid, 1)
    assert cells(session) == 3


def test_cancelling_or_booking_ends_what_was_arranged(amina, session):
    booked = amina.books(actor=amina.clerk)
    amina.asks(NINE)
    cancel_appointment(session, case_id=amina.case_id, ref=booked.ref, now=NOW, actor=amina.me, **amina.sends)
    assert (cells(session), amina.state) == (0, Talk.overtaken)
    amina.asks(NINE)
    amina.books(TEN, actor=amina.clerk)
    assert (cells(session), amina.state) == (3, Talk.overtaken)


def test_a13_a_time_that_has_begun_cannot_be_accepted(amina):
    asked = amina.asks()
    with pytest.raises(AppointmentPast):
        amina.accepts(asked.ref, amina.clerk, now=NOW + timedelta(days=9))


def test_a11_a_day_closed_meanwhile_is_not_accepted_but_kept_in_the_list(amina, session):
    asked = amina.asks()
    session.execute(update(DeskDay).values(open_ticks=bytes(36)))
    with pytest.raises(OutsideHours):
        amina.accepts(asked.ref, amina.clerk)
    assert amina.state is Talk.asked


def test_a_hold_of_the_same_time_becomes_the_request(amina, session, world):
    hold_slot(
        session, case_id=amina.case_id, desk_id=world.desks[0], starts_local=EIGHT, now=NOW, actor=amina.me
    )
    amina.asks()
    assert session.scalars(select(Appointment.state)).all() == ["requested"]
    assert cells(session) == 3


def test_a71_a_case_sees_only_its_own(amina, session, vault, world):
    asked = amina.asks()
    with pytest.raises(NoLongerOffered):
        Asker(session, vault, world, 1).accepts(asked.ref)
