"""Requests and proposals with real connections: one time, one winner; nobody waits in a circle."""

from collections import Counter
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select, update

from servicedesk.booking.models import Appointment, Arrangement
from servicedesk.booking.queries import list_guard_faults
from servicedesk.booking.service import accept_time, ask_for_time, decline_times, offer_times
from servicedesk.offices.models import OfficeConcern
from tests.conftest import NOW
from tests.races.acts import VAULT, book, patiently
from tests.races.crowd import run_threads
from tests.support.booking import make_world

EIGHT = datetime(2026, 12, 1, 8, 0)
QUARTER = timedelta(minutes=15)


def world_with(database, cases):
    with database.unit_of_work() as session:
        world = make_world(session, now=NOW, cases=cases)
        session.execute(update(OfficeConcern).values(mode="request"))
    return world


def ask(database, actor, desk_id, starts_local):
    work = partial(
        ask_for_time,
        case_id=actor.case_id,
        desk_id=desk_id,
        starts_local=starts_local,
        now=NOW,
        actor=actor,
    )
    return patiently(database, work).state


def offer(database, case_id, clerk, slots):
    work = partial(offer_times, case_id=case_id, slots=slots, now=NOW, actor=clerk, vault=VAULT)
    return len(patiently(database, work))


def answer(database, actor, ref):
    if ref is None:
        return str(patiently(database, partial(decline_times, case_id=actor.case_id, now=NOW, actor=actor)))
    work = partial(accept_time, case_id=actor.case_id, ref=ref, now=NOW, actor=actor, vault=VAULT)
    return patiently(database, work).state


def states(database, world):
    with database.reading() as session:
        assert list(list_guard_faults(session, world.office_id)) == []
        return Counter(session.scalars(select(Appointment.state)))


def test_a01_twenty_people_ask_for_one_time(real_db):
    world = world_with(real_db, 20)
    calls = [(world.resident(n), world.desks[0], EIGHT) for n in range(20)]
    assert Counter(run_threads(real_db, ask, calls)) == {"requested": 1, "SlotTaken": 19}
    assert states(real_db, world) == {"requested": 1}


def test_a_request_and_a_booking_of_staff_want_one_time(real_db):
    world = world_with(real_db, 8)
    clerk = world.clerk()

    def either(database, number):
        if number % 2:
            return ask(database, world.resident(number), world.desks[0], EIGHT)
        work = type(clerk)(
            kind=clerk.kind,
            office_id=clerk.office_id,
            account_id=clerk.account_id,
            member_id=clerk.member_id,
            roles=clerk.roles,
            case_id=world.cases[number],
        )
        return "booked" if book(database, work, world.desks[0], EIGHT, NOW) else ""

    outcomes = Counter(run_threads(real_db, either, [(n,) for n in range(8)]))
    assert outcomes["SlotTaken"] == 7
    assert states(real_db, world).total() == 1


def test_a03_two_proposals_of_the_same_times_in_opposite_order(real_db):
    world = world_with(real_db, 2)
    slots = [(world.desks[0], EIGHT + n * QUARTER + timedelta(days=n)) for n in range(3)]
    calls = [
        (world.cases[0], world.clerk(), slots),
        (world.cases[1], world.clerk(), slots[::-1]),
    ]
    assert Counter(run_threads(real_db, offer, calls)) == {3: 1, "SlotTaken": 1}
    assert states(real_db, world) == {"offered": 3}


def test_accepting_two_of_three_and_declining_all_at_once_leaves_one_answer(real_db):
    world = world_with(real_db, 1)
    slots = [(world.desks[0], EIGHT + n * QUARTER) for n in range(3)]
    with real_db.unit_of_work() as session:
        offered = offer_times(
            session, case_id=world.cases[0], slots=slots, now=NOW, actor=world.clerk(), vault=VAULT
        )
    calls = [(world.resident(), one) for one in (offered[0].ref, offered[1].ref, None, offered[0].ref)]
    run_threads(real_db, answer, calls)
    found = states(real_db, world)
    with real_db.reading() as session:
        [state] = session.scalars(select(Arrangement.state)).all()
    expected = {"accepted": {"booked": 1, "released": 2}, "declined": {"released": 3}}[state]
    assert found == expected
