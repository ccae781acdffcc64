"""Show new contact data that people have given, confirm it after asking them, or refuse it."""

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.queries.people import get_person_page, read_reachable
from servicedesk.cases.service.claims import confirm_contact, get_waiting_claim, refuse_contact
from servicedesk.kernel.permissions import Permission
from servicedesk.register.queries import list_claims
from servicedesk.register.queries.contacts import list_waiting_claims
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import attempt, note_reading, own_scope, read_id
from servicedesk.staff.forms import ClaimForm, RefuseClaimForm
from servicedesk.staff.wording import CLAIM_LABELS
from servicedesk.web.access import access, staff
from servicedesk.web.runtime import actor, now, office, reading, runtime

_MOST = 200


@blueprint.get("/claims")
@access(staff(Permission.confirm_contact))
def claims() -> str:
    """List new addresses, e-mail addresses and telephone numbers, the oldest first."""
    with reading() as session:
        people = own_scope(session).people()
        found = list_waiting_claims(session, office().id, people, now=now(), limit=_MOST)
    return render_template("staff/claims.html", claims=found, labels=CLAIM_LABELS, most=_MOST)


@blueprint.route("/claims/<claim_id>", methods=["GET", "POST"])
@access(staff(Permission.confirm_contact))
def claim(claim_id: str) -> str | Response:
    """Show what is new beside what is known; confirm it after checking identity."""
    form, wanted = ClaimForm(), read_id(claim_id)
    if form.validate_on_submit():
        checked, is_old_told = form.identity_check.data or "", bool(form.tell_old.data)

        def confirm(session: Session) -> Response:
            confirm_contact(
                session,
                runtime().vault,
                claim_id=wanted,
                identity_check=checked,
                tell_old_address=is_old_told,
                actor=actor(),
                now=now(),
                public_url=runtime().settings.public_url,
            )
            return redirect(url_for("staff.claims"), 303)

        done = attempt(form.identity_check, confirm)
        if done is not None:
            return done
    with reading() as session:
        found = get_waiting_claim(session, wanted, actor=actor(), now=now())
        page = get_person_page(session, own_scope(session), found.person_id)
        known = read_reachable(session, runtime().vault, found.person_id)
        views = list_claims(session, runtime().vault, found.person_id, now())
    note_reading("claim", person_id=found.person_id)
    value = next(view for view in views if view.id == wanted)
    return render_template(
        "staff/claim.html", claim=found, value=value, page=page, known=known, form=form, labels=CLAIM_LABELS
    )


@blueprint.route("/claims/<claim_id>/refuse", methods=["GET", "POST"])
@access(staff(Permission.confirm_contact))
def refuse_claim(claim_id: str) -> str | Response:
    """Refuse new contact data with a reason."""
    form, wanted = RefuseClaimForm(), read_id(claim_id)
    if form.validate_on_submit():
        reason = form.reason.data or ""

        def refuse(session: Session) -> Response:
            refuse_contact(session, claim_id=wanted, reason=reason, actor=actor(), now=now())
            return redirect(url_for("staff.claims"), 303)

        done = attempt(form.reason, refuse)
        if done is not None:
            return done
    with reading() as session:
        found = get_waiting_claim(session, wanted, actor=actor(), now=now())
    note_reading("claim", person_id=found.person_id)
    return render_template("staff/claim_refuse.html", claim=found, form=form, labels=CLAIM_LABELS)
