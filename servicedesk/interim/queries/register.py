"""Read confirmations as lists: what waits for a person, what runs out, the register with its figures."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from servicedesk.accounts.rules import normalise_code
from servicedesk.cases.models import Case
from servicedesk.cases.queries.range_list import name_condition
from servicedesk.cases.queries.scope import Scope
from servicedesk.interim.models import InterimConfirmation
from servicedesk.interim.queries.scope import is_renewal_condition, visible_confirmations
from servicedesk.kernel.clock import instant_of
from servicedesk.kernel.names import FoldingRule
from servicedesk.register.models import Person, Title

STATUS_LENGTH = 10

_made_at = func.coalesce(InterimConfirmation.issued_at, InterimConfirmation.proposed_at)
_later = aliased(InterimConfirmation)


class Shown(StrEnum):
    """Name a group of the register, as it stands in the address."""

    valid = "valid"
    """Issued and in force."""
    on_its_way = "on_its_way"
    """Proposed or released, not issued yet."""
    over = "over"
    """Was issued and holds no longer: superseded, withdrawn, ended."""
    never = "never"
    """Never issued: declined or lapsed."""


STATES_OF: Mapping[Shown, tuple[str, ...]] = {
    Shown.valid: ("issued",),
    Shown.on_its_way: ("proposed", "released"),
    Shown.over: ("superseded", "withdrawn", "ended"),
    Shown.never: ("declined", "lapsed"),
}


@dataclass(frozen=True, slots=True)
class ConfirmationRow:
    """Be one confirmation in a list.

    `is_renewal`: it takes the place of one that held. `is_case_visible`: the reader may open the case, too. `birth` is (year, month, day), unknown parts 0.
    """

    id: UUID
    ref: str
    sequence: int
    is_renewal: bool
    state: str
    status_code: str
    outcome_kind: str
    outcome_code: str
    is_machine_checked: bool
    person_id: UUID
    family_name: str
    given_names: str
    file_number: str
    birth: tuple[int, int, int]
    case_id: UUID
    case_ref: str
    is_case_visible: bool
    legal_basis: str
    employment_condition: str
    title_ends_on: date
    received_at: datetime
    proposed_at: datetime
    assigned_to: UUID | None
    escalated_at: datetime | None
    first_released_at: datetime | None
    first_released_by: str
    released_at: datetime | None
    is_automatic: bool
    issued_at: datetime | None
    check_again_on: date
    ended_at: datetime | None
    end_reason: str


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """Hold what the register is narrowed to; the days count when it was issued, else when it was proposed."""

    text: str = ""
    shown: Shown | None = None
    first_on: date | None = None
    last_on: date | None = None


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """Be a page of the register, with how many rows there are in all."""

    rows: tuple[ConfirmationRow, ...]
    total: int


@dataclass(frozen=True, slots=True)
class RegisterFigures:
    """Count confirmations: by state, and of those issued how many came by themselves or renewed another."""

    by_state: Mapping[str, int] = field(default_factory=dict)
    automatic: int = 0
    renewals: int = 0

    def count(self, shown: Shown | None) -> int:
        """Return how many stand in a group, or in all."""
        states = STATES_OF[shown] if shown else tuple(self.by_state)
        return sum(self.by_state.get(state, 0) for state in states)

    @property
    def issued(self) -> int:
        """Return how many were ever issued."""
        return self.count(Shown.valid) + self.count(Shown.over)


def list_to_release(session: Session, scope: Scope, limit: int = 200) -> tuple[ConfirmationRow, ...]:
    """Return the proposals and what was released without being sealed, the nearest end first."""
    query = _rows(scope).where(InterimConfirmation.state.in_(STATES_OF[Shown.on_its_way]))
    renewed = aliased(InterimConfirmation)
    # A renewal is due before its predecessor's check-again day, not at the end of the title.
    due = func.coalesce(
        select(renewed.check_again_on)
        .where(renewed.case_id == InterimConfirmation.case_id, renewed.state == "issued")
        .correlate(InterimConfirmation)
        .scalar_subquery(),
        InterimConfirmation.title_ends_on,
    )
    query = query.order_by(due, InterimConfirmation.received_at, InterimConfirmation.id).limit(limit)
    return _read(session, query)


def list_running_out(
    session: Session, scope: Scope, *, until: date, limit: int = 200
) -> tuple[ConfirmationRow, ...]:
    """Return issued confirmations whose check-again day comes by `until`, the nearest first.

    Left out are those whose renewal is already on its way: it stands in the other list.
    """
    has_renewal = (
        select(_later.id)
        .where(_later.case_id == InterimConfirmation.case_id, _later.state.in_(STATES_OF[Shown.on_its_way]))
        .exists()
    )
    query = (
        _rows(scope)
        .where(
            InterimConfirmation.state == "issued",
            InterimConfirmation.check_again_on <= until,
            ~has_renewal,
        )
        .order_by(InterimConfirmation.check_again_on, InterimConfirmation.id)
        .limit(limit)
    )
    return _read(session, query)


def list_by_refs(session: Session, scope: Scope, refs: Collection[str]) -> tuple[ConfirmationRow, ...]:
    """Return the confirmations in scope among some references, in their order."""
    wanted = {ref: place for place, ref in enumerate(refs)}
    found = _read(session, _rows(scope).where(InterimConfirmation.ref.in_(wanted)))
    return tuple(sorted(found, key=lambda row: wanted[row.ref]))


def list_of_case(session: Session, scope: Scope, case_id: UUID) -> tuple[ConfirmationRow, ...]:
    """Return the confirmations of a case in scope, the newest first."""
    query = (
        _rows(scope)
        .where(InterimConfirmation.case_id == case_id)
        .order_by(InterimConfirmation.sequence.desc())
    )
    return _read(session, query)


def list_register(
    session: Session,
    scope: Scope,
    wanted: RegisterFilter,
    *,
    folding: FoldingRule,
    zone: ZoneInfo,
    skip: int = 0,
    limit: int = 50,
) -> RegisterPage:
    """Return one page of all confirmations in scope that fit the filter, the youngest first."""
    conditions = _conditions(wanted, folding, zone)
    counted = (
        select(func.count())
        .select_from(InterimConfirmation)
        .join(Case, Case.id == InterimConfirmation.case_id)
        .join(Person, Person.id == InterimConfirmation.person_id)
        .where(visible_confirmations(scope), *conditions)
    )
    query = (
        _rows(scope)
        .where(*conditions)
        .order_by(_made_at.desc(), InterimConfirmation.id.desc())
        .offset(skip)
        .limit(limit)
    )
    return RegisterPage(_read(session, query), session.scalar(counted) or 0)


def count_register(
    session: Session, scope: Scope, wanted: RegisterFilter, *, folding: FoldingRule, zone: ZoneInfo
) -> RegisterFigures:
    """Return the figures of the register for a filter, whatever group it shows."""
    without_group = RegisterFilter(wanted.text, None, wanted.first_on, wanted.last_on)
    was_issued = InterimConfirmation.state.in_((*STATES_OF[Shown.valid], *STATES_OF[Shown.over]))
    query = (
        select(
            InterimConfirmation.state,
            func.count(),
            func.count().filter(was_issued, InterimConfirmation.is_automatic),
            func.count().filter(was_issued, is_renewal_condition()),
        )
        .join(Case, Case.id == InterimConfirmation.case_id)
        .join(Person, Person.id == InterimConfirmation.person_id)
        .where(visible_confirmations(scope), *_conditions(without_group, folding, zone))
        .group_by(InterimConfirmation.state)
    )
    rows = session.execute(query).all()
    return RegisterFigures(
        by_state={row[0]: row[1] for row in rows},
        automatic=sum(row[2] for row in rows),
        renewals=sum(row[3] for row in rows),
    )


def read_status_code(text: str) -> str | None:
    """Return a status code as it is stored, None for a text that is none; what was misread is forgiven."""
    typed = normalise_code(text)
    return typed if len(typed) == STATUS_LENGTH and "?" not in typed else None


def _conditions(wanted: RegisterFilter, folding: FoldingRule, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    typed = wanted.text.strip()
    if typed:
        code = read_status_code(typed)
        conditions.append(
            or_(
                name_condition(typed, folding),
                InterimConfirmation.ref == typed.upper(),
                Case.ref == typed.upper(),
                InterimConfirmation.status_code == code if code else ~true(),
            )
        )
    if wanted.shown is not None:
        conditions.append(InterimConfirmation.state.in_(STATES_OF[wanted.shown]))
    if wanted.first_on is not None:
        conditions.append(_made_at >= _midnight(wanted.first_on, zone))
    if wanted.last_on is not None:
        conditions.append(_made_at < _midnight(wanted.last_on + timedelta(days=1), zone))
    return conditions


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return instant_of(datetime(day.year, day.month, day.day), zone)


def _rows(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(
            InterimConfirmation,
            Person,
            Title.legal_basis,
            Title.employment_condition,
            Case.ref,
            scope.cases().label("is_case_visible"),
            is_renewal_condition(),
        )
        .join(Case, Case.id == InterimConfirmation.case_id)
        .join(Person, Person.id == InterimConfirmation.person_id)
        .outerjoin(Title, Title.id == InterimConfirmation.title_id)
        .where(visible_confirmations(scope))
    )


def _read(session: Session, query: Select[*tuple[Any, ...]]) -> tuple[ConfirmationRow, ...]:
    return tuple(
        ConfirmationRow(
            id=row.id,
            ref=row.ref,
            sequence=row.sequence,
            is_renewal=bool(is_renewal),
            state=row.state,
            status_code=row.status_code,
            outcome_kind=row.outcome_kind,
            outcome_code=row.outcome_code,
            is_machine_checked=row.is_machine_checked,
            person_id=person.id,
            family_name=person.family_name,
            given_names=person.given_names,
            file_number=person.file_number,
            birth=(person.birth_year, person.birth_month, person.birth_day),
            case_id=row.case_id,
            case_ref=case_ref,
            is_case_visible=bool(is_visible),
            legal_basis=legal_basis or "",
            employment_condition=condition or "",
            title_ends_on=row.title_ends_on,
            received_at=row.received_at,
            proposed_at=row.proposed_at,
            assigned_to=row.assigned_to,
            escalated_at=row.escalated_at,
            first_released_at=row.first_released_at,
            first_released_by=row.first_released_by,
            released_at=row.released_at,
            is_automatic=row.is_automatic,
            issued_at=row.issued_at,
            check_again_on=row.check_again_on,
            ended_at=row.ended_at,
            end_reason=row.end_reason,
        )
        for row, person, legal_basis, condition, case_ref, is_visible, is_renewal in session.execute(query)
    )
