"""What the page of a case says while its papers come first."""

import pytest
from sqlalchemy import select, update

from servicedesk.booking.models import Appointment
from servicedesk.cases.models import Case
from servicedesk.offices.models import OfficeConcern
from tests.conftest import NOW


@pytest.fixture
def gated(db, applied):
    with db.unit_of_work() as session:
        session.execute(update(OfficeConcern).values(mode="decision_ready"))
    return applied


def set_ready(db, at):
    with db.unit_of_work() as session:
        session.execute(update(Case).values(ready_at=at))


def test_without_ready_the_page_says_what_happens_instead_and_no_time_is_offered(gated, db):
    gated.get("/de/case/")
    words = gated.page.words()
    assert "prüfen wir zuerst Ihre Unterlagen" in words
    assert "nach der Prüfung der Unterlagen" in words
    assert "Termin wählen" not in words
    for path in ("times/", "times/on/2026-12-01", "times/check", "times/taken"):
        assert gated.get(f"/de/case/{path}").path == "/de/case/"
    gated.get("/de/case/times/none")
    gated.submit(way="call")
    assert gated.path == "/de/case/times/waiting"
    with db.reading() as session:
        assert session.scalars(select(Appointment)).all() == []


def test_ready_opens_the_times_and_withdrawn_ready_flags_the_appointment(gated, db):
    set_ready(db, NOW)
    gated.get("/de/case/times/on/2026-12-01")
    gated.press("08:00")
    gated.press("Diesen Termin buchen")
    assert gated.path == "/de/case/appointment/"
    set_ready(db, None)
    gated.get("/de/case/")
    words = gated.page.words()
    assert "Ihr Termin bleibt. An Ihren Unterlagen fehlt aber noch etwas." in words
    assert "Termin verschieben" not in words
    assert "Termin absagen" in words
    assert gated.get("/de/case/move/").path == "/de/case/"
