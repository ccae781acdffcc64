"""Order all blank checklists as one file for the rack, watch how far it is, and load it."""

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.queries.case_page import actor_names
from servicedesk.checklists.queries.racks import RackLine, get_rack_file, list_racks
from servicedesk.checklists.rules.racks import RackFault, RackState
from servicedesk.checklists.service.racks import order_rack, stop_rack
from servicedesk.kernel.locales import LANGUAGES
from servicedesk.staff import wording
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import attach, read_id
from servicedesk.web.access import STAFF, access
from servicedesk.web.idempotency import act
from servicedesk.web.locale import gettext, is_switching
from servicedesk.web.runtime import actor, now, office, reading

N_ = str
"""Mark a German text for the catalogues of translations."""

FAULTS = {
    RackFault.stopped: N_("angehalten"),
    RackFault.no_letters: N_(
        "Auf diesem Rechner lassen sich keine Blätter drucken. Sagen Sie es der Betriebsstelle."
    ),
    RackFault.crashed: N_("Ein Blatt ließ sich nicht zeichnen. Sagen Sie es der Betriebsstelle."),
    RackFault.too_old: N_("Niemand hat den Auftrag fertig bekommen. Läuft der Hintergrunddienst?"),
}


@dataclass(frozen=True, slots=True)
class _Shown:
    line: RackLine
    who: str


@blueprint.route("/checklists/rack", methods=["GET", "POST"])
@access(STAFF)
def rack() -> str | Response:
    """Show the latest orders and take a new one."""
    if request.method == "GET" or is_switching():
        return _page(office().languages, is_large=False)
    wanted = [tag for tag in office().languages if tag in request.form.getlist("locales")]
    is_large = "large" in request.form
    if not wanted:
        return _page(wanted, is_large=is_large, fault=gettext("Wählen Sie mindestens eine Sprache."))

    def order(session: Session) -> Response:
        order_rack(
            session, office_id=office().id, locales=wanted, is_large=is_large, actor=actor(), now=now()
        )
        return redirect(url_for("staff.rack", _anchor="stand"), 303)

    return act(order)


@blueprint.post("/checklists/rack/<rack_id>/stop")
@access(STAFF)
def end_rack(rack_id: str) -> Response:
    """Stop an order that nobody wants any more."""
    wanted = read_id(rack_id)

    def stop(session: Session) -> Response:
        stop_rack(session, office_id=office().id, rack_id=wanted, actor=actor(), now=now())
        return redirect(url_for("staff.rack", _anchor="stand"), 303)

    return act(stop)


@blueprint.get("/checklists/rack/<rack_id>/file")
@access(STAFF)
def rack_file(rack_id: str) -> Response:
    """Load the finished file."""
    with reading() as session:
        pdf = get_rack_file(session, office().id, read_id(rack_id))
    return attach(pdf, "application/pdf", "checklisten-auslage.pdf")


def _page(chosen: list[str] | tuple[str, ...], *, is_large: bool, fault: str = "") -> str:
    languages = sorted(
        ((tag, wording.language_name(tag), LANGUAGES[tag].endonym) for tag in office().languages),
        key=lambda one: one[1],
    )
    return render_template(
        "staff/rack.html",
        choices=languages,
        chosen=chosen,
        is_large=is_large,
        fault=fault,
        has_errors=bool(fault),
        **_orders(),
    )


def _orders() -> dict[str, object]:
    with reading() as session:
        lines = list_racks(session, office().id, now=now())
        names = actor_names(session, {line.ordered_by for line in lines})
    return {
        "orders": [_Shown(line, names.get(line.ordered_by, "")) for line in lines],
        "is_busy": any(line.state in {RackState.waiting, RackState.drawing} for line in lines),
        "faults": FAULTS,
    }
