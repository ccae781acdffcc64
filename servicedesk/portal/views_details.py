"""Ask the small questions: address, language, e-mail, telephone. Each may be skipped; what is new is a claim."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.accounts.floods import FloodLimit, admit
from servicedesk.kernel.locales import LANGUAGES
from servicedesk.portal import forms
from servicedesk.portal.claims import confirm_email, keep_address, keep_email, keep_language, keep_phone
from servicedesk.portal.journey import keep_answers, own_case, read_answers
from servicedesk.register.errors import BadContact, UnknownClaim
from servicedesk.register.rules.contacts import Address
from servicedesk.web.access import PUBLIC, RESIDENT, access
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import language, now, office, reading, runtime

blueprint = Blueprint("portal_details", __name__, url_prefix="/<lang>/case/details")
links = Blueprint("portal_links", __name__, url_prefix="/<lang>/email")

_MAILS: dict[str, Any] = {
    "at_once": 5,
    "window": timedelta(hours=1),
    "step": timedelta(minutes=1),
    "longest": timedelta(hours=1),
}
"""Five mails an hour: nobody can use a code to fill a stranger's mailbox."""
_AFTER = {"email": "portal_details.email_sent"}
_HINTS = {"email": forms.INCOMPLETE_EMAIL, "phone": forms.ODD_PHONE, "address": forms.ODD_ADDRESS}


@blueprint.route("/address", methods=["GET", "POST"])
@access(RESIDENT)
def address() -> str | Response:
    """Ask for a new address; post goes on to the register's address until staff have confirmed it."""
    form = forms.AddressForm(data=_typed("address"))
    if form.validate_on_submit():
        typed = {name: form[name].data or "" for name in ("street", "house_number", "postcode", "town")}
        kept = _keep(form.street, "address", typed, lambda session: keep_address(session, Address(**typed)))
        if kept is not None:
            return kept
    return render_template("portal/details_address.html", form=form)


@blueprint.route("/language", methods=["GET", "POST"])
@access(RESIDENT)
def speech() -> str | Response:
    """Ask in which language to write; applies at once."""
    form = forms.LanguageForm(data={"language": language().tag})
    form.language.choices = [(tag, LANGUAGES[tag].endonym) for tag in office().languages if tag in LANGUAGES]
    if not form.validate_on_submit():
        return render_template("portal/details_language.html", form=form)
    runtime().database.run(lambda session: keep_language(session, form.language.data))
    return redirect(url_for("portal_case.home", lang=form.language.data), 303)


@blueprint.route("/email", methods=["GET", "POST"])
@access(RESIDENT)
def email() -> str | Response:
    """Ask for an e-mail address; a link in a mail to it confirms it."""
    form = forms.EmailForm(data={"email": _typed("email")})
    if form.validate_on_submit() and _is_within_limit(form):
        typed = form.email.data or ""
        kept = _keep(form.email, "email", typed, lambda session: keep_email(session, typed))
        if kept is not None:
            return kept
    return render_template("portal/details_email.html", form=form)


@blueprint.get("/email/sent")
@access(RESIDENT)
def email_sent() -> str | Response:
    """Say that a mail is on its way and what to do with it."""
    typed = _typed("email")
    if not typed:
        return redirect(url_for("portal_case.home"), 303)
    return render_template("portal/details_email_sent.html", typed=typed)


@blueprint.route("/phone", methods=["GET", "POST"])
@access(RESIDENT)
def phone() -> str | Response:
    """Ask for a telephone number."""
    form = forms.PhoneForm(data={"phone": _typed("phone")})
    if form.validate_on_submit():
        typed = form.phone.data or ""
        kept = _keep(form.phone, "phone", typed, lambda session: keep_phone(session, typed))
        if kept is not None:
            return kept
    return render_template("portal/details_phone.html", form=form)


@links.route("/<token>", methods=["GET", "POST"])
@access(PUBLIC)
def confirm(token: str) -> str | Response | tuple[str, int]:
    """Confirm an address with a button: opening the link alone changes nothing, programs open links, too."""
    form = forms.ConfirmForm()
    if not form.validate_on_submit():
        return render_template("portal/email_confirm.html", form=form, token=token, is_living=True)

    def accept(session: Session) -> Response:
        confirm_email(session, token)
        return redirect(url_for("portal_links.confirmed"), 303)

    try:
        return act(accept)
    except UnknownClaim:
        return render_template("portal/email_confirm.html", form=form, token=token, is_living=False), 404


@links.get("/confirmed")
@access(PUBLIC)
def confirmed() -> str:
    """Say that mail goes to the new address from now on."""
    return render_template("portal/email_confirmed.html")


def _keep(field: Any, kind: str, typed: object, store: Callable[[Session], None]) -> Response | None:
    """Store a claim and go on; None when the value cannot be one, with the reason at its field."""

    def keep(session: Session) -> Response:
        store(session)
        keep_answers(session, **{kind: typed})
        return redirect(url_for(_AFTER.get(kind, "portal_case.home")), 303)

    try:
        return act(keep)
    except BadContact:
        field.errors = [str(_HINTS[kind])]
        return None


def _is_within_limit(form: forms.EmailForm) -> bool:
    """Tell whether this case may send another confirmation mail; says so at the field where it may not."""
    limit = FloodLimit(door=f"email:{own_case()}", **_MAILS)
    pause = runtime().database.run(
        lambda session: admit(session, runtime().vault, limit, source="", now=now())
    )
    if pause:
        form.email.errors = [str(forms.ENOUGH_MAILS)]
    return not pause


def _typed(name: str) -> Any:
    with reading() as session:
        return read_answers(session).get(name)
