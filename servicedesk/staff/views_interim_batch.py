"""Release many at once, after one look at everybody who would get one."""

from collections.abc import Sequence

from flask import redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.interim.queries.register import list_to_release
from servicedesk.interim.rules.printing import spell_basis
from servicedesk.interim.service import release_many
from servicedesk.kernel.permissions import Permission
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import own_scope, today
from servicedesk.staff.interim_desk import interim_desk
from servicedesk.staff.interim_wording import STATES
from servicedesk.staff.interim_worklist import Work, WorkRow, list_address, sort_work
from servicedesk.web.access import access, staff
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, reading

MOST_AT_ONCE = 200


@blueprint.route("/interim/release", methods=["GET", "POST"])
@access(staff(Permission.release_confirmation))
def release_batch() -> str | Response:
    """Show everybody who would get one, ticked; release those that stay ticked."""
    shown = request.args.get("show", "")
    if request.method == "GET":
        with reading() as session:
            rows = _pressable(session, shown)
        return _page(rows, shown)
    chosen = frozenset(request.form.getlist("ref")[:MOST_AT_ONCE])

    def let_go(session: Session) -> Response:
        # What was seen is what is released: whatever came into the list meanwhile is not among the chosen.
        rows = [one.row for one in _pressable(session, "") if one.row.ref in chosen]
        result = release_many(
            session,
            interim_desk(session),
            confirmation_ids=[row.id for row in rows],
            actor=actor(),
        )
        left = len(chosen) - len(result.released)
        return redirect(list_address(result.released, left=left or None), 303)

    if not chosen:
        with reading() as session:
            rows = _pressable(session, shown)
        return _page(rows, shown, has_errors=True)
    return act(let_go)


def _pressable(session: Session, shown: str) -> Sequence[WorkRow]:
    work = sort_work(list_to_release(session, own_scope(session), limit=MOST_AT_ONCE), actor().ref)
    wanted = {Work(shown)} if shown in {Work.release, Work.second} else {Work.release, Work.second}
    return [one for one in work if one.is_pressable and one.work in wanted]


def _page(rows: Sequence[WorkRow], shown: str, *, has_errors: bool = False) -> str:
    return render_template(
        "staff/interim_batch.html",
        rows=rows,
        shown=shown,
        day=today(),
        interim_states=STATES,
        has_errors=has_errors,
        spell_basis=spell_basis,
    )
