"""Gather what decides about the titles of a part, and tell which different kinds there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    Row,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from servicedesk.cases.models import Case
from servicedesk.cases.rules import Origin
from servicedesk.outreach.models import DueOutcome
from servicedesk.outreach.queries.candidates import is_settled
from servicedesk.outreach.queries.traits import age_of, passport_of, traits_of
from servicedesk.outreach.rules import Outcome
from servicedesk.outreach.service.staging import (
    FACT,
    FOUND,
    KEY,
    KIND,
    fill,
)
from servicedesk.outreach.service.statements import LOOK_UP, count_rows, is_of_kind, steered
from servicedesk.register.models import Person, Title

NO_CASE, HAS_CASE, WAITING_CASE = 0, 1, 2
"""Whether a title has a case already; a waiting one is its own, and its invitation was taken back before it left."""


class FoundCase(NamedTuple):
    """Be a case of a person whose title is due, beside what tells the title's concern."""

    title_id: UUID
    legal_basis: str
    is_unlimited: bool
    case_id: UUID
    concern_id: str
    is_loose: bool
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Hold what every row of a run shares."""

    office_id: UUID
    run_id: UUID
    now: datetime
    today: date
    opened_by: str
    catalogue_version: str


def gather_facts(session: Session, run: RunFacts) -> int:
    """Gather what decides about the titles of this part that still have no settled outcome; return how many."""
    failed = (
        select(DueOutcome.reason)
        .where(DueOutcome.title_id == Title.id, DueOutcome.ends_on == Title.effective_ends_on)
        .scalar_subquery()
    )
    any_failed = exists().where(
        DueOutcome.office_id == run.office_id, DueOutcome.outcome == Outcome.failed.value
    )
    source = (
        select(
            Title.id,
            Title.effective_ends_on,
            Person.id,
            Title.legal_basis,
            Title.is_unlimited,
            traits_of(run.today),
            literal(NO_CASE),
            func.coalesce(Person.letter_language, ""),
            age_of(run.today),
            Person.nationalities,
            passport_of(run.today),
            Person.surname_key,
            null(),
            case((any_failed, failed)),
        )
        .select_from(KEY)
        .join(Title, and_(Title.id == KEY.c.title_id, Title.effective_ends_on == KEY.c.ends_on))
        .join(Person, Person.id == Title.person_id)
        .where(Title.office_id == run.office_id, ~is_settled())
    )
    inserting = insert(FACT).from_select([column.name for column in FACT.columns], source)
    with steered(session, LOOK_UP):
        size = count_rows(session, inserting)
    return size


def list_cases(session: Session) -> list[FoundCase]:
    """Return the cases that may stand for a title of this part, the one that counts most first.

    Those of the title itself count before those that were opened without a title, open ones before closed ones.
    """
    is_of_title = and_(
        Case.title_id == FACT.c.title_id,
        or_(Case.closed_at.is_(None), Case.ends_on == FACT.c.ends_on, Case.first_ends_on == FACT.c.ends_on),
    )
    is_loose = and_(Case.title_id.is_(None), Case.closed_at.is_(None))
    is_waiting = and_(
        Case.origin == Origin.due.value, Case.closed_at.is_(None), Case.invited_at.is_(None), is_of_title
    )
    query = (
        select(
            FACT.c.title_id,
            FACT.c.legal_basis,
            FACT.c.is_unlimited,
            Case.id,
            Case.concern_id,
            Case.title_id.is_(None),
            is_waiting,
        )
        .join_from(FACT, Case, Case.person_id == FACT.c.person_id)
        .where(or_(is_of_title, is_loose))
        .order_by(Case.title_id.is_(None), Case.closed_at.is_not(None), Case.opened_at.desc())
    )
    with steered(session, LOOK_UP):
        return [FoundCase._make(row) for row in session.execute(query)]


def note_cases(session: Session, found: Sequence[tuple[UUID, UUID, int]]) -> None:
    """Note the cases that titles have already: title, case and its state."""
    fill(session, FOUND, found)
    session.execute(
        update(FACT)
        .where(FACT.c.title_id == FOUND.c.title_id)
        .values(case_id=FOUND.c.case_id, case_state=FOUND.c.case_state)
    )


def list_kinds(session: Session) -> Sequence[Row[str, bool, int, int, date, int]]:
    """Return each kind of title in this part: basis, unlimited, traits, case, one of its ends, and how many."""
    columns = (FACT.c.legal_basis, FACT.c.is_unlimited, FACT.c.traits, FACT.c.case_state)
    query = select(*columns, func.min(FACT.c.ends_on), func.count()).group_by(*columns)
    return session.execute(query).all()


def list_days(session: Session) -> Sequence[Row[str, str, date]]:
    """Return concern, letter and end of each day that something is decided for."""
    return session.execute(
        select(KIND.c.concern_id, KIND.c.letter, FACT.c.ends_on)
        .join_from(FACT, KIND, is_of_kind())
        .distinct()
    ).all()


def list_texts(session: Session) -> Sequence[Row[str, bool, str, str, int, str, int]]:
    """Return what each text that is needed depends on, in the order of the temporary table."""
    columns = (
        FACT.c.legal_basis,
        FACT.c.is_unlimited,
        KIND.c.letter,
        FACT.c.language,
        FACT.c.age,
        FACT.c.nationalities,
        FACT.c.passport,
    )
    query = select(*columns).join_from(FACT, KIND, is_of_kind()).where(KIND.c.letter != "")
    return session.execute(query.distinct()).all()
