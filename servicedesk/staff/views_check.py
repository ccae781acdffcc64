"""Go through the papers of many cases: one page per case, papers beside pictures, the next case with one key."""

from dataclasses import dataclass
from uuid import UUID

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.booking.queries.coming import list_coming
from servicedesk.cases.choices import find_reason, load_reasons
from servicedesk.cases.models import Case
from servicedesk.cases.queries.case_facts import read_open_papers, times_for
from servicedesk.cases.queries.scope import find_case_id
from servicedesk.cases.queries.to_check import find_refs, list_places, list_to_check
from servicedesk.cases.queries.uploads import UploadView, list_uploads
from servicedesk.cases.queries.values import PaperLine
from servicedesk.cases.rules import PAPER_LABELS, PaperState
from servicedesk.cases.service import ask_papers, change_paper, choose_day, mark_ready
from servicedesk.cases.urgency import PRESSURE_LABELS, next_after
from servicedesk.kernel.permissions import Permission
from servicedesk.staff import wording
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.case_file import CaseFile, open_file
from servicedesk.staff.check_forms import AskForm, RejectPaperForm
from servicedesk.staff.common import attempt, own_scope, today
from servicedesk.staff.steps_of_case import StepsOfCase, load_steps
from servicedesk.web.access import access, staff
from servicedesk.web.idempotency import act
from servicedesk.web.locale import say
from servicedesk.web.runtime import actor, now, office, reading, runtime

_SHOWN = 100
_KEYS = "1234567890"


@dataclass(frozen=True, slots=True)
class Desk:
    """Hold what the page of one case in the round shows; `paper` is the one looked at."""

    file: CaseFile
    steps: StepsOfCase
    paper: PaperLine | None
    uploads: tuple[UploadView, ...]
    others: tuple[UploadView, ...]
    next_ref: str | None
    left: int


@blueprint.get("/check")
@access(staff(Permission.work_case))
def check_list() -> str:
    """List the cases whose papers wait, what runs out first on top."""
    with reading() as session:
        scope = own_scope(session)
        booked = list_coming(session, scope, now=now())
        rows, total = list_to_check(session, scope, now=now(), booked=booked, limit=_SHOWN)
    return render_template("staff/check_list.html", rows=rows, total=total, pressure=PRESSURE_LABELS)


@blueprint.get("/check/<ref>")
@access(staff(Permission.work_case))
def check(ref: str) -> str:
    """Show the papers of one case, and the pictures of the one to be looked at."""
    desk = _load(ref, request.args.get("paper", ""))
    return render_template(
        "staff/check.html",
        desk=desk,
        file=desk.file,
        case=desk.file.case,
        paper_labels=PAPER_LABELS,
        words=wording,
        find_reason=find_reason,
        day=today(),
    )


@blueprint.post("/check/<ref>/accept/<document_id>")
@access(staff(Permission.work_case))
def check_accept(ref: str, document_id: str) -> Response:
    """Say that a paper is in order, and go to the next one."""

    def accept(session: Session) -> Response:
        change_paper(
            session,
            case_id=find_case_id(session, own_scope(session), ref),
            document_id=document_id,
            state=PaperState.accepted,
            actor=actor(),
            now=now(),
        )
        return redirect(url_for("staff.check", ref=ref), 303)

    return act(accept)


@blueprint.route("/check/<ref>/reject/<document_id>", methods=["GET", "POST"])
@access(staff(Permission.work_case))
def check_reject(ref: str, document_id: str) -> str | Response:
    """Say why a paper cannot be used: a reason of the list is one press, a text beside it may say more."""
    form = RejectPaperForm()
    if form.validate_on_submit():
        reason_id = request.form.get("reason", "")[:40]

        def reject(session: Session) -> Response:
            change_paper(
                session,
                case_id=find_case_id(session, own_scope(session), ref),
                document_id=document_id,
                state=PaperState.rejected,
                reason=form.note.data or "",
                reason_id=reason_id,
                actor=actor(),
                now=now(),
            )
            return redirect(url_for("staff.check", ref=ref), 303)

        done = attempt(form.note, reject)
        if done is not None:
            return done
    file = open_file(ref, "check_reject")
    return render_template(
        "staff/check_reject.html",
        file=file,
        case=file.case,
        line=file.paper(document_id),
        form=form,
        reasons=[
            (_KEYS[number] if number < len(_KEYS) else None, reason)
            for number, reason in enumerate(load_reasons().values())
        ],
    )


@blueprint.route("/check/<ref>/ask", methods=["GET", "POST"])
@access(staff(Permission.work_case))
def check_ask(ref: str) -> str | Response:
    """Ask for what is missing, by a day, with the consequence."""
    file = open_file(ref, "check_ask")
    with reading() as session:
        case = session.get_one(Case, file.case.id)
        found = read_open_papers(session, case, now=now())
        times = times_for(session, file.case.office_id)
    offered = [
        (line.document.id, say(line.document.name))
        for line in found.lines
        if found.states.get(line.document.id) is not PaperState.received
    ]
    form = AskForm(offered)
    if form.validate_on_submit():

        def ask(session: Session) -> Response:
            ask_papers(
                session,
                runtime().vault,
                case_id=find_case_id(session, own_scope(session), ref),
                document_ids=form.papers.data or [],
                bring_by_on=form.day,
                note=form.note.data or "",
                actor=actor(),
                now=now(),
                public_url=runtime().settings.public_url,
            )
            return redirect(url_for("staff.check", ref=ref), 303)

        done = attempt(form.papers, ask)
        if done is not None:
            return done
    elif request.method == "GET":
        form.fill(choose_day(times, today(), file.case.ends_on))
    return render_template("staff/check_ask.html", file=file, case=file.case, form=form, offered=offered)


@blueprint.post("/check/<ref>/ready")
@access(staff(Permission.work_case))
def check_ready(ref: str) -> Response:
    """Say that a case can be decided, and go to the next one."""

    def ready(session: Session) -> Response:
        case_id = find_case_id(session, own_scope(session), ref)
        following, _ = _next(session, case_id)
        mark_ready(session, case_id=case_id, actor=actor(), now=now())
        address = url_for("staff.check", ref=following) if following else url_for("staff.check_list")
        return redirect(address, 303)

    return act(ready)


def _load(ref: str, document_id: str) -> Desk:
    file = open_file(ref, "check")
    with reading() as session:
        uploads = list_uploads(session, office().id, file.case.id)
        following, left = _next(session, file.case.id)
        steps = load_steps(session, file.case.id)
    paper = next((line for line in file.case.papers if line.document_id == document_id), None)
    if paper is None:
        waiting = [line for line in file.case.papers if line.state is PaperState.received]
        paper = waiting[0] if waiting else None
    return Desk(
        file=file,
        steps=steps,
        paper=paper,
        uploads=tuple(one for one in uploads if paper is not None and one.document_id == paper.document_id),
        others=tuple(one for one in uploads if one.document_id is None),
        next_ref=following,
        left=left,
    )


def _next(session: Session, case_id: UUID) -> tuple[str | None, int]:
    """Return the case that follows in the round, None at its end, and how many the round has."""
    scope = own_scope(session)
    booked = list_coming(session, scope, now=now())
    places, _ = list_places(session, scope, now=now(), booked=booked)
    current = next((one for one in places if one.case_id == case_id), None)
    others = [one for one in places if one.case_id != case_id]
    # A case that has left the round meanwhile has no place any more: what is first comes next.
    following = next_after(others, current)
    if following is None:
        return None, len(places)
    return find_refs(session, [following.case_id])[following.case_id], len(places)
