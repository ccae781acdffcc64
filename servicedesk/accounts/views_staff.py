"""Sign staff in and out."""

from urllib.parse import urlsplit

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask import session as browser
from werkzeug.wrappers import Response

from servicedesk.accounts import sessions, staff
from servicedesk.accounts.errors import SignInDelayed, SignInFailed
from servicedesk.accounts.forms import SignInForm
from servicedesk.db import audit
from servicedesk.kernel.locales import STAFF_LANGUAGES
from servicedesk.kernel.permissions import Actor, ActorKind
from servicedesk.web import cookies
from servicedesk.web.access import PUBLIC, STAFF, access
from servicedesk.web.edge import sentence
from servicedesk.web.runtime import actor, identity, now, office, unit_of_work

blueprint = Blueprint("accounts_staff", __name__, url_prefix="/staff", template_folder="templates")


@blueprint.route("/sign-in", methods=["GET", "POST"])
@access(PUBLIC)
def sign_in() -> str | Response | tuple[str, int]:
    """Ask for login and password, open a session, go on to the page that was wanted."""
    form = SignInForm()
    wanted = _own_path(request.values.get("next"))
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form, wanted=wanted, refusal=None)
    refusal: SignInFailed | SignInDelayed
    try:
        token = _open_session(form.login.data or "", form.password.data or "")
    except SignInDelayed as fault:
        refusal = fault
    except SignInFailed as fault:
        with unit_of_work() as session:
            staff.note_failure(
                session, office_id=office().id, login=form.login.data or "", now=now(), actor=actor()
            )
        refusal = fault
    else:
        # A fresh CSRF token for the signed-in browser.
        browser.clear()
        cookies.give_token("staff", token)
        return redirect(wanted or url_for("staff.today"), 303)
    page = render_template("accounts/sign_in.html", form=form, wanted=wanted, refusal=sentence(refusal))
    return page, refusal.status


def _open_session(login: str, password: str) -> str:
    with unit_of_work() as session:
        staff.check_delay(session, office_id=office().id, login=login, now=now())
    with unit_of_work() as session:
        account = staff.check_password(session, office_id=office().id, login=login, password=password)
        staff.forget_failures(session, office_id=office().id, login=login)
        token = sessions.start_session(
            session, office_id=office().id, kind="staff", subject_id=account.id, now=now()
        )
        who = Actor(kind=ActorKind.staff, office_id=office().id, account_id=account.id)
        audit.record(session, now=now(), actor=who, action="sign_in", subject=("staff_account", account.id))
    return token


@blueprint.post("/sign-out")
@access(STAFF)
def sign_out() -> Response:
    """End the session and go back to the sign-in page."""
    signed_in = identity()
    with unit_of_work() as session:
        if signed_in is not None:
            sessions.end_session(session, signed_in.session_id)
            subject = ("staff_account", signed_in.actor.account_id)
            audit.record(session, now=now(), actor=actor(), action="sign_out", subject=subject)
    browser.clear()
    g.identity = None
    cookies.drop_token("staff")
    return redirect(url_for("accounts_staff.sign_in"), 303)


@blueprint.post("/language")
@access(STAFF)
def choose_language() -> Response:
    """Keep the language of the staff pages with the account."""
    wished = request.form.get("language", "de")
    account_id = actor().account_id
    if wished in STAFF_LANGUAGES and account_id is not None:
        with unit_of_work() as session:
            staff.set_language(session, account_id=account_id, language=wished)
    return redirect(_own_path(request.form.get("next")) or url_for("staff.today"), 303)


def _own_path(wanted: str | None) -> str | None:
    """Return `wanted` when it is a path of the staff pages, else None: never a way to another site."""
    if not wanted or "\\" in wanted or any(ord(sign) < 33 for sign in wanted):
        return None
    parts = urlsplit(wanted)
    return wanted if not parts.scheme and not parts.netloc and wanted.startswith("/staff") else None
