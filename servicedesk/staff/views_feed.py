"""Hand the times of a desk to a calendar program that knows the address; nothing else opens it."""

import hashlib

from flask import Blueprint, make_response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.booking.feed_errors import FeedTooOften
from servicedesk.booking.queries.desks import find_feed
from servicedesk.booking.service.feeds import OpenedFeed, open_feed
from servicedesk.notices.calendars import FeedTime, build_feed
from servicedesk.web.access import PUBLIC, access
from servicedesk.web.runtime import now, office, reading, runtime

blueprint = Blueprint("desk_feed", __name__, url_prefix="/calendar")

_RETRY_SECONDS = "3600"


@blueprint.get("/<secret>.ics")
@access(PUBLIC)
def read(secret: str) -> Response:
    """Give the calendar of the desk whose secret this is.

    What is written is when the address was used last, and how often within the hour.
    """
    with reading() as session:
        feed_id = find_feed(session, office().id, secret[:80])

    def use(session: Session) -> OpenedFeed:
        return open_feed(session, office_id=office().id, feed_id=feed_id, now=now())

    try:
        opened = runtime().database.run(use)
    except FeedTooOften:
        response = make_response("", FeedTooOften.status)
        response.headers["Retry-After"] = _RETRY_SECONDS
        return response
    content = build_feed(
        opened.desk_name,
        opened.room or opened.desk_name,
        office().time_zone,
        [
            FeedTime(
                uid=f"{entry.appointment_id.hex}.desk@{office().host}",
                sequence=entry.sequence,
                starts_at=entry.starts_at,
                ends_at=entry.ends_at,
                changed_at=entry.changed_at,
                reference=entry.case_ref,
            )
            for entry in opened.entries
        ],
    )
    response = make_response(content)
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = 'inline; filename="schalter.ics"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(hashlib.sha256(content).hexdigest())
    return response.make_conditional(request)
