"""Ask for a time, see what the office answers, take one of its proposals or none; behind the code."""

import pytest
from sqlalchemy import select, update

from servicedesk.booking.models import Appointment, Arrangement
from servicedesk.booking.rules.arrangements import Refused
from servicedesk.booking.service import accept_time, offer_times, refuse_request
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor, ActorKind
from servicedesk.offices.models import OfficeConcern
from tests.conftest import NOW
from tests.support.arranging import EIGHT, NINE, TEN


@pytest.fixture
def asked(db, applied):
    """A browser behind the code with a request for the first of December at half past eight."""
    with db.unit_of_work() as session:
        session.execute(update(OfficeConcern).values(mode="request"))
    applied.get("/de/case/times/on/2026-12-01")
    assert "Wir bestätigen sie" in applied.get("/de/case/times/").page.words()
    applied.get("/de/case/times/on/2026-12-01")
    applied.press("08:30")
    assert applied.page.h1 == "Prüfen Sie die Zeit, dann fragen Sie an"
    return applied.press("Um diese Zeit bitten")


def answer(db, vault, letter, work, **more):
    clerk = Actor(kind=ActorKind.staff, office_id=letter.cast.office.id, account_id=new_id())
    with db.unit_of_work() as session:
        return work(session, case_id=letter.case_id, now=NOW, actor=clerk, vault=vault, **more)


def offer(db, vault, letter, *starts):
    with db.reading() as session:
        desk_id = session.scalars(select(Appointment.desk_id)).first()
    return answer(db, vault, letter, offer_times, slots=[(desk_id, one) for one in starts])


def states(db):
    with db.reading() as session:
        return sorted(session.scalars(select(Appointment.state)).all())


def test_a_request_waits_on_a_page_of_its_own_and_is_no_appointment(asked, db):
    assert (asked.path, asked.page.h1) == ("/de/case/offer/", "Ihre Anfrage ist bei uns")
    assert "08:30" in asked.page.words()
    assert "noch nicht bestätigt" in asked.page.words()
    words = asked.get("/de/case/").page.words()
    assert "Nichts: Wir antworten auf Ihre Anfrage" in words
    assert "angefragt" in words
    assert asked.get("/de/case/times/").path == "/de/case/offer/"
    assert asked.get("/de/case/appointment/").path == "/de/case/"
    assert states(db) == ["requested"]


def test_withdrawn_it_can_be_asked_again(asked, db):
    asked.press("Anfrage zurückziehen")
    assert asked.page.h1 == "Diese Zeiten gelten nicht mehr"
    assert states(db) == ["released"]
    asked.follow("Andere Zeit wählen")
    assert asked.path == "/de/case/times/"


def test_accepted_by_the_office_it_is_the_appointment(asked, db, vault, letter):
    with db.reading() as session:
        ref = session.scalars(select(Appointment.ref)).one()
    answer(db, vault, letter, accept_time, ref=ref)
    assert asked.get("/de/case/appointment/").page.h1 == "Ihr Termin ist gebucht"
    assert asked.get("/de/case/offer/").page.h1 == "Ihr Termin"


def test_one_of_three_is_taken_and_the_others_are_free(asked, db, vault, letter):
    offer(db, vault, letter, EIGHT, NINE, TEN)
    assert "Eine Zeit bestätigen" in asked.get("/de/case/").page.words()
    asked.follow("Zeiten ansehen")
    assert asked.page.h1 == "Welche Zeit passt Ihnen?"
    asked.press("Diese Zeit nehmen : Dienstag, 1. Dezember 2026, 09:00")
    assert asked.path == "/de/case/appointment/"
    assert "09:00" in asked.page.words()
    assert states(db) == ["booked", "released", "released", "released"]


def test_a70_looking_at_the_page_changes_nothing_and_a_stale_answer_is_calm(asked, db, vault, letter):
    offered = offer(db, vault, letter, EIGHT, NINE)
    for path in ("accept", "decline"):
        assert asked.get(f"/de/case/offer/{path}").status == 405
    assert states(db) == ["offered", "offered", "released"]
    offer(db, vault, letter, TEN)
    asked.get("/de/case/offer/")
    asked.press("Diese Zeit nehmen", time=offered[0].ref)
    assert asked.page.h1 == "Welche Zeit passt Ihnen?"
    assert states(db).count("booked") == 0


def test_none_of_them_frees_all_and_offers_other_ways(asked, db, vault, letter):
    offer(db, vault, letter, EIGHT, NINE)
    asked.get("/de/case/offer/")
    asked.press("Keine dieser Zeiten")
    assert states(db) == ["released", "released", "released"]
    assert "Warteliste oder Anruf" in asked.page.words()
    with db.reading() as session:
        assert session.scalars(select(Arrangement.state)).all() == ["declined"]


def test_refused_says_why_in_the_readers_language(asked, db, vault, letter):
    answer(db, vault, letter, refuse_request, reason=Refused.papers_first)
    words = asked.get("/de/case/offer/").page.words()
    assert "Es fehlen noch Unterlagen. Reichen Sie sie zuerst ein." in words
