"""Show today: appointments, people without a letter, tasks, tomorrow's invitations, who is at risk."""

from datetime import timedelta

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.booking.queries import Conflict, DayEntry, list_conflicts, list_day
from servicedesk.cases.queries.contact import list_contact_requests
from servicedesk.cases.queries.questions import QuestionLine, list_questions
from servicedesk.cases.queries.scope import Scope
from servicedesk.cases.queries.tasks import list_tasks
from servicedesk.cases.queries.worklist import list_visible
from servicedesk.cases.service import complete_task
from servicedesk.interim.queries.requests import count_own_requests
from servicedesk.kernel.permissions import Permission
from servicedesk.outreach.queries.guarantee import count_lived_gap_days
from servicedesk.outreach.queries.preview import list_tomorrow
from servicedesk.outreach.queries.risk import list_risk
from servicedesk.outreach.rules import Outcome
from servicedesk.register.queries.contacts import WaitingClaim, list_waiting_claims
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import own_scope, read_id, today
from servicedesk.staff.nav import SEES_FILES
from servicedesk.staff.standing_in import read_standing
from servicedesk.staff.views_interim import VIEW_LABELS, View, load_worklist
from servicedesk.staff.wording import CLAIM_LABELS
from servicedesk.web.access import STAFF, access, staff
from servicedesk.web.idempotency import act
from servicedesk.web.locale import gettext
from servicedesk.web.runtime import actor, now, office, reading, runtime

_LOOK_AHEAD = timedelta(days=14)
_SHOWN = 8
_ANSWERS_FOR = timedelta(hours=12)
"""How long the front desk is pointed to an answer."""


@blueprint.get("/", endpoint="today")
@access(STAFF)
def show_today() -> str:
    """Show what waits for the person who signed in."""
    who = actor()
    if not any(who.may(permission) for permission in SEES_FILES):
        return render_template("staff/today_admin.html", day=today())
    with reading() as session:
        scope = own_scope(session)
        appointments, coming = _appointments(session)
        contacts = (
            list_contact_requests(session, scope, limit=_SHOWN + 1)
            if who.may(Permission.match_contact)
            else ()
        )
        return render_template(
            "staff/today.html",
            day=today(),
            appointments=appointments,
            coming=coming,
            visible=list_visible(
                session, scope, [one.appointment.case_id for one in (*appointments, *coming)]
            ),
            conflicts=_conflicts(session, scope),
            contacts=contacts,
            claims=_claims(session, scope),
            claim_labels=CLAIM_LABELS,
            questions=_questions(session, scope),
            tasks=list_tasks(session, scope, limit=_SHOWN + 1),
            risks=list_risk(session, scope, vault=runtime().vault, now=now(), limit=_SHOWN + 1).people,
            planned=_planned(session, scope),
            standing=read_standing(session, who, today()),
            confirmations=_confirmations(session, scope),
            gap_days=count_lived_gap_days(session, scope, now=now())
            if who.may(Permission.see_team)
            else None,
            most=_SHOWN,
        )


@blueprint.post("/tasks/<task_id>/done")
@access(staff(*SEES_FILES))
def finish_task(task_id: str) -> Response:
    """Note that a task is done."""

    def finish(session: Session) -> Response:
        complete_task(session, task_id=read_id(task_id), actor=actor(), now=now())
        case_ref = request.form.get("case", "")[:24]
        if case_ref:
            return redirect(url_for("staff.case", ref=case_ref), 303)
        return redirect(url_for("staff.today", _anchor="aufgaben"), 303)

    return act(finish)


def _appointments(session: Session) -> tuple[tuple[DayEntry, ...], tuple[DayEntry, ...]]:
    """Return today's appointments, and those of the next day that has any."""
    who, day = actor(), today()
    if who.member_id is None and not who.may(Permission.see_office):
        return (), ()
    members = who.deputised_ids | {who.member_id} if who.member_id is not None else None
    listed = list_day(session, office().id, day, last_day=day + _LOOK_AHEAD, member_ids=members)
    at_once = tuple(entry for entry in listed if entry.appointment.starts_local.date() == day)
    later = [entry for entry in listed if entry.appointment.starts_local.date() > day]
    first = later[0].appointment.starts_local.date() if later else None
    return at_once, tuple(entry for entry in later if entry.appointment.starts_local.date() == first)


def _claims(session: Session, scope: Scope) -> tuple[WaitingClaim, ...]:
    """Return new contact data to confirm, for those who may."""
    if not actor().may(Permission.confirm_contact):
        return ()
    return list_waiting_claims(session, office().id, scope.people(), now=now(), limit=_SHOWN + 1)


def _questions(session: Session, scope: Scope) -> tuple[QuestionLine, ...]:
    """Return the questions that wait longest, for those who answer them."""
    if not actor().may(Permission.work_case):
        return ()
    return list_questions(session, scope, office(), now=now(), limit=_SHOWN + 1)


def _conflicts(session: Session, scope: Scope) -> tuple[Conflict, ...]:
    found = list_conflicts(session, office().id, now=now())
    visible = list_visible(session, scope, [conflict.case_id for conflict in found])
    return tuple(conflict for conflict in found if conflict.case_id in visible)


def _confirmations(session: Session, scope: Scope) -> list[tuple[str, int | None, str, bool]]:
    """Return what waits about interim confirmations, each with the way to it; empty where nothing does."""
    if actor().may(Permission.release_confirmation):
        counts = load_worklist(session, scope).counts()
        return [
            (gettext(VIEW_LABELS[view]), count, url_for("staff.interim", show=view), False)
            for view, count in counts.items()
            if count and view is not View.ending
        ]
    waiting, answered = count_own_requests(session, actor(), since=now() - _ANSWERS_FOR)
    words = ((gettext("warten auf Antwort"), waiting), (gettext("beantwortet"), answered))
    return [(text, count, url_for("staff.interim"), False) for text, count in words if count]


def _planned(session: Session, scope: Scope) -> int | None:
    """Return how many invitations leave in the next night, None for those who do not steer them."""
    if not actor().may(Permission.steer_invitations):
        return None
    planned = list_tomorrow(session, scope, now=now())
    return sum(one.outcome is Outcome.invited for one in planned)
