"""Let the front desk ask for a confirmation it cannot print, and the case worker answer the same day."""

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.queries.case_page import actor_names
from servicedesk.cases.queries.scope import find_case_id
from servicedesk.interim.queries.facts import find_interim_case
from servicedesk.interim.queries.register import list_of_case
from servicedesk.interim.queries.requests import get_request
from servicedesk.interim.service import answer_request, request_confirmation
from servicedesk.kernel.permissions import Permission
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.case_file import open_file
from servicedesk.staff.common import attempt, note_reading, own_scope, read_id, today
from servicedesk.staff.interim_desk import interim_desk
from servicedesk.staff.interim_forms import AnswerForm, AskForm
from servicedesk.staff.interim_wording import REQUEST_ANSWERS, STATES
from servicedesk.staff.views_interim_register import SEES_CONFIRMATIONS
from servicedesk.web.access import access, staff
from servicedesk.web.runtime import actor, now, office, reading


@blueprint.route("/cases/<ref>/interim/request", methods=["GET", "POST"])
@access(staff(Permission.request_confirmation))
def ask_confirmation(ref: str) -> str | Response:
    """Ask the case worker for one that is needed at once."""
    form = AskForm()
    if form.validate_on_submit():
        note = form.note.data or ""

        def ask(session: Session) -> Response:
            case_id = find_case_id(session, own_scope(session), ref)
            request_confirmation(session, interim_desk(session), case_id=case_id, note=note, actor=actor())
            return redirect(url_for("staff.case", ref=ref, _anchor="bestaetigung"), 303)

        done = attempt(form.note, ask)
        if done is not None:
            return done
    file = open_file(ref, "interim_request")
    return render_template("staff/interim_ask.html", file=file, case=file.case, form=form)


@blueprint.get("/interim/requests/<request_id>")
@access(staff(*SEES_CONFIRMATIONS))
def interim_request(request_id: str) -> str:
    """Show a request with what the rules say of its case."""
    return _page(request_id, AnswerForm())


@blueprint.post("/interim/requests/<request_id>/answer")
@access(staff(Permission.release_confirmation))
def answer_interim_request(request_id: str) -> str | Response:
    """Answer the front desk."""
    form, wanted = AnswerForm(), read_id(request_id)
    if form.validate_on_submit():
        answer, note = form.answer.data, form.note.data or ""

        def reply(session: Session) -> Response:
            answer_request(
                session,
                interim_desk(session),
                request_id=wanted,
                answer=answer,
                note=note,
                actor=actor(),
            )
            return redirect(url_for("staff.interim"), 303)

        done = attempt(form.note, reply)
        if done is not None:
            return done
    return _page(request_id, form)


def _page(request_id: str, form: AnswerForm) -> str:
    with reading() as session:
        scope = own_scope(session)
        row = get_request(session, scope, read_id(request_id))
        case = find_interim_case(session, office(), row.case_id, now=now())
        confirmations = list_of_case(session, scope, row.case_id)
        names = actor_names(session, {row.asked_by, row.answered_by} - {""})
    note_reading("interim_request", person_id=row.person_id, case_id=row.case_id)
    return render_template(
        "staff/interim_request.html",
        row=row,
        form=form,
        case=case,
        confirmations=confirmations,
        names=names,
        answers=REQUEST_ANSWERS,
        interim_states=STATES,
        day=today(),
    )
