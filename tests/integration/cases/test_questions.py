"""Questions of residents: asked, handed on, answered once, told, warned of; on both engines."""

from datetime import timedelta
from uuid import UUID

import pytest

from servicedesk.cases.answering import MOST_WAITING, Told, Wish
from servicedesk.cases.errors import CaseClosed, CaseNotFound
from servicedesk.cases.models import Case, Task
from servicedesk.cases.queries.questions import (
    get_question_page,
    list_own_questions,
    list_questions,
)
from servicedesk.cases.queries.scope import build_scope
from servicedesk.cases.question_errors import (
    NotOfTheTeam,
    QuestionAnswered,
    QuestionNotFound,
    QuestionsToday,
    QuestionsWaiting,
)
from servicedesk.cases.question_jobs import run_question_alarms
from servicedesk.cases.question_models import CaseQuestion
from servicedesk.cases.service.questions import (
    answer_case_question,
    ask_question,
    forward_question,
    hide_question,
)
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.errors import NotAllowed
from servicedesk.kernel.permissions import Actor, ActorKind
from servicedesk.notices.models import Outbox
from servicedesk.notices.service import open_context
from servicedesk.register.models import Person
from servicedesk.register.service import claim_email
from servicedesk.register.service.contacts import confirm_claim
from tests.conftest import NOW
from tests.support import acting
from tests.support.acting import staff
from tests.support.desk import Desk


@pytest.fixture
def desk(db, cast, vault, clock):
    return Desk(db, None, cast, vault, clock)


@pytest.fixture
def case(desk):
    ref = desk.case(language="uk")
    return desk.row(Case, ref=ref)


@pytest.fixture
def people(db, cast):
    with db.reading() as session:
        return {name: staff(session, cast, name) for name in ("boris", "clara", "dmitri", "eva", "frida")}


def resident(case):
    return acting.resident(case.office_id, case.id)


def ask(desk, case, text="Що ще потрібно?", now=NOW, wish=Wish.page, actor=None):
    with desk.db.unit_of_work() as session:
        return ask_question(
            session,
            desk.vault,
            case_id=case.id,
            text=text,
            wish=wish,
            locale="uk",
            actor=actor or resident(case),
            now=now,
        )


def answer(
    desk, question_id, actor, now=NOW, blocks=("in_work",), text="Bitte bringen Sie das Original mit."
):
    with desk.db.unit_of_work() as session:
        return answer_case_question(
            session,
            desk.vault,
            question_id=question_id,
            block_ids=blocks,
            text=text,
            locale="de",
            actor=actor,
            now=now,
            public_url=None,
        )


def confirm_mail(desk, case):
    with desk.db.unit_of_work() as session:
        claim = claim_email(
            session,
            desk.vault,
            person_id=case.person_id,
            address="olena@example.org",
            now=NOW,
            actor=resident(case),
        )
        confirm_claim(session, desk.vault, token=claim.token, now=NOW, actor=resident(case))


def test_what_is_typed_lies_sealed_and_is_read_by_its_person_and_the_case_worker(desk, case, people):
    question_id = ask(desk, case)
    row = desk.row(CaseQuestion, id=question_id)
    assert "потрібно".encode() not in row.text_sealed
    with desk.db.reading() as session:
        (own,) = list_own_questions(session, desk.vault, case.id, now=NOW)
        scope = build_scope(session, people["boris"])
        page = get_question_page(session, desk.vault, scope, desk.cast.office, question_id, now=NOW)
    assert own.text == page.text == "Що ще потрібно?"
    assert own.answer is None
    assert page.told is Told.page
    with desk.db.reading() as session:
        texts = [str(event.details) for event in session.query(AuditEvent).filter_by(action="ask_question")]
    assert len(texts) == 1
    assert "потрібно" not in texts[0]


def test_nobody_asks_about_somebody_elses_case(desk, case):
    stranger = Actor(kind=ActorKind.resident, office_id=case.office_id, case_id=UUID(int=1))
    with pytest.raises(CaseNotFound):
        ask(desk, case, actor=stranger)


def test_the_limits_hold_and_give_way_with_an_answer_and_a_day(desk, case, people):
    ids = [ask(desk, case, now=NOW + timedelta(minutes=n)) for n in range(MOST_WAITING)]
    with pytest.raises(QuestionsWaiting):
        ask(desk, case)
    for question_id in ids:
        answer(desk, question_id, people["boris"])
    ask(desk, case, now=NOW + timedelta(minutes=10))
    ask(desk, case, now=NOW + timedelta(minutes=11))
    with pytest.raises(QuestionsToday):
        ask(desk, case, now=NOW + timedelta(minutes=12))
    ask(desk, case, now=NOW + timedelta(days=1, minutes=13))


def test_a_closed_case_takes_no_question_and_loses_none(desk, case, people):
    question_id = ask(desk, case)
    with desk.db.unit_of_work() as session:
        session.get_one(Case, case.id).closed_at = NOW
    with pytest.raises(CaseClosed):
        ask(desk, case)
    assert answer(desk, question_id, people["boris"]) is Told.page


def test_a_question_is_answered_once(desk, case, people):
    question_id = ask(desk, case)
    answer(desk, question_id, people["boris"])
    with pytest.raises(QuestionAnswered):
        answer(desk, question_id, people["eva"], text="Etwas anderes.")
    with desk.db.reading() as session:
        (own,) = list_own_questions(session, desk.vault, case.id, now=NOW)
    assert own.answer.text == "Bitte bringen Sie das Original mit."


def test_with_a_confirmed_address_a_mail_without_content_goes(desk, case, people):
    confirm_mail(desk, case)
    assert answer(desk, ask(desk, case, wish=Wish.letter), people["boris"]) is Told.email
    with desk.db.reading() as session:
        (row,) = session.query(Outbox).filter(Outbox.dedupe_key.like("answer:%")).all()
        context = open_context(session, desk.vault, row.id, row.context_sealed)
    assert (row.kind, row.channel, row.locale) == ("question_answered_mail", "email", "uk")
    assert "Original" not in str(context)
    assert "потрібно" not in str(context)


def test_without_one_a_letter_goes_where_it_was_wished(desk, case, people):
    assert answer(desk, ask(desk, case, wish=Wish.letter), people["boris"]) is Told.letter
    with desk.db.reading() as session:
        (row,) = session.query(Outbox).filter_by(kind="question_answered_letter").all()
        context = open_context(session, desk.vault, row.id, row.context_sealed)
    assert context.text == "Bitte bringen Sie das Original mit."
    assert "потрібно" not in str(context), "the question is not printed again"


def test_without_an_address_on_paper_the_page_remains(desk, case, people):
    with desk.db.unit_of_work() as session:
        session.get_one(Person, case.person_id).street = ""
    assert answer(desk, ask(desk, case, wish=Wish.letter), people["boris"]) is Told.page
    assert desk.rows(Outbox, kind="question_answered_letter") == []


def test_only_who_works_on_the_case_answers(desk, case, people):
    question_id = ask(desk, case)
    with pytest.raises(QuestionNotFound):
        answer(desk, question_id, people["clara"])
    for name in ("dmitri", "frida"):
        with pytest.raises(NotAllowed):
            answer(desk, question_id, people[name])


def test_a_colleague_gets_the_question_and_not_the_case(desk, case, people):
    question_id = ask(desk, case)
    clara = people["clara"]
    with desk.db.unit_of_work() as session:
        forward_question(
            session, question_id=question_id, member_id=clara.member_id, actor=people["boris"], now=NOW
        )
    with desk.db.reading() as session:
        scope = build_scope(session, clara)
        (line,) = list_questions(session, scope, desk.cast.office, now=NOW)
        assert session.query(Case).filter(scope.cases()).count() == 0
    assert line.is_forwarded
    assert answer(desk, question_id, clara) is Told.page


def test_nobody_outside_the_team_gets_a_question(desk, case, people):
    question_id = ask(desk, case)
    with pytest.raises(NotOfTheTeam), desk.db.unit_of_work() as session:
        forward_question(
            session, question_id=question_id, member_id=UUID(int=7), actor=people["boris"], now=NOW
        )


def test_the_alarm_comes_after_the_offices_days_once_and_ends_with_the_answer(desk, case, people):
    question_id = ask(desk, case)
    days = desk.cast.office.details.answer_days
    assert run_question_alarms(desk.db, now=NOW + timedelta(days=days)) == {"late_questions": 0}
    late = NOW + timedelta(days=days + 1)
    assert run_question_alarms(desk.db, now=late) == {"late_questions": 1}
    assert run_question_alarms(desk.db, now=late + timedelta(days=1)) == {"late_questions": 0}
    tasks = desk.rows(Task, kind="question_overdue")
    assert {task.owner_id for task in tasks} == {desk.row(Case, id=case.id).owner_id, None}, "the team, too"
    with desk.db.reading() as session:
        scope = build_scope(session, people["boris"])
        (line,) = list_questions(session, scope, desk.cast.office, now=late)
    assert line.is_overdue
    assert line.age_days == days + 1
    answer(desk, question_id, people["boris"], now=late)
    assert all(task.done_at for task in desk.rows(Task, kind="question_overdue"))


def test_what_was_put_away_or_grew_old_is_shown_no_more_but_kept(desk, case, people):
    first, second = ask(desk, case), ask(desk, case, text="Коли?", now=NOW + timedelta(minutes=1))
    answer(desk, first, people["boris"])
    with pytest.raises(QuestionNotFound), desk.db.unit_of_work() as session:
        hide_question(session, case_id=case.id, question_id=second, actor=resident(case), now=NOW)
    with desk.db.unit_of_work() as session:
        hide_question(session, case_id=case.id, question_id=first, actor=resident(case), now=NOW)
    answer(desk, second, people["boris"])

    def shown(now):
        with desk.db.reading() as session:
            return [
                (one.is_shown, one.text) for one in list_own_questions(session, desk.vault, case.id, now=now)
            ]

    assert shown(NOW) == [(True, "Коли?"), (False, "")]
    assert shown(NOW + timedelta(days=31)) == [(False, ""), (False, "")]
    with desk.db.reading() as session:
        scope = build_scope(session, people["boris"])
        page = get_question_page(session, desk.vault, scope, desk.cast.office, first, now=NOW)
    assert page.text == "Що ще потрібно?"
