"""Show who may lose a title without having applied, and what was tried."""

from flask import render_template

from servicedesk.offices.queries import list_staff
from servicedesk.outreach.queries.risk import list_risk
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import own_scope, today
from servicedesk.staff.nav import SEES_FILES
from servicedesk.web.access import access, staff
from servicedesk.web.runtime import now, office, reading

_MOST = 200


@blueprint.get("/risk")
@access(staff(*SEES_FILES))
def risk() -> str:
    """Show people and unmatched messages, the nearest end first."""
    with reading() as session:
        found = list_risk(session, own_scope(session), now=now(), limit=_MOST)
        owners = {one.id: one.name for one in list_staff(session, office().id, with_inactive=True)}
    return render_template("staff/risk.html", found=found, owners=owners, day=today(), most=_MOST)
