"""Show what is being arranged about a time: the request that waits, the times the office proposes; take the answer."""

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.booking.errors import AppointmentPast, NoLongerOffered, NotBookable, OutsideHours, SlotTaken
from servicedesk.booking.rules.arrangements import REFUSED_LABELS
from servicedesk.booking.service import accept_time, decline_times
from servicedesk.portal.forms import ConfirmForm
from servicedesk.portal.journey import load_page, own_case
from servicedesk.web.access import RESIDENT, access
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, now, reading, runtime

blueprint = Blueprint("portal_offers", __name__, url_prefix="/<lang>/case/offer")

_OVER = (AppointmentPast, NoLongerOffered, NotBookable, OutsideHours, SlotTaken)


@blueprint.get("/")
@access(RESIDENT)
def show() -> str | Response:
    """Show the request or the proposed times; what is over says how to go on."""
    with reading() as session:
        page = load_page(session)
        if page.view.is_closed or page.talk is None:
            return redirect(url_for("portal_case.home"), 303)
    return render_template("portal/offer.html", page=page, talk=page.talk, reasons=REFUSED_LABELS)


@blueprint.post("/accept")
@access(RESIDENT)
def accept() -> Response:
    """Take one of the proposed times; the others are free at once."""
    if not ConfirmForm().validate_on_submit():
        return redirect(url_for("portal_offers.show"), 303)
    ref = request.form.get("time", "")[:24]

    def take(session: Session) -> Response:
        accept_time(
            session,
            case_id=own_case(),
            ref=ref,
            now=now(),
            actor=actor(),
            vault=runtime().vault,
            public_url=runtime().settings.public_url,
        )
        return redirect(url_for("portal_appointment.show"), 303)

    try:
        return act(take)
    except _OVER:
        return redirect(url_for("portal_offers.show"), 303)


@blueprint.post("/decline")
@access(RESIDENT)
def decline() -> Response:
    """Give up the request, or all proposed times; they are free for others at once."""
    if not ConfirmForm().validate_on_submit():
        return redirect(url_for("portal_offers.show"), 303)

    def give_up(session: Session) -> Response:
        decline_times(session, case_id=own_case(), now=now(), actor=actor())
        return redirect(url_for("portal_offers.show"), 303)

    return act(give_up)
