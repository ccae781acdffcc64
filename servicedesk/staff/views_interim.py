"""Show what waits about interim confirmations: to release, to look at, asked for at the counter, running out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from uuid import UUID

from flask import render_template, request, url_for
from sqlalchemy.orm import Session

from servicedesk.cases.models import Case
from servicedesk.cases.queries.case_page import actor_names
from servicedesk.cases.queries.scope import Scope
from servicedesk.cases.queries.tasks import TaskRow, list_tasks
from servicedesk.cases.rules import N_
from servicedesk.interim.law import settings_of
from servicedesk.interim.queries.facts import InterimCase, list_interim_cases
from servicedesk.interim.queries.register import ConfirmationRow, list_running_out, list_to_release
from servicedesk.interim.queries.requests import RequestRow, list_open_requests, list_own_requests
from servicedesk.interim.rules.printing import spell_basis
from servicedesk.kernel.permissions import Permission
from servicedesk.offices.queries import list_staff
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import instant_at, own_scope, today
from servicedesk.staff.interim_wording import REQUEST_ANSWERS, STATES
from servicedesk.staff.interim_worklist import TOLD, Work, WorkRow, pick, sort_work
from servicedesk.staff.views_interim_register import SEES_CONFIRMATIONS
from servicedesk.web.access import access, staff
from servicedesk.web.locale import gettext
from servicedesk.web.runtime import actor, now, office, reading

MOST = 200
_TASKS = frozenset({"interim_decide", "interim_overdue", "interim_unissued", "interim_review"})
_ANSWERED_SINCE = timedelta(days=2)


class View(StrEnum):
    """Name a part of the list, as it stands in the address."""

    release = "release"
    second = "second"
    look = "look"
    requests = "requests"
    ending = "ending"


@dataclass(frozen=True, slots=True)
class Decision:
    """Be a case in which the rules leave it to a person and nothing is proposed, with why and what helps."""

    task: TaskRow
    case: InterimCase | None


@dataclass(frozen=True, slots=True)
class Worklist:
    """Hold everything that waits for the reader."""

    work: tuple[WorkRow, ...]
    decisions: tuple[Decision, ...]
    requests: tuple[RequestRow, ...]
    ending: tuple[ConfirmationRow, ...]

    @property
    def release(self) -> tuple[WorkRow, ...]:
        """Return what can be released at once."""
        return pick(self.work, Work.release)

    @property
    def second(self) -> tuple[WorkRow, ...]:
        """Return what waits for a second person."""
        return pick(self.work, Work.second)

    @property
    def look(self) -> tuple[WorkRow, ...]:
        """Return what somebody has to look at first, or see to."""
        return pick(self.work, Work.look, Work.seal)

    @property
    def pressable(self) -> tuple[WorkRow, ...]:
        """Return what the reader may release all at once."""
        return tuple(one for one in self.work if one.is_pressable)

    def counts(self) -> Mapping[View, int]:
        """Return how much is in each part."""
        return {
            View.requests: len(self.requests),
            View.release: len(self.release),
            View.second: len(self.second),
            View.look: len(self.look) + len(self.decisions),
            View.ending: len(self.ending),
        }

    @property
    def waiting(self) -> int:
        """Return how much a person has to act on."""
        return sum(count for view, count in self.counts().items() if view is not View.ending)


VIEW_LABELS: Mapping[View, str] = {
    View.requests: N_("Anfragen der Servicestelle"),
    View.release: N_("freizugeben"),
    View.second: N_("wartet auf eine zweite Person"),
    View.look: N_("ein Mensch muss hinsehen"),
    View.ending: N_("Prüftag naht"),
}


@blueprint.get("/interim")
@access(staff(*SEES_CONFIRMATIONS))
def interim() -> str:
    """Show the work list; to the front desk its own requests and the way to the register."""
    if not actor().may(Permission.release_confirmation):
        return _front_desk()
    shown = request.args.get("show", "")
    view = View(shown) if shown in set(View) else None
    with reading() as session:
        worklist = load_worklist(session, own_scope(session))
        names = actor_names(
            session,
            {one.asked_by for one in worklist.requests}
            | {one.row.first_released_by for one in worklist.second},
        )
        members = {one.id: one.name for one in list_staff(session, office().id, with_inactive=True)}
    return render_template(
        "staff/interim.html",
        work=worklist,
        view=view.value if view else "",
        filters=_filters(view, worklist),
        names=names,
        members=members,
        interim_states=STATES,
        day=today(),
        most=MOST,
        told={name: _number(name) for name in (*TOLD, "left")},
        settings=settings_of(office().details),
        spell_basis=spell_basis,
    )


def load_worklist(session: Session, scope: Scope) -> Worklist:
    """Gather what waits for the reader."""
    settings = settings_of(office().details)
    work = sort_work(list_to_release(session, scope, limit=MOST), actor().ref)
    until = today() + timedelta(days=settings.propose_days)
    return Worklist(
        work=work,
        decisions=_decisions(session, scope, {one.row.case_id for one in work}),
        requests=list_open_requests(session, scope, limit=MOST),
        ending=list_running_out(session, scope, until=until, limit=MOST),
    )


def _decisions(session: Session, scope: Scope, proposed: set[UUID]) -> tuple[Decision, ...]:
    """Return the tasks about cases without a proposal; those with one stand in the other lists."""
    tasks = [one for one in list_tasks(session, scope, limit=MOST) if one.kind in _TASKS]
    tasks = [one for one in tasks if one.case_id is not None and one.case_id not in proposed]
    wanted = Case.id.in_({one.case_id for one in tasks})
    cases = {one.case_id: one for one in list_interim_cases(session, office(), only=wanted, now=now())}
    return tuple(Decision(one, cases.get(one.case_id) if one.case_id else None) for one in tasks)


def _front_desk() -> str:
    since = instant_at(today() - _ANSWERED_SINCE, time())
    with reading() as session:
        mine = list_own_requests(session, own_scope(session), actor(), since=since, limit=MOST)
        names = actor_names(session, {one.answered_by for one in mine if one.answered_by})
    return render_template(
        "staff/interim_counter.html", mine=mine, names=names, answers=REQUEST_ANSWERS, day=today()
    )


def _filters(view: View | None, worklist: Worklist) -> list[tuple[str, int | None, str, bool]]:
    everything = (gettext("alles"), worklist.waiting, url_for("staff.interim"), view is None)
    register = (gettext("Register ansehen"), None, url_for("staff.interim_register"), False)
    parts = [
        (gettext(VIEW_LABELS[one]), count, url_for("staff.interim", show=one), view is one)
        for one, count in worklist.counts().items()
        if count or view is one
    ]
    return [everything, *parts, register]


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
