"""Show today: appointments, people without a letter, tasks."""

from flask import render_template

from servicedesk.booking.queries import list_day
from servicedesk.cases.queries.contact import list_contact_requests
from servicedesk.cases.queries.scope import build_scope
from servicedesk.cases.queries.tasks import list_tasks
from servicedesk.kernel.clock import local_day
from servicedesk.staff.blueprint import blueprint
from servicedesk.web.access import STAFF, access
from servicedesk.web.runtime import actor, now, office, reading


@blueprint.get("/")
@access(STAFF)
def today() -> str:
    """Show what waits for the person who signed in."""
    who, day = actor(), local_day(now(), office().zone)
    with reading() as session:
        scope = build_scope(session, who)
        appointments = list_day(session, office().id, day, member_id=who.member_id) if who.member_id else ()
        return render_template(
            "staff/today.html",
            day=day,
            appointments=appointments,
            contacts=list_contact_requests(session, scope),
            tasks=list_tasks(session, scope, limit=20),
        )
