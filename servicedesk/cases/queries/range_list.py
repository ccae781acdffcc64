"""List everything in an actor's range as one table: open cases, and titles that have none yet."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Date,
    Uuid,
    and_,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from servicedesk.cases.models import Application, Case, CaseRequirement
from servicedesk.cases.queries.case_papers import load_case_papers
from servicedesk.cases.queries.facts import build_facts, list_receipts, zone_of
from servicedesk.cases.queries.scope import Scope
from servicedesk.cases.rules import (
    CALL_WITHIN,
    OUR_STEPS,
    CaseFacts,
    NextStep,
    StateWord,
    days_left,
    decide_last_step,
    decide_next_step,
    decide_state,
)
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.queries import by_concern
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.names import FoldingRule, fold_surname
from servicedesk.offices.queries import get_office_by_id
from servicedesk.register.models import Person, Title


class RangeView(StrEnum):
    """Name the saved filters of the table."""

    all = "all"
    without_case = "without_case"
    invited = "invited"
    at_risk = "at_risk"
    ended = "ended"
    applied = "applied"
    to_check = "to_check"
    ready = "ready"


@dataclass(frozen=True, slots=True)
class RangeFilter:
    """Say which rows are wanted; stands in the page's address.

    `name` is the beginning of a surname or a file number; `ends_from` and `ends_until` include their days.
    """

    view: RangeView = RangeView.all
    concern_id: str | None = None
    name: str = ""
    ends_from: date | None = None
    ends_until: date | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Point behind the last row of a page (keyset); `encode` makes it part of an address."""

    ends_on: date
    row_id: UUID

    def encode(self) -> str:
        """Return the cursor as text."""
        return f"{self.ends_on.isoformat()}.{self.row_id.hex}"

    @classmethod
    def decode(cls, text: str | None) -> "Cursor | None":
        """Read a cursor; anything unreadable means the first page."""
        day, _, row = (text or "").partition(".")
        try:
            return cls(date.fromisoformat(day), UUID(row))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class RangeRow:
    """Show one matter: a case, or a title that has none yet (`case_id` None)."""

    case_id: UUID | None
    case_ref: str | None
    title_id: UUID | None
    person_id: UUID
    file_number: str
    family_name: str
    given_names: str
    concern_id: str
    concern_name: str
    legal_basis: str
    ends_on: date | None
    days_left: int | None
    facts: CaseFacts
    state: StateWord
    next_step: NextStep
    is_ours: bool
    last_step: str
    last_step_at: datetime | None
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class RangePage:
    """Hold one page of the table; `next_cursor` None on the last one."""

    rows: tuple[RangeRow, ...]
    next_cursor: Cursor | None


NEVER = date(9999, 12, 31)
"""Sorts matters without an end behind all others."""


def list_range_rows(
    session: Session,
    scope: Scope,
    wanted: RangeFilter,
    *,
    now: datetime,
    after: Cursor | None = None,
    limit: int = 50,
) -> RangePage:
    """Return matters in scope by end date, those that end first on top."""
    zone = zone_of(session, scope.office_id)
    today, named = local_day(now, zone), _named(session, scope, wanted)
    matters = union_all(
        *(
            part
            for part in (_case_part(scope, wanted, today, named), _title_part(scope, wanted, named))
            if part is not None
        )
    ).subquery("matter")
    order_day = func.coalesce(matters.c.ends_on, literal(NEVER, Date))
    query = (
        select(matters.c.case_id, matters.c.title_id, matters.c.person_id)
        .order_by(order_day, matters.c.row_id)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(
            or_(order_day > after.ends_on, and_(order_day == after.ends_on, matters.c.row_id > after.row_id))
        )
    found = session.execute(query).all()
    rows = build_rows(session, scope, found[:limit], now=now, zone=zone)
    return RangePage(rows, rows[-1].cursor if len(found) > limit else None)


def count_range_rows(session: Session, scope: Scope, wanted: RangeFilter, *, now: datetime) -> int:
    """Count the matters a filter shows."""
    today, named = local_day(now, zone_of(session, scope.office_id)), _named(session, scope, wanted)
    parts = [_case_part(scope, wanted, today, named), _title_part(scope, wanted, named)]
    return sum(
        session.scalar(select(func.count()).select_from(part.subquery())) or 0
        for part in parts
        if part is not None
    )


def with_appointments(
    rows: tuple[RangeRow, ...], booked: Mapping[UUID, datetime], *, now: datetime, zone: ZoneInfo
) -> tuple[RangeRow, ...]:
    """Return the rows with what the booking room knows: case id → start of the appointment."""
    return tuple(
        _judged(replace(row, facts=replace(row.facts, appointment_at=booked[row.case_id])), now, zone)
        if row.case_id is not None and row.case_id in booked
        else row
        for row in rows
    )


def _case_part(scope: Scope, wanted: RangeFilter, today: date, named: ColumnElement[bool]) -> Any:
    if wanted.view is RangeView.without_case:
        return None
    applied = exists().where(Application.case_id == Case.id)
    to_check = exists().where(CaseRequirement.case_id == Case.id, CaseRequirement.state == "received")
    waiting = and_(~applied, Case.decision.is_(None))
    views: dict[RangeView, ColumnElement[bool]] = {
        RangeView.all: true(),
        RangeView.invited: and_(waiting, Case.invited_at.is_not(None)),
        RangeView.at_risk: and_(waiting, Case.ends_on >= today, Case.ends_on <= today + CALL_WITHIN),
        RangeView.ended: and_(waiting, Case.ends_on < today),
        RangeView.applied: applied,
        RangeView.to_check: to_check,
        RangeView.ready: Case.ready_at.is_not(None),
    }
    query: Any = (
        select(
            Case.id.label("case_id"),
            Case.title_id.label("title_id"),
            Case.person_id.label("person_id"),
            Case.ends_on.label("ends_on"),
            Case.id.label("row_id"),
        )
        .join(Person, Person.id == Case.person_id)
        .where(
            scope.cases(), Case.closed_at.is_(None), views[wanted.view], named, *_bounds(Case.ends_on, wanted)
        )
    )
    if wanted.concern_id:
        query = query.where(Case.concern_id == wanted.concern_id)
    return query


def _title_part(scope: Scope, wanted: RangeFilter, named: ColumnElement[bool]) -> Any:
    if wanted.view not in {RangeView.all, RangeView.without_case}:
        return None
    own, settled = aliased(Case), aliased(Case)
    query: Any = (
        select(
            cast(null(), Uuid).label("case_id"),
            Title.id.label("title_id"),
            Title.person_id.label("person_id"),
            Title.effective_ends_on.label("ends_on"),
            Title.id.label("row_id"),
        )
        .join(Person, Person.id == Title.person_id)
        .where(
            scope.titles(),
            Title.is_superseded.is_(False),
            Person.moved_away_on.is_(None),
            ~exists().where(own.person_id == Title.person_id, own.closed_at.is_(None)),
            ~exists().where(settled.title_id == Title.id, settled.ends_on == Title.effective_ends_on),
            named,
            *_bounds(Title.effective_ends_on, wanted),
        )
    )
    if wanted.concern_id:
        concern = wanted.concern_id
        query = query.where(
            by_concern(
                load_catalogue(), Title.legal_basis, Title.is_unlimited, lambda found: found == concern
            )
        )
    return query


def _bounds(column: Any, wanted: RangeFilter) -> list[ColumnElement[bool]]:
    bounds = []
    if wanted.ends_from is not None:
        bounds.append(column >= wanted.ends_from)
    if wanted.ends_until is not None:
        bounds.append(column <= wanted.ends_until)
    return bounds


def _named(session: Session, scope: Scope, wanted: RangeFilter) -> ColumnElement[bool]:
    if not wanted.name.strip():
        return true()
    return name_condition(wanted.name, get_office_by_id(session, scope.office_id).folding)


def name_condition(text: str, folding: FoldingRule) -> ColumnElement[bool]:
    """Return the condition that a person's surname or file number begins with `text`."""
    typed, key = text.strip(), fold_surname(text, folding)
    by_number = and_(Person.file_number >= typed, Person.file_number < f"{typed}\uffff")
    if not key or any(character.isdigit() for character in typed):
        return by_number
    return or_(by_number, and_(Person.surname_key >= key, Person.surname_key < f"{key}~"))


def build_rows(
    session: Session, scope: Scope, found: Any, *, now: datetime, zone: ZoneInfo
) -> tuple[RangeRow, ...]:
    """Return the rows of (case id or None, title id, person id), in the order given; the caller has checked scope."""
    case_ids = [case_id for case_id, _, _ in found if case_id]
    cases = {case.id: case for case in session.scalars(select(Case).where(Case.id.in_(case_ids)))}
    title_ids = [title_id for _, title_id, _ in found if title_id]
    titles = {title.id: title for title in session.scalars(select(Title).where(Title.id.in_(title_ids)))}
    person_ids = [person_id for _, _, person_id in found]
    people = {
        person.id: person for person in session.scalars(select(Person).where(Person.id.in_(person_ids)))
    }
    catalogue, today = load_catalogue(), local_day(now, zone)
    receipts = list_receipts(session, case_ids)
    papers = load_case_papers(session, scope.office_id, cases.values(), today=today, zone=zone)
    rows = []
    for case_id, title_id, person_id in found:
        person, title, case = people[person_id], titles.get(title_id), cases.get(case_id)
        if case is not None:
            states, missing = papers.judge(case, person, title)
            facts = build_facts(case, receipts.get(case.id, ()), states, missing)
            concern_id = case.concern_id
        else:
            concern_id, facts = _title_facts(titles[title_id])
        concern_found = catalogue.find_concern(concern_id)
        rows.append(
            _judged(
                RangeRow(
                    case_id=case_id,
                    case_ref=case.ref if case else None,
                    title_id=title_id,
                    person_id=person_id,
                    file_number=person.file_number,
                    family_name=person.family_name,
                    given_names=person.given_names,
                    concern_id=concern_id,
                    concern_name=concern_found.name if concern_found else concern_id,
                    legal_basis=title.legal_basis if title else "",
                    ends_on=facts.ends_on,
                    days_left=days_left(facts.ends_on, today),
                    facts=facts,
                    state=StateWord.not_due,
                    next_step=NextStep.none,
                    is_ours=False,
                    last_step="",
                    last_step_at=None,
                    cursor=Cursor(facts.ends_on or NEVER, case_id or title_id),
                ),
                now,
                zone,
            )
        )
    return tuple(rows)


def _title_facts(title: Title) -> tuple[str, CaseFacts]:
    concern = load_catalogue().concern_of_title(title.legal_basis, is_unlimited=title.is_unlimited)
    ends_on = title.effective_ends_on
    due_on = concern.lead.before(ends_on) if ends_on else None
    return concern.id, CaseFacts(is_case=False, ends_on=ends_on, due_on=due_on)


def _judged(row: RangeRow, now: datetime, zone: ZoneInfo) -> RangeRow:
    step = decide_next_step(row.facts, now, zone)
    last = decide_last_step(row.facts)
    return replace(
        row,
        state=decide_state(row.facts, now, zone),
        next_step=step,
        is_ours=step in OUR_STEPS,
        last_step=last[0] if last else "",
        last_step_at=last[1] if last else None,
    )
