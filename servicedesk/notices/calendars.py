"""Calendar files of appointments (RFC 5545, 5546).

One function builds the component from plain values. The time zone is written with yearly rules: the
lists of dates that libraries generate are read one hour late in summer by other readers.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vRecur,
    vText,
)

from servicedesk.notices.codec import clean_line, clean_text
from servicedesk.notices.contexts import AppointmentFacts, OfficeBlock
from servicedesk.notices.wording import N_, Wording, get_wording

_RULED_ZONE = "Europe/Berlin"
_PRODUCT = "-//servicedesk//appointments//DE"


class CalendarMethod(enum.Enum):
    """What the receiving calendar is asked to do."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """An appointment as a calendar shows it. Nothing in it tells the purpose of anybody's stay.

    attendee_email is needed for REQUEST and stays out of PUBLISH. A CANCEL without one calls off what was only
    published (RFC 5546, 4.1.4).
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    summary: str
    location: str
    description: str
    url: str
    organizer_name: str
    organizer_email: str
    attendee_email: str = ""


def _berlin() -> Timezone:
    zone = Timezone()
    zone.add("tzid", _RULED_ZONE)
    summer = TimezoneDaylight()
    summer.add("tzname", "CEST")
    summer.add("dtstart", datetime(1996, 3, 31, 2, 0))
    summer.add("rrule", vRecur({"freq": "yearly", "bymonth": 3, "byday": "-1SU"}))
    summer.add("tzoffsetfrom", timedelta(hours=1))
    summer.add("tzoffsetto", timedelta(hours=2))
    winter = TimezoneStandard()
    winter.add("tzname", "CET")
    winter.add("dtstart", datetime(1996, 10, 27, 3, 0))
    winter.add("rrule", vRecur({"freq": "yearly", "bymonth": 10, "byday": "-1SU"}))
    winter.add("tzoffsetfrom", timedelta(hours=2))
    winter.add("tzoffsetto", timedelta(hours=1))
    zone.add_component(summer)
    zone.add_component(winter)
    return zone


def _frame(method: CalendarMethod, time_zone: str) -> tuple[Calendar, tzinfo]:
    """Return an empty calendar with its zone, and the zone its times are written in."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    if time_zone != _RULED_ZONE:
        return calendar, UTC
    calendar.add_component(_berlin())
    return calendar, ZoneInfo(_RULED_ZONE)


def build_calendar(entry: CalendarEntry, method: CalendarMethod, now: datetime) -> bytes:
    """Build a calendar file with one appointment; `now` becomes its stamp.

    Offices outside Europe/Berlin get UTC times: right instants, without a rule we have not checked.
    """
    if method is CalendarMethod.REQUEST and not entry.attendee_email:
        raise ValueError("a calendar request names its attendee")
    calendar, zone = _frame(method, entry.time_zone)
    event = Event()
    event.add("uid", clean_line(entry.uid))
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    event.add("summary", clean_line(entry.summary))
    event.add("location", clean_line(entry.location))
    event.add("description", clean_text(entry.description))
    event.add("url", clean_line(entry.url))
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if method is CalendarMethod.CANCEL else "CONFIRMED")
    organizer = vCalAddress(f"mailto:{clean_line(entry.organizer_email)}")
    organizer.params["cn"] = vText(_parameter(entry.organizer_name))
    event.add("organizer", organizer)
    if method is not CalendarMethod.PUBLISH and entry.attendee_email:
        attendee = vCalAddress(f"mailto:{clean_line(entry.attendee_email)}")
        attendee.params["role"] = vText("REQ-PARTICIPANT")
        attendee.params["partstat"] = vText("ACCEPTED")
        attendee.params["rsvp"] = vText("FALSE")
        event.add("attendee", attendee)
    calendar.add_component(event)
    written: bytes = calendar.to_ical(sorted=False)
    return written


def _parameter(text: str) -> str:
    """Keep what a parameter value may hold; a double quote cannot be escaped there."""
    return clean_line(text).replace('"', "'")


def build_entry(
    office: OfficeBlock, appointment: AppointmentFacts, locale: str, attendee_email: str = ""
) -> CalendarEntry:
    """Say in the recipient's language what the calendar shows."""
    wording = get_wording(locale)
    place = ", ".join(
        part for part in (office.name, f"{office.street}, {office.postcode} {office.town}") if part
    )
    host = office.base_url.split("://", 1)[-1].split("/", 1)[0].split(":", 1)[0]
    return CalendarEntry(
        uid=appointment.uid,
        sequence=appointment.sequence,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        time_zone=office.time_zone,
        summary=wording.plain(N_("Termin: %(office)s"), office=office.name),
        location=", ".join(part for part in (appointment.place, place) if part),
        description=_description(wording, appointment),
        url=appointment.manage_url,
        organizer_name=office.name,
        organizer_email=office.email or f"no-reply@{host}",
        attendee_email=attendee_email,
    )


def _description(wording: Wording, appointment: AppointmentFacts) -> str:
    return f"{wording.plain(N_('Termin ändern oder absagen:'))}\n{appointment.manage_url}"


def build_download(
    office: OfficeBlock,
    appointment: AppointmentFacts,
    locale: str,
    now: datetime,
    *,
    is_cancelled: bool = False,
) -> bytes:
    """Build the file behind a page's “add to my calendar”, or “take it out again”; it names no attendee."""
    method = CalendarMethod.CANCEL if is_cancelled else CalendarMethod.PUBLISH
    return build_calendar(build_entry(office, appointment, locale), method, now)


@dataclass(frozen=True, slots=True)
class FeedTime:
    """Be one time in the feed of a desk: what it shows is a reference and nothing else."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    reference: str


def build_feed(name: str, place: str, time_zone: str, times: Iterable[FeedTime]) -> bytes:
    """Build the calendar of a desk for other programs; the same times give the same bytes."""
    calendar, zone = _frame(CalendarMethod.PUBLISH, time_zone)
    calendar.add("x-wr-calname", clean_line(name))
    calendar.add("refresh-interval", timedelta(minutes=15), parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for one in times:
        event = Event()
        event.add("uid", clean_line(one.uid))
        event.add("sequence", one.sequence)
        event.add("dtstamp", one.changed_at.astimezone(UTC).replace(microsecond=0))
        event.add("dtstart", one.starts_at.astimezone(zone))
        event.add("dtend", one.ends_at.astimezone(zone))
        event.add("summary", clean_line(one.reference))
        event.add("location", clean_line(place))
        event.add("class", "PRIVATE")
        event.add("status", "CONFIRMED")
        calendar.add_component(event)
    written: bytes = calendar.to_ical(sorted=False)
    return written


def build_invitation(
    office: OfficeBlock,
    appointment: AppointmentFacts,
    locale: str,
    attendee_email: str,
    now: datetime,
    *,
    is_cancelled: bool = False,
) -> tuple[bytes, CalendarMethod]:
    """Build the calendar part of a mail and say which method it carries."""
    method = CalendarMethod.CANCEL if is_cancelled else CalendarMethod.REQUEST
    return build_calendar(build_entry(office, appointment, locale, attendee_email), method, now), method
