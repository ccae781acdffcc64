"""Judge every open case of a scope in five statements, so that each filter and its number come from one truth.

The state word and the next step are pure functions of facts; writing them again as SQL would give two answers.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, func, literal, select, true
from sqlalchemy.orm import Session

from servicedesk.cases.models import Application, Case, CaseRequirement
from servicedesk.cases.queries.checklist import Checklists, PaperMatter, household_flag, read_answers
from servicedesk.cases.queries.facts import count_missing, zone_of
from servicedesk.cases.queries.papers import PaperRow, judge_papers, read_rows, states_of
from servicedesk.cases.queries.range_list import NEVER, Cursor, RangeRow, build_rows, with_appointments
from servicedesk.cases.queries.scope import Scope
from servicedesk.cases.rules import (
    CALL_WITHIN,
    OUR_STEPS,
    CaseFacts,
    Decision,
    NextStep,
    PaperState,
    Receipt,
    StateWord,
    decide_next_step,
    decide_state,
    list_in_force,
)
from servicedesk.cases.steps import CardState
from servicedesk.checklists.queries import catalogues_of
from servicedesk.kernel.clock import local_day
from servicedesk.register.models import Person, Title

_WAITING = frozenset(
    {
        NextStep.wait_for_person,
        NextStep.wait_for_papers,
        NextStep.wait_for_authority,
        NextStep.wait_for_card,
        NextStep.wait_for_pick_up,
    }
)


class WorkGroup(StrEnum):
    """Name what a case worker asks for; one case may belong to several groups."""

    needs_us = "needs_us"
    risk = "risk"
    waiting = "waiting"
    invited = "invited"
    appointment = "appointment"


@dataclass(frozen=True, slots=True)
class Matter:
    """Hold what decides about one open case; `RangeRow` has what its line in a table shows."""

    case_id: UUID
    title_id: UUID | None
    person_id: UUID
    owner_id: UUID | None
    concern_id: str
    surname_key: str
    facts: CaseFacts
    state: StateWord
    step: NextStep
    groups: frozenset[WorkGroup]

    @property
    def cursor(self) -> Cursor:
        """Return the place of the matter in the order of all."""
        return Cursor(self.facts.ends_on or NEVER, self.case_id)


def list_open_matters(
    session: Session,
    scope: Scope,
    *,
    now: datetime,
    booked: Mapping[UUID, datetime],
    only: ColumnElement[bool] | None = None,
) -> tuple[Matter, ...]:
    """Return every open case in scope by end date; `booked` are coming appointments from the booking room.

    `only` is a further condition on `Case`.
    """
    zone = zone_of(session, scope.office_id)
    today = local_day(now, zone)
    receipts, stored = _receipts(session, scope), _paper_rows(session, scope)
    rows = session.execute(_open_cases(scope).where(true() if only is None else only)).all()
    lists = _checklists(session, scope, rows, today)
    found = []
    for row in rows:
        in_force = list_in_force(receipts.get(row.id, ()))
        papers = stored.get(row.id, {})
        documents = lists.catalogues[row.catalogue_version].documents if papers else {}
        case_states = states_of(
            judge_papers(documents, papers, today=today, zone=zone, is_settled=bool(row.decision))
        )
        needed = lists.of(_paper_matter(row)) if in_force else ()
        facts = CaseFacts(
            is_case=True,
            ends_on=row.ends_on,
            due_on=row.due_on,
            opened_at=row.opened_at,
            invited_at=row.invited_at,
            applied_at=in_force[0].received_at if in_force else None,
            papers_to_check=sum(state is PaperState.received for state in case_states.values()),
            papers_missing=count_missing(needed, case_states),
            ready_at=row.ready_at,
            appointment_at=booked.get(row.id),
            decision=Decision(row.decision) if row.decision else None,
            decided_at=row.decided_at,
            unready_at=row.unready_at,
            waiting_for=row.waiting_for,
            follow_up_on=row.follow_up_on,
            card=CardState(row.card_state) if row.card_state else None,
        )
        state, step = decide_state(facts, now, zone), decide_next_step(facts, now, zone)
        found.append(
            Matter(
                row.id,
                row.title_id,
                row.person_id,
                row.owner_id,
                row.concern_id,
                row.surname_key,
                facts,
                state,
                step,
                groups_of(facts, state, step, today),
            )
        )
    return tuple(found)


def groups_of(facts: CaseFacts, state: StateWord, step: NextStep, today: date) -> frozenset[WorkGroup]:
    """Return the groups a judged case belongs to; pure."""
    has_applied = facts.applied_at is not None or facts.decision is not None
    is_near = facts.ends_on is not None and facts.ends_on - CALL_WITHIN <= today
    answers = {
        WorkGroup.needs_us: step in OUR_STEPS,
        WorkGroup.risk: is_near and not has_applied,
        WorkGroup.waiting: step in _WAITING,
        WorkGroup.invited: state is StateWord.invited,
        WorkGroup.appointment: state is StateWord.appointment,
    }
    return frozenset(group for group, holds in answers.items() if holds)


def list_matter_rows(
    session: Session,
    scope: Scope,
    matters: Iterable[Matter],
    *,
    now: datetime,
    booked: Mapping[UUID, datetime],
) -> tuple[RangeRow, ...]:
    """Return the lines of some matters, in the order given."""
    zone = zone_of(session, scope.office_id)
    keys = [(matter.case_id, matter.title_id, matter.person_id) for matter in matters]
    rows = build_rows(session, scope, keys, now=now, zone=zone)
    return with_appointments(rows, booked, now=now, zone=zone)


def list_visible(session: Session, scope: Scope, case_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of some cases that lie in scope."""
    if not case_ids:
        return frozenset()
    return frozenset(session.scalars(select(Case.id).where(Case.id.in_(case_ids), scope.cases())))


def count_people(session: Session, scope: Scope) -> int:
    """Count the people in scope."""
    return session.scalar(select(func.count()).select_from(Person).where(scope.people())) or 0


def _open_cases(scope: Scope) -> Any:
    return (
        select(
            Case.id,
            Case.title_id,
            Case.person_id,
            Case.owner_id,
            Case.concern_id,
            Case.ends_on,
            Case.due_on,
            Case.opened_at,
            Case.invited_at,
            Case.ready_at,
            Case.decision,
            Case.decided_at,
            Case.unready_at,
            Case.waiting_for,
            Case.follow_up_on,
            Case.card_state,
            Person.surname_key,
            Person.birth_year,
            Person.birth_month,
            Person.birth_day,
            Case.catalogue_version,
            Person.nationalities,
            Title.passport_ends_on,
            household_flag().label("has_household"),
        )
        .join(Person, Person.id == Case.person_id)
        .outerjoin(Title, Title.id == Case.title_id)
        .where(scope.cases(), Case.closed_at.is_(None))
        .order_by(func.coalesce(Case.ends_on, literal(NEVER, Date)), Case.id)
    )


def _receipts(session: Session, scope: Scope) -> dict[UUID, list[Receipt]]:
    query = (
        select(Application.case_id, Application.id, Application.received_at, Application.supersedes_id)
        .join(Case, Case.id == Application.case_id)
        .where(scope.cases(), Case.closed_at.is_(None))
    )
    found: dict[UUID, list[Receipt]] = {}
    for case_id, application_id, received_at, supersedes_id in session.execute(query):
        found.setdefault(case_id, []).append(Receipt(application_id, received_at, supersedes_id))
    return found


def _paper_rows(session: Session, scope: Scope) -> dict[UUID, dict[str, PaperRow]]:
    conditions = (CaseRequirement.case_id == Case.id, scope.cases(), Case.closed_at.is_(None))
    found: dict[UUID, dict[str, PaperRow]] = {}
    for case_id, document_id, row in read_rows(session, *conditions):
        found.setdefault(case_id, {})[document_id] = row
    return found


def _checklists(session: Session, scope: Scope, rows: Sequence[Any], today: date) -> Checklists:
    return Checklists(
        today=today,
        catalogues=catalogues_of(session, scope.office_id, {row.catalogue_version for row in rows}),
        answers=read_answers(session, and_(scope.cases(), Case.closed_at.is_(None))),
    )


def _paper_matter(row: Any) -> PaperMatter:
    return PaperMatter(
        case_id=row.id,
        concern_id=row.concern_id,
        version=row.catalogue_version,
        is_renewal=row.title_id is not None,
        birth=(row.birth_year, row.birth_month, row.birth_day),
        nationalities=row.nationalities,
        passport_ends_on=row.passport_ends_on,
        ends_on=row.ends_on,
        has_household=bool(row.has_household),
    )
