"""List who may lose their title without having applied, and what was tried."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from servicedesk.cases.models import Application, Case
from servicedesk.cases.queries import ContactRow, Scope, list_contact_requests
from servicedesk.cases.rules import CALL_WITHIN, days_left
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.offices.queries import get_office_by_id
from servicedesk.outreach.models import DueOutcome
from servicedesk.outreach.queries.attempts import Attempt, list_attempts, list_attempts_before_case
from servicedesk.outreach.queries.terms import load_terms
from servicedesk.outreach.rules import REASON_LABELS, Outcome, Reason, risk_starts_on
from servicedesk.register.models import Person, Title
from servicedesk.register.queries.contacts import list_confirmed_kinds
from servicedesk.register.rules.contacts import ClaimKind


@dataclass(frozen=True, slots=True)
class RiskRow:
    """Show one person who has not applied; `owner_id` None: the team's inbox."""

    case_id: UUID | None
    case_ref: str | None
    title_id: UUID | None
    person_id: UUID
    file_number: str
    family_name: str
    given_names: str
    concern_name: str
    ends_on: date
    days_left: int
    owner_id: UUID | None
    has_phone: bool
    has_email: bool
    tried: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class RiskList:
    """Hold who is at risk, and messages without a letter that nobody has matched yet."""

    people: tuple[RiskRow, ...]
    contacts: tuple[ContactRow, ...]


def list_risk(session: Session, scope: Scope, *, vault: Vault, now: datetime, limit: int = 200) -> RiskList:
    """Return everybody in scope who has not applied, from four weeks before the end (later where first seen later).

    People with an open case stay until it is closed; people without one (held, failed, excluded) until the end.
    """
    office = get_office_by_id(session, scope.office_id)
    today = local_day(now, office.zone)
    rows = (
        *_with_case(session, vault, scope, today, limit),
        *_without_case(session, vault, scope, today, limit),
    )
    people = tuple(sorted(rows, key=lambda row: (row.ends_on, row.file_number)))[:limit]
    return RiskList(people, list_contact_requests(session, scope))


def _with_case(session: Session, vault: Vault, scope: Scope, today: date, limit: int) -> list[RiskRow]:
    applied = exists().where(Application.case_id == Case.id)
    query = (
        select(Case, Person, Title.first_seen_on)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(Title, Title.id == Case.title_id)
        .where(
            scope.cases(),
            Case.closed_at.is_(None),
            Case.decision.is_(None),
            Case.ends_on <= today + CALL_WITHIN,
            ~applied,
        )
        .order_by(Case.ends_on, Case.id)
        .limit(limit)
    )
    found = [
        (case, person, seen)
        for case, person, seen in session.execute(query)
        if case.ends_on is not None and risk_starts_on(case.ends_on, case.due_on, seen or date.min) <= today
    ]
    tried = list_attempts(session, vault, {case.id: case.title_id for case, _, _ in found})
    confirmed = list_confirmed_kinds(session, {person.id for _, person, _ in found})
    catalogue = load_catalogue()
    return [
        RiskRow(
            case_id=case.id,
            case_ref=case.ref,
            title_id=case.title_id,
            person_id=person.id,
            file_number=person.file_number,
            family_name=person.family_name,
            given_names=person.given_names,
            concern_name=concern.name
            if (concern := catalogue.find_concern(case.concern_id))
            else case.concern_id,
            ends_on=case.ends_on or date.min,
            days_left=days_left(case.ends_on, today) or 0,
            owner_id=case.owner_id,
            **_ways(person, confirmed),
            tried=tried.get(case.id, ()),
        )
        for case, person, _ in found
    ]


def _without_case(session: Session, vault: Vault, scope: Scope, today: date, limit: int) -> list[RiskRow]:
    """Return titles about to end for which there is no case: held, failed, excluded, or first seen today."""
    any_case = aliased(Case)
    query = (
        select(Title, Person, DueOutcome)
        .join(Person, Person.id == Title.person_id)
        .outerjoin(
            DueOutcome, and_(DueOutcome.title_id == Title.id, DueOutcome.ends_on == Title.effective_ends_on)
        )
        .where(
            scope.titles(),
            Title.effective_ends_on >= today,
            Title.effective_ends_on <= today + CALL_WITHIN,
            Title.is_superseded.is_(False),
            or_(Person.moved_away_on.is_(None), Person.moved_away_on > today),
            ~exists().where(
                any_case.person_id == Title.person_id,
                or_(any_case.closed_at.is_(None), any_case.title_id == Title.id),
            ),
        )
        .order_by(Title.effective_ends_on, Title.id)
        .limit(limit)
    )
    terms = load_terms(session, get_office_by_id(session, scope.office_id))
    found = list(session.execute(query))
    tried = list_attempts_before_case(session, vault, [title.id for title, _, _ in found])
    confirmed = list_confirmed_kinds(session, {person.id for _, person, _ in found})
    rows = []
    for title, person, outcome in found:
        ends_on = title.effective_ends_on or date.max
        handled = terms.concern_of(title.legal_basis, is_unlimited=title.is_unlimited)
        if risk_starts_on(ends_on, handled.lead.before(ends_on), title.first_seen_on) > today:
            continue
        if terms.refusal_of(title.legal_basis, is_unlimited=title.is_unlimited):
            continue
        rows.append(
            RiskRow(
                case_id=None,
                case_ref=None,
                title_id=title.id,
                person_id=person.id,
                file_number=person.file_number,
                family_name=person.family_name,
                given_names=person.given_names,
                concern_name=handled.concern.name,
                ends_on=ends_on,
                days_left=(ends_on - today).days,
                owner_id=terms.owner_of(handled.team_id, person.surname_key),
                **_ways(person, confirmed),
                tried=(*_outcome_attempt(outcome), *tried.get(title.id, ())),
            )
        )
    return rows


def _ways(person: Person, confirmed: Mapping[UUID, Collection[ClaimKind]]) -> dict[str, bool]:
    """Return whether a person can be called or mailed."""
    kinds = confirmed.get(person.id, ())
    return {
        "has_phone": person.phone_sealed is not None or ClaimKind.PHONE in kinds,
        "has_email": person.email_sealed is not None or ClaimKind.EMAIL in kinds,
    }


def _outcome_attempt(outcome: DueOutcome | None) -> tuple[Attempt, ...]:
    if outcome is None or outcome.outcome == Outcome.invited.value:
        return ()
    return (Attempt(REASON_LABELS[Reason(outcome.reason)], outcome.at, SYSTEM.ref),)
