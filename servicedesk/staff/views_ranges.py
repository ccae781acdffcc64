"""Show who is responsible for which names; reading only."""

from datetime import timedelta

from flask import render_template

from servicedesk.cases.queries.bands import list_bands
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import today
from servicedesk.web.access import STAFF, access
from servicedesk.web.runtime import office, reading

_YEAR = timedelta(days=365)


@blueprint.get("/ranges")
@access(STAFF)
def ranges() -> str:
    """Show the alphabet of every team with owners, gaps and load."""
    with reading() as session:
        bands = list_bands(session, office().id, first_on=today(), last_on=today() + _YEAR)
    return render_template("staff/ranges.html", bands=bands)
