"""Run every invariant and list what breaks one; read-only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, bindparam, exists, func, select, text
from sqlalchemy.orm import Session

from servicedesk.booking.models import Appointment, AppointmentCell, DeskDay
from servicedesk.booking.rules.ticks import read_bits, tick_of
from servicedesk.db.audit import SEAL_AGE_LIMIT, AuditEvent, AuditSeal, verify_audit
from servicedesk.db.jobs import find_last_run
from servicedesk.db.types import UtcDateTime
from servicedesk.interim.law import load_law
from servicedesk.interim.seal import PublicKey
from servicedesk.invariants.case_facts import STATEMENTS as FACT_STATEMENTS
from servicedesk.invariants.checklists import CALCULATIONS as CHECKLIST_CALCULATIONS
from servicedesk.invariants.interim import CALCULATIONS as INTERIM_CALCULATIONS
from servicedesk.invariants.interim import STATEMENTS as INTERIM_STATEMENTS
from servicedesk.invariants.kinds import Calculation, Finding, Ground, Statement
from servicedesk.invariants.statements import STATEMENTS as PLAIN_STATEMENTS
from servicedesk.kernel.clock import instant_of, local_day
from servicedesk.notices.rules import CLAIM_AGE_LIMIT, PENDING_AGE_LIMIT
from servicedesk.offices.models import Office
from servicedesk.offices.queries import get_office_by_id
from servicedesk.outreach.models import DueOutcome
from servicedesk.outreach.queries.candidates import list_due_keys
from servicedesk.outreach.queries.terms import load_terms
from servicedesk.register.models import RegisterChange, Title

SHOWN = 20
"""How many breaches of one invariant are listed; the rest is counted."""

STATEMENTS = (*PLAIN_STATEMENTS, *FACT_STATEMENTS, *INTERIM_STATEMENTS)

_SETTLED_WITHIN = timedelta(hours=26)
"""How long a change of the register may wait for the next night."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Name one breach: which invariant, on what, and a detail without personal data."""

    check: str
    rule: str
    sentence: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """Say how many invariants were checked and what broke them."""

    checked: int
    violations: tuple[Violation, ...]


def check_invariants(session: Session, *, now: datetime, keys: Mapping[str, PublicKey]) -> Report:
    """Check everything that already has data; the session is only read. `keys` are those the seal's page publishes."""
    violations: list[Violation] = []
    for statement in STATEMENTS:
        violations.extend(_shown(statement, _run(session, statement, now)))
    ground = Ground(session, now, keys)
    for calculation in CALCULATIONS:
        violations.extend(_shown(calculation, calculation.search(ground)))
    return Report(len(STATEMENTS) + len(CALCULATIONS), tuple(violations))


def _shown(check: Statement | Calculation, found: Iterator[Finding]) -> Iterator[Violation]:
    more = 0
    for number, (subject, detail) in enumerate(found):
        if number < SHOWN:
            yield Violation(check.name, check.rule, check.sentence, subject, detail)
        else:
            more += 1
    if more:
        yield Violation(check.name, check.rule, check.sentence, "", f"and {more} more")


def _run(session: Session, statement: Statement, now: datetime) -> Iterator[Finding]:
    for row in session.execute(_prepared(statement), _instants(statement, now)):
        yield str(row[0]), str(row[1])


def _prepared(statement: Statement) -> TextClause:
    names = [name for name in _LIMITS if f":{name}" in statement.sql]
    return text(statement.sql).bindparams(*(bindparam(name, type_=UtcDateTime) for name in names))


def _instants(statement: Statement, now: datetime) -> dict[str, Any]:
    return {name: now - limit for name, limit in _LIMITS.items() if f":{name}" in statement.sql}


_LIMITS = {
    "hour_ago": timedelta(hours=1),
    "two_days_ago": timedelta(days=2),
    "three_days_ago": timedelta(days=3),
    "pending_limit": PENDING_AGE_LIMIT,
    "claim_limit": CLAIM_AGE_LIMIT,
    "request_limit": timedelta(hours=load_law().defaults.request_age_hours),
}


def _find_wrong_days(ground: Ground) -> Iterator[Finding]:
    """Compare the busy bits of every desk's day with the cells of that day."""
    cells: dict[tuple[UUID, Any], int] = {}
    query = select(AppointmentCell.desk_id, AppointmentCell.starts_local).execution_options(yield_per=5000)
    for desk_id, starts_local in ground.session.execute(query):
        tick = tick_of(starts_local)
        if tick is None:
            yield str(desk_id), f"{starts_local:%Y-%m-%d %H:%M} is off the grid"
            continue
        key = (desk_id, starts_local.date())
        cells[key] = cells.get(key, 0) | 1 << tick
    days = select(DeskDay.desk_id, DeskDay.day, DeskDay.busy_ticks).execution_options(yield_per=5000)
    for desk_id, day, busy in ground.session.execute(days):
        if read_bits(busy) != cells.pop((desk_id, day), 0):
            yield str(desk_id), f"{day} busy bits and cells differ"
    for desk_id, day in cells:
        yield str(desk_id), f"{day} has cells but no day"


def _find_moved_clocks(ground: Ground) -> Iterator[Finding]:
    """Compare wall-clock time and instant of what is still to come."""
    for office_id in ground.session.scalars(select(Office.id)):
        zone = get_office_by_id(ground.session, office_id).zone
        query = select(Appointment.id, Appointment.starts_local, Appointment.starts_at).where(
            Appointment.office_id == office_id,
            Appointment.state == "booked",
            Appointment.starts_at > ground.now,
        )
        for appointment_id, starts_local, starts_at in ground.session.execute(query):
            if instant_of(starts_local, zone) != starts_at:
                yield (
                    str(appointment_id),
                    f"{starts_local} is not {starts_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
                )


def _find_unsettled(ground: Ground) -> Iterator[Finding]:
    """Find titles that the last night should have settled: due since yesterday, known since yesterday."""
    for office_id in ground.session.scalars(select(Office.id)):
        office = get_office_by_id(ground.session, office_id)
        yesterday = local_day(ground.now, office.zone) - timedelta(days=1)
        fresh = exists().where(
            RegisterChange.person_id == Title.person_id, RegisterChange.at > ground.now - _SETTLED_WITHIN
        )
        # What failed is listed for people; here only what nobody has looked at counts.
        failed = exists().where(
            DueOutcome.title_id == Title.id, DueOutcome.ends_on == Title.effective_ends_on
        )
        known = (Title.first_seen_on <= yesterday) & ~fresh & ~failed
        for title_id, ends_on in list_due_keys(
            ground.session, load_terms(ground.session, office), yesterday, only=known
        ):
            yield str(title_id), f"due, ends on {ends_on}, neither invited nor excluded nor failed"


def _find_wrong_sums(ground: Ground) -> Iterator[Finding]:
    """Compare what each run of the invitations said it did."""
    query = select(AuditEvent.id, AuditEvent.details).where(AuditEvent.action == "run_invitations")
    for event_id, details in ground.session.execute(query):
        parts = [details.get(name) for name in ("invited", "excluded", "failed")]
        if None in parts or details.get("due") != sum(parts):
            yield str(event_id), "due is not invited + excluded + failed"


def _find_broken_chain(ground: Ground) -> Iterator[Finding]:
    """Recompute the audit chain; a row that the sealing job has passed over counts as well."""
    report = verify_audit(ground.session, now=ground.now)
    for fault in report.faults:
        yield "audit", fault
    last_run = find_last_run(ground.session, "seal-audit")
    if report.unsealed and last_run is not None:
        passed = ~exists().where(AuditSeal.event_id == AuditEvent.id) & (
            AuditEvent.at < last_run.started_at - SEAL_AGE_LIMIT
        )
        left = ground.session.scalar(select(func.count()).select_from(AuditEvent).where(passed))
        if left:
            yield "audit", f"{left} rows were passed over by the sealing job"


CALCULATIONS = (
    Calculation(
        "busy_bits_are_the_cells", "I1", "the busy bits of a desk's day are its cells", _find_wrong_days
    ),
    Calculation(
        "wall_time_is_the_instant",
        "I9",
        "wall-clock time and instant of an appointment agree under today's clock rules",
        _find_moved_clocks,
    ),
    Calculation(
        "due_title_is_settled", "I4", "no due title is silently missing from the outcomes", _find_unsettled
    ),
    Calculation("run_sums", "I4", "what became due is invited, excluded or failed", _find_wrong_sums),
    Calculation(
        "audit_chain",
        "I8",
        "the chain over the audit trail verifies, and leaves nothing out",
        _find_broken_chain,
    ),
    *CHECKLIST_CALCULATIONS,
    *INTERIM_CALCULATIONS,
)
