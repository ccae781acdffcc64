from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select, text

from servicedesk.booking.models import Appointment, AppointmentCell
from servicedesk.booking.queries import count_free_seats, list_guard_faults
from tests.conftest import NOW
from tests.races import acts
from tests.races.crowd import Crowd, run_threads
from tests.support.booking import confirm_email, make_world

DAY = date(2026, 12, 1)
EIGHT = datetime(2026, 12, 1, 8, 0)
LATER = NOW + timedelta(minutes=11)


@pytest.fixture(scope="module")
def crowd():
    """Keep four processes ready for this module."""
    people = Crowd(4)
    yield people
    people.close()


def world_with(database, cases, **office):
    with database.unit_of_work() as session:
        return make_world(session, now=NOW, cases=cases, **office)


def states(database):
    with database.reading() as session:
        rows = session.execute(select(Appointment.state, func.count()).group_by(Appointment.state))
        return dict(rows.all())


def assert_whole(database, world):
    """Both guards agree, every cell belongs to a live row, no two live rows overlap."""
    with database.reading() as session:
        assert list(list_guard_faults(session, world.office_id)) == []
        live = session.execute(
            select(Appointment.id, Appointment.desk_id, Appointment.starts_local, Appointment.minutes).where(
                Appointment.state.in_(("held", "booked"))
            )
        ).all()
        cells = session.execute(
            select(AppointmentCell.appointment_id, func.count()).group_by("appointment_id")
        )
        assert dict(cells.all()) == {row.id: row.minutes // 5 for row in live}
        minutes = Counter(
            (row.desk_id, row.starts_local + timedelta(minutes=n)) for row in live for n in range(row.minutes)
        )
        assert not minutes or max(minutes.values()) == 1


def rush(database, clients, crowd):
    world = world_with(database, clients, opening=(time(8), time(16)))
    with database.reading() as session:
        seats = count_free_seats(session, world.desks, minutes=15, first_on=DAY, last_on=DAY, now=NOW)
    assert seats == 32
    calls = [(world.resident(n), world.desks[0], DAY, NOW, n * 7) for n in range(clients)]
    outcomes = Counter(crowd.run(database, acts.seek_a_seat, calls))
    assert outcomes == {"booked": seats, "full": clients - seats}
    with database.reading() as session:
        starts = session.scalars(select(Appointment.starts_local).where(Appointment.state == "booked")).all()
    assert len(set(starts)) == len(starts) == seats
    assert_whole(database, world)


def test_64_clients_fill_a_desks_day_and_without_guards_oversell_it(real_db, crowd):
    rush(real_db, 64, crowd)
    with real_db.unit_of_work() as session:
        session.execute(text("CREATE TABLE unguarded (starts_local VARCHAR(30))"))
    other = world_for_control(real_db)
    calls = [(other.resident(n), other.desks[0], DAY, NOW, n * 7) for n in range(64)]
    outcomes = Counter(crowd.run(real_db, acts.seek_without_guards, calls))
    with real_db.reading() as session:
        sold, seats = session.execute(
            text("SELECT count(*), count(DISTINCT starts_local) FROM unguarded")
        ).one()
    assert sold == outcomes["booked"]
    assert sold > seats, "the crowd was no crowd: even unguarded writing sold no time twice"


def world_for_control(database):
    with database.unit_of_work() as session:
        return make_world(session, now=NOW, cases=64, ref="nachbarstadt", opening=(time(8), time(16)))


@pytest.mark.prove
def test_many_processes_fill_a_desks_day(real_db):
    people = Crowd(16)
    try:
        rush(real_db, 64, people)
    finally:
        people.close()


def test_200_people_want_one_time(real_db, crowd):
    world = world_with(real_db, 200)
    calls = [(world.resident(n), world.desks[0], EIGHT, NOW) for n in range(200)]
    outcomes = crowd.run(real_db, acts.hold_and_book, calls)
    refused = Counter(outcome for outcome in outcomes if outcome == "SlotTaken")
    assert refused == {"SlotTaken": 199}
    assert states(real_db) == {"booked": 1}
    assert_whole(real_db, world)


def test_a_double_click_books_once(real_db):
    world = world_with(real_db, 1)
    with real_db.unit_of_work() as session:
        confirm_email(session, world, 0, acts.VAULT, now=NOW)
    calls = [(world.resident(), world.desks[0], EIGHT, NOW)] * 8
    refs = run_threads(real_db, acts.book, calls)
    assert len(set(refs)) == 1
    assert states(real_db) == {"booked": 1}
    with real_db.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM outbox")) == 1
        assert session.scalar(text("SELECT count(*) FROM audit_event WHERE action = 'book_appointment'")) == 1
    assert_whole(real_db, world)


def test_two_phones_with_one_code_never_hold_two_times(real_db):
    world = world_with(real_db, 1)
    actor, desk = world.resident(), world.desks[0]
    for round_number in range(5):
        calls = [
            (actor, desk, EIGHT + timedelta(days=round_number % 2, minutes=15 * n), NOW) for n in range(8)
        ]
        run_threads(real_db, acts.hold, calls)
        assert states(real_db)["held"] == 1
    refs = run_threads(real_db, acts.book, calls)
    assert Counter(refs)["AlreadyBooked"] == 7
    assert states(real_db)["booked"] == 1
    assert "held" not in states(real_db)
    assert_whole(real_db, world)


def test_a_hold_that_runs_out_while_it_is_confirmed_goes_to_one_of_two(real_db):
    world = world_with(real_db, 20)
    desk = world.desks[0]
    for pair in range(10):
        first, second = world.resident(2 * pair), world.resident(2 * pair + 1)
        starts_local = EIGHT + timedelta(minutes=15 * pair)
        acts.hold(real_db, first, desk, starts_local, NOW)
        outcomes = run_threads(
            real_db, acts.book, [(first, desk, starts_local, LATER), (second, desk, starts_local, LATER)]
        )
        assert Counter(outcomes)["SlotTaken"] == 1
        assert states(real_db)["booked"] == pair + 1
    assert_whole(real_db, world)


def test_moves_across_each_other_do_not_deadlock(real_db):
    world = world_with(real_db, 6, minutes=45, opening=(time(8), time(16)))
    desk = world.desks[0]
    slots = [EIGHT + timedelta(days=day, minutes=45 * n) for day in range(3) for n in range(2)]
    refs = [acts.book(real_db, world.resident(n), desk, slots[n], NOW) for n in range(6)]
    for round_number in range(1, 13):
        # Everybody wants to a day where somebody else wants away from; some to a time that is just being left.
        calls = [
            (
                world.resident(n),
                refs[n],
                desk,
                slots[(n + round_number) % 6] + timedelta(minutes=90 * (n % 2)),
                NOW,
            )
            for n in range(6)
        ]
        outcomes = run_threads(real_db, acts.move, calls)
        assert all(outcome.startswith("T-") or outcome == "SlotTaken" for outcome in outcomes)
        with real_db.reading() as session:
            current = dict(
                session.execute(
                    select(Appointment.case_id, Appointment.ref).where(Appointment.state == "booked")
                ).all()
            )
        assert len(current) == 6
        refs = [current[world.cases[n]] for n in range(6)]
        assert_whole(real_db, world)
