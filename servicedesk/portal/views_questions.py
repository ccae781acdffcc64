"""Let a resident ask the office about the case, and read what it answered."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.answering import SHOWN_FOR, Wish
from servicedesk.cases.models import Case
from servicedesk.cases.queries.questions import has_confirmed_email
from servicedesk.cases.service.questions import ask_question, hide_question
from servicedesk.kernel.errors import NotFound, Refusal
from servicedesk.kernel.locales import LANGUAGES, get_language
from servicedesk.portal.asked import load_questions
from servicedesk.portal.journey import keep_answers, own_case, read_answers
from servicedesk.portal.question_forms import AskForm, WishForm
from servicedesk.web.access import RESIDENT, access
from servicedesk.web.edge import sentence
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, language, now, office, reading, runtime, unit_of_work

blueprint = Blueprint("portal_questions", __name__, url_prefix="/<lang>/case/questions")

_DRAFT = "question"


@blueprint.get("/", endpoint="list")
@access(RESIDENT)
def show() -> str:
    """Show what was asked and answered, what one may ask, and how long it takes."""
    with reading() as session:
        found = load_questions(session)
        is_closed = session.get_one(Case, own_case()).closed_at is not None
        has_mail = has_confirmed_email(session, session.get_one(Case, own_case()).person_id)
    return render_template(
        "portal/questions.html",
        questions=found,
        is_closed=is_closed,
        has_mail=has_mail,
        days=office().details.answer_days,
        shown_days=SHOWN_FOR.days,
        language_of=_language_of,
    )


@blueprint.route("/ask", methods=["GET", "POST"])
@access(RESIDENT)
def ask() -> str | Response:
    """Ask for the question; with a confirmed e-mail address it leaves at once."""
    with reading() as session:
        case = session.get_one(Case, own_case())
        draft = read_answers(session).get(_DRAFT, "")
        has_mail = has_confirmed_email(session, case.person_id)
        is_closed = case.closed_at is not None
    if is_closed:
        return redirect(url_for("portal_questions.list"), 303)
    form = AskForm(text=draft)
    if form.validate_on_submit():
        text = form.text.data or ""
        _keep(text)
        if not has_mail:
            return redirect(url_for("portal_questions.how"), 303)
        done = _send(text, Wish.page, form.text)
        if done is not None:
            return done
    return render_template(
        "portal/question_ask.html", form=form, days=office().details.answer_days, has_mail=has_mail
    )


@blueprint.route("/how", methods=["GET", "POST"])
@access(RESIDENT)
def how() -> str | Response:
    """Ask how the answer is to come, and send the question."""
    with reading() as session:
        draft = read_answers(session).get(_DRAFT, "")
    if not draft and request.method == "GET":
        return redirect(url_for("portal_questions.ask"), 303)
    form = WishForm()
    if form.validate_on_submit():
        # A second click finds the draft gone; its key gets it the first answer.
        done = _send(draft, form.chosen, form.wish)
        if done is not None:
            return done
    return render_template("portal/question_how.html", form=form, draft=draft)


@blueprint.post("/<question_id>/hide")
@access(RESIDENT)
def hide(question_id: str) -> Response:
    """Put one answered question away from these pages."""
    try:
        wanted = UUID(hex=question_id[:40])
    except ValueError as fault:
        raise NotFound from fault

    def put_away(session: Session) -> Response:
        hide_question(session, case_id=own_case(), question_id=wanted, actor=actor(), now=now())
        return redirect(url_for("portal_questions.list"), 303)

    return act(put_away)


def _keep(text: str) -> None:
    with unit_of_work() as session:
        keep_answers(session, **{_DRAFT: text})


def _send(text: str, wish: Wish, field: Any) -> Response | None:
    """Send the question; a refusal becomes the fault of `field`, and None is returned."""

    def send(session: Session) -> Response:
        ask_question(
            session,
            runtime().vault,
            case_id=own_case(),
            text=text,
            wish=wish,
            locale=language().tag,
            actor=actor(),
            now=now(),
        )
        keep_answers(session, **{_DRAFT: None})
        return redirect(url_for("portal_questions.list", _anchor="fragen"), 303)

    try:
        return act(send)
    except NotFound:
        raise
    except Refusal as fault:
        field.errors = [*field.errors, sentence(fault)]
        return None


def _language_of(tag: str) -> dict[str, str]:
    found = LANGUAGES.get(tag, get_language(tag))
    return {"lang": found.lang, "dir": found.dir, "name": found.endonym}
