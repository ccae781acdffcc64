from dataclasses import replace
from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from servicedesk.notices.calendars import (
    CalendarEntry,
    CalendarMethod,
    FeedTime,
    build_calendar,
    build_download,
    build_entry,
    build_feed,
    build_invitation,
)
from servicedesk.notices.contexts import AppointmentFacts
from servicedesk.notices.letters.samples import build_sample_office
from tests.support.ical_reader import read_calendar

NOW = datetime(2026, 11, 23, 8, 0, 0, 123456, tzinfo=UTC)
SUMMER = datetime(2027, 7, 1, 7, 30, tzinfo=UTC)
WINTER = datetime(2027, 1, 12, 8, 30, tzinfo=UTC)


def _facts(starts_at: datetime, sequence: int = 0) -> AppointmentFacts:
    return AppointmentFacts(
        uid="7f0c@termine.musterstadt.example",
        sequence=sequence,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=15),
        place="Zimmer 201",
        manage_url="https://termine.musterstadt.example/de/case",
    )


def _entry(**changes) -> CalendarEntry:
    return replace(build_entry(build_sample_office(), _facts(SUMMER), "de", "a@example.org"), **changes)


def _lines(file: bytes) -> list[str]:
    return file.replace(b"\r\n ", b"").decode().split("\r\n")


@pytest.mark.parametrize(
    "starts_at",
    [
        SUMMER,
        WINTER,
        datetime(2027, 3, 27, 23, 30, tzinfo=UTC),
        datetime(2027, 3, 28, 6, 0, tzinfo=UTC),
        datetime(2027, 10, 30, 22, 30, tzinfo=UTC),
        datetime(2027, 10, 31, 7, 0, tzinfo=UTC),
        datetime(2031, 8, 5, 12, 0, tzinfo=UTC),
    ],
    ids=str,
)
def test_a_second_reader_finds_the_same_instants(starts_at):
    read = read_calendar(build_download(build_sample_office(), _facts(starts_at), "de", NOW))
    assert datetime.fromisoformat(read["starts"]) == starts_at
    assert datetime.fromisoformat(read["ends"]) == starts_at + timedelta(minutes=15)


def test_a_second_reader_notices_a_wrong_rule():
    file = build_download(build_sample_office(), _facts(SUMMER), "de", NOW)
    broken = file.replace(b"TZOFFSETTO:+0200", b"TZOFFSETTO:+0300")
    assert datetime.fromisoformat(read_calendar(broken)["starts"]) != SUMMER


def test_texts_survive_both_readers():
    hostile = 'Zimmer 201; "2. Stock", \\ rechts\nATTENDEE:mailto:evil@example.org'
    file = build_calendar(_entry(location=hostile, summary="Ş" * 200), CalendarMethod.REQUEST, NOW)
    read = read_calendar(file)
    wanted = hostile.replace("\n", " ")
    assert read["location"] == wanted
    assert read["summary"] == "Ş" * 200
    assert read["attendees"] == ["mailto:a@example.org"]
    event = icalendar.Calendar.from_ical(file).walk("VEVENT")[0]
    assert str(event["LOCATION"]) == wanted


def test_lines_are_folded_at_75_octets_between_characters():
    file = build_calendar(_entry(summary="İşçi Đặng ễ" * 20), CalendarMethod.REQUEST, NOW)
    for line in file.split(b"\r\n"):
        assert len(line) <= 75
        line.decode("utf-8")


@pytest.mark.parametrize(
    "field", ["uid", "summary", "location", "url", "organizer_name", "organizer_email", "attendee_email"]
)
def test_no_value_can_add_a_line(field):
    file = build_calendar(_entry(**{field: "x\r\nX-EVIL:1\nX-EVIL:2\x00"}), CalendarMethod.REQUEST, NOW)
    assert not [line for line in _lines(file) if line.startswith("X-EVIL")]


def test_a_moved_appointment_keeps_its_uid_and_raises_its_sequence():
    first, method = build_invitation(build_sample_office(), _facts(SUMMER), "de", "a@example.org", NOW)
    moved, _ = build_invitation(build_sample_office(), _facts(WINTER, sequence=1), "de", "a@example.org", NOW)
    before, after = read_calendar(first), read_calendar(moved)
    assert method is CalendarMethod.REQUEST
    assert (before["uid"], before["sequence"]) == ("7f0c@termine.musterstadt.example", 0)
    assert (after["uid"], after["sequence"]) == ("7f0c@termine.musterstadt.example", 1)
    assert after["method"] == "REQUEST"


def test_a_cancelled_appointment_says_so_twice():
    file, method = build_invitation(
        build_sample_office(), _facts(SUMMER, sequence=2), "de", "a@example.org", NOW, is_cancelled=True
    )
    read = read_calendar(file)
    assert method is CalendarMethod.CANCEL
    assert (read["method"], read["status"], read["sequence"]) == ("CANCEL", "CANCELLED", 2)


def test_the_download_names_no_attendee():
    read = read_calendar(build_download(build_sample_office(), _facts(SUMMER), "de", NOW))
    assert read["method"] == "PUBLISH"
    assert read["attendees"] == []


def test_a_saved_appointment_is_called_off_under_its_uid_without_an_attendee():
    saved = read_calendar(build_download(build_sample_office(), _facts(SUMMER), "de", NOW))
    off = read_calendar(
        build_download(build_sample_office(), _facts(SUMMER, sequence=1), "de", NOW, is_cancelled=True)
    )
    assert (off["method"], off["status"]) == ("CANCEL", "CANCELLED")
    assert off["uid"] == saved["uid"]
    assert off["sequence"] == saved["sequence"] + 1
    assert off["attendees"] == []


def _feed(*times: FeedTime) -> bytes:
    return build_feed("Zimmer 201", "Zi. 201", "Europe/Berlin", times)


def _time(starts_at: datetime, reference: str = "V-7K3M-Q2XA") -> FeedTime:
    return FeedTime("1.desk@m.example", 2, starts_at, starts_at + timedelta(minutes=15), NOW, reference)


@pytest.mark.parametrize("starts_at", [SUMMER, WINTER])
def test_a_second_reader_finds_the_times_of_a_desk(starts_at):
    read = read_calendar(_feed(_time(starts_at)))
    assert read["starts"] == starts_at.isoformat().replace("+00:00", ".000Z")
    assert (read["method"], read["summary"], read["location"]) == ("PUBLISH", "V-7K3M-Q2XA", "Zi. 201")
    assert (read["sequence"], read["attendees"]) == (2, [])


def test_a_desk_without_appointments_is_a_calendar_and_the_same_times_give_the_same_bytes():
    assert b"BEGIN:VEVENT" not in _feed()
    assert b"BEGIN:VCALENDAR" in _feed()
    assert _feed(_time(SUMMER)) == _feed(_time(SUMMER))
    lines = _lines(_feed(_time(SUMMER), _time(WINTER, "x\r\nX-EVIL:1")))
    assert not any(line.startswith("X-EVIL") for line in lines)
    assert "DTSTAMP:20261123T080000Z" in lines
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT15M" in lines


def test_a_request_needs_an_attendee():
    with pytest.raises(ValueError, match="attendee"):
        build_calendar(_entry(attendee_email=""), CalendarMethod.REQUEST, NOW)


def test_stamp_zone_and_privacy():
    lines = _lines(build_download(build_sample_office(), _facts(SUMMER), "de", NOW))
    assert "DTSTAMP:20261123T080000Z" in lines
    assert "DTSTART;TZID=Europe/Berlin:20270701T093000" in lines
    assert "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3" in lines
    assert not [line for line in lines if line.startswith("RDATE")]
    assert "CLASS:PRIVATE" in lines


@pytest.mark.parametrize("locale", ["de", "en", "ar", "tr", "uk"])
def test_nothing_tells_the_purpose_of_a_stay(locale):
    file = build_download(build_sample_office(), _facts(SUMMER), locale, NOW).decode()
    for word in ("Studium", "Aufenthaltstitel", "Aufenthaltserlaubnis", "Duldung", "Verlängerung", "permit"):
        assert word not in file


def test_an_office_elsewhere_gets_utc():
    lines = _lines(build_calendar(_entry(time_zone="Europe/Lisbon"), CalendarMethod.REQUEST, NOW))
    assert "DTSTART:20270701T073000Z" in lines
    assert "BEGIN:VTIMEZONE" not in lines
