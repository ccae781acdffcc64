"""Show the imports of expiry lists: counts, difference, rejected lines to download, lines that are gone."""

from flask import render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from servicedesk.cases.queries.case_page import actor_names
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.permissions import Permission
from servicedesk.offices.queries import list_staff
from servicedesk.outreach.queries.vanished import list_gone_lines
from servicedesk.register.errors import RejectsGone
from servicedesk.register.queries.imports import count_imports, get_import, list_imports
from servicedesk.register.service.rejects import rejects_path
from servicedesk.staff import wording
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import note_reading, read_id
from servicedesk.web.access import access, staff
from servicedesk.web.dates import read_number
from servicedesk.web.runtime import office, reading, runtime

_PER_PAGE = 25
_MOST_GONE = 200


@blueprint.get("/imports")
@access(staff(Permission.manage_office))
def imports() -> str:
    """List the imports, the latest first."""
    page = max(read_number(request.args.get("page", "1")[:6]) or 1, 1)
    first = (page - 1) * _PER_PAGE
    with reading() as session:
        total = count_imports(session, office().id)
        runs = list_imports(session, office().id, limit=_PER_PAGE, offset=first)
        names = actor_names(session, {run.started_by for run in runs})
    return render_template(
        "staff/imports.html",
        runs=runs,
        names=names,
        first=first + 1,
        total=total,
        previous=url_for("staff.imports", page=page - 1) if page > 1 else None,
        following=url_for("staff.imports", page=page + 1) if first + len(runs) < total else None,
        states=wording.IMPORT_STATES,
        kinds=wording.DIFFERENCE_LABELS,
    )


@blueprint.get("/imports/<import_id>")
@access(staff(Permission.manage_office))
def import_run(import_id: str) -> str:
    """Show one import with everything it changed, and what is kept though the list no longer has it."""
    with reading() as session:
        run = get_import(session, office().id, read_id(import_id))
        names = actor_names(session, {run.started_by})
        gone = list_gone_lines(session, office().id, run.id, limit=_MOST_GONE)
        owners = {one.id: one.name for one in list_staff(session, office().id, with_inactive=True)}
    return render_template(
        "staff/import.html",
        run=run,
        names=names,
        gone=gone,
        owners=owners,
        most=_MOST_GONE,
        states=wording.IMPORT_STATES,
        kinds=wording.DIFFERENCE_LABELS,
        asked=wording.GONE_LABELS,
    )


@blueprint.get("/imports/<import_id>/rejects.csv")
@access(staff(Permission.manage_office))
def import_rejects(import_id: str) -> Response:
    """Hand out the rejected lines of an import as a file to save; that is recorded."""
    with reading() as session:
        run = get_import(session, office().id, read_id(import_id))
    if not run.rejected:
        raise NotFound
    path = rejects_path(runtime().settings.data_dir, office().ref, run.id, run.started_at).absolute()
    if not path.is_file():
        raise RejectsGone
    note_reading(f"import_rejects {run.id.hex}", person_id=None)
    answer = send_file(path, "text/csv", as_attachment=True, download_name=path.name, conditional=False)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
