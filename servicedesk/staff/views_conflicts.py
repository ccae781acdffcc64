"""Offer new times to everybody whose appointment lies outside the hours since they changed; one press for all."""

from functools import partial

from flask import redirect, url_for
from werkzeug.wrappers import Response

from servicedesk.booking.queries import list_conflicts
from servicedesk.booking.service import offer_instead
from servicedesk.cases.queries.worklist import list_visible
from servicedesk.kernel.errors import Refusal
from servicedesk.kernel.permissions import Permission
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import own_scope
from servicedesk.web.access import access, staff
from servicedesk.web.runtime import actor, now, office, reading, runtime


@blueprint.post("/conflicts/offer")
@access(staff(Permission.work_case))
def offer_for_conflicts() -> Response:
    """Offer each of them other days; whoever has offers already gets no second letter, however often this is pressed."""
    with reading() as session:
        found = list_conflicts(session, office().id, now=now())
        visible = list_visible(session, own_scope(session), [one.case_id for one in found])
    for conflict in found:
        if conflict.case_id not in visible:
            continue
        offer = partial(
            offer_instead,
            case_id=conflict.case_id,
            now=now(),
            actor=actor(),
            vault=runtime().vault,
            public_url=runtime().settings.public_url,
        )
        try:
            # A transaction each: one that cannot be served must not undo the others.
            runtime().database.run(offer)
        except Refusal:
            continue
    return redirect(url_for("staff.requests", _anchor="vorgeschlagen"), 303)
