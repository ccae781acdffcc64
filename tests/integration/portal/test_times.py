"""From free times to an appointment, and what happens when somebody was quicker."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from servicedesk.booking.models import Appointment, DeskDay, SlotWish
from servicedesk.booking.queries import find_free_days
from servicedesk.booking.service import book_appointment
from servicedesk.cases.models import Case
from servicedesk.notices.models import Outbox
from servicedesk.offices.models import OfficeConcern
from servicedesk.register.service import claim_email, confirm_claim
from tests.conftest import NOW
from tests.support.acting import resident
from tests.support.client import Browser
from tests.support.ical_reader import read_calendar
from tests.support.pdf_reading import page_texts
from tests.support.portal import enter, send_letter


def rows(db, letter, *states):
    with db.reading() as session:
        found = session.scalars(
            select(Appointment).where(Appointment.case_id == letter.case_id).order_by(Appointment.created_at)
        ).all()
    return [row for row in found if not states or row.state in states]


def take_day(db, vault, letter, day, now=NOW):
    """Somebody else books every free time of a day."""
    with db.unit_of_work() as session:
        free = find_free_days(session, letter.case_id, now=now, first_on=day, last_on=day)
        for number, slot in enumerate(free[0].times):
            other = send_letter(
                session,
                vault,
                now,
                cast=letter.cast,
                family_name="Andere",
                file_number=f"33.{day:%m%d}.{number}",
            )
            book_appointment(
                session,
                case_id=other.case_id,
                desk_id=slot.desk_id,
                starts_local=slot.starts_local,
                now=now,
                actor=resident(letter.cast.office.id, other.case_id),
                vault=vault,
            )


def close_from(db, first):
    """Close every desk from a day on; `first` None closes all days."""
    with db.unit_of_work() as session:
        wanted = update(DeskDay).values(open_ticks=bytes(36))
        session.execute(wanted if first is None else wanted.where(DeskDay.day >= first))


def test_days_come_first_and_then_all_times_of_one(applied):
    applied.get("/de/case/times/")
    days = [applied.page.words(node) for node in applied.page.all("h2", class_="sd-day__name")]
    assert days[0] == "Dienstag, 24. November 2026"
    assert len(days) == 5
    applied.follow("Alle 16 Zeiten")
    assert applied.page.h1.startswith("Welche Uhrzeit am ")
    assert len(applied.page.all("button", name="slot")) == 16


def test_later_days_follow_without_gap(applied):
    applied.get("/de/case/times/")
    applied.follow("Spätere Tage")
    days = [applied.page.words(node) for node in applied.page.all("h2", class_="sd-day__name")]
    assert days[0] == "Dienstag, 1. Dezember 2026"


def test_the_check_page_names_time_place_person_and_how_long_it_is_held(applied):
    applied.get("/de/case/times/on/2026-12-01")
    applied.press("08:30")
    words = applied.page.words()
    assert applied.page.h1 == "Prüfen Sie den Termin, dann buchen Sie"
    assert "Dienstag, 1. Dezember 2026" in words
    assert "08:30" in words
    assert "Beispiel, B." in words
    assert "reserviert" in words
    assert applied.follow("Ändern : Tag").path == "/de/case/times/"


def test_booking_ends_on_a_page_that_can_be_kept(booked, app, db, letter, clock):
    assert booked.path == "/de/case/appointment/"
    words = booked.page.words()
    for expected in ("Dienstag, 1. Dezember 2026", "08:00", "Rathausplatz 1", "Das bringen Sie mit"):
        assert expected in words
    [row] = rows(db, letter, "booked")
    assert row.ref in words
    clock.advance(timedelta(days=1, hours=1))
    later = Browser(app)
    enter(later, letter)
    assert row.ref in later.get("/de/case/appointment/").page.words()


def test_a_double_click_books_once_and_both_see_the_appointment(applied, db, vault, letter):
    with db.unit_of_work() as session:
        who = resident(letter.cast.office.id, letter.case_id)
        claim = claim_email(
            session, vault, person_id=letter.person_id, address="amina@example.org", now=NOW, actor=who
        )
        confirm_claim(session, vault, token=claim.token, now=NOW, actor=who)
    applied.get("/de/case/times/on/2026-12-01")
    applied.press("08:30")
    action, values = applied.page.form()
    for _ in range(2):
        applied.post(action, values)
        assert applied.path == "/de/case/appointment/"
    assert len(rows(db, letter, "booked")) == 1
    with db.reading() as session:
        kinds = session.scalars(select(Outbox.kind).where(Outbox.subject_id == letter.case_id)).all()
    assert kinds == ["appointment_confirmation"]


def test_going_back_after_booking_is_calm(booked, db, letter):
    for path in ("times/check", "times/", "times/on/2026-12-02", "times/taken"):
        booked.get(f"/de/case/{path}")
        assert booked.page.h1 == "Das ist schon erledigt: Sie haben einen Termin"
    assert len(rows(db, letter, "booked")) == 1


def test_the_form_of_the_check_page_sent_again_with_a_fresh_key_does_nothing_twice(applied, db, letter):
    applied.get("/de/case/times/on/2026-12-01")
    applied.press("08:30")
    action, values = applied.page.form()
    applied.post(action, values)
    applied.post(action, {**values, "_idempotency_key": "another"})
    assert applied.path == "/de/case/appointment/"
    assert len(rows(db, letter, "booked")) == 1


def test_a_full_day_between_choosing_and_booking_is_a_kind_page_with_the_next_times(
    applied, db, vault, letter, clock
):
    applied.get("/de/case/times/on/2026-12-01")
    applied.press("08:30")
    action, values = applied.page.form()
    clock.advance(timedelta(minutes=11))
    take_day(db, vault, letter, datetime(2026, 12, 1).date(), now=clock.instant)
    applied.post(action, values)
    assert applied.status == 200
    assert applied.page.h1 == "Diese Zeit ist gerade vergeben worden"
    assert "gespeichert" in applied.page.words()
    days = [applied.page.words(node) for node in applied.page.all("h2", class_="sd-day__name")]
    assert days == ["Mittwoch, 2. Dezember 2026"]
    applied.press("08:00")
    applied.press("Diesen Termin buchen")
    assert applied.page.h1 == "Ihr Termin ist gebucht"
    assert [row.starts_local for row in rows(db, letter, "booked")] == [datetime(2026, 12, 2, 8)]


def test_a_time_taken_before_it_is_held_leads_to_the_same_kind_page(applied, db, vault, letter):
    applied.get("/de/case/times/on/2026-12-01")
    take_day(db, vault, letter, datetime(2026, 12, 1).date())
    applied.press("08:30")
    assert applied.page.h1 == "Diese Zeit ist gerade vergeben worden"


@pytest.mark.parametrize(
    "slot",
    [
        "",
        "x",
        "0" * 32 + ".20261201T0830",
        "٠" * 32 + ".20261201T0830",
        ".20261301T9999",
        "a\x00.b",
        "9" * 500,
    ],
    ids=["empty", "word", "no_desk", "arabic", "no_day", "nul", "long"],
)
def test_an_odd_slot_is_no_fault(applied, slot):
    page = applied.get("/de/case/times/")
    token = page.page.hidden()["csrf_token"]
    for path in ("times/", "times/check"):
        applied.post(f"/de/case/{path}", {"slot": slot, "csrf_token": token})
        assert applied.status == 200


def test_no_time_before_the_title_ends_is_never_a_dead_end(applied, db, letter):
    with db.unit_of_work() as session:
        session.get_one(Case, letter.case_id).ends_on = datetime(2026, 11, 30).date()
        closed = update(DeskDay).where(DeskDay.day < datetime(2026, 12, 10).date())
        session.execute(closed.values(open_ticks=bytes(36)))
    applied.get("/de/case/times/")
    words = applied.page.words()
    assert "Vor dem letzten Tag Ihres Titels ist keine Zeit frei" in words
    assert "Ihr Antrag zählt trotzdem" in words
    assert "Donnerstag, 10. Dezember 2026" in words
    applied.follow("Warteliste oder Anruf")
    assert applied.page.h1 == "Wie sollen wir einen Termin finden?"


def test_no_time_at_all_leads_to_the_waiting_list(applied, db):
    close_from(db, None)
    applied.get("/de/case/times/")
    assert "Im Moment ist keine Zeit frei" in applied.page.words()
    applied.follow("Keine Zeit passt mir")
    assert applied.status == 200


def test_none_suits_asks_one_question_and_says_what_happens(applied, db, letter):
    applied.get("/de/case/times/none")
    applied.submit()
    assert applied.page.errors == ["Wählen Sie einen der beiden Wege."]
    applied.submit(way="call", note="nach 16 Uhr\r\n0151 2345678")
    assert applied.page.h1 == "Wir melden uns bei Ihnen"
    with db.reading() as session:
        wish = session.get_one(SlotWish, letter.case_id)
    assert wish.wants_call
    assert "0151 2345678" in wish.note
    applied.get("/de/case/")
    assert "Nichts: Wir melden uns" in applied.page.words()


def test_moving_takes_three_pages_and_keeps_the_calendar_s_identity(booked, db, letter):
    booked.get("/de/case/")
    booked.follow("Termin verschieben")
    assert "Ihr Termin bleibt, bis Sie den neuen bestätigen" in booked.page.words()
    booked.press("08:00")
    booked.press("Termin auf diese Zeit verschieben")
    assert booked.path == "/de/case/appointment/"
    assert "Mittwoch, 25. November 2026" in booked.page.words()
    old, new = rows(db, letter, "moved", "booked")
    assert (old.state, new.state) == ("moved", "booked")
    assert (new.uid, new.sequence) == (old.uid, old.sequence + 1)


def test_a_move_that_fails_leaves_the_old_time(booked, db, vault, letter):
    booked.get("/de/case/move/on/2026-12-02")
    take_day(db, vault, letter, datetime(2026, 12, 2).date())
    booked.press("08:30")
    assert booked.page.h1 == "Diese Zeit ist gerade vergeben worden"
    assert "Ihr bisheriger Termin bleibt" in booked.page.words()
    assert [row.starts_local for row in rows(db, letter, "booked")] == [datetime(2026, 12, 1, 8)]


def test_cancelling_takes_two_pages_frees_the_time_and_keeps_the_application(booked, db, letter):
    booked.get("/de/case/")
    booked.follow("Termin absagen")
    booked.submit(reason="krank")
    assert booked.page.h1 == "Ihr Termin ist abgesagt"
    assert "Ihr Antrag ist weiter bei uns" in booked.page.words()
    assert [row.state for row in rows(db, letter)] == ["cancelled"]
    assert "08:00" in booked.get("/de/case/times/on/2026-12-01").page.words()


def test_cancelling_twice_shows_the_same_page(booked, db, letter):
    booked.get("/de/case/appointment/cancel")
    action, values = booked.page.form()
    for key in (values["_idempotency_key"], values["_idempotency_key"], "another"):
        booked.post(action, {**values, "_idempotency_key": key})
        assert booked.page.h1 == "Ihr Termin ist abgesagt"
    assert len(rows(db, letter, "cancelled")) == 1


def test_what_has_begun_can_neither_be_moved_nor_cancelled(booked, db, letter, clock):
    booked.get("/de/case/appointment/cancel")
    action, values = booked.page.form()
    clock.instant = datetime(2026, 12, 1, 7, 5, tzinfo=UTC)
    again = Browser(booked.client.application)
    enter(again, letter)
    for path in ("move/", "appointment/cancel"):
        assert again.get(f"/de/case/{path}").path == "/de/case/appointment/"
    assert "Termin absagen" not in again.page.words()
    token = again.get("/de/case/papers").page.hidden()["csrf_token"]
    again.post(action, {**values, "csrf_token": token})
    assert len(rows(db, letter, "booked")) == 1


def test_after_the_appointment_the_home_page_asks_what_happened(booked, letter, clock):
    clock.instant = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
    again = Browser(booked.client.application)
    enter(again, letter)
    assert "Ihr Termin war am Dienstag, 1. Dezember 2026" in again.page.words()
    again.follow("Neuen Termin wählen")
    assert again.path == "/de/case/times/"


def test_the_calendar_file_gives_the_same_instant_and_no_purpose(booked):
    answer = booked.client.get("/de/case/appointment/termin.ics")
    assert answer.mimetype == "text/calendar"
    text = answer.data.decode()
    assert "BEGIN:VTIMEZONE" in text
    assert "RRULE" in text
    for secret in ("Aufenthalt", "Çelik", "33.26"):
        assert secret not in text.replace("Ausländerbehörde", "")
    read = read_calendar(answer.data)
    assert read["starts"].startswith("2026-12-01T07:00")
    assert read["attendees"] == []


def test_the_sheet_names_time_place_and_papers(booked):
    answer = booked.client.get("/ar/case/appointment/termin.pdf")
    assert answer.mimetype == "application/pdf"
    text = " ".join(" ".join(page_texts(answer.data)).split())
    for expected in ("Dienstag, 1. Dezember 2026", "08:00", "zi-201", "Sperrkonto"):
        assert expected in text


def test_an_office_that_does_not_book_directly_says_that_it_will_write(applied, db, letter):
    with db.unit_of_work() as session:
        session.execute(update(OfficeConcern).values(mode="proposed"))
    applied.get("/de/case/")
    assert "Den Termin bekommen Sie von uns" in applied.page.words()
    assert applied.get("/de/case/times/").path == "/de/case/"


def test_the_shortest_notice_is_kept(applied):
    applied.get("/de/case/times/on/2026-11-24")
    starts = [
        time.fromisoformat(applied.page.words(node)[-5:]) for node in applied.page.all("button", name="slot")
    ]
    assert min(starts) >= time(9)
