"""Ask what the list of papers depends on, one question a page, and never what is known already."""

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.queries.checklist import Checklist
from servicedesk.cases.queries.resident import get_resident_checklist
from servicedesk.cases.service import answer_question
from servicedesk.checklists.errors import ContradictoryFacts
from servicedesk.checklists.rules import Fact, FactInfo
from servicedesk.kernel.errors import Refusal
from servicedesk.portal.forms import FactForm
from servicedesk.portal.journey import load_page, own_case
from servicedesk.web.access import RESIDENT, access
from servicedesk.web.edge import sentence
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, now, office, reading

blueprint = Blueprint("portal_papers", __name__, url_prefix="/<lang>/case/papers")


@blueprint.get("/questions")
@access(RESIDENT)
def begin() -> Response:
    """Lead to the first open question, or back to the list when nothing is left to ask."""
    checklist = _open_checklist()
    return redirect(_next_address(checklist, None) if checklist else url_for("portal_case.papers"), 303)


@blueprint.route("/questions/<fact>", methods=["GET", "POST"])
@access(RESIDENT)
def question(fact: str) -> str | Response:
    """Ask one question; an answer given before is filled in."""
    checklist = _open_checklist()
    info = find_asked(checklist, fact) if checklist else None
    if checklist is None or info is None:
        return redirect(url_for("portal_case.papers"), 303)
    form = FactForm(info.question_for(is_child=checklist.is_child))
    if form.validate_on_submit():
        done = _keep(form, info)
        if done is not None:
            return done
    elif not form.is_submitted() and info.fact in checklist.answers:
        form.fill(checklist.answers[info.fact].value)
    left = sum(one.fact is not info.fact for one in checklist.questions)
    return render_template("portal/case_question.html", form=form, info=info, left=left)


@blueprint.get("/answers")
@access(RESIDENT)
def answers() -> str | Response:
    """Show every answer with a way to change it."""
    checklist = _open_checklist()
    if checklist is None:
        return redirect(url_for("portal_case.papers"), 303)
    lines = [
        (info, answer.value)
        for info in checklist.catalogue.facts.values()
        if (answer := checklist.answers.get(info.fact)) and find_asked(checklist, info.fact.value)
    ]
    return render_template("portal/case_answers.html", lines=lines, checklist=checklist)


def find_asked(checklist: Checklist, name: str) -> FactInfo | None:
    """Return a fact that may be asked in this case, None for every other name."""
    if checklist.concern is None or name not in {fact.value for fact in checklist.concern.facts}:
        return None
    info = checklist.catalogue.facts[Fact(name)]
    return info if info.is_askable and checklist.register.of(info.fact) is None else None


def _keep(form: FactForm, info: FactInfo) -> Response | None:
    def store(session: Session) -> Response:
        answer_question(
            session, case_id=own_case(), fact=info.fact, value=form.value, actor=actor(), now=now()
        )
        checklist = get_resident_checklist(session, actor(), office(), now=now())
        return redirect(_next_address(checklist, info.fact), 303)

    try:
        return act(store)
    except ContradictoryFacts as fault:
        form.answer.errors = [sentence(fault)]
        return None
    except Refusal:
        # The case moved on meanwhile: the list as it is now says what holds.
        return redirect(url_for("portal_case.papers"), 303)


def _next_address(checklist: Checklist, answered: Fact | None) -> str:
    """Return the next open question after an answered one, then those passed over, then the list."""
    order = list(checklist.catalogue.facts)
    place = order.index(answered) if answered else -1
    names = [info.fact for info in checklist.questions]
    following = [fact for fact in names if order.index(fact) > place] or names
    if not following:
        return url_for("portal_case.papers")
    return url_for("portal_papers.question", fact=following[0].value)


def _open_checklist() -> Checklist | None:
    """Return what one's own list rests on; None where the case is closed or nothing has been applied for yet."""
    with reading() as session:
        view = load_page(session).view
    return None if view.is_closed or view.receipt is None else view.checklist
