"""Show the appointment, hand it out as a sheet and a calendar file, call it off."""

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.booking.errors import AppointmentChanged, AppointmentPast, NotBooked
from servicedesk.booking.service import cancel_appointment
from servicedesk.notices.letters import LettersUnavailable
from servicedesk.portal.documents import attach, build_appointment_sheet, build_calendar_file
from servicedesk.portal.forms import CancelForm
from servicedesk.portal.journey import load_page, own_case
from servicedesk.portal.places import place_of
from servicedesk.web.access import RESIDENT, access
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, now, reading, runtime

blueprint = Blueprint("portal_appointment", __name__, url_prefix="/<lang>/case/appointment")


@blueprint.get("/")
@access(RESIDENT)
def show() -> str | Response:
    """Show the appointment; may be kept as a bookmark, behind the code."""
    with reading() as session:
        page = load_page(session)
        if page.appointment is None:
            target = "portal_appointment.cancelled" if page.cancelled else "portal_case.home"
            return redirect(url_for(target), 303)
        place = place_of(session, page.view, [page.appointment.desk_id])
    return render_template(
        "portal/appointment.html",
        page=page,
        place=place,
    )


@blueprint.get("/already")
@access(RESIDENT)
def already() -> str | Response:
    """Say calmly that there is an appointment already; nothing happens twice."""
    with reading() as session:
        page = load_page(session)
    if page.appointment is None:
        return redirect(url_for("portal_case.home"), 303)
    return render_template("portal/appointment_already.html", page=page)


@blueprint.get("/termin.ics")
@access(RESIDENT)
def calendar() -> Response:
    """Hand out the calendar file."""
    with reading() as session:
        page = load_page(session)
        if page.appointment is None:
            return redirect(url_for("portal_appointment.show"), 303)
        place = place_of(session, page.view, [page.appointment.desk_id])
        content = build_calendar_file(session, page.appointment, place)
    return attach(content, "text/calendar; charset=utf-8", "termin.ics")


@blueprint.get("/abgesagt.ics")
@access(RESIDENT)
def calendar_off() -> Response:
    """Hand out the file that takes a cancelled appointment out of a calendar it was saved to."""
    with reading() as session:
        page = load_page(session)
        if page.appointment is not None or page.cancelled is None:
            return redirect(url_for("portal_appointment.show"), 303)
        place = place_of(session, page.view, [page.cancelled.desk_id])
        content = build_calendar_file(session, page.cancelled, place, is_cancelled=True)
    return attach(content, "text/calendar; charset=utf-8", "abgesagt.ics")


@blueprint.get("/termin.pdf")
@access(RESIDENT)
def sheet() -> str | Response:
    """Hand out the appointment as a sheet to print."""
    with reading() as session:
        page = load_page(session)
        if page.appointment is None:
            return redirect(url_for("portal_appointment.show"), 303)
        place = place_of(session, page.view, [page.appointment.desk_id])
    try:
        pdf = build_appointment_sheet(page, page.appointment, place)
    except LettersUnavailable:
        return render_template("portal/no_pdf.html", back=url_for("portal_appointment.show"))
    return attach(pdf, "application/pdf", "termin.pdf")


@blueprint.route("/cancel", methods=["GET", "POST"])
@access(RESIDENT)
def cancel() -> str | Response:
    """Ask once, then call the appointment off; the time is free for others at once."""
    form = CancelForm()
    with reading() as session:
        page = load_page(session)
    if not form.validate_on_submit():
        if not page.can_change:
            return redirect(url_for("portal_appointment.show"), 303)
        return render_template("portal/appointment_cancel.html", page=page, form=form)

    def call_off(session: Session) -> Response:
        cancel_appointment(
            session,
            case_id=own_case(),
            ref=request.form.get("ref", "")[:24],
            now=now(),
            actor=actor(),
            vault=runtime().vault,
            public_url=runtime().settings.public_url,
            reason=form.reason.data or "",
        )
        return redirect(url_for("portal_appointment.cancelled"), 303)

    try:
        return act(call_off)
    except (AppointmentPast, AppointmentChanged, NotBooked):
        return redirect(url_for("portal_appointment.show"), 303)


@blueprint.get("/cancelled")
@access(RESIDENT)
def cancelled() -> str | Response:
    """Say that the appointment is off, that the application still counts, and how to get another."""
    with reading() as session:
        page = load_page(session)
    if page.appointment is not None or page.cancelled is None:
        return redirect(url_for("portal_case.home"), 303)
    return render_template("portal/appointment_cancelled.html", page=page, earlier=page.cancelled)
