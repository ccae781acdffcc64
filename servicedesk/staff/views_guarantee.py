"""Show a team lead the promise of the next four weeks: who ends, applied, is confirmed, is at risk, and what helps."""

from flask import render_template

from servicedesk.interim.rules.guarantee import STANDING_LABELS
from servicedesk.kernel.permissions import Permission
from servicedesk.outreach.queries.guarantee import ACT_LABELS, get_guarantee_overview
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import own_scope
from servicedesk.staff.guarantee_chart import HEIGHT, STACK, WIDTH, build_chart, split_counts
from servicedesk.web.access import access, staff
from servicedesk.web.runtime import now, reading

TONES = {
    "gap": "danger",
    "alarm": "danger",
    "at_risk": "warning",
    "not_applied": "warning",
    "planned": "info",
    "confirmed": "success",
}
"""How loud a standing is; what is not named is plain."""


@blueprint.get("/guarantee")
@access(staff(Permission.see_team))
def guarantee() -> str:
    """Show the number, the picture, and whom to help."""
    with reading() as session:
        overview = get_guarantee_overview(session, own_scope(session), now=now())
    return render_template(
        "staff/guarantee.html",
        overview=overview,
        counts=split_counts(overview.total),
        past=split_counts(overview.past),
        split_counts=split_counts,
        stack=STACK,
        chart=build_chart(overview.days),
        width=WIDTH,
        height=HEIGHT,
        act_labels=ACT_LABELS,
        standing_labels=STANDING_LABELS,
        tones=TONES,
    )
