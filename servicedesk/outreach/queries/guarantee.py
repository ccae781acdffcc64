"""Show a team lead the promise of the next weeks: who ends, who applied, who is confirmed, who is at risk and why."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from servicedesk.cases.models import Application, Case
from servicedesk.cases.queries import Scope
from servicedesk.cases.rules import CALL_WITHIN, N_
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.interim.law import load_law, settings_of
from servicedesk.interim.queries.facts import InterimCase, kind_of_row, list_interim_cases
from servicedesk.interim.rules.eligibility import decide_eligibility
from servicedesk.interim.rules.guarantee import GuaranteeFacts, Judgement, Risk, Standing, judge
from servicedesk.interim.rules.values import InterimFacts
from servicedesk.kernel.clock import instant_of, local_day
from servicedesk.offices.queries import OfficeView, get_office_by_id, list_staff, list_teams
from servicedesk.outreach.queries.terms import OfficeTerms, load_terms
from servicedesk.register.models import Person, Title

LIVED_DAYS = 90
"""How far back days that were lived through without a confirmation are counted."""


class HelpfulAct(StrEnum):
    """Name the one act that helps a row; a page leads there with one click."""

    open_case = "open_case"
    """Nobody has applied and there is no case: open one."""
    call = "call"
    """Nobody has applied: call, and record the application."""
    propose = "propose"
    release = "release"
    seal = "seal"
    """Released, but not issued: the keys, or facts that are too long."""
    decide = "decide"
    """The rules leave it to a person: look at the case, note what is missing."""


ACT_LABELS: Mapping[HelpfulAct, str] = {
    HelpfulAct.open_case: N_("Vorgang eröffnen"),
    HelpfulAct.call: N_("anrufen"),
    HelpfulAct.propose: N_("vorschlagen"),
    HelpfulAct.release: N_("freigeben"),
    HelpfulAct.seal: N_("Schlüssel prüfen"),
    HelpfulAct.decide: N_("entscheiden"),
}


@dataclass(frozen=True, slots=True)
class Counts:
    """Count titles by how they stand; `ends` is the sum of all others but `applied`.

    `applied` counts who waits for a decision: confirmed, planned, at risk, alarm, gap.
    """

    ends: int = 0
    applied: int = 0
    not_applied: int = 0
    planned: int = 0
    confirmed: int = 0
    at_risk: int = 0
    alarm: int = 0
    gap: int = 0
    declined: int = 0
    settled: int = 0


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Count the titles whose last day this is."""

    day: date
    counts: Counts


@dataclass(frozen=True, slots=True)
class TeamCounts:
    """Count the titles of one team that end within the period."""

    team_id: UUID
    team_name: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class GuaranteeRow:
    """Show one person who is not covered, or may not be; texts are German message ids.

    `case_ref` None: there is no case yet. `owner_name` empty: the team's inbox. `confirmation_ref` is the proposal to
    be released, None without one. `ends_on` None: nobody knows the end, so it is an alarm. `gap_days` counts days already uncovered, from `first_gap_on` on.
    """

    case_id: UUID | None
    case_ref: str | None
    title_id: UUID | None
    person_id: UUID
    file_number: str
    family_name: str
    given_names: str
    concern_name: str
    team_id: UUID
    team_name: str
    owner_id: UUID | None
    owner_name: str
    ends_on: date | None
    days_left: int | None
    standing: Standing
    deadline_at: datetime | None
    reason: str
    act: str
    helps: HelpfulAct
    confirmation_ref: str | None
    first_gap_on: date | None
    gap_days: int


@dataclass(frozen=True, slots=True)
class GuaranteeOverview:
    """Hold the page: the days from today on, the same per team, what is past, and whom to help, most urgent first.

    `past` counts open matters whose title has ended. `rows` holds gaps, alarms, risks, then who has not applied;
    `more_rows` says how many were cut off. `lived_gap_days` counts the days of the last `lived_days` on which
    somebody eligible held nothing, whatever was issued afterwards.
    """

    today: date
    until: date
    days: tuple[DayCounts, ...]
    teams: tuple[TeamCounts, ...]
    total: Counts
    past: Counts
    rows: tuple[GuaranteeRow, ...]
    more_rows: int
    lived_gap_days: int
    lived_days: int


@dataclass(frozen=True, slots=True)
class _Matter:
    """Be one title that ends, with its case where there is one, before names are read."""

    case: InterimCase | None
    title_id: UUID | None
    person_id: UUID
    concern_id: str
    team_id: UUID
    owner_id: UUID | None
    ends_on: date | None
    judgement: Judgement


def get_guarantee_overview(
    session: Session, scope: Scope, *, now: datetime, limit: int = 200
) -> GuaranteeOverview:
    """Return what ends in scope within the next four weeks and how it stands, and what ended and is still open."""
    office = get_office_by_id(session, scope.office_id)
    today = local_day(now, office.zone)
    until = today + CALL_WITHIN
    since = today - timedelta(days=LIVED_DAYS)
    cases = list_interim_cases(
        session, office, only=and_(scope.cases(), _is_shown(office, today, until, since)), now=now
    )
    matters = [
        *_with_case(cases, office, now),
        *_without_case(session, scope, office, today, until, now),
    ]
    teams = {team.id: team.name for team in list_teams(session, office.id)}
    coming = [matter for matter in matters if matter.ends_on is not None and today <= matter.ends_on <= until]
    past = [
        matter
        for matter in matters
        if (matter.ends_on is None or matter.ends_on < today)
        and matter.judgement.standing is not Standing.settled
    ]
    urgent = sorted(
        (matter for matter in (*coming, *past) if matter.judgement.standing in _ORDER), key=_urgency
    )
    return GuaranteeOverview(
        today=today,
        until=until,
        days=tuple(_days(coming, today, until)),
        teams=tuple(
            TeamCounts(team_id, name, _count(m for m in coming if m.team_id == team_id))
            for team_id, name in teams.items()
            if any(matter.team_id == team_id for matter in coming)
        ),
        total=_count(coming),
        past=_count(past),
        rows=tuple(_rows(session, office, urgent[:limit], teams, today)),
        more_rows=max(0, len(urgent) - limit),
        lived_gap_days=sum(len(case.lived_gaps(office, now, since)) for case in cases),
        lived_days=LIVED_DAYS,
    )


def count_lived_gap_days(session: Session, scope: Scope, *, now: datetime) -> int:
    """Return the one number of the page: days of the last `LIVED_DAYS` on which somebody eligible held nothing."""
    office = get_office_by_id(session, scope.office_id)
    today = local_day(now, office.zone)
    since = today - timedelta(days=LIVED_DAYS)
    waited = and_(scope.cases(), Case.ends_on < today, _was_open(office, since))
    cases = list_interim_cases(session, office, only=waited, now=now)
    return sum(len(case.lived_gaps(office, now, since)) for case in cases)


_ORDER = {
    standing: place
    for place, standing in enumerate((Standing.gap, Standing.at_risk, Standing.alarm, Standing.not_applied))
}
"""The standings somebody has to act on, the most urgent first."""

_NOT_COUNTED = frozenset({"end_moved", "opened_in_error"})


def _is_shown(office: OfficeView, today: date, until: date, since: date) -> ColumnElement[bool]:
    """Return the condition on cases: ending within the period, or ended and open, or open until lately."""
    has_applied = exists().where(Application.case_id == Case.id)
    is_open = and_(Case.closed_at.is_(None), Case.decision.is_(None))
    return or_(
        Case.ends_on.between(today, until),
        Title.effective_ends_on.between(today, until),
        and_(Case.ends_on < today, or_(is_open, _was_open(office, since))),
        and_(Case.ends_on.is_(None), is_open, has_applied),
    )


def _was_open(office: OfficeView, since: date) -> ColumnElement[bool]:
    """Return the condition on cases with an application that waited on `since` or later."""
    start = instant_of(datetime(since.year, since.month, since.day), office.zone)
    return and_(
        exists().where(Application.case_id == Case.id),
        or_(Case.decided_at.is_(None), Case.decided_at >= start),
        or_(Case.closed_at.is_(None), Case.closed_at >= start),
    )


def _with_case(cases: Iterable[InterimCase], office: OfficeView, now: datetime) -> Iterator[_Matter]:
    for case in cases:
        if case.facts.closed_reason in _NOT_COUNTED:
            continue
        yield _Matter(
            case=case,
            title_id=case.title_id,
            person_id=case.person_id,
            concern_id=case.concern_id,
            team_id=case.team_id,
            owner_id=case.owner_id,
            ends_on=case.outcome.ends_on or case.ends_on,
            judgement=case.judge(office, now),
        )


def _without_case(
    session: Session, scope: Scope, office: OfficeView, today: date, until: date, now: datetime
) -> Iterator[_Matter]:
    """Yield titles about to end without a case: held, failed, or first seen today; not those nobody is invited for."""
    any_case = aliased(Case)
    query = (
        select(Title, Person)
        .join(Person, Person.id == Title.person_id)
        .where(
            scope.titles(),
            Title.effective_ends_on.between(today, until),
            Title.is_superseded.is_(False),
            or_(Person.moved_away_on.is_(None), Person.moved_away_on > today),
            ~exists().where(
                any_case.person_id == Title.person_id,
                or_(any_case.closed_at.is_(None), any_case.title_id == Title.id),
            ),
        )
    )
    terms = load_terms(session, office)
    for title, person in session.execute(query):
        if terms.refusal_of(title.legal_basis, is_unlimited=title.is_unlimited):
            continue
        handled = terms.concern_of(title.legal_basis, is_unlimited=title.is_unlimited)
        yield _Matter(
            case=None,
            title_id=title.id,
            person_id=person.id,
            concern_id=handled.concern.id,
            team_id=handled.team_id,
            owner_id=terms.owner_of(handled.team_id, person.surname_key),
            ends_on=title.effective_ends_on,
            judgement=_judge_title(title, terms, today, now),
        )


def _judge_title(title: Title, terms: OfficeTerms, today: date, now: datetime) -> Judgement:
    facts = InterimFacts(
        title=kind_of_row(title),
        legal_basis=title.legal_basis,
        issued_on=title.issued_on,
        printed_ends_on=title.ends_on,
        effective_ends_on=title.effective_ends_on,
    )
    zone, settings = terms.office.zone, settings_of(terms.office.details)
    outcome = decide_eligibility(facts, load_law(), zone, today=today, settings=settings)
    return judge(GuaranteeFacts(outcome), now=now, zone=zone, settings=settings)


def _count(matters: Iterable[_Matter]) -> Counts:
    found = dict.fromkeys(Standing, 0)
    for matter in matters:
        found[matter.judgement.standing] += 1
    applied = (Standing.planned, Standing.confirmed, Standing.at_risk, Standing.alarm, Standing.gap)
    return Counts(
        ends=sum(found.values()),
        applied=sum(found[standing] for standing in applied),
        **{standing.value: number for standing, number in found.items()},
    )


def _days(matters: list[_Matter], today: date, until: date) -> Iterator[DayCounts]:
    by_day: dict[date | None, list[_Matter]] = {}
    for matter in matters:
        by_day.setdefault(matter.ends_on, []).append(matter)
    for number in range((until - today).days + 1):
        day = today + timedelta(days=number)
        yield DayCounts(day, _count(by_day.get(day, ())))


def _urgency(matter: _Matter) -> tuple[int, date, str]:
    ref = matter.case.case_ref if matter.case else matter.person_id.hex
    return _ORDER[matter.judgement.standing], matter.ends_on or date.min, ref


def _rows(
    session: Session, office: OfficeView, matters: list[_Matter], teams: Mapping[UUID, str], today: date
) -> Iterator[GuaranteeRow]:
    people = {
        person.id: person
        for person in session.scalars(select(Person).where(Person.id.in_({m.person_id for m in matters})))
    }
    staff = {member.id: member.name for member in list_staff(session, office.id, with_inactive=True)}
    catalogue = load_catalogue()
    for matter in matters:
        person, judged = people[matter.person_id], matter.judgement
        concern = catalogue.find_concern(matter.concern_id)
        on_its_way = matter.case.on_its_way if matter.case else None
        yield GuaranteeRow(
            case_id=matter.case.case_id if matter.case else None,
            case_ref=matter.case.case_ref if matter.case else None,
            title_id=matter.title_id,
            person_id=matter.person_id,
            file_number=person.file_number,
            family_name=person.family_name,
            given_names=person.given_names,
            concern_name=concern.name if concern else matter.concern_id,
            team_id=matter.team_id,
            team_name=teams.get(matter.team_id, ""),
            owner_id=matter.owner_id,
            owner_name=staff.get(matter.owner_id, "") if matter.owner_id else "",
            ends_on=matter.ends_on,
            days_left=(matter.ends_on - today).days if matter.ends_on else None,
            standing=judged.standing,
            deadline_at=judged.deadline_at,
            reason=judged.reason,
            act=judged.act,
            helps=_helps(matter),
            confirmation_ref=on_its_way.ref if on_its_way else None,
            first_gap_on=judged.first_gap_on,
            gap_days=judged.gap_days,
        )


def _helps(matter: _Matter) -> HelpfulAct:
    if matter.judgement.standing is Standing.not_applied:
        return HelpfulAct.call if matter.case else HelpfulAct.open_case
    if matter.judgement.standing is Standing.alarm:
        return HelpfulAct.decide
    if matter.judgement.risk is Risk.not_sealed:
        return HelpfulAct.seal
    has_proposal = matter.case is not None and matter.case.on_its_way is not None
    return HelpfulAct.release if has_proposal else HelpfulAct.propose
