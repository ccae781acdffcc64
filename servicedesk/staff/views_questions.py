"""Answer the questions of residents, oldest first, by keyboard."""

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.answering import SHOWN_FOR, load_blocks
from servicedesk.cases.queries.questions import (
    QuestionPage,
    count_waiting,
    find_next_question,
    get_question_page,
    list_questions,
)
from servicedesk.cases.queries.worklist import list_visible
from servicedesk.cases.service.questions import answer_case_question, forward_question
from servicedesk.kernel.locales import get_language
from servicedesk.kernel.permissions import Permission
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.common import attempt, note_reading, own_scope, read_id
from servicedesk.staff.question_forms import AnswerForm, ForwardForm
from servicedesk.web.access import access, staff
from servicedesk.web.runtime import actor, now, office, reading, runtime

_MOST = 200


@blueprint.get("/questions")
@access(staff(Permission.work_case))
def questions() -> str:
    """List questions: those that wait, the oldest first, or the answered ones."""
    shows_answered = request.args.get("show") == "answered"
    with reading() as session:
        scope = own_scope(session)
        found = list_questions(
            session, scope, office(), now=now(), is_answered=shows_answered, limit=_MOST + 1
        )
        waiting = count_waiting(session, scope)
    return render_template(
        "staff/questions.html",
        questions=found[:_MOST],
        has_more=len(found) > _MOST,
        waiting=waiting,
        shows_answered=shows_answered,
        late=sum(one.is_overdue for one in found),
        days=office().details.answer_days,
    )


@blueprint.route("/questions/<question_id>", methods=["GET", "POST"])
@access(staff(Permission.work_case))
def question(question_id: str) -> str | Response:
    """Show one question and answer it; afterwards the next one opens."""
    wanted, form = read_id(question_id), AnswerForm()
    form.offer(office().languages)
    if form.validate_on_submit():
        blocks, text = tuple(form.blocks.data or ()), form.text.data or ""

        def answer(session: Session) -> Response:
            answer_case_question(
                session,
                runtime().vault,
                question_id=wanted,
                block_ids=blocks,
                text=text,
                locale=form.locale.data,
                actor=actor(),
                now=now(),
                public_url=runtime().settings.public_url,
            )
            following = find_next_question(session, own_scope(session), after=wanted)
            if following is None:
                return redirect(url_for("staff.questions"), 303)
            return redirect(url_for("staff.question", question_id=following.hex, done=1), 303)

        done = attempt(form.text, answer)
        if done is not None:
            return done
    return _page(_load(question_id), form, ForwardForm())


@blueprint.post("/questions/<question_id>/forward")
@access(staff(Permission.work_case))
def pass_question(question_id: str) -> str | Response:
    """Hand the question to a colleague in the team."""
    wanted, form = read_id(question_id), ForwardForm()
    page = _load(question_id)
    form.offer(page.colleagues)
    if form.validate_on_submit():

        def hand_on(session: Session) -> Response:
            forward_question(session, question_id=wanted, member_id=form.member_id, actor=actor(), now=now())
            return redirect(url_for("staff.questions"), 303)

        done = attempt(form.member, hand_on)
        if done is not None:
            return done
    answering = AnswerForm(formdata=None)
    answering.offer(office().languages)
    return _page(page, answering, form)


def _load(question_id: str) -> QuestionPage:
    with reading() as session:
        page = get_question_page(
            session, runtime().vault, own_scope(session), office(), read_id(question_id), now=now()
        )
    note_reading("question", person_id=page.line.person_id, case_id=page.line.case_id)
    return page


def _page(page: QuestionPage, form: AnswerForm, forward: ForwardForm) -> str:
    if not forward.is_submitted() or forward.member.choices is None:
        forward.offer(page.colleagues)
    with reading() as session:
        sees_case = page.line.case_id in list_visible(session, own_scope(session), [page.line.case_id])
    return render_template(
        "staff/question.html",
        page=page,
        line=page.line,
        form=form,
        forward=forward,
        blocks=tuple(load_blocks().values()),
        chosen=frozenset(form.blocks.data or ()),
        sees_case=sees_case,
        asked_in=get_language(page.line.locale),
        answered_in=get_language(page.answer.locale) if page.answer else None,
        shown_days=SHOWN_FOR.days,
        was_sent=request.args.get("done") == "1",
    )
