"""The sweep ends what nobody answered, frees the times and tells the person."""

from datetime import timedelta

from sqlalchemy import select, update

from servicedesk.booking.jobs import run_lapses
from servicedesk.booking.models import Arrangement
from servicedesk.cases.models import Case
from servicedesk.notices.contexts import SlotNews
from servicedesk.offices.models import OfficeConcern
from tests.conftest import NOW
from tests.support.arranging import NINE, TEN, Asker, cells, notices
from tests.support.booking import make_world


def arranged(db, vault):
    with db.unit_of_work() as session:
        world = make_world(session, now=NOW, cases=2)
        session.execute(update(OfficeConcern).values(mode="request"))
        Asker(session, vault, world).asks()
        Asker(session, vault, world, 1).is_offered(NINE, TEN)
    return world


def states(db):
    with db.reading() as session:
        return session.scalars(select(Arrangement.state).order_by(Arrangement.id)).all(), cells(session)


def test_offers_lapse_after_a_week_and_a_request_when_its_time_has_come(db, vault):
    arranged(db, vault)
    assert run_lapses(db, vault, now=NOW + timedelta(days=6, hours=23)) == {"lapsed": 0}
    assert run_lapses(db, vault, now=NOW + timedelta(days=7)) == {"lapsed": 1}
    assert states(db) == (["asked", "lapsed"], 3)
    assert run_lapses(db, vault, now=NOW + timedelta(days=9)) == {"lapsed": 1}
    assert states(db) == (["lapsed", "lapsed"], 0)
    with db.reading() as session:
        assert {one.news for one in notices(session, vault)} == {SlotNews.UNANSWERED, SlotNews.LAPSED}


def test_a_closed_case_keeps_no_time(db, vault):
    world = arranged(db, vault)
    with db.unit_of_work() as session:
        session.execute(update(Case).where(Case.id == world.cases[0]).values(closed_at=NOW))
    assert run_lapses(db, vault, now=NOW) == {"lapsed": 1}
    assert states(db) == (["lapsed", "offered"], 6)
