"""Gather what the pages of a case show about its facts: what holds, what may be entered, what may be taken back."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.cases.choices import load_authorities
from servicedesk.cases.models import Case
from servicedesk.cases.queries.case_facts import list_facts, read_standing, times_for
from servicedesk.cases.steps import Fact, FactKind, list_possible, list_undoable
from servicedesk.web.runtime import now


@dataclass(frozen=True, slots=True)
class StepsOfCase:
    """Hold the facts of a case for its pages; `authority` is a German message id."""

    possible: frozenset[FactKind]
    undoable: tuple[Fact, ...]
    authority: str
    waiting_since: datetime | None
    follow_up_on: date | None
    doubted_at: datetime | None
    doubt: str
    clarify_at: datetime | None
    bring_by_on: date | None
    unready_at: datetime | None
    open_papers: int

    def may(self, kind: str) -> bool:
        """Tell whether a fact may be entered now."""
        return FactKind(kind) in self.possible


def load_steps(session: Session, case_id: UUID) -> StepsOfCase:
    """Return the facts of a case whose scope the caller has checked."""
    case = session.get_one(Case, case_id)
    standing, facts = read_standing(session, case, now=now()), list_facts(session, case_id)
    undoable = list_undoable(facts, now(), times_for(session, case.office_id).undo_minutes)
    reasons = [fact.reason for fact in facts if fact.kind is FactKind.doubt_case]
    return StepsOfCase(
        possible=list_possible(standing),
        undoable=() if case.closed_at else undoable,
        authority=load_authorities().get(case.waiting_for or "", case.waiting_for or ""),
        waiting_since=case.waiting_since,
        follow_up_on=case.follow_up_on,
        doubted_at=case.doubted_at,
        doubt=reasons[-1] if reasons and case.doubted_at else "",
        clarify_at=case.clarify_at,
        bring_by_on=case.bring_by_on if case.decision is None and standing.open_papers else None,
        unready_at=case.unready_at if case.ready_at is None and case.decision is None else None,
        open_papers=standing.open_papers,
    )
