"""Gather the calendar of some desks: appointments with what the reader may know of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.booking.queries import list_conflicts, list_day
from servicedesk.booking.queries.appointments import DayEntry
from servicedesk.booking.queries.desks import list_desks_of
from servicedesk.booking.queries.hours import Span, list_open_spans
from servicedesk.cases.queries.paper_counts import count_missing_papers
from servicedesk.cases.queries.worklist import list_visible
from servicedesk.offices.queries import DeskView
from servicedesk.staff.common import own_scope, today
from servicedesk.web.formatting import sorted_name
from servicedesk.web.runtime import actor, now, office


@dataclass(frozen=True, slots=True)
class SheetRow:
    """Be one appointment in a calendar.

    Out of the reader's scope it is a time and a reference: `name`, `file_number` and `language` are empty then and
    `missing` is None. `is_outside`: the desk's hours changed after it was made.
    """

    ref: str
    desk_name: str
    room: str
    starts_local: datetime
    ends_local: datetime
    state: str
    case_ref: str
    is_visible: bool
    name: str
    file_number: str
    language: str
    missing: int | None
    is_ready: bool
    is_outside: bool


@dataclass(frozen=True, slots=True)
class SheetDay:
    """Be one day: its appointments by time, and when its desks are open."""

    day: date
    rows: tuple[SheetRow, ...]
    hours: tuple[tuple[str, tuple[Span, ...]], ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Hold some days of some desks; `chosen` is the one desk that was asked for."""

    days: tuple[SheetDay, ...]
    desks: tuple[DeskView, ...]
    chosen: DeskView | None

    @property
    def count(self) -> int:
        """Return how many appointments there are."""
        return sum(len(day.rows) for day in self.days)

    @property
    def conflicts(self) -> tuple[SheetRow, ...]:
        """Return those outside the hours, by time."""
        return tuple(row for day in self.days for row in day.rows if row.is_outside)


def load_calendar(session: Session, first_on: date, last_on: date, desk_ref: str | None) -> Calendar:
    """Return the days from `first_on` to `last_on` of the reader's desks, or of the one named."""
    desks = list_desks_of(session, office().id, actor())
    chosen = next((desk for desk in desks if desk.ref == desk_ref), None)
    shown = (chosen,) if chosen else desks
    ids = [desk.id for desk in shown]
    entries = list_day(session, office().id, first_on, last_day=last_on, desk_ids=ids) if ids else ()
    case_ids = {entry.appointment.case_id for entry in entries}
    visible = list_visible(session, own_scope(session), case_ids)
    missing = count_missing_papers(session, office().id, visible, today=today(), zone=office().zone)
    outside = {one.ref for one in list_conflicts(session, office().id, now=now())}
    rows = [_row(entry, visible, missing, outside) for entry in entries]
    hours = list_open_spans(session, ids, first_on, last_on)
    days = []
    for number in range((last_on - first_on).days + 1):
        day = first_on + timedelta(days=number)
        days.append(
            SheetDay(
                day=day,
                rows=tuple(row for row in rows if row.starts_local.date() == day),
                hours=tuple((desk.name, hours[desk.id, day]) for desk in shown if (desk.id, day) in hours),
            )
        )
    return Calendar(tuple(days), desks, chosen)


def _row(
    entry: DayEntry, visible: Collection[UUID], missing: dict[UUID, int], outside: Collection[str]
) -> SheetRow:
    one = entry.appointment
    is_visible = one.case_id in visible
    return SheetRow(
        ref=one.ref,
        desk_name=one.desk_name,
        room=one.room,
        starts_local=one.starts_local,
        ends_local=one.ends_local,
        state=one.state,
        case_ref=entry.case_ref,
        is_visible=is_visible,
        name=sorted_name(entry.family_name, entry.given_names) if is_visible else "",
        file_number=entry.file_number if is_visible else "",
        language=(entry.language or "") if is_visible else "",
        missing=missing.get(one.case_id) if is_visible else None,
        is_ready=is_visible and entry.ready_at is not None,
        is_outside=one.ref in outside,
    )
