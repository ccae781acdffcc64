"""List the cases whose papers wait for somebody, in the order of what runs out first; and those that are stuck."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from servicedesk.cases.models import Application, Case, CaseRequirement
from servicedesk.cases.queries.case_facts import times_for
from servicedesk.cases.queries.facts import zone_of
from servicedesk.cases.queries.range_list import RangeRow
from servicedesk.cases.queries.scope import Scope
from servicedesk.cases.queries.worklist import Matter, list_matter_rows, list_open_matters
from servicedesk.cases.rules import CaseFacts
from servicedesk.cases.urgency import Place, Waiting, put_in_order
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.clock import local_day


@dataclass(frozen=True, slots=True)
class CheckRow:
    """Show one case of the round: its line, and what runs out first."""

    row: RangeRow
    place: Place
    days_left: int


@dataclass(frozen=True, slots=True)
class StuckCase:
    """Name a case nothing moved in, or one that will probably be refused; `since` is the last act, or the mark."""

    case_id: UUID
    case_ref: str
    owner_id: UUID | None
    team_id: UUID
    person_id: UUID
    is_doubted: bool
    since: datetime


def is_to_check(facts: CaseFacts) -> bool:
    """Tell whether a case belongs into the round: papers to look at, or complete and nobody has said that it is ready.

    A case that may have its appointment at once, and has it, is complete on that day.
    """
    if facts.applied_at is None or facts.decision is not None:
        return False
    if facts.papers_to_check:
        return True
    is_complete = not facts.papers_missing and facts.ready_at is None
    return is_complete and facts.waiting_for is None and facts.appointment_at is None


def list_places(
    session: Session, scope: Scope, *, now: datetime, booked: Mapping[UUID, datetime]
) -> tuple[tuple[Place, ...], dict[UUID, Matter]]:
    """Return the round of a scope in its order, and the cases by id; `booked` are coming appointments."""
    zone, times = zone_of(session, scope.office_id), times_for(session, scope.office_id)
    applied = exists().where(Application.case_id == Case.id)
    matters = list_open_matters(
        session, scope, now=now, booked=booked, only=applied & Case.decision.is_(None)
    )
    found = {matter.case_id: matter for matter in matters if is_to_check(matter.facts)}
    return put_in_order(
        Waiting(
            case_id=matter.case_id,
            applied_on=local_day(matter.facts.applied_at or now, zone),
            ends_on=matter.facts.ends_on,
            appointment_on=local_day(matter.facts.appointment_at, zone)
            if matter.facts.appointment_at
            else None,
            max_wait_days=times.max_wait_of(matter.concern_id),
        )
        for matter in found.values()
    ), found


def list_to_check(
    session: Session, scope: Scope, *, now: datetime, booked: Mapping[UUID, datetime], limit: int
) -> tuple[tuple[CheckRow, ...], int]:
    """Return the first lines of the round, and how many cases it has."""
    places, matters = list_places(session, scope, now=now, booked=booked)
    shown = places[:limit]
    rows = list_matter_rows(session, scope, [matters[one.case_id] for one in shown], now=now, booked=booked)
    today = local_day(now, zone_of(session, scope.office_id))
    return tuple(
        CheckRow(row, one, (one.runs_out_on - today).days) for row, one in zip(rows, shown, strict=True)
    ), len(places)


def find_refs(session: Session, case_ids: list[UUID]) -> dict[UUID, str]:
    """Return the references of some cases."""
    if not case_ids:
        return {}
    query = select(Case.id, Case.ref).where(Case.id.in_(case_ids))
    return {case_id: ref for case_id, ref in session.execute(query)}  # noqa: C416 rows are typed as pairs


def list_stuck(session: Session, scope: Scope, *, now: datetime) -> tuple[StuckCase, ...]:
    """Return the cases that deserve a conversation: none booked or offered, undecided, not ready, oldest first.

    Stuck is what nobody of the office or of the household has touched for the office's weeks; doubted is what a
    person marked. Who waits for another authority until a day ahead is not stuck.
    """
    times = times_for(session, scope.office_id)
    before = now - timedelta(weeks=times.stuck_weeks)
    today = local_day(now, zone_of(session, scope.office_id))
    last_act = (
        select(func.max(AuditEvent.at))
        .where(AuditEvent.subject_id == Case.id, AuditEvent.actor != "system")
        .correlate(Case)
        .scalar_subquery()
    )
    applied_at = (
        select(func.min(Application.received_at))
        .where(Application.case_id == Case.id)
        .correlate(Case)
        .scalar_subquery()
    )
    is_waiting = Case.follow_up_on.is_not(None) & (Case.follow_up_on > today)
    is_stuck = func.coalesce(last_act, applied_at) < before
    query = (
        select(
            Case.id,
            Case.ref,
            Case.owner_id,
            Case.team_id,
            Case.person_id,
            Case.doubted_at,
            func.coalesce(Case.doubted_at, last_act, applied_at).label("since"),
        )
        .where(
            scope.cases(),
            Case.closed_at.is_(None),
            Case.decision.is_(None),
            Case.ready_at.is_(None),
            Case.clarify_at.is_(None),
            applied_at <= now,
            or_(Case.doubted_at.is_not(None), is_stuck & ~is_waiting),
        )
        .order_by("since", Case.id)
    )
    return tuple(
        StuckCase(
            row.id, row.ref, row.owner_id, row.team_id, row.person_id, row.doubted_at is not None, row.since
        )
        for row in session.execute(query)
    )


def list_untold(session: Session, office_id: UUID, *, before: datetime) -> tuple[UUID, ...]:
    """Return the cases with papers turned down whose person was not told, where the last rejection is older."""
    query = (
        select(CaseRequirement.case_id)
        .join(Case, Case.id == CaseRequirement.case_id)
        .where(
            Case.office_id == office_id,
            Case.closed_at.is_(None),
            Case.decision.is_(None),
            CaseRequirement.state == "rejected",
            or_(Case.told_at.is_(None), CaseRequirement.changed_at > Case.told_at),
        )
        .group_by(CaseRequirement.case_id)
        .having(func.max(CaseRequirement.changed_at) <= before)
        .order_by(CaseRequirement.case_id)
    )
    return tuple(session.scalars(query))


def list_follow_ups(session: Session, office_id: UUID, today: date) -> tuple[Case, ...]:
    """Return the cases that wait for another authority, and whose day to look again has come."""
    query = select(Case).where(
        Case.office_id == office_id,
        Case.closed_at.is_(None),
        Case.decision.is_(None),
        Case.waiting_for.is_not(None),
        Case.follow_up_on <= today,
    )
    return tuple(session.scalars(query.order_by(Case.follow_up_on, Case.id)))


def list_overdue(session: Session, office_id: UUID, today: date) -> tuple[Case, ...]:
    """Return the cases whose papers were asked for by a day that is over; whether they came, the caller looks."""
    query = select(Case).where(
        Case.office_id == office_id,
        Case.closed_at.is_(None),
        Case.decision.is_(None),
        Case.ready_at.is_(None),
        Case.bring_by_on < today,
    )
    return tuple(session.scalars(query.order_by(Case.bring_by_on, Case.id)))


def list_ready(session: Session, office_id: UUID) -> tuple[UUID, ...]:
    """Return the undecided cases that somebody called ready."""
    query = select(Case.id).where(
        Case.office_id == office_id,
        Case.closed_at.is_(None),
        Case.decision.is_(None),
        Case.ready_at.is_not(None),
    )
    return tuple(session.scalars(query.order_by(Case.id)))
