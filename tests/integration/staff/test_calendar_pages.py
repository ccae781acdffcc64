"""The calendar of desks: day, week, sheet, and the feeds for other programs; on both engines."""

import io
from datetime import datetime, timedelta

import pytest
from pypdf import PdfReader

from servicedesk.booking.feed_models import DeskFeed
from servicedesk.booking.service import book_appointment, cancel_appointment
from servicedesk.booking.service.feeds import MOST_FEEDS, MOST_USES
from servicedesk.cases.models import Case
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.offices.queries import list_desks
from tests.conftest import NOW
from tests.support.client import Browser
from tests.support.desk import table_names
from tests.support.ical_reader import read_calendar

TUESDAY = "2026-12-01"


@pytest.fixture
def booked(desk):
    """Boris's desk on the first of December: two of his people."""
    desk.open_calendar()
    return [book(desk, "Çelik", 8), book(desk, "Berisha", 9)]


def desk_of(desk, login):
    with desk.db.reading() as session:
        return next(
            one
            for one in list_desks(session, desk.cast.office.id)
            if desk.cast.members[login] in one.member_ids
        )


def book(desk, family_name, hour, at="boris", day=1):
    ref = desk.case(family_name)
    case = desk.row(Case, ref=ref)
    with desk.db.unit_of_work() as session:
        booked = book_appointment(
            session,
            case_id=case.id,
            desk_id=desk_of(desk, at).id,
            starts_local=datetime(2026, 12, day, hour),
            now=NOW,
            actor=SYSTEM,
            vault=desk.vault,
        )
    return case, booked.ref


def test_a_day_without_appointments_says_so(desk, boris):
    desk.open_calendar()
    boris.get(f"/staff/calendar?day={TUESDAY}")
    assert "An diesem Tag ist kein Termin vergeben." in boris.page.words()
    boris.get(f"/staff/calendar?day={TUESDAY}&view=week")
    assert "In dieser Woche ist kein Termin vergeben." in boris.page.words()


def test_day_and_week_show_the_own_desk_by_time(boris, booked):
    boris.get(f"/staff/calendar?day={TUESDAY}")
    assert table_names(boris) == ["Çelik, Amina", "Berisha, Amina"]
    assert "fehlen" in boris.page.words()
    boris.get("/staff/calendar?day=2026-12-04&view=week")
    assert table_names(boris) == ["Çelik, Amina", "Berisha, Amina"]


def test_nonsense_in_the_address_shows_today(boris, booked):
    for address in ("/staff/calendar?day=31.12.9999", "/staff/calendar?day=9999-12-31&desk=%00&view=x"):
        assert boris.get(address).status == 200
    assert boris.get("/staff/calendar/9999-12-31").status == 404
    assert boris.get("/staff/calendar/gestern").status == 404


def test_who_is_out_of_scope_is_a_time_and_a_reference(desk, booked):
    # A case of Clara's range at Boris's desk: he sees that the time is taken, not by whom.
    case, _ = book(desk, "Nguyen", 10)
    boris = desk.sign_in("boris").get(f"/staff/calendar?day={TUESDAY}")
    words = boris.page.words()
    assert case.ref in words
    assert "Nguyen" not in words
    sheet = boris.get(f"/staff/calendar/{TUESDAY}").page.words()
    assert case.ref in sheet
    assert "Nguyen" not in sheet
    eva = desk.sign_in("eva").get(f"/staff/calendar?day={TUESDAY}")
    assert "Nguyen, Amina" in table_names(eva)


def test_the_sheet_is_a_page_and_a_pdf(boris, booked):
    boris.get(f"/staff/calendar/{TUESDAY}")
    assert "Berisha, Amina" in boris.page.words()
    answer = boris.client.get(f"/staff/calendar/{TUESDAY}.pdf")
    assert answer.mimetype == "application/pdf"
    text = PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
    assert "Berisha, Amina" in text
    assert "08:00" in text
    assert booked[0][0].ref in text


def make_feed(browser, desk):
    browser.get("/staff/calendar/feeds")
    browser.press("erstellen")
    (address,) = [word for word in browser.page.words().split() if word.endswith(".ics")]
    return "/calendar/" + address.rsplit("/", 1)[1]


def test_a_feed_tells_time_desk_and_reference_and_nothing_else(desk, boris, booked, app):
    address = make_feed(boris, desk)
    answer = Browser(app).client.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    found = read_calendar(answer.data)
    assert found["starts"] == "2026-12-01T07:00:00.000Z"
    assert found["summary"] == booked[0][0].ref
    assert found["location"] in {desk_of(desk, "boris").name, desk_of(desk, "boris").room}
    assert found["method"] == "PUBLISH"
    assert not found["attendees"]
    text = answer.text.lower()
    for word in ("çelik", "celik", "amina", "berisha", "33.26", "studi", "permit", "verläng"):
        assert word not in text
    assert answer.text.count("BEGIN:VEVENT") == 2


def test_the_secret_is_long_hashed_and_shown_once(desk, boris, booked):
    address = make_feed(boris, desk)
    secret = address.split("/")[-1].removesuffix(".ics")
    assert len(secret) >= 43, "256 bits"
    row = desk.row(DeskFeed)
    assert secret.encode() not in row.token_hash
    boris.get("/staff/calendar/feeds")
    assert secret not in boris.answer.text
    assert "noch nie" in boris.page.words()


def test_a_feed_keeps_its_tag_until_something_changes_and_notes_its_use(desk, boris, booked, app, clock):
    address, program = make_feed(boris, desk), Browser(app).client
    first = program.get(address)
    again = program.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert desk.row(DeskFeed).last_used_at == NOW
    case, ref = booked[0]
    with desk.db.unit_of_work() as session:
        cancel_appointment(
            session, case_id=case.id, ref=ref, now=NOW, actor=SYSTEM, vault=desk.vault, reason="krank"
        )
    changed = program.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert case.ref not in changed.text


def test_a_revoked_feed_is_gone_and_looks_like_one_that_never_was(desk, boris, booked, app):
    address, program = make_feed(boris, desk), Browser(app).client
    boris.get("/staff/calendar/feeds").press("widerrufen")
    assert program.get(address).status_code == 404
    assert program.get("/calendar/nonsense.ics").status_code == 404
    assert program.get("/calendar/%F0%9F%98%80.ics").status_code == 404


def test_a_feed_belongs_to_who_works_at_the_desk_and_to_the_lead(desk, boris, booked, app):
    make_feed(boris, desk)
    feed = desk.row(DeskFeed)
    clara = desk.sign_in("clara").get("/staff/calendar/feeds")
    hidden = clara.page.hidden()
    assert clara.post(f"/staff/calendar/feeds/{feed.id.hex}/revoke", hidden).status == 404
    assert clara.post("/staff/calendar/feeds", hidden | {"desk": feed.desk_id.hex}).status == 404
    eva = desk.sign_in("eva").get("/staff/calendar/feeds")
    eva.press("widerrufen")
    assert desk.row(DeskFeed).revoked_at is not None


def test_a_program_that_asks_without_end_is_slowed(desk, boris, booked, app, clock):
    address, program = make_feed(boris, desk), Browser(app).client
    with desk.db.unit_of_work() as session:
        feed = session.query(DeskFeed).one()
        feed.window_at, feed.window_uses = NOW, MOST_USES - 1
    assert program.get(address).status_code == 200
    answer = program.get(address)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    clock.instant = NOW + timedelta(hours=1)
    assert program.get(address).status_code == 200


def test_a_desk_has_no_more_feeds_than_people_remember(desk, boris, booked):
    for _ in range(MOST_FEEDS):
        make_feed(boris, desk)
    boris.press("erstellen")
    assert f"schon {MOST_FEEDS} Kalender-Adressen" in boris.page.words()
    assert len(desk.rows(DeskFeed)) == MOST_FEEDS
