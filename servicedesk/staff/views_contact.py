"""Show who wrote without a letter, and match each message to a person of the register, or lay it aside."""

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.models import ContactRequest
from servicedesk.cases.queries.contact import (
    MatchCandidate,
    find_contact_id,
    get_contact_row,
    list_contact_requests,
    list_match_candidates,
)
from servicedesk.cases.queries.scope import get_case_in_scope
from servicedesk.cases.queries.search import find_people
from servicedesk.cases.service import (
    ContactContent,
    match_contact_request,
    open_content,
    reject_contact_request,
)
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.db import audit
from servicedesk.kernel.permissions import Permission
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import attempt, note_reading, own_scope, read_id, today
from servicedesk.staff.forms import MatchForm, RejectForm
from servicedesk.web.access import access, staff
from servicedesk.web.forms import clean_line
from servicedesk.web.runtime import actor, now, reading, runtime

_STATES = ("open", "matched", "rejected")


@blueprint.get("/contact")
@access(staff(Permission.match_contact))
def contact_list() -> str:
    """List messages, those whose title ends first on top."""
    shown = request.args.get("show", "open")
    state = shown if shown in _STATES else "open"
    with reading() as session:
        rows = list_contact_requests(session, own_scope(session), state=state, limit=200)
    concerns = {concern.id: concern.name for concern in load_catalogue().list_concerns()}
    return render_template("staff/contact_list.html", rows=rows, state=state, concerns=concerns, day=today())


@blueprint.route("/contact/<ref>", methods=["GET", "POST"])
@access(staff(Permission.match_contact))
def contact(ref: str) -> str | Response:
    """Show a message beside the people it may come from; match it after checking identity."""
    text = clean_line(request.values.get("q", "")[:200]) or ""
    with reading() as session:
        scope = own_scope(session)
        row = get_contact_row(session, scope, find_contact_id(session, scope, ref))
        content = open_content(runtime().vault, row)
        candidates = list_match_candidates(session, scope, row)
        searched = find_people(session, scope, text) if text else ()
    known = {candidate.person_id for candidate in candidates}
    others = tuple(person for person in searched if person.person_id not in known)
    offered = [candidate.person_id.hex for candidate in candidates]
    offered += [person.person_id.hex for person in others]
    form = MatchForm([(one, one) for one in offered])
    if form.validate_on_submit():
        done = _match(row, form)
        if done is not None:
            return done
    note_reading("contact", person_id=row.person_id, case_id=row.case_id)
    concern = load_catalogue().find_concern(row.concern_id)
    return render_template(
        "staff/contact.html",
        row=row,
        content=content,
        concern=concern,
        candidates=candidates,
        is_same_birth=lambda candidate: _is_same_birth(candidate, content),
        others=others,
        form=form,
        typed=text,
        day=today(),
    )


@blueprint.route("/contact/<ref>/reject", methods=["GET", "POST"])
@access(staff(Permission.match_contact))
def reject_contact(ref: str) -> str | Response:
    """Lay a message aside with a reason."""
    form = RejectForm()
    with reading() as session:
        scope = own_scope(session)
        row = get_contact_row(session, scope, find_contact_id(session, scope, ref))
    if form.validate_on_submit():
        reason = form.reason.data or ""

        def reject(session: Session) -> Response:
            reject_contact_request(session, request_id=row.id, reason=reason, actor=actor(), now=now())
            return redirect(url_for("staff.contact_list"), 303)

        done = attempt(form.reason, reject)
        if done is not None:
            return done
    return render_template("staff/contact_reject.html", row=row, form=form)


def _match(row: ContactRequest, form: MatchForm) -> Response | None:
    person_id, checked = read_id(str(form.person.data)), form.identity_check.data or ""

    def match(session: Session) -> Response:
        recorded = match_contact_request(
            session, runtime().vault, request_id=row.id, person_id=person_id, actor=actor(), now=now()
        )
        audit.record(
            session,
            now=now(),
            actor=actor(),
            action="check_identity",
            subject=("case", recorded.case_id),
            details={"identity_check": checked[:120], "contact": row.ref},
        )
        case = get_case_in_scope(session, own_scope(session), recorded.case_id)
        return redirect(url_for("staff.case", ref=case.ref), 303)

    return attempt(form.person, match)


def _is_same_birth(candidate: MatchCandidate, content: ContactContent) -> bool:
    year, month, day = candidate.birth
    return content.birth_date.strip() == f"{day:02d}.{month:02d}.{year:04d}"
