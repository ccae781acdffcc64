"""Let a person pick a time: days, then times, then the answers once more, then the appointment."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.booking.errors import (
    AlreadyBooked,
    AppointmentChanged,
    AppointmentPast,
    NotBookable,
    NotBooked,
    NotReady,
    OutsideHours,
    SlotTaken,
    TooLate,
    TooSoon,
)
from servicedesk.booking.queries import find_hold, find_offer, list_times, suggest_times
from servicedesk.booking.service import (
    ask_for_time,
    book_appointment,
    hold_slot,
    move_appointment,
    wish_for_slot,
)
from servicedesk.kernel.errors import NotFound
from servicedesk.portal.forms import ConfirmForm, WishForm
from servicedesk.portal.journey import CasePage, Choice, keep_answers, load_page, own_case, read_answers
from servicedesk.portal.places import place_of
from servicedesk.web.access import RESIDENT, access
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, now, reading, runtime

blueprint = Blueprint("portal_times", __name__, url_prefix="/<lang>/case")

DAYS_SHOWN = 5
TIMES_SHOWN = 4
_GONE = (SlotTaken, OutsideHours, TooSoon, TooLate, NotFound)
_OVER = (AppointmentPast, NotBooked, AppointmentChanged)


@blueprint.get("/<any(times, move):way>/")
@access(RESIDENT)
def choose(way: str) -> str | Response:
    """Show the next days with free times, some of each day."""
    with reading() as session:
        page = load_page(session)
        elsewhere = _elsewhere(way, page)
        if elsewhere is not None:
            return elsewhere
        first_on = _read_day(request.args.get("since"))
        offer = find_offer(session, own_case(), now=now(), first_on=first_on, days_shown=DAYS_SHOWN + 1)
        place = place_of(session, page.view, [day.times[0].desk_id for day in offer.days])
    shown = offer.days[:DAYS_SHOWN]
    return render_template(
        "portal/times.html",
        page=page,
        way=way,
        offer=offer,
        place=place,
        days=[(day.day, _choices(_spread(day.times)), len(day.times)) for day in shown],
        next_from=offer.days[DAYS_SHOWN].day if len(offer.days) > DAYS_SHOWN else None,
        is_later=first_on is not None,
    )


@blueprint.post("/<any(times, move):way>/")
@access(RESIDENT)
def pick(way: str) -> Response:
    """Hold the picked time while the answers are checked; a time that has gone leads to the next free ones."""
    choice = Choice.read(request.form.get("slot"))
    if choice is None:
        return redirect(url_for("portal_times.choose", way=way), 303)

    def hold(session: Session) -> None:
        hold_slot(
            session,
            case_id=own_case(),
            desk_id=choice.desk_id,
            starts_local=choice.starts_local,
            now=now(),
            actor=actor(),
            is_move=way == "move",
        )
        keep_answers(session, choice=choice.slot)

    return _tried(way, choice, lambda: _held(hold, way))


@blueprint.get("/<any(times, move):way>/on/<day>", endpoint="day")
@access(RESIDENT)
def times_of_day(way: str, day: str) -> str | Response:
    """Show every free time of one day."""
    wanted = _read_day(day)
    if wanted is None:
        return redirect(url_for("portal_times.choose", way=way), 303)
    with reading() as session:
        page = load_page(session)
        elsewhere = _elsewhere(way, page)
        if elsewhere is not None:
            return elsewhere
        times = list_times(session, own_case(), wanted, now=now())
        place = place_of(session, page.view, [time.desk_id for time in times[:1]])
    if not times:
        return redirect(url_for("portal_times.choose", way=way, since=wanted.isoformat()), 303)
    return render_template(
        "portal/times_of_day.html", page=page, way=way, day=wanted, times=_choices(times), place=place
    )


@blueprint.route("/<any(times, move):way>/check", methods=["GET", "POST"])
@access(RESIDENT)
def check(way: str) -> str | Response:
    """Show time, place and papers once more; the button makes the appointment."""
    form = ConfirmForm()
    if form.validate_on_submit():
        return _book(way)
    with reading() as session:
        page = load_page(session)
        kept = Choice.read(request.form.get("slot")) or Choice.read(read_answers(session).get("choice"))
        elsewhere = _elsewhere(way, page)
        if elsewhere is not None or kept is None:
            return elsewhere or redirect(url_for("portal_times.choose", way=way), 303)
        hold = find_hold(session, own_case(), now=now())
        place = place_of(session, page.view, [kept.desk_id])
    is_held = hold is not None and (hold.desk_id, hold.starts_local) == (kept.desk_id, kept.starts_local)
    return render_template(
        "portal/times_check.html",
        page=page,
        way=way,
        form=form,
        choice=kept,
        place=place,
        held_until=hold.hold_expires_at if hold is not None and is_held else None,
    )


@blueprint.get("/<any(times, move):way>/taken")
@access(RESIDENT)
def taken(way: str) -> str | Response:
    """Say kindly that the time has gone, and show the next free ones; nothing typed is lost."""
    with reading() as session:
        page = load_page(session)
        elsewhere = _elsewhere(way, page)
        if elsewhere is not None:
            return elsewhere
        lost = Choice.read(read_answers(session).get("lost"))
        near = lost.starts_local if lost else now().replace(tzinfo=None)
        times = suggest_times(session, own_case(), now=now(), near=near)
        place = place_of(session, page.view, [time.desk_id for time in times[:1]])
    days: dict[date, list[Any]] = {}
    for time in times:
        days.setdefault(time.starts_local.date(), []).append(time)
    return render_template(
        "portal/times_taken.html",
        page=page,
        way=way,
        lost=lost,
        place=place,
        days=[(one, _choices(group), len(group)) for one, group in days.items()],
    )


@blueprint.route("/times/none", methods=["GET", "POST"])
@access(RESIDENT)
def none_suits() -> str | Response:
    """Ask how to go on when no time suits: the waiting list, or a call."""
    form = WishForm()
    with reading() as session:
        page = load_page(session)
    if page.view.is_closed or page.view.receipt is None:
        return redirect(url_for("portal_case.home"), 303)
    if not form.validate_on_submit():
        return render_template("portal/times_none.html", page=page, form=form)

    def wish(session: Session) -> Response:
        wish_for_slot(
            session,
            case_id=own_case(),
            wants_call=form.way.data == "call",
            note=form.note.data or "",
            now=now(),
            actor=actor(),
        )
        return redirect(url_for("portal_times.waiting"), 303)

    return act(wish)


@blueprint.get("/times/waiting")
@access(RESIDENT)
def waiting() -> str | Response:
    """Say what happens after asking for another time."""
    with reading() as session:
        page = load_page(session)
    if page.wish is None:
        return redirect(url_for("portal_case.home"), 303)
    return render_template("portal/times_waiting.html", page=page)


def _book(way: str) -> Response:
    choice = Choice.read(request.form.get("slot"))
    if choice is None:
        return redirect(url_for("portal_times.choose", way=way), 303)
    if _is_request():
        return _ask(way, choice)
    leads_to = url_for("portal_appointment.show")
    wanted: dict[str, Any] = {
        "case_id": own_case(),
        "desk_id": choice.desk_id,
        "starts_local": choice.starts_local,
        "now": now(),
        "actor": actor(),
        "vault": runtime().vault,
        "public_url": runtime().settings.public_url,
    }

    def book(session: Session) -> Response:
        if way == "move":
            move_appointment(session, ref=request.form.get("ref", "")[:24], **wanted)
        else:
            book_appointment(session, **wanted)
        keep_answers(session, choice=None, lost=None)
        return redirect(leads_to, 303)

    return _tried(way, choice, lambda: act(book, leads_to=leads_to))


def _is_request() -> bool:
    """Tell whether the office answers first; asked anew, the set-up may have changed since the page was shown."""
    with reading() as session:
        return load_page(session).is_request


def _ask(way: str, choice: Choice) -> Response:
    def ask(session: Session) -> Response:
        ask_for_time(
            session,
            case_id=own_case(),
            desk_id=choice.desk_id,
            starts_local=choice.starts_local,
            now=now(),
            actor=actor(),
        )
        keep_answers(session, choice=None, lost=None)
        return redirect(url_for("portal_offers.show"), 303)

    return _tried(way, choice, lambda: act(ask))


def _held(hold: Callable[[Session], None], way: str) -> Response:
    runtime().database.run(hold)
    return redirect(url_for("portal_times.check", way=way), 303)


def _tried(way: str, choice: Choice, attempt: Callable[[], Response]) -> Response:
    try:
        return attempt()
    except _GONE:
        runtime().database.run(lambda session: keep_answers(session, choice=None, lost=choice.slot))
        return redirect(url_for("portal_times.taken", way=way), 303)
    except AlreadyBooked:
        return redirect(url_for("portal_times.choose", way="times"), 303)
    except _OVER:
        return redirect(url_for("portal_appointment.show"), 303)
    except (NotBookable, NotReady):
        return redirect(url_for("portal_case.home"), 303)


def _elsewhere(way: str, page: CasePage) -> Response | None:
    """Return where to go when there is nothing to pick here; the calm page after something was done."""
    if page.view.is_closed or page.view.receipt is None:
        return redirect(url_for("portal_case.home"), 303)
    if way == "move" and not page.can_change:
        return redirect(url_for("portal_appointment.show"), 303)
    if page.is_asked:
        return redirect(url_for("portal_offers.show"), 303)
    if way == "times" and page.appointment is not None:
        return redirect(url_for("portal_appointment.already"), 303)
    return redirect(url_for("portal_case.home"), 303) if not page.is_bookable else None


def _choices(times: Any) -> list[tuple[str, datetime]]:
    return [(Choice(time.desk_id, time.starts_local).slot, time.starts_local) for time in times]


def _spread(times: Any) -> list[Any]:
    """Return some times of a day, evenly from first to last."""
    if len(times) <= TIMES_SHOWN:
        return list(times)
    step = (len(times) - 1) / (TIMES_SHOWN - 1)
    return [times[round(step * number)] for number in range(TIMES_SHOWN)]


def _read_day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
