"""Read the history of facts of a case, what holds of it, and whether an appointment may be made."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.cases.choices import CheckingTimes, times_of
from servicedesk.cases.models import Case, CaseFact
from servicedesk.cases.queries.checklist import Checklist, load_checklist
from servicedesk.cases.queries.facts import list_receipts, zone_of
from servicedesk.cases.queries.papers import judge_papers, list_paper_rows, states_of
from servicedesk.cases.rules import PaperState
from servicedesk.cases.steps import CardState, Fact, FactKind, Standing
from servicedesk.checklists.rules import Requirement
from servicedesk.kernel.clock import local_day
from servicedesk.offices.queries import get_office_by_id
from servicedesk.register.models import Person

_SETTLED = frozenset({PaperState.accepted, PaperState.waived})
_CAME = frozenset({PaperState.received, PaperState.rejected, PaperState.stale})


@dataclass(frozen=True, slots=True)
class OpenPapers:
    """Hold the list of a case, where each paper stands today, and which lines still stand between it and a decision."""

    checklist: Checklist
    states: Mapping[str, PaperState]
    lines: tuple[Requirement, ...]

    @property
    def number(self) -> int:
        """Return how many are open; papers of which one is enough are one."""
        return count_open(self.lines)


@dataclass(frozen=True, slots=True)
class Gate:
    """Say whether a case may have an appointment where papers come first.

    `minutes` is the length of a clarification appointment, None where the concern's own holds.
    """

    is_open: bool
    minutes: int | None = None


def list_facts(session: Session, case_id: UUID) -> tuple[Fact, ...]:
    """Return everything that was entered about a case, oldest first."""
    query = select(CaseFact).where(CaseFact.case_id == case_id).order_by(CaseFact.at, CaseFact.id)
    return tuple(
        Fact(row.id, FactKind(row.kind), row.at, row.by, row.reason, row.value, row.on_day, row.undoes_id)
        for row in session.scalars(query)
    )


def list_open(
    requirements: Collection[Requirement], states: Mapping[str, PaperState]
) -> tuple[Requirement, ...]:
    """Return the lines that stand between a case and its decision: missing, not checked, turned down or too old.

    What only the person can judge counts once it came in. Of a group one that is in order is enough.
    """
    enough = {line.group for line in requirements if line.group and states.get(line.document.id) in _SETTLED}
    found = []
    for line in requirements:
        state = states.get(line.document.id, PaperState.missing)
        if state in _SETTLED or line.group in enough:
            continue
        if not line.condition or state in _CAME:
            found.append(line)
    return tuple(found)


def count_open(lines: Collection[Requirement]) -> int:
    """Count open lines; papers of which one is enough are one."""
    return sum(not line.group for line in lines) + len({line.group for line in lines if line.group})


def read_open_papers(session: Session, case: Case, *, now: datetime) -> OpenPapers:
    """Return what is still open about the papers of one case."""
    zone = zone_of(session, case.office_id)
    today = local_day(now, zone)
    person = session.get_one(Person, case.person_id)
    checklist = load_checklist(session, case, person, today=today)
    rows = list_paper_rows(session, [case.id]).get(case.id, {})
    standings = judge_papers(
        checklist.catalogue.documents, rows, today=today, zone=zone, is_settled=case.decision is not None
    )
    states = states_of(standings)
    return OpenPapers(checklist, states, list_open(checklist.requirements, states))


def read_standing(session: Session, case: Case, *, now: datetime) -> Standing:
    """Return what holds of a case, as far as it decides about the next fact."""
    return standing_of(
        case,
        has_applied=case.id in list_receipts(session, [case.id]),
        open_papers=read_open_papers(session, case, now=now).number,
    )


def standing_of(case: Case, *, has_applied: bool, open_papers: int) -> Standing:
    """Return the same from facts the caller has gathered."""
    return Standing(
        is_closed=case.closed_at is not None,
        has_applied=has_applied,
        decision=case.decision,
        is_ready=case.ready_at is not None,
        is_waiting=case.waiting_for is not None,
        is_doubted=case.doubted_at is not None,
        is_clarifying=case.clarify_at is not None,
        card=CardState(case.card_state) if case.card_state else None,
        open_papers=open_papers,
    )


def find_gate(session: Session, case_id: UUID) -> Gate:
    """Return whether a case may have an appointment where papers come first: when ready, or to clear something up."""
    case = session.get(Case, case_id)
    if case is None or case.closed_at is not None:
        return Gate(is_open=False)
    if case.ready_at is not None:
        return Gate(is_open=True)
    if case.clarify_at is None:
        return Gate(is_open=False)
    return Gate(is_open=True, minutes=times_for(session, case.office_id).clarification_minutes)


def times_for(session: Session, office_id: UUID) -> CheckingTimes:
    """Return the times around the checking of papers that hold for an office."""
    return times_of(get_office_by_id(session, office_id).details.checking)
