"""Show one interim confirmation, and take what is decided about it: release, decline, withdraw, reissue, print."""

from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.errors import ReasonMissing
from servicedesk.cases.queries.scope import find_case_id
from servicedesk.interim.queries.one import ConfirmationPage, get_confirmation_page
from servicedesk.interim.queries.scope import find_confirmation_id, get_ref
from servicedesk.interim.service import Released, decline, propose, reissue, release, withdraw
from servicedesk.interim.service.counter import build_counter_copy, note_counter_copy
from servicedesk.kernel.permissions import Permission
from servicedesk.notices.letters import LettersUnavailable, render_letter
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import attach, attempt, note_reading, own_scope, today
from servicedesk.staff.interim_desk import interim_desk
from servicedesk.staff.interim_forms import DeclineForm, ReleaseForm, WithdrawForm
from servicedesk.staff.interim_wording import DOUBTS, END_REASONS, STATES
from servicedesk.staff.interim_worklist import list_address
from servicedesk.staff.views_interim_register import SEES_CONFIRMATIONS
from servicedesk.staff.wording import NOTICE_LABELS, NOTICE_STATES
from servicedesk.web.access import access, staff
from servicedesk.web.edge import sentence
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, now, office, reading, runtime


@blueprint.get("/interim/<ref>")
@access(staff(*SEES_CONFIRMATIONS))
def confirmation(ref: str) -> str:
    """Show everything about one confirmation."""
    return _page(ref, ReleaseForm())


@blueprint.post("/interim/<ref>/release")
@access(staff(Permission.release_confirmation))
def release_confirmation(ref: str) -> str | Response:
    """Release a proposal; what the rules leave to a person needs a reason."""
    form = ReleaseForm()
    if not form.validate_on_submit():
        return _page(ref, form)
    note = form.note.data or ""

    def let_go(session: Session) -> Response:
        released = release(
            session,
            interim_desk(session),
            confirmation_id=find_confirmation_id(session, own_scope(session), ref),
            actor=actor(),
            note=note,
        )
        return redirect(_back(released), 303)

    try:
        return act(let_go)
    except ReasonMissing as fault:
        form.note.errors = [sentence(fault)]
        return _page(ref, form)


@blueprint.route("/interim/<ref>/decline", methods=["GET", "POST"])
@access(staff(Permission.release_confirmation))
def decline_confirmation(ref: str) -> str | Response:
    """Say no to a proposal, with a reason."""
    form = DeclineForm()
    if form.validate_on_submit():
        reason = form.reason.data or ""

        def refuse(session: Session) -> Response:
            found = find_confirmation_id(session, own_scope(session), ref)
            decline(session, interim_desk(session), confirmation_id=found, reason=reason, actor=actor())
            return redirect(url_for("staff.interim"), 303)

        done = attempt(form.reason, refuse)
        if done is not None:
            return done
    return render_template("staff/confirmation_decline.html", page=_open(ref, "interim_decline"), form=form)


@blueprint.route("/interim/<ref>/withdraw", methods=["GET", "POST"])
@access(staff(Permission.release_confirmation))
def withdraw_confirmation(ref: str) -> str | Response:
    """Take an issued one back; its holder gets a letter."""
    form = WithdrawForm()
    if form.validate_on_submit():
        cause, reason = form.end_cause, form.reason.data or ""

        def take_back(session: Session) -> Response:
            withdraw(
                session,
                interim_desk(session),
                confirmation_id=find_confirmation_id(session, own_scope(session), ref),
                cause=cause,
                reason=reason,
                actor=actor(),
            )
            return redirect(url_for("staff.confirmation", ref=ref), 303)

        done = attempt(form.reason, take_back)
        if done is not None:
            return done
    return render_template("staff/confirmation_withdraw.html", page=_open(ref, "interim_withdraw"), form=form)


@blueprint.post("/interim/<ref>/reissue")
@access(staff(Permission.release_confirmation))
def reissue_confirmation(ref: str) -> Response:
    """Send an issued one again: the same paper, or a new one where the facts have changed since."""

    def again(session: Session) -> Response:
        found = find_confirmation_id(session, own_scope(session), ref)
        done = reissue(session, interim_desk(session), confirmation_id=found, actor=actor())
        return redirect(url_for("staff.confirmation", ref=done.ref, _anchor="schreiben"), 303)

    return act(again)


@blueprint.post("/interim/<ref>/print")
@access(staff(Permission.print_confirmation))
def print_confirmation(ref: str) -> str | Response:
    """Hand out the paper at once; that it was printed, and by whom, is recorded before it leaves."""
    with reading() as session:
        found = find_confirmation_id(session, own_scope(session), ref)
        letter = build_counter_copy(session, interim_desk(session), confirmation_id=found, actor=actor())
    try:
        pdf = render_letter(letter).pdf
    except LettersUnavailable:
        return _page(ref, ReleaseForm(), has_no_letters=True)
    runtime().database.run(
        lambda session: note_counter_copy(
            session, interim_desk(session), confirmation_id=found, actor=actor()
        )
    )
    return attach(pdf, "application/pdf", f"zwischenbestaetigung-{ref.upper()}.pdf")


@blueprint.post("/cases/<ref>/interim")
@access(staff(Permission.release_confirmation))
def propose_confirmation(ref: str) -> Response:
    """Propose one for a case now, before its day or after an earlier no."""

    def put(session: Session) -> Response:
        case_id = find_case_id(session, own_scope(session), ref)
        found = propose(session, interim_desk(session), case_id=case_id, actor=actor())
        return redirect(url_for("staff.confirmation", ref=get_ref(session, found)), 303)

    return act(put)


def _back(released: Released) -> str:
    """Return where a release leads: back to the list it was pressed in, else to the confirmation."""
    if request.form.get("back") != "list":
        return url_for("staff.confirmation", ref=released.ref)
    return list_address([released], show=request.form.get("show", "")[:20] or None)


def _open(ref: str, page: str) -> ConfirmationPage:
    """Return a confirmation in scope and record that its person's data were opened."""
    with reading() as session:
        found = get_confirmation_page(session, own_scope(session), office(), runtime().vault, ref, now=now())
    note_reading(page, person_id=found.row.person_id, case_id=found.row.case_id)
    return found


def _page(ref: str, form: ReleaseForm, **more: Any) -> str:
    page = _open(ref, "interim")
    return render_template(
        "staff/confirmation.html",
        page=page,
        row=page.row,
        form=form,
        day=today(),
        interim_states=STATES,
        end_reasons=END_REASONS,
        doubts=DOUBTS,
        notice_labels=NOTICE_LABELS,
        notice_states=NOTICE_STATES,
        **{"has_no_letters": False, **more},
    )
