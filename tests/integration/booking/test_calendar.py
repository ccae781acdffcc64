from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import delete, select, text, update

from servicedesk.booking.errors import OutsideHours
from servicedesk.booking.jobs import run_calendar, run_sweep
from servicedesk.booking.models import Appointment, DeskDay
from servicedesk.booking.queries import (
    count_free_seats,
    find_appointment,
    find_free_days,
    list_conflicts,
    list_guard_faults,
)
from servicedesk.booking.rules.ticks import read_bits
from servicedesk.booking.service import book_appointment, compile_calendar, hold_slot, move_appointment
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.offices.models import Desk, Office, OfficeConcern, Opening
from servicedesk.offices.rules.setup import parse_setup
from servicedesk.offices.service import load_office
from tests.conftest import NOW
from tests.support.booking import add_closure, make_world
from tests.support.office import SETUP

TUESDAY = datetime(2026, 12, 1, 8, 0)


def book(session, world, vault, number=0, starts_local=TUESDAY, now=NOW):
    return book_appointment(
        session,
        case_id=world.cases[number],
        desk_id=world.desks[0],
        starts_local=starts_local,
        now=now,
        actor=world.resident(number),
        vault=vault,
    )


def snapshot(session):
    rows = session.execute(select(DeskDay.desk_id, DeskDay.day, DeskDay.open_ticks, DeskDay.busy_ticks))
    return {(row.desk_id, row.day): (row.open_ticks, row.busy_ticks) for row in rows}


def test_a_second_run_changes_nothing_and_writes_no_audit(session):
    world = make_world(session, now=NOW)
    before = snapshot(session)
    report = compile_calendar(session, office_id=world.office_id, now=NOW)
    assert (report.changed, report.realigned, report.conflicts) == (0, 0, 0)
    assert snapshot(session) == before
    assert (
        len(session.scalars(select(AuditEvent.id).where(AuditEvent.action == "compile_calendar")).all()) == 1
    )


def test_days_reach_beyond_the_horizon_and_weekends_and_holidays_are_closed(session):
    make_world(session, now=NOW, horizon_days=100)
    days = {day for (_, day), (opened, _) in snapshot(session).items() if read_bits(opened)}
    assert min(days) == date(2026, 11, 23)
    assert max(days) == date(2026, 11, 23) + timedelta(days=107)
    assert not {date(2026, 12, 25), date(2027, 1, 1), date(2026, 11, 28)} & days
    assert {date(2026, 12, 24), date(2026, 12, 31)} <= days


def test_a_night_later_only_the_new_days_are_written(session):
    world = make_world(session, now=NOW)
    assert compile_calendar(session, office_id=world.office_id, now=NOW + timedelta(days=1)).changed == 1
    assert compile_calendar(session, office_id=world.office_id, now=NOW + timedelta(days=5)).changed == 4


def test_shorter_hours_keep_appointments_and_list_them_as_conflicts(session, vault):
    world = make_world(session, now=NOW, cases=3)
    early, late = (book(session, world, vault, n, TUESDAY + timedelta(hours=3 * n)) for n in range(2))
    busy = {key: value[1] for key, value in snapshot(session).items()}
    session.execute(update(Opening).values(ends_local=time(10)))
    report = compile_calendar(session, office_id=world.office_id, now=NOW)
    assert report.conflicts == 1
    assert {key: value[1] for key, value in snapshot(session).items()} == busy
    conflicts = list_conflicts(session, world.office_id, now=NOW)
    assert [(c.ref, c.case_id, c.starts_local) for c in conflicts] == [
        (late.ref, world.cases[1], TUESDAY + timedelta(hours=3))
    ]
    assert find_appointment(session, world.cases[1]).ref == late.ref
    assert find_appointment(session, world.cases[0]).ref == early.ref
    with pytest.raises(OutsideHours):
        book(session, world, vault, 2, TUESDAY + timedelta(hours=3, minutes=30))


def test_a_conflict_can_be_moved_into_the_new_hours(session, vault):
    world = make_world(session, now=NOW)
    booked = book(session, world, vault)
    add_closure(session, world, date(2026, 12, 1), date(2026, 12, 1))
    compile_calendar(session, office_id=world.office_id, now=NOW)
    assert len(list_conflicts(session, world.office_id, now=NOW)) == 1
    move_appointment(
        session,
        case_id=world.cases[0],
        ref=booked.ref,
        desk_id=world.desks[0],
        starts_local=TUESDAY + timedelta(days=1),
        now=NOW,
        actor=world.clerk(),
        vault=vault,
    )
    assert list_conflicts(session, world.office_id, now=NOW) == ()
    assert list(list_guard_faults(session, world.office_id)) == []


def test_a_holiday_that_holds_only_in_another_land_appears_with_the_move_there(session, vault):
    # Heilige Drei Könige is a holiday in Bavaria, not in North Rhine-Westphalia.
    world = make_world(session, now=NOW)
    book(session, world, vault, starts_local=datetime(2027, 1, 6, 8, 0))
    session.execute(update(Office).values(federal_state="BY"))
    report = compile_calendar(session, office_id=world.office_id, now=NOW)
    assert report.conflicts == 1
    assert date(2027, 1, 6) not in {day.day for day in find_free_days(session, world.cases[0], now=NOW)}


@pytest.mark.parametrize(("word", "is_open"), [("true", False), ("false", True)])
def test_assumption_day_is_closed_where_the_office_file_says_so(session, word, is_open):
    land = f'federal_state = "BY"\nhas_catholic_holidays = {word}'
    source = SETUP.format(ref="augau", host="augau.example", town="Augau")
    setup = parse_setup(source.replace('federal_state = "NW"', land).encode())
    # In 2028 Assumption Day falls on a Tuesday.
    now = datetime(2028, 8, 1, 8, 0, tzinfo=UTC)
    office_id = load_office(session, setup, now=now, actor=OPERATOR).office_id
    compile_calendar(session, office_id=office_id, now=now)
    days = {day for (_, day), (opened, _) in snapshot(session).items() if read_bits(opened)}
    assert date(2028, 8, 14) in days
    assert (date(2028, 8, 15) in days) is is_open


def test_a_desk_taken_out_of_use_offers_nothing_and_keeps_its_days(session, vault):
    world = make_world(session, now=NOW)
    book(session, world, vault)
    session.execute(update(Desk).values(is_active=False))
    report = compile_calendar(session, office_id=world.office_id, now=NOW)
    assert report.conflicts == 1
    assert not any(read_bits(opened) for opened, _ in snapshot(session).values())


def test_more_hours_are_offered_at_once(session):
    world = make_world(session, now=NOW)
    seats = {
        "desk_ids": world.desks,
        "minutes": 15,
        "first_on": TUESDAY.date(),
        "last_on": TUESDAY.date(),
        "now": NOW,
    }
    assert count_free_seats(session, **seats) == 16
    session.execute(update(Opening).values(ends_local=time(12, 30)))
    compile_calendar(session, office_id=world.office_id, now=NOW)
    assert count_free_seats(session, **seats) == 18


def test_the_day_closed_during_a_hold_cannot_be_confirmed(session, vault):
    world = make_world(session, now=NOW)
    hold_slot(
        session,
        case_id=world.cases[0],
        desk_id=world.desks[0],
        starts_local=TUESDAY,
        now=NOW,
        actor=world.resident(),
    )
    add_closure(session, world, TUESDAY.date(), TUESDAY.date(), world.desks[0])
    compile_calendar(session, office_id=world.office_id, now=NOW)
    with pytest.raises(OutsideHours):
        book(session, world, vault)


def test_wall_time_stays_when_the_rules_of_the_zone_change(session, vault):
    world = make_world(session, now=NOW)
    book(session, world, vault)
    wrong = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)
    session.execute(update(Appointment).values(starts_at=wrong))
    report = compile_calendar(session, office_id=world.office_id, now=NOW)
    assert report.realigned == 1
    found = find_appointment(session, world.cases[0])
    assert (found.starts_local, found.starts_at) == (TUESDAY, datetime(2026, 12, 1, 7, 0, tzinfo=UTC))
    assert compile_calendar(session, office_id=world.office_id, now=NOW).realigned == 0


@pytest.mark.parametrize(
    ("now", "sunday", "at"),
    [
        (datetime(2027, 3, 15, 8, tzinfo=UTC), date(2027, 3, 28), datetime(2027, 3, 28, 6, 0, tzinfo=UTC)),
        (datetime(2026, 10, 12, 8, tzinfo=UTC), date(2026, 10, 25), datetime(2026, 10, 25, 7, 0, tzinfo=UTC)),
    ],
)
def test_the_days_of_clock_change_have_the_same_times_as_any_other(session, vault, now, sunday, at):
    world = make_world(session, now=now, weekdays=(5, 6))
    days = {
        day.day: [t.starts_local.time() for t in day.times]
        for day in find_free_days(session, world.cases[0], now=now)
    }
    assert days[sunday] == days[sunday - timedelta(days=1)]
    assert len(days[sunday]) == 16
    booked = book(session, world, vault, starts_local=datetime.combine(sunday, time(8)), now=now)
    assert booked.starts_at == at


def test_an_unknown_office_is_refused(session):
    with pytest.raises(NotFound):
        compile_calendar(session, office_id=new_id(), now=NOW)


def test_the_longest_horizon_counts_and_the_usual_one_without_any(session):
    world = make_world(session, now=NOW, horizon_days=5)
    assert compile_calendar(session, office_id=world.office_id, now=NOW).days == 98
    session.execute(update(OfficeConcern).values(horizon_days=200))
    assert compile_calendar(session, office_id=world.office_id, now=NOW).days == 208
    session.execute(delete(OfficeConcern))
    assert compile_calendar(session, office_id=world.office_id, now=NOW).days == 98


def test_jobs_add_up_over_offices(db, vault):
    with db.unit_of_work() as session:
        worlds = [make_world(session, now=NOW, ref=ref) for ref in ("musterstadt", "nachbarstadt")]
        session.execute(text("DELETE FROM desk_day"))
    sums = run_calendar(db, now=NOW)
    assert sums["offices"] == 2
    assert sums["days"] == 2 * 98
    assert sums["changed"] > 120
    assert run_calendar(db, now=NOW)["changed"] == 0
    with db.unit_of_work() as session:
        for world in worlds:
            hold_slot(
                session,
                case_id=world.cases[0],
                desk_id=world.desks[0],
                starts_local=TUESDAY,
                now=NOW,
                actor=world.resident(),
            )
    assert run_sweep(db, now=NOW + timedelta(minutes=9)) == {"holds": 0, "passed": 0}
    assert run_sweep(db, now=NOW + timedelta(minutes=10)) == {"holds": 2, "passed": 0}
    with db.unit_of_work() as session:
        for world in worlds:
            assert list(list_guard_faults(session, world.office_id)) == []
            book(session, world, vault)
    assert run_sweep(db, now=datetime(2026, 12, 2, 6, 59, tzinfo=UTC)) == {"holds": 0, "passed": 0}
    assert run_sweep(db, now=datetime(2026, 12, 2, 7, 1, tzinfo=UTC)) == {"holds": 0, "passed": 2}
    with db.reading() as session:
        assert set(session.scalars(select(Appointment.state))) == {"expired", "passed"}
