"""Show the exports for the case-management system, make the next one, and hand one out again."""

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.queries.case_page import actor_names
from servicedesk.exports.queries import find_latest_cursor, find_stretch, get_run, list_runs
from servicedesk.exports.service import begin_export, build_archive, note_handed_out, stretch_of
from servicedesk.kernel.permissions import Permission
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import attach, read_id
from servicedesk.web.access import access, staff
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, now, office, reading, runtime


@blueprint.get("/exports")
@access(staff(Permission.manage_office))
def exports() -> str:
    """List the exports, the latest first, and say how much is new."""
    with reading() as session:
        cursor = find_latest_cursor(session, office().id)
        runs = list_runs(session, office().id)
        fresh = find_stretch(session, office().id, cursor)[1]
        names = actor_names(session, {run.created_by for run in runs})
    return render_template("staff/exports.html", runs=runs, fresh=fresh, cursor=cursor, names=names)


@blueprint.post("/exports")
@access(staff(Permission.manage_office))
def make_export() -> Response:
    """Fix the next export; where nothing is new, none is made."""

    def begin(session: Session) -> Response:
        cursor = find_latest_cursor(session, office().id)
        begin_export(session, office_id=office().id, since=cursor, actor=actor(), now=now())
        return redirect(url_for("staff.exports"), 303)

    return act(begin)


@blueprint.post("/exports/<run_id>/zip")
@access(staff(Permission.manage_office))
def take_export(run_id: str) -> Response:
    """Hand out the lines of one export; each time is recorded."""
    wanted = read_id(run_id)

    def take(session: Session) -> bytes:
        run = get_run(session, office().id, wanted)
        stretch = stretch_of(session, office().id, run)
        note_handed_out(session, stretch, actor=actor(), now=now())
        return build_archive(session, stretch)

    # Without a key: taking it twice is harmless, and is recorded twice.
    content = runtime().database.run(take)
    return attach(content, "application/zip", f"export-{wanted.hex[-8:]}.zip")
