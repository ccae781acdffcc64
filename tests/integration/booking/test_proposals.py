"""The office proposes times only while desks have room; nobody falls out; ready papers are told."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from servicedesk.booking.errors import NotBookable
from servicedesk.booking.jobs import run_lapses, run_proposals, run_ready_news
from servicedesk.booking.models import Appointment
from servicedesk.booking.queries import find_arrangement, list_backlog, list_waiting_for_proposal
from servicedesk.booking.service import accept_time, book_appointment, decline_times
from servicedesk.cases.models import Case
from servicedesk.cases.queries.scope import office_scope
from servicedesk.notices.contexts import SlotNews
from servicedesk.offices.models import OfficeConcern
from tests.conftest import NOW
from tests.support.arranging import notices
from tests.support.booking import make_world


def world_of(db, cases, mode="proposed", ends=None, **office):
    """Two seats a week: Tuesdays from eight to half past."""
    options = {"weekdays": (1,), "opening": (time(8), time(8, 30)), "horizon_days": 40} | office
    with db.unit_of_work() as session:
        world = make_world(session, now=NOW, cases=cases, **options)
        session.execute(update(OfficeConcern).values(mode=mode))
        for case_id, end in zip(world.cases, ends or [], strict=False):
            session.execute(update(Case).where(Case.id == case_id).values(ends_on=end))
    return world


def offered(db):
    with db.reading() as session:
        rows = session.execute(
            select(Appointment.case_id, Appointment.starts_local).where(Appointment.state == "offered")
        )
        return dict(rows.all())


def test_the_earliest_end_comes_first_and_nobody_near_it_waits_for_papers(db, vault):
    ends = [date(2027, 2, 28), date(2026, 12, 20), date(2026, 12, 2), date(2026, 12, 1)]
    world = world_of(db, 4, ends=ends, horizon_days=29)
    done = run_proposals(db, vault, now=NOW)
    assert done == {"waiting": 4, "proposed": 4, "no_room": 0}
    assert [offered(db)[case_id] for case_id in world.cases] == [
        datetime(2026, 12, 8, 8, 15),
        datetime(2026, 12, 8, 8, 0),
        # These titles end before papers usually are ready: they get what is left before the end.
        datetime(2026, 12, 1, 8, 15),
        datetime(2026, 12, 1, 8, 0),
    ]
    assert run_proposals(db, vault, now=NOW)["waiting"] == 0


def test_pacing_stops_at_the_last_seat_and_the_backlog_says_when_it_clears(db, vault):
    ends = [date(2027, 3, 1 + n) for n in range(9)]
    world = world_of(db, 9, ends=ends, horizon_days=29)
    done = run_proposals(db, vault, now=NOW)
    assert done == {"waiting": 9, "proposed": 6, "no_room": 3}
    assert set(offered(db)) == set(world.cases[:6])
    with db.reading() as session:
        assert list_waiting_for_proposal(session, world.office_id, limit=9) == world.cases[6:]
        [line] = list_backlog(session, office_scope(world.office_id), now=NOW)
    assert (line.waiting, line.ending_soon, line.first_end_on) == (3, 0, date(2027, 3, 7))
    # Two seats are left in the week after: too soon for papers, but a person may use them.
    assert line.clears_on == date(2026, 11, 30)
    later = NOW + timedelta(days=14)
    with db.unit_of_work() as session:
        decline_times(session, case_id=world.cases[0], now=NOW, actor=world.resident(0))
    assert run_proposals(db, vault, now=later)["proposed"] >= 1


def test_no_room_before_the_end_leaves_the_person_on_the_list(db, vault):
    world = world_of(db, 1, ends=[date(2026, 11, 23)])
    assert run_proposals(db, vault, now=NOW) == {"waiting": 1, "proposed": 0, "no_room": 1}
    with db.reading() as session:
        [line] = list_backlog(session, office_scope(world.office_id), now=NOW)
    assert line.ending_soon == 1


def test_the_person_confirms_moves_or_declines(db, vault):
    world = world_of(db, 3)
    resident = world.resident(0)
    with db.unit_of_work() as session, pytest.raises(NotBookable):
        book_appointment(
            session,
            case_id=world.cases[0],
            desk_id=world.desks[0],
            starts_local=datetime(2026, 12, 1, 8, 0),
            now=NOW,
            actor=resident,
            vault=vault,
        )
    run_proposals(db, vault, now=NOW)
    with db.unit_of_work() as session:
        assert {one.news for one in notices(session, vault)} == {SlotNews.PROPOSED}
        first, second = (find_arrangement(session, case_id).times[0] for case_id in world.cases[:2])
        accept_time(session, case_id=world.cases[0], ref=first.ref, now=NOW, actor=resident, vault=vault)
        booked = book_appointment(
            session,
            case_id=world.cases[1],
            desk_id=world.desks[0],
            starts_local=datetime(2026, 12, 1, 8, 0),
            now=NOW,
            actor=world.resident(1),
            vault=vault,
        )
        assert booked.starts_local != second.starts_local
        decline_times(session, case_id=world.cases[2], now=NOW, actor=world.resident(2))
        states = session.scalars(select(Appointment.state)).all()
    assert sorted(states) == ["booked", "booked", "released", "released"]
    # Whoever has declined chooses by themselves from now on.
    assert run_proposals(db, vault, now=NOW)["waiting"] == 0


def test_unanswered_it_is_freed_after_a_week(db, vault):
    world_of(db, 1)
    run_proposals(db, vault, now=NOW)
    assert run_lapses(db, vault, now=NOW + timedelta(days=7)) == {"lapsed": 1}
    assert offered(db) == {}


def test_ready_is_told_once_and_not_to_whoever_has_a_time(db, vault):
    world = world_of(db, 2, mode="decision_ready")
    assert run_ready_news(db, vault, now=NOW) == {"told_ready": 0}
    with db.unit_of_work() as session:
        session.execute(update(Case).values(ready_at=NOW))
        book_appointment(
            session,
            case_id=world.cases[1],
            desk_id=world.desks[0],
            starts_local=datetime(2026, 12, 1, 8, 0),
            now=NOW,
            actor=world.resident(1),
            vault=vault,
        )
    later = NOW + timedelta(minutes=1)
    assert run_ready_news(db, vault, now=later) == {"told_ready": 1}
    assert run_ready_news(db, vault, now=later) == {"told_ready": 0}
    with db.reading() as session:
        assert [one.news for one in notices(session, vault)] == [SlotNews.READY]
