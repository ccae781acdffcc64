"""Enter the facts of a case beside its papers: waiting, doubt, clarification, card; take back what was a mistake."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.booking.queries.coming import list_coming
from servicedesk.cases.queries.people import list_names
from servicedesk.cases.queries.scope import find_case_id
from servicedesk.cases.queries.to_check import list_stuck
from servicedesk.cases.service import (
    await_authority,
    doubt_case,
    end_clarification,
    end_waiting,
    enter_card,
    open_clarification,
    tell_card_ready,
    undo_fact,
)
from servicedesk.cases.steps import FactKind
from servicedesk.interim.service import settle_case
from servicedesk.kernel.permissions import Permission
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.case_file import open_file
from servicedesk.staff.check_forms import AwaitForm, DoubtForm
from servicedesk.staff.common import attempt, own_scope, read_id, today
from servicedesk.staff.interim_desk import interim_desk
from servicedesk.web.access import access, staff
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, now, reading, runtime

_LOOK_AGAIN = timedelta(days=28)


@blueprint.route("/cases/<ref>/waiting", methods=["GET", "POST"])
@access(staff(Permission.work_case))
def waiting(ref: str) -> str | Response:
    """Note for which authority a case waits, and when somebody looks again."""
    form = AwaitForm()
    if form.validate_on_submit():

        def note(session: Session, case_id: UUID) -> None:
            await_authority(
                session,
                case_id=case_id,
                authority=form.authority.data or "",
                follow_up_on=form.day,
                reason=form.reason.data or "",
                actor=actor(),
                now=now(),
            )

        done = attempt(form.authority, _step(ref, note))
        if done is not None:
            return done
    file = open_file(ref, "waiting")
    if request.method == "GET":
        form.authority.data = file.case.facts.waiting_for or ""
        form.fill(today() + _LOOK_AGAIN)
    return render_template("staff/waiting.html", file=file, case=file.case, form=form)


@blueprint.post("/cases/<ref>/waiting/end")
@access(staff(Permission.work_case))
def answer_came(ref: str) -> Response:
    """Note that a case waits no longer."""
    return act(
        _step(ref, lambda session, case_id: end_waiting(session, case_id=case_id, actor=actor(), now=now()))
    )


@blueprint.route("/cases/<ref>/doubt", methods=["GET", "POST"])
@access(staff(Permission.work_case))
def doubt(ref: str) -> str | Response:
    """Mark a case that will probably be refused, with the reason."""
    form = DoubtForm()
    if form.validate_on_submit():

        def mark(session: Session, case_id: UUID) -> None:
            doubt_case(session, case_id=case_id, reason=form.reason.data or "", actor=actor(), now=now())

        done = attempt(form.reason, _step(ref, mark))
        if done is not None:
            return done
    file = open_file(ref, "doubt")
    return render_template("staff/doubt.html", file=file, case=file.case, form=form)


@blueprint.post("/cases/<ref>/doubt/end")
@access(staff(Permission.work_case))
def no_doubt(ref: str) -> Response:
    """Take the mark off."""

    def unmark(session: Session, case_id: UUID) -> None:
        doubt_case(session, case_id=case_id, actor=actor(), now=now(), is_doubted=False)

    return act(_step(ref, unmark))


@blueprint.post("/cases/<ref>/<any(clarify, unclarify):way>")
@access(staff(Permission.work_case))
def clarify(ref: str, way: str) -> Response:
    """Offer an appointment to clear things up, or take the offer back; the person is written to."""

    def change(session: Session, case_id: UUID) -> None:
        if way == "unclarify":
            end_clarification(session, case_id=case_id, actor=actor(), now=now())
            return
        open_clarification(
            session,
            runtime().vault,
            case_id=case_id,
            actor=actor(),
            now=now(),
            public_url=runtime().settings.public_url,
        )

    return act(_step(ref, change))


@blueprint.post("/cases/<ref>/card/<any(ordered, ready, handed_over):way>")
@access(staff(Permission.record_application))
def card(ref: str, way: str) -> Response:
    """Note where the card is; when it lies ready, the person is written to."""

    def enter(session: Session, case_id: UUID) -> None:
        if way == "ready":
            tell_card_ready(
                session,
                runtime().vault,
                case_id=case_id,
                actor=actor(),
                now=now(),
                public_url=runtime().settings.public_url,
            )
            return
        kind = FactKind.order_card if way == "ordered" else FactKind.hand_over_card
        enter_card(session, case_id=case_id, kind=kind, actor=actor(), now=now())

    return act(_step(ref, enter))


@blueprint.post("/cases/<ref>/undo/<fact_id>")
@access(staff(Permission.work_case))
def undo(ref: str, fact_id: str) -> Response:
    """Take back the last entry of its kind; a decision taken back gives the interim effect its way again."""

    def take_back(session: Session, case_id: UUID) -> None:
        undo_fact(session, case_id=case_id, fact_id=read_id(fact_id), actor=actor(), now=now())
        settle_case(session, interim_desk(session), case_id=case_id, actor=actor())

    return act(_step(ref, take_back))


@blueprint.get("/stuck")
@access(staff(Permission.work_case))
def stuck() -> str:
    """List the cases that do not move on, and those that will probably be refused: a conversation helps them."""
    with reading() as session:
        scope = own_scope(session)
        booked = list_coming(session, scope, now=now())
        cases = [one for one in list_stuck(session, scope, now=now()) if one.case_id not in booked]
        names = list_names(session, scope.office_id, {one.person_id for one in cases})
    return render_template("staff/stuck.html", cases=cases, names=names)


def _step(ref: str, work: Callable[[Session, UUID], None]) -> Callable[[Session], Response]:
    """Return an act on the case with this reference that leads back to its page."""

    def run(session: Session) -> Response:
        work(session, find_case_id(session, own_scope(session), ref))
        return redirect(url_for("staff.case", ref=ref), 303)

    return run
