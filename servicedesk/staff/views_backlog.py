"""Show the team lead who waits for a proposed time, and when the desks will have had room for all of them."""

from flask import render_template

from servicedesk.booking.queries import list_backlog
from servicedesk.kernel.permissions import Permission
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import own_scope
from servicedesk.web.access import access, staff
from servicedesk.web.runtime import now, reading


@blueprint.get("/backlog")
@access(staff(Permission.see_team))
def backlog() -> str:
    """Count who waits, per case worker, with the week in which the last of them finds a seat."""
    with reading() as session:
        lines = list_backlog(session, own_scope(session), now=now())
    return render_template("staff/backlog.html", lines=lines)
