"""Show the calendar of one's desks by day and week, print a day, and keep the feeds for other programs."""

from datetime import date, timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.booking.feed_errors import TooManyFeeds
from servicedesk.booking.queries.desks import list_feed_desks, list_feeds
from servicedesk.booking.service.feeds import create_feed, revoke_feed
from servicedesk.cases.queries.case_page import actor_names
from servicedesk.kernel.errors import NotFound
from servicedesk.notices.letters import LettersUnavailable
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import attach, note_reading, read_day, read_id, today
from servicedesk.staff.day_sheet_pdf import build_day_sheet
from servicedesk.staff.day_sheets import Calendar, load_calendar
from servicedesk.staff.nav import SEES_FILES
from servicedesk.web.access import access, staff
from servicedesk.web.edge import sentence
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, now, office, reading, runtime

_WEEK = 7
_FARTHEST = timedelta(days=366 * 3)


@blueprint.get("/calendar")
@access(staff(*SEES_FILES))
def calendar() -> str:
    """Show the appointments at one's desks: of a day, or of a week."""
    day, is_week = _day(request.args.get("day")), request.args.get("view") == "week"
    first = day - timedelta(days=day.weekday()) if is_week else day
    last = first + timedelta(days=_WEEK - 1) if is_week else day
    with reading() as session:
        found = load_calendar(session, first, last, request.args.get("desk"))
    step = timedelta(days=_WEEK if is_week else 1)
    return render_template(
        "staff/calendar.html",
        calendar=found,
        day=day,
        first=first,
        last=last,
        today=today(),
        is_week=is_week,
        shown=_address,
        previous=first - step,
        following=first + step,
    )


@blueprint.get("/calendar/<day>")
@access(staff(*SEES_FILES))
def day_sheet(day: str) -> str:
    """Show the sheet of a day as it is printed."""
    wanted = _wanted(day)
    found = _sheet(wanted)
    return render_template(
        "staff/day_sheet.html",
        calendar=found,
        sheet=found.days[0],
        day=wanted,
        office=office(),
        shown=_address,
    )


@blueprint.get("/calendar/<day>.pdf")
@access(staff(*SEES_FILES))
def day_sheet_pdf(day: str) -> str | Response:
    """Hand out the sheet of a day as a PDF."""
    wanted = _wanted(day)
    found = _sheet(wanted)
    try:
        pdf = build_day_sheet(found, printed_at=now())
    except LettersUnavailable:
        return render_template(
            "staff/day_sheet.html",
            calendar=found,
            sheet=found.days[0],
            day=wanted,
            office=office(),
            shown=_address,
            has_no_pdf=True,
        )
    return attach(pdf, "application/pdf", f"tag-{wanted.isoformat()}.pdf")


@blueprint.get("/calendar/feeds")
@access(staff(*SEES_FILES))
def feeds() -> str:
    """List the calendar addresses of one's desks with their last use."""
    return _feeds_page()


@blueprint.post("/calendar/feeds")
@access(staff(*SEES_FILES))
def make_feed() -> str | Response:
    """Make an address and show it, this once."""
    named = request.form.get("desk", "")
    if not named:
        return redirect(url_for("staff.feeds"), 303)
    wanted = read_id(named)

    def make(session: Session) -> str:
        return create_feed(session, office_id=office().id, desk_id=wanted, actor=actor(), now=now())

    try:
        # No redirect and no key: the secret is nowhere but in this answer. A second click makes a second address.
        secret = runtime().database.run(make)
    except TooManyFeeds as fault:
        return _feeds_page(refusal=sentence(fault))
    return _feeds_page(address=url_for("desk_feed.read", secret=secret, _external=True), desk_id=wanted.hex)


@blueprint.post("/calendar/feeds/<feed_id>/revoke")
@access(staff(*SEES_FILES))
def end_feed(feed_id: str) -> Response:
    """End an address at once."""
    wanted = read_id(feed_id)

    def end(session: Session) -> Response:
        revoke_feed(session, office_id=office().id, feed_id=wanted, actor=actor(), now=now())
        return redirect(url_for("staff.feeds"), 303)

    return act(end)


def _feeds_page(*, address: str = "", desk_id: str = "", refusal: str = "") -> str:
    with reading() as session:
        desks = list_feed_desks(session, office().id, actor())
        found = list_feeds(session, office().id, frozenset(desk.id for desk in desks))
        names = actor_names(session, {feed.created_by for feed in found})
    return render_template(
        "staff/feeds.html",
        desks=desks,
        feeds=found,
        names=names,
        address=address,
        new_desk=next((desk for desk in desks if desk.id.hex == desk_id), None),
        refusal=refusal,
        has_errors=bool(refusal),
    )


def _sheet(day: date) -> Calendar:
    with reading() as session:
        found = load_calendar(session, day, day, request.args.get("desk"))
    note_reading("day_sheet", person_id=None)
    return found


def _day(text: str | None) -> date:
    found = read_day(text) or today()
    return min(max(found, today() - _FARTHEST), today() + _FARTHEST)


def _wanted(text: str) -> date:
    found = read_day(text)
    if found is None or abs(found - today()) > _FARTHEST:
        raise NotFound
    return found


def _address(endpoint: str = "staff.calendar", **changes: Any) -> str:
    """Return the address of a page about the same desk, with some values changed."""
    kept: dict[str, Any] = {"desk": request.args.get("desk") or None}
    return url_for(endpoint, **{**kept, **changes})
