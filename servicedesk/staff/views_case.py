"""Show one case on one page, and take the small acts of its life: papers, code, ready, decision, closing."""

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.choices import find_reason
from servicedesk.cases.queries.scope import find_case_id
from servicedesk.cases.rules import PAPER_LABELS, CloseReason, Decision, PaperState
from servicedesk.cases.service import (
    change_paper,
    close_case,
    decide_case,
    mark_ready,
    reissue_code,
    withdraw_ready,
)
from servicedesk.cases.steps import FACT_LABELS
from servicedesk.interim.service import settle_case
from servicedesk.kernel.permissions import Permission
from servicedesk.staff import wording
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.case_file import open_file
from servicedesk.staff.common import attempt, own_scope
from servicedesk.staff.forms import CloseForm, CodeForm, DecisionForm, PaperForm
from servicedesk.staff.interim_desk import interim_desk
from servicedesk.staff.interim_of_case import load_interim
from servicedesk.staff.interim_wording import NOTES, REQUEST_ANSWERS, STATES
from servicedesk.staff.nav import SEES_FILES
from servicedesk.staff.steps_of_case import load_steps
from servicedesk.web.access import access, staff
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, now, reading, runtime


@blueprint.get("/cases/<ref>")
@access(staff(*SEES_FILES))
def case(ref: str) -> str:
    """Show everything about a case."""
    file = open_file(ref, "case")
    with reading() as session:
        interim = load_interim(session, file.case.id)
        steps = load_steps(session, file.case.id)
    return render_template(
        "staff/case.html",
        file=file,
        case=file.case,
        interim=interim,
        steps=steps,
        fact_labels=FACT_LABELS,
        find_reason=find_reason,
        interim_states=STATES,
        request_answers=REQUEST_ANSWERS,
        note_labels=NOTES,
        paper_labels=PAPER_LABELS,
        words=wording,
        describe=wording.describe_history,
    )


@blueprint.route("/cases/<ref>/papers/<document_id>", methods=["GET", "POST"])
@access(staff(Permission.record_application))
def paper(ref: str, document_id: str) -> str | Response:
    """Set where a paper stands; a rejection says why."""
    form = PaperForm(may_decide=actor().may(Permission.work_case))
    if form.validate_on_submit():
        state, reason, issued_on = PaperState(form.state.data), form.reason.data or "", form.issued_day

        def change(session: Session) -> Response:
            change_paper(
                session,
                case_id=find_case_id(session, own_scope(session), ref),
                document_id=document_id,
                state=state,
                reason=reason,
                issued_on=issued_on,
                actor=actor(),
                now=now(),
            )
            return redirect(url_for("staff.case", ref=ref, _anchor="unterlagen"), 303)

        done = attempt(form.reason, change)
        if done is not None:
            return done
    file = open_file(ref, "paper")
    line = file.paper(document_id)
    if request.method == "GET":
        form.state.data, form.reason.data = line.state.value, line.reason
        form.fill_issued(line.issued_on)
    return render_template("staff/paper.html", file=file, case=file.case, line=line, form=form)


@blueprint.post("/cases/<ref>/papers/<document_id>/<any(received, accepted):state>")
@access(staff(Permission.record_application))
def quick_paper(ref: str, document_id: str, state: str) -> Response:
    """Note with one press that a paper was handed in, or is in order."""

    def change(session: Session) -> Response:
        change_paper(
            session,
            case_id=find_case_id(session, own_scope(session), ref),
            document_id=document_id,
            state=PaperState(state),
            actor=actor(),
            now=now(),
        )
        return redirect(url_for("staff.case", ref=ref, _anchor="unterlagen"), 303)

    return act(change)


@blueprint.post("/cases/<ref>/<any(ready, unready):way>")
@access(staff(Permission.work_case))
def ready(ref: str, way: str) -> Response:
    """Say that a case can be decided, or take that back."""

    def change(session: Session) -> Response:
        case_id = find_case_id(session, own_scope(session), ref)
        (mark_ready if way == "ready" else withdraw_ready)(session, case_id=case_id, actor=actor(), now=now())
        return redirect(url_for("staff.case", ref=ref), 303)

    return act(change)


@blueprint.route("/cases/<ref>/code", methods=["GET", "POST"])
@access(staff(Permission.reissue_code))
def code(ref: str) -> str | Response:
    """Send a new access code after an identity check; the old one dies at once."""
    form = CodeForm()
    if form.validate_on_submit():
        checked = form.identity_check.data or ""

        def reissue(session: Session) -> Response:
            reissue_code(
                session,
                runtime().vault,
                case_id=find_case_id(session, own_scope(session), ref),
                identity_check=checked,
                actor=actor(),
                now=now(),
                public_url=runtime().settings.public_url,
            )
            return redirect(url_for("staff.case", ref=ref, _anchor="schreiben"), 303)

        done = attempt(form.identity_check, reissue)
        if done is not None:
            return done
    file = open_file(ref, "code")
    return render_template("staff/code.html", file=file, case=file.case, form=form)


@blueprint.route("/cases/<ref>/decide", methods=["GET", "POST"])
@access(staff(Permission.work_case))
def decide(ref: str) -> str | Response:
    """Record the decision."""
    form = DecisionForm()
    if form.validate_on_submit():
        decision = Decision(form.decision.data)

        def record(session: Session) -> Response:
            case_id = find_case_id(session, own_scope(session), ref)
            decide_case(session, case_id=case_id, decision=decision, actor=actor(), now=now())
            settle_case(session, interim_desk(session), case_id=case_id, actor=actor())
            return redirect(url_for("staff.case", ref=ref), 303)

        done = attempt(form.decision, record)
        if done is not None:
            return done
    file = open_file(ref, "decide")
    return render_template("staff/decide.html", file=file, case=file.case, form=form)


@blueprint.route("/cases/<ref>/close", methods=["GET", "POST"])
@access(staff(Permission.work_case))
def close(ref: str) -> str | Response:
    """Close a case with a reason."""
    form = CloseForm()
    if form.validate_on_submit():
        reason, note = CloseReason(form.reason.data), form.note.data or ""

        def end(session: Session) -> Response:
            case_id = find_case_id(session, own_scope(session), ref)
            close_case(session, case_id=case_id, reason=reason, note=note, actor=actor(), now=now())
            settle_case(session, interim_desk(session), case_id=case_id, actor=actor())
            return redirect(url_for("staff.case", ref=ref), 303)

        done = attempt(form.reason, end)
        if done is not None:
            return done
    file = open_file(ref, "close")
    if request.method == "GET" and file.case.facts.decision is not None:
        form.reason.data = CloseReason.decided.value
    return render_template("staff/close.html", file=file, case=file.case, form=form)
