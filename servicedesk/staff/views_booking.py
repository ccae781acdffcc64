"""Book, move and cancel an appointment for a resident."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.booking.queries import find_offer, list_times
from servicedesk.booking.rules.offers import FreeTime
from servicedesk.booking.service import book_appointment, cancel_appointment, move_appointment
from servicedesk.cases.queries.scope import find_case_id
from servicedesk.kernel.errors import NotAllowed, NotFound, Refusal
from servicedesk.kernel.permissions import Permission
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.case_file import CaseFile, open_file
from servicedesk.staff.common import attempt, own_scope, read_day
from servicedesk.staff.forms import BookForm, CancelForm
from servicedesk.web.access import access, staff
from servicedesk.web.edge import sentence
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, now, reading, runtime

_DAYS_SHOWN = 5


@blueprint.route("/cases/<ref>/appointment", methods=["GET", "POST"])
@access(staff(Permission.book_for_others))
def appointment(ref: str) -> str | Response:
    """Show free times as days, then times; a press books, or moves what is booked."""
    refusal, form = None, BookForm()
    chosen = _read_choice(request.form.get("slot"))
    if chosen is not None:
        try:
            return _book(ref, *chosen, reason=(form.reason.data or "")[:300])
        except (NotFound, NotAllowed):
            raise
        except Refusal as fault:
            refusal = sentence(fault)
    file = open_file(ref, "appointment")
    first_on, one_day = read_day(request.args.get("from")), read_day(request.args.get("day"))
    with reading() as session:
        offer = find_offer(session, file.case.id, now=now(), first_on=first_on, days_shown=_DAYS_SHOWN + 1)
        times = list_times(session, file.case.id, one_day, now=now()) if one_day else ()
    days = [(one.day, _choices(one.times)) for one in offer.days[:_DAYS_SHOWN]]
    if one_day and times:
        days = [(one_day, _choices(times))]
    return render_template(
        "staff/appointment.html",
        file=file,
        case=file.case,
        offer=offer,
        form=form,
        days=days,
        refusal=refusal,
        has_errors=refusal is not None,
        next_from=offer.days[_DAYS_SHOWN].day if len(offer.days) > _DAYS_SHOWN else None,
    )


@blueprint.route("/cases/<ref>/appointment/cancel", methods=["GET", "POST"])
@access(staff(Permission.book_for_others))
def cancel(ref: str) -> str | Response:
    """Cancel the appointment with a reason; the person is told."""
    form = CancelForm()
    if form.validate_on_submit():
        which, reason = request.form.get("which", "")[:24], form.reason.data or ""

        def call_off(session: Session) -> Response:
            cancel_appointment(
                session,
                case_id=find_case_id(session, own_scope(session), ref),
                ref=which,
                reason=reason,
                now=now(),
                actor=actor(),
                vault=runtime().vault,
                public_url=runtime().settings.public_url,
            )
            return redirect(url_for("staff.case", ref=ref, _anchor="termin"), 303)

        done = attempt(form.reason, call_off)
        if done is not None:
            return done
    file: CaseFile = open_file(ref, "cancel_appointment")
    return render_template("staff/cancel.html", file=file, case=file.case, form=form)


def _book(ref: str, desk_id: UUID, starts_local: datetime, *, reason: str) -> Response:
    which = request.form.get("which", "")[:24]

    def book(session: Session) -> Response:
        wanted: dict[str, Any] = {
            "case_id": find_case_id(session, own_scope(session), ref),
            "desk_id": desk_id,
            "starts_local": starts_local,
            "reason": reason,
            "now": now(),
            "actor": actor(),
            "vault": runtime().vault,
            "public_url": runtime().settings.public_url,
        }
        if which:
            move_appointment(session, ref=which, **wanted)
        else:
            book_appointment(session, **wanted)
        return redirect(url_for("staff.case", ref=ref, _anchor="termin"), 303)

    return act(book)


def _choices(times: Iterable[FreeTime]) -> list[tuple[str, datetime]]:
    return [(f"{time.desk_id.hex}@{time.starts_local.isoformat()}", time.starts_local) for time in times]


def _read_choice(text: str | None) -> tuple[UUID, datetime] | None:
    desk, _, starts = (text or "").partition("@")
    try:
        wall = datetime.fromisoformat(starts)
        return (UUID(hex=desk), wall) if wall.tzinfo is None else None
    except ValueError:
        return None
