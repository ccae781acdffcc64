"""Take questions in, hand them on, answer them; the answer is the notice."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from servicedesk.cases.answering import Answer, Told, Wish, build_answer, check_question
from servicedesk.cases.errors import CaseClosed
from servicedesk.cases.frames import learn_sender, open_letter_desk, phrase
from servicedesk.cases.models import Case
from servicedesk.cases.queries.facts import addressee_of
from servicedesk.cases.queries.questions import TABLE, choose_told, get_question_in_scope, list_overdue
from servicedesk.cases.queries.scope import build_scope, get_case_for, require
from servicedesk.cases.question_errors import NotOfTheTeam, QuestionAnswered, QuestionNotFound
from servicedesk.cases.question_models import CaseQuestion
from servicedesk.cases.service.tasks import NewTask, open_tasks, settle_tasks
from servicedesk.db import audit
from servicedesk.kernel.clock import day_end, local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.locales import get_language
from servicedesk.kernel.permissions import SYSTEM, Actor, Permission
from servicedesk.notices.contexts import (
    Context,
    MailFrame,
    QuestionAnsweredLetter,
    QuestionAnsweredMail,
)
from servicedesk.notices.service import enqueue
from servicedesk.offices.queries import get_office_by_id, list_staff
from servicedesk.register.models import Person

OVERDUE_TASK = "question_overdue"


def ask_question(
    session: Session,
    vault: Vault,
    *,
    case_id: UUID,
    text: str,
    wish: Wish,
    locale: str,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Keep a question; the person reads the answer behind the code.

    Raises CaseNotFound, CaseClosed, QuestionEmpty, QuestionsWaiting, QuestionsToday.
    """
    case = get_case_for(session, actor, case_id)
    # Two phones of one person may ask at once: the second waits here and counts the first.
    session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
    if case.closed_at is not None:
        raise CaseClosed
    waiting, recent = _counts(session, case_id, now)
    kept = check_question(text, waiting=waiting, within_a_day=recent)
    question_id = new_id()
    session.add(
        CaseQuestion(
            id=question_id,
            office_id=case.office_id,
            case_id=case_id,
            text_sealed=vault.seal_text(kept, TABLE, question_id, "text_sealed"),
            locale=get_language(locale).tag,
            wish=wish.value,
            asked_at=now,
        )
    )
    session.flush()
    _audit(session, case, "ask_question", question_id, {"locale": locale, "wish": wish.value}, actor, now)
    return question_id


def answer_case_question(
    session: Session,
    vault: Vault,
    *,
    question_id: UUID,
    block_ids: tuple[str, ...],
    text: str,
    locale: str,
    actor: Actor,
    now: datetime,
    public_url: str | None,
) -> Told:
    """Answer a question once, tell the person, and say how.

    Raises QuestionNotFound, NotAllowed, QuestionAnswered, AnswerEmpty.
    """
    row, case = _waiting(session, question_id, actor)
    answer = build_answer(block_ids, text, locale)
    told = choose_told(session, row, case.person_id)
    taken: Any = session.execute(
        update(CaseQuestion)
        .where(CaseQuestion.id == question_id, CaseQuestion.answered_at.is_(None))
        .values(
            answer_sealed=vault.seal(answer.to_bytes(), TABLE, question_id, "answer_sealed"),
            answered_at=now,
            answered_by=actor.ref,
            told=told.value,
        )
    )
    if taken.rowcount != 1:
        raise QuestionAnswered
    _tell(session, vault, case, row, answer, told, now=now, public_url=public_url)
    if _counts(session, case.id, now)[0] == 0:
        settle_tasks(session, [case.id], [OVERDUE_TASK], actor=actor, now=now)
    details = {"told": told.value, "blocks": list(block_ids), "has_own_words": bool(answer.text)}
    _audit(session, case, "answer_case_question", question_id, details, actor, now)
    return told


def forward_question(
    session: Session, *, question_id: UUID, member_id: UUID, actor: Actor, now: datetime
) -> str:
    """Hand a question to a colleague in the team of the case and return the name.

    Raises QuestionNotFound, NotAllowed, QuestionAnswered, NotOfTheTeam.
    """
    row, case = _waiting(session, question_id, actor)
    member = next((one for one in list_staff(session, case.office_id) if one.id == member_id), None)
    if member is None or member.team_id != case.team_id:
        raise NotOfTheTeam
    row.member_id, row.forwarded_at, row.forwarded_by = member_id, now, actor.ref
    _audit(session, case, "forward_question", question_id, {"member": member.ref}, actor, now)
    return member.name


def hide_question(session: Session, *, case_id: UUID, question_id: UUID, actor: Actor, now: datetime) -> None:
    """Put an answered question away from the pages behind the code; the office keeps it.

    Raises CaseNotFound, QuestionNotFound.
    """
    case = get_case_for(session, actor, case_id)
    hidden: Any = session.execute(
        update(CaseQuestion)
        .where(
            CaseQuestion.id == question_id,
            CaseQuestion.case_id == case.id,
            CaseQuestion.answered_at.is_not(None),
        )
        .values(hidden_at=func.coalesce(CaseQuestion.hidden_at, now))
    )
    if hidden.rowcount != 1:
        raise QuestionNotFound
    _audit(session, case, "hide_question", question_id, {}, actor, now)


def raise_alarms(session: Session, *, office_id: UUID, now: datetime) -> int:
    """Ask the owner, and the team with them, about questions that wait longer than the office allows; how many."""
    office = get_office_by_id(session, office_id)
    today = local_day(now, office.zone)
    before = day_end(today - timedelta(days=office.details.answer_days + 1), office.zone)
    found = list_overdue(session, office_id, before=before)
    for row in found:
        case = session.get_one(Case, row.case_id)
        holders = {row.member_id or case.owner_id, None}
        open_tasks(
            session,
            office_id=office_id,
            tasks=[
                NewTask(
                    kind=OVERDUE_TASK,
                    dedupe_key=f"{OVERDUE_TASK}:{row.id.hex}:{holder.hex if holder else 'team'}",
                    person_id=case.person_id,
                    case_id=case.id,
                    team_id=case.team_id,
                    owner_id=holder,
                    due_on=today,
                )
                for holder in holders
            ],
            now=now,
        )
        row.alarmed_at = now
        _audit(session, case, "alarm_question", row.id, {}, SYSTEM, now)
    return len(found)


def _waiting(session: Session, question_id: UUID, actor: Actor) -> tuple[CaseQuestion, Case]:
    require(actor, Permission.work_case)
    row = get_question_in_scope(session, build_scope(session, actor), question_id)
    if row.answered_at is not None:
        raise QuestionAnswered
    return row, session.get_one(Case, row.case_id)


def _counts(session: Session, case_id: UUID, now: datetime) -> tuple[int, int]:
    """Return how many questions of a case wait, and how many were asked within a day."""
    waiting = func.count().filter(CaseQuestion.answered_at.is_(None))
    recent = func.count().filter(CaseQuestion.asked_at > now - timedelta(days=1))
    row = session.execute(select(waiting, recent).where(CaseQuestion.case_id == case_id)).one()
    return row[0], row[1]


def _tell(
    session: Session,
    vault: Vault,
    case: Case,
    row: CaseQuestion,
    answer: Answer,
    told: Told,
    *,
    now: datetime,
    public_url: str | None,
) -> None:
    if told is Told.page:
        return
    office = get_office_by_id(session, case.office_id)
    desk = open_letter_desk(session, office, public_url)
    learn_sender(session, desk, case.team_id, case.owner_id)
    person = addressee_of(session.get_one(Person, case.person_id))
    frame = desk.frame(person, case.team_id, case.owner_id, local_day(now, office.zone))
    context: Context
    if told is Told.email:
        context = QuestionAnsweredMail(
            frame=MailFrame(
                locale=frame.locale, office=desk.block, is_machine_translated=frame.is_machine_translated
            ),
            page_url=f"{desk.block.base_url}/{frame.locale}/code",
        )
    else:
        language = get_language(answer.locale)
        context = QuestionAnsweredLetter(
            frame=frame,
            asked_at=row.asked_at,
            sentences=tuple(phrase(text, frame.locale) for text in answer.sentences),
            text=answer.text,
            text_lang=language.lang,
            text_dir=language.dir,
            text_name=language.endonym,
        )
    enqueue(
        session,
        vault,
        now=now,
        office_id=case.office_id,
        kind=context.KIND,
        channel=context.MEDIUM.value,
        person_id=case.person_id,
        subject=("case", case.id),
        locale=frame.locale,
        context=context,
        dedupe_key=f"answer:{row.id.hex}",
        team_id=case.team_id,
        scope_member_id=case.owner_id,
    )


def _audit(
    session: Session,
    case: Case,
    action: str,
    question_id: UUID,
    details: dict[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        session,
        now=now,
        actor=actor,
        action=action,
        subject=("case", case.id),
        office_id=case.office_id,
        details={"question": question_id.hex, **details},
    )
