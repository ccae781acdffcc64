"""Show tomorrow's invitations of a range: read the letter, send now, hold with a reason, release."""

from uuid import UUID

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.models import Case
from servicedesk.cases.queries.case_page import actor_names
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.permissions import Permission
from servicedesk.notices.contexts import LetterSecrets
from servicedesk.notices.letters import LettersUnavailable, check_available, render_letter
from servicedesk.outreach.errors import AlreadyInvited
from servicedesk.outreach.queries.preview import HeldInvitation, PlannedInvitation, list_held, list_tomorrow
from servicedesk.outreach.rules import Outcome, Reason
from servicedesk.outreach.service.preview import build_preview
from servicedesk.outreach.service.steering import hold_invitation, release_invitation, send_now
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import attach, attempt, note_reading, own_scope, read_id, today
from servicedesk.staff.forms import HoldForm
from servicedesk.web.access import access, staff
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, now, reading, runtime

_MOST = 500
_NO_NEWS = {Reason.held, Reason.case_exists}
_HIDDEN = LetterSecrets(access_code="XXXX-XXXX-XXXX-XXXX", phone_pin="XXXXXX")


@blueprint.get("/invitations")
@access(staff(Permission.steer_invitations))
def invitations() -> str:
    """Show what the next night sends, what is held, and who cannot be invited."""
    with reading() as session:
        scope = own_scope(session)
        planned = list_tomorrow(session, scope, now=now(), limit=_MOST)
        held = list_held(session, scope, now=now())
        holders = actor_names(session, {one.held_by for one in held})
    return render_template(
        "staff/invitations.html",
        day=today(),
        planned=[one for one in planned if one.outcome is Outcome.invited],
        failing=[one for one in planned if one.outcome is Outcome.failed],
        excluded=[
            one for one in planned if one.outcome is Outcome.excluded and one.reason is not Reason.held
        ],
        held=held,
        holders=holders,
        has_preview=is_preview_possible(),
    )


@blueprint.get("/invitations/<title_id>/letter.pdf")
@access(staff(Permission.steer_invitations))
def preview_invitation(title_id: str) -> Response:
    """Hand out the letter as it would be sent, its code hidden."""
    if not is_preview_possible():
        raise NotFound
    with reading() as session:
        person_id, letter = build_preview(
            session,
            title_id=read_id(title_id),
            actor=actor(),
            now=now(),
            public_url=runtime().settings.public_url,
        )
    note_reading("invitation_preview", person_id=person_id)
    return attach(render_letter(letter, _HIDDEN).pdf, "application/pdf", "einladung.pdf")


@blueprint.post("/invitations/<title_id>/send")
@access(staff(Permission.steer_invitations))
def send_invitation(title_id: str) -> Response:
    """Send one invitation now."""

    def send(session: Session) -> Response:
        case_id = send_now(
            session,
            runtime().vault,
            title_id=read_id(title_id),
            actor=actor(),
            now=now(),
            public_url=runtime().settings.public_url,
        )
        return redirect(url_for("staff.case", ref=session.get_one(Case, case_id).ref), 303)

    return act(send)


@blueprint.route("/invitations/<title_id>/hold", methods=["GET", "POST"])
@access(staff(Permission.steer_invitations))
def hold(title_id: str) -> str | Response:
    """Keep an invitation back, with a reason and perhaps a day to look again."""
    form, wanted = HoldForm(), read_id(title_id)
    if form.validate_on_submit():
        reason, review_on = form.reason.data or "", form.review_day

        def keep(session: Session) -> Response:
            hold_invitation(
                session, title_id=wanted, reason=reason, review_on=review_on, actor=actor(), now=now()
            )
            return redirect(url_for("staff.invitations", _anchor="zurueckgehalten"), 303)

        done = attempt(form.reason, keep)
        if done is not None:
            return done
    one = _find(wanted)
    if one is None:
        raise AlreadyInvited if form.is_submitted() else NotFound
    return render_template("staff/hold.html", one=one, form=form)


@blueprint.post("/invitations/<title_id>/release")
@access(staff(Permission.steer_invitations))
def release(title_id: str) -> Response:
    """Let a held invitation go with the next night."""

    def let_go(session: Session) -> Response:
        release_invitation(session, title_id=read_id(title_id), actor=actor(), now=now())
        return redirect(url_for("staff.invitations"), 303)

    return act(let_go)


def is_preview_possible() -> bool:
    """Tell whether this machine can make letters."""
    try:
        check_available()
    except LettersUnavailable:
        return False
    return True


def _find(title_id: UUID) -> PlannedInvitation | HeldInvitation | None:
    with reading() as session:
        scope = own_scope(session)
        held, planned = (
            list_held(session, scope, now=now()),
            list_tomorrow(session, scope, now=now(), limit=_MOST),
        )
    listed: list[PlannedInvitation | HeldInvitation] = [*held, *planned]
    for one in listed:
        if one.title_id == title_id:
            return one
    return None
