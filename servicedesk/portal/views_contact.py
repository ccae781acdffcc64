"""Let somebody without a letter apply: a question a page, then the explicit sentence; the arrival counts."""

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.accounts.floods import FloodLimit, admit
from servicedesk.cases.service import ContactContent, receive_contact_request
from servicedesk.checklists.catalogue import Catalogue
from servicedesk.checklists.queries import office_catalogue
from servicedesk.checklists.rules import Concern
from servicedesk.kernel.clock import local_day
from servicedesk.portal import forms
from servicedesk.portal.drafts import read_draft, write_draft
from servicedesk.portal.wording import statement_of
from servicedesk.web import formatting
from servicedesk.web.access import PUBLIC, access
from servicedesk.web.dates import PartialDate
from servicedesk.web.idempotency import act
from servicedesk.web.locale import say, use_texts
from servicedesk.web.runtime import language, now, office, reading, runtime

blueprint = Blueprint("portal_contact", __name__, url_prefix="/<lang>/contact")

FLOOD = FloodLimit(
    door="contact",
    at_once=20,
    window=timedelta(minutes=15),
    step=timedelta(seconds=20),
    longest=timedelta(minutes=5),
)
"""A house full of people behind one address passes at once; a program soon waits five minutes each time."""

STEPS = ("name", "birth-date", "ends", "concern", "reach")
Answers = dict[str, Any]


@blueprint.get("/", endpoint="contact")
@access(PUBLIC)
def begin() -> str:
    """Say what this way is for and what it needs."""
    return render_template("portal/contact_start.html")


@blueprint.route("/<step>", methods=["GET", "POST"])
@access(PUBLIC)
def question(step: str) -> str | Response:
    """Ask one question, keep the answer, go on to the next or back to the check page."""
    if step not in STEPS:
        abort(404)
    answers = read_draft()
    if "receipt" in answers:
        return redirect(url_for("portal_contact.received"), 303)
    form = _FORMS[step](answers)
    if not form.validate_on_submit():
        return render_template(f"portal/contact_{step.replace('-', '_')}.html", form=form, back=_back(step))
    answers[step] = _READERS[step](form)
    # No key here: an answer may be sent again with another value after going back.
    runtime().database.run(lambda session: write_draft(session, answers))
    return redirect(_next(answers), 303)


@blueprint.route("/check", methods=["GET", "POST"])
@access(PUBLIC)
def check() -> str | Response | tuple[str, int]:
    """Show every answer; the button applies."""
    answers = read_draft()
    if "receipt" in answers:
        return redirect(url_for("portal_contact.received"), 303)
    missing = _first_missing(answers)
    if missing:
        return redirect(url_for("portal_contact.question", step=missing), 303)
    form = forms.ConfirmForm()
    concern = _offered(answers["concern"])
    if concern is None:
        return _gone(answers, is_sent=form.is_submitted())
    sentence = statement_of(concern.title_form)
    if not form.validate_on_submit():
        return render_template(
            "portal/contact_check.html",
            form=form,
            answers=answers,
            concern=concern,
            sentence=sentence,
            ends_on=_day(answers),
        )

    arrived_at = _arrival(answers)
    passes_at = _passes_at(answers)
    if passes_at > now():
        return redirect(url_for("portal_contact.wait"), 303)

    def send(session: Session) -> Response:
        ref = receive_contact_request(
            session,
            runtime().vault,
            office=office(),
            received_at=arrived_at,
            locale=language().tag,
            concern_id=concern.id,
            ends_on=_day(answers),
            content=_content(answers, sentence),
            now=now(),
        )
        write_draft(session, {"receipt": {"ref": ref, "at": arrived_at.isoformat()}})
        return redirect(url_for("portal_contact.received"), 303)

    return act(send)


def _offered(concern_id: str) -> Concern | None:
    """Return the chosen concern while it is offered; it may have been withdrawn since it was chosen."""
    concern = _catalogue().find_concern(concern_id)
    return concern if concern is not None and concern.is_offered(_today()) else None


def _gone(answers: Answers, *, is_sent: bool) -> tuple[str, int]:
    """Say that the concern is withdrawn and ask for another one; nothing else typed is lost, nor the moment."""
    if is_sent and "arrived_at" not in answers:
        # The application has reached us, whatever it is called: this is the moment that counts.
        answers["arrived_at"] = now().isoformat()
        runtime().database.run(lambda session: write_draft(session, answers))
    gone = _catalogue().find_concern(answers["concern"])
    arrived_at = _arrival(answers) if "arrived_at" in answers else None
    return render_template("portal/contact_gone.html", concern=gone, arrived_at=arrived_at), 410


def _catalogue() -> Catalogue:
    with reading() as session:
        catalogue = office_catalogue(session, office().id, _today())
    use_texts(catalogue.texts)
    return catalogue


def _today() -> date:
    return local_day(now(), office().zone)


@blueprint.get("/wait")
@access(PUBLIC)
def wait() -> str | Response:
    """Ask for a little patience when one network sends very much; the first arrival still counts."""
    answers = read_draft()
    if "passes_at" not in answers:
        return redirect(url_for("portal_contact.check"), 303)
    left = datetime.fromisoformat(answers["passes_at"]) - now()
    return render_template(
        "portal/contact_wait.html",
        form=forms.ConfirmForm(),
        arrived_at=_arrival(answers),
        minutes=max(0, math.ceil(left.total_seconds() / 60)),
    )


@blueprint.get("/received")
@access(PUBLIC)
def received() -> str | Response:
    """Show the receipt for as long as this browser keeps it; the same for known and unknown people."""
    receipt = read_draft().get("receipt")
    if receipt is None:
        return redirect(url_for("portal_contact.contact"), 303)
    return render_template(
        "portal/contact_received.html", receipt=receipt, receipt_at=datetime.fromisoformat(receipt["at"])
    )


def _arrival(answers: Answers) -> datetime:
    """Return the instant at which the application first reached us, also when it had to wait."""
    return datetime.fromisoformat(answers["arrived_at"]) if "arrived_at" in answers else now()


def _passes_at(answers: Answers) -> datetime:
    """Return from when the application is taken; what was promised once holds, whoever floods meanwhile."""
    if "passes_at" in answers:
        return datetime.fromisoformat(answers["passes_at"])

    def count(session: Session) -> datetime:
        pause = admit(session, runtime().vault, FLOOD, source=request.remote_addr or "", now=now())
        if pause:
            answers.update(arrived_at=now().isoformat(), passes_at=(now() + pause).isoformat())
            write_draft(session, answers)
        return now() + pause

    return runtime().database.run(count)


@blueprint.post("/again")
@access(PUBLIC)
def again() -> Response:
    """Start anew for somebody else, for instance another member of the family."""
    runtime().database.run(lambda session: write_draft(session, {}))
    return redirect(url_for("portal_contact.contact"), 303)


def _content(answers: Answers, sentence: str) -> ContactContent:
    born, name, reach = answers["birth-date"], answers["name"], answers["reach"]
    # Staff read these lines; the office's language is German.
    lines = [f"Adresse für Briefe: {reach['address']}"] if reach["address"] else []
    if reach["comes"]:
        lines.append("Kommt an den Schalter.")
    return ContactContent(
        family_name=name["family_name"],
        given_names=name["given_names"],
        birth_date=formatting.birth_date(born[0], born[1], born[2]),
        email=reach["email"],
        phone=reach["phone"],
        message="\n".join(lines),
        statement=sentence,
    )


def _day(answers: Answers) -> date | None:
    return date.fromisoformat(answers["ends"]) if answers["ends"] else None


def _first_missing(answers: Answers) -> str | None:
    return next((step for step in STEPS if step not in answers), None)


def _next(answers: Answers) -> str:
    missing = _first_missing(answers)
    return url_for("portal_contact.question", step=missing) if missing else url_for("portal_contact.check")


def _back(step: str) -> str:
    place = STEPS.index(step)
    if place == 0:
        return url_for("portal_contact.contact")
    return url_for("portal_contact.question", step=STEPS[place - 1])


def _name_form(answers: Answers) -> forms.NameForm:
    return forms.NameForm(data=answers.get("name"))


def _birth_form(answers: Answers) -> forms.OwnBirthDateForm:
    return forms.OwnBirthDateForm(data={"birth_date": _parts(answers.get("birth-date"))})


def _ends_form(answers: Answers) -> forms.EndDateForm:
    given = answers.get("ends")
    day = date.fromisoformat(given) if given else None
    parts = _parts([day.year, day.month, day.day]) if day else {}
    return forms.EndDateForm(data={"ends_on": parts, "unknown": "ends" in answers and not given})


def _concern_form(answers: Answers) -> forms.ConcernForm:
    form = forms.ConcernForm(data={"concern": answers.get("concern")})
    offered = _catalogue().list_contact_concerns(_today())
    form.concern.choices = [(one.id, say(one.name)) for one in offered]
    return form


def _reach_form(answers: Answers) -> forms.ReachForm:
    return forms.ReachForm(data=answers.get("reach"))


def _parts(born: list[int] | None) -> dict[str, str]:
    if not born:
        return {}
    return {"day": f"{born[2]:02d}", "month": f"{born[1]:02d}", "year": f"{born[0]:04d}"}


def _read_name(form: Any) -> Answers:
    return {"family_name": form.family_name.data or "", "given_names": form.given_names.data or ""}


def _read_birth(form: Any) -> list[int]:
    parts: PartialDate = form.birth_date.form.read()
    return [parts.year, parts.month, parts.day]


def _read_ends(form: Any) -> str:
    if form.unknown.data:
        return ""
    day: date = form.ends_on.form.read_day()
    return day.isoformat()


def _read_concern(form: Any) -> str:
    return str(form.concern.data)


def _read_reach(form: Any) -> Answers:
    return {
        "email": form.email.data or "",
        "phone": form.phone.data or "",
        "address": form.address.data or "",
        "comes": bool(form.comes.data),
    }


_FORMS: dict[str, Callable[[Answers], Any]] = {
    "name": _name_form,
    "birth-date": _birth_form,
    "ends": _ends_form,
    "concern": _concern_form,
    "reach": _reach_form,
}
_READERS: dict[str, Callable[[Any], Any]] = {
    "name": _read_name,
    "birth-date": _read_birth,
    "ends": _read_ends,
    "concern": _read_concern,
    "reach": _read_reach,
}
