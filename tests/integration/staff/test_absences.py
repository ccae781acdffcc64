"""Absences as case workers and team leads enter them, and what the deputy sees meanwhile."""

from datetime import date, timedelta

import pytest

from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.offices.models import StaffAbsence, StaffMember
from servicedesk.offices.service import enter_absence
from tests.support.desk import TODAY, table_names

IN_A_WEEK = TODAY + timedelta(days=7)


def dated(name, day):
    return {f"{name}__day": f"{day.day}", f"{name}__month": f"{day.month}", f"{name}__year": f"{day.year}"}


def fill(browser, deputy, first=TODAY, last=IN_A_WEEK, **more):
    days = dated("last_on", last) | (dated("first_on", first) if first else {})
    return browser.submit(deputy=deputy.hex if deputy else "", **days, **more)


def put_away(desk, login="boris", deputy="clara", first=TODAY, last=IN_A_WEEK):
    with desk.db.unit_of_work() as session:
        return enter_absence(
            session,
            member_id=desk.cast.members[login],
            deputy_id=desk.cast.members[deputy],
            first_on=first,
            last_on=last,
            actor=OPERATOR,
            now=desk.clock.now(),
        )


def test_an_empty_page_says_what_to_do(desk, boris):
    words = boris.get("/staff/absences").page.words()
    assert "Alle sind da." in words
    assert "Tragen Sie hier ein, wann Sie nicht da sind" in words
    assert "Urlaub und Krankheit Ihres Teams" in desk.sign_in("eva").get("/staff/absences").page.words()


def test_a_case_worker_enters_their_own(desk, boris):
    boris.get("/staff/absences")
    boris.follow("Abwesenheit eintragen")
    assert "Wer ist nicht da?" not in boris.page.words()
    fill(boris, desk.cast.members["clara"])
    assert boris.path == "/staff/absences"
    assert table_names(boris) == ["Beispiel, B."]
    assert "heute nicht da" in boris.page.words()
    row = desk.row(StaffAbsence)
    assert (row.member_id, row.first_on, row.last_on) == (desk.cast.members["boris"], TODAY, IN_A_WEEK)
    assert row.entered_by == f"staff:{desk.cast.accounts['boris']}"
    assert desk.row(AuditEvent, action="enter_absence").subject_id == desk.cast.members["boris"]
    words = boris.get("/staff/").page.words()
    assert "Sie sind als nicht da eingetragen bis 30.11.2026 · Vertretung: Muster, C. ·" in words


@pytest.mark.parametrize(
    ("deputy", "first", "last", "says"),
    [
        (None, TODAY, IN_A_WEEK, "Wählen Sie, wer vertritt."),
        ("boris", TODAY, IN_A_WEEK, "Niemand vertritt sich selbst. Wählen Sie eine andere Person."),
        ("clara", IN_A_WEEK, TODAY, "Der letzte Tag liegt vor dem ersten. Prüfen Sie beide."),
        (
            "clara",
            TODAY - timedelta(days=9),
            TODAY - timedelta(days=1),
            "Der letzte Tag ist schon vorbei. Eine Vertretung gilt nur von heute an.",
        ),
        (
            "clara",
            TODAY,
            date(2062, 11, 30),
            "Das sind mehr als zwei Jahre. Prüfen Sie die Jahreszahl, oder tragen Sie zunächst zwei Jahre ein.",
        ),
    ],
)
def test_what_cannot_be_is_asked_back_and_keeps_what_was_typed(desk, boris, deputy, first, last, says):
    boris.get("/staff/absences/new")
    fill(boris, desk.cast.members[deputy] if deputy else None, first, last)
    assert boris.page.errors == [says]
    assert boris.page.form()[1]["last_on-year"] == str(last.year)
    assert desk.rows(StaffAbsence) == []


def test_a_day_that_does_not_exist_is_named_at_its_field(desk, boris):
    boris.get("/staff/absences/new")
    boris.submit(deputy=desk.cast.members["clara"].hex, last_on__day="31", last_on__month="11")
    assert boris.page.errors == ["Schreiben Sie das Jahr mit vier Ziffern."]


def test_a_circle_of_deputies_is_refused(desk, boris):
    put_away(desk, "clara", "boris", IN_A_WEEK, IN_A_WEEK)
    boris.get("/staff/absences/new")
    fill(boris, desk.cast.members["clara"])
    assert boris.page.errors == [
        "Am 30.11.2026 wäre niemand da: Die Vertretung ist selbst abwesend. Wählen Sie eine andere Person."
    ]


def test_the_lead_enters_it_for_the_team(desk):
    eva = desk.sign_in("eva")
    eva.get("/staff/absences/new")
    fill(eva, desk.cast.members["boris"], member="")
    assert eva.page.errors == ["Wählen Sie, wer nicht da ist."]
    fill(eva, desk.cast.members["boris"], member=desk.cast.members["clara"].hex)
    assert table_names(eva) == ["Muster, C."]
    assert desk.row(StaffAbsence).entered_by == f"staff:{desk.cast.accounts['eva']}"


def test_days_and_deputy_are_changed_and_the_absence_is_ended(desk, boris):
    put_away(desk, first=IN_A_WEEK, last=IN_A_WEEK)
    boris.get("/staff/absences")
    boris.follow("ändern")
    assert boris.page.form()[1]["first_on-day"] == "30"
    fill(boris, desk.cast.members["clara"], TODAY, IN_A_WEEK)
    assert desk.row(StaffAbsence).first_on == TODAY
    desk.clock.advance(timedelta(days=2))
    boris = desk.sign_in("boris")
    boris.get(f"/staff/absences/{desk.row(StaffAbsence).id.hex}")
    assert boris.page.all("input", id="first_on-day") == []
    fill(boris, desk.cast.members["clara"], None, IN_A_WEEK - timedelta(days=1))
    assert desk.row(StaffAbsence).last_on == IN_A_WEEK - timedelta(days=1)
    boris.press("ist wieder da")
    assert "Alle sind da." in boris.page.words()
    assert desk.row(StaffAbsence).last_on == TODAY + timedelta(days=1)
    assert "Vorbei, in den letzten 60 Tagen (1)" in boris.page.words()


def test_what_has_not_begun_is_struck(desk, boris):
    put_away(desk, first=IN_A_WEEK, last=IN_A_WEEK)
    boris.get("/staff/absences")
    boris.press("streichen")
    assert "Alle sind da." in boris.page.words()
    assert desk.row(StaffAbsence).cancelled_at is not None


def test_the_deputy_works_on_the_case_until_the_absence_is_over(desk):
    ref = desk.case("Ahmadi", "Nur", TODAY + timedelta(days=40))
    clara = desk.sign_in("clara")
    assert clara.get(f"/staff/cases/{ref}").status == 404
    put_away(desk, first=TODAY + timedelta(days=1), last=TODAY + timedelta(days=2))
    assert clara.get(f"/staff/cases/{ref}").status == 404
    assert "Sie vertreten" not in clara.get("/staff/").page.words()
    desk.clock.advance(timedelta(days=1))
    clara = desk.sign_in("clara")
    assert clara.get(f"/staff/cases/{ref}").status == 200
    assert "Ahmadi, Nur" in clara.get("/staff/range?show=all").page.words()
    assert "Sie vertreten Beispiel, B. bis 25.11.2026 ·" in clara.get("/staff/").page.words()
    assert table_names(clara.get("/staff/absences")) == []
    assert "Sie vertreten" in clara.page.words()
    desk.clock.advance(timedelta(days=2))
    clara = desk.sign_in("clara")
    assert clara.get(f"/staff/cases/{ref}").status == 404
    assert "Sie vertreten" not in clara.get("/staff/").page.words()


def test_a_deputy_who_left_is_shown_as_nobody(desk, boris):
    put_away(desk)
    with desk.db.unit_of_work() as session:
        from_clara = session.get_one(StaffAbsence, desk.row(StaffAbsence).id).deputy_id
        session.get_one(StaffMember, from_clara).is_active = False
    assert "niemand da, das Team übernimmt" in boris.get("/staff/absences").page.words()
    assert "niemand vertritt Sie" in boris.get("/staff/").page.words()
