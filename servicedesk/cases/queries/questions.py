"""Read questions: of one case for the person it is about, of a scope for staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from servicedesk.cases.answering import Answer, Told, Wish, answer_due, is_shown
from servicedesk.cases.models import Case
from servicedesk.cases.queries.case_page import actor_names
from servicedesk.cases.queries.scope import Scope
from servicedesk.cases.question_errors import QuestionNotFound
from servicedesk.cases.question_models import CaseQuestion
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.offices.models import StaffMember
from servicedesk.offices.queries import OfficeView, StaffView, list_staff
from servicedesk.register.models import ContactClaim, Person

TABLE = "case_question"


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """Be one question as its person sees it; `text` and `answer` are empty once they are not shown any more."""

    id: UUID
    asked_at: datetime
    answered_at: datetime | None
    is_shown: bool
    text: str
    locale: str
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """Be one question in a list of staff; `due_on` is the office's own limit for an answer."""

    id: UUID
    case_id: UUID
    case_ref: str
    person_id: UUID
    family_name: str
    given_names: str
    file_number: str
    locale: str
    asked_at: datetime
    age_days: int
    due_on: date
    is_overdue: bool
    answered_at: datetime | None
    holder: str
    is_forwarded: bool


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """Hold one question with everything that staff need to answer it.

    `told` says how the person will hear, or has heard. `colleagues` are those it may be handed to.
    """

    line: QuestionLine
    text: str
    answer: Answer | None
    answered_by: str
    told: Told
    team_name: str
    colleagues: tuple[StaffView, ...]


def question_condition(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `CaseQuestion` joined with `Case`: cases in scope, and what was handed to oneself."""
    in_office = CaseQuestion.office_id == scope.office_id
    return and_(in_office, or_(scope.cases(), CaseQuestion.member_id.in_(scope.member_ids)))


def list_own_questions(
    session: Session, vault: Vault, case_id: UUID, *, now: datetime
) -> tuple[OwnQuestion, ...]:
    """Return the questions of a case for its person, newest first."""
    found = session.scalars(
        select(CaseQuestion)
        .where(CaseQuestion.case_id == case_id)
        .order_by(CaseQuestion.asked_at.desc(), CaseQuestion.id.desc())
    )
    return tuple(_own(vault, row, now) for row in found)


def list_questions(
    session: Session,
    scope: Scope,
    office: OfficeView,
    *,
    now: datetime,
    is_answered: bool = False,
    limit: int = 200,
) -> tuple[QuestionLine, ...]:
    """Return questions in scope: those that wait, the oldest first; or the answered ones, the latest first."""
    query = _lines().where(question_condition(scope)).limit(limit)
    if is_answered:
        query = query.where(CaseQuestion.answered_at.is_not(None)).order_by(
            CaseQuestion.answered_at.desc(), CaseQuestion.id
        )
    else:
        query = query.where(CaseQuestion.answered_at.is_(None)).order_by(
            CaseQuestion.asked_at, CaseQuestion.id
        )
    return tuple(_line(row, office, now) for row in session.execute(query))


def count_waiting(session: Session, scope: Scope) -> int:
    """Return how many questions in scope wait for an answer."""
    query = (
        select(func.count())
        .select_from(CaseQuestion)
        .join(Case, Case.id == CaseQuestion.case_id)
        .where(question_condition(scope), CaseQuestion.answered_at.is_(None))
    )
    return session.scalar(query) or 0


def get_question_in_scope(session: Session, scope: Scope, question_id: UUID) -> CaseQuestion:
    """Return a question one may see; raises QuestionNotFound otherwise."""
    row = session.scalar(
        select(CaseQuestion)
        .join(Case, Case.id == CaseQuestion.case_id)
        .where(CaseQuestion.id == question_id, question_condition(scope))
    )
    if row is None:
        raise QuestionNotFound
    return row


def get_question_page(
    session: Session, vault: Vault, scope: Scope, office: OfficeView, question_id: UUID, *, now: datetime
) -> QuestionPage:
    """Return one question in scope with its texts; raises QuestionNotFound."""
    row = get_question_in_scope(session, scope, question_id)
    line = _line(session.execute(_lines().where(CaseQuestion.id == row.id)).one(), office, now)
    case = session.get_one(Case, row.case_id)
    staff = list_staff(session, scope.office_id)
    colleagues = tuple(one for one in staff if one.team_id == case.team_id and one.name != line.holder)
    team = next((one.team_name for one in staff if one.team_id == case.team_id), "")
    return QuestionPage(
        line=line,
        text=vault.open_text(row.text_sealed, TABLE, row.id, "text_sealed"),
        answer=_answer(vault, row),
        answered_by=actor_names(session, {row.answered_by}).get(row.answered_by, row.answered_by),
        told=Told(row.told) if row.told else choose_told(session, row, case.person_id),
        team_name=team,
        colleagues=colleagues,
    )


def choose_told(session: Session, row: CaseQuestion, person_id: UUID) -> Told:
    """Return how a person hears of the answer: by a confirmed e-mail address, else as they wished.

    A letter needs an address; without one the page alone remains.
    """
    if has_confirmed_email(session, person_id):
        return Told.email
    person = session.get_one(Person, person_id)
    address = person.letter_address
    is_reachable = all(address[part].strip() for part in ("street", "postcode", "town"))
    return Told.letter if row.wish == Wish.letter and is_reachable else Told.page


def has_confirmed_email(session: Session, person_id: UUID) -> bool:
    """Tell whether the person confirmed an e-mail address."""
    confirmed = select(ContactClaim.id).where(
        ContactClaim.person_id == person_id, ContactClaim.kind == "email", ContactClaim.state == "confirmed"
    )
    return session.scalar(confirmed.limit(1)) is not None


def find_next_question(session: Session, scope: Scope, *, after: UUID) -> UUID | None:
    """Return the question that has waited longest, other than `after`."""
    return session.scalar(
        select(CaseQuestion.id)
        .join(Case, Case.id == CaseQuestion.case_id)
        .where(question_condition(scope), CaseQuestion.answered_at.is_(None), CaseQuestion.id != after)
        .order_by(CaseQuestion.asked_at, CaseQuestion.id)
        .limit(1)
    )


def list_overdue(session: Session, office_id: UUID, *, before: datetime) -> Sequence[CaseQuestion]:
    """Return the questions asked before an instant, still waiting, of which nobody was warned yet."""
    return session.scalars(
        select(CaseQuestion)
        .where(
            CaseQuestion.office_id == office_id,
            CaseQuestion.answered_at.is_(None),
            CaseQuestion.alarmed_at.is_(None),
            CaseQuestion.asked_at < before,
        )
        .order_by(CaseQuestion.asked_at)
    ).all()


def list_offices_waiting(session: Session, *, now: datetime) -> tuple[UUID, ...]:
    """Return the offices with a question that waits for more than a day and of which nobody was warned yet."""
    query = select(CaseQuestion.office_id).where(
        CaseQuestion.answered_at.is_(None),
        CaseQuestion.alarmed_at.is_(None),
        CaseQuestion.asked_at < now - timedelta(days=1),
    )
    return tuple(session.scalars(query.distinct()))


def _lines() -> Select[*tuple[Any, ...]]:
    holder = func.coalesce(CaseQuestion.member_id, Case.owner_id)
    return (
        select(
            CaseQuestion.id,
            CaseQuestion.case_id,
            Case.ref.label("case_ref"),
            Case.person_id,
            Person.family_name,
            Person.given_names,
            Person.file_number,
            CaseQuestion.locale,
            CaseQuestion.asked_at,
            CaseQuestion.answered_at,
            CaseQuestion.member_id,
            StaffMember.name.label("holder"),
        )
        .join(Case, Case.id == CaseQuestion.case_id)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(StaffMember, StaffMember.id == holder)
    )


def _line(row: Any, office: OfficeView, now: datetime) -> QuestionLine:
    today, asked_on = local_day(now, office.zone), local_day(row.asked_at, office.zone)
    due_on = answer_due(asked_on, office.details.answer_days)
    return QuestionLine(
        id=row.id,
        case_id=row.case_id,
        case_ref=row.case_ref,
        person_id=row.person_id,
        family_name=row.family_name,
        given_names=row.given_names,
        file_number=row.file_number,
        locale=row.locale,
        asked_at=row.asked_at,
        age_days=(today - asked_on).days,
        due_on=due_on,
        is_overdue=row.answered_at is None and today > due_on,
        answered_at=row.answered_at,
        holder=row.holder or "",
        is_forwarded=row.member_id is not None,
    )


def _own(vault: Vault, row: CaseQuestion, now: datetime) -> OwnQuestion:
    shown = is_shown(row.answered_at, row.hidden_at, now)
    return OwnQuestion(
        id=row.id,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        is_shown=shown,
        text=vault.open_text(row.text_sealed, TABLE, row.id, "text_sealed") if shown else "",
        locale=row.locale,
        answer=_answer(vault, row) if shown else None,
    )


def _answer(vault: Vault, row: CaseQuestion) -> Answer | None:
    if row.answer_sealed is None:
        return None
    return Answer.from_bytes(vault.open(row.answer_sealed, TABLE, row.id, "answer_sealed"))
