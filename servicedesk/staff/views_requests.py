"""Answer requests for a time: accept, propose up to three others, refuse with a reason; list what was refused."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.booking.queries import find_arrangement, find_offer, list_requests
from servicedesk.booking.rules.arrangements import MOST_OFFERS, REFUSED_LABELS, Refused, Talk
from servicedesk.booking.service import accept_time, decline_times, offer_times, refuse_request
from servicedesk.cases.queries.case_page import actor_names
from servicedesk.cases.queries.scope import find_case_id
from servicedesk.kernel.errors import NotAllowed, NotFound, Refusal
from servicedesk.kernel.permissions import Permission
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.case_file import open_file
from servicedesk.staff.common import attempt, own_scope, read_day
from servicedesk.staff.request_forms import OfferForm, RefuseRequestForm
from servicedesk.web.access import access, staff
from servicedesk.web.edge import sentence
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, now, reading, runtime

_DAYS_SHOWN = 5
_REFUSED_FOR = timedelta(days=28)
"""How long a refused or unanswered request stays on the list."""


@blueprint.get("/requests")
@access(staff(Permission.work_case))
def requests() -> str:
    """List what waits for the office, what waits for people, and what was refused."""
    with reading() as session:
        lines = list_requests(session, own_scope(session), now=now(), refused_since=now() - _REFUSED_FOR)
        names = actor_names(session, {line.changed_by for line in lines})
    return render_template(
        "staff/requests.html",
        asked=[line for line in lines if line.state is Talk.asked],
        offered=[line for line in lines if line.state is Talk.offered],
        over=[line for line in lines if line.state not in {Talk.asked, Talk.offered}],
        reasons=REFUSED_LABELS,
        names=names,
    )


@blueprint.get("/requests/<ref>")
@access(staff(Permission.work_case))
def time_request(ref: str) -> str:
    """Show what a case asks for, beside the times that are free instead."""
    return _page(ref, OfferForm(), RefuseRequestForm())


@blueprint.post("/requests/<ref>/accept")
@access(staff(Permission.work_case))
def accept_request(ref: str) -> str | Response:
    """Make a requested or proposed time the appointment."""
    time = request.form.get("time", "")[:24]

    def take(session: Session) -> None:
        accept_time(
            session,
            case_id=find_case_id(session, own_scope(session), ref),
            ref=time,
            now=now(),
            actor=actor(),
            vault=runtime().vault,
            public_url=runtime().settings.public_url,
        )

    return _tried(ref, take)


@blueprint.post("/requests/<ref>/offer")
@access(staff(Permission.work_case))
def offer_request(ref: str) -> str | Response:
    """Propose the ticked times."""
    form = OfferForm()
    ticked = [choice for text in request.form.getlist("slot") if (choice := _read_choice(text))]

    def offer(session: Session) -> None:
        offer_times(
            session,
            case_id=find_case_id(session, own_scope(session), ref),
            slots=ticked,
            now=now(),
            actor=actor(),
            vault=runtime().vault,
            public_url=runtime().settings.public_url,
            reason=(form.reason.data or "")[:300],
        )

    return _tried(ref, offer, form)


@blueprint.post("/requests/<ref>/refuse")
@access(staff(Permission.work_case))
def refuse_time_request(ref: str) -> str | Response:
    """Refuse a request; the person reads why, and the team lead sees it."""
    form = RefuseRequestForm()
    if form.validate_on_submit():
        reason, note = Refused(form.reason.data), form.note.data or ""

        def refuse(session: Session) -> Response:
            refuse_request(
                session,
                case_id=find_case_id(session, own_scope(session), ref),
                reason=reason,
                note=note,
                now=now(),
                actor=actor(),
                vault=runtime().vault,
                public_url=runtime().settings.public_url,
            )
            return redirect(url_for("staff.requests"), 303)

        done = attempt(form.reason, refuse)
        if done is not None:
            return done
    return _page(ref, OfferForm(), form)


@blueprint.post("/requests/<ref>/withdraw")
@access(staff(Permission.work_case))
def withdraw_offers(ref: str) -> str | Response:
    """Take proposed times back, as when the person has called and declined."""

    def end(session: Session) -> None:
        case_id = find_case_id(session, own_scope(session), ref)
        if (found := find_arrangement(session, case_id)) is not None and found.state is Talk.offered:
            decline_times(session, case_id=case_id, now=now(), actor=actor())

    return _tried(ref, end)


def _tried(ref: str, work: Callable[[Session], None], form: OfferForm | None = None) -> str | Response:
    """Run an act and return to the list; a refusal shows the page again with its sentence."""

    def change(session: Session) -> Response:
        work(session)
        return redirect(url_for("staff.requests"), 303)

    try:
        return act(change)
    except (NotFound, NotAllowed):
        raise
    except Refusal as fault:
        return _page(ref, form or OfferForm(), RefuseRequestForm(formdata=None), sentence(fault))


def _page(ref: str, offer_form: OfferForm, form: RefuseRequestForm, refusal: str | None = None) -> str:
    file = open_file(ref, "time_request")
    first_on = read_day(request.args.get("from"))
    with reading() as session:
        talk = find_arrangement(session, file.case.id)
        offer = find_offer(session, file.case.id, now=now(), first_on=first_on, days_shown=_DAYS_SHOWN + 1)
    return render_template(
        "staff/request.html",
        file=file,
        case=file.case,
        talk=talk,
        days=[
            (
                day.day,
                [
                    (f"{time.desk_id.hex}@{time.starts_local.isoformat()}", time.starts_local)
                    for time in day.times
                ],
            )
            for day in offer.days[:_DAYS_SHOWN]
        ],
        ticked=request.form.getlist("slot"),
        next_from=offer.days[_DAYS_SHOWN].day if len(offer.days) > _DAYS_SHOWN else None,
        most=MOST_OFFERS,
        offer_form=offer_form,
        form=form,
        refusal=refusal,
        reasons=REFUSED_LABELS,
        has_errors=refusal is not None or bool(form.errors),
    )


def _read_choice(text: str) -> tuple[UUID, datetime] | None:
    desk, _, starts = text[:80].partition("@")
    try:
        wall = datetime.fromisoformat(starts)
        return (UUID(hex=desk), wall) if wall.tzinfo is None else None
    except ValueError:
        return None
