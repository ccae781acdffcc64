"""Read one case whole: for the staff page that shows it, and the little a resident sees of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.accounts.models import StaffAccount
from servicedesk.cases.answering import QUESTION_LABELS
from servicedesk.cases.errors import CaseNotFound
from servicedesk.cases.models import Application, Case
from servicedesk.cases.queries.checklist import Checklist, load_checklist, load_with_change
from servicedesk.cases.queries.facts import build_facts, count_missing, list_receipts, zone_of
from servicedesk.cases.queries.papers import MISSING, Standing, judge_papers, list_paper_rows, states_of
from servicedesk.cases.queries.scope import Scope, find_case_id, get_case_in_scope
from servicedesk.cases.queries.values import (
    ApplicationLine,
    CasePage,
    HistoryLine,
    PaperLine,
    PersonView,
    Relative,
    ResidentCase,
    TitleView,
)
from servicedesk.cases.rules import (
    ACTION_LABELS,
    OUR_STEPS,
    UNLISTED_ACTIONS,
    CaseFacts,
    Channel,
    days_left,
    decide_next_step,
    decide_state,
    decide_timeliness,
)
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.rules import Requirement
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.clock import local_day
from servicedesk.notices.queries import LetterScope, list_notices_about
from servicedesk.offices.queries import get_staff, get_team
from servicedesk.register.models import Person, Title


@dataclass(frozen=True, slots=True)
class _Clock:
    """Say against which day papers are judged."""

    today: date
    zone: ZoneInfo
    appointment_at: datetime | None


def get_case_page(
    session: Session,
    scope: Scope,
    ref: str,
    *,
    now: datetime,
    appointment_at: datetime | None = None,
    also_about: Collection[UUID] = (),
) -> CasePage:
    """Return the case with this reference; raises CaseNotFound outside the scope.

    `appointment_at` comes from the booking room, `also_about` names what else belongs into the history: the ids of
    the case's appointments.
    """
    case = get_case_in_scope(session, scope, find_case_id(session, scope, ref))
    person = session.get_one(Person, case.person_id)
    title = session.get(Title, case.title_id) if case.title_id else None
    zone = zone_of(session, case.office_id)
    today = local_day(now, zone)
    checklist, pending_change = load_with_change(session, case, person, today=today)
    clock = _Clock(today, zone, appointment_at)
    facts, papers = _facts_and_papers(session, case, checklist, clock)
    step = decide_next_step(facts, now, zone)
    return CasePage(
        id=case.id,
        ref=case.ref,
        office_id=case.office_id,
        concern=checklist.concern,
        concern_id=case.concern_id,
        ends_on=case.ends_on,
        due_on=case.due_on,
        days_left=days_left(case.ends_on, today),
        origin=case.origin,
        facts=facts,
        state=decide_state(facts, now, zone),
        next_step=step,
        is_ours=step in OUR_STEPS,
        team=get_team(session, case.office_id, case.team_id),
        owner=get_staff(session, case.office_id, case.owner_id) if case.owner_id else None,
        person=person_view(person),
        household=list_household(session, scope, person),
        title=_title_view(title) if title else None,
        papers=papers,
        applications=list_applications(session, case),
        notices=tuple(list_notices_about(session, office_id=case.office_id, subject_id=case.id)),
        history=list_history(session, case, also_about=(case.person_id, *also_about)),
        checklist=checklist,
        pending_change=pending_change,
    )


def get_resident_case(
    session: Session, case_id: UUID, *, now: datetime, appointment_at: datetime | None = None
) -> ResidentCase:
    """Return what the holder of the code sees of their case; raises CaseNotFound."""
    case = session.get(Case, case_id)
    if case is None:
        raise CaseNotFound
    person = session.get_one(Person, case.person_id)
    title = session.get(Title, case.title_id) if case.title_id else None
    zone = zone_of(session, case.office_id)
    today = local_day(now, zone)
    checklist = load_checklist(session, case, person, today=today)
    concern = checklist.concern
    clock = _Clock(today, zone, appointment_at)
    facts, papers = _facts_and_papers(session, case, checklist, clock)
    in_force = [line for line in list_applications(session, case) if line.is_in_force]
    first = min(in_force, key=lambda line: line.received_at, default=None)
    return ResidentCase(
        case_id=case.id,
        case_ref=case.ref,
        office_id=case.office_id,
        person_id=person.id,
        file_number=person.file_number,
        family_name=person.family_name,
        given_names=person.given_names,
        language=person.letter_language,
        concern_id=case.concern_id,
        concern_name=concern.name if concern else case.concern_id,
        title_form=concern.title_form.value if concern else "residence_title",
        ends_on=case.ends_on,
        has_continuation_effect=title is not None
        and load_catalogue().has_continuation_effect(title.legal_basis, is_unlimited=title.is_unlimited),
        is_renewal=title is not None,
        state=decide_state(facts, now, zone),
        next_step=decide_next_step(facts, now, zone),
        applied_at=first.received_at if first else None,
        application_ref=first.ref if first else None,
        timeliness=first.timeliness if first else None,
        is_closed=case.closed_at is not None,
        team_name=get_team(session, case.office_id, case.team_id).name,
        owner=get_staff(session, case.office_id, case.owner_id) if case.owner_id else None,
        papers=papers,
    )


def list_applications(session: Session, case: Case) -> tuple[ApplicationLine, ...]:
    """Return every recorded application of a case by receipt, corrected ones included."""
    zone = zone_of(session, case.office_id)
    rows = list(
        session.scalars(
            select(Application)
            .where(Application.case_id == case.id)
            .order_by(Application.received_at, Application.recorded_at, Application.id)
        )
    )
    superseded = {row.supersedes_id for row in rows}
    names = actor_names(session, {row.recorded_by for row in rows})
    return tuple(
        ApplicationLine(
            id=row.id,
            ref=row.ref,
            channel=Channel(row.channel),
            received_at=row.received_at,
            recorded_at=row.recorded_at,
            recorded_by=names.get(row.recorded_by, row.recorded_by),
            timeliness=decide_timeliness(row.received_at, case.ends_on, zone),
            statement=row.statement,
            reason=row.reason,
            has_evidence=row.evidence_type != "",
            is_in_force=row.id not in superseded,
            supersedes_id=row.supersedes_id,
        )
        for row in rows
    )


def list_history(
    session: Session, case: Case, *, also_about: Collection[UUID] = (), limit: int = 200
) -> tuple[HistoryLine, ...]:
    """Return what happened to a case and to what else is named, the latest first; times only tried leave no line."""
    events = list(
        session.scalars(
            select(AuditEvent)
            .where(
                AuditEvent.subject_id.in_([case.id, *also_about]), AuditEvent.action.not_in(UNLISTED_ACTIONS)
            )
            .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
            .limit(limit)
        )
    )
    names = actor_names(session, {event.actor for event in events})
    return tuple(
        HistoryLine(
            at=event.at,
            label=ACTION_LABELS.get(event.action) or QUESTION_LABELS.get(event.action, event.action),
            action=event.action,
            actor=names.get(event.actor, event.actor.partition(":")[0]),
            details=event.details,
        )
        for event in events
    )


def list_household(session: Session, scope: Scope, person: Person) -> tuple[Relative, ...]:
    """Return the others of a household by birth year; references of cases only within scope."""
    if not person.household_key:
        return ()
    query = (
        select(Person, Case.ref)
        .outerjoin(Case, (Case.person_id == Person.id) & Case.closed_at.is_(None) & scope.cases())
        .where(
            Person.office_id == person.office_id,
            Person.household_key == person.household_key,
            Person.id != person.id,
        )
        .order_by(Person.birth_year, Person.file_number, Case.opened_at)
    )
    found: dict[UUID, Relative] = {}
    for member, ref in session.execute(query):
        birth = (member.birth_year, member.birth_month, member.birth_day)
        relative = Relative(member.id, member.file_number, member.family_name, member.given_names, birth, ref)
        found.setdefault(member.id, relative)
    return tuple(found.values())


def person_view(person: Person) -> PersonView:
    """Return a resident's row as a value; e-mail and phone stay sealed."""
    return PersonView(
        id=person.id,
        file_number=person.file_number,
        family_name=person.family_name,
        given_names=person.given_names,
        birth=(person.birth_year, person.birth_month, person.birth_day),
        nationalities=person.nationalities,
        street=person.street,
        house_number=person.house_number,
        postcode=person.postcode,
        town=person.town,
        language=person.letter_language,
        household_key=person.household_key,
        moved_away_on=person.moved_away_on,
        has_email=person.email_sealed is not None,
        has_phone=person.phone_sealed is not None,
        post_address=person.post_address,
    )


def letter_scope(scope: Scope) -> LetterScope:
    """Return the same scope as the notices room understands it."""
    return LetterScope(
        is_whole_office=scope.is_whole_office,
        team_ids=scope.whole_team_ids,
        member_ids=scope.member_ids,
        inbox_team_ids=scope.inbox_team_ids,
    )


def _facts_and_papers(
    session: Session, case: Case, checklist: Checklist, clock: _Clock
) -> tuple[CaseFacts, tuple[PaperLine, ...]]:
    rows = list_paper_rows(session, [case.id]).get(case.id, {})
    appointment_at = clock.appointment_at
    standings = judge_papers(
        checklist.catalogue.documents,
        rows,
        today=clock.today,
        zone=clock.zone,
        appointment_on=local_day(appointment_at, clock.zone) if appointment_at else None,
        is_settled=case.decision is not None,
    )
    states, receipts = states_of(standings), list_receipts(session, [case.id]).get(case.id, ())
    missing = count_missing(checklist.requirements, states)
    facts = build_facts(case, receipts, states, missing, appointment_at)
    return facts, _paper_lines(checklist, standings)


def _paper_lines(checklist: Checklist, standings: Mapping[str, Standing]) -> tuple[PaperLine, ...]:
    """Return the list of the catalogue, then papers that stand in the case but not on its list."""
    listed = {line.document.id for line in checklist.requirements}
    documents = checklist.catalogue.documents
    extra = [Requirement(documents[name]) for name in sorted(set(standings) - listed) if name in documents]
    return (
        *(_paper_line(line, standings.get(line.document.id, MISSING)) for line in checklist.requirements),
        *(_paper_line(line, standings[line.document.id], is_listed=False) for line in extra),
    )


def _paper_line(line: Requirement, standing: Standing, *, is_listed: bool = True) -> PaperLine:
    return PaperLine(
        document_id=line.document.id,
        name=line.document.name,
        where=line.document.where,
        condition=line.condition,
        form=line.document.form,
        group=line.group,
        is_mandatory=line.is_mandatory and is_listed,
        state=standing.state,
        reason=standing.reason,
        changed_at=standing.changed_at,
        why=line.document.why,
        notes=line.notes,
        max_age=line.document.max_age,
        issued_on=standing.issued_on,
        freshness=standing.freshness,
        is_listed=is_listed,
        received_at=standing.received_at,
        reason_id=standing.reason_id,
    )


def _title_view(title: Title) -> TitleView:
    return TitleView(
        id=title.id,
        legal_basis=title.legal_basis,
        issued_on=title.issued_on,
        ends_on=title.ends_on,
        effective_ends_on=title.effective_ends_on,
        card_ends_on=title.card_ends_on,
        passport_ends_on=title.passport_ends_on,
        is_unlimited=title.is_unlimited,
        employment_condition=title.employment_condition,
        vanished_on=title.vanished_on,
    )


def actor_names(session: Session, refs: set[str]) -> dict[str, str]:
    """Return the names behind `staff:<account>` references."""
    accounts = {}
    for ref in refs:
        kind, _, subject = ref.partition(":")
        if kind == "staff" and subject:
            accounts[UUID(subject)] = ref
    if not accounts:
        return {}
    query = select(StaffAccount.id, StaffAccount.name).where(StaffAccount.id.in_(accounts))
    return {accounts[account_id]: name for account_id, name in session.execute(query)}
