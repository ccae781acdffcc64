"""List who may lose their title without having applied, and what was tried."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from servicedesk.cases.models import Application, Case
from servicedesk.cases.queries import ContactRow, Scope, list_contact_requests
from servicedesk.cases.rules import CALL_WITHIN, N_, days_left
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.kernel.clock import local_day
from servicedesk.notices.models import Letter, Outbox
from servicedesk.offices.queries import get_office_by_id
from servicedesk.outreach.models import DueOutcome, Invitation
from servicedesk.outreach.queries.terms import load_terms
from servicedesk.outreach.rules import REASON_LABELS, Outcome, Reason, risk_starts_on
from servicedesk.register.models import Person, Title


@dataclass(frozen=True, slots=True)
class Attempt:
    """Say what was tried, as a German message id, and when."""

    label: str
    at: datetime


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


def list_risk(session: Session, scope: Scope, *, now: datetime, limit: int = 200) -> RiskList:
    """Return everybody in scope who has not applied, from four weeks before the end (later where first seen later).

    People with an open case stay until it is closed; people without one (held, failed, excluded) until the end.
    """
    office = get_office_by_id(session, scope.office_id)
    today = local_day(now, office.zone)
    rows = (*_with_case(session, scope, today, limit), *_without_case(session, scope, today, limit))
    people = tuple(sorted(rows, key=lambda row: (row.ends_on, row.file_number)))[:limit]
    return RiskList(people, list_contact_requests(session, scope))


def _with_case(session: Session, scope: Scope, today: date, limit: int) -> list[RiskRow]:
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
    tried = _attempts(session, [case.id for case, _, _ in found])
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
            has_phone=person.phone_sealed is not None,
            has_email=person.email_sealed is not None,
            tried=tuple(tried.get(case.id, ())),
        )
        for case, person, _ in found
    ]


def _without_case(session: Session, scope: Scope, today: date, limit: int) -> list[RiskRow]:
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
    rows = []
    for title, person, outcome in session.execute(query):
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
                has_phone=person.phone_sealed is not None,
                has_email=person.email_sealed is not None,
                tried=_outcome_attempt(outcome),
            )
        )
    return rows


def _outcome_attempt(outcome: DueOutcome | None) -> tuple[Attempt, ...]:
    if outcome is None or outcome.outcome == Outcome.invited.value:
        return ()
    return (Attempt(REASON_LABELS[Reason(outcome.reason)], outcome.at),)


def _attempts(session: Session, case_ids: list[UUID]) -> dict[UUID, list[Attempt]]:
    """Return per case when letters were ordered, made and printed."""
    query = (
        select(Invitation.case_id, Invitation.created_at, Letter.rendered_at, Letter.printed_at)
        .join(Outbox, Outbox.id == Invitation.outbox_id)
        .outerjoin(Letter, Letter.outbox_id == Outbox.id)
        .where(Invitation.case_id.in_(case_ids))
        .order_by(Invitation.step)
    )
    found: dict[UUID, list[Attempt]] = {}
    for case_id, created_at, rendered_at, printed_at in session.execute(query):
        steps = ((N_("Einladung in Auftrag gegeben"), created_at), (N_("Schreiben erstellt"), rendered_at))
        known = [*steps, (N_("Schreiben gedruckt"), printed_at)]
        found.setdefault(case_id, []).extend(Attempt(label, at) for label, at in known if at is not None)
    return found
