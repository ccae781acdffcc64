"""Explain the interim confirmation to the person it is for: where it stands, what it is good for, what it is not."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from servicedesk.interim.queries.resident import find_resident_confirmation
from servicedesk.portal.confirmation import tell
from servicedesk.portal.journey import load_page, own_case
from servicedesk.web.access import RESIDENT, access
from servicedesk.web.runtime import now, office, reading

ASKING = "Ich bitte um eine Fiktionsbescheinigung nach § 81 Abs. 5 AufenthG."
"""What a person says at the counter or writes; German, since that is what the office hears."""

blueprint = Blueprint("portal_confirmation", __name__, url_prefix="/<lang>/case")


@blueprint.get("/confirmation")
@access(RESIDENT)
def show() -> str | Response:
    """Show where it stands; the paper itself comes by post or at the counter (ADR 0015)."""
    with reading() as session:
        page = load_page(session)
        found = find_resident_confirmation(session, office(), own_case(), now=now())
    if found is None:
        return redirect(url_for("portal_case.home"), 303)
    return render_template(
        "portal/case_confirmation.html", page=page, confirmation=tell(found), asking=ASKING
    )
