"""The list of requests and the page that answers one."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from servicedesk.booking.models import Appointment, Arrangement, DeskDay
from servicedesk.booking.service import ask_for_time
from servicedesk.cases.models import Case
from servicedesk.kernel.permissions import Actor, ActorKind
from servicedesk.offices.models import Desk as DeskRow
from servicedesk.offices.models import OfficeConcern
from tests.conftest import NOW
from tests.support.desk import table_names

TUESDAY = datetime(2026, 12, 1, 8, 30)


@pytest.fixture
def ref(desk):
    """A case of Boris whose person asks for the first of December at half past eight."""
    found = desk.case()
    desk.open_calendar()
    with desk.db.unit_of_work() as session:
        session.execute(update(OfficeConcern).values(mode="request"))
        case = session.scalars(select(Case).where(Case.ref == found)).one()
        desk_id = session.scalars(
            select(DeskRow.id).where(DeskRow.ref == "zi-201", DeskRow.office_id == case.office_id)
        ).one()
        ask_for_time(
            session,
            case_id=case.id,
            desk_id=desk_id,
            starts_local=TUESDAY,
            now=NOW,
            actor=Actor(kind=ActorKind.resident, office_id=case.office_id, case_id=case.id),
        )
    return found


def states(desk):
    return sorted(row.state for row in desk.rows(Appointment))


def test_empty_the_list_says_what_will_be_here(boris):
    assert "Keine Anfrage wartet." in boris.get("/staff/requests").page.words()


def test_accepting_is_one_press(desk, boris, ref):
    boris.get("/staff/requests")
    assert table_names(boris) == ["Çelik, Amina"]
    boris.follow("antworten : Çelik, Amina")
    assert "08:30" in boris.page.words()
    boris.press("bestätigen : Dienstag, 1. Dezember 2026, 08:30")
    assert boris.path == "/staff/requests"
    assert states(desk) == ["booked"]


def test_up_to_three_others_are_ticked_and_kept(desk, boris, ref):
    boris.get(f"/staff/requests/{ref}")
    slots = [node.get("value") for node in boris.page.all("input", name="slot")]
    boris.press("Vorschlagen", slot=slots[:4])
    assert "Wählen Sie zwischen einer und 3 verschiedenen Zeiten." in boris.page.words()
    assert states(desk) == ["requested"]
    boris.press("Vorschlagen", slot=slots[1:4])
    assert boris.path == "/staff/requests"
    assert states(desk) == ["offered", "offered", "offered", "released"]
    boris.get(f"/staff/requests/{ref}")
    boris.press("Vorschläge zurücknehmen")
    assert states(desk) == ["released"] * 4


def test_refusing_needs_a_reason_and_the_lead_sees_it(desk, boris, ref):
    boris.get(f"/staff/requests/{ref}")
    boris.press("Anfrage ablehnen")
    assert "Wählen Sie den Grund." in boris.page.words()
    boris.press("Anfrage ablehnen", reason="by_post", note="Fiktionsbescheinigung genügt")
    assert states(desk) == ["released"]
    eva = desk.sign_in("eva")
    words = eva.get("/staff/requests").page.words()
    assert "abgelehnt" in words
    assert "brauchen Sie keinen Termin" in words
    assert "Fiktionsbescheinigung genügt" in words
    assert "Boris" in words


def test_nobody_answered_for_three_days_is_an_alarm(desk, boris, ref, clock):
    assert "wartet schon zu lange" not in boris.get("/staff/requests").page.words()
    with desk.db.unit_of_work() as session:
        session.execute(update(Arrangement).values(opened_at=NOW - timedelta(days=3)))
    assert "wartet schon zu lange" in boris.get("/staff/requests").page.words()


def test_a72_another_range_neither_sees_nor_answers(desk, ref):
    clara = desk.sign_in("clara")
    assert "Keine Anfrage wartet." in clara.get("/staff/requests").page.words()
    assert clara.get(f"/staff/requests/{ref}").status == 404
    clara.get("/staff/requests")
    assert states(desk) == ["requested"]


def test_a08_hours_that_shrink_keep_every_appointment_and_one_press_offers_other_days(desk, boris, ref):
    second = desk.case("Bakr", "Layla")
    with desk.db.unit_of_work() as session:
        session.execute(update(OfficeConcern).values(mode="direct"))
    for case, slot in ((ref, "08:45"), (second, "09:00")):
        boris.get(f"/staff/cases/{case}/appointment?day=2026-12-01")
        boris.press(slot)
    day = datetime(2026, 12, 1).date()
    with desk.db.unit_of_work() as session:
        session.execute(update(DeskDay).where(DeskDay.day == day).values(open_ticks=bytes(36)))
    words = boris.get("/staff/").page.words()
    assert "2 Termine liegen außerhalb der Öffnungszeiten" in words
    for _ in range(2):
        boris.get("/staff/")
        boris.press("Allen andere Zeiten anbieten")
        assert boris.path.startswith("/staff/requests")
    assert states(desk) == ["booked"] * 2 + ["offered"] * 6 + ["released"]
    offered = {row.starts_local.date() for row in desk.rows(Appointment) if row.state == "offered"}
    assert day not in offered
    assert len(offered) == 3
