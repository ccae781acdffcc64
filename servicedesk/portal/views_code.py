"""Open a case with the code of a letter and a birth date, one question a page."""

import base64
import binascii
import math
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask import session as browser
from werkzeug.wrappers import Response

from servicedesk.accounts import sessions
from servicedesk.accounts.codes import CodeAccepted, CodeRefused, check_code
from servicedesk.accounts.rules import BirthDate, parse_code
from servicedesk.cases.queries.doors import find_birth_date
from servicedesk.db import audit
from servicedesk.kernel.crypto import CannotOpen
from servicedesk.kernel.permissions import Actor, ActorKind
from servicedesk.portal.forms import BirthDateForm, CodeForm
from servicedesk.web import cookies
from servicedesk.web.access import PUBLIC, RESIDENT, access
from servicedesk.web.dates import PartialDate
from servicedesk.web.runtime import actor, identity, now, office, runtime, unit_of_work

blueprint = Blueprint("portal_code", __name__, url_prefix="/<lang>")

# The typed code waits in the visitor's own cookie, sealed, until the birth date is there too.
_PLACE = ("browser", UUID(int=0), "code")
_KEY = "code"


@blueprint.route("/code", methods=["GET", "POST"], endpoint="code")
@access(PUBLIC)
def code() -> str | Response:
    """Ask for the code; a typing slip is told at once and counts as nothing."""
    form = CodeForm()
    if form.validate_on_submit():
        if parse_code(form.code.data or ""):
            sealed = runtime().vault.seal_text(form.code.data or "", *_PLACE)
            browser[_KEY] = base64.b85encode(sealed).decode()
            return redirect(url_for("portal_code.birth_date"), 303)
        form.refuse_slip()
    return render_template("portal/code.html", form=form, has_ended="ended" in request.args)


@blueprint.route("/code/birth-date", methods=["GET", "POST"])
@access(PUBLIC)
def birth_date() -> str | Response | tuple[str, int]:
    """Ask for the birth date, check both, open the case; every failure is told in the same words."""
    typed = _waiting_code()
    if typed is None:
        return redirect(url_for("portal_code.code"), 303)
    form = BirthDateForm()
    if not form.validate_on_submit():
        return render_template("portal/birth_date.html", form=form, refused=False, wait_minutes=0)
    outcome, token = _open_case(typed, form.birth_date.form.read())
    if isinstance(outcome, CodeRefused):
        minutes = math.ceil(outcome.wait.total_seconds() / 60)
        page = render_template("portal/birth_date.html", form=form, refused=True, wait_minutes=minutes)
        return page, 429 if minutes else 200
    browser.clear()
    cookies.give_token("resident", token)
    return redirect(url_for("portal_case.home"), 303)


def _open_case(typed: str, born: PartialDate | None) -> tuple[CodeAccepted | CodeRefused, str]:
    token = ""
    with unit_of_work() as session:
        outcome = check_code(
            session,
            runtime().vault,
            now=now(),
            office_id=office().id,
            typed_code=typed,
            birth_date=BirthDate(born.year, born.month, born.day) if born else None,
            source=request.remote_addr or "",
            find_birth_date=lambda kind, subject: find_birth_date(session, kind, subject),
        )
        if not isinstance(outcome, CodeRefused):
            case_id = outcome.subject[1]
            token = sessions.start_session(
                session, office_id=office().id, kind="resident", subject_id=case_id, now=now()
            )
            who = Actor(kind=ActorKind.resident, office_id=office().id, case_id=case_id)
            audit.record(session, now=now(), actor=who, action="open_case_by_code", subject=("case", case_id))
    return outcome, token


@blueprint.post("/sign-out")
@access(RESIDENT)
def sign_out() -> Response:
    """End the session, so that the next person at this phone sees nothing."""
    signed_in = identity()
    if signed_in is not None:
        with unit_of_work() as session:
            sessions.end_session(session, signed_in.session_id)
            subject = ("case", signed_in.actor.case_id)
            audit.record(session, now=now(), actor=actor(), action="leave_case", subject=subject)
    browser.clear()
    g.identity = None
    cookies.drop_token("resident")
    return redirect(url_for("portal_code.signed_out"), 303)


@blueprint.get("/signed-out")
@access(PUBLIC)
def signed_out() -> str:
    """Say that nobody can see the case on this device any more."""
    return render_template("portal/signed_out.html")


def _waiting_code() -> str | None:
    waiting = browser.get(_KEY)
    if not isinstance(waiting, str):
        return None
    try:
        return runtime().vault.open_text(base64.b85decode(waiting), *_PLACE)
    except (CannotOpen, ValueError, binascii.Error):
        return None
