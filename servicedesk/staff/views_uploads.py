"""Show staff the pages of files that came in: pictures we have drawn ourselves, never the file."""

from flask import make_response
from werkzeug.wrappers import Response

from servicedesk.cases.queries.uploads import get_page_picture
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import note_reading, own_scope, read_id
from servicedesk.staff.nav import SEES_FILES
from servicedesk.web.access import access, staff
from servicedesk.web.runtime import reading, runtime


@blueprint.get("/uploads/<upload_id>/pages/<int:number>")
@access(staff(*SEES_FILES))
def upload_page(upload_id: str, number: int) -> Response:
    """Show one page of a file as a picture, and record that it was looked at."""
    with reading() as session:
        page = get_page_picture(
            session, runtime().vault, own_scope(session), read_id(upload_id), min(number, 10_000)
        )
    note_reading("upload_page", person_id=page.person_id, case_id=page.case_id)
    return show_picture(page.content, page.media_type)


def show_picture(content: bytes, media_type: str) -> Response:
    """Return a picture that can do nothing, wherever it is opened."""
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
