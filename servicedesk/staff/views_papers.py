"""Keep the list of a case right: what it rests on, a changed catalogue, legal bases nobody knows."""

from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.queries.changed_lists import list_changed_lists
from servicedesk.cases.queries.checklist import Checklist
from servicedesk.cases.queries.scope import find_case_id
from servicedesk.cases.service import adopt_catalogue, answer_question, forget_answer
from servicedesk.checklists.errors import ContradictoryFacts
from servicedesk.checklists.rules import Fact, FactInfo
from servicedesk.kernel.permissions import Permission
from servicedesk.outreach.queries import count_unknown_bases
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.case_file import open_file
from servicedesk.staff.common import own_scope
from servicedesk.staff.forms import ConfirmForm, facts_form
from servicedesk.web.access import access, staff
from servicedesk.web.edge import sentence
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, now, office, reading

_WORDS = {True: "yes", False: "no", None: "unknown"}


@blueprint.route("/cases/<ref>/facts", methods=["GET", "POST"])
@access(staff(Permission.record_application))
def facts(ref: str) -> str | Response:
    """Show what the list of a case rests on, and take what somebody knows better."""
    file = open_file(ref, "facts")
    checklist = file.case.checklist
    asked = list_asked(checklist)
    form = facts_form((info.fact.value, info.question_for(is_child=checklist.is_child)) for info in asked)
    faults: list[tuple[None, str]] = []
    if form.validate_on_submit():
        try:
            return act(lambda session: _store(session, ref, checklist, _typed(form, asked)))
        except ContradictoryFacts as fault:
            faults = [(None, sentence(fault))]
    elif request.method == "GET":
        for info in asked:
            given = checklist.answers.get(info.fact)
            form[info.fact.value].data = _WORDS[given.value if given else None]
    return render_template(
        "staff/facts.html", file=file, case=file.case, asked=asked, form=form, faults=faults
    )


@blueprint.route("/cases/<ref>/new-list", methods=["GET", "POST"])
@access(staff(Permission.work_case))
def new_list(ref: str) -> str | Response:
    """Show what the catalogue of today would change in a case's list, and let the case follow it."""
    form = ConfirmForm()
    if form.validate_on_submit():
        version = request.form.get("version", "")[:40]

        def adopt(session: Session) -> Response:
            case_id = find_case_id(session, own_scope(session), ref)
            adopt_catalogue(session, case_id=case_id, version=version, actor=actor(), now=now())
            return redirect(url_for("staff.case", ref=ref, _anchor="unterlagen"), 303)

        return act(adopt)
    file = open_file(ref, "new_list")
    if file.case.pending_change is None:
        return redirect(url_for("staff.case", ref=ref, _anchor="unterlagen"), 303)
    return render_template(
        "staff/new_list.html", file=file, case=file.case, change=file.case.pending_change, form=form
    )


@blueprint.get("/changed-lists")
@access(staff(Permission.work_case))
def changed_lists() -> str:
    """List the open cases in scope whose list a changed catalogue would change."""
    with reading() as session:
        lines = list_changed_lists(session, own_scope(session), now=now())
    return render_template("staff/changed_lists.html", lines=lines)


@blueprint.get("/unknown-bases")
@access(staff(Permission.work_case, Permission.manage_office))
def unknown_bases() -> str:
    """List legal bases that no rule knows: their titles fell to the general concern. Numbers only, no person."""
    with reading() as session:
        lines = count_unknown_bases(session, office().id)
    return render_template("staff/unknown_bases.html", lines=lines)


def _typed(form: Any, asked: list[FactInfo]) -> dict[Fact, bool | None]:
    read = {word: value for value, word in _WORDS.items()}
    return {info.fact: read.get(form[info.fact.value].data) for info in asked}


def _store(session: Session, ref: str, checklist: Checklist, typed: dict[Fact, bool | None]) -> Response:
    case_id = find_case_id(session, own_scope(session), ref)
    before = {fact: answer.value for fact, answer in checklist.answers.items()}
    changed = {fact: value for fact, value in typed.items() if before.get(fact) is not value}
    # First what is taken back: an answer must not stumble over one that is about to go.
    for fact in changed:
        if before.get(fact) is not None:
            forget_answer(session, case_id=case_id, fact=fact, actor=actor(), now=now())
    for fact, value in changed.items():
        if value is not None:
            answer_question(session, case_id=case_id, fact=fact, value=value, actor=actor(), now=now())
    return redirect(url_for("staff.case", ref=ref, _anchor="unterlagen"), 303)


def list_asked(checklist: Checklist) -> list[FactInfo]:
    """Return the facts of a case that people answer, in the order in which they are asked."""
    if checklist.concern is None:
        return []
    wanted = checklist.concern.facts
    return [
        info
        for fact, info in checklist.catalogue.facts.items()
        if fact in wanted and info.is_askable and checklist.register.of(fact) is None
    ]
