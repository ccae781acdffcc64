"""Show who may lose a title without having applied and what was tried; note one more attempt."""

from datetime import date
from typing import Any

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.queries.people import Reachable, get_person_page, read_reachable
from servicedesk.cases.queries.scope import find_case_id
from servicedesk.cases.queries.values import PersonView
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.permissions import Permission
from servicedesk.offices.queries import list_staff
from servicedesk.outreach.queries.attempts import Attempt, list_attempts_before_case
from servicedesk.outreach.queries.preview import get_title_in_scope
from servicedesk.outreach.queries.risk import list_risk
from servicedesk.outreach.rules import ReachKind
from servicedesk.outreach.service import log_attempt, log_attempt_before_case
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.case_file import open_file
from servicedesk.staff.common import attempt, note_reading, own_scope, read_id, today, wall_fields
from servicedesk.staff.forms import AttemptForm
from servicedesk.staff.nav import SEES_FILES
from servicedesk.web.access import access, staff
from servicedesk.web.runtime import actor, now, office, reading, runtime

_MOST = 200


@blueprint.get("/risk")
@access(staff(*SEES_FILES))
def risk() -> str:
    """Show people and unmatched messages, the nearest end first."""
    with reading() as session:
        found = list_risk(session, own_scope(session), vault=runtime().vault, now=now(), limit=_MOST)
        owners = {one.id: one.name for one in list_staff(session, office().id, with_inactive=True)}
    return render_template("staff/risk.html", found=found, owners=owners, day=today(), most=_MOST)


@blueprint.route("/cases/<ref>/attempt", methods=["GET", "POST"], endpoint="attempt")
@access(staff(Permission.work_case))
def note_attempt(ref: str) -> str | Response:
    """Note how somebody tried to reach the person of a case."""
    form = _new_form()
    if form.validate_on_submit():

        def log(session: Session) -> Response:
            log_attempt(
                session,
                runtime().vault,
                case_id=find_case_id(session, own_scope(session), ref),
                **_typed(form),
                actor=actor(),
                now=now(),
            )
            return redirect(url_for("staff.case", ref=ref, _anchor="versuche"), 303)

        done = attempt(form.note, log)
        if done is not None:
            return done
    file = open_file(ref, "attempt")
    case = file.case
    concern_name = case.concern.name if case.concern else case.concern_id
    return _page(
        form, case.person, case.ends_on, concern_name, file.reachable, file.attempts, case_ref=case.ref
    )


@blueprint.route("/risk/<title_id>/attempt", methods=["GET", "POST"])
@access(staff(Permission.work_case))
def attempt_before_case(title_id: str) -> str | Response:
    """Note how somebody tried to reach a person whose title has no case yet."""
    form, wanted = _new_form(), read_id(title_id)
    if form.validate_on_submit():

        def log(session: Session) -> Response:
            log_attempt_before_case(
                session, runtime().vault, title_id=wanted, **_typed(form), actor=actor(), now=now()
            )
            return redirect(url_for("staff.risk"), 303)

        done = attempt(form.note, log)
        if done is not None:
            return done
    with reading() as session:
        scope, vault = own_scope(session), runtime().vault
        title = get_title_in_scope(session, scope, wanted)
        page = get_person_page(session, scope, title.person_id)
        reachable = read_reachable(session, vault, page.person.id)
        tried = list_attempts_before_case(session, vault, [wanted]).get(wanted, ())
    note_reading("attempt", person_id=page.person.id)
    held = next((one for one in page.titles if one.id == wanted), None)
    if held is None:
        raise NotFound
    return _page(form, page.person, held.ends_on, held.concern_name, reachable, tried, title_id=wanted.hex)


def _new_form() -> AttemptForm:
    return AttemptForm(data=wall_fields(now(), "tried"))


def _typed(form: AttemptForm) -> dict[str, Any]:
    return {"kind": ReachKind(form.kind.data), "tried_at": form.tried_at, "note": form.note.data or ""}


def _page(
    form: AttemptForm,
    person: PersonView,
    ends_on: date | None,
    concern_name: str,
    reachable: Reachable,
    tried: tuple[Attempt, ...],
    *,
    case_ref: str | None = None,
    title_id: str | None = None,
) -> str:
    return render_template(
        "staff/attempt.html",
        form=form,
        person=person,
        ends_on=ends_on,
        concern_name=concern_name,
        reachable=reachable,
        tried=tried,
        case_ref=case_ref,
        title_id=title_id,
    )
