"""Invite everybody who became due: decide each title, write the cohort set-wise, leave no one out."""

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from servicedesk.cases.frames import Addressee, open_letter_desk
from servicedesk.cases.models import Case
from servicedesk.cases.service import NewTask, open_tasks
from servicedesk.cases.service.opening import CASE_REF
from servicedesk.db import audit
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.errors import Refusal
from servicedesk.kernel.ids import CROCKFORD, new_bytes, new_id
from servicedesk.kernel.permissions import SYSTEM, Actor
from servicedesk.notices.service import NewNotice, enqueue_many
from servicedesk.offices.models import Office
from servicedesk.offices.queries import OfficeView
from servicedesk.outreach.queries.candidates import (
    Candidate,
    Key,
    Loose,
    facts_of,
    list_candidates,
    load_loose,
)
from servicedesk.outreach.queries.terms import ConcernTerms, OfficeTerms, load_terms
from servicedesk.outreach.rules import Outcome, Reason, decide_outcome
from servicedesk.outreach.service.intake import (
    IntakeRow,
    RunFacts,
    drop_lost,
    insert_audit,
    insert_cases,
    insert_invitations,
    insert_outcomes,
    stage,
)
from servicedesk.outreach.service.letters import CohortWriter

PART = 5000
"""How many titles one transaction settles: a killed run loses no more than this, and repeats it."""

_SHIFTS = tuple(range(0, 40, 5))
_BAD_ROWS = (DataError, IntegrityError, Refusal, ValueError)


@dataclass(frozen=True, slots=True)
class Sums:
    """Count what became due; `due` is always the sum of the others."""

    invited: int = 0
    excluded: int = 0
    failed: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def due(self) -> int:
        """Return how many titles became due."""
        return self.invited + self.excluded + self.failed

    def joined(self, other: "Sums") -> "Sums":
        """Return both sums as one."""
        reasons = dict(self.reasons)
        for reason, count in other.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + count
        return Sums(
            self.invited + other.invited, self.excluded + other.excluded, self.failed + other.failed, reasons
        )


@dataclass(frozen=True, slots=True)
class Decided:
    """Hold a due title with what was decided about it."""

    candidate: Candidate
    person: Addressee
    handled: ConcernTerms
    outcome: Outcome
    reason: Reason
    case_id: UUID | None
    owner_id: UUID | None
    due_on: date


@dataclass(slots=True)
class OfficeRun:
    """Carry what one run of one office needs; made by `open_run`."""

    terms: OfficeTerms
    writer: CohortWriter
    today: date
    run_id: UUID
    actor: Actor = SYSTEM

    @property
    def office(self) -> OfficeView:
        """Return the office."""
        return self.terms.office


def open_run(
    session: Session,
    office: OfficeView,
    *,
    now: datetime,
    run_id: UUID,
    public_url: str | None,
    actor: Actor = SYSTEM,
) -> OfficeRun:
    """Gather the terms of an office for one run."""
    terms = load_terms(session, office)
    today = local_day(now, office.zone)
    return OfficeRun(
        terms, CohortWriter(terms, open_letter_desk(session, office, public_url), today), today, run_id, actor
    )


def invite_part(
    session: Session, vault: Vault, run: OfficeRun, *, now: datetime, keys: Sequence[Key]
) -> Sums:
    """Settle some of the due titles and return the sums; what another run has settled meanwhile is left out."""
    lock_office(session, run.office.id, is_shared=True)
    with _without_cycles():
        candidates = list_candidates(session, run.terms, keys)
        if not candidates:
            return Sums()
        loose = load_loose(session, run.office.id)
        decided = [decide(candidate, run, loose) for candidate in candidates]
        return settle(session, vault, run, decided, loose, now=now)


@contextmanager
def _without_cycles() -> Iterator[None]:
    """Do not look for cycles in a part: it makes a hundred thousand values and not one cycle."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # With two parts at once the first to end switches it on for the other, too: slower, never wrong.
        if was_enabled:
            gc.enable()


def lock_office(session: Session, office_id: UUID, *, is_shared: bool = False) -> None:
    """Keep holds and cohorts apart: parts of one run share the lock, whoever holds or sends has it alone.

    Foreign keys to the office stay possible in both cases.
    """
    if session.get_bind().dialect.name == "postgresql":
        # Compiling statements that each run for milliseconds costs more than it gains.
        session.execute(text("SET LOCAL jit = off"))
    office = select(Office.id).where(Office.id == office_id)
    session.execute(
        office.with_for_update(read=True) if is_shared else office.with_for_update(key_share=True)
    )


def decide(candidate: Candidate, run: OfficeRun, loose: Loose) -> Decided:
    """Return what becomes of one due title."""
    person = candidate.addressee
    facts, handled, case_id = facts_of(candidate, person, run.terms, loose)
    outcome, reason = decide_outcome(facts, run.today)
    return Decided(
        candidate=candidate,
        person=person,
        handled=handled,
        outcome=outcome,
        reason=reason,
        case_id=case_id,
        owner_id=run.terms.owner_of(handled.team_id, candidate.surname_key),
        due_on=handled.lead.before(candidate.ends_on),
    )


def settle(
    session: Session, vault: Vault, run: OfficeRun, decided: Sequence[Decided], loose: Loose, *, now: datetime
) -> Sums:
    """Write what was decided, and count what is new: what failed before for the same reason is no news."""
    decided = _waiting_again(session, decided)
    written = list(_write_isolated(session, vault, run, decided, now=now))
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for one in written:
        known = loose.failed.get((one.candidate.title_id, one.candidate.ends_on)) if loose.failed else None
        if not (one.outcome is Outcome.failed and known == one.reason.value):
            outcomes[one.outcome.value] += 1
            reasons[one.reason.value] += 1
    return Sums(**outcomes, reasons=dict(reasons))


def _waiting_again(session: Session, decided: Sequence[Decided]) -> Sequence[Decided]:
    """Invite with their own case those whose invitation was taken back before it left."""
    existing = {one.case_id for one in decided if one.reason is Reason.case_exists and one.case_id}
    if not existing:
        return decided
    query = select(Case.id).where(
        Case.id.in_(existing), Case.origin == "due", Case.closed_at.is_(None), Case.invited_at.is_(None)
    )
    waiting = set(session.scalars(query))
    return [
        replace(one, outcome=Outcome.invited, reason=Reason.due) if one.case_id in waiting else one
        for one in decided
    ]


def _write_isolated(
    session: Session, vault: Vault, run: OfficeRun, decided: Sequence[Decided], *, now: datetime
) -> Iterator[Decided]:
    """Write all at once; where that is refused, halves, until the one bad row stands alone and fails."""
    if not decided:
        return
    try:
        with session.begin_nested():
            written = _write(session, vault, run, decided, now=now)
    except _BAD_ROWS:
        if len(decided) == 1:
            failed = replace(decided[0], outcome=Outcome.failed, reason=Reason.unreadable, case_id=None)
            yield from _write(session, vault, run, [failed], now=now)
            return
        middle = len(decided) // 2
        yield from _write_isolated(session, vault, run, decided[:middle], now=now)
        yield from _write_isolated(session, vault, run, decided[middle:], now=now)
        return
    yield from written


def _write(
    session: Session, vault: Vault, run: OfficeRun, decided: Sequence[Decided], *, now: datetime
) -> Sequence[Decided]:
    facts = RunFacts(run.office.id, run.run_id, now, run.actor.ref, run.terms.catalogue.version)
    ids = _IdSeries()
    rows = [_intake_row(one, ids) for one in decided]
    stage(session, rows)
    lost = insert_cases(session, facts)
    if lost:
        drop_lost(session, lost)
        kept = [(one, row) for one, row in zip(decided, rows, strict=True) if row.case_id not in lost]
        decided, rows = [one for one, _ in kept], [row for _, row in kept]
    insert_outcomes(session, facts)
    enqueue_many(session, vault, now=now, office_id=run.office.id, notices=_notices(run, decided, rows))
    insert_invitations(session, facts)
    insert_audit(session, facts)
    _note_again(session, rows, now=now)
    expired = [one for one in decided if one.reason is Reason.expired]
    open_tasks(session, office_id=run.office.id, tasks=[_expired_task(one) for one in expired], now=now)
    return decided


class _IdSeries:
    """Draw rising identities that share one random tail, thousands of times faster than one by one."""

    def __init__(self) -> None:
        self._next = new_id().int

    def draw(self) -> UUID:
        self._next += 1
        return UUID(int=self._next)

    @staticmethod
    def draw_ref() -> str:
        """Return what `new_ref` gives, from one draw of forty bits."""
        bits = int.from_bytes(new_bytes(5))
        drawn = "".join([CROCKFORD[bits >> shift & 31] for shift in _SHIFTS])
        return f"{CASE_REF}-{drawn[:4]}-{drawn[4:]}"


def _intake_row(one: Decided, ids: _IdSeries) -> IntakeRow:
    title_id, ends_on = one.candidate.title_id, one.candidate.ends_on
    if one.outcome is not Outcome.invited:
        return IntakeRow(title_id, ends_on, one.due_on, one.outcome.value, one.reason.value, one.case_id)
    return IntakeRow(
        title_id=title_id,
        ends_on=ends_on,
        due_on=one.due_on,
        outcome=one.outcome.value,
        reason=one.reason.value,
        case_id=one.case_id or ids.draw(),
        is_new_case=int(one.case_id is None),
        ref=ids.draw_ref(),
        person_id=one.candidate.person_id,
        concern_id=one.handled.concern.id,
        team_id=one.handled.team_id,
        owner_id=one.owner_id,
        audit_id=ids.draw(),
        outbox_id=ids.draw(),
    )


def _notices(run: OfficeRun, decided: Sequence[Decided], rows: Sequence[IntakeRow]) -> Iterator[NewNotice]:
    for one, row in zip(decided, rows, strict=True):
        if one.outcome is Outcome.invited and row.case_id and row.outbox_id:
            yield run.writer.invitation(
                one.candidate,
                one.person,
                one.handled,
                one.owner_id,
                row.case_id,
                row.outbox_id,
                is_again=not row.is_new_case,
            )
        elif one.reason is Reason.expired and one.person.has_address:
            yield run.writer.expired(one.candidate, one.person, one.handled, one.owner_id)


def _note_again(session: Session, rows: Sequence[IntakeRow], *, now: datetime) -> None:
    again = [row.case_id for row in rows if row.outcome == Outcome.invited.value and not row.is_new_case]
    if again:
        session.execute(update(Case).where(Case.id.in_(again)).values(invited_at=now))


def _expired_task(one: Decided) -> NewTask:
    return NewTask(
        kind="expired_title",
        dedupe_key=f"expired_title:{one.candidate.title_id.hex}:{one.candidate.ends_on}",
        person_id=one.candidate.person_id,
        team_id=one.handled.team_id,
        owner_id=one.owner_id,
    )


def record_run(session: Session, run: OfficeRun, sums: Sums, *, now: datetime) -> None:
    """Write the audit row of one office's run, if anything became due."""
    if sums.due:
        audit.record(
            session,
            now=now,
            actor=run.actor,
            action="run_invitations",
            subject=("run", run.run_id),
            office_id=run.office.id,
            run_id=run.run_id,
            details={
                "due": sums.due,
                "invited": sums.invited,
                "excluded": sums.excluded,
                "failed": sums.failed,
            }
            | {f"reason_{reason}": count for reason, count in sorted(sums.reasons.items())},
        )
