"""Read where the papers of cases stand, and judge which of them have grown too old since."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.cases.models import CaseRequirement
from servicedesk.cases.rules import PaperState
from servicedesk.checklists.rules import FRESH_FOREVER, Document, Freshness, decide_freshness
from servicedesk.kernel.clock import local_day

HANDED_IN = frozenset({PaperState.received, PaperState.accepted})
"""States of papers the office has: only these can grow too old."""


@dataclass(frozen=True, slots=True)
class PaperRow:
    """Hold what is stored about one paper of a case."""

    state: PaperState
    reason: str
    changed_at: datetime
    issued_on: date | None
    received_at: datetime | None
    reason_id: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Say where a paper stands today: what was accepted and has grown too old counts as stale."""

    state: PaperState
    reason: str = ""
    changed_at: datetime | None = None
    issued_on: date | None = None
    freshness: Freshness = FRESH_FOREVER
    received_at: datetime | None = None
    reason_id: str | None = None


MISSING = Standing(PaperState.missing)


def list_paper_rows(session: Session, case_ids: Collection[UUID]) -> dict[UUID, dict[str, PaperRow]]:
    """Return what is stored about papers, per case and document."""
    found: dict[UUID, dict[str, PaperRow]] = {}
    if case_ids:
        for case_id, document_id, row in read_rows(session, CaseRequirement.case_id.in_(case_ids)):
            found.setdefault(case_id, {})[document_id] = row
    return found


def read_rows(session: Session, *conditions: object) -> list[tuple[UUID, str, PaperRow]]:
    """Return the rows under some conditions on `CaseRequirement`; joins are the caller's, as conditions."""
    columns = (
        CaseRequirement.case_id,
        CaseRequirement.document_id,
        CaseRequirement.state,
        CaseRequirement.reason,
        CaseRequirement.changed_at,
        CaseRequirement.issued_on,
        CaseRequirement.received_at,
        CaseRequirement.reason_id,
    )
    query = select(*columns).where(*conditions)  # type: ignore[arg-type]  # conditions are of many kinds
    return [
        (case_id, document_id, PaperRow(PaperState(state), reason, changed_at, issued_on, came_at, reason_id))
        for case_id, document_id, state, reason, changed_at, issued_on, came_at, reason_id in session.execute(
            query
        )
    ]


def judge_papers(
    documents: Mapping[str, Document],
    rows: Mapping[str, PaperRow],
    *,
    today: date,
    zone: ZoneInfo,
    appointment_on: date | None = None,
    is_settled: bool = False,
) -> dict[str, Standing]:
    """Return where each stored paper stands; `is_settled`: the case is decided, nothing grows old any more."""
    return {
        name: _judge(documents.get(name), row, today, zone, appointment_on, is_settled=is_settled)
        for name, row in rows.items()
    }


def _judge(
    document: Document | None,
    row: PaperRow,
    today: date,
    zone: ZoneInfo,
    appointment_on: date | None,
    *,
    is_settled: bool,
) -> Standing:
    fresh = FRESH_FOREVER
    if document is not None and row.state in HANDED_IN and not is_settled:
        # Rows from before the day of receipt was noted have the day of their last change.
        fresh = decide_freshness(
            max_age=document.max_age,
            issued_on=row.issued_on,
            received_on=local_day(row.received_at or row.changed_at, zone),
            today=today,
            appointment_on=appointment_on,
        )
    is_stale = fresh.is_stale and row.state is PaperState.accepted
    return Standing(
        state=PaperState.stale if is_stale else row.state,
        reason=row.reason,
        changed_at=row.changed_at,
        issued_on=row.issued_on,
        freshness=fresh,
        received_at=row.received_at,
        reason_id=row.reason_id,
    )


def states_of(standings: Mapping[str, Standing]) -> dict[str, PaperState]:
    """Return the states alone."""
    return {name: standing.state for name, standing in standings.items()}
