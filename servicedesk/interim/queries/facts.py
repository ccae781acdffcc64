"""Gather, for many cases in few statements, what the rules of interim confirmations say about them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from servicedesk.cases.models import Case
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.interim.law import load_law, settings_of
from servicedesk.interim.queries.records import (
    Applied,
    Confirmed,
    Known,
    Noted,
    Records,
    read_records,
    within,
)
from servicedesk.interim.rules.deadlines import ProposalFacts, Step, decide_step
from servicedesk.interim.rules.eligibility import applies_for_title, decide_eligibility, kind_of_title
from servicedesk.interim.rules.guarantee import Cover, GuaranteeFacts, Judgement, judge, list_lived_gaps
from servicedesk.interim.rules.values import InterimFacts, Outcome, OutcomeKind, TitleKind
from servicedesk.kernel.clock import local_day
from servicedesk.offices.queries import OfficeView
from servicedesk.register.models import Person, Title


@dataclass(frozen=True, slots=True)
class InterimCase:
    """Hold one case with what the rules say about it.

    `title_id` is the title of the case, else the person's current one. `ends_on` is the case's own, `outcome.ends_on`
    the one that counts. `covers` are all confirmations ever issued for it, oldest first. `known_at` and
    `is_covered_elsewhere`: see `GuaranteeFacts`.
    """

    case_id: UUID
    case_ref: str
    office_id: UUID
    person_id: UUID
    title_id: UUID | None
    team_id: UUID
    owner_id: UUID | None
    concern_id: str
    ends_on: date | None
    decided_at: datetime | None
    closed_at: datetime | None
    facts: InterimFacts
    outcome: Outcome
    known_at: datetime
    proposal: ProposalFacts | None
    on_its_way: Known | None
    issued: Known | None
    covers: tuple[Cover, ...]
    is_covered_elsewhere: bool

    def next_step(self, office: OfficeView, now: datetime) -> Step:
        """Return what has to happen next with this case's confirmation."""
        check_again_on = self.issued.check_again_on if self.issued else None
        settings = settings_of(office.details)
        return decide_step(
            self.outcome, self.proposal, check_again_on, now=now, zone=office.zone, settings=settings
        )

    def judge(self, office: OfficeView, now: datetime) -> Judgement:
        """Say whether the promise is kept for this case."""
        facts = GuaranteeFacts(
            self.outcome, self.known_at, self.proposal, self.covers, self.is_covered_elsewhere
        )
        return judge(facts, now=now, zone=office.zone, settings=settings_of(office.details))

    def lived_gaps(self, office: OfficeView, now: datetime, since: date) -> tuple[date, ...]:
        """Return the days from `since` to yesterday that the person lived through without what was promised.

        What ended the matter ends the count; whether the person was eligible is judged as if it had not.
        """
        facts = replace(self.facts, decision="", closed_reason="", departed_on=None)
        settings, today = settings_of(office.details), local_day(now, office.zone)
        outcome = decide_eligibility(facts, load_law(), office.zone, today=today, settings=settings)
        if outcome.kind is not OutcomeKind.issue or outcome.ends_on is None or self.is_covered_elsewhere:
            return ()
        ends = [local_day(at, office.zone) for at in (self.decided_at, self.closed_at) if at is not None]
        last = min([today, *ends, self.facts.departed_on or today]) - timedelta(days=1)
        gaps = list_lived_gaps(self.covers, outcome.ends_on, self.known_at, since, last, office.zone)
        return tuple(gaps)


def find_interim_case(
    session: Session, office: OfficeView, case_id: UUID, *, now: datetime
) -> InterimCase | None:
    """Return one case of the office with what the rules say, None where there is none."""
    found = list_interim_cases(session, office, only=Case.id == case_id, now=now)
    return found[0] if found else None


def list_interim_cases(
    session: Session, office: OfficeView, *, only: ColumnElement[bool], now: datetime
) -> tuple[InterimCase, ...]:
    """Return the cases of an office for which `only` holds, by reference.

    `only` is a condition on `Case` joined with `Person` and, where there is one, `Title`. The number of statements
    does not depend on the number of cases.
    """
    records = read_records(session, office, only, now)
    query = within(select(Case, Title, Person), office, only).order_by(Case.ref)
    found = session.execute(query).all()
    without = [person.id for case, _, person in found if case.title_id is None]
    current = _current_titles(session, without)
    return tuple(
        _build(office, records, case, title or current.get(person.id), person, now)
        for case, title, person in found
    )


def kind_of_row(title: Title | None) -> TitleKind:
    """Say what a title of the register is, after the catalogue and the law."""
    if title is None:
        return TitleKind.unknown
    catalogue = load_catalogue()
    rule = catalogue.basis_of(title.legal_basis)
    form = catalogue.get_concern(rule.concern_id).title_form if rule else None
    return kind_of_title(title.legal_basis, is_unlimited=title.is_unlimited, form=form, law=load_law())


def _current_titles(session: Session, person_ids: Iterable[UUID]) -> dict[UUID, Title]:
    """Return the title of each person that ends last, for cases that name none."""
    wanted = set(person_ids)
    if not wanted:
        return {}
    query = (
        select(Title)
        .where(Title.person_id.in_(wanted), Title.is_superseded.is_(False))
        .execution_options(populate_existing=True)
    )
    rows = sorted(
        session.scalars(query),
        key=lambda title: (title.is_unlimited, title.effective_ends_on or date.min, title.id.hex),
    )
    return {title.person_id: title for title in rows}


def _build(
    office: OfficeView, records: Records, case: Case, title: Title | None, person: Person, now: datetime
) -> InterimCase:
    confirmed = records.confirmed.get(case.id, Confirmed())
    applied = records.applied.get(case.id)
    instants = (
        case.opened_at,
        applied.recorded_at if applied else None,
        records.noted.get(case.id, Noted()).changed_at,
        records.changed_at.get(person.id),
    )
    facts = _facts(records, case, title, person, applied)
    return InterimCase(
        case_id=case.id,
        case_ref=case.ref,
        office_id=case.office_id,
        person_id=person.id,
        title_id=title.id if title else None,
        team_id=case.team_id,
        owner_id=case.owner_id,
        concern_id=case.concern_id,
        ends_on=case.ends_on,
        decided_at=case.decided_at,
        closed_at=case.closed_at,
        facts=facts,
        outcome=decide_eligibility(
            facts,
            load_law(),
            office.zone,
            today=local_day(now, office.zone),
            settings=settings_of(office.details),
        ),
        known_at=max(instant for instant in instants if instant is not None),
        proposal=confirmed.proposal,
        on_its_way=confirmed.on_its_way,
        issued=confirmed.issued,
        covers=confirmed.covers,
        is_covered_elsewhere=title is not None and title.id in confirmed.held_title_ids,
    )


def _facts(
    records: Records, case: Case, title: Title | None, person: Person, applied: Applied | None
) -> InterimFacts:
    noted = records.noted.get(case.id, Noted())
    effective_ends_on = title.effective_ends_on if title else case.ends_on
    departed = [day for day in (person.moved_away_on, noted.departed_on) if day is not None]
    received_at = applied.received_at if applied else None
    return InterimFacts(
        title=kind_of_row(title),
        legal_basis=title.legal_basis if title else "",
        issued_on=title.issued_on if title else None,
        printed_ends_on=title.ends_on if title else case.ends_on,
        effective_ends_on=effective_ends_on,
        received_at=received_at,
        recorded_at=applied.recorded_at if applied else None,
        continues_title=_continues_title(case.concern_id),
        decision=case.decision or "",
        is_superseded=title is not None and title.is_superseded,
        closed_reason=(case.closed_reason or "") if case.closed_at else "",
        departed_on=min(departed, default=None),
        vanished_on=title.vanished_on if title else None,
        last_list_on=records.last_list_on,
        # A single name is a whole name, and a card, too, may show no more than a year of birth.
        has_whole_name=bool(person.family_name.strip() or person.given_names.strip()),
        has_whole_birth_date=person.birth_year > 0,
        declined_at=_declined_at(records.confirmed.get(case.id, Confirmed()), effective_ends_on, received_at),
        notes=noted.in_force,
    )


def _declined_at(confirmed: Confirmed, ends_on: date | None, received_at: datetime | None) -> datetime | None:
    """Return when a person last said no to this very question; another end or receipt is a new one."""
    asked = (confirmed.declined_ends_on, confirmed.declined_received_at)
    return confirmed.declined_at if asked == (ends_on, received_at) else None


def _continues_title(concern_id: str) -> bool:
    """Tell whether the concern asks for a title; one the catalogue has dropped meanwhile was opened for a title."""
    concern = load_catalogue().find_concern(concern_id)
    if concern is None:
        return True
    return applies_for_title(
        concern_id, has_continuation_effect=concern.has_continuation_effect, law=load_law()
    )
